#pragma once

// The conversation (RFC 5321, 3207, 4954, 2920, 1870, 3461). Its private functions stand in the file in the
// order in which things are said: each says something and names what happens when the answer is in. The queue
// of unanswered questions is the state; its head names the stage, and the stage names the timeout. Pipelining
// is one `if` in pump().
//
// Promises: a verdict for every recipient (law 4); `aboutToCommit` has returned before the final dot is
// written (law 3); nothing read before TLS is believed after it (law 6); no secret in a transcript line (law
// 7). Leaves to others: what a failure means (Delivery's retry policy), when to try, and the books.

#include "core/base/clock.h"
#include "core/delivery/outcome.h"
#include "core/delivery/transcript.h"
#include "core/message/contentreader.h"
#include "core/net/connection.h"
#include "core/smtp/capabilities.h"
#include "core/smtp/command.h"
#include "core/smtp/datawriter.h"
#include "core/smtp/logbook.h"
#include "core/smtp/questions.h"
#include "core/smtp/redactor.h"
#include "core/smtp/replyparser.h"
#include "core/smtp/saslexchange.h"
#include "core/smtp/transaction.h"

#include <QObject>

namespace Smtp {

struct SessionOptions
{
    Net::Endpoint server;
    Net::Trust trust;
    QString clientName; ///< said in EHLO: a host name or an address literal
    bool signIn = false;
    QString mechanism; ///< pinned; empty: the strongest offered
    Credentials credentials;
    bool allowCleartextSecret = false;
    QString strongestSeen;  ///< mechanism by which this server took us before; nothing weaker is tried
    QByteArray clientNonce; ///< of SCRAM, for tests; empty: random
};

/// One message on its way: the envelope with the recipients of this attempt, and its content.
struct Letter
{
    Message::Envelope envelope;
    std::unique_ptr<Message::ContentReader> content;
    /// Called before the final dot with the verdicts known so far; an error keeps the dot from being written.
    std::function<Base::Done(const QList<Delivery::RecipientResult> &)> aboutToCommit;
};

class Session : public QObject
{
    Q_OBJECT

public:
    Session(SessionOptions options, std::unique_ptr<Net::Connection> connection, Base::Clock &clock);
    ~Session() override;

    /// Connects if needed, sends the letter, then finished(). Only when idle.
    void deliver(Letter letter);
    /// Connects, greets, encrypts, signs in, then finished() with no recipients.
    void rehearse();
    /// After finished(), while isOpen(): says QUIT, then closed().
    void quit();
    /// Ends whatever is under way; finished() follows if something was.
    void cancel();

    /// True when another letter can go over the same connection.
    bool isOpen() const { return m_open && !m_over; }
    const Capabilities &capabilities() const { return m_capabilities; }
    Net::TlsFacts tlsFacts() const { return m_connection->tlsFacts(); }
    const Delivery::Transcript &transcript() const { return m_logbook.transcript(); }

Q_SIGNALS:
    void said(const Delivery::TranscriptLine &line);
    void stageReached(Delivery::Stage stage);     ///< begun
    void authenticated(const QString &mechanism); ///< the server took us, by this one
    void progressed(qint64 done, qint64 total);   ///< octets of the content taken by the operating system
    void finished(const Delivery::Outcome &outcome);
    void closed();

private:
    using Then = std::function<void(const Delivery::ServerReply &)>;
    // the conversation, in its order
    void begin();
    void open();
    void greet();
    void hello();
    void helloAgain();
    void greeted();
    void secure();
    void onEncrypted();
    void authenticate();
    void continueAuthentication(const Delivery::ServerReply &reply);
    void signedIn();
    void sendEnvelope();
    void judgeEnvelope();
    void sendContent();
    void streamContent();
    void commit();

    // the machinery
    void ask(Delivery::Stage stage, const Base::Result<Command> &command, Then then);
    void pump();
    void hear(const QByteArray &bytes);
    void answer(const Delivery::ServerReply &reply);
    void onLost(const Base::Error &error);
    void onTimeout();
    void onWritten();
    void refuse(Delivery::Stage stage, const Delivery::ServerReply &reply,
                std::optional<Base::Error> error = {});
    void fail(Delivery::Stage stage, const Base::Error &error, std::optional<Delivery::Scope> scope = {});
    void finish(Delivery::Stage stage, std::optional<Base::Error> error = {});
    void hangUp();
    void enter(Delivery::Stage stage);
    Delivery::Stage stageNow() const;

    SessionOptions m_options;
    std::unique_ptr<Net::Connection> m_connection;
    Logbook m_logbook;
    std::unique_ptr<Base::Timer> m_timer;
    ReplyParser m_parser;
    Redactor m_redactor;
    Capabilities m_capabilities;
    Questions m_questions;

    std::unique_ptr<SaslExchange> m_exchange; ///< while signing in

    std::optional<Letter> m_letter;
    Transaction m_transaction;
    std::unique_ptr<DataWriter> m_data;     ///< while the content is being written
    qint64 m_queued = 0;                    ///< octets of the content handed to the connection
    std::optional<Delivery::Stage> m_stage; ///< where the attempt is
    bool m_busy = false;                    ///< a letter or a rehearsal is under way
    bool m_open = false;                    ///< signed in: letters may go
    bool m_over = false;                    ///< the connection is gone
    bool m_dirty = false;                   ///< the last transaction did not end well: RSET before the next
};

} // namespace Smtp
