#pragma once

// What a TlsConnection tells, for tests of core/net.

#include "core/net/tlsconnection.h"

#include <QByteArrayList>

/// A connection whose every signal is written down, and judged by whether a call was under way.
class Watched : public QObject
{
public:
    explicit Watched(Net::HappyEyeballs::Resolver resolver = Net::HappyEyeballs::systemResolver,
                     const QByteArray &proxyPassword = {})
        : m_connection(m_clock, proxyPassword, std::move(resolver))
    {
        connect(&m_connection, &Net::TlsConnection::resolved, this, [this] { note("resolved"); });
        connect(&m_connection, &Net::TlsConnection::connected, this, [this] { note("connected"); });
        connect(&m_connection, &Net::TlsConnection::opened, this, [this] { note("opened"); });
        connect(&m_connection, &Net::TlsConnection::encrypted, this, [this] { note("encrypted"); });
        connect(&m_connection, &Net::TlsConnection::written, this, [this](qint64 bytes) {
            note({});
            written += bytes;
        });
        connect(&m_connection, &Net::TlsConnection::received, this, [this](const QByteArray &bytes) {
            note("received");
            received += bytes;
        });
        connect(&m_connection, &Net::TlsConnection::lost, this, [this](const Base::Error &error) {
            note("lost");
            lost.append(error);
        });
    }

    template <class Call>
    void call(Call what)
    {
        m_inside = true;
        what(m_connection);
        m_inside = false;
    }
    void open(const Net::Endpoint &endpoint, const Net::Trust &trust = {})
    {
        call([&](Net::TlsConnection &connection) { connection.open(endpoint, trust); });
    }
    void startTls()
    {
        call([](Net::TlsConnection &connection) { connection.startTls(); });
    }
    void write(const QByteArray &bytes)
    {
        call([&](Net::TlsConnection &connection) { connection.write(bytes); });
    }

    Net::TlsConnection &connection() { return m_connection; }
    bool has(const char *signal) const { return signals_.contains(signal); }

    QByteArrayList signals_;
    QByteArrayList fromInside; ///< must stay empty
    QByteArray received;
    QList<Base::Error> lost;
    qint64 written = 0;

private:
    void note(const QByteArray &signal)
    {
        if (m_inside)
            fromInside.append(signal.isEmpty() ? QByteArray("written") : signal);
        if (!lost.isEmpty())
            fromInside.append("after lost: " + signal);
        if (!signal.isEmpty() && (signals_.isEmpty() || signals_.last() != signal))
            signals_.append(signal);
    }

    Base::SystemClock m_clock;
    Net::TlsConnection m_connection;
    bool m_inside = false;
};
