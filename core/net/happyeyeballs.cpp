#include "core/net/happyeyeballs.h"

#include <QHostAddress>
#include <QNetworkProxy>

#include <algorithm>
#include <utility>

namespace Net {

void HappyEyeballs::systemResolver(const QString &host, QObject *context, Found then)
{
    QHostInfo::lookupHost(host, context, std::move(then));
}

std::unique_ptr<QSslSocket> HappyEyeballs::plainSocket()
{
    return std::make_unique<QSslSocket>();
}

HappyEyeballs::HappyEyeballs(Base::Clock &clock, Resolver resolver, SocketMaker makeSocket)
    : m_resolver(std::move(resolver))
    , m_makeSocket(std::move(makeSocket))
    , m_timer(clock.makeTimer([this] { tryNext(); }))
{
}

void HappyEyeballs::begin(const QString &host, quint16 port)
{
    m_host = host;
    m_port = port;
    if (const QHostAddress literal(host); !literal.isNull()) {
        QHostInfo info;
        info.setAddresses({literal});
        return onLookedUp(info);
    }
    m_resolver(host, this, [this](const QHostInfo &info) { onLookedUp(info); });
}

void HappyEyeballs::stop()
{
    m_over = true;
    m_timer->stop();
    for (const Attempt &attempt : std::exchange(m_attempts, {}))
        drop(attempt.socket);
}

QList<QHostAddress> HappyEyeballs::interleaved(const QList<QHostAddress> &addresses)
{
    QList<QHostAddress> v6;
    QList<QHostAddress> v4;
    for (const QHostAddress &address : addresses) {
        QList<QHostAddress> &family = address.protocol() == QAbstractSocket::IPv6Protocol ? v6 : v4;
        if (!family.contains(address))
            family.append(address);
    }
    QList<QHostAddress> sorted;
    for (qsizetype i = 0; i < std::max(v6.size(), v4.size()); ++i) {
        if (i < v6.size())
            sorted.append(v6.at(i));
        if (i < v4.size())
            sorted.append(v4.at(i));
    }
    return sorted;
}

void HappyEyeballs::onLookedUp(const QHostInfo &info)
{
    if (m_over)
        return;
    m_addresses = interleaved(info.addresses()).mid(0, mostAddresses);
    if (m_addresses.isEmpty()) {
        m_over = true;
        Q_EMIT failed({Base::ErrorKind::NameNotFound, m_host, info.errorString()});
        return;
    }
    QStringList texts;
    for (const QHostAddress &address : std::as_const(m_addresses))
        texts.append(address.toString());
    Q_EMIT resolved(texts);
    tryNext();
}

void HappyEyeballs::tryNext()
{
    if (m_over || m_next >= m_addresses.size())
        return;
    const QHostAddress address = m_addresses.at(m_next++);
    QSslSocket *socket = m_makeSocket().release();
    socket->setParent(this);
    // Otherwise what the desktop names as its proxy would be used without anyone having asked for it.
    socket->setProxy(QNetworkProxy::NoProxy);
    m_attempts.append({socket, address});
    connect(socket, &QSslSocket::connected, this, [this, socket] { win(socket); });
    connect(socket, &QSslSocket::errorOccurred, this, [this, socket] { lose(socket); });
    if (m_next < m_addresses.size())
        m_timer->start(attemptDelay);
    socket->connectToHost(address.toString(), m_port); // last: it may fail, and try the next, from inside
}

void HappyEyeballs::win(QSslSocket *socket)
{
    if (m_over)
        return;
    m_attempts.removeIf([socket](const Attempt &attempt) { return attempt.socket == socket; });
    socket->disconnect(this);
    socket->setParent(nullptr);
    m_winner.reset(socket);
    stop();
    Q_EMIT connected();
}

void HappyEyeballs::lose(QSslSocket *socket)
{
    if (m_over)
        return;
    const auto lost = std::find_if(m_attempts.cbegin(), m_attempts.cend(),
                                   [socket](const Attempt &attempt) { return attempt.socket == socket; });
    m_failures.append(addressText(lost->address) + QStringLiteral(": ") + socket->errorString());
    m_attempts.erase(lost);
    drop(socket);
    if (m_next < m_addresses.size())
        return tryNext(); // at once (RFC 8305 §5)
    if (!m_attempts.isEmpty())
        return;
    m_over = true;
    Q_EMIT failed({Base::ErrorKind::CannotConnect, m_host, m_failures.join(QStringLiteral("; "))});
}

/// It may be the one whose signal is being heard.
void HappyEyeballs::drop(QSslSocket *socket)
{
    socket->disconnect(this);
    socket->abort();
    socket->deleteLater();
}

QString addressText(const QHostAddress &address)
{
    return address.protocol() == QAbstractSocket::IPv6Protocol
               ? QLatin1Char('[') + address.toString() + QLatin1Char(']')
               : address.toString();
}

} // namespace Net
