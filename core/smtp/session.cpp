#include "core/smtp/session.h"

#include "core/delivery/retrypolicy.h"

namespace Smtp {

using Base::Error;
using Base::ErrorKind;
using Delivery::Scope;
using Delivery::ServerReply;
using Delivery::Stage;

namespace {

constexpr qint64 contentWindow = 256 << 10; // octets handed to the connection ahead of what it has sent

Error protocol(const QString &words)
{
    return {ErrorKind::Protocol, {}, words};
}

} // namespace

Session::Session(SessionOptions options, std::unique_ptr<Net::Connection> connection, Base::Clock &clock)
    : m_options(std::move(options))
    , m_connection(std::move(connection))
    , m_logbook(clock, [this](const Delivery::TranscriptLine &line) { Q_EMIT said(line); })
    , m_timer(clock.makeTimer([this] { onTimeout(); }))
{
    m_parser.setFilter([this](const QByteArray &text) { return m_redactor.redact(text); });
    connect(m_connection.get(), &Net::Connection::opened, this, &Session::greet);
    connect(m_connection.get(), &Net::Connection::encrypted, this, &Session::onEncrypted);
    connect(m_connection.get(), &Net::Connection::received, this, &Session::hear);
    connect(m_connection.get(), &Net::Connection::written, this, &Session::onWritten);
    connect(m_connection.get(), &Net::Connection::lost, this, &Session::onLost);
    connect(m_connection.get(), &Net::Connection::connected, this, [this] {
        m_logbook.note(QStringLiteral("connected to %1").arg(m_connection->peer()));
        if (m_options.server.security == Net::Security::Tls)
            enter(Stage::Tls);
    });
}

Session::~Session() = default;

// ── the conversation
// ────────────────────────────────────────────────────────────────────────────────────────────────

void Session::deliver(Letter letter)
{
    m_letter.emplace(std::move(letter));
    m_transaction = Transaction(m_letter->envelope);
    begin();
}

void Session::rehearse()
{
    m_transaction = {};
    begin();
}

void Session::begin()
{
    m_busy = true;
    m_stage.reset();
    m_logbook.begin();
    if (isOpen()) {
        m_logbook.note(QStringLiteral("using the open connection to %1").arg(m_connection->peer()));
        return signedIn();
    }
    open();
}

void Session::open()
{
    enter(Stage::Connect);
    m_logbook.note(
        QStringLiteral("connecting to %1, port %2").arg(m_options.server.host).arg(m_options.server.port));
    m_connection->open(m_options.server, m_options.trust);
}

void Session::greet()
{
    if (m_connection->isEncrypted())
        m_logbook.note(m_connection->tlsFacts());
    ask(Stage::Greeting, Command{}, [this](const ServerReply &reply) {
        if (!reply.isPositive())
            return refuse(Stage::Greeting, reply);
        hello();
    });
}

void Session::hello()
{
    m_capabilities = {}; // RFC 3207 §4.2: what was promised in the clear is forgotten
    ask(Stage::Hello, Commands::ehlo(m_options.clientName), [this](const ServerReply &reply) {
        if (reply.code() == 500 || reply.code() == 502) // RFC 5321 §3.2: an old server
            return helloAgain();
        if (!reply.isPositive())
            return refuse(Stage::Hello, reply);
        m_capabilities = Capabilities::from(reply);
        greeted();
    });
}

void Session::helloAgain()
{
    ask(Stage::Hello, Commands::helo(m_options.clientName), [this](const ServerReply &reply) {
        if (!reply.isPositive())
            return refuse(Stage::Hello, reply);
        greeted();
    });
}

void Session::greeted()
{
    if (m_options.server.security == Net::Security::StartTls && !m_connection->isEncrypted())
        return secure();
    m_options.signIn ? authenticate() : signedIn();
}

void Session::secure()
{
    // There is no way on without TLS, whatever the server says (CVE-2016-0772, CVE-2021-38373).
    if (!m_capabilities.has(QStringLiteral("STARTTLS"))) {
        return fail(Stage::Tls,
                    {ErrorKind::NotOffered, QStringLiteral("STARTTLS"),
                     QStringLiteral("the server does not offer STARTTLS")},
                    Scope::Account);
    }
    ask(Stage::Tls, Commands::startTls(), [this](const ServerReply &reply) {
        if (reply.code() != 220)
            return refuse(Stage::Tls, reply);
        // Text smuggled in behind the 220 would be read as if TLS had protected it (CVE-2011-0411).
        if (m_parser.hasLeftovers()) {
            return fail(Stage::Tls,
                        {ErrorKind::PlaintextAfterTls, m_options.server.host,
                         QStringLiteral("the server sent plain text behind its answer to STARTTLS")});
        }
        enter(Stage::Tls);
        m_connection->startTls();
    });
}

void Session::onEncrypted()
{
    m_logbook.note(m_connection->tlsFacts());
    m_parser.reset();
    hello();
}

void Session::authenticate()
{
    auto exchange =
        SaslExchange::begin(m_capabilities.mechanisms(),
                            {m_options.mechanism, m_options.credentials, m_options.server,
                             m_connection->isEncrypted(), m_options.allowCleartextSecret,
                             m_connection->endPointBinding(), m_options.strongestSeen, m_options.clientNonce},
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
        if (const Base::Done proved = m_exchange->conclude(m_parser.unfiltered()); !proved)
            return fail(Stage::Auth, proved.error());
        Q_EMIT authenticated(m_exchange->mechanism());
        return signedIn();
    }
    if (reply.code() != 334)
        return refuse(Stage::Auth, reply, m_exchange->complaint(reply));
    const Base::Result<Command> response = m_exchange->answer(m_parser.unfiltered());
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
    if (!m_letter)
        return finish(Stage::Auth);
    sendEnvelope();
}

void Session::sendEnvelope()
{
    const Message::Envelope &envelope = m_letter->envelope;
    const qint64 size = m_letter->content->size();
    if (m_capabilities.sizeLimit() > 0 && size > m_capabilities.sizeLimit()) {
        return fail(Stage::Mail,
                    {ErrorKind::TooBig, QString::number(size),
                     QStringLiteral("the server takes at most %1 octets").arg(m_capabilities.sizeLimit())});
    }
    if (envelope.eightBit && !m_capabilities.has(QStringLiteral("8BITMIME"))) {
        return fail(Stage::Mail,
                    {ErrorKind::NotOffered, QStringLiteral("8BITMIME"),
                     QStringLiteral("the message holds 8-bit text and the server takes 7-bit text only")});
    }
    // Made before anything is said: a letter that cannot be announced must leave no answer owed behind it.
    const Base::Result<Command> mail = Commands::mail(envelope, size, m_capabilities);
    if (!mail)
        return fail(Stage::Mail, mail.error());
    if (std::exchange(m_dirty, true)) // until the content was accepted
        ask(Stage::Mail, Commands::rset(), [](const ServerReply &) {});
    ask(Stage::Mail, mail, [this](const ServerReply &reply) {
        m_transaction.mailAnswered(reply);
        if (!reply.isPositive())
            m_questions.dropUnsent();
        judgeEnvelope();
    });
    for (qsizetype i = 0; i < envelope.recipients.size(); ++i) {
        const Base::Result<Command> rcpt =
            Commands::rcpt(envelope, envelope.recipients.at(i), m_capabilities);
        if (!rcpt) {
            m_transaction.rcptImpossible(i, rcpt.error());
            continue;
        }
        ask(Stage::Rcpt, rcpt, [this, i](const ServerReply &reply) {
            m_transaction.rcptAnswered(i, reply);
            judgeEnvelope();
        });
    }
}

void Session::judgeEnvelope()
{
    if (!m_questions.isEmpty()) // answers still owed are heard before anything is judged
        return;
    if (!m_transaction.mailReply().isPositive())
        return refuse(Stage::Mail, ServerReply(m_transaction.mailReply()));
    if (!m_transaction.barrier().isNull())
        return refuse(Stage::Rcpt, ServerReply(m_transaction.barrier()));
    if (!m_transaction.hasTaken()) {
        m_transaction.allRefused();
        return finish(Stage::Rcpt);
    }
    sendContent();
}

void Session::sendContent()
{
    ask(Stage::Data, Commands::data(), [this](const ServerReply &reply) {
        if (reply.code() == 354) {
            m_data = std::make_unique<DataWriter>();
            m_queued = 0;
            m_timer->start(Delivery::blockTimeout);
            return streamContent();
        }
        if (reply.isPositive() || reply.isIntermediate())
            return fail(Stage::Data,
                        protocol(QStringLiteral("the server answers DATA with %1").arg(reply.code())));
        refuse(Stage::Data, reply);
    });
}

void Session::streamContent()
{
    while (m_data && m_connection->unwritten() < contentWindow) {
        Base::Result<QByteArray> chunk = m_letter->content->read();
        if (!chunk)
            return fail(Stage::Data, chunk.error());
        if (chunk->isEmpty())
            return commit();
        const QByteArray wire = m_data->write(*chunk);
        m_queued += chunk->size();
        m_connection->write(wire);
    }
}

void Session::commit()
{
    const QByteArray end = m_data->finish();
    m_data.reset();
    // Law 3: on record before it is sent. From here on a lost connection means "uncertain".
    const Base::Done recorded =
        m_letter->aboutToCommit ? m_letter->aboutToCommit(m_transaction.results()) : Base::Done();
    if (!recorded)
        return fail(Stage::Data, recorded.error());
    m_logbook.note(QStringLiteral("(message, %1 octets)").arg(m_letter->content->size()));
    m_transaction.setCommitted(true);
    ask(Stage::Content, Command{end + DataWriter::terminator(), QStringLiteral(".")},
        [this](const ServerReply &reply) {
            if (reply.isIntermediate())
                return fail(
                    Stage::Content,
                    protocol(QStringLiteral("the server answers the content with %1").arg(reply.code())));
            if (!reply.isPositive())
                return refuse(Stage::Content, reply);
            m_dirty = false;
            m_transaction.accept(reply);
            finish(Stage::Content);
        });
}

void Session::quit()
{
    if (m_over)
        return;
    m_open = false;
    ask(Stage::Quit, Commands::quit(), [this](const ServerReply &) { hangUp(); });
}

// The machinery.

void Session::ask(Stage stage, const Base::Result<Command> &command, Then then)
{
    if (m_over)
        return;
    if (!command)
        return fail(stage, command.error());
    m_questions.add({stage, *command, std::move(then)});
    pump();
}

void Session::pump()
{
    m_questions.send(m_capabilities.has(QStringLiteral("PIPELINING")),
                     [this](const Question &question, bool head) {
                         if (head)
                             enter(question.stage);
                         if (!question.command.shown.isEmpty())
                             m_logbook.client(question.command.shown);
                         if (!question.command.wire.isEmpty())
                             m_connection->write(question.command.wire);
                     });
}

void Session::hear(const QByteArray &bytes)
{
    if (m_over)
        return;
    m_questions.serverSpeaks();
    m_parser.feed(bytes);
    while (!m_over) {
        const std::optional<ServerReply> reply = m_parser.next();
        if (!reply)
            break;
        answer(*reply);
    }
    if (!m_over && !m_parser.malformed().isEmpty()) {
        m_logbook.note(m_parser.malformed());
        if (!m_busy) // what was under way has its outcome already
            return hangUp();
        fail(stageNow(), protocol(m_parser.malformed()));
    }
}

void Session::answer(const ServerReply &reply)
{
    m_logbook.server(reply);
    const bool negative = reply.isTransient() || reply.isPermanent();
    if (!m_questions.isAnswer(reply)) {
        // Nothing was asked: the server ends it early (421 when idle, 552 in the middle of the content).
        if (m_data && negative)
            return refuse(Stage::Data, reply);
        if (m_busy)
            return fail(stageNow(), protocol(QStringLiteral("the server answers what was not asked")));
        return hangUp();
    }
    const Question question = m_questions.take();
    m_timer->stop();
    if (reply.code() == 421 && question.stage != Stage::Quit) // RFC 5321 §3.8: it closes, whatever was asked
        return refuse(question.stage, reply);
    question.then(reply);
    if (m_over)
        return;
    if (m_questions.isHeadSent())
        enter(m_questions.stage());
    pump();
}

void Session::onLost(const Error &error)
{
    if (m_over)
        return;
    m_over = true;
    m_timer->stop();
    m_logbook.note(error.detail);
    if (m_busy)
        return fail(stageNow(), error);
    Q_EMIT closed();
}

void Session::onTimeout()
{
    if (m_over)
        return;
    if (!m_busy)
        return hangUp();
    const qint64 waited = m_data ? Delivery::blockTimeout : Delivery::timeoutOf(stageNow());
    const QString words = QStringLiteral("no answer in %1 s").arg(waited / 1000);
    m_logbook.note(words);
    fail(stageNow(), {ErrorKind::TimedOut, m_options.server.host, words});
}

void Session::onWritten()
{
    if (!m_data)
        return;
    m_timer->start(Delivery::blockTimeout);
    Q_EMIT progressed(std::max<qint64>(0, m_queued - m_connection->unwritten()), m_letter->content->size());
    streamContent();
}

void Session::cancel()
{
    if (m_busy)
        return fail(stageNow(), {ErrorKind::Cancelled, {}, QStringLiteral("the person stopped it")});
    hangUp();
}

/// A reply said no.
void Session::refuse(Stage stage, const ServerReply &reply, std::optional<Error> error)
{
    m_transaction.refuse(stage, reply);
    // 500–504 and 555 mean that the two sides do not understand each other, 421 that the server goes; a reply
    // in the middle of the content leaves half a message on the line: start afresh.
    const bool confused = (reply.code() >= 500 && reply.code() <= 504) || reply.code() == 555;
    const bool halfway = m_data != nullptr;
    m_data.reset();
    const Scope scope = m_transaction.scope();
    if (scope == Scope::Account || scope == Scope::Session || confused || halfway)
        m_open = false;
    finish(stage, std::move(error));
}

/// No reply decided, but something else did.
void Session::fail(Stage stage, const Error &error, std::optional<Scope> scope)
{
    const Scope reach = scope.value_or(Delivery::scopeOf(error.kind));
    m_transaction.fail(stage, error, reach);
    m_data.reset();
    if (reach != Scope::Message || stage == Stage::Data || stage == Stage::Content)
        m_open = false;
    finish(stage, error);
}

void Session::finish(Stage stage, std::optional<Error> error)
{
    m_timer->stop();
    m_busy = false;
    m_letter.reset();
    m_questions.clear();
    m_queued = 0;
    Delivery::Outcome outcome = std::exchange(m_transaction.outcome(), {});
    outcome.stage = stage;
    outcome.error = std::move(error);
    outcome.server = m_connection->peer();
    const Net::TlsFacts facts = m_connection->tlsFacts();
    if (facts.isEncrypted())
        outcome.tls = facts.protocol + QStringLiteral(", ") + facts.cipher;
    if (!m_open && !m_over) {
        m_over = true;
        m_connection->abort();
    }
    Q_EMIT finished(outcome);
}

void Session::hangUp()
{
    if (m_over)
        return;
    m_over = true;
    m_open = false;
    m_timer->stop();
    m_connection->close();
    Q_EMIT closed();
}

void Session::enter(Stage stage)
{
    m_timer->start(Delivery::timeoutOf(stage));
    if (std::exchange(m_stage, stage) != stage)
        Q_EMIT stageReached(stage);
}

Stage Session::stageNow() const
{
    if (m_data)
        return Stage::Data;
    return m_questions.isEmpty() ? m_stage.value_or(Stage::Connect) : m_questions.stage();
}

} // namespace Smtp
