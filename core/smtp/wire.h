#pragma once

// The mechanism of the conversation: questions go out in their order, as many at once as the server allows,
// and every reply goes to the question it answers; the question that waits longest names the timeout. What is
// said and what an answer means is the session's and the submission's.
//
// Promises: an answer that is here is heard before a loss is told; nothing is believed that came before its
// question; after broken() nothing more comes.

#include "core/base/clock.h"
#include "core/net/connection.h"
#include "core/smtp/logbook.h"
#include "core/smtp/pace.h"
#include "core/smtp/questions.h"
#include "core/smtp/redactor.h"
#include "core/smtp/replyparser.h"

#include <QObject>

namespace Smtp {

class Wire : public QObject
{
    Q_OBJECT

public:
    Wire(std::unique_ptr<Net::Connection> connection, Base::Clock &clock, const Redactor &redactor,
         QObject *parent = nullptr);
    ~Wire() override;

    const Net::Connection &connection() const { return *m_connection; }
    bool isOver() const { return m_over; }

    void open(const Net::Endpoint &endpoint, const Net::Trust &trust);
    /// Turns to TLS; what was read before is forgotten, and entered() says so to everyone who believed it.
    void startTls();
    /// True when something was read that nobody has asked for: before TLS begins there must be nothing (law
    /// 6).
    bool hasLeftovers() const { return m_parser.hasLeftovers(); }
    /// The text of the reply being answered as the server sent it, for judging, not for showing.
    QByteArray unfiltered() const { return m_parser.unfiltered(); }
    /// Whether several questions may be on their way at once (RFC 2920).
    void setPipelining(bool pipelining) { m_pipelining = pipelining; }

    void ask(Question question);
    /// The command just answered is answered once more before any other is (RFC 2033 §4.2). Only from `then`.
    void awaitAnother(Question question) { m_questions.addAnswered(std::move(question)); }
    bool owes(quint64 letter) const { return m_questions.has(letter); }
    bool isQuiet() const { return m_questions.isEmpty(); }
    /// Whether something waits because too much is unanswered.
    bool hasUnsent() const { return m_questions.hasUnsent(); }
    void dropUnsent(quint64 letter) { m_questions.dropUnsent(letter); }
    /// Content behind the 354, between two questions. Begins with the first call, also where that brings
    /// none.
    void writeContent(const QByteArray &octets);
    void endContent();
    bool isInContent() const { return m_inContent; }
    qint64 unwritten() const { return m_connection->unwritten(); }

    /// Waits for something that is no reply, with that stage's timeout.
    void await(Delivery::Stage stage, quint64 letter);
    /// Nothing is waited for.
    void rest();
    Delivery::Stage stage() const;
    quint64 letter() const { return m_letter; } ///< whose answer is waited for; 0: the session's

    void close(); ///< politely: what was written still goes out; neither says broken()
    void abort();

Q_SIGNALS:
    void connected();
    void opened();
    void encrypted();
    void entered(Delivery::Stage stage, quint64 letter); ///< what is waited for now
    void written();                                      ///< the operating system took something
    /// A reply nothing was asked for: the server ends it early.
    void unasked(const Delivery::ServerReply &reply);
    /// 421: it closes, whatever was asked (RFC 5321 §3.8). The question's `then` is not called.
    void closing(Delivery::Stage stage, quint64 letter, const Delivery::ServerReply &reply);
    /// Lost, silent for too long, or not to be understood; the connection is of no more use.
    void broken(const Base::Error &error);

private:
    void pump();
    void hear(const QByteArray &bytes);
    void answer(const Delivery::ServerReply &reply);
    void enter(Delivery::Stage stage, quint64 letter);
    void onWritten(qint64 octets);
    void onTimeout();
    void end(const Base::Error &error);

    std::unique_ptr<Net::Connection> m_connection;
    ReplyParser m_parser;
    Questions m_questions;
    Pace m_pace;
    std::unique_ptr<Base::Timer> m_timer;
    std::optional<Delivery::Stage> m_stage;
    quint64 m_letter = 0;
    qint64 m_waits = 0; ///< milliseconds the timer was set to
    bool m_pipelining = false;
    bool m_inContent = false;
    bool m_inBody = false; ///< octets behind a BDAT are on their way
    bool m_over = false;
};

} // namespace Smtp
