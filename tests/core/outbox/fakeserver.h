#pragma once

// A server in memory, with as many connections as are made to it. It answers as a friendly server would,
// unless a test says otherwise for a line; nothing is ever emitted from inside a call.

#include "core/net/connection.h"

#include <QCoreApplication>
#include <QList>
#include <QSet>

#include <functional>
#include <memory>

class FakeServer
{
public:
    /// What to say to a line ("." for the end of a content); a null one: what a friendly server says.
    std::function<QByteArray(const QByteArray &line, int connection)> answer;
    std::function<void(const Net::Endpoint &endpoint)> onOpen; ///< before anything else
    std::function<void()> onDot; ///< when the final dot is handed to the connection

    QByteArray binding;         ///< tls-server-end-point of its connections
    QSet<QString> unreachable;  ///< hosts
    QStringList opened;         ///< hosts, in order
    QList<QByteArray> lines;    ///< commands, in order
    QList<QByteArray> contents; ///< taken with 250
    int open = 0;
    int mostOpen = 0;

    std::unique_ptr<Net::Connection> connection();
    /// Says something on the connection that spoke last: an answer that was kept back.
    void say(const QByteArray &bytes) const
    {
        if (m_say)
            m_say(bytes);
    }
    qsizetype count(const QByteArray &beginning) const
    {
        return std::count_if(lines.begin(), lines.end(),
                             [&](const QByteArray &line) { return line.startsWith(beginning); });
    }

    static constexpr const char *silence = "(silence)";
    static constexpr const char *drop = "(drop)";

private:
    friend class FakeConnection;
    std::function<void(const QByteArray &)> m_say;
    int m_serial = 0;
};

class FakeConnection : public Net::Connection
{
public:
    explicit FakeConnection(FakeServer &server)
        : m_server(server)
        , m_number(++server.m_serial)
    {
    }
    ~FakeConnection() override { end(); }

    void open(const Net::Endpoint &endpoint, const Net::Trust &) override
    {
        m_server.opened.append(endpoint.host);
        if (m_server.onOpen)
            m_server.onOpen(endpoint);
        if (m_server.unreachable.contains(endpoint.host)) {
            later([this, endpoint] {
                Q_EMIT lost(
                    {Base::ErrorKind::CannotConnect, endpoint.host, QStringLiteral("connection refused")});
            });
            return;
        }
        m_isOpen = true;
        m_server.mostOpen = std::max(m_server.mostOpen, ++m_server.open);
        later([this] {
            Q_EMIT connected();
            Q_EMIT opened();
        });
        reply("(greeting)", "220 fake ESMTP\r\n");
    }
    void startTls() override {}
    void write(const QByteArray &bytes) override
    {
        m_buffer += bytes;
        later([this, size = bytes.size()] { Q_EMIT written(size); });
        for (;;) {
            if (m_inData) {
                // As the first line of a content: an empty content is ".\r\n" alone.
                const qsizetype end = ("\r\n" + m_buffer).indexOf("\r\n.\r\n");
                if (end < 0)
                    return;
                m_content = m_buffer.left(end);
                m_buffer = m_buffer.mid(end + 3);
                m_inData = false;
                if (m_server.onDot)
                    m_server.onDot();
                respond(".");
                continue;
            }
            const qsizetype end = m_buffer.indexOf("\r\n");
            if (end < 0)
                return;
            const QByteArray line = m_buffer.left(end);
            if (line.startsWith("BDAT ")) {
                const qsizetype size = line.split(' ').value(1).toLongLong();
                if (m_buffer.size() < end + 2 + size)
                    return;
                m_content += m_buffer.mid(end + 2, size);
                m_buffer = m_buffer.mid(end + 2 + size);
                respond(line);
                continue;
            }
            m_buffer = m_buffer.mid(end + 2);
            respond(line);
        }
    }
    qint64 unwritten() const override { return 0; }
    void close() override { end(); }
    void abort() override { end(); }
    bool isEncrypted() const override { return false; }
    Net::TlsFacts tlsFacts() const override { return {}; }
    QByteArray endPointBinding() const override { return m_server.binding; }
    QString peer() const override { return QStringLiteral("192.0.2.7:587"); }

private:
    void later(std::function<void()> what)
    {
        QMetaObject::invokeMethod(
            this,
            [this, what = std::move(what)] {
                if (!m_over)
                    what();
            },
            Qt::QueuedConnection);
    }

    void end()
    {
        if (std::exchange(m_isOpen, false))
            --m_server.open;
        m_over = true;
    }

    void respond(const QByteArray &line)
    {
        m_server.lines.append(line);
        m_server.m_say = [this](const QByteArray &bytes) { reply("(late)", bytes); };
        QByteArray said = m_server.answer ? m_server.answer(line, m_number) : QByteArray();
        if (said.isNull())
            said = friendly(line);
        const bool ends = line == "." || line.endsWith(" LAST");
        if (ends && said.startsWith('2'))
            m_server.contents.append(m_content);
        if (ends || line == "RSET")
            m_content.clear();
        m_inData = line == "DATA" && said.startsWith("354");
        reply(line, said);
    }

    void reply(const QByteArray &line, QByteArray said)
    {
        if (line == "(greeting)" && m_server.answer) {
            const QByteArray other = m_server.answer(line, m_number);
            said = other.isNull() ? said : other;
        }
        if (said == FakeServer::silence)
            return;
        if (said == FakeServer::drop) {
            later([this] {
                end();
                Q_EMIT lost({Base::ErrorKind::ConnectionLost, QStringLiteral("fake"),
                             QStringLiteral("reset by peer")});
            });
            return;
        }
        later([this, said] { Q_EMIT received(said); });
    }

    static QByteArray friendly(const QByteArray &line)
    {
        if (line.startsWith("EHLO"))
            return "250-fake\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n";
        if (line.startsWith("AUTH"))
            return "235 2.7.0 ok\r\n";
        if (line == "DATA")
            return "354 go\r\n";
        if (line == "." || line.endsWith(" LAST"))
            return "250 2.0.0 queued as FAKE1\r\n";
        if (line == "QUIT")
            return "221 2.0.0 bye\r\n";
        return "250 2.1.0 ok\r\n";
    }

    FakeServer &m_server;
    const int m_number;
    QByteArray m_buffer;
    QByteArray m_content;
    bool m_inData = false;
    bool m_isOpen = false;
    bool m_over = false;
};

inline std::unique_ptr<Net::Connection> FakeServer::connection()
{
    return std::make_unique<FakeConnection>(*this);
}
