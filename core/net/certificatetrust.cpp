#include "core/net/certificatetrust.h"

#include "core/base/atomicfile.h"
#include "core/net/clientidentity.h"
#include "core/net/pins.h"

#include <QCryptographicHash>
#include <QMetaEnum>
#include <QSslCipher>
#include <QSslSocket>

#include <algorithm>

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
    if (!trust.caFile.isEmpty()) {
        const Base::Result<QByteArray> pem = Base::readAll(trust.caFile, caFileLimit);
        if (!pem)
            return pem.error();
        const QList<QSslCertificate> certificates = QSslCertificate::fromData(*pem, QSsl::Pem);
        if (certificates.isEmpty())
            return Base::Error{Base::ErrorKind::BadAccount, trust.caFile,
                               QStringLiteral("the file holds no certificate in PEM form")};
        configuration.addCaCertificates(certificates);
    }
    if (!trust.client.isNull()) {
        const Base::Result<ClientIdentity> identity = readIdentity(trust.client);
        if (!identity)
            return identity.error();
        configuration.setLocalCertificateChain(identity->chain);
        configuration.setPrivateKey(identity->key);
    }
    return configuration;
}

QString fingerprint(const QSslCertificate &certificate)
{
    return QString::fromLatin1(certificate.digest(QCryptographicHash::Sha256).toHex());
}

bool isAccepted(const CertificateException &exception, const Endpoint &server, const QSslCertificate &peer,
                const QList<QSslError> &errors)
{
    if (exception.isNull() || peer.isNull() || fingerprint(peer) != exception.sha256)
        return false;
    if (exception.port != server.port || exception.host.compare(server.host, Qt::CaseInsensitive) != 0)
        return false;
    return std::all_of(errors.begin(), errors.end(), [&exception](const QSslError &error) {
        return exception.errors.contains(errorName(error.error()));
    });
}

QString errorName(QSslError::SslError error)
{
    const char *key = QMetaEnum::fromType<QSslError::SslError>().valueToKey(error);
    QString name;
    for (const QChar c : QString::fromLatin1(key ? key : "UnspecifiedError")) {
        if (c.isUpper() && !name.isEmpty())
            name += QLatin1Char('-');
        name += c.toLower();
    }
    return name;
}

QStringList certificateErrorNames()
{
    const QMetaEnum errors = QMetaEnum::fromType<QSslError::SslError>();
    QStringList names;
    for (int i = 0; i < errors.keyCount(); ++i) {
        const auto error = static_cast<QSslError::SslError>(errors.value(i));
        if (error != QSslError::NoError && error != QSslError::NoPeerCertificate &&
            error != QSslError::NoSslSupport && error != QSslError::UnspecifiedError)
            names.append(errorName(error));
    }
    return names;
}

QStringList ownServerErrorNames()
{
    return {errorName(QSslError::SelfSignedCertificate),
            errorName(QSslError::SelfSignedCertificateInChain),
            errorName(QSslError::UnableToGetIssuerCertificate),
            errorName(QSslError::UnableToGetLocalIssuerCertificate),
            errorName(QSslError::UnableToVerifyFirstCertificate),
            errorName(QSslError::CertificateUntrusted),
            errorName(QSslError::HostNameMismatch)};
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
    if (!peer.isNull()) {
        facts.sha256 = fingerprint(peer);
        facts.pin = pinOf(peer);
    }
    for (const QSslError &problem : problems) {
        facts.problems.append(problem.errorString());
        facts.errors.append(errorName(problem.error()));
    }
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
