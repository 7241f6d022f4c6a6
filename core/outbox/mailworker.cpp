#include "core/outbox/mailworker.h"

#include "core/base/log.h"
#include "core/base/threads.h"
#include "core/net/tlsconnection.h"

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
    m_accounts = std::make_unique<Store::AccountStore>(m_database);
    m_messages = std::make_unique<Store::MessageStore>(m_database);
    m_decisions = std::make_unique<Store::Decisions>(m_database);
    m_drafts = std::make_unique<Store::DraftStore>(m_database);
    m_dispatcher =
        std::make_unique<Dispatcher>(m_database, *m_group, *m_spool, m_clock, realConnections(m_clock));
    connect(m_dispatcher.get(), &Dispatcher::messageChanged, this, &MailWorker::messageChanged);
    connect(m_dispatcher.get(), &Dispatcher::accountsChanged, this, &MailWorker::accountsChanged);
    connect(m_dispatcher.get(), &Dispatcher::progressed, this, &MailWorker::progressed);
    connect(m_dispatcher.get(), &Dispatcher::transcriptGrew, this, &MailWorker::transcriptGrew);
    connect(m_dispatcher.get(), &Dispatcher::secretNeeded, this, &MailWorker::secretNeeded);
    connect(m_dispatcher.get(), &Dispatcher::settled, this, &MailWorker::settled);
    connect(m_ownership.get(), &Ownership::acquired, this, &MailWorker::startDispatching);
    connect(m_ownership.get(), &Ownership::woken, this, [this](AccountId account) { lookAgain(account); });
    if (dispatch)
        m_ownership->seek();
    m_ownership->letGo();

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

void MailWorker::startDispatching()
{
    const Base::Result<QList<MessageId>> left = m_decisions->recover(m_clock.now());
    if (!left)
        Base::Log::error(
            QStringLiteral("What the last run left cannot be recovered: %1").arg(left.error().detail));
    collectSpool();
    m_dispatcher->start();
    Q_EMIT ownerChanged(true);
    if (left && !left->isEmpty())
        Q_EMIT messageChanged({});
}

void MailWorker::collectSpool()
{
    const Base::Result<QSet<QByteArray>> used = m_messages->spoolUse();
    if (!used)
        return;
    m_builders.start([spool = *m_spool, used = *used] {
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
            if (isOwner())
                m_dispatcher->wake();
        }
    }
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
    connect(m_dispatcher.get(), &Dispatcher::drained, this, [this] {
        if (m_ownership)
            m_ownership->release();
        Q_EMIT closed();
    });
    m_group->flush(); // whoever waits for an answer gets it
    m_dispatcher->stop();
}

Base::Result<Accounts::Account> MailWorker::findAccount(AccountId id) const
{
    const Base::Result<QList<Accounts::Account>> all = m_accounts->all();
    if (!all)
        return all.error();
    if (all->isEmpty())
        return Error{ErrorKind::NoAccount, {}, {}};
    if (!id.isValid())
        return all->first();
    for (const Accounts::Account &account : *all) {
        if (account.id == id)
            return account;
    }
    return Error{ErrorKind::UnknownAccount, id.toString(), {}};
}

/// Whether the account's server can take it, as far as it is known from the last time.
Done MailWorker::isPossible(const Message::OutgoingMessage &message, const Accounts::Account &account)
{
    const qint64 most = account.limits.messageSize;
    if (most > 0 && message.size() > most)
        return Error{ErrorKind::TooBig, QString::number(message.size()),
                     QStringLiteral("the account takes %1 octets").arg(most)};
    const QString keyword = QStringLiteral("SMTPUTF8");
    if (account.offers.isEmpty() || account.offers.contains(keyword))
        return {};
    const Message::Envelope &envelope = message.envelope;
    const auto refuse = [&keyword](const QString &address) {
        return Error{ErrorKind::NotOffered, keyword, address};
    };
    if (envelope.reversePath.needsSmtpUtf8())
        return refuse(envelope.reversePath.addrSpec());
    for (const Message::Recipient &recipient : envelope.recipients) {
        if (recipient.address.needsSmtpUtf8())
            return refuse(recipient.address.addrSpec());
    }
    return {};
}

void MailWorker::submit(AccountId id, Base::DraftId draft, Builder builder, Then<MessageId> then)
{
    Base::assertThread(this);
    const Base::Result<Accounts::Account> account = findAccount(id);
    if (!account)
        return then(account.error());
    m_builders.start([this, draft, account = *account, builder = std::move(builder), then = std::move(then)] {
        Base::Result<Message::OutgoingMessage> built = builder(account, *m_spool);
        QMetaObject::invokeMethod(
            this,
            [this, draft, account, built = std::move(built), then] {
                if (!built)
                    return then(built.error());
                if (const Done possible = isPossible(*built, account); !possible)
                    return then(possible.error());
                enter(*built, account, draft, then);
            },
            Qt::QueuedConnection);
    });
}

/// Together with whatever else is entered in this turn of the loop.
void MailWorker::enter(const Message::OutgoingMessage &message, const Accounts::Account &account,
                       Base::DraftId draft, const Then<MessageId> &then)
{
    auto id = std::make_shared<MessageId>();
    m_group->post(
        [this, &message, &account, draft, id]() -> Done {
            const Base::Result<MessageId> entered =
                m_messages->enqueue(message, account, m_clock.now(), draft);
            if (!entered)
                return entered.error();
            *id = *entered;
            return {};
        },
        [this, draft, id, then](const Done &done) {
            then(done ? Base::Result<MessageId>(*id) : done.error());
            if (!done)
                return;
            Q_EMIT messageChanged(*id);
            if (draft.isValid())
                Q_EMIT draftsChanged();
            if (!std::exchange(m_looksSoon, true)) // once for all of them
                QMetaObject::invokeMethod(
                    this,
                    [this] {
                        m_looksSoon = false;
                        lookAgain();
                    },
                    Qt::QueuedConnection);
        });
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

Base::Result<Accounts::Account> MailWorker::saveAccount(const Accounts::Account &account)
{
    const Base::Result<Accounts::Account> saved = m_accounts->save(account);
    if (!saved)
        return saved;
    // A changed account deserves another try.
    if (const Done done = resumeAccount(saved->id); !done)
        return done.error();
    return saved;
}

Base::Result<Accounts::Account> MailWorker::removeAccount(AccountId id)
{
    const Base::Result<Accounts::Account> account =
        id.isValid() ? findAccount(id)
                     : Base::Result<Accounts::Account>(Error{ErrorKind::UnknownAccount, {}, {}});
    if (!account)
        return account;
    if (const Done done = m_decisions->holdAllOf(id, m_clock.now()); !done)
        return done.error();
    if (const Done done = m_accounts->remove(id); !done)
        return done.error();
    Q_EMIT accountsChanged();
    Q_EMIT messageChanged({});
    lookAgain(id);
    return account;
}

Done MailWorker::setDefaultAccount(AccountId id)
{
    const Done done = m_accounts->setDefault(id);
    if (done)
        Q_EMIT accountsChanged();
    return done;
}

Done MailWorker::resumeAccount(AccountId id)
{
    if (const Done done = m_accounts->setPause(id, {}); !done)
        return done;
    if (const Done done = m_decisions->makeDue(id, m_clock.now()); !done)
        return done;
    Q_EMIT accountsChanged();
    return liftBackOff(id);
}

Done MailWorker::liftBackOff(AccountId id)
{
    if (const Done done = m_accounts->setBackOff(id, {}); !done)
        return done;
    lookAgain(id);
    return {};
}

Done MailWorker::acceptWeakerSignIn(AccountId id)
{
    const Base::Result<Accounts::Account> account =
        id.isValid() ? findAccount(id)
                     : Base::Result<Accounts::Account>(Error{ErrorKind::UnknownAccount, {}, {}});
    if (!account)
        return account.error();
    if (const Done done = m_accounts->setStrongestSeen(*account, {}); !done)
        return done;
    return resumeAccount(id);
}

Done MailWorker::forgetLearned(AccountId id)
{
    const Base::Result<Accounts::Account> account =
        id.isValid() ? findAccount(id)
                     : Base::Result<Accounts::Account>(Error{ErrorKind::UnknownAccount, {}, {}});
    if (!account)
        return account.error();
    if (const Done done = m_accounts->setLearned(*account, {}); !done)
        return done;
    Q_EMIT accountsChanged();
    lookAgain(id);
    return {};
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
        if (const Done lifted = m_accounts->setPause(accountId, {}); !lifted)
            return lifted;
        Q_EMIT accountsChanged();
        return liftBackOff(accountId);
    }
    return {};
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
