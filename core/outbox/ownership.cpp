#include "core/outbox/ownership.h"

#include "core/base/log.h"

#include <QLocalSocket>

namespace Outbox {

namespace {
constexpr qint64 tryAgain = 2000;  // ms
constexpr qint64 longestWord = 64; // octets of one call through the socket
} // namespace

Ownership::Ownership(const Base::Paths &paths, Base::Clock &clock)
    : m_socketName(paths.socketName())
    , m_lock(paths.dispatcherLock())
    , m_again(clock.makeTimer([this] { seek(); }))
{
    m_lock.setStaleLockTime(0); // never by age: only when its process is gone
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket *caller = m_server.nextPendingConnection()) {
            connect(caller, &QLocalSocket::disconnected, caller, &QObject::deleteLater);
            connect(caller, &QLocalSocket::readyRead, this, [this, caller] {
                while (caller->canReadLine()) {
                    const QByteArray line = caller->readLine(longestWord).trimmed();
                    Q_EMIT woken(Base::AccountId{line.startsWith("account ") ? line.mid(8).toLongLong() : 0});
                }
                if (caller->bytesAvailable() > longestWord)
                    caller->abort();
            });
        }
    });
}

Ownership::~Ownership()
{
    release();
}

bool Ownership::tryLock()
{
    return m_lock.isLocked() || m_lock.tryLock(0);
}

void Ownership::seek()
{
    if (m_owner)
        return;
    if (!tryLock()) {
        m_again->start(tryAgain);
        return;
    }
    m_owner = true;
    Base::Log::info(QStringLiteral("This program dispatches for its home"));
    listen();
    Q_EMIT acquired();
}

void Ownership::letGo()
{
    if (!m_owner)
        m_lock.unlock();
}

void Ownership::listen()
{
    QLocalServer::removeServer(m_socketName); // left over by a program that was killed: we hold the lock
    if (!m_server.listen(m_socketName))
        Base::Log::warning(
            QStringLiteral("Other programs cannot wake this one: %1").arg(m_server.errorString()));
}

void Ownership::wakeOwner(Base::AccountId account)
{
    if (m_owner)
        return;
    auto *socket = new QLocalSocket(this);
    connect(socket, &QLocalSocket::connected, socket, [socket, account] {
        socket->write(account.isValid() ? "account " + QByteArray::number(account.value) + '\n'
                                        : QByteArray("wake\n"));
        socket->disconnectFromServer();
    });
    connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
    connect(socket, &QLocalSocket::errorOccurred, socket, &QObject::deleteLater);
    socket->connectToServer(m_socketName, QIODevice::WriteOnly);
}

void Ownership::release()
{
    m_again->stop();
    if (!m_owner)
        return;
    m_server.close();
    m_lock.unlock();
    m_owner = false;
}

} // namespace Outbox
