#pragma once

// What a message needs of a server, and what it would like to have, against what the server offers. Pure
// functions.

#include "core/base/error.h"
#include "core/message/outgoingmessage.h"
#include "core/smtp/capabilities.h"

#include <optional>

namespace Smtp {

/// Why this server cannot take this message at all, known before anything is said about it: TooBig,
/// NotOffered or TooLate. size in octets; now: UTC.
std::optional<Base::Error> obstacle(const Message::Envelope &envelope, qint64 size,
                                    const Capabilities &capabilities, const QDateTime &now);
/// Whether the message would like an extension that is not offered.
bool lacks(const Message::Envelope &envelope, const Capabilities &capabilities);

Base::Error notOffered(const QString &keyword, const QString &why);

} // namespace Smtp
