#pragma once

// A message somebody else finished (`send --eml`): it is sent as it is. The documented repairs, and no
// others: every line end becomes CRLF, Bcc is taken out of the header (law 2), a leading mbox "From " line is
// dropped, a missing Date or Message-ID is added at the end of the header, and raw octets beyond ASCII in
// header fields are encoded (asciiheader.h), so that any server may take them. Under a DKIM or ARC signature,
// in the local part of an address and in fields that have no encoded form nothing is touched: such a message
// needs a server with SMTPUTF8, and is refused before its content where there is none. Octets that are not
// UTF-8 are encoded under the charset the message itself declares, if it is one with an octet a character;
// otherwise as "unknown-8bit", since a guess would write somebody a wrong name, a refusal would stop what
// every reader copes with, and so none is lost. What cannot be sent as it is (a line over 998 octets, NUL, a
// header that is none) is refused with the number of the line.

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
