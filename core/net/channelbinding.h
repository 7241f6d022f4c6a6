#pragma once

// What ties a sign-in to the TLS connection it is made in (RFC 5056, RFC 5929): the server mixes the same
// value into its proof, so that one in between, with another certificate, cannot hand a sign-in on.

#include <QByteArray>
#include <QSslCertificate>

namespace Net {

/// tls-server-end-point (RFC 5929 §4.1): the certificate's octets under the digest its signature uses, with
/// SHA-256 in the place of MD5 and SHA-1. Empty where that is undefined: no certificate, or a signature that
/// uses no digest of its own or several (Ed25519, Ed448).
QByteArray endPointBinding(const QSslCertificate &certificate);

} // namespace Net
