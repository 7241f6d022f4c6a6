#include "core/net/tlsconnection.h"

#include "core/net/certificatetrust.h"

#include <QHostAddress>
#include <QHostInfo>
#include <QMetaObject>
#include <QUrl>

namespace Net {

TlsConnection::TlsConnection(QObject *parent)
    : Connection(parent)
    , m_socket(new QSslSocket(this))
{
    connect(m_socket, &QSslSocket::hostFound, this, [this] {
        if (!m_over)
            Q_EMIT resolved({});
    });
    connect(m_socket, &QSslSocket::connected, this, [this] {
        if (m_over)
            return;
        m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
        Q_EMIT connected();
        if (m_over)
            return;
        if (m_endpoint.security == Security::Tls)
            m_handshake = true;
        else
            Q_EMIT opened();
    });
    connect(m_socket, &QSslSocket::encrypted, this, &TlsConnection::onEncrypted);
    connect(m_socket, &QSslSocket::sslErrors, this, &TlsConnection::onTlsErrors);
    connect(m_socket, &QSslSocket::errorOccurred, this, &TlsConnection::onSocketError);
    connect(m_socket, &QSslSocket::readyRead, this, &TlsConnection::read);
    connect(m_socket, &QSslSocket::disconnected, this, [this] {
        read(); // the server's last words beat the end of the line
        lose(Base::ErrorKind::ConnectionLost, QStringLiteral("the server closed the connection"));
    });
    // Encrypted, the plain bytes count as written as soon as they are encrypted; those on the wire come with
    // the other signal.
    const auto onWritten = [this](qint64 bytes) {
        if (!m_over && !m_handshake)
            Q_EMIT written(bytes);
    };
    connect(m_socket, &QSslSocket::bytesWritten, this, onWritten);
    connect(m_socket, &QSslSocket::encryptedBytesWritten, this, onWritten);
}

TlsConnection::~TlsConnection()
{
    m_over = true;
    m_socket->disconnect(this);
}

void TlsConnection::open(const Endpoint &endpoint, const Trust &trust)
{
    m_endpoint = endpoint;
    m_trust = trust;
    // Queued: with an address, or a name it knows already, QSslSocket emits from inside connectToHost().
    QMetaObject::invokeMethod(this, &TlsConnection::begin, Qt::QueuedConnection);
}

void TlsConnection::begin()
{
    if (m_over)
        return;
    const Base::Result<QSslConfiguration> configuration = tlsConfiguration(m_trust);
    if (!configuration) {
        m_over = true;
        Q_EMIT lost(configuration.error());
        return;
    }
    m_socket->setSslConfiguration(*configuration);
    const QByteArray ace = QUrl::toAce(m_endpoint.host);
    const QString host = ace.isEmpty() ? m_endpoint.host : QString::fromLatin1(ace);
    m_socket->setPeerVerifyName(host);
    if (m_endpoint.security == Security::Tls)
        m_socket->connectToHostEncrypted(host, m_endpoint.port);
    else
        m_socket->connectToHost(host, m_endpoint.port);
}

void TlsConnection::startTls()
{
    // Bytes sent behind the 220 stay in QSslSocket's buffer over the handshake and would be read as if they
    // had come through TLS (seen with Qt 6.4.2). Whoever sent them is not to be talked to.
    if (m_socket->bytesAvailable() > 0) {
        QMetaObject::invokeMethod(
            this,
            [this] {
                lose(Base::ErrorKind::PlaintextAfterTls,
                     QStringLiteral("the server sent plain text behind its answer to STARTTLS"));
            },
            Qt::QueuedConnection);
        return;
    }
    m_handshake = true;
    m_socket->startClientEncryption();
}

void TlsConnection::onEncrypted()
{
    if (m_over)
        return;
    m_handshake = false;
    if (m_endpoint.security == Security::Tls) {
        Q_EMIT opened();
        return;
    }
    // Nobody speaks before our second EHLO (RFC 3207 §4.2): whatever is readable now was injected.
    if (m_socket->bytesAvailable() > 0)
        return lose(Base::ErrorKind::PlaintextAfterTls,
                    QStringLiteral("the server's plain text was still unread when TLS began"));
    Q_EMIT encrypted();
}

void TlsConnection::onTlsErrors(const QList<QSslError> &errors)
{
    m_problems = errors;
    const QSslCertificate peer = m_socket->peerCertificate();
    if (isAccepted(m_trust, peer)) {
        // Exactly the errors that were seen, for exactly the certificate that was accepted.
        m_socket->ignoreSslErrors(errors);
        return;
    }
    m_refusal = describe(errors, peer, m_endpoint.host);
}

void TlsConnection::onSocketError(QAbstractSocket::SocketError error)
{
    if (m_over)
        return;
    const QString words = m_socket->errorString();
    if (!m_refusal.isEmpty())
        return lose(Base::ErrorKind::CertificateRefused, m_refusal);
    switch (error) {
    case QAbstractSocket::HostNotFoundError:
        return lose(Base::ErrorKind::NameNotFound, words);
    case QAbstractSocket::ConnectionRefusedError:
    case QAbstractSocket::NetworkError:
    case QAbstractSocket::SocketTimeoutError:
        if (m_socket->state() != QAbstractSocket::ConnectedState && !m_handshake && m_socket->peerPort() == 0)
            return lose(Base::ErrorKind::CannotConnect, words);
        if (error == QAbstractSocket::ConnectionRefusedError)
            return lose(Base::ErrorKind::CannotConnect, words);
        break;
    case QAbstractSocket::SslHandshakeFailedError:
    case QAbstractSocket::SslInternalError:
    case QAbstractSocket::SslInvalidUserDataError:
        return lose(Base::ErrorKind::TlsFailed, words);
    case QAbstractSocket::RemoteHostClosedError:
        if (m_handshake)
            return lose(Base::ErrorKind::TlsFailed,
                        QStringLiteral("the server closed the connection while TLS was being set up"));
        break;
    default:
        break;
    }
    read();
    lose(Base::ErrorKind::ConnectionLost, words);
}

void TlsConnection::read()
{
    if (m_over || m_handshake)
        return;
    const QByteArray bytes = m_socket->readAll();
    if (!bytes.isEmpty())
        Q_EMIT received(bytes);
}

void TlsConnection::lose(Base::ErrorKind kind, const QString &detail)
{
    if (std::exchange(m_over, true))
        return;
    Q_EMIT lost(Base::Error{kind, m_endpoint.host, detail});
}

void TlsConnection::write(const QByteArray &bytes)
{
    if (!m_over)
        m_socket->write(bytes);
}

qint64 TlsConnection::unwritten() const
{
    return m_socket->bytesToWrite() + m_socket->encryptedBytesToWrite();
}

void TlsConnection::close()
{
    m_over = true;
    m_socket->disconnectFromHost();
}

void TlsConnection::abort()
{
    m_over = true;
    m_socket->abort();
}

bool TlsConnection::isEncrypted() const
{
    return m_socket->isEncrypted();
}

TlsFacts TlsConnection::tlsFacts() const
{
    return factsOf(*m_socket, m_problems);
}

QByteArray TlsConnection::endPointBinding() const
{
    const QSslCertificate peer = m_socket->isEncrypted() ? m_socket->peerCertificate() : QSslCertificate();
    return peer.isNull() ? QByteArray() : peer.digest(QCryptographicHash::Sha256);
}

QString TlsConnection::peer() const
{
    const QHostAddress address = m_socket->peerAddress();
    if (address.isNull())
        return {};
    const QString text = address.protocol() == QAbstractSocket::IPv6Protocol
                             ? QLatin1Char('[') + address.toString() + QLatin1Char(']')
                             : address.toString();
    return text + QLatin1Char(':') + QString::number(m_socket->peerPort());
}

} // namespace Net
