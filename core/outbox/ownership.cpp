#include "core/outbox/ownership.h"

#include "core/base/log.h"

#include <QFile>
#include <QLocalSocket>

#include <utility>

namespace Outbox {

namespace {
constexpr qint64 tryAgain = 2000;  // ms
constexpr qint64 longestWord = 64; // octets of one call through the socket
constexpr qint64 longestLock = 4096;
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

/// QLockFile finds out by the number of a process that it is gone: one that was killed before it wrote its
/// number would be waited for for ever, and so would one whose number another program of ours has by now. The
/// kernel knows better, and does not let a file be removed this way while its owner lives. Only one that has
/// not changed since the last time: it could be that of a program that is about to lock it.
bool Ownership::tryLock()
{
    if (m_lock.isLocked() || m_lock.tryLock(0))
        return true;
    QFile file(m_lock.fileName());
    const std::optional<QByteArray> left =
        file.open(QIODevice::ReadOnly) ? std::optional(file.read(longestLock)) : std::nullopt;
    const bool unchanged = left && left == std::exchange(m_left, left);
    return unchanged && m_lock.removeStaleLockFile() && m_lock.tryLock(0);
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
