#pragma once

// A proxy on loopback for tests: SOCKS5 (RFC 1928, 1929) or HTTP CONNECT (RFC 9110 §9.3.6). Whatever name it
// is asked for, it connects to 127.0.0.1, so that a test can use a name that no resolver knows.

#include <QByteArray>
#include <QStringList>
#include <QTcpServer>

class QTcpSocket;

namespace Support {

class TestProxy : public QTcpServer
{
public:
    enum class Kind { Socks5, HttpConnect };

    /// Listens on a free port of 127.0.0.1.
    explicit TestProxy(Kind kind);

    QByteArray user; ///< empty: no sign-in is asked for
    QByteArray password;
    int refusal = 0; ///< SOCKS reply or HTTP status instead of a connection
    bool isSilent = false;
    bool hangsUp = false; ///< as soon as it hears something

    QStringList asked;       ///< "mail.example:465": what it was to connect to
    QStringList credentials; ///< "ada:secret", as given; an empty one for none

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    enum class Step { Greeting, SignIn, Request, Relay };
    struct Client
    {
        QTcpSocket *socket;
        QByteArray heard;
        Step step = Step::Greeting;
        QTcpSocket *server = nullptr;
    };

    void hear(Client &client);
    bool hearSocks(Client &client);
    bool hearHttp(Client &client);
    void connectThrough(Client &client, quint16 port, const QByteArray &answer);

    const Kind m_kind;
};

} // namespace Support
