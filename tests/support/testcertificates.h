#pragma once

// Certificates for one test run, made by the openssl command in a folder that goes away: two authorities, and
// what can be wrong with a server's certificate.

#include <QList>
#include <QSslCertificate>
#include <QSslKey>
#include <QString>
#include <QTemporaryDir>

namespace Support {

struct ServerCertificate
{
    QSslCertificate certificate;
    QSslKey key;

    /// Lower-case hex SHA-256 of the DER certificate.
    QString sha256() const;
};

class TestCertificates
{
public:
    /// Makes them all; false, with why(), when the openssl command is missing or fails.
    bool make();
    QString why() const { return m_why; }

    QString caFile() const { return m_folder.filePath(QStringLiteral("ca.pem")); }
    ServerCertificate good() const { return read(QStringLiteral("good")); } ///< for localhost and 127.0.0.1
    ServerCertificate wrongHost() const { return read(QStringLiteral("wronghost")); } ///< for other.example
    ServerCertificate expired() const { return read(QStringLiteral("expired")); }     ///< since yesterday
    ServerCertificate unknownCa() const { return read(QStringLiteral("unknown")); } ///< by another authority
    /// A self-signed one for localhost, NAME.pem with NAME.key, made as `openssl req` is told: "-newkey
    /// rsa:2048 -sha384".
    bool selfSigned(const QString &name, const QStringList &how);
    /// Runs the openssl command in the folder; false, with why(), when it fails.
    bool openssl(const QStringList &arguments);
    QByteArray content(const QString &file) const; ///< empty when it is not there
    QString path(const QString &file) const { return m_folder.filePath(file); }

private:
    bool authority(const QString &name);
    bool server(const QString &name, const QString &authority, const QString &alternativeNames, int days);
    ServerCertificate read(const QString &name) const;

    QTemporaryDir m_folder;
    QString m_why;
};

} // namespace Support
