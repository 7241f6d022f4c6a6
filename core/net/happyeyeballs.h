#pragma once

// Happy Eyeballs (RFC 8305): a server with several addresses is reached over the first that answers, and an
// address that leads nowhere costs a quarter of a second and not the two minutes of a TCP timeout. Looks up
// the name, sorts, connects to one address after the other while the earlier ones are still trying, keeps the
// first connection that comes about and drops the others. It knows neither TLS nor proxies, and has no
// deadline of its own: that is the session's.
//
// Both families come from one look-up, so there is no Resolution Delay (§3) to wait. Nothing is emitted from
// inside a call but by begin() itself.

#include "core/base/clock.h"
#include "core/base/error.h"

#include <QHostInfo>
#include <QObject>
#include <QSslSocket>

#include <functional>
#include <memory>

namespace Net {

class HappyEyeballs : public QObject
{
    Q_OBJECT

public:
    using Found = std::function<void(const QHostInfo &)>;
    /// Looks up a name; `then` is called later, in this thread, and not when `context` is gone.
    using Resolver = std::function<void(const QString &host, QObject *context, Found then)>;
    using SocketMaker = std::function<std::unique_ptr<QSslSocket>()>;

    static void systemResolver(const QString &host, QObject *context, Found then);
    static std::unique_ptr<QSslSocket> plainSocket();

    static constexpr qint64 attemptDelay = 250; ///< ms; RFC 8305 §8
    /// Addresses tried at most: what a foreign name server says is bounded (law 9).
    static constexpr qsizetype mostAddresses = 16;

    explicit HappyEyeballs(Base::Clock &clock, Resolver resolver = systemResolver,
                           SocketMaker makeSocket = plainSocket);

    /// A name (A-labels) or an address. Then resolved(), and connected() or failed(), once. No proxy is used.
    void begin(const QString &host, quint16 port);
    /// Drops every attempt; nothing comes after.
    void stop();
    /// Behind connected(): the connection, which now belongs to the caller.
    std::unique_ptr<QSslSocket> takeSocket() { return std::move(m_winner); }

    /// IPv6 first, then by turns, each family in the order the resolver gave, which is that of RFC 6724
    /// (RFC 8305 §4, First Address Family Count 1). Each address once.
    static QList<QHostAddress> interleaved(const QList<QHostAddress> &addresses);

Q_SIGNALS:
    void resolved(const QStringList &addresses); ///< in the order they are tried
    void connected();
    /// NameNotFound, or CannotConnect with every address and why it was none: "192.0.2.7: Connection refused;
    /// [2001:db8::7]: Network unreachable".
    void failed(const Base::Error &error);

private:
    void onLookedUp(const QHostInfo &info);
    void tryNext();
    void win(QSslSocket *socket);
    void lose(QSslSocket *socket);
    void drop(QSslSocket *socket);

    struct Attempt
    {
        QSslSocket *socket; ///< child of this
        QHostAddress address;
    };

    Resolver m_resolver;
    SocketMaker m_makeSocket;
    std::unique_ptr<Base::Timer> m_timer;
    QString m_host;
    quint16 m_port = 0;
    QList<QHostAddress> m_addresses;
    qsizetype m_next = 0; ///< the address that is tried next
    QList<Attempt> m_attempts;
    QStringList m_failures;
    std::unique_ptr<QSslSocket> m_winner;
    bool m_over = false;
};

/// "192.0.2.7", "[2001:db8::7]".
QString addressText(const QHostAddress &address);

} // namespace Net
