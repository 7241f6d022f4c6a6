#pragma once

// A Net::Connection whose other end is a dialogue file, in memory. step() lets one thing happen; nothing is
// ever emitted from inside a call, as Net::Connection demands. It stops before lines that are not the wire's
// business (Program, Expect), and for good at the first thing the dialogue does not allow: failure() says
// what.

#include "core/net/connection.h"
#include "tests/support/dialogue.h"
#include "tests/support/fakeclock.h"

namespace Support {

class ScriptedConnection : public Net::Connection
{
    Q_OBJECT

public:
    ScriptedConnection(Dialogue dialogue, Cut cut, FakeClock &clock);

    void open(const Net::Endpoint &endpoint, const Net::Trust &trust) override;
    void startTls() override;
    void write(const QByteArray &bytes) override;
    qint64 unwritten() const override { return m_outgoing.size(); }
    void close() override { m_over = true; }
    void abort() override { m_over = m_aborted = true; }
    bool isEncrypted() const override { return m_encrypted; }
    Net::TlsFacts tlsFacts() const override;
    QByteArray endPointBinding() const override
    {
        return m_encrypted ? m_dialogue.endPointBinding : QByteArray();
    }
    QString peer() const override;

    /// Lets one thing happen. False: nothing can, until the client or the program does something.
    bool step();

    /// The line of the dialogue that comes next; null behind the last.
    const Step *next() const;
    /// How many lines are still to come.
    qsizetype left() const { return m_dialogue.steps.size() - m_at; }
    /// Goes on behind a Program or Expect line.
    void pass() { ++m_at; }

    /// "file:line (by byte): what was expected and what came instead"; empty while all is well.
    QString failure() const { return m_failure; }
    void fail(const QString &why);
    /// What the client said and no line has asked for yet, in words for a person.
    QString unheard() const;
    bool hasUnheard() const { return !m_said.isEmpty(); }
    bool isOver() const { return m_over; }
    /// The final dot was written.
    bool hasDot() const { return m_tail == "\r\n.\r\n"; }

private:
    bool beginSegment();
    bool deliver();
    bool hearClient(const Step &step);
    bool hearPart();
    bool happen(const Step &step);
    bool handshake(const Step &step);
    bool lose(Base::ErrorKind kind, const QString &detail);
    bool connectNow();
    bool take();
    qint64 duration(const QString &word);

    Dialogue m_dialogue;
    Cut m_cut;
    FakeClock &m_clock;
    qsizetype m_at = 0;
    QString m_failure;

    QByteArray m_segment;  ///< of the server, on its way
    QByteArray m_outgoing; ///< of the client, not yet taken by the operating system
    QByteArray m_said;     ///< of the client, taken and not yet asked for
    QByteArray m_tail;     ///< the last five octets of the client
    qint64 m_room = -1;    ///< octets the operating system still takes; -1: any number
    qsizetype m_heard = 0; ///< octets of the content a "part of the message" has swallowed
    qint64 m_drip = 0;     ///< milliseconds between octets of the server

    bool m_wantsOpen = false;
    bool m_connected = false;
    bool m_wantsTls = false;
    bool m_plaintextBehind = false;
    bool m_encrypted = false;
    bool m_over = false;
    bool m_aborted = false;
};

} // namespace Support
