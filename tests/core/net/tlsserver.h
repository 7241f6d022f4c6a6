#pragma once

// The other side of a connection, for tests of core/net: speaks in the clear or through TLS as it is told.

#include "tests/support/testcertificates.h"

#include <QHostAddress>
#include <QSslSocket>
#include <QTcpServer>

#include <functional>

/// One connection at a time: keeps what it hears, says what it is told.
class TlsServer : public QTcpServer
{
public:
    explicit TlsServer(Support::ServerCertificate certificate,
                       const QHostAddress &address = QHostAddress::LocalHost)
        : m_certificate(std::move(certificate))
    {
        listen(address);
    }

    QSslSocket *socket() const { return m_socket; }
    QByteArray heard() const { return m_heard; }
    bool closesAtOnce = false;
    bool encryptsAtOnce = false;
    QList<QSslCertificate> sentAlong; ///< behind its own certificate
    bool asksWhoItIs = false;         ///< for a client certificate, and takes any
    std::function<void()> onConnected = [] {};
    std::function<void()> onHeard = [] {};

    void say(const QByteArray &bytes)
    {
        m_socket->write(bytes);
        m_socket->flush();
    }

protected:
    void incomingConnection(qintptr handle) override
    {
        m_socket = new QSslSocket(this);
        m_socket->setSocketDescriptor(handle);
        m_socket->setLocalCertificateChain(QList<QSslCertificate>{m_certificate.certificate} + sentAlong);
        m_socket->setPeerVerifyMode(asksWhoItIs ? QSslSocket::QueryPeer : QSslSocket::VerifyNone);
        m_socket->setPrivateKey(m_certificate.key);
        connect(m_socket, &QSslSocket::readyRead, this, [this] {
            m_heard += m_socket->readAll();
            onHeard();
        });
        if (closesAtOnce)
            m_socket->abort();
        else if (encryptsAtOnce)
            m_socket->startServerEncryption();
        onConnected();
    }

private:
    Support::ServerCertificate m_certificate;
    QSslSocket *m_socket = nullptr;
    QByteArray m_heard;
};
