#include "core/smtp/external.h"

namespace Smtp {

Base::Result<QByteArray> External::respond(const QByteArray &)
{
    return Base::Error{Base::ErrorKind::Protocol,
                       {},
                       QStringLiteral("the server asks on where EXTERNAL has nothing more to say")};
}

} // namespace Smtp
