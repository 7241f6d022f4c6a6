#include "tests/support/testcertificates.h"

#include <QCryptographicHash>
#include <QFile>
#include <QProcess>

namespace Support {

QString ServerCertificate::sha256() const
{
    return QString::fromLatin1(certificate.digest(QCryptographicHash::Sha256).toHex());
}

bool TestCertificates::make()
{
    const QString localhost = QStringLiteral("DNS:localhost,IP:127.0.0.1");
    return authority(QStringLiteral("ca")) && authority(QStringLiteral("otherca")) &&
           server(QStringLiteral("good"), QStringLiteral("ca"), localhost, 30) &&
           server(QStringLiteral("wronghost"), QStringLiteral("ca"), QStringLiteral("DNS:other.example"),
                  30) &&
           server(QStringLiteral("expired"), QStringLiteral("ca"), localhost, -1) &&
           server(QStringLiteral("unknown"), QStringLiteral("otherca"), localhost, 30);
}

bool TestCertificates::openssl(const QStringList &arguments)
{
    QProcess process;
    process.setWorkingDirectory(m_folder.path());
    process.start(QStringLiteral("openssl"), arguments);
    if (process.waitForFinished(30'000) && process.exitCode() == 0)
        return true;
    m_why = QStringLiteral("openssl %1: %2 %3")
                .arg(arguments.join(QLatin1Char(' ')), process.errorString(),
                     QString::fromLocal8Bit(process.readAllStandardError()));
    return false;
}

bool TestCertificates::authority(const QString &name)
{
    return openssl({QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"),
                    QStringLiteral("rsa:2048"), QStringLiteral("-nodes"), QStringLiteral("-days"),
                    QStringLiteral("30"), QStringLiteral("-subj"),
                    QStringLiteral("/CN=Test authority ") + name, QStringLiteral("-keyout"),
                    name + QStringLiteral(".key"), QStringLiteral("-out"), name + QStringLiteral(".pem"),
                    QStringLiteral("-addext"), QStringLiteral("keyUsage=critical,keyCertSign,cRLSign")});
}

bool TestCertificates::server(const QString &name, const QString &authority, const QString &alternativeNames,
                              int days)
{
    QFile extensions(path(name + QStringLiteral(".ext")));
    if (!extensions.open(QIODevice::WriteOnly))
        return false;
    extensions.write("subjectAltName=" + alternativeNames.toLatin1() + "\nextendedKeyUsage=serverAuth\n");
    extensions.close();
    return openssl({QStringLiteral("req"), QStringLiteral("-newkey"), QStringLiteral("rsa:2048"),
                    QStringLiteral("-nodes"), QStringLiteral("-subj"), QStringLiteral("/CN=") + name,
                    QStringLiteral("-keyout"), name + QStringLiteral(".key"), QStringLiteral("-out"),
                    name + QStringLiteral(".csr")}) &&
           openssl({QStringLiteral("x509"), QStringLiteral("-req"), QStringLiteral("-in"),
                    name + QStringLiteral(".csr"), QStringLiteral("-CA"), authority + QStringLiteral(".pem"),
                    QStringLiteral("-CAkey"), authority + QStringLiteral(".key"),
                    QStringLiteral("-CAcreateserial"), QStringLiteral("-days"), QString::number(days),
                    QStringLiteral("-extfile"), name + QStringLiteral(".ext"), QStringLiteral("-out"),
                    name + QStringLiteral(".pem")});
}

ServerCertificate TestCertificates::read(const QString &name) const
{
    return {QSslCertificate(content(name + QStringLiteral(".pem"))),
            QSslKey(content(name + QStringLiteral(".key")), QSsl::Rsa)};
}

bool TestCertificates::selfSigned(const QString &name, const QStringList &how)
{
    return openssl(QStringList{QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-nodes"),
                               QStringLiteral("-days"), QStringLiteral("30"), QStringLiteral("-subj"),
                               QStringLiteral("/CN=localhost"), QStringLiteral("-keyout"),
                               name + QStringLiteral(".key"), QStringLiteral("-out"),
                               name + QStringLiteral(".pem")} +
                   how);
}

QByteArray TestCertificates::content(const QString &file) const
{
    QFile opened(path(file));
    return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray();
}

} // namespace Support
