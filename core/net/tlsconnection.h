#pragma once

// The Connection of the real world: a QSslSocket. It promises that no byte read before TLS is ever handed on
// as if it had come through TLS (RFC 3207 §6, CVE-2011-0411): whatever lies in any buffer when TLS begins
// ends the connection. It leaves lines, replies and timeouts to the session.

#include "core/net/connection.h"

#include <QSslError>
#include <QSslSocket>

namespace Net {

class TlsConnection : public Connection
{
    Q_OBJECT

public:
    explicit TlsConnection(QObject *parent = nullptr);
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
    void onEncrypted();
    void onTlsErrors(const QList<QSslError> &errors);
    void onSocketError(QAbstractSocket::SocketError error);
    void read();
    void lose(Base::ErrorKind kind, const QString &detail);

    QSslSocket *m_socket;
    Endpoint m_endpoint;
    Trust m_trust;
    QList<QSslError> m_problems;
    QString m_refusal; ///< why the certificate was refused; empty if it was not
    bool m_handshake = false;
    bool m_over = false;
};

} // namespace Net
