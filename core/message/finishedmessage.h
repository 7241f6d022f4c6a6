#pragma once

// A message somebody else finished (`send --eml`): it is sent as it is. The documented repairs, and no
// others: every line end becomes CRLF, Bcc is taken out of the header (law 2), a leading mbox "From " line is
// dropped, a missing Date or Message-ID is added at the end of the header. What cannot be sent as it is (a
// line over 998 octets, NUL, a header that is none) is refused with the number of the line.

#include "core/message/contentstore.h"
#include "core/message/messagebuilder.h"

class QIODevice;

namespace Message {

/// What the caller wants instead of what the header says; empty: the header decides (Sender or From; To, Cc,
/// Bcc).
struct EnvelopeWish
{
    QString from;
    QStringList to;
    Notify notify;
    Return returned = Return::Unset;
    Handling handling;
};

/// Reads source to its end; the body goes to the store piece by piece, never whole into memory. BadMessage,
/// LineTooLong and BadAddress name the line or the address; NoSender, NoRecipients; FileUnreadable when
/// source breaks off; the store's own errors.
Base::Result<OutgoingMessage> finish(QIODevice &source, const EnvelopeWish &wish, const BuildContext &context,
                                     ContentStore &store);

} // namespace Message
