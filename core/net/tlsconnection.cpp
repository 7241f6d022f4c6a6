#include "core/net/tlsconnection.h"

#include "core/net/certificatetrust.h"
#include "core/net/channelbinding.h"
#include "core/net/pins.h"

#include <QHostAddress>
#include <QMetaObject>
#include <QNetworkProxy>
#include <QUrl>

namespace Net {

namespace {

/// A proxy's own words can stand in an error (law 9).
QString harmless(const QString &words)
{
    QString kept;
    for (const QChar c : words.left(200)) {
        if (c.isPrint())
            kept += c;
    }
    return kept;
}

} // namespace

TlsConnection::TlsConnection(Base::Clock &clock, QByteArray proxyPassword, HappyEyeballs::Resolver resolver)
    : m_reach(clock, std::move(resolver))
    , m_proxyPassword(std::move(proxyPassword))
{
    connect(&m_reach, &HappyEyeballs::resolved, this, &TlsConnection::resolved);
    connect(&m_reach, &HappyEyeballs::connected, this, [this] {
        adopt(m_reach.takeSocket());
        onConnected();
    });
    connect(&m_reach, &HappyEyeballs::failed, this,
            [this](const Base::Error &error) { lose(error.kind, error.detail); });
}

TlsConnection::~TlsConnection()
{
    m_over = true;
    if (m_socket)
        m_socket->disconnect(this);
}

void TlsConnection::open(const Endpoint &endpoint, const Trust &trust)
{
    m_endpoint = endpoint;
    m_trust = trust;
    // Queued: an address, or a name that is no name, is told from inside HappyEyeballs::begin().
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
    m_configuration = *configuration;
    const QByteArray ace = QUrl::toAce(m_endpoint.host);
    m_host = ace.isEmpty() ? m_endpoint.host : QString::fromLatin1(ace);
    if (m_endpoint.proxy.isNull())
        m_reach.begin(m_host, m_endpoint.port);
    else
        beginThroughProxy();
}

/// The proxy gets the name and not an address: it is looked up there, and nowhere else. Which of several
/// addresses answers is the proxy's business too.
void TlsConnection::beginThroughProxy()
{
    const Proxy &proxy = m_endpoint.proxy;
    const auto kind =
        proxy.kind == Proxy::Kind::Socks5 ? QNetworkProxy::Socks5Proxy : QNetworkProxy::HttpProxy;
    std::unique_ptr<QSslSocket> socket = HappyEyeballs::plainSocket();
    socket->setProxy({kind, proxy.host, proxy.port, proxy.user, QString::fromUtf8(m_proxyPassword)});
    adopt(std::move(socket));
    connect(m_socket, &QSslSocket::connected, this, &TlsConnection::onConnected);
    m_socket->connectToHost(m_host, m_endpoint.port);
}

void TlsConnection::adopt(std::unique_ptr<QSslSocket> socket)
{
    m_socket = socket.release();
    m_socket->setParent(this);
    m_socket->setSslConfiguration(m_configuration);
    m_socket->setPeerVerifyName(m_host);
    connect(m_socket, &QSslSocket::encrypted, this, &TlsConnection::onEncrypted);
    connect(m_socket, &QSslSocket::sslErrors, this, &TlsConnection::onTlsErrors);
    connect(m_socket, &QSslSocket::errorOccurred, this, &TlsConnection::onSocketError);
    connect(m_socket, &QSslSocket::readyRead, this, &TlsConnection::read);
    connect(m_socket, &QSslSocket::disconnected, this, [this] {
        m_lastWords.letGo();
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

void TlsConnection::onConnected()
{
    if (m_over)
        return;
    m_reached = true;
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    Q_EMIT connected();
    if (m_over)
        return;
    if (m_endpoint.security != Security::Tls) {
        if (m_endpoint.proxy.isNull())
            m_lastWords.hold(m_socket->socketDescriptor());
        Q_EMIT opened();
        return;
    }
    if (m_socket->bytesAvailable() > 0) // the client speaks first in TLS
        return lose(Base::ErrorKind::PlaintextAfterTls,
                    QStringLiteral("plain text came where TLS was to begin"));
    m_handshake = true;
    m_socket->startClientEncryption();
}

void TlsConnection::startTls()
{
    m_lastWords.letGo();
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
    if (!isVouchedFor())
        return refuse(
            QStringLiteral("none of the pinned keys vouches for the server; its own key is sha256//") +
            pinOf(m_socket->peerCertificate()));
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
    if (isAccepted(m_trust.exception, m_endpoint, peer, errors)) {
        m_socket->ignoreSslErrors(errors);
        return;
    }
    m_refusal = describe(errors, peer, m_endpoint.host);
}

bool TlsConnection::isVouchedFor() const
{
    const QList<QSslCertificate> sent = m_socket->peerCertificateChain();
    const QList<QSslCertificate> authorities = m_configuration.caCertificates();
    // The system's authorities are read from many files: only where it takes one of them.
    return isPinned(m_trust.pins, sent, authorities) ||
           isPinned(m_trust.pins, sent, authorities + QSslConfiguration::systemCaCertificates());
}

/// The handshake went well, and still the server is not the one it should be: nothing is said to it.
void TlsConnection::refuse(const QString &why)
{
    m_refusal = why;
    m_over = true;
    m_lastWords.letGo();
    m_socket->abort();
    Q_EMIT lost(Base::Error{Base::ErrorKind::CertificateRefused, m_endpoint.host, why});
}

void TlsConnection::onSocketError(QAbstractSocket::SocketError error)
{
    if (m_over)
        return;
    if (!m_reached)
        return onProxyError(error);
    const QString words = m_socket->errorString();
    if (!m_refusal.isEmpty())
        return lose(Base::ErrorKind::CertificateRefused, m_refusal);
    switch (error) {
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
    hear(m_lastWords.take());
    lose(Base::ErrorKind::ConnectionLost, words);
}

/// That the server refuses is told of the server; everything else of the proxy. "Host not found" too: with
/// names QSslSocket says so for SOCKS's "not allowed" and "general failure" as well (Qt 6.4.2).
void TlsConnection::onProxyError(QAbstractSocket::SocketError error)
{
    using enum Base::ErrorKind;
    const QString words = harmless(m_socket->errorString());
    const auto loseProxy = [this, &words](Base::ErrorKind kind) {
        if (!std::exchange(m_over, true))
            Q_EMIT lost(Base::Error{kind, m_endpoint.proxy.host, words});
    };
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError:
        return lose(CannotConnect, QStringLiteral("said by the proxy: ") + words);
    case QAbstractSocket::ProxyAuthenticationRequiredError:
        return loseProxy(ProxySignIn);
    case QAbstractSocket::ProxyConnectionRefusedError:
    case QAbstractSocket::ProxyConnectionClosedError:
    case QAbstractSocket::ProxyConnectionTimeoutError:
    case QAbstractSocket::ProxyNotFoundError:
    case QAbstractSocket::RemoteHostClosedError:
    case QAbstractSocket::SocketTimeoutError:
        return loseProxy(ProxyUnreachable);
    default:
        return loseProxy(ProxyRefused);
    }
}

void TlsConnection::read()
{
    if (m_over || m_handshake)
        return;
    hear(m_socket->readAll());
}

void TlsConnection::hear(const QByteArray &bytes)
{
    if (m_over || bytes.isEmpty())
        return;
    m_hearing = true;
    Q_EMIT received(bytes);
    m_hearing = false;
    if (std::exchange(m_answered, false))
        flushLater();
}

void TlsConnection::lose(Base::ErrorKind kind, const QString &detail)
{
    if (std::exchange(m_over, true))
        return;
    Q_EMIT lost(Base::Error{kind, m_endpoint.host, detail});
}

void TlsConnection::write(const QByteArray &bytes)
{
    if (m_over || !m_socket)
        return;
    m_socket->write(bytes);
    m_hearing ? void(m_answered = true) : flushLater();
}

/// What is said in one turn goes out in one piece: the end of one letter with the beginning of the next,
/// which is given to the session from the event loop. Left alone, the socket would first ask whether it may
/// write.
void TlsConnection::flushLater()
{
    if (std::exchange(m_flushing, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_flushing = false;
            if (!m_over)
                m_socket->flush();
        },
        Qt::QueuedConnection);
}

qint64 TlsConnection::unwritten() const
{
    return m_socket ? m_socket->bytesToWrite() + m_socket->encryptedBytesToWrite() : 0;
}

void TlsConnection::close()
{
    m_over = true;
    m_reach.stop();
    m_lastWords.letGo();
    if (m_socket)
        m_socket->disconnectFromHost();
}

void TlsConnection::abort()
{
    m_over = true;
    m_reach.stop();
    m_lastWords.letGo();
    if (m_socket)
        m_socket->abort();
}

bool TlsConnection::isEncrypted() const
{
    return m_socket && m_refusal.isEmpty() && m_socket->isEncrypted();
}

TlsFacts TlsConnection::tlsFacts() const
{
    if (!m_socket)
        return {};
    // Once TLS stands they stay as they are, and every letter asks for them.
    if (!m_facts.isEncrypted())
        m_facts = factsOf(*m_socket, m_problems);
    TlsFacts facts = m_facts;
    if (m_refusal.isEmpty())
        return facts;
    facts.protocol.clear(); // it was not used
    facts.cipher.clear();
    if (m_problems.isEmpty())
        facts.problems.append(m_refusal);
    return facts;
}

QByteArray TlsConnection::endPointBinding() const
{
    return isEncrypted() ? Net::endPointBinding(m_socket->peerCertificate()) : QByteArray();
}

QString TlsConnection::peer() const
{
    if (m_reached && !m_endpoint.proxy.isNull())
        return QStringLiteral("%1:%2 through %3")
            .arg(m_host, QString::number(m_endpoint.port), toUrl(m_endpoint.proxy));
    const QHostAddress address = m_socket ? m_socket->peerAddress() : QHostAddress();
    if (address.isNull())
        return {};
    return addressText(address) + QLatin1Char(':') + QString::number(m_socket->peerPort());
}

} // namespace Net
