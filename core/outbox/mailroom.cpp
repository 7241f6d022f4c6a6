#include "core/outbox/mailroom.h"

#include "core/accounts/secretdesk.h"
#include "core/base/log.h"
#include "core/base/threads.h"
#include "core/message/messagebuilder.h"
#include "core/outbox/mailworker.h"
#include "core/store/exporter.h"

#include <QFile>
#include <QPromise>

namespace Outbox {

using Base::AccountId;
using Base::Done;
using Base::MessageId;
using Base::Result;

namespace {

constexpr const char *withoutGlib = "QT_NO_THREADED_GLIB";

template <class T>
using Promise = std::shared_ptr<QPromise<Result<T>>>;

template <class T>
Promise<T> promise()
{
    auto made = std::make_shared<QPromise<Result<T>>>();
    made->start();
    return made;
}

template <class T>
void keepPromise(const Promise<T> &promise, Result<T> result)
{
    promise->addResult(std::move(result));
    promise->finish();
}

} // namespace

Mailroom::Mailroom(Base::Paths paths, Accounts::SecretDesk &secrets, Base::Clock &clock, QObject *parent)
    : QObject(parent)
    , m_paths(std::move(paths))
    , m_secrets(secrets)
    , m_clock(clock)
{
    qRegisterMetaType<Base::MessageId>("Base::MessageId");
    qRegisterMetaType<Base::AccountId>("Base::AccountId");
    qRegisterMetaType<Outbox::Progress>("Outbox::Progress");
    qRegisterMetaType<Outbox::TranscriptGrew>("Outbox::TranscriptGrew");
    qRegisterMetaType<Outbox::TestFinding>("Outbox::TestFinding");
    qRegisterMetaType<Accounts::Account>("Accounts::Account");
    qRegisterMetaType<Store::ExportProgress>("Store::ExportProgress");
    m_exporting.setMaxThreadCount(1);
}

Mailroom::~Mailroom()
{
    close();
}

void Mailroom::chooseEventLoop()
{
    qputenv(withoutGlib, "1");
}

Done Mailroom::open(bool dispatch)
{
    if (const Done done = m_paths.prepare(); !done)
        return done;
    m_worker = new MailWorker(m_paths, m_clock);
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    connect(m_worker, &MailWorker::messageChanged, this, &Mailroom::messageChanged);
    connect(m_worker, &MailWorker::draftsChanged, this, &Mailroom::draftsChanged);
    connect(m_worker, &MailWorker::accountsChanged, this, &Mailroom::accountsChanged);
    connect(m_worker, &MailWorker::progressed, this, &Mailroom::progressed);
    connect(m_worker, &MailWorker::transcriptGrew, this, &Mailroom::transcriptGrew);
    connect(m_worker, &MailWorker::testFound, this, &Mailroom::testFound);
    connect(m_worker, &MailWorker::settled, this, &Mailroom::settled);
    connect(m_worker, &MailWorker::secretNeeded, this, &Mailroom::provideSecret);
    connect(m_worker, &MailWorker::ownerChanged, this, [this](bool owner) {
        m_dispatching = owner;
        Q_EMIT dispatchingChanged(owner);
    });
    // Told in the mail thread itself: the front waits in close().
    connect(
        m_worker, &MailWorker::closed, m_worker, [this] { m_closed.release(); }, Qt::DirectConnection);
    m_thread.setObjectName(QStringLiteral("mail"));
    m_thread.start();

    std::optional<Done> opened;
    QMetaObject::invokeMethod(
        m_worker,
        [this, &opened, dispatch] {
            opened = m_worker->open(dispatch);
            m_dispatching = m_worker->isOwner();
            m_salvaged = m_worker->salvaged();
        },
        Qt::BlockingQueuedConnection);
    qunsetenv(withoutGlib); // its loop runs
    if (!*opened) {
        m_thread.quit();
        m_thread.wait();
        m_worker = nullptr;
    }
    return *opened;
}

void Mailroom::close(int graceMilliseconds)
{
    cancelExports();
    m_exporting.waitForDone();
    if (!m_worker)
        return;
    QMetaObject::invokeMethod(
        m_worker, [worker = m_worker] { worker->stop(); }, Qt::QueuedConnection);
    if (!m_closed.tryAcquire(1, graceMilliseconds))
        Base::Log::warning(
            QStringLiteral("An attempt was still waiting for the server's last word when the program ended"));
    m_thread.quit();
    m_thread.wait();
    m_worker = nullptr;
}

template <class T>
Mailroom::Answer<T> Mailroom::ask(std::function<Result<T>(MailWorker &)> work)
{
    Base::assertThread(this);
    const Promise<T> answer = promise<T>();
    if (!m_worker) {
        keepPromise<T>(answer,
                       Base::Error{Base::ErrorKind::Interrupted, {}, QStringLiteral("the program ends")});
        return answer->future();
    }
    QMetaObject::invokeMethod(
        m_worker,
        [worker = m_worker, answer, work = std::move(work)] { keepPromise<T>(answer, work(*worker)); },
        Qt::QueuedConnection);
    return answer->future();
}

Mailroom::Answer<MessageId> Mailroom::submitBuilt(const Submission &submission, Builder builder)
{
    Base::assertThread(this);
    const Promise<MessageId> answer = promise<MessageId>();
    if (!m_worker) {
        keepPromise<MessageId>(
            answer, Base::Error{Base::ErrorKind::Interrupted, {}, QStringLiteral("the program ends")});
        return answer->future();
    }
    QMetaObject::invokeMethod(
        m_worker,
        [worker = m_worker, submission, answer, builder = std::move(builder)] {
            worker->submit(submission, builder,
                           [answer](Result<MessageId> id) { keepPromise<MessageId>(answer, std::move(id)); });
        },
        Qt::QueuedConnection);
    return answer->future();
}

Mailroom::Answer<MessageId> Mailroom::submit(const Message::Draft &draft,
                                             const Delivery::Departure &departure)
{
    const QDateTime now = m_clock.now().toLocalTime();
    return submitBuilt({draft.account, draft.id, departure, draft}, [draft,
                                                                     now](const Accounts::Account &account,
                                                                          Message::ContentStore &store) {
        Message::Draft complete = draft;
        if (complete.from.trimmed().isEmpty()) {
            const Result<Message::Address> own = Message::Address::parse(account.fromAddress);
            if (!own)
                return Result<Message::OutgoingMessage>(own.error());
            const auto named = Message::Address::fromParts(account.fromName, own->localPart(), own->domain());
            complete.from = (named ? *named : *own).toString();
        }
        return Message::build(complete, Message::systemBuildContext(now), store);
    });
}

Mailroom::Answer<MessageId> Mailroom::submitFinished(const QString &path, const Message::EnvelopeWish &wish,
                                                     AccountId account, const Delivery::Departure &departure)
{
    const QDateTime now = m_clock.now().toLocalTime();
    return submitBuilt({account, {}, departure, {}}, [path, wish, now](const Accounts::Account &,
                                                                       Message::ContentStore &store) {
        QFile file(path);
        if (!file.exists())
            return Result<Message::OutgoingMessage>(Base::Error{Base::ErrorKind::FileMissing, path, {}});
        if (!file.open(QIODevice::ReadOnly))
            return Result<Message::OutgoingMessage>(
                Base::Error{Base::ErrorKind::FileUnreadable, path, file.errorString()});
        return Message::finish(file, wish, Message::systemBuildContext(now), store);
    });
}

Mailroom::Answer<Base::DraftId> Mailroom::takeBack(MessageId id)
{
    return ask<Base::DraftId>([id](MailWorker &worker) { return worker.takeBack(id); });
}

Mailroom::Answer<void> Mailroom::schedule(MessageId id, const Delivery::ScheduledTime &time)
{
    return ask<void>([id, time](MailWorker &worker) { return worker.schedule(id, time); });
}

Mailroom::Answer<Base::DraftId> Mailroom::saveDraft(const Message::Draft &draft)
{
    return ask<Base::DraftId>([draft](MailWorker &worker) { return worker.saveDraft(draft); });
}

Mailroom::Answer<void> Mailroom::removeDraft(Base::DraftId id)
{
    return ask<void>([id](MailWorker &worker) { return worker.removeDraft(id); });
}

Mailroom::Answer<Accounts::Account> Mailroom::saveAccount(const Accounts::Account &account,
                                                          const std::optional<QByteArray> &secret,
                                                          const std::optional<QByteArray> &proxySecret)
{
    using Saved = Result<Accounts::Account>;
    // A secret is kept under the account's id, so the account must be there first; without its secrets it
    // must not stay.
    const Promise<Accounts::Account> answer = promise<Accounts::Account>();
    const auto failed = [this, answer, isNew = !account.id.isValid()](const Accounts::Account &saved,
                                                                      const Base::Error &error) {
        if (isNew)
            removeAccount(saved.id);
        keepPromise<Accounts::Account>(answer, error);
    };
    const auto keepProxySecret = [this, answer, failed, proxySecret](const Accounts::Account &saved) {
        if (!proxySecret)
            return keepPromise<Accounts::Account>(answer, saved);
        keepSecret(saved, Accounts::SecretOf::Proxy, *proxySecret).then(this, [=](const Saved &kept) {
            kept ? keepPromise<Accounts::Account>(answer, kept) : failed(saved, kept.error());
        });
    };
    ask<Accounts::Account>([account](MailWorker &worker) {
        return worker.accounts().save(account);
    }).then(this, [=, this](const Saved &saved) {
        if (!saved)
            return keepPromise<Accounts::Account>(answer, saved.error());
        if (!secret)
            return keepProxySecret(*saved);
        keepSecret(*saved, Accounts::SecretOf::SignIn, *secret)
            .then(this, [=, account = *saved](const Saved &kept) {
                kept ? keepProxySecret(*kept) : failed(account, kept.error());
            });
    });
    return answer->future();
}

Mailroom::Answer<Accounts::Account> Mailroom::keepSecret(const Accounts::Account &account,
                                                         Accounts::SecretOf which, const QByteArray &secret)
{
    const Promise<Accounts::Account> answer = promise<Accounts::Account>();
    m_secrets.keep(
        account, secret,
        [this, answer, account, which](const Result<Accounts::SecretPlace> &place) {
            if (!place)
                return keepPromise<Accounts::Account>(answer, place.error());
            Accounts::Account complete = account;
            (which == Accounts::SecretOf::SignIn ? complete.secretPlace : complete.proxySecretPlace) = *place;
            ask<Accounts::Account>([complete](MailWorker &worker) {
                return worker.accounts().save(complete);
            }).then(this, [answer](const Result<Accounts::Account> &done) {
                keepPromise<Accounts::Account>(answer, done);
            });
        },
        which);
    return answer->future();
}

Mailroom::Answer<void> Mailroom::removeAccount(AccountId id)
{
    const Promise<void> answer = promise<void>();
    ask<Accounts::Account>([id](MailWorker &worker) {
        return worker.accounts().remove(id);
    }).then(this, [this, answer](const Result<Accounts::Account> &removed) {
        if (!removed)
            return keepPromise<void>(answer, removed.error());
        m_secrets.forget(*removed, [answer](const Done &forgotten) { keepPromise<void>(answer, forgotten); });
    });
    return answer->future();
}

Mailroom::Answer<void> Mailroom::setDefaultAccount(AccountId id)
{
    return ask<void>([id](MailWorker &worker) { return worker.accounts().setDefault(id); });
}

Mailroom::Answer<void> Mailroom::resumeAccount(AccountId id)
{
    return ask<void>([id](MailWorker &worker) { return worker.accounts().resume(id); });
}

Mailroom::Answer<void> Mailroom::holdAccount(AccountId id, bool held)
{
    return ask<void>([id, held](MailWorker &worker) { return worker.accounts().hold(id, held); });
}

Mailroom::Answer<void> Mailroom::holdEverything(bool held)
{
    return ask<void>([held](MailWorker &worker) { return worker.accounts().holdEverything(held); });
}

Mailroom::Answer<void> Mailroom::liftBackOff(AccountId id)
{
    return ask<void>([id](MailWorker &worker) { return worker.accounts().liftBackOff(id); });
}

Mailroom::Answer<void> Mailroom::acceptWeakerSignIn(AccountId id)
{
    return ask<void>([id](MailWorker &worker) { return worker.accounts().acceptWeakerSignIn(id); });
}

Mailroom::Answer<void> Mailroom::forgetLearned(AccountId id)
{
    return ask<void>([id](MailWorker &worker) { return worker.accounts().forgetLearned(id); });
}

Mailroom::Answer<void> Mailroom::setSchedule(const Delivery::RetrySchedule &schedule)
{
    return ask<void>([schedule](MailWorker &worker) { return worker.setSchedule(schedule); });
}

QFuture<TestReport> Mailroom::testAccount(const Accounts::Account &account,
                                          const std::optional<QByteArray> &secret, int number,
                                          const std::optional<QByteArray> &proxySecret)
{
    Base::assertThread(this);
    auto answer = std::make_shared<QPromise<TestReport>>();
    answer->start();
    const auto report = [answer](TestReport found) {
        answer->addResult(std::move(found));
        answer->finish();
    };
    const auto withSecrets = [this, account, number, report](Result<Accounts::Secrets> secrets) {
        if (!secrets) {
            TestReport failed;
            failed.findings.append({TestStep::Auth, false, secrets.error().detail, 0});
            failed.reason = {Delivery::Stage::Auth, Delivery::Scope::Account, {}, secrets.error()};
            return report(failed);
        }
        if (!m_worker)
            return;
        QMetaObject::invokeMethod(
            m_worker,
            [worker = m_worker, account, secrets = *secrets, number, report] {
                worker->testAccount(account, secrets, number, report);
            },
            Qt::QueuedConnection);
    };
    m_secrets.fetchAll(account, secret, withSecrets, proxySecret);
    return answer->future();
}

void Mailroom::provideSecret(const Accounts::Account &account, quint64 request)
{
    m_secrets.fetchAll(account, {}, [this, request](Result<Accounts::Secrets> secrets) {
        if (!m_worker)
            return;
        QMetaObject::invokeMethod(
            m_worker,
            [worker = m_worker, request, secrets = std::move(secrets)] {
                worker->answerSecret(request, secrets);
            },
            Qt::QueuedConnection);
    });
}

Mailroom::Answer<void> Mailroom::retry(MessageId id)
{
    return ask<void>([id](MailWorker &worker) { return worker.retry(id); });
}

Mailroom::Answer<void> Mailroom::resendToAll(MessageId id)
{
    return ask<void>([id](MailWorker &worker) {
        return worker.decide(id, [id](Store::Decisions &decisions, const QDateTime &now) {
            return decisions.resendToAll(id, now);
        });
    });
}

Mailroom::Answer<void> Mailroom::hold(MessageId id)
{
    return ask<void>([id](MailWorker &worker) {
        return worker.decide(
            id, [id](Store::Decisions &decisions, const QDateTime &now) { return decisions.hold(id, now); });
    });
}

Mailroom::Answer<void> Mailroom::release(MessageId id)
{
    return ask<void>([id](MailWorker &worker) {
        return worker.decide(id, [id](Store::Decisions &decisions, const QDateTime &now) {
            return decisions.release(id, now);
        });
    });
}

Mailroom::Answer<void> Mailroom::cancel(MessageId id)
{
    return ask<void>([id](MailWorker &worker) {
        return worker.decide(id, [id](Store::Decisions &decisions, const QDateTime &now) {
            return decisions.cancel(id, now);
        });
    });
}

Mailroom::Answer<void> Mailroom::remove(MessageId id)
{
    return ask<void>([id](MailWorker &worker) { return worker.remove(id); });
}

Mailroom::Answer<void> Mailroom::resolve(MessageId id, Resolution resolution)
{
    if (resolution == Resolution::Resend)
        return retry(id);
    return ask<void>([id](MailWorker &worker) {
        return worker.decide(id, [id](Store::Decisions &decisions, const QDateTime &now) {
            return decisions.settleArrived(id, now);
        });
    });
}

Mailroom::Answer<void> Mailroom::setRetention(const Delivery::Retention &retention)
{
    return ask<void>([retention](MailWorker &worker) { return worker.setRetention(retention); });
}

Mailroom::Answer<bool> Mailroom::erase(int milliseconds)
{
    return ask<bool>([milliseconds](MailWorker &worker) { return worker.erase(milliseconds); });
}

QFuture<Store::ExportReport> Mailroom::exportMessages(const Store::ExportWish &wish)
{
    Base::assertThread(this);
    auto answer = std::make_shared<QPromise<Store::ExportReport>>();
    answer->start();
    const Store::Exporter exporter({m_paths.database(), m_paths.spool()}, wish);
    m_exporting.start([this, answer, exporter, end = m_exportsEnd] {
        answer->addResult(exporter.run(*end, [this](const Store::ExportProgress &progress) {
            QMetaObject::invokeMethod(
                this, [this, progress] { Q_EMIT exported(progress); }, Qt::QueuedConnection);
        }));
        answer->finish();
    });
    return answer->future();
}

void Mailroom::cancelExports()
{
    *std::exchange(m_exportsEnd, std::make_shared<std::atomic<bool>>(false)) = true;
}

} // namespace Outbox
