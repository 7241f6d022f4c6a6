#include "core/net/certificatetrust.h"

#include "core/base/atomicfile.h"

#include <QCryptographicHash>
#include <QSslCipher>
#include <QSslSocket>

namespace Net {

namespace {

constexpr qint64 caFileLimit = 8 << 20;

QString protocolName(QSsl::SslProtocol protocol)
{
    switch (protocol) {
    case QSsl::TlsV1_2:
        return QStringLiteral("TLS 1.2");
    case QSsl::TlsV1_3:
        return QStringLiteral("TLS 1.3");
    default:
        return QStringLiteral("TLS");
    }
}

QString firstOf(const QStringList &list)
{
    return list.isEmpty() ? QString() : list.first();
}

} // namespace

Base::Result<QSslConfiguration> tlsConfiguration(const Trust &trust)
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    if (trust.caFile.isEmpty())
        return configuration;
    const Base::Result<QByteArray> pem = Base::readAll(trust.caFile, caFileLimit);
    if (!pem)
        return pem.error();
    const QList<QSslCertificate> certificates = QSslCertificate::fromData(*pem, QSsl::Pem);
    if (certificates.isEmpty())
        return Base::Error{Base::ErrorKind::BadAccount, trust.caFile,
                           QStringLiteral("the file holds no certificate in PEM form")};
    configuration.addCaCertificates(certificates);
    return configuration;
}

QString fingerprint(const QSslCertificate &certificate)
{
    return QString::fromLatin1(certificate.digest(QCryptographicHash::Sha256).toHex());
}

bool isAccepted(const Trust &trust, const QSslCertificate &peer)
{
    return !trust.sha256.isEmpty() && !peer.isNull() && fingerprint(peer) == trust.sha256;
}

TlsFacts factsOf(const QSslSocket &socket, const QList<QSslError> &problems)
{
    TlsFacts facts;
    const QSslCertificate peer = socket.peerCertificate();
    facts.subject = firstOf(peer.subjectInfo(QSslCertificate::CommonName));
    facts.names = peer.subjectAlternativeNames().values(QSsl::DnsEntry) +
                  peer.subjectAlternativeNames().values(QSsl::IpAddressEntry);
    if (facts.subject.isEmpty())
        facts.subject = firstOf(facts.names);
    facts.issuer = firstOf(peer.issuerInfo(QSslCertificate::CommonName));
    if (facts.issuer.isEmpty())
        facts.issuer = firstOf(peer.issuerInfo(QSslCertificate::Organization));
    facts.expires = peer.expiryDate().toUTC();
    if (!peer.isNull())
        facts.sha256 = fingerprint(peer);
    for (const QSslError &problem : problems)
        facts.problems.append(problem.errorString());
    if (socket.isEncrypted()) {
        facts.protocol = protocolName(socket.sessionProtocol());
        facts.cipher = socket.sessionCipher().name();
    }
    return facts;
}

QString describe(const QList<QSslError> &problems, const QSslCertificate &peer, const QString &host)
{
    QStringList words;
    for (const QSslError &problem : problems) {
        if (problem.error() == QSslError::HostNameMismatch) {
            QStringList names = peer.subjectAlternativeNames().values();
            if (names.isEmpty())
                names = peer.subjectInfo(QSslCertificate::CommonName);
            names.removeDuplicates();
            words.prepend(QStringLiteral("the certificate is for %1, not for %2")
                              .arg(names.join(QStringLiteral(", ")), host));
        } else if (!words.contains(problem.errorString())) {
            words.append(problem.errorString());
        }
    }
    return words.join(QStringLiteral("; "));
}

} // namespace Net
