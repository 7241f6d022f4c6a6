#pragma once

// The door between the front (the window, a command) and the mail thread. Only values pass: a request goes
// in, a future comes back, events arrive as signals in the front thread. Nothing here waits (law 10).

#include "core/accounts/account.h"
#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/delivery/retention.h"
#include "core/delivery/retryschedule.h"
#include "core/delivery/scheduledtime.h"
#include "core/message/draft.h"
#include "core/message/finishedmessage.h"
#include "core/outbox/events.h"
#include "core/store/exportwish.h"
#include "core/store/salvage.h"

#include <QFuture>
#include <QObject>
#include <QSemaphore>
#include <QThread>
#include <QThreadPool>

#include <atomic>
#include <memory>

namespace Accounts {
class SecretDesk;
}

namespace Outbox {

class MailWorker;
struct Submission;

/// What a person decides about an uncertain message.
enum class Resolution { Arrived, Resend };

class Mailroom : public QObject
{
    Q_OBJECT

public:
    template <class T>
    using Answer = QFuture<Base::Result<T>>;

    Mailroom(Base::Paths paths, Accounts::SecretDesk &secrets, Base::Clock &clock, QObject *parent = nullptr);
    /// close()s if that was not done.
    ~Mailroom() override;

    /// For the beginning of main(), while there is one thread: the mail thread waits for sockets only, and
    /// without GLib that takes a tenth less of its time. Told to Qt through the environment until open() is
    /// through, so that no program that is started later hears of it.
    static void chooseEventLoop();

    /// Prepares the home, opens the books (making them at first), recovers what the last run left, and begins
    /// to dispatch if no other program does. Waits for the answer: call it before there is a window.
    /// HomeUnwritable, DatabaseNewer, …
    /// Without `dispatch` this program only enters and changes; whoever dispatches is woken.
    Base::Done open(bool dispatch = true);
    /// What was recovered from a damaged database when it was opened; none: it was sound.
    const std::optional<Store::SalvageReport> &salvaged() const { return m_salvaged; }
    /// Stops taking work; attempts past the final dot get up to graceMilliseconds, the others stop safely.
    /// Waits.
    void close(int graceMilliseconds = 30'000);
    /// False while another program on this home dispatches; requests are handed over to it.
    bool isDispatching() const { return m_dispatching; }

    /// Builds the message and enters it into the queue. From an empty draft.account: the default account. The
    /// draft, if it has an id, is removed in the same transaction.
    Answer<Base::MessageId> submit(const Message::Draft &draft, const Delivery::Departure &departure = {});
    /// A finished message (`send --eml`) from a file.
    Answer<Base::MessageId> submitFinished(const QString &path, const Message::EnvelopeWish &wish,
                                           Base::AccountId account,
                                           const Delivery::Departure &departure = {});
    /// What has not left yet becomes the draft again that it was. NotAllowed when it has left, or was no
    /// draft.
    Answer<Base::DraftId> takeBack(Base::MessageId id);
    /// It leaves at that time: what waits, is deferred, held or scheduled.
    Answer<void> schedule(Base::MessageId id, const Delivery::ScheduledTime &time);

    /// New when id is invalid.
    Answer<Base::DraftId> saveDraft(const Message::Draft &draft);
    Answer<void> removeDraft(Base::DraftId id);

    /// New when id is invalid. With a secret, it is put into the keychain or the vault and the place
    /// recorded; without one, what was stored stays. The same with the password of its proxy.
    Answer<Accounts::Account> saveAccount(const Accounts::Account &account,
                                          const std::optional<QByteArray> &secret = {},
                                          const std::optional<QByteArray> &proxySecret = {});
    /// Its messages stay in the books; those not sent are held. Its secret is removed from where it lies; an
    /// error of that comes back, but the account is gone all the same.
    Answer<void> removeAccount(Base::AccountId id);
    Answer<void> setDefaultAccount(Base::AccountId id);
    /// Nothing more begins through the account, or through any; what is under way ends as it ends.
    Answer<void> holdAccount(Base::AccountId id, bool held);
    Answer<void> holdEverything(bool held);
    /// Lifts a pause and the back-off.
    Answer<void> resumeAccount(Base::AccountId id);
    /// Lets the next message try its server at once, if a server that could not be reached is all it waits
    /// for.
    Answer<void> liftBackOff(Base::AccountId id);
    /// Forgets by which mechanism the account's server took it, so that a weaker one will do; then resumes
    /// it.
    Answer<void> acceptWeakerSignIn(Base::AccountId id);
    /// What its server taught about its limits; only the person's own hold from here on.
    Answer<void> forgetLearned(Base::AccountId id);
    /// The home's patience, for the window and the command line. What waits is due by the new one at once
    /// where this program dispatches. BadSetting, and the old one holds.
    Answer<void> setSchedule(const Delivery::RetrySchedule &schedule);
    /// Walks the connection up to the sign-in without sending. A secret that is not given: the stored one.
    /// Each step is also told by testFound() as it happens, with the number given.
    QFuture<TestReport> testAccount(const Accounts::Account &account, const std::optional<QByteArray> &secret,
                                    int number, const std::optional<QByteArray> &proxySecret = {});

    /// Once more to everybody, those who have it too, with the same Message-ID. NotAllowed before it is over.
    Answer<void> resendToAll(Base::MessageId id);
    /// Try now; for failed and partly sent messages: the recipients that were refused; for an uncertain one:
    /// resend.
    Answer<void> retry(Base::MessageId id);
    Answer<void> hold(Base::MessageId id);
    Answer<void> release(Base::MessageId id);
    Answer<void> cancel(Base::MessageId id);
    Answer<void> remove(Base::MessageId id);
    Answer<void> resolve(Base::MessageId id, Resolution resolution);

    /// How long sent messages are kept; what that lets go is deleted by whoever dispatches. BadSetting.
    Answer<void> setRetention(const Delivery::Retention &retention);
    /// Overwrites what was deleted, as far as the time allows; the rest is done by whoever dispatches. True:
    /// nothing is left of it.
    Answer<bool> erase(int milliseconds);

    /// Writes messages into files, in a thread of its own; several wait for each other. exported() tells how
    /// far it is.
    QFuture<Store::ExportReport> exportMessages(const Store::ExportWish &wish);
    /// Those that were asked for until now end early and report what was written.
    void cancelExports();

Q_SIGNALS:
    /// New, changed or removed: read it anew. An invalid id: any may have changed (another program wrote).
    void messageChanged(Base::MessageId id);
    void draftsChanged();
    void accountsChanged(); ///< also when one was paused or resumed
    void progressed(const Outbox::Progress &progress);
    void transcriptGrew(const Outbox::TranscriptGrew &grew);
    void testFound(int number, const Outbox::TestFinding &finding);
    void settled();                                       ///< nothing is under way and nothing is due now
    void exported(const Store::ExportProgress &progress); ///< at most ten times a second
    void dispatchingChanged(bool dispatching);

private:
    using Builder = std::function<Base::Result<Message::OutgoingMessage>(const Accounts::Account &,
                                                                         Message::ContentStore &)>;

    template <class T>
    Answer<T> ask(std::function<Base::Result<T>(MailWorker &)> work);
    Answer<Base::MessageId> submitBuilt(const Submission &submission, Builder builder);
    void provideSecret(const Accounts::Account &account, quint64 request);
    /// Keeps the secret of an account that is in the books, and records where.
    Answer<Accounts::Account> keepSecret(const Accounts::Account &account, Accounts::SecretOf which,
                                         const QByteArray &secret);

    Base::Paths m_paths;
    Accounts::SecretDesk &m_secrets;
    Base::Clock &m_clock;
    QThread m_thread;
    QSemaphore m_closed;
    MailWorker *m_worker = nullptr; ///< lives in m_thread
    bool m_dispatching = false;
    std::optional<Store::SalvageReport> m_salvaged;
    QThreadPool m_exporting; ///< one thread
    std::shared_ptr<std::atomic<bool>> m_exportsEnd = std::make_shared<std::atomic<bool>>(false);
};

} // namespace Outbox
