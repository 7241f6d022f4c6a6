#pragma once

// The conversation (RFC 5321, 3207, 4954, 2920, 2033) up to the point where letters may go, and the order
// among them. Its private functions stand in the file in the order in which things are said: each says
// something and names what happens when the answer is in. What is said about a letter is the submission's,
// how it travels is the wire's.
//
// Promises: nothing read before TLS is believed after it (law 6); no secret in a transcript line (law 7); a
// connection that went stale between two letters is replaced once, silently, as long as no content was begun.
// Leaves to others: what a failure means (Delivery's retry policy), when to try, and the books.

#include "core/smtp/letter.h"
#include "core/smtp/saslexchange.h"
#include "core/smtp/submission.h"

#include <QObject>

#include <deque>

namespace Smtp {

/// Makes a connection; null: there is no further one.
using ConnectionFactory = std::function<std::unique_ptr<Net::Connection>()>;

/// What a server was seen to take at most, where it does not say so itself. 0: no limit was met.
struct LearnedLimits
{
    int recipients = 0; ///< in one message
    int letters = 0;    ///< over one connection
};

struct SessionOptions
{
    Net::Endpoint server;
    Net::Trust trust;
    QString clientName; ///< said in EHLO: a host name or an address literal
    bool lmtp = false;  ///< RFC 2033 instead of SMTP
    bool signIn = false;
    QString mechanism; ///< pinned; empty: the strongest offered
    Credentials credentials;
    bool allowCleartextSecret = false;
    Lane lane = Lane::Default;
    int maxLetters = 0; ///< over one connection; 0: any number
    LearnedLimits learned;
    QString strongestSeen;  ///< mechanism by which this server took us before; nothing weaker is tried
    QByteArray clientNonce; ///< of SCRAM, for tests; empty: random
};

class Session : public QObject
{
    Q_OBJECT

public:
    Session(SessionOptions options, ConnectionFactory connect, Base::Clock &clock);
    /// Over that one connection only: it is not replaced.
    Session(SessionOptions options, std::unique_ptr<Net::Connection> connection, Base::Clock &clock);
    ~Session() override;

    /// Connects if needed, sends the letter, then finished() with the number that comes back here. Only while
    /// isReady(), or as the first.
    quint64 deliver(Letter letter);
    /// Connects, greets, encrypts, signs in, then finished() with no recipients.
    void rehearse();
    /// While isOpen() and nothing is under way: says QUIT, then closed().
    void quit();
    /// Ends whatever is under way, with that reason; finished() follows for each.
    void cancel(const Base::Error &why = {
                    Base::ErrorKind::Cancelled, {}, QStringLiteral("the person stopped it")});

    /// True when another letter can go over the same connection, now or when those under way are over.
    bool isOpen() const;
    bool isOver() const { return m_over; } ///< the connection is gone
    /// True when another letter can be given now: the lane decides how many are under way at once.
    bool isReady() const;
    std::size_t mostLetters() const; ///< under way at once
    const Capabilities &capabilities() const { return m_terms.capabilities; }
    Net::TlsFacts tlsFacts() const { return m_wire->connection().tlsFacts(); }
    /// Of the letter begun last, and of what is said when no letter is under way.
    const Delivery::Transcript &transcript() const { return m_logbook->transcript(); }
    /// Of that letter, from deliver() until its finished() has returned.
    const Delivery::Transcript &transcript(quint64 letter) const;
    LearnedLimits learned() const { return m_options.learned; }

    static constexpr int bulkLetters = 2;   ///< under way at once in Lane::Bulk
    static constexpr int windowLetters = 8; ///< and in Lane::Window

Q_SIGNALS:
    void said(const Delivery::TranscriptLine &line, quint64 letter);
    void stageReached(Delivery::Stage stage, quint64 letter); ///< begun
    void authenticated(const QString &mechanism);             ///< the server took us, by this one
    void opened(const QStringList &offers);                   ///< letters may go; keywords of EHLO
    /// Octets of the content taken by the operating system.
    void progressed(qint64 done, qint64 total, quint64 letter);
    void finished(const Delivery::Outcome &outcome, quint64 letter);
    void ready(); ///< isReady() became true while letters are under way
    void closed();

private:
    using Then = std::function<void(const Delivery::ServerReply &)>;
    // the conversation, in its order
    void begin(quint64 id, Letter letter);
    void open();
    void greet();
    void hello();
    void helloAgain();
    void introduced(const Delivery::ServerReply &reply);
    void secure();
    void onEncrypted();
    void authenticate();
    void continueAuthentication(const Delivery::ServerReply &reply);
    void signedIn();
    void grantFloor();
    void onFloorLeft();

    // the machinery
    void useWire(std::unique_ptr<Net::Connection> connection);
    void ask(Delivery::Stage stage, const Base::Result<Command> &command, Then then);
    void startPage(quint64 letter);
    void onUnasked(const Delivery::ServerReply &reply);
    void onClosing(Delivery::Stage stage, quint64 letter, const Delivery::ServerReply &reply);
    void onBroken(const Base::Error &error);
    bool replaceStale(quint64 letter);
    void renew(const QString &why);
    void refuse(Delivery::Stage stage, const Delivery::ServerReply &reply,
                std::optional<Base::Error> error = {});
    void fail(Delivery::Stage stage, const Base::Error &error, std::optional<Delivery::Scope> scope = {});
    void onFinished(Submission *submission, Delivery::Outcome outcome, Submission::Fate fate);
    void complete(Delivery::Outcome &outcome) const;
    void hangUp();
    bool mayGoOn() const;
    Submission *find(quint64 letter) const;
    quint64 firstLetter() const { return m_letters.empty() ? 0 : m_letters.front()->id(); }

    SessionOptions m_options;
    ConnectionFactory m_connect;
    Base::Clock &m_clock;
    Redactor m_redactor;
    std::unique_ptr<Wire> m_wire;
    std::vector<std::unique_ptr<Wire>>
        m_retired;                            ///< replaced ones, which may still be in the middle of a call
    std::shared_ptr<Logbook> m_logbook;       ///< of the letter begun last
    std::unique_ptr<SaslExchange> m_exchange; ///< while signing in

    SubmissionTerms m_terms;
    std::deque<Submission *> m_letters; ///< under way, in their order; children of this
    Submission *m_floor = nullptr;      ///< who speaks
    Submission *m_ending = nullptr;     ///< whose end is being told
    quint64 m_lastLetter = 0;
    quint64 m_replacedFor = 0; ///< the letter the connection was replaced for
    int m_transactions = 0;    ///< over this connection
    int m_mailMax = 0;         ///< MAILMAX of LIMITS (RFC 9422); 0: none
    bool m_signedIn = false;   ///< over this connection
    bool m_open = false;       ///< letters may go
    bool m_over = false;       ///< the connection is gone
    bool m_dirty = false;      ///< the last transaction may be open still: RSET before the next
};

} // namespace Smtp
