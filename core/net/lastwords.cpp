#include "core/net/lastwords.h"

#ifdef Q_OS_UNIX
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace Net {

#ifdef Q_OS_UNIX

namespace {
constexpr qsizetype most = 64 << 10; // octets; a reply is far shorter
}

void LastWords::hold(qintptr descriptor)
{
    letGo();
    m_descriptor = ::fcntl(static_cast<int>(descriptor), F_DUPFD_CLOEXEC, 0);
}

QByteArray LastWords::take()
{
    QByteArray words;
    char buffer[4096];
    while (m_descriptor >= 0 && words.size() < most) {
        const ssize_t count = ::recv(m_descriptor, buffer, sizeof buffer, MSG_DONTWAIT);
        if (count <= 0)
            break;
        words.append(buffer, static_cast<qsizetype>(count));
    }
    letGo();
    return words;
}

void LastWords::letGo()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    m_descriptor = -1;
}

#else

void LastWords::hold(qintptr) {}
QByteArray LastWords::take()
{
    return {};
}
void LastWords::letGo() {}

#endif

} // namespace Net
