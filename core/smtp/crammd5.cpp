#include "core/smtp/crammd5.h"

#include <QMessageAuthenticationCode>

namespace Smtp {

Base::Result<QByteArray> CramMd5::respond(const QByteArray &challenge)
{
    const auto protocol = [](const QString &why) { return Base::Error{Base::ErrorKind::Protocol, {}, why}; };
    if (!m_digest.isEmpty())
        return protocol(QStringLiteral("the server asks a second question in CRAM-MD5"));
    // A question that is the same every time would make the answer as good as the password.
    if (challenge.isEmpty())
        return protocol(QStringLiteral("the server's question in CRAM-MD5 is empty"));
    m_digest =
        QMessageAuthenticationCode::hash(challenge, m_credentials.secret, QCryptographicHash::Md5).toHex();
    return m_credentials.user + ' ' + m_digest;
}

} // namespace Smtp
