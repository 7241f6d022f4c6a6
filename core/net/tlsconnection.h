#pragma once

// The Connection of the real world: a QSslSocket. It promises that no byte read before TLS is ever handed on
// as if it had come through TLS (RFC 3207 §6, CVE-2011-0411): whatever lies in any buffer when TLS begins
// ends the connection. It leaves lines, replies and timeouts to the session.

#include "core/net/connection.h"
#include "core/net/happyeyeballs.h"
#include "core/net/lastwords.h"

#include <QSslConfiguration>
#include <QSslError>
#include <QSslSocket>

namespace Net {

class TlsConnection : public Connection
{
    Q_OBJECT

public:
    /// The password is for the endpoint's proxy, where that asks for one.
    explicit TlsConnection(Base::Clock &clock, QByteArray proxyPassword = {},
                           HappyEyeballs::Resolver resolver = HappyEyeballs::systemResolver);
    ~TlsConnection() override;

    void open(const Endpoint &endpoint, const Trust &trust) override;
    void startTls() override;
    void write(const QByteArray &bytes) override;
    qint64 unwritten() const override;
    void close() override;
    void abort() override;
    bool isEncrypted() const override;
    TlsFacts tlsFacts() const override;
    QByteArray endPointBinding() const override;
    QString peer() const override;

private:
    void begin();
    void beginThroughProxy();
    void adopt(std::unique_ptr<QSslSocket> socket);
    void onConnected();
    void onEncrypted();
    void onTlsErrors(const QList<QSslError> &errors);
    void onSocketError(QAbstractSocket::SocketError error);
    bool isVouchedFor() const;
    void refuse(const QString &why);
    void onProxyError(QAbstractSocket::SocketError error);
    void read();
    void hear(const QByteArray &bytes);
    void flushLater();
    void lose(Base::ErrorKind kind, const QString &detail);

    HappyEyeballs m_reach;
    const QByteArray m_proxyPassword;
    QSslSocket *m_socket = nullptr; ///< none before the server is reached
    LastWords m_lastWords;          ///< while nothing is encrypted
    QSslConfiguration m_configuration;
    Endpoint m_endpoint;
    Trust m_trust;
    QString m_host; ///< of the endpoint, in A-labels
    QList<QSslError> m_problems;
    mutable TlsFacts m_facts; ///< kept from when TLS stands
    QString m_refusal;        ///< why the certificate was refused; empty if it was not
    bool m_reached = false;   ///< TCP is up, to the server itself
    bool m_handshake = false;
    bool m_hearing = false;  ///< in the middle of telling what came
    bool m_answered = false; ///< something was written meanwhile
    bool m_flushing = false; ///< when the event loop comes round
    bool m_over = false;
};

} // namespace Net
