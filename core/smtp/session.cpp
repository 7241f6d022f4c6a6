#include "core/smtp/session.h"

#include "core/delivery/retrypolicy.h"
#include "core/smtp/requirements.h"

#include <algorithm>

namespace Smtp {

using Base::Error;
using Base::ErrorKind;
using Delivery::Outcome;
using Delivery::Scope;
using Delivery::ServerReply;
using Delivery::Stage;

namespace {

ConnectionFactory onlyOnce(std::unique_ptr<Net::Connection> connection)
{
    const auto kept = std::make_shared<std::unique_ptr<Net::Connection>>(std::move(connection));
    return [kept] { return std::move(*kept); };
}

} // namespace

Session::Session(SessionOptions options, ConnectionFactory connect, Base::Clock &clock)
    : m_options(std::move(options))
    , m_connect(std::move(connect))
    , m_clock(clock)
{
    m_terms.lane = m_options.lane;
    m_terms.lmtp = m_options.lmtp;
    m_terms.limits.recipients = m_options.learned.recipients;
    startPage(0);
    useWire(m_connect());
}

Session::Session(SessionOptions options, std::unique_ptr<Net::Connection> connection, Base::Clock &clock)
    : Session(std::move(options), onlyOnce(std::move(connection)), clock)
{
}

Session::~Session() = default;

// The conversation, in its order.

quint64 Session::deliver(Letter letter)
{
    const quint64 id = letter.id > 0 ? letter.id : ++m_lastLetter;
    begin(id, std::move(letter));
    return id;
}

void Session::rehearse()
{
    begin(0, {});
}

void Session::begin(quint64 id, Letter letter)
{
    m_retired.clear();
    startPage(id);
    auto *submission = new Submission(id, std::move(letter), m_terms, m_clock, m_logbook, this);
    connect(submission, &Submission::floorWanted, this, &Session::grantFloor);
    connect(submission, &Submission::floorLeft, this, &Session::onFloorLeft);
    connect(submission, &Submission::progressed, this,
            [this, id](qint64 done, qint64 total) { Q_EMIT progressed(done, total, id); });
    connect(submission, &Submission::finished, this,
            [this, submission](const Outcome &outcome, Submission::Fate fate) {
                onFinished(submission, outcome, fate);
            });
    m_letters.push_back(submission);
    if (!m_open)
        return open();
    m_logbook->note(QStringLiteral("using the open connection to %1").arg(m_wire->connection().peer()));
    grantFloor();
}

void Session::open()
{
    m_redactor = {};
    m_signedIn = false;
    m_wire->await(Stage::Connect, firstLetter());
    m_logbook->note(
        QStringLiteral("connecting to %1, port %2").arg(m_options.server.host).arg(m_options.server.port));
    m_wire->open(m_options.server, m_options.trust);
}

void Session::greet()
{
    if (m_wire->connection().isEncrypted())
        m_logbook->note(m_wire->connection().tlsFacts());
    ask(Stage::Greeting, Command{}, [this](const ServerReply &reply) {
        if (!reply.isPositive())
            return refuse(Stage::Greeting, reply);
        hello();
    });
}

void Session::hello()
{
    m_terms.capabilities = {}; // RFC 3207 §4.2: what was promised in the clear is forgotten
    m_wire->setPipelining(false);
    const QString &name = m_options.clientName;
    const Base::Result<Command> command = m_options.lmtp ? Commands::lhlo(name) : Commands::ehlo(name);
    ask(Stage::Hello, command, [this](const ServerReply &reply) {
        const bool old = !m_options.lmtp && (reply.code() == 500 || reply.code() == 502);
        old ? helloAgain() : introduced(reply);
    });
}

/// An old server (RFC 5321 §3.2).
void Session::helloAgain()
{
    ask(Stage::Hello, Commands::helo(m_options.clientName), [this](const ServerReply &reply) {
        introduced(ServerReply(reply.code(), reply.lines().mid(0, 1))); // it promises nothing
    });
}

void Session::introduced(const ServerReply &reply)
{
    if (!reply.isPositive())
        return refuse(Stage::Hello, reply);
    m_terms.capabilities = Capabilities::from(reply);
    m_wire->setPipelining(m_terms.capabilities.has(QStringLiteral("PIPELINING")));
    if (m_options.server.security == Net::Security::StartTls && !m_wire->connection().isEncrypted())
        return secure();
    m_options.signIn && !m_signedIn ? authenticate() : signedIn();
}

void Session::secure()
{
    // There is no way on without TLS, whatever the server says (CVE-2016-0772, CVE-2021-38373).
    if (!m_terms.capabilities.has(QStringLiteral("STARTTLS"))) {
        return fail(Stage::Tls,
                    {ErrorKind::NotOffered, QStringLiteral("STARTTLS"),
                     QStringLiteral("the server does not offer STARTTLS")},
                    Scope::Account);
    }
    m_wire->setPipelining(false);
    ask(Stage::Tls, Commands::startTls(), [this](const ServerReply &reply) {
        if (reply.code() != 220)
            return refuse(Stage::Tls, reply);
        // Text smuggled in behind the 220 would be read as if TLS had protected it (CVE-2011-0411).
        if (m_wire->hasLeftovers()) {
            return fail(Stage::Tls,
                        {ErrorKind::PlaintextAfterTls, m_options.server.host,
                         QStringLiteral("the server sent plain text behind its answer to STARTTLS")});
        }
        m_wire->await(Stage::Tls, firstLetter());
        m_wire->startTls();
    });
}

void Session::onEncrypted()
{
    m_logbook->note(m_wire->connection().tlsFacts());
    hello();
}

void Session::authenticate()
{
    auto exchange = SaslExchange::begin(m_terms.capabilities.mechanisms(),
                                        {m_options.mechanism, m_options.credentials, m_options.server,
                                         m_wire->connection().isEncrypted(), m_options.allowCleartextSecret,
                                         m_wire->connection().endPointBinding(), m_options.strongestSeen,
                                         m_options.clientNonce},
                                        m_redactor);
    if (!exchange)
        return fail(Stage::Auth, exchange.error(), Scope::Account);
    m_exchange = std::move(*exchange);
    ask(Stage::Auth, m_exchange->first(),
        [this](const ServerReply &reply) { continueAuthentication(reply); });
}

void Session::continueAuthentication(const ServerReply &reply)
{
    if (reply.isPositive()) {
        if (const Base::Done proved = m_exchange->conclude(m_wire->unfiltered()); !proved)
            return fail(Stage::Auth, proved.error());
        Q_EMIT authenticated(m_exchange->mechanism());
        m_signedIn = true;
        // Some offer more to those they know. The way back and forth is spared where nothing is missing.
        const bool wantsMore =
            !m_letters.empty() && lacks(m_letters.front()->envelope(), m_terms.capabilities);
        return wantsMore ? hello() : signedIn();
    }
    if (reply.code() != 334)
        return refuse(Stage::Auth, reply, m_exchange->complaint(reply));
    const Base::Result<Command> response = m_exchange->answer(m_wire->unfiltered());
    if (response)
        return ask(Stage::Auth, response, [this](const ServerReply &next) { continueAuthentication(next); });
    ask(Stage::Auth, Commands::authCancel(), [this, error = response.error()](const ServerReply &last) {
        // 501 only answers the "*" (RFC 4954 §4); anything else that says no is the server's verdict, except
        // the word of one who could not prove to be our server.
        const bool verdict = error.kind == ErrorKind::Protocol &&
                             (last.isTransient() || (last.isPermanent() && last.code() != 501));
        verdict ? refuse(Stage::Auth, last) : fail(Stage::Auth, error);
    });
}

void Session::signedIn()
{
    m_open = true;
    m_exchange.reset();
    Q_EMIT opened(m_terms.capabilities.keywords());
    m_mailMax = m_terms.capabilities.limit(QStringLiteral("MAILMAX"));
    const int declared = m_terms.capabilities.limit(QStringLiteral("RCPTMAX"));
    m_terms.limits.recipients = declared > 0 ? declared : m_options.learned.recipients;
    m_terms.limits.domains = m_terms.capabilities.limit(QStringLiteral("RCPTDOMAINMAX"));
    if (m_letters.front()->isRehearsal())
        return m_letters.front()->pass();
    grantFloor();
}

/// The next letter, or the next recipients of one, may speak.
void Session::grantFloor()
{
    if (!m_open || m_floor)
        return;
    const auto next = std::find_if(m_letters.begin(), m_letters.end(),
                                   [](const Submission *each) { return each->wantsFloor(); });
    if (next == m_letters.end())
        return;
    if (m_mailMax > 0 && m_transactions >= m_mailMax) {
        if (m_letters.size() > 1)
            return; // those under way first
        return renew(QStringLiteral("the server takes %1 messages over one connection").arg(m_mailMax));
    }
    ++m_transactions;
    m_floor = *next;
    const bool othersUnderWay = m_terms.lane == Lane::Window && m_letters.size() > 1;
    m_floor->takeFloor(*m_wire, m_terms.dirty || othersUnderWay);
}

void Session::onFloorLeft()
{
    m_floor = nullptr;
    grantFloor();
    if (isReady())
        Q_EMIT ready();
}

void Session::quit()
{
    if (m_over)
        return;
    m_open = false;
    ask(Stage::Quit, Commands::quit(), [this](const ServerReply &) { hangUp(); });
}

// The machinery.

void Session::useWire(std::unique_ptr<Net::Connection> connection)
{
    m_wire = std::make_unique<Wire>(std::move(connection), m_clock, m_redactor);
    Wire *wire = m_wire.get();
    connect(wire, &Wire::connected, this, [this] {
        m_logbook->note(QStringLiteral("connected to %1").arg(m_wire->connection().peer()));
        if (m_options.server.security == Net::Security::Tls)
            m_wire->await(Stage::Tls, firstLetter());
    });
    connect(wire, &Wire::opened, this, &Session::greet);
    connect(wire, &Wire::encrypted, this, &Session::onEncrypted);
    connect(wire, &Wire::entered, this, &Session::stageReached);
    connect(wire, &Wire::written, this, [this] {
        if (m_floor)
            m_floor->onWritten();
    });
    connect(wire, &Wire::unasked, this, &Session::onUnasked);
    connect(wire, &Wire::closing, this, &Session::onClosing);
    connect(wire, &Wire::broken, this, &Session::onBroken);
}

void Session::startPage(quint64 letter)
{
    m_logbook = std::make_shared<Logbook>(
        m_clock, [this, letter](const Delivery::TranscriptLine &line) { Q_EMIT said(line, letter); });
    m_logbook->begin();
}

void Session::ask(Stage stage, const Base::Result<Command> &command, Then then)
{
    if (!command)
        return fail(stage, command.error());
    m_wire->ask({stage, *command, std::move(then), firstLetter(), m_logbook, {}});
}

bool Session::mayGoOn() const
{
    const auto below = [this](int limit) { return limit <= 0 || m_transactions < limit; };
    return below(m_mailMax) && below(m_options.maxLetters) && below(m_options.learned.letters);
}

bool Session::isOpen() const
{
    return m_open && !m_over && mayGoOn();
}

std::size_t Session::mostLetters() const
{
    switch (m_terms.lane) {
    case Lane::Default:
        break;
    case Lane::Bulk:
        return bulkLetters;
    case Lane::Window:
        return windowLetters;
    }
    return 1;
}

bool Session::isReady() const
{
    const bool waiting = std::any_of(m_letters.begin(), m_letters.end(),
                                     [](const Submission *each) { return each->wantsFloor(); });
    return isOpen() && !m_floor && !waiting && m_letters.size() < mostLetters();
}

Submission *Session::find(quint64 letter) const
{
    const auto found = std::find_if(m_letters.begin(), m_letters.end(),
                                    [letter](const Submission *each) { return each->id() == letter; });
    return found == m_letters.end() ? nullptr : *found;
}

const Delivery::Transcript &Session::transcript(quint64 letter) const
{
    const Submission *submission = m_ending && m_ending->id() == letter ? m_ending : find(letter);
    return submission ? submission->logbook()->transcript() : transcript();
}

void Session::onUnasked(const ServerReply &reply)
{
    (m_floor ? m_floor->logbook() : m_logbook)->server(reply);
    // The server ends it early: 421 when idle, 552 in the middle of the content.
    if (m_floor && m_floor->takesEarlyRefusal(reply))
        return m_floor->refuse(Stage::Data, reply);
    if (!m_letters.empty())
        return fail(m_wire->stage(),
                    {ErrorKind::Protocol, {}, QStringLiteral("the server answers what was not asked")});
    hangUp();
}

void Session::onClosing(Stage stage, quint64 letter, const ServerReply &reply)
{
    Submission *submission = m_open ? find(letter) : nullptr;
    if (!submission)
        return refuse(stage, reply);
    if (!replaceStale(letter))
        submission->refuse(stage, reply);
}

void Session::onBroken(const Error &error)
{
    if (m_over)
        return;
    if (m_letters.empty()) { // what was under way has its outcome already
        m_logbook->note(error.detail);
        return hangUp();
    }
    if (error.kind != ErrorKind::Protocol && replaceStale(firstLetter()))
        return;
    m_over = true;
    Error told = error;
    if (told.kind == ErrorKind::TimedOut && told.subject.isEmpty())
        told.subject = m_options.server.host;
    for (const Submission *each : m_letters)
        each->logbook()->note(error.detail);
    fail(m_wire->stage(), told);
}

/// A connection may have gone while nobody used it. The one letter that meets this is no worse off for it.
bool Session::replaceStale(quint64 letter)
{
    const Submission *submission = find(letter);
    const bool reused = m_open && m_transactions > 1;
    if (!submission || !reused || m_letters.size() != 1 || m_replacedFor == letter ||
        !submission->isHarmless())
        return false;
    if (m_options.learned.letters == 0)
        m_options.learned.letters = m_transactions - 1;
    renew(QStringLiteral("the open connection had gone"));
    return true;
}

void Session::renew(const QString &why)
{
    std::unique_ptr<Net::Connection> connection = m_connect();
    Submission *letter = m_letters.front();
    if (!connection)
        return letter->fail(Stage::Mail, {ErrorKind::ConnectionLost, {}, why});
    letter->logbook()->note(why);
    m_replacedFor = letter->id();
    m_wire->disconnect(this);
    if (!m_wire->isOver())
        m_wire->close();
    m_retired.push_back(std::move(m_wire));
    m_open = m_over = m_terms.dirty = false;
    m_transactions = 0;
    m_floor = nullptr;
    letter->startAgain();
    useWire(std::move(connection));
    open();
}

void Session::cancel(const Error &why)
{
    m_letters.empty() ? hangUp() : fail(m_wire->stage(), why);
}

/// A reply said no before letters could go.
void Session::refuse(Stage stage, const ServerReply &reply, std::optional<Error> error)
{
    m_open = false;
    if (m_letters.empty())
        return hangUp();
    m_letters.front()->refuse(stage, reply, std::move(error));
}

/// No reply decided, but something else did. Every letter under way ends, each by itself (law 4): what was
/// handed over whole is uncertain (law 5).
void Session::fail(Stage stage, const Error &error, std::optional<Scope> scope)
{
    m_open = false;
    const quint64 head = m_wire->letter();
    while (!m_letters.empty()) {
        Submission *letter = m_letters.front();
        const Stage own = letter->id() == head || m_letters.size() == 1 ? stage
                          : letter->isHarmless()                        ? Stage::Mail
                                                                        : Stage::Content;
        letter->fail(own, error, scope);
    }
}

void Session::onFinished(Submission *submission, Outcome outcome, Submission::Fate fate)
{
    const bool halfway = m_wire->owes(submission->id()) || (m_wire->isInContent() && m_floor == submission);
    std::erase(m_letters, submission);
    const bool hadFloor = m_floor == submission;
    if (hadFloor)
        m_floor = nullptr;
    if (hadFloor && !submission->hasSpoken())
        --m_transactions;
    m_options.learned.recipients = m_terms.capabilities.limit(QStringLiteral("RCPTMAX")) > 0
                                       ? m_options.learned.recipients
                                       : m_terms.limits.recipients;
    complete(outcome);
    if (fate == Submission::Fate::Drop) {
        m_open = false;
        if (!m_over && (m_letters.empty() || halfway)) {
            m_over = true;
            m_wire->abort();
        }
    }
    if (m_letters.empty() && !m_over)
        m_wire->rest();
    m_ending = submission;
    Q_EMIT finished(outcome, submission->id());
    m_ending = nullptr;
    submission->deleteLater(); // it is still in the middle of a call
    if (m_over && !m_letters.empty())
        return fail(m_wire->stage(),
                    {ErrorKind::ConnectionLost, {}, QStringLiteral("the connection was given up")});
    grantFloor();
    if (isReady() && !m_letters.empty())
        Q_EMIT ready();
}

void Session::complete(Outcome &outcome) const
{
    outcome.server = m_wire->connection().peer();
    const Net::TlsFacts facts = m_wire->connection().tlsFacts();
    if (facts.isEncrypted())
        outcome.tls = facts.protocol + QStringLiteral(", ") + facts.cipher;
}

void Session::hangUp()
{
    if (m_over)
        return;
    m_over = true;
    m_open = false;
    m_wire->close();
    Q_EMIT closed();
}

} // namespace Smtp
