#pragma once

// What a session is given to send, and how it may send it.

#include "core/delivery/outcome.h"
#include "core/message/contentreader.h"
#include "core/message/outgoingmessage.h"

#include <functional>
#include <memory>

namespace Smtp {

/// What is on record before the end of the content is written.
struct Commitment
{
    QList<Delivery::RecipientResult> results; ///< the verdicts known so far
    QList<qsizetype>
        receiving; ///< who gets the content now, by their index in the envelope; nobody else can be uncertain
};

/// One message on its way: the envelope with the recipients of this attempt, and its content.
struct Letter
{
    quint64 id = 0; ///< by which the session's signals name it; 0: the session counts by itself
    Message::Envelope envelope;
    std::unique_ptr<Message::ContentReader> content;
    /// Called before the end of the content is written, which waits until `then` is told that this is on
    /// record, and is never
    /// written after an error. More than once where the server takes fewer recipients at a time.
    std::function<void(const Commitment &, std::function<void(const Base::Done &)> then)> aboutToCommit;
};

/// How many letters are on their way at once over one connection. What is in flight when it breaks is
/// uncertain, each by itself: so one at a time, unless the person wants speed.
enum class Lane {
    Default, ///< the next begins when this one is answered: two round trips a letter
    Bulk,    ///< the next one's envelope goes out with this one's content (RFC 2920 §3.1): one round trip
    Window,  ///< several whole letters at once, where the server offers CHUNKING (RFC 3030); else as Bulk
};

} // namespace Smtp
