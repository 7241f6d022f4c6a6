#include "core/smtp/login.h"

namespace Smtp {

Base::Result<QByteArray> Login::respond(const QByteArray &)
{
    switch (m_asked++) {
    case 0:
        return m_credentials.user;
    case 1:
        return m_credentials.secret;
    default:
        return Base::Error{
            Base::ErrorKind::Protocol, {}, QStringLiteral("the server asks a third question in LOGIN")};
    }
}

} // namespace Smtp
