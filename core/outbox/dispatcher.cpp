#include "core/outbox/dispatcher.h"

#include "core/base/log.h"
#include "core/base/threads.h"
#include "core/delivery/retrypolicy.h"

#include <algorithm>

namespace Outbox {

using Base::AccountId;
using Base::Error;
using Base::ErrorKind;
using Delivery::Outcome;

namespace {

constexpr int lookAhead = 200;       // due messages looked at in one turn
constexpr qint64 recordAgain = 2000; // ms until an outcome the disk refused is written again
constexpr qint64 longestSleep = 3600'000;

} // namespace

namespace {

bool needsSecret(const Accounts::Account &account)
{
    return account.needs(Accounts::SecretOf::SignIn) || account.needs(Accounts::SecretOf::Proxy);
}

} // namespace

Smtp::SessionOptions sessionOptions(const Accounts::Account &account, const QByteArray &secret)
{
    Smtp::SessionOptions options;
    options.server = account.server;
    options.trust = account.trust;
    // An address literal says nothing about this computer's name (RFC 5321 §4.1.4 allows it).
    options.clientName = account.helo.isEmpty() ? QStringLiteral("[127.0.0.1]") : account.helo;
    options.signIn = account.needsSignIn();
    options.mechanism = Accounts::mechanism(account.auth);
    options.strongestSeen = account.strongestSeen;
    options.credentials = {account.user.toUtf8(), secret};
    options.allowCleartextSecret = account.allowCleartextPassword;
    options.lmtp = account.lmtp;
    options.maxLetters = account.maxPerConnection;
    options.lane = account.lane == Accounts::Lane::Bulk     ? Smtp::Lane::Bulk
                   : account.lane == Accounts::Lane::Window ? Smtp::Lane::Window
                                                            : Smtp::Lane::Default;
    return options;
}

Dispatcher::Dispatcher(Store::Database &database, Store::Spool &spool, Base::Clock &clock,
                       ConnectionFactory connect)
    : m_messages(database)
    , m_decisions(database)
    , m_accounts(database)
    , m_spool(spool)
    , m_clock(clock)
    , m_connect(std::move(connect))
    , m_timer(clock.makeTimer([this] { wake(); }))
{
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::start()
{
    Base::assertThread(this);
    m_running = true;
    wake();
}

Base::Result<QList<Accounts::Account>> Dispatcher::refreshAccounts()
{
    Base::Result<QList<Accounts::Account>> accounts = m_accounts.all();
    if (!accounts)
        return accounts;
    m_known.clear();
    m_paused.clear();
    for (const Accounts::Account &account : *accounts) {
        m_known.insert(account.id, account);
        const Base::Result<Delivery::Reason> pause = m_accounts.pauseOf(account.id);
        m_paused.insert(account.id, pause && !pause->isNull());
    }
    return accounts;
}

QHash<AccountId, AccountCondition> Dispatcher::conditions() const
{
    QHash<AccountId, AccountCondition> conditions;
    for (const Accounts::Account &account : m_known) {
        // A password that may be wrong is tried once, not once a connection: servers count.
        const bool proved = !needsSecret(account) || m_signedIn.contains(account.id);
        conditions.insert(account.id, {0, proved ? account.maxConnections : 1, m_paused.value(account.id),
                                       m_backOff.value(account.id).until});
    }
    for (const auto &[serial, channel] : m_channels) {
        const auto at = conditions.find(channel->account().id);
        if (at != conditions.end() && channel->hasAttempts())
            ++at->active;
    }
    return conditions;
}

void Dispatcher::wake()
{
    Base::assertThread(this);
    if (!m_running || m_looking)
        return;
    m_looking = true;
    const QDateTime now = m_clock.now();
    const Base::Result<QList<Store::QueueEntry>> due = m_messages.due(now, lookAhead);
    if (!due || !refreshAccounts()) {
        Base::Log::error(
            QStringLiteral("The queue cannot be read: %1").arg(due ? QString() : due.error().detail));
        m_looking = false;
        m_timer->start(recordAgain);
        return;
    }
    Plan plan = Outbox::plan(*due, conditions(), now);
    bool refused = false;
    for (const Store::QueueEntry &entry : plan.start) {
        const auto account = m_known.constFind(entry.account);
        if (account == m_known.constEnd()) {
            // Its account is gone: a person must choose another one.
            if (m_decisions.hold(entry.id, now))
                Q_EMIT messageChanged(entry.id);
            continue;
        }
        refused = !begin(entry, *account, idleChannel(*account)) || refused;
    }
    m_looking = false;
    if (const QDateTime again = now.addMSecs(recordAgain); refused && (!plan.wake || again < *plan.wake))
        plan.wake = again;
    sleepUntilDue(plan.wake);
    if (isIdle())
        Q_EMIT settled();
}

void Dispatcher::sleepUntilDue(std::optional<QDateTime> wakeAt)
{
    const QDateTime now = m_clock.now();
    const Base::Result<std::optional<QDateTime>> next = m_messages.nextDue(now);
    if (next && *next && (!wakeAt || **next < *wakeAt))
        wakeAt = **next;
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

bool Dispatcher::begin(const Store::QueueEntry &entry, const Accounts::Account &account, Channel *channel)
{
    Base::Result<Store::Assignment> assignment = m_messages.beginAttempt(entry.id, m_clock.now());
    if (!assignment) {
        Base::Log::error(QStringLiteral("Message %1 cannot be taken up: %2")
                             .arg(entry.id.toString(), assignment.error().detail));
        return false;
    }
    Base::Log::info(QStringLiteral("Message %1: attempt %2 through account \"%3\"")
                        .arg(entry.id.toString())
                        .arg(assignment->number)
                        .arg(account.name));
    const bool isNew = !channel;
    if (isNew)
        channel = makeChannel(account);
    Q_EMIT messageChanged(entry.id);
    channel->add(entry, std::move(*assignment));
    if (!isNew)
        return true;
    if (needsSecret(account) && !m_secrets.contains(account.id))
        Q_EMIT secretNeeded(account, channel->serial());
    else
        connectChannel(*channel, m_secrets.value(account.id));
    return true;
}

Channel *Dispatcher::makeChannel(const Accounts::Account &account)
{
    const quint64 serial = ++m_serial;
    auto made = std::make_unique<Channel>(serial, account, m_messages, m_spool, m_clock);
    Channel *channel = made.get();
    m_channels.emplace(serial, std::move(made));
    connect(channel, &Channel::transcriptGrew, this, &Dispatcher::transcriptGrew);
    connect(channel, &Channel::stageReached, this, [this, channel](quint64 number, Delivery::Stage stage) {
        if (stage == Delivery::Stage::Mail)
            signedIn(channel->account().id);
        if (const Attempt *attempt = channel->find(number))
            Q_EMIT progressed({attempt->entry.id, stage, 0, 0});
    });
    connect(channel, &Channel::progressed, this, [this, channel](quint64 number, qint64 done, qint64 total) {
        if (const Attempt *attempt = channel->find(number))
            Q_EMIT progressed({attempt->entry.id, Delivery::Stage::Data, done, total});
    });
    connect(channel, &Channel::opened, this,
            [this, channel](const QStringList &offers) { rememberOffers(*channel, offers); });
    connect(channel, &Channel::authenticated, this,
            [this, channel](const QString &mechanism) { remember(*channel, mechanism); });
    // A signal of the session is no place to give it the next letter, or to replace it.
    connect(channel, &Channel::finished, this,
            [this, serial](quint64 number, const Outcome &outcome, const Delivery::Transcript &transcript) {
                later(serial, [this, number, outcome, transcript](Channel &of) {
                    record(of, number, outcome, transcript);
                });
            });
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
            if (const auto found = m_channels.find(serial); found != m_channels.end())
                what(*found->second);
        },
        Qt::QueuedConnection);
}

void Dispatcher::answerSecret(quint64 request, const Base::Result<Accounts::Secrets> &secrets)
{
    Base::assertThread(this);
    const auto found = m_channels.find(request);
    if (found == m_channels.end() || found->second->hasSession())
        return;
    Channel &channel = *found->second;
    if (!m_running)
        return failBeforeSession(channel, {ErrorKind::Interrupted, {}, QStringLiteral("the program ends")});
    if (!secrets)
        return failBeforeSession(channel, secrets.error());
    if (!channel.account().usesToken())
        m_secrets.insert(channel.account().id, *secrets);
    connectChannel(channel, *secrets);
}

void Dispatcher::connectChannel(Channel &channel, const Accounts::Secrets &secrets)
{
    Smtp::SessionOptions options = sessionOptions(channel.account(), secrets.signIn);
    options.learned = m_learned.value(channel.account().id);
    channel.start(std::move(options),
                  [connectTo = m_connect, password = secrets.proxy] { return connectTo(password); });
}

void Dispatcher::signedIn(AccountId account)
{
    if (m_signedIn.contains(account))
        return;
    m_signedIn.insert(account);
    QMetaObject::invokeMethod(this, &Dispatcher::wake, Qt::QueuedConnection); // more connections may follow
}

/// From here on nothing weaker is tried with this server unless a person says so.
void Dispatcher::remember(Channel &channel, const QString &mechanism)
{
    const Accounts::Account &account = channel.account();
    if (Smtp::strengthOf(mechanism) <= Smtp::strengthOf(account.strongestSeen))
        return;
    if (const Base::Done done = m_accounts.setStrongestSeen(account, mechanism); !done)
        return Base::Log::warning(QStringLiteral("How account \"%1\" signs in cannot be remembered: %2")
                                      .arg(account.name, done.error().detail));
    channel.setStrongestSeen(mechanism);
    if (const auto known = m_known.find(account.id); known != m_known.end())
        known->strongestSeen = mechanism; // it is the same account still
}

/// What the server cannot take is told before anything is queued.
void Dispatcher::rememberOffers(Channel &channel, const QStringList &offers)
{
    const Accounts::Account &account = channel.account();
    if (offers == account.offers || !m_accounts.setOffers(account, offers))
        return;
    channel.setOffers(offers);
    if (const auto known = m_known.find(account.id); known != m_known.end())
        known->offers = offers; // it is the same account still
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

Store::Consequence Dispatcher::consequenceOf(const Accounts::Account &account, const Store::QueueEntry &entry,
                                             const Outcome &outcome)
{
    const QDateTime now = m_clock.now();
    Store::Consequence consequence;
    consequence.nextAttempt = now.addMSecs(Delivery::delayAfter(entry.attempts + 1));
    const bool cancelled = outcome.error && (outcome.error->kind == ErrorKind::Cancelled ||
                                             outcome.error->kind == ErrorKind::Interrupted);
    if (cancelled) {
        consequence.countAttempt = false;
        consequence.isInterrupted = outcome.error->kind == ErrorKind::Interrupted;
        consequence.nextAttempt = now;
    } else if (outcome.scope == Delivery::Scope::Account && !outcome.isSuccess()) {
        // The account's fault: the message is left as it was, the account waits.
        consequence.countAttempt = false;
        BackOff &backOff = m_backOff[account.id];
        backOff.until = now.addMSecs(Delivery::delayAfter(++backOff.failures));
        consequence.nextAttempt = backOff.until;
        m_secrets.remove(account.id);
        m_signedIn.remove(account.id);
    } else if (outcome.stage >= Delivery::Stage::Mail) {
        // It was signed in: whatever became of the message, the account works.
        m_backOff.remove(account.id);
    }
    consequence.giveUp = consequence.countAttempt && entry.created.msecsTo(now) > Delivery::giveUpAfter;
    return consequence;
}

void Dispatcher::record(Channel &channel, quint64 number, const Outcome &outcome,
                        const Delivery::Transcript &transcript)
{
    const Attempt *attempt = channel.find(number);
    if (attempt)
        write(channel, number,
              {outcome, transcript, consequenceOf(channel.account(), attempt->entry, outcome)});
}

void Dispatcher::write(Channel &channel, quint64 number, const Ending &ending)
{
    Attempt &attempt = *channel.find(number);
    const Outcome &outcome = ending.outcome;
    const Base::Done done = m_messages.finishAttempt(attempt.entry.id, attempt.assignment, outcome,
                                                     ending.transcript, ending.consequence, m_clock.now());
    if (!done) {
        // The disk refused the outcome: it is not told to anyone and not forgotten, but written again until
        // it is there.
        Base::Log::error(QStringLiteral("The outcome of message %1 cannot be recorded: %2")
                             .arg(attempt.entry.id.toString(), done.error().detail));
        attempt.recording = m_clock.makeTimer([this, serial = channel.serial(), number, ending] {
            later(serial, [this, number, ending](Channel &of) { write(of, number, ending); });
        });
        attempt.recording->start(recordAgain);
        return;
    }
    const Base::MessageId id = attempt.entry.id;
    channel.flush();
    channel.remove(number);
    Base::Log::info(
        QStringLiteral("Message %1: %2 accepted, %3 deferred, %4 refused, %5 uncertain at stage %6")
            .arg(id.toString())
            .arg(outcome.count(Delivery::Verdict::Accepted))
            .arg(outcome.count(Delivery::Verdict::Deferred))
            .arg(outcome.count(Delivery::Verdict::Refused))
            .arg(outcome.count(Delivery::Verdict::Uncertain))
            .arg(Delivery::name(outcome.stage)));
    const Accounts::Account &account = channel.account();
    const bool pause =
        Delivery::needsPerson(outcome) && m_accounts.setPause(account.id, Delivery::reasonOf(outcome));
    Q_EMIT messageChanged(id);
    if (pause) {
        Base::Log::warning(QStringLiteral("Account \"%1\" waits for a person").arg(account.name));
        Q_EMIT accountsChanged();
    }
    next(channel);
}

/// What is due goes over the connection that is there, as long as the account is still the one it was made
/// for.
void Dispatcher::next(Channel &channel)
{
    m_learned.insert(channel.account().id, channel.learned());
    const bool current = m_running && m_known.value(channel.account().id) == channel.account();
    bool refused = false; // by the books, which are looked at again later
    while (current && !refused && channel.isReady()) {
        const Base::Result<std::optional<Store::QueueEntry>> entry =
            m_messages.dueOf(channel.account().id, m_clock.now());
        if (!entry || !*entry)
            break;
        refused = !begin(**entry, channel.account(), &channel);
    }
    if (channel.hasAttempts())
        return;
    if (channel.isOver())
        return end(channel);
    if (!m_running)
        return channel.leave();
    if (!current || refused || !channel.isIdle())
        return channel.quit();
    channel.rest();
    QMetaObject::invokeMethod(this, &Dispatcher::wake, Qt::QueuedConnection); // to say that all is settled
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
        if (!channel->hasSession())
            failBeforeSession(*channel, {ErrorKind::Interrupted, {}, QStringLiteral("the program ends")});
        else if (!channel->hasAttempts())
            channel->leave();
        else if (!channel->isCommitting()) // past it, the server's answer is waited for
            channel->interrupt();
    }
}

bool Dispatcher::isIdle() const
{
    return std::none_of(m_channels.begin(), m_channels.end(),
                        [](const auto &each) { return each.second->hasAttempts(); });
}

void Dispatcher::forget(AccountId account)
{
    Base::assertThread(this);
    m_backOff.remove(account);
    m_secrets.remove(account);
    m_signedIn.remove(account);
    m_learned.remove(account);
    for (const auto &[serial, channel] : m_channels) {
        if (channel->account().id == account && channel->isIdle())
            channel->quit();
    }
    wake();
}

} // namespace Outbox
