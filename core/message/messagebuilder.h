#pragma once

// Draft → OutgoingMessage: everything that is ever encoded is encoded here, once (law 1). 7-bit always, every
// line at most 998 octets, Date and Message-ID set, Bcc in the envelope only (law 2). Attachments go into the
// content store first; the call reads them whole and so belongs into a worker thread.

#include "core/message/contentstore.h"
#include "core/message/draft.h"

#include <QDateTime>

#include <functional>

namespace Message {

/// What would make two builds differ; tests bring their own.
struct BuildContext
{
    QDateTime now;                     ///< local time with its offset, for Date
    std::function<QByteArray()> token; ///< unguessable, at least 96 bits, [0-9a-z]
};

/// now and a token of the system's random generator.
BuildContext systemBuildContext(const QDateTime &now);

/// The draft's `from` must be set. Errors: those of problemsIn(), NoSender, and those of the store.
Base::Result<OutgoingMessage> build(const Draft &draft, const BuildContext &context, ContentStore &store);

/// RFC 5322 §3.3, always in English: "Sat, 21 Nov 2026 18:00:00 +0100".
QByteArray dateField(const QDateTime &when);

} // namespace Message
