#pragma once

// A pin as a value: what a person writes, pastes and keeps. Whether one vouches for a server is decided in
// pins.h.

#include <QString>

#include <optional>

namespace Net {

/// A pin as people write it: base64, or 64 hexadecimal digits, with "sha256//" before it or not. Comes back
/// as base64 (RFC 7469 §2.4); nullopt when it is none.
std::optional<QString> pinFrom(const QString &text);

} // namespace Net
