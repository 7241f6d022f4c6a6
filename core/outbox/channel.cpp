#include "core/outbox/channel.h"

#include "core/message/contentreader.h"

#include <algorithm>

namespace Outbox {

namespace {
constexpr qint64 transcriptPause = 100; // ms between two events of one attempt
}

Channel::Channel(quint64 serial, const Accounts::Account &account, Store::MessageStore &messages,
                 const Store::Spool &spool, Base::Clock &clock)
    : m_serial(serial)
    , m_account(account)
    , m_messages(messages)
    , m_spool(spool)
    , m_saying(clock.makeTimer([this] { flush(); }))
    , m_resting(clock.makeTimer([this] { quit(); }))
    , m_leaving(clock.makeTimer([this] { m_session->cancel(); }))
    , m_clock(clock)
{
}

Channel::~Channel() = default;

void Channel::add(const Store::QueueEntry &entry, Store::Assignment assignment)
{
    m_resting->stop();
    auto attempt = std::make_unique<Attempt>();
    attempt->number = ++m_lastNumber;
    attempt->entry = entry;
    attempt->assignment = std::move(assignment);
    Attempt &added = *attempt;
    m_last = added.assignment.attempt;
    for (auto old = m_unsaid.begin(); old != m_unsaid.end();)
        old = find(old->first) ? std::next(old) : m_unsaid.erase(old);
    m_unsaid[added.number] = {entry.id, added.assignment.number, {}};
    m_attempts.emplace(added.number, std::move(attempt));
    if (m_session)
        deliver(added);
}

void Channel::start(Smtp::SessionOptions options, Smtp::ConnectionFactory connectTo)
{
    m_session = std::make_unique<Smtp::Session>(std::move(options), std::move(connectTo), m_clock);
    const Smtp::Session *session = m_session.get();
    connect(session, &Smtp::Session::said, this,
            [this](const Delivery::TranscriptLine &line, quint64 number) {
                const auto unsaid = m_unsaid.find(number);
                if (unsaid == m_unsaid.end())
                    return;
                unsaid->second.lines.append(line);
                if (unsaid->second.lines.size() == 1)
                    m_saying->start(transcriptPause);
            });
    connect(session, &Smtp::Session::stageReached, this,
            [this](Delivery::Stage stage, quint64 number) { Q_EMIT stageReached(number, stage); });
    connect(session, &Smtp::Session::progressed, this,
            [this](qint64 done, qint64 total, quint64 number) { Q_EMIT progressed(number, done, total); });
    connect(session, &Smtp::Session::authenticated, this, &Channel::authenticated);
    connect(session, &Smtp::Session::opened, this, &Channel::opened);
    connect(session, &Smtp::Session::finished, this,
            [this](const Delivery::Outcome &outcome, quint64 number) {
                Q_EMIT finished(number, outcome, m_session->transcript(number));
            });
    connect(session, &Smtp::Session::ready, this, &Channel::ready);
    connect(session, &Smtp::Session::closed, this, &Channel::ended);
    for (const quint64 number : numbers())
        deliver(*m_attempts.at(number));
}

void Channel::deliver(Attempt &attempt)
{
    Smtp::Letter letter;
    letter.id = attempt.number;
    letter.envelope = attempt.assignment.envelope;
    letter.content = std::make_unique<Message::ContentReader>(attempt.assignment.content, m_spool);
    letter.aboutToCommit = [this, &attempt](const QList<Delivery::RecipientResult> &results) {
        const Base::Done done =
            m_messages.markCommitting(attempt.entry.id, attempt.assignment, results, m_clock.now());
        attempt.committing = done.ok();
        return done;
    };
    m_session->deliver(std::move(letter));
}

bool Channel::isCommitting() const
{
    return std::any_of(m_attempts.begin(), m_attempts.end(),
                       [](const auto &each) { return each.second->committing; });
}

QList<quint64> Channel::numbers() const
{
    QList<quint64> numbers;
    for (const auto &[number, attempt] : m_attempts)
        numbers.append(number);
    return numbers;
}

Attempt *Channel::find(quint64 number) const
{
    const auto found = m_attempts.find(number);
    return found == m_attempts.end() ? nullptr : found->second.get();
}

void Channel::remove(quint64 number)
{
    m_attempts.erase(number);
    if (number != m_lastNumber) // the last one's page goes on until goodbye
        m_unsaid.erase(number);
}

void Channel::rest()
{
    m_resting->start(idleTime);
}

void Channel::quit()
{
    m_resting->stop();
    m_session->quit();
}

void Channel::leave()
{
    m_leaving->start(goodbyeTime);
    if (m_session->isOpen())
        quit(); // otherwise it is said already
}

void Channel::flush()
{
    m_saying->stop();
    for (auto &[number, unsaid] : m_unsaid) {
        if (unsaid.lines.isEmpty())
            continue;
        const TranscriptGrew grew = unsaid;
        unsaid.lines.clear();
        Q_EMIT transcriptGrew(grew);
    }
}

void Channel::recordGoodbye()
{
    flush();
    if (m_session && m_last && !m_session->transcript().isEmpty())
        (void)m_messages.replaceTranscript(*m_last, m_session->transcript());
}

} // namespace Outbox
