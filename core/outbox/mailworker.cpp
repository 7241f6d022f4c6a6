#include "core/outbox/mailworker.h"

#include "core/base/log.h"
#include "core/base/threads.h"
#include "core/net/tlsconnection.h"
#include "core/store/maildir.h"
#include "core/store/settingstore.h"

#include <QElapsedTimer>

namespace Outbox {

using Base::AccountId;
using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::MessageId;

namespace {

constexpr qint64 watchPause = 1000;        // ms between two looks at whether another program wrote
constexpr qint64 spoolGrace = 24LL * 3600; // s a file of the spool may lie without a row

ConnectionFactory realConnections(Base::Clock &clock)
{
    return [&clock](const QByteArray &proxyPassword) {
        return std::make_unique<Net::TlsConnection>(clock, proxyPassword);
    };
}

} // namespace

MailWorker::MailWorker(Base::Paths paths, Base::Clock &clock)
    : m_paths(std::move(paths))
    , m_clock(clock)
    , m_surroundings(clock, this)
{
}

MailWorker::~MailWorker()
{
    m_builders.waitForDone(); // they use the spool
}

Done MailWorker::open(bool dispatch)
{
    Base::assertThread(this);
    m_ownership = std::make_unique<Ownership>(m_paths, m_clock);
    if (const Done done = openBooks(); !done)
        return done;
    m_group = std::make_unique<Store::CommitGroup>(m_database);
    m_spool = std::make_unique<Store::Spool>(m_paths.spool());
    m_clerk = std::make_unique<AccountClerk>(m_database, m_clock);
    connect(m_clerk.get(), &AccountClerk::changed, this, &MailWorker::accountsChanged);
    connect(this, &MailWorker::accountsChanged, this, [this] { m_accounts.clear(); });
    connect(m_clerk.get(), &AccountClerk::messagesHeld, this, [this] { Q_EMIT messageChanged({}); });
    connect(m_clerk.get(), &AccountClerk::lookWanted, this, &MailWorker::lookAgain);
    connect(m_clerk.get(), &AccountClerk::saved, this, [this] { m_copier->retry(); });
    m_messages = std::make_unique<Store::MessageStore>(m_database);
    m_decisions = std::make_unique<Store::Decisions>(m_database);
    m_departures = std::make_unique<Store::Departures>(m_database);
    m_drafts = std::make_unique<Store::DraftStore>(m_database);
    m_intake = std::make_unique<Intake>(m_database, *m_group, m_clock);
    connect(m_intake.get(), &Intake::entered, this, &MailWorker::onEntered);
    m_dispatcher =
        std::make_unique<Dispatcher>(m_database, *m_group, *m_spool, m_clock, realConnections(m_clock));
    connect(m_dispatcher.get(), &Dispatcher::messageChanged, this, &MailWorker::messageChanged);
    connect(m_dispatcher.get(), &Dispatcher::accountsChanged, this, &MailWorker::accountsChanged);
    connect(m_dispatcher.get(), &Dispatcher::progressed, this, &MailWorker::progressed);
    connect(m_dispatcher.get(), &Dispatcher::transcriptGrew, this, &MailWorker::transcriptGrew);
    connect(m_dispatcher.get(), &Dispatcher::secretNeeded, this, &MailWorker::secretNeeded);
    connect(m_dispatcher.get(), &Dispatcher::settled, this, &MailWorker::settled);
    m_keeper = std::make_unique<Keeper>(m_paths.database(), m_database, *m_group, *m_decisions, m_clock);
    connect(m_keeper.get(), &Keeper::messageChanged, this, &MailWorker::messageChanged);
    connect(m_keeper.get(), &Keeper::looked, this, &MailWorker::collectSpool);
    m_copier = std::make_unique<Copier>(m_database, *m_group, *m_spool, m_clock);
    connect(m_copier.get(), &Copier::messageChanged, this, &MailWorker::messageChanged);
    connect(m_dispatcher.get(), &Dispatcher::messageChanged, m_copier.get(), &Copier::wake);
    connect(m_ownership.get(), &Ownership::acquired, this, &MailWorker::startDispatching);
    connect(m_ownership.get(), &Ownership::woken, this, [this](AccountId account) { lookAgain(account); });
    if (dispatch)
        m_ownership->seek();
    m_ownership->letGo();

    connect(&m_surroundings, &Surroundings::improved, this, [this] {
        if (isOwner())
            m_dispatcher->tryAnew();
    });
    QMetaObject::invokeMethod(&m_surroundings, &Surroundings::watchNetwork, Qt::QueuedConnection);
    m_watch = m_clock.makeTimer([this] { watchBooks(); });
    watchBooks(); // from here on, what others write is noticed
    return {};
}

/// Where the last run was cut off the whole file is looked at before it is trusted.
Done MailWorker::openBooks()
{
    const QString path = m_paths.database();
    const bool alone = m_ownership->hold();
    const bool suspicious = alone && Store::isSuspicious(path);
    Done done = m_database.open(path, Store::Database::Mode::ReadWrite);
    if (done && suspicious)
        done = Store::checkIntegrity(m_database);
    if (done && suspicious)
        Store::clearSuspicion(path);
    if (done || done.error().kind != ErrorKind::DatabaseDamaged || !alone)
        return done;
    m_database.close();
    const Base::Result<Store::SalvageReport> report = Store::salvage(path, m_clock.now());
    if (!report)
        return report.error();
    m_salvaged = *report;
    Store::clearSuspicion(path);

    return m_database.open(path, Store::Database::Mode::ReadWrite);
}

/// The queue is looked through when who opens the books has them: the first page waits for no deferred
/// message.
void MailWorker::startDispatching()
{
    const Base::Result<QList<MessageId>> left = m_decisions->recover(m_clock.now());
    if (!left)
        Base::Log::error(
            QStringLiteral("What the last run left cannot be recovered: %1").arg(left.error().detail));
    QMetaObject::invokeMethod(m_dispatcher.get(), &Dispatcher::start, Qt::QueuedConnection);
    m_copier->start();
    m_keeper->start();
    Q_EMIT ownerChanged(true);
    if (left && !left->isEmpty())
        Q_EMIT messageChanged({});
}

void MailWorker::collectSpool()
{
    const Base::Result<QSet<QByteArray>> messages = m_messages->spoolUse();
    const Base::Result<QSet<QByteArray>> drafts = m_drafts->spoolUse();
    if (!messages || !drafts)
        return;
    m_builders.start([spool = *m_spool, used = *messages + *drafts] {
        if (const int removed = spool.collect(used, spoolGrace); removed > 0)
            Base::Log::info(
                QStringLiteral("Spool: %1 files that no message needs were removed").arg(removed));
    });
}

void MailWorker::watchBooks()
{
    // Counts what other connections wrote (sqlite.org/pragma.html#pragma_data_version).
    const Base::Result<QVariant> version = m_database.value(QStringLiteral("PRAGMA data_version"));
    if (version) {
        const qint64 before = std::exchange(m_dataVersion, version->toLongLong());
        if (before != 0 && before != m_dataVersion) {
            Q_EMIT messageChanged({});
            Q_EMIT draftsChanged();
            Q_EMIT accountsChanged();
            if (isOwner()) {
                m_dispatcher->wake();
                m_copier->wake();
                m_keeper->eraseSoon();
            }
        }
    }
    m_surroundings.tick();
    m_watch->start(watchPause);
}

void MailWorker::stop()
{
    Base::assertThread(this);
    if (m_watch)
        m_watch->stop();
    m_tests.clear();
    if (!m_dispatcher) {
        Q_EMIT closed();
        return;
    }
    m_keeper->stop();
    connect(m_dispatcher.get(), &Dispatcher::drained, this, [this] {
        m_group->flush();
        m_copier->finish();
        if (m_ownership)
            m_ownership->release();
        Q_EMIT closed();
    });
    m_group->flush(); // whoever waits for an answer gets it
    m_dispatcher->stop();
}

/// Read once for all that are submitted in a turn.
Base::Result<MailWorker::AccountPtr> MailWorker::accountOf(AccountId id)
{
    if (const auto known = m_accounts.constFind(id); known != m_accounts.cend())
        return *known;
    const Base::Result<Accounts::Account> account = m_clerk->find(id);
    if (!account)
        return account.error();
    if (m_accounts.isEmpty())
        QMetaObject::invokeMethod(
            this, [this] { m_accounts.clear(); }, Qt::QueuedConnection);
    return *m_accounts.insert(id, std::make_shared<const Accounts::Account>(*account));
}

void MailWorker::submit(const Submission &submission, Builder builder, Then<MessageId> then)
{
    Base::assertThread(this);
    const Base::Result<AccountPtr> account = accountOf(submission.account);
    if (!account)
        return then(account.error());
    m_builders.start([this, submission, account = *account, builder = std::move(builder),
                      then = std::move(then)]() mutable {
        m_intake->bring({builder(*account, *m_spool), account, std::move(submission), std::move(then)});
    });
}

void MailWorker::onEntered(MessageId id, Base::DraftId draft)
{
    Q_EMIT messageChanged(id);
    if (draft.isValid())
        Q_EMIT draftsChanged();
    if (std::exchange(m_looksSoon, true))
        return;
    QMetaObject::invokeMethod( // once for all of them
        this,
        [this] {
            m_looksSoon = false;
            lookAgain();
        },
        Qt::QueuedConnection);
}

Base::Result<Base::DraftId> MailWorker::takeBack(MessageId id)
{
    const Base::Result<Base::DraftId> draft = m_departures->takeBack(id, m_clock.now());
    if (draft) {
        Q_EMIT messageChanged(id);
        Q_EMIT draftsChanged();
    }
    return draft;
}

Done MailWorker::schedule(MessageId id, const Delivery::ScheduledTime &time)
{
    const Done done = m_departures->schedule(id, time, m_clock.now());
    if (done) {
        Q_EMIT messageChanged(id);
        lookAgain();
    }
    return done;
}

Base::Result<Base::DraftId> MailWorker::saveDraft(const Message::Draft &draft)
{
    const Base::Result<Base::DraftId> id = m_drafts->save(draft, m_clock.now());
    if (id)
        Q_EMIT draftsChanged();
    return id;
}

Done MailWorker::removeDraft(Base::DraftId id)
{
    const Done done = m_drafts->remove(id);
    if (done)
        Q_EMIT draftsChanged();
    return done;
}

Done MailWorker::setSchedule(const Delivery::RetrySchedule &schedule)
{
    if (const Done done = Store::SettingStore(m_database).setSchedule(schedule); !done)
        return done;
    Q_EMIT messageChanged({}); // what takes too long may be another one now
    if (isOwner())
        m_dispatcher->reconsider();
    else
        m_ownership->wakeOwner({});
    return {};
}

Done MailWorker::decide(MessageId id,
                        const std::function<Done(Store::Decisions &, const QDateTime &)> &change)
{
    const Done done = change(*m_decisions, m_clock.now());
    if (done) {
        Q_EMIT messageChanged(id);
        lookAgain();
    }
    return done;
}

Done MailWorker::retry(MessageId id)
{
    const Done done = m_decisions->retry(id, m_clock.now());
    if (!done)
        return done;
    Q_EMIT messageChanged(id);
    const Base::Result<QVariant> account =
        m_database.value(QStringLiteral("SELECT account FROM message WHERE id = ?"), {id.value});
    if (account && !account->isNull()) {
        const AccountId accountId{account->toLongLong()};
        if (const Done lifted = m_clerk->liftPause(accountId); !lifted)
            return lifted;
        return m_clerk->liftBackOff(accountId);
    }
    return {};
}

Done MailWorker::remove(MessageId id)
{
    const Done done =
        decide(id, [id](Store::Decisions &decisions, const QDateTime &) { return decisions.remove(id); });
    if (done)
        m_keeper->eraseSoon();
    return done;
}

Done MailWorker::setRetention(const Delivery::Retention &retention)
{
    const Done done = Store::SettingStore(m_database).setRetention(retention);
    if (done)
        m_keeper->look();
    return done;
}

Base::Result<bool> MailWorker::erase(int milliseconds)
{
    Store::Eraser eraser(m_database);
    QElapsedTimer passed;
    passed.start();
    for (;;) {
        const Base::Result<bool> last = eraser.step();
        if (!last || *last || passed.elapsed() >= milliseconds)
            return last;
    }
}

void MailWorker::lookAgain(AccountId account)
{
    if (!isOwner())
        return m_ownership->wakeOwner(account);
    if (account.isValid())
        m_dispatcher->forget(account);
    else
        m_dispatcher->wake();
}

void MailWorker::testAccount(const Accounts::Account &account, const Accounts::Secrets &secrets, int number,
                             std::function<void(TestReport)> then)
{
    Base::assertThread(this);
    const int key = ++m_tested;
    auto test = std::make_unique<ConnectionTest>(account, secrets.signIn,
                                                 realConnections(m_clock)(secrets.proxy), m_clock);
    connect(test.get(), &ConnectionTest::found, this,
            [this, number](const TestFinding &finding) { Q_EMIT testFound(number, finding); });
    connect(test.get(), &ConnectionTest::finished, this,
            [this, key, then = std::move(then)](const TestReport &report) {
                then(report);
                QMetaObject::invokeMethod(
                    this, [this, key] { m_tests.erase(key); }, Qt::QueuedConnection);
            });
    ConnectionTest *started = test.get();
    m_tests.emplace(key, std::move(test));
    started->start();
}

void MailWorker::answerSecret(quint64 request, const Base::Result<Accounts::Secrets> &secrets)
{
    if (m_dispatcher)
        m_dispatcher->answerSecret(request, secrets);
}

} // namespace Outbox
