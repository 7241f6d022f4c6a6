#pragma once

// A second hold on a socket, so that what the other side said before it hung up is heard even when writing to
// it failed first: Qt then closes the socket with whatever it has not read yet. For what is said in the
// clear; inside TLS these octets mean nothing without the session.
//
// While it holds, closing the socket does not end the connection: let go first.

#include <QByteArray>

namespace Net {

class LastWords
{
public:
    LastWords() = default;
    ~LastWords() { letGo(); }
    Q_DISABLE_COPY_MOVE(LastWords)

    void hold(qintptr descriptor);
    /// What is unread, at most 64 KB; then lets go.
    QByteArray take();
    void letGo();

private:
    int m_descriptor = -1;
};

} // namespace Net
