#include "core/outbox/dispatcher.h"

#include "core/base/log.h"
#include "core/base/threads.h"
#include "core/delivery/retrypolicy.h"
#include "core/message/contentreader.h"

namespace Outbox {

using Base::AccountId;
using Base::Error;
using Base::ErrorKind;
using Delivery::Outcome;

namespace {

constexpr int lookAhead = 200;          // due messages looked at in one turn
constexpr qint64 transcriptPause = 100; // ms between two events of one attempt
constexpr qint64 recordAgain = 2000;    // ms until an outcome the disk refused is written again
constexpr qint64 longestSleep = 3600'000;

} // namespace

struct Dispatcher::Run
{
    quint64 serial = 0;
    Accounts::Account account;
    Store::QueueEntry entry;
    Store::Assignment assignment;
    std::unique_ptr<Smtp::Session> session;
    QList<Delivery::TranscriptLine> unsaid; ///< lines not told yet
    std::unique_ptr<Base::Timer> saying;
    std::unique_ptr<Base::Timer> recording;
    bool active = false; ///< an attempt is under way
    bool committing = false;
};

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
        const bool proved = !account.needsSignIn() || m_signedIn.contains(account.id);
        conditions.insert(account.id, {0, proved ? account.maxConnections : 1, m_paused.value(account.id),
                                       m_backOff.value(account.id).until});
    }
    for (const auto &[serial, run] : m_runs) {
        if (const auto at = conditions.find(run->account.id); at != conditions.end())
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
        refused = !begin(entry, *account, nullptr) || refused;
    }
    m_looking = false;
    if (const QDateTime again = now.addMSecs(recordAgain); refused && (!plan.wake || again < *plan.wake))
        plan.wake = again;
    sleepUntilDue(plan.wake);
    if (m_runs.empty())
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

bool Dispatcher::begin(const Store::QueueEntry &entry, const Accounts::Account &account, Run *reuse)
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
    if (!reuse) {
        auto made = std::make_unique<Run>();
        made->serial = ++m_serial;
        made->saying = m_clock.makeTimer([this, run = made.get()] { flushTranscript(*run); });
        made->recording = m_clock.makeTimer([] {});
        reuse = made.get();
        m_runs.emplace(reuse->serial, std::move(made));
    }
    Run &run = *reuse;
    run.account = account;
    run.entry = entry;
    run.assignment = std::move(*assignment);
    run.active = true;
    run.committing = false;
    Q_EMIT messageChanged(entry.id);
    if (run.session)
        deliver(run);
    else if (account.needsSecret() && !m_secrets.contains(account.id))
        Q_EMIT secretNeeded(account, run.serial);
    else
        connectSession(run, m_secrets.value(account.id));
    return true;
}

void Dispatcher::answerSecret(quint64 request, const Base::Result<QByteArray> &secret)
{
    Base::assertThread(this);
    const auto found = m_runs.find(request);
    if (found == m_runs.end() || found->second->session)
        return;
    Run &run = *found->second;
    if (!m_running)
        return failBeforeSession(run, {ErrorKind::Interrupted, {}, QStringLiteral("the program ends")});
    if (!secret)
        return failBeforeSession(run, secret.error());
    if (!run.account.usesToken())
        m_secrets.insert(run.account.id, *secret);
    connectSession(run, *secret);
}

void Dispatcher::connectSession(Run &run, const QByteArray &secret)
{
    run.session = std::make_unique<Smtp::Session>(sessionOptions(run.account, secret), m_connect(), m_clock);
    Smtp::Session *session = run.session.get();
    connect(session, &Smtp::Session::said, this, [this, &run](const Delivery::TranscriptLine &line) {
        if (run.unsaid.isEmpty())
            run.saying->start(transcriptPause);
        run.unsaid.append(line);
    });
    connect(session, &Smtp::Session::stageReached, this, [this, &run](Delivery::Stage stage) {
        if (stage == Delivery::Stage::Mail)
            signedIn(run.account.id);
        if (run.active)
            Q_EMIT progressed({run.entry.id, stage, 0, 0});
    });
    connect(session, &Smtp::Session::authenticated, this,
            [this, &run](const QString &mechanism) { remember(run, mechanism); });
    connect(session, &Smtp::Session::progressed, this, [this, &run](qint64 done, qint64 total) {
        Q_EMIT progressed({run.entry.id, Delivery::Stage::Data, done, total});
    });
    connect(session, &Smtp::Session::finished, this,
            [this, &run](const Outcome &outcome) { onFinished(run, outcome); });
    connect(session, &Smtp::Session::closed, this, [this, &run] { end(run); });
    deliver(run);
}

void Dispatcher::signedIn(AccountId account)
{
    if (m_signedIn.contains(account))
        return;
    m_signedIn.insert(account);
    QMetaObject::invokeMethod(this, &Dispatcher::wake, Qt::QueuedConnection); // more connections may follow
}

/// From here on nothing weaker is tried with this server unless a person says so.
void Dispatcher::remember(Run &run, const QString &mechanism)
{
    if (Smtp::strengthOf(mechanism) <= Smtp::strengthOf(run.account.strongestSeen))
        return;
    if (const Base::Done done = m_accounts.setStrongestSeen(run.account, mechanism); !done)
        return Base::Log::warning(QStringLiteral("How account \"%1\" signs in cannot be remembered: %2")
                                      .arg(run.account.name, done.error().detail));
    run.account.strongestSeen = mechanism;
    if (const auto known = m_known.find(run.account.id); known != m_known.end())
        known->strongestSeen = mechanism; // it is the same account still
}

void Dispatcher::deliver(Run &run)
{
    Smtp::Letter letter;
    letter.envelope = run.assignment.envelope;
    letter.content = std::make_unique<Message::ContentReader>(run.assignment.content, m_spool);
    letter.aboutToCommit = [this, &run](const QList<Delivery::RecipientResult> &results) {
        const Base::Done done =
            m_messages.markCommitting(run.entry.id, run.assignment, results, m_clock.now());
        run.committing = done.ok();
        return done;
    };
    run.session->deliver(std::move(letter));
}

void Dispatcher::failBeforeSession(Run &run, const Error &error)
{
    Outcome outcome;
    outcome.stage = Delivery::Stage::Auth;
    outcome.scope = Delivery::scopeOf(error.kind);
    outcome.error = error;
    for (const Message::Recipient &recipient : run.assignment.envelope.recipients)
        outcome.recipients.append(
            {recipient.address.addrSpec(), Delivery::Verdict::Deferred, outcome.stage, {}, error});
    record(run, outcome);
}

void Dispatcher::onFinished(Run &run, const Outcome &outcome)
{
    // A signal of the session is no place to replace it.
    QMetaObject::invokeMethod(
        this,
        [this, serial = run.serial, outcome] {
            if (const auto found = m_runs.find(serial); found != m_runs.end())
                record(*found->second, outcome);
        },
        Qt::QueuedConnection);
}

Store::Consequence Dispatcher::consequenceOf(const Run &run, const Outcome &outcome)
{
    const QDateTime now = m_clock.now();
    Store::Consequence consequence;
    consequence.nextAttempt = now.addMSecs(Delivery::delayAfter(run.entry.attempts + 1));
    const bool cancelled = outcome.error && (outcome.error->kind == ErrorKind::Cancelled ||
                                             outcome.error->kind == ErrorKind::Interrupted);
    if (cancelled) {
        consequence.countAttempt = false;
        consequence.nextAttempt = now;
    } else if (outcome.scope == Delivery::Scope::Account && !outcome.isSuccess()) {
        // The account's fault: the message is left as it was, the account waits.
        consequence.countAttempt = false;
        BackOff &backOff = m_backOff[run.account.id];
        backOff.until = now.addMSecs(Delivery::delayAfter(++backOff.failures));
        consequence.nextAttempt = backOff.until;
        m_secrets.remove(run.account.id);
        m_signedIn.remove(run.account.id);
    } else if (outcome.stage >= Delivery::Stage::Mail) {
        // It was signed in: whatever became of the message, the account works.
        m_backOff.remove(run.account.id);
    }
    consequence.giveUp = consequence.countAttempt && run.entry.created.msecsTo(now) > Delivery::giveUpAfter;
    return consequence;
}

void Dispatcher::record(Run &run, const Outcome &outcome)
{
    write(run, outcome, consequenceOf(run, outcome));
}

void Dispatcher::write(Run &run, const Outcome &outcome, const Store::Consequence &consequence)
{
    const Delivery::Transcript transcript = run.session ? run.session->transcript() : Delivery::Transcript();
    const Base::Done done = m_messages.finishAttempt(run.entry.id, run.assignment, outcome, transcript,
                                                     consequence, m_clock.now());
    if (!done) {
        // The disk refused the outcome: it is not told to anyone and not forgotten, but written again until
        // it is there.
        Base::Log::error(QStringLiteral("The outcome of message %1 cannot be recorded: %2")
                             .arg(run.entry.id.toString(), done.error().detail));
        run.recording = m_clock.makeTimer([this, serial = run.serial, outcome, consequence] {
            if (const auto found = m_runs.find(serial); found != m_runs.end())
                write(*found->second, Outcome(outcome),
                      Store::Consequence(consequence)); // this timer goes away
        });
        run.recording->start(recordAgain);
        return;
    }
    run.active = false;
    flushTranscript(run);
    Base::Log::info(
        QStringLiteral("Message %1: %2 accepted, %3 deferred, %4 refused, %5 uncertain at stage %6")
            .arg(run.entry.id.toString())
            .arg(outcome.count(Delivery::Verdict::Accepted))
            .arg(outcome.count(Delivery::Verdict::Deferred))
            .arg(outcome.count(Delivery::Verdict::Refused))
            .arg(outcome.count(Delivery::Verdict::Uncertain))
            .arg(Delivery::name(outcome.stage)));
    const bool pause =
        Delivery::needsPerson(outcome) && m_accounts.setPause(run.account.id, Delivery::reasonOf(outcome));
    Q_EMIT messageChanged(run.entry.id);
    if (pause) {
        Base::Log::warning(QStringLiteral("Account \"%1\" waits for a person").arg(run.account.name));
        Q_EMIT accountsChanged();
    }
    next(run);
}

void Dispatcher::next(Run &run)
{
    if (!run.session || !run.session->isOpen())
        return end(run);
    if (m_running) {
        const Base::Result<QList<Store::QueueEntry>> due = m_messages.due(m_clock.now(), lookAhead);
        if (due) {
            for (const Store::QueueEntry &entry : *due) {
                if (entry.account != run.account.id || m_known.value(run.account.id) != run.account)
                    continue;
                if (begin(entry, run.account, &run))
                    return;
                break; // the books refuse: the end of this connection looks again
            }
        }
    }
    run.session->quit();
}

void Dispatcher::end(Run &run)
{
    if (run.active)
        return; // its outcome is on the way
    flushTranscript(run);
    if (run.session && !run.session->transcript().isEmpty())
        (void)m_messages.replaceTranscript(run.assignment.attempt,
                                           run.session->transcript()); // QUIT and its answer
    const quint64 serial = run.serial;
    // Destroyed from the event loop: the session may be the caller.
    QMetaObject::invokeMethod(
        this,
        [this, serial] {
            m_runs.erase(serial);
            if (m_running)
                wake();
            else if (m_runs.empty())
                Q_EMIT drained();
        },
        Qt::QueuedConnection);
}

void Dispatcher::flushTranscript(Run &run)
{
    if (run.unsaid.isEmpty())
        return;
    run.saying->stop();
    Q_EMIT transcriptGrew({run.entry.id, run.assignment.number, std::exchange(run.unsaid, {})});
}

/// Polite, but no reason to keep a program from ending: the answer to QUIT is not waited for.
void Dispatcher::leave(Run &run)
{
    if (run.session->isOpen())
        run.session->quit();
    run.session->cancel();
}

void Dispatcher::stop()
{
    Base::assertThread(this);
    m_running = false;
    m_timer->stop();
    if (m_runs.empty()) {
        Q_EMIT drained();
        return;
    }
    QList<Run *> runs;
    for (const auto &[serial, run] : m_runs)
        runs.append(run.get());
    for (Run *run : runs) {
        if (!run->session)
            failBeforeSession(*run, {ErrorKind::Interrupted, {}, QStringLiteral("the program ends")});
        else if (!run->active)
            leave(*run);
        else if (!run->committing) // past it, the server's answer is waited for
            run->session->cancel();
    }
}

void Dispatcher::forget(AccountId account)
{
    Base::assertThread(this);
    m_backOff.remove(account);
    m_secrets.remove(account);
    m_signedIn.remove(account);
    wake();
}

} // namespace Outbox
