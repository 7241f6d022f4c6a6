#pragma once

// PBKDF2 (RFC 8018 §5.2) over HMAC: "Hi()" of RFC 5802. OpenSSL's, because a server may ask for a million
// rounds: with SHA-256 they were measured to take it 0.35 s, and QPasswordDigestor 2.4 s.

#include "core/base/result.h"

#include <QByteArray>
#include <QCryptographicHash>

namespace Smtp {

/// As many octets as the hash has. Sha1 or Sha256; iterations: 1 or more.
Base::Result<QByteArray> pbkdf2(QCryptographicHash::Algorithm algorithm, const QByteArray &password,
                                const QByteArray &salt, int iterations);

} // namespace Smtp
