#pragma once

// How a content lies in the books: a line of JSON that says of what pieces it is made, then the octets of the
// literal ones as they are, one after the other. JSON alone, which older books hold, would escape every line
// end of every letter. It is UTF-8 text: octets over 127 are the characters of Latin-1.

#include "core/message/outgoingmessage.h"

#include <optional>

namespace Store {

/// To be bound as CAST(? AS TEXT), so that nothing turns it to UTF-16 and back.
QByteArray packed(const Message::Content &content);
/// CAST(pieces AS BLOB) gives it. None: it is not whole.
std::optional<Message::Content> contentFrom(const QByteArray &stored);

} // namespace Store
