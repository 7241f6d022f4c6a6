#pragma once

// Decides whether a server's certificate is believed: name and chain must verify, unless the very certificate
// was accepted by its SHA-256 for this account. Nothing is ever ignored wholesale (CVE-2020-15047 and its
// like).

#include "core/base/result.h"
#include "core/net/endpoint.h"
#include "core/net/tlsfacts.h"

#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslError>

class QSslSocket;

namespace Net {

/// TLS 1.2 or later, the system's authorities and those of trust.caFile. FileMissing, FileUnreadable or
/// BadAccount when that file is not a list of certificates.
Base::Result<QSslConfiguration> tlsConfiguration(const Trust &trust);

/// True when every one of the errors concerns the certificate with exactly the fingerprint of the exception.
bool isAccepted(const Trust &trust, const QSslCertificate &peer);

QString fingerprint(const QSslCertificate &certificate);

TlsFacts factsOf(const QSslSocket &socket, const QList<QSslError> &problems);

/// The problems in one line, most telling first: "the certificate is for mail.example.org, not for
/// smtp.example.org".
QString describe(const QList<QSslError> &problems, const QSslCertificate &peer, const QString &host);

} // namespace Net
