#pragma once

// Pinned keys: the server must be vouched for by a key one has chosen, on top of everything else. A pin is
// written as RFC 7469 §2.4 has it, base64 of the SHA-256 of a SubjectPublicKeyInfo, so that it outlives the
// certificate the key stands in:
//   openssl x509 -in FILE -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary |
//   base64

#include "core/net/pin.h"

#include <QList>
#include <QSslCertificate>
#include <QString>
#include <QStringList>

namespace Net {

/// Of the certificate's key.
QString pinOf(const QSslCertificate &certificate);

/// True when one of the pins is the server's own key or that of a certificate in the chain that leads from it
/// to one of the authorities; also where there are no pins. What a server merely sends along proves nothing:
/// a certificate can be copied by anyone. `sent` begins with the server's own.
bool isPinned(const QStringList &pins, const QList<QSslCertificate> &sent,
              const QList<QSslCertificate> &authorities);

} // namespace Net
