#include "core/smtp/wire.h"

namespace Smtp {

using Base::Error;
using Base::ErrorKind;
using Delivery::ServerReply;
using Delivery::Stage;

Wire::Wire(std::unique_ptr<Net::Connection> connection, Base::Clock &clock, const Redactor &redactor,
           QObject *parent)
    : QObject(parent)
    , m_connection(std::move(connection))
    , m_pace(clock)
    , m_timer(clock.makeTimer([this] { onTimeout(); }))
{
    m_parser.setFilter([&redactor](const QByteArray &text) { return redactor.redact(text); });
    connect(m_connection.get(), &Net::Connection::connected, this, &Wire::connected);
    connect(m_connection.get(), &Net::Connection::opened, this, &Wire::opened);
    connect(m_connection.get(), &Net::Connection::encrypted, this, [this] {
        m_parser.reset(); // what was read in the clear is not known any more
        Q_EMIT encrypted();
    });
    connect(m_connection.get(), &Net::Connection::received, this, &Wire::hear);
    connect(m_connection.get(), &Net::Connection::written, this, &Wire::onWritten);
    connect(m_connection.get(), &Net::Connection::lost, this, &Wire::end);
}

Wire::~Wire() = default;

void Wire::open(const Net::Endpoint &endpoint, const Net::Trust &trust)
{
    m_connection->open(endpoint, trust);
}

void Wire::startTls()
{
    m_connection->startTls();
}

void Wire::ask(Question question)
{
    if (m_over)
        return;
    m_questions.add(std::move(question));
    pump();
}

void Wire::pump()
{
    QByteArray flight; // one write: what goes out together travels together
    bool bodies = false;
    m_questions.send(m_pipelining, [this, &flight, &bodies](Question &question, bool head) {
        if (head)
            enter(question.stage, question.letter);
        if (!question.command.shown.isEmpty())
            question.logbook->client(question.command.shown);
        flight += question.command.wire;
        bodies = bodies || !question.body.isEmpty();
        flight += std::exchange(question.body, {});
    });
    if (bodies && !std::exchange(m_inBody, true))
        m_pace.begin();
    if (!flight.isEmpty())
        m_connection->write(flight);
}

void Wire::writeContent(const QByteArray &octets)
{
    if (!std::exchange(m_inContent, true)) {
        m_pace.begin();
        m_timer->start(m_pace.left());
    }
    if (!octets.isEmpty())
        m_connection->write(octets);
}

void Wire::endContent()
{
    m_inContent = false;
}

void Wire::hear(const QByteArray &bytes)
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
        m_connection->abort();
        end({ErrorKind::Protocol, {}, m_parser.malformed()});
    }
}

void Wire::answer(const ServerReply &reply)
{
    if (!m_questions.isAnswer(reply)) {
        Q_EMIT unasked(reply);
        return;
    }
    const Question question = m_questions.take();
    question.logbook->server(reply);
    m_timer->stop();
    if (reply.code() == 421 && question.stage != Stage::Quit)
        Q_EMIT closing(question.stage, question.letter, reply);
    else
        question.then(reply);
    if (m_over)
        return;
    if (m_questions.isHeadSent())
        enter(m_questions.head().stage, m_questions.head().letter);
    pump();
}

void Wire::onWritten(qint64 octets)
{
    if (m_inContent || m_inBody) {
        m_pace.took(octets);
        m_timer->start(std::max<qint64>(1, m_pace.left()));
        if (unwritten() == 0 && std::exchange(m_inBody, false))
            m_timer->start(m_waits); // all of it is gone: now an answer is waited for
    }
    Q_EMIT written();
}

void Wire::await(Stage stage, quint64 letter)
{
    enter(stage, letter);
}

void Wire::rest()
{
    m_timer->stop();
    m_stage.reset();
}

void Wire::enter(Stage stage, quint64 letter)
{
    m_waits = Delivery::timeoutOf(stage);
    m_timer->start(m_waits);
    const bool same = m_stage == stage && m_letter == letter;
    m_stage = stage;
    m_letter = letter;
    if (!same)
        Q_EMIT entered(stage, letter);
}

Stage Wire::stage() const
{
    if (m_inContent)
        return Stage::Data;
    return m_questions.isEmpty() ? m_stage.value_or(Stage::Connect) : m_questions.head().stage;
}

void Wire::onTimeout()
{
    if (m_over)
        return;
    const QString words =
        m_inContent || m_inBody
            ? QStringLiteral(
                  "the server all but stopped taking the message: less than %1 octets a second for %2 s")
                  .arg(Pace::slowest)
                  .arg(Delivery::blockTimeout / 1000)
            : QStringLiteral("no answer in %1 s").arg(m_waits / 1000);
    m_connection->abort();
    end({ErrorKind::TimedOut, {}, words});
}

void Wire::end(const Error &error)
{
    if (m_over)
        return;
    m_over = true;
    m_timer->stop();
    Q_EMIT broken(error);
}

void Wire::close()
{
    m_over = true;
    m_timer->stop();
    m_connection->close();
}

void Wire::abort()
{
    m_over = true;
    m_timer->stop();
    m_connection->abort();
}

} // namespace Smtp
