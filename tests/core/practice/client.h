#pragma once

// A client that says exactly what a test tells it to, over a real socket. It turns the event loop while it
// waits, so that the server may live in the same thread.

#include <QDeadlineTimer>
#include <QSslSocket>
#include <QTest>

class Client
{
public:
    explicit Client(quint16 port, const QString &host = QStringLiteral("127.0.0.1"))
    {
        m_socket.connectToHost(host, port);
        waitFor([this] {
            return m_socket.state() != QAbstractSocket::HostLookupState &&
                   m_socket.state() != QAbstractSocket::ConnectingState;
        });
    }

    void send(const QByteArray &bytes) { m_socket.write(bytes); }

    /// The next reply, all of its lines joined by '\n'; empty when the connection ended or nothing came.
    QByteArray reply()
    {
        QByteArray lines;
        for (;;) {
            waitFor([this] {
                return m_socket.canReadLine() || m_socket.state() == QAbstractSocket::UnconnectedState;
            });
            const QByteArray line = m_socket.readLine().trimmed();
            if (line.isEmpty())
                return lines;
            lines += line;
            if (line.size() < 4 || line[3] != '-')
                return lines;
            lines += '\n';
        }
    }

    QByteArray ask(const QByteArray &line)
    {
        send(line + "\r\n");
        return reply();
    }

    /// True once encrypted by a certificate that verified for the name.
    bool encrypt(const QString &caFile, const QString &name)
    {
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setCaCertificates(QSslCertificate::fromPath(caFile));
        m_socket.setSslConfiguration(configuration);
        m_socket.setPeerVerifyName(name);
        m_socket.startClientEncryption();
        waitFor([this] {
            return m_socket.isEncrypted() || m_socket.state() == QAbstractSocket::UnconnectedState;
        });
        return m_socket.isEncrypted();
    }

    bool isClosed()
    {
        waitFor([this] { return m_socket.state() == QAbstractSocket::UnconnectedState; });
        return m_socket.state() == QAbstractSocket::UnconnectedState;
    }

    QSslSocket &socket() { return m_socket; }

    template <class Condition>
    static void waitFor(Condition condition)
    {
        const QDeadlineTimer deadline(5000);
        while (!condition() && !deadline.hasExpired())
            QTest::qWait(1);
    }

private:
    QSslSocket m_socket;
};
