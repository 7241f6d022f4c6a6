#include "app/singleinstance.h"

#include <QLocalSocket>

namespace App {

namespace {
constexpr int patience = 1000; // ms: it is this machine, and there is no window yet that could wait
}

SingleInstance::SingleInstance(const Base::Paths &paths)
    : m_name(paths.socketName() + QStringLiteral("-window"))
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket *caller = m_server.nextPendingConnection()) {
            caller->write("raised\n");
            connect(caller, &QLocalSocket::disconnected, caller, &QObject::deleteLater);
            Q_EMIT raiseWanted();
        }
    });
}

bool SingleInstance::raiseOther() const
{
    QLocalSocket socket;
    socket.connectToServer(m_name, QIODevice::ReadWrite);
    return socket.waitForConnected(patience) && socket.waitForReadyRead(patience);
}

void SingleInstance::listen()
{
    QLocalServer::removeServer(m_name); // nobody answered there
    m_server.listen(m_name);
}

} // namespace App
