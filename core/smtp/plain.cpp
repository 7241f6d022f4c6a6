#include "core/smtp/plain.h"

namespace Smtp {

Base::Result<QByteArray> Plain::respond(const QByteArray &)
{
    return Base::Error{Base::ErrorKind::Protocol,
                       {},
                       QStringLiteral("the server asks on where PLAIN has nothing more to say")};
}

// The authorization identity (none), the user and the password, each of the two behind a NUL.
QByteArray Plain::message() const
{
    return '\0' + m_credentials.user + '\0' + m_credentials.secret;
}

} // namespace Smtp
