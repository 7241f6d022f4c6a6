#include "core/outbox/dispatcher.h"

#include "core/base/log.h"
#include "core/base/threads.h"
#include "core/delivery/retrypolicy.h"
#include "core/outbox/sessionoptions.h"

#include <QPointer>

namespace Outbox {

using Base::AccountId;
using Base::Error;
using Base::ErrorKind;
using Delivery::Outcome;

namespace {

constexpr int lookAhead = 200; // due messages looked at in one turn
constexpr qint64 longestSleep = 3600'000;

} // namespace

Dispatcher::Dispatcher(Store::Database &database, Store::CommitGroup &group, Store::Spool &spool,
                       Base::Clock &clock, ConnectionFactory connect)
    : m_messages(database)
    , m_decisions(database)
    , m_accounts(database, clock)
    , m_agenda(database, m_accounts)
    , m_group(group)
    , m_journal(database, group, clock)
    , m_spool(spool)
    , m_clock(clock)
    , m_connect(std::move(connect))
    , m_timer(clock.makeTimer([this] {
        m_refused = false;
        wake();
    }))
{
}

/// What it posted is not done again without it.
Dispatcher::~Dispatcher()
{
    m_group.commit();
}

void Dispatcher::start()
{
    Base::assertThread(this);
    m_running = true;
    wake();
}

QHash<AccountId, AccountCondition> Dispatcher::conditions() const
{
    QHash<AccountId, AccountCondition> conditions = m_accounts.conditions();
    for (const auto &[serial, channel] : m_channels) {
        const auto at = conditions.find(channel->account().id);
        if (at == conditions.end())
            continue;
        at->active += channel->hasAttempts() ? 1 : 0;
        for (const Store::QueueEntry &entry : channel->underWay())
            at->take(entry);
    }
    return conditions;
}

void Dispatcher::wake()
{
    Base::assertThread(this);
    if (!m_running || m_looking || m_refused)
        return;
    m_looking = true;
    m_ready.clear();
    const QDateTime now = m_clock.now();
    const Base::Result<QList<Base::MessageId>> left = m_agenda.look(now);
    const Base::Result<QList<Store::QueueEntry>> due =
        left ? m_messages.due(now, lookAhead) : Base::Result<QList<Store::QueueEntry>>(left.error());
    if (!due) {
        Base::Log::error(QStringLiteral("The queue cannot be read: %1").arg(due.error().detail));
        m_looking = false;
        m_refused = true;
        m_timer->start(Journal::again);
        return;
    }
    for (const Base::MessageId id : *left)
        Q_EMIT messageChanged(id);
    const Plan plan = Outbox::plan(*due, conditions(), now);
    for (const Store::QueueEntry &entry : plan.impossible)
        setAside(entry, QStringLiteral("it has more recipients than its account may send to in a day"));
    for (const Store::QueueEntry &entry : plan.start) {
        const Accounts::Account *account = m_accounts.find(entry.account);
        if (!account) {
            setAside(entry, QStringLiteral("its account is gone"));
            continue;
        }
        Channel *idle = idleChannel(*account);
        begin(entry, idle ? *idle : *makeChannel(*account));
    }
    m_looking = false;
    sleepUntilDue(plan.wake);
    if (isIdle())
        Q_EMIT settled();
}

/// A person must look at it.
void Dispatcher::setAside(const Store::QueueEntry &entry, const QString &why)
{
    Base::Log::warning(QStringLiteral("Message %1 is held: %2").arg(entry.id.toString(), why));
    if (m_decisions.hold(entry.id, m_clock.now()))
        Q_EMIT messageChanged(entry.id);
}

void Dispatcher::sleepUntilDue(std::optional<QDateTime> wakeAt)
{
    const QDateTime now = m_clock.now();
    const std::optional<QDateTime> next = m_agenda.next(now);
    if (next && (!wakeAt || *next < *wakeAt))
        wakeAt = next;
    if (wakeAt)
        m_timer->start(qBound<qint64>(10, now.msecsTo(*wakeAt), longestSleep));
}

/// A connection of that very account that waits for something to do.
Channel *Dispatcher::idleChannel(const Accounts::Account &account) const
{
    for (const auto &[serial, channel] : m_channels) {
        if (channel->isIdle() && channel->account() == account)
            return channel.get();
    }
    return nullptr;
}

void Dispatcher::begin(const Store::QueueEntry &entry, Channel &channel)
{
    channel.reserve(entry);
    m_journal.begin(entry.id, [this, serial = channel.serial(), entry](const auto &assignment) {
        Channel &of = *find(serial); // what is reserved stays
        if (assignment)
            begun(of, entry, *assignment);
        else
            notBegun(of, entry, assignment.error());
    });
}

/// "Sending" is on record.
void Dispatcher::begun(Channel &channel, const Store::QueueEntry &entry, const Store::Assignment &assignment)
{
    if (!m_running || channel.isClosing())
        return abandon(channel, entry, assignment);
    Base::Log::info(
        QStringLiteral("Message %1: attempt %2 through account \"%3\"")
            .arg(entry.id.toString(), QString::number(assignment.number), channel.account().name));
    const bool isNew = !channel.hasSession();
    channel.add(entry, assignment);
    Q_EMIT messageChanged(entry.id);
    if (isNew)
        open(channel);
}

void Dispatcher::open(Channel &channel)
{
    const Accounts::Account &account = channel.account();
    if (const std::optional<Accounts::Secrets> secrets = m_accounts.secretsOf(account))
        connectChannel(channel, *secrets);
    else
        Q_EMIT secretNeeded(account, channel.serial());
}

/// The connection went, or the program ends, before anything was said: as if it had not been begun.
void Dispatcher::abandon(Channel &channel, const Store::QueueEntry &entry,
                         const Store::Assignment &assignment)
{
    m_journal.abandon(entry.id, assignment, [this, serial = channel.serial(), entry] {
        Channel &of = *find(serial);
        of.release(entry);
        next(of);
    });
}

void Dispatcher::abandonUnsaid(Channel &channel)
{
    for (const quint64 number : channel.unsaidOnes()) {
        Attempt &attempt = *channel.find(number);
        const Store::QueueEntry entry = attempt.entry;
        const Store::Assignment assignment = attempt.assignment;
        channel.setOver(attempt);
        channel.remove(number);
        channel.reserve(entry);
        abandon(channel, entry, assignment);
    }
}

void Dispatcher::notBegun(Channel &channel, const Store::QueueEntry &entry, const Error &error)
{
    channel.release(entry);
    if (error.kind == ErrorKind::BadAddress || error.kind == ErrorKind::DatabaseDamaged) {
        setAside(entry, error.detail); // it would be taken up again and again
    } else if (error.kind != ErrorKind::NotAllowed && error.kind != ErrorKind::NotFound) {
        m_refused = true; // nobody's fault but the disk's
        m_timer->start(Journal::again);
    }
    // Where somebody else has dealt with it in the meantime there is nothing to say.
    if (error.kind != ErrorKind::NotAllowed)
        Base::Log::error(
            QStringLiteral("Message %1 cannot be taken up: %2").arg(entry.id.toString(), error.detail));
    next(channel);
}

Channel *Dispatcher::makeChannel(const Accounts::Account &account)
{
    const quint64 serial = ++m_serial;
    auto made = std::make_unique<Channel>(serial, account, m_messages, m_group, m_spool, m_clock);
    Channel *channel = made.get();
    m_channels.emplace(serial, std::move(made));
    connect(channel, &Channel::transcriptGrew, this, &Dispatcher::transcriptGrew);
    connect(channel, &Channel::stageReached, this, [this, channel](quint64 number, Delivery::Stage stage) {
        if (stage == Delivery::Stage::Mail &&
            m_accounts.setSignedIn(channel->account().id)) // more may follow
            QMetaObject::invokeMethod(this, &Dispatcher::wake, Qt::QueuedConnection);
        if (const Attempt *attempt = channel->find(number))
            Q_EMIT progressed({attempt->entry.id, stage, 0, 0});
    });
    connect(channel, &Channel::progressed, this, [this, channel](quint64 number, qint64 done, qint64 total) {
        if (const Attempt *attempt = channel->find(number))
            Q_EMIT progressed({attempt->entry.id, Delivery::Stage::Data, done, total});
    });
    connect(channel, &Channel::opened, this, [this, channel](const QStringList &offers) {
        if (m_accounts.learnOffers(channel->account(), offers))
            channel->setOffers(offers);
    });
    connect(channel, &Channel::authenticated, this, [this, channel](const QString &mechanism) {
        if (m_accounts.learnMechanism(channel->account(), mechanism))
            channel->setStrongestSeen(mechanism);
    });
    // A signal of the session is no place to give it the next letter, or to replace it.
    connect(channel, &Channel::finished, this,
            [this, serial](quint64 number, const Outcome &outcome, const Delivery::Transcript &transcript) {
                later(serial, [this, number, outcome, transcript](Channel &of) {
                    record(of, number, outcome, transcript);
                });
            });
    connect(channel, &Channel::committing, this, [this, channel] { beginAhead(*channel); });
    connect(channel, &Channel::ready, this,
            [this, serial] { later(serial, [this](Channel &of) { next(of); }); });
    connect(channel, &Channel::ended, this,
            [this, serial] { later(serial, [this](Channel &of) { end(of); }); });
    return channel;
}

/// From the event loop, if the channel is still there.
void Dispatcher::later(quint64 serial, const std::function<void(Channel &)> &what)
{
    QMetaObject::invokeMethod(
        this,
        [this, serial, what] {
            if (Channel *channel = find(serial))
                what(*channel);
        },
        Qt::QueuedConnection);
}

void Dispatcher::answerSecret(quint64 request, const Base::Result<Accounts::Secrets> &secrets)
{
    Base::assertThread(this);
    Channel *asking = find(request);
    if (!asking || asking->hasSession() || !asking->hasAttempts())
        return;
    Channel &channel = *asking;
    if (!m_running)
        return failBeforeSession(channel, {ErrorKind::Interrupted, {}, QStringLiteral("the program ends")});
    if (!secrets)
        return failBeforeSession(channel, secrets.error());
    m_accounts.keepSecrets(channel.account(), *secrets);
    connectChannel(channel, *secrets);
}

void Dispatcher::connectChannel(Channel &channel, const Accounts::Secrets &secrets)
{
    Smtp::SessionOptions options = sessionOptions(channel.account(), secrets.signIn);
    options.learned = m_accounts.limitsOf(channel.account());
    channel.start(std::move(options),
                  [connectTo = m_connect, password = secrets.proxy] { return connectTo(password); });
}

void Dispatcher::failBeforeSession(Channel &channel, const Error &error)
{
    Outcome outcome;
    outcome.stage = Delivery::Stage::Auth;
    outcome.scope = Delivery::scopeOf(error.kind);
    outcome.error = error;
    for (const quint64 number : channel.numbers()) {
        outcome.recipients.clear();
        for (const Message::Recipient &recipient : channel.find(number)->assignment.envelope.recipients)
            outcome.recipients.append(
                {recipient.address.addrSpec(), Delivery::Verdict::Deferred, outcome.stage, {}, error});
        record(channel, number, outcome, {});
    }
}

/// What follows from it for the message and for the account.
Ending Dispatcher::endingOf(const Accounts::Account &account, const Store::QueueEntry &entry,
                            const Outcome &outcome, const Delivery::Transcript &transcript)
{
    const QDateTime now = m_clock.now();
    const Delivery::RetrySchedule &schedule = m_accounts.schedule();
    Ending ending{deferredAtLimits(outcome), transcript, {}, m_accounts.count(account, outcome), {}};
    Store::Consequence &consequence = ending.consequence;
    const int attempts = entry.attempts + 1;
    consequence.nextAttempt = now.addMSecs(Delivery::delayAfter(schedule, attempts, jitterSeedOf(entry)));
    const bool cancelled = outcome.error && (outcome.error->kind == ErrorKind::Cancelled ||
                                             outcome.error->kind == ErrorKind::Interrupted);
    if (cancelled) {
        consequence.countAttempt = false;
        consequence.isInterrupted = outcome.error->kind == ErrorKind::Interrupted;
        consequence.nextAttempt = now;
    } else if (m_accounts.isToBlame(account, outcome)) {
        // The account's fault: the message is left as it was, the account waits.
        consequence.countAttempt = false;
        ending.backOff = m_accounts.backOff(account.id);
        consequence.nextAttempt = ending.backOff->until;
    } else if (outcome.stage >= Delivery::Stage::Mail) {
        // It was signed in: whatever became of the message, the account works.
        ending.backOff = m_accounts.clearBackOff(account.id);
    }
    consequence.giveUp =
        consequence.countAttempt &&
        Delivery::patienceWith(schedule, entry.created, attempts, now) == Delivery::Patience::GivenUp;
    return ending;
}

void Dispatcher::record(Channel &channel, quint64 number, const Outcome &outcome,
                        const Delivery::Transcript &transcript)
{
    Attempt *attempt = channel.find(number);
    if (!attempt || attempt->isOver)
        return;
    channel.setOver(*attempt);
    const AccountId account = channel.account().id;
    m_journal.finish(
        attempt->entry.id, attempt->assignment, account,
        endingOf(channel.account(), attempt->entry, outcome, transcript),
        [this, serial = channel.serial(), number, outcome] { recorded(*find(serial), number, outcome); });
    next(channel); // what is due need not wait for the disk
}

/// Now others may know.
void Dispatcher::recorded(Channel &channel, quint64 number, const Outcome &outcome)
{
    const Base::MessageId id = channel.find(number)->entry.id;
    channel.flush();
    channel.remove(number);
    const auto counted = [&outcome](Delivery::Verdict verdict) {
        return QString::number(outcome.count(verdict));
    };
    Base::Log::info(
        QStringLiteral("Message %1: %2 accepted, %3 deferred, %4 refused, %5 uncertain at stage %6")
            .arg(id.toString(), counted(Delivery::Verdict::Accepted), counted(Delivery::Verdict::Deferred),
                 counted(Delivery::Verdict::Refused), counted(Delivery::Verdict::Uncertain),
                 Delivery::name(outcome.stage)));
    Q_EMIT messageChanged(id);
    if (Delivery::needsPerson(outcome)) {
        Base::Log::warning(QStringLiteral("Account \"%1\" waits for a person").arg(channel.account().name));
        Q_EMIT accountsChanged();
    }
    next(channel);
}

/// What is due goes over the connection that is there, as long as the account is still the one it was made
/// for.
void Dispatcher::next(Channel &channel)
{
    if (channel.hasSession())
        m_accounts.learnLimits(channel.account(), channel.learned());
    if (!m_running || channel.isClosing())
        abandonUnsaid(channel);
    else
        channel.deliverNext();
    const bool current = m_running && m_accounts.isCurrent(channel.account());
    while (current && !m_refused && channel.isReady()) {
        const std::optional<Store::QueueEntry> entry = nextOf(channel.account());
        if (!entry)
            break;
        begin(*entry, channel);
    }
    if (channel.hasAttempts())
        return;
    if (channel.isOver())
        return end(channel);
    if (!m_running)
        return channel.leave();
    if (!current || m_refused || !channel.isIdle())
        return channel.quit();
    channel.rest();
    QMetaObject::invokeMethod(this, &Dispatcher::wake, Qt::QueuedConnection); // to say that all is settled
}

/// What is sent next over it, in the commit that stands before the end of this letter: so a letter costs no
/// two. Not where another connection might be the first to take it.
void Dispatcher::beginAhead(Channel &channel)
{
    const Accounts::Account &account = channel.account();
    if (!m_running || m_refused || !channel.isReadyAhead() || !m_accounts.isCurrent(account))
        return;
    if (const std::optional<Store::QueueEntry> entry = nextOf(account, account.maxConnections))
        begin(*entry, channel);
}

/// The most overdue one, as long as the account's limits let it go; others may have dealt with it, which
/// shows when it is begun. None unless more than `left` wait.
std::optional<Store::QueueEntry> Dispatcher::nextOf(const Accounts::Account &account, qsizetype left)
{
    QList<Store::QueueEntry> &ready = m_ready[account.id];
    const QDateTime now = m_clock.now();
    if (ready.isEmpty()) {
        if (const Base::Result<QList<Store::QueueEntry>> due = m_messages.dueOf(account.id, now, lookAhead))
            ready = *due;
    }
    if (ready.size() <= left)
        return std::nullopt;
    if (!m_accounts.hasLimits(account))
        return ready.takeFirst();
    // Else wake(), which comes before anything sleeps, says when it may.
    const std::optional<QDateTime> allowed = conditions().value(account.id).allowedAt(ready.first(), now);
    return allowed && *allowed <= now ? std::optional(ready.takeFirst()) : std::nullopt;
}

void Dispatcher::end(Channel &channel)
{
    if (channel.hasAttempts())
        return; // their outcomes are on the way
    channel.recordGoodbye();
    // Destroyed from the event loop: the session may be the caller.
    QMetaObject::invokeMethod(
        this,
        [this, serial = channel.serial()] {
            m_channels.erase(serial);
            if (m_running)
                wake();
            else if (m_channels.empty())
                Q_EMIT drained();
        },
        Qt::QueuedConnection);
}

void Dispatcher::stop()
{
    Base::assertThread(this);
    m_running = false;
    m_timer->stop();
    if (m_channels.empty()) {
        Q_EMIT drained();
        return;
    }
    QList<Channel *> channels;
    for (const auto &[serial, channel] : m_channels)
        channels.append(channel.get());
    for (Channel *channel : channels) {
        if (!channel->hasSession() && !channel->numbers().isEmpty())
            failBeforeSession(*channel, {ErrorKind::Interrupted, {}, QStringLiteral("the program ends")});
        else if (!channel->hasSession())
            continue; // what is being entered for it is abandoned
        else if (!channel->hasAttempts())
            channel->leave();
        else if (!channel->isCommitting()) // past it, the server's answer is waited for
            channel->interrupt();
    }
}

void Dispatcher::tryAnew()
{
    for (const AccountId account : m_accounts.liftBackOffs())
        (void)m_decisions.makeDueWhatItHeldUp(account, m_clock.now()); // else it is due later
    wake();
}

void Dispatcher::forget(AccountId account)
{
    Base::assertThread(this);
    m_accounts.forget(account);
    for (const auto &[serial, channel] : m_channels) {
        if (channel->account().id == account && channel->isIdle())
            channel->quit();
    }
    wake();
}

} // namespace Outbox
