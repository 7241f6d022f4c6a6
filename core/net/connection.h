#pragma once

// A connection to a server, as the conversation sees it: bytes in order, TLS on request, and the end of it.
// The session talks to this interface, so that a dialogue can be played in memory.
//
// No signal is ever emitted from inside a call. After lost() nothing more comes.

#include "core/base/error.h"
#include "core/net/endpoint.h"
#include "core/net/tlsfacts.h"

#include <QByteArray>
#include <QObject>

namespace Net {

class Connection : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Looks up the name, connects, and with Security::Tls also encrypts. Then opened(), or lost().
    virtual void open(const Endpoint &endpoint, const Trust &trust) = 0;
    /// Turns the open connection to TLS. PlaintextAfterTls when the server sent anything it should not have.
    virtual void startTls() = 0;
    virtual void write(const QByteArray &bytes) = 0;
    /// Bytes written here that the operating system has not taken yet.
    virtual qint64 unwritten() const = 0;
    /// Ends the connection politely: what was written still goes out. No lost() follows.
    virtual void close() = 0;
    /// Ends it at once. No lost() follows.
    virtual void abort() = 0;

    virtual bool isEncrypted() const = 0;
    virtual TlsFacts tlsFacts() const = 0;
    /// tls-server-end-point (RFC 5929 §4): the hash of the server's certificate; empty when not encrypted or
    /// undefined.
    virtual QByteArray endPointBinding() const = 0;
    /// "192.0.2.7:587", once connected.
    virtual QString peer() const = 0;

Q_SIGNALS:
    void resolved(const QStringList &addresses); ///< the name was found
    void connected();                            ///< TCP is up; with Security::Tls encryption follows
    void opened();                               ///< ready for the conversation
    void encrypted();                            ///< after startTls()
    void received(const QByteArray &bytes);
    void written(qint64 bytes); ///< taken by the operating system
    void lost(const Base::Error &error);
};

} // namespace Net
