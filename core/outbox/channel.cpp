#include "core/outbox/channel.h"

#include "core/message/contentreader.h"

#include <QPointer>

#include <algorithm>

namespace Outbox {

namespace {
constexpr qint64 transcriptPause = 100; // ms between two events of one attempt
}

Channel::Channel(quint64 serial, const Accounts::Account &account, Store::MessageStore &messages,
                 Store::CommitGroup &group, const Store::Spool &spool, Base::Clock &clock)
    : m_serial(serial)
    , m_account(account)
    , m_messages(messages)
    , m_group(group)
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
    release(entry);
    ++m_underWay;
    auto attempt = std::make_unique<Attempt>();
    attempt->number = ++m_lastNumber;
    attempt->entry = entry;
    attempt->assignment = std::move(assignment);
    Attempt &added = *attempt;
    for (auto old = m_unsaid.begin(); old != m_unsaid.end();)
        old = find(old->first) ? std::next(old) : m_unsaid.erase(old);
    m_unsaid[added.number] = {entry.id, added.assignment.number, {}};
    m_attempts.emplace(added.number, std::move(attempt));
    m_waiting.append(added.number);
    deliverNext();
}

void Channel::deliverNext()
{
    while (!m_waiting.isEmpty() && m_session && m_session->isReady())
        deliver(*m_attempts.at(m_waiting.takeFirst()));
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
    deliver(*m_attempts.at(m_waiting.takeFirst())); // the first one opens it
}

void Channel::deliver(Attempt &attempt)
{
    m_last = attempt.assignment.attempt;
    Smtp::Letter letter;
    letter.id = attempt.number;
    letter.envelope = attempt.assignment.envelope;
    letter.content = std::make_unique<Message::ContentReader>(attempt.assignment.content, m_spool);
    letter.aboutToCommit = [this, number = attempt.number](const Smtp::Commitment &commitment,
                                                           const auto &then) {
        const Attempt &of = *find(number);
        m_group.record(
            [&messages = m_messages, id = of.entry.id, assignment = of.assignment, commitment] {
                return messages.markCommitting(id, assignment, commitment.results, commitment.receiving);
            },
            [self = QPointer(this), number, then](const Base::Done &done) {
                Attempt *still = self ? self->find(number) : nullptr;
                if (!still || still->isOver)
                    return;
                still->committing = still->committing || done.ok();
                then(done);
            });
        Q_EMIT committing();
    };
    m_session->deliver(std::move(letter));
}

void Channel::release(const Store::QueueEntry &entry)
{
    m_reserved.removeIf([&entry](const Store::QueueEntry &each) { return each.id == entry.id; });
}

QList<Store::QueueEntry> Channel::underWay() const
{
    QList<Store::QueueEntry> entries = m_reserved;
    for (const auto &[number, attempt] : m_attempts) {
        if (!attempt->isOver)
            entries.append(attempt->entry);
    }
    return entries;
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

void Channel::setOver(Attempt &attempt)
{
    if (std::exchange(attempt.isOver, true))
        return;
    --m_underWay;
    m_waiting.removeOne(attempt.number);
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
        m_group.record([&messages = m_messages, attempt = *m_last,
                        said = m_session->transcript()] { return messages.replaceTranscript(attempt, said); },
                       [](const Base::Done &) {});
}

} // namespace Outbox
