#pragma once

// The certificate of the practice server: made once for "localhost", 127.0.0.1 and ::1, signed by itself,
// good for this machine's loopback and nothing else: it is no authority (basicConstraints CA:FALSE), so
// trusting it for one account trusts no other server. Kept as two PEM files, the key readable by its owner
// alone; made anew when it is about to expire or the files are damaged.

#include "core/base/result.h"

#include <QSslCertificate>
#include <QSslKey>
#include <QString>

namespace Practice {

class PracticeCertificate
{
public:
    /// The one kept in the folder, or a new one. The folder is made if need be. FileUnwritable, DiskFull or
    /// Internal.
    static Base::Result<PracticeCertificate> ensure(const QString &folder);
    /// The file an account names as its caFile; it exists after ensure().
    static QString fileIn(const QString &folder);

    const QSslCertificate &certificate() const { return m_certificate; }
    const QSslKey &key() const { return m_key; }
    const QString &certificateFile() const { return m_certificateFile; }

private:
    PracticeCertificate() = default;
    static Base::Result<PracticeCertificate> load(const QString &folder);

    QSslCertificate m_certificate;
    QSslKey m_key;
    QString m_certificateFile;
};

} // namespace Practice
