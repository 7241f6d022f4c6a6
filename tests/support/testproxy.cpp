#include "tests/support/testproxy.h"

#include <QHostAddress>
#include <QTcpSocket>

#include <memory>
#include <utility>

namespace Support {

namespace {

quint8 octet(const QByteArray &bytes, qsizetype at)
{
    return static_cast<quint8>(bytes.at(at));
}

QByteArray socksReply(int code)
{
    return QByteArray("\x05", 1) + static_cast<char>(code) +
           QByteArray("\x00\x01\x00\x00\x00\x00\x00\x00", 8);
}

} // namespace

TestProxy::TestProxy(Kind kind)
    : m_kind(kind)
{
    listen(QHostAddress::LocalHost);
}

void TestProxy::incomingConnection(qintptr descriptor)
{
    auto client = std::make_shared<Client>();
    client->socket = new QTcpSocket(this);
    client->socket->setSocketDescriptor(descriptor);
    connect(client->socket, &QTcpSocket::readyRead, this, [this, client] { hear(*client); });
    connect(client->socket, &QTcpSocket::disconnected, this, [client] {
        if (client->server)
            client->server->disconnectFromHost();
    });
}

void TestProxy::hear(Client &client)
{
    client.heard += client.socket->readAll();
    if (isSilent)
        return;
    if (hangsUp)
        return client.socket->abort();
    while (client.step != Step::Relay && (m_kind == Kind::Socks5 ? hearSocks(client) : hearHttp(client))) {
    }
    if (client.step == Step::Relay && client.server->state() == QAbstractSocket::ConnectedState)
        client.server->write(std::exchange(client.heard, {}));
}

/// False when more is needed, or nothing more comes.
bool TestProxy::hearSocks(Client &client)
{
    QByteArray &heard = client.heard;
    if (client.step == Step::Greeting) {
        if (heard.size() < 2 || heard.size() < 2 + octet(heard, 1))
            return false;
        const QByteArray methods = heard.mid(2, octet(heard, 1));
        heard.remove(0, 2 + methods.size());
        const char method = user.isEmpty() ? '\x00' : '\x02';
        const bool offered = methods.contains(method);
        client.socket->write(QByteArray("\x05", 1) + (offered ? method : '\xff'));
        client.step = user.isEmpty() ? Step::Request : Step::SignIn;
        return offered;
    }
    if (client.step == Step::SignIn) {
        if (heard.size() < 2 || heard.size() < 3 + octet(heard, 1))
            return false;
        const qsizetype nameSize = octet(heard, 1);
        const qsizetype size = 3 + nameSize + octet(heard, 2 + nameSize);
        if (heard.size() < size)
            return false;
        const QByteArray given = heard.mid(2, nameSize) + ':' + heard.mid(3 + nameSize, size - 3 - nameSize);
        heard.remove(0, size);
        credentials.append(QString::fromUtf8(given));
        const bool right = given == user + ':' + password;
        client.socket->write(QByteArray("\x01", 1) + (right ? '\x00' : '\x01'));
        client.step = Step::Request;
        return right;
    }
    if (heard.size() < 5)
        return false;
    const bool isName = octet(heard, 3) == 3;
    const qsizetype size = isName ? 5 + octet(heard, 4) : octet(heard, 3) == 1 ? 8 : 20;
    if (heard.size() < size + 2)
        return false;
    const QString host = isName ? QString::fromLatin1(heard.mid(5, size - 5)) : QStringLiteral("(address)");
    const auto port = static_cast<quint16>(octet(heard, size) << 8 | octet(heard, size + 1));
    heard.remove(0, size + 2);
    asked.append(QStringLiteral("%1:%2").arg(host).arg(port));
    if (refusal != 0) {
        client.socket->write(socksReply(refusal));
        client.socket->disconnectFromHost();
        return false;
    }
    connectThrough(client, port, socksReply(0));
    return false;
}

bool TestProxy::hearHttp(Client &client)
{
    const qsizetype end = client.heard.indexOf("\r\n\r\n");
    if (end < 0)
        return false;
    const QByteArrayList lines = client.heard.left(end).split('\n');
    client.heard.remove(0, end + 4);
    QByteArray given;
    for (const QByteArray &line : lines) {
        if (line.toLower().startsWith("proxy-authorization: basic "))
            given = QByteArray::fromBase64(line.mid(27).trimmed());
    }
    credentials.append(QString::fromUtf8(given));
    if (!user.isEmpty() && given != user + ':' + password) {
        client.socket->write("HTTP/1.1 407 Sign in\r\nProxy-Authenticate: Basic realm=\"test\"\r\n"
                             "Content-Length: 0\r\n\r\n");
        return true;
    }
    const QByteArray target = lines.first().split(' ').value(1);
    asked.append(QString::fromLatin1(target));
    if (refusal != 0) {
        client.socket->write("HTTP/1.1 " + QByteArray::number(refusal) + " No\r\nContent-Length: 0\r\n\r\n");
        client.socket->disconnectFromHost();
        return false;
    }
    connectThrough(client, target.mid(target.lastIndexOf(':') + 1).toUShort(), "HTTP/1.1 200 Go\r\n\r\n");
    return false;
}

void TestProxy::connectThrough(Client &client, quint16 port, const QByteArray &answer)
{
    client.step = Step::Relay;
    QTcpSocket *socket = client.socket;
    auto *server = client.server = new QTcpSocket(this);
    connect(server, &QTcpSocket::connected, socket, [socket, answer] { socket->write(answer); });
    connect(server, &QTcpSocket::readyRead, socket, [socket, server] { socket->write(server->readAll()); });
    connect(server, &QTcpSocket::disconnected, socket, [socket] { socket->disconnectFromHost(); });
    server->connectToHost(QHostAddress(QHostAddress::LocalHost), port);
}

} // namespace Support
