#pragma once

// Decides whether a server's certificate is believed: name and chain must verify, unless this very
// certificate was accepted for this very server with nothing wrong but what was wrong then. Nothing is ever
// ignored wholesale (CVE-2020-15047 and its like).

#include "core/base/result.h"
#include "core/net/endpoint.h"
#include "core/net/tlsfacts.h"

#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslError>

class QSslSocket;

namespace Net {

/// TLS 1.2 or later, the system's authorities and those of trust.caFile, and our own certificate.
/// FileMissing, FileUnreadable or BadAccount when one of the files is not what it should be.
Base::Result<QSslConfiguration> tlsConfiguration(const Trust &trust);

/// True when the exception is for this server and this certificate, and none of the errors is another one
/// than those that were accepted.
bool isAccepted(const CertificateException &exception, const Endpoint &server, const QSslCertificate &peer,
                const QList<QSslError> &errors);

/// What can be wrong with a certificate, by the names of QSslError::SslError: "certificate-expired".
QString errorName(QSslError::SslError error);
/// All of them but those that are no trouble of a certificate.
QStringList certificateErrorNames();
/// What is wrong with the certificate of a server of one's own: its issuer is unknown, or its name another.
/// Not that its time is over.
QStringList ownServerErrorNames();

QString fingerprint(const QSslCertificate &certificate);

TlsFacts factsOf(const QSslSocket &socket, const QList<QSslError> &problems);

/// The problems in one line, most telling first: "the certificate is for mail.example.org, not for
/// smtp.example.org".
QString describe(const QList<QSslError> &problems, const QSslCertificate &peer, const QString &host);

} // namespace Net
