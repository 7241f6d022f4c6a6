#pragma once

// What stands behind the door: owns the writing connection, the spool, the dispatcher and the ownership of
// the home, all in the mail thread. Each method does one thing and answers; the Mailroom carries the answers
// over.

#include "core/base/paths.h"
#include "core/message/draft.h"
#include "core/message/finishedmessage.h"
#include "core/outbox/accountclerk.h"
#include "core/outbox/connectiontest.h"
#include "core/outbox/copier.h"
#include "core/outbox/dispatcher.h"
#include "core/outbox/intake.h"
#include "core/outbox/keeper.h"
#include "core/outbox/ownership.h"
#include "core/outbox/submission.h"
#include "core/outbox/surroundings.h"
#include "core/store/departures.h"
#include "core/store/draftstore.h"
#include "core/store/salvage.h"

#include <QObject>
#include <QThreadPool>

namespace Outbox {

class MailWorker : public QObject
{
    Q_OBJECT

public:
    template <class T>
    using Then = std::function<void(Base::Result<T>)>;
    /// Builds with the spool at hand; runs in a pool thread.
    using Builder = std::function<Base::Result<Message::OutgoingMessage>(const Accounts::Account &,
                                                                         Message::ContentStore &)>;

    MailWorker(Base::Paths paths, Base::Clock &clock);
    ~MailWorker() override;

    /// Opens the books, recovering them if they are damaged; dispatching begins when this program owns the
    /// home.
    Base::Done open(bool dispatch);
    /// What was recovered from a damaged database in open().
    const std::optional<Store::SalvageReport> &salvaged() const { return m_salvaged; }
    bool isOwner() const { return m_ownership && m_ownership->isOwner(); }
    /// closed() when nothing is under way any more.
    void stop();

    void submit(const Submission &submission, Builder builder, Then<Base::MessageId> then);
    /// The draft it has become.
    Base::Result<Base::DraftId> takeBack(Base::MessageId id);
    Base::Result<Base::DraftId> saveDraft(const Message::Draft &draft);
    Base::Done removeDraft(Base::DraftId id);
    AccountClerk &accounts() { return *m_clerk; }
    Base::Done setSchedule(const Delivery::RetrySchedule &schedule);
    /// retry and its kin: `change` works on the books, then the queue is looked at.
    Base::Done decide(Base::MessageId id,
                      const std::function<Base::Done(Store::Decisions &, const QDateTime &)> &change);
    Base::Done schedule(Base::MessageId id, const Delivery::ScheduledTime &time);
    Base::Done retry(Base::MessageId id);
    Base::Done remove(Base::MessageId id);
    Base::Done setRetention(const Delivery::Retention &retention);
    Base::Result<bool> erase(int milliseconds);
    void testAccount(const Accounts::Account &account, const Accounts::Secrets &secrets, int number,
                     std::function<void(TestReport)> then);
    void answerSecret(quint64 request, const Base::Result<Accounts::Secrets> &secrets);

Q_SIGNALS:
    void messageChanged(Base::MessageId id); ///< invalid: any may have changed
    void draftsChanged();
    void accountsChanged();
    void progressed(const Outbox::Progress &progress);
    void transcriptGrew(const Outbox::TranscriptGrew &grew);
    void secretNeeded(const Accounts::Account &account, quint64 request);
    void testFound(int number, const Outbox::TestFinding &finding);
    void settled();
    void ownerChanged(bool owner);
    void closed();

private:
    using AccountPtr = std::shared_ptr<const Accounts::Account>;
    Base::Result<AccountPtr> accountOf(Base::AccountId id);
    void onEntered(Base::MessageId id, Base::DraftId draft);
    Base::Done openBooks();
    void startDispatching();
    void lookAgain(Base::AccountId account = {});
    void watchBooks();
    void collectSpool();

    Base::Paths m_paths;
    Base::Clock &m_clock;
    QThreadPool m_builders; ///< builds letters, tidies the spool
    Store::Database m_database;
    std::unique_ptr<Store::CommitGroup> m_group;
    std::unique_ptr<Store::Spool> m_spool;
    std::unique_ptr<AccountClerk> m_clerk;
    std::unique_ptr<Store::MessageStore> m_messages;
    std::unique_ptr<Store::Decisions> m_decisions;
    std::unique_ptr<Store::Departures> m_departures;
    std::unique_ptr<Store::DraftStore> m_drafts;
    std::unique_ptr<Intake> m_intake;
    Surroundings m_surroundings;
    std::unique_ptr<Ownership> m_ownership;
    std::unique_ptr<Dispatcher> m_dispatcher;
    std::unique_ptr<Keeper> m_keeper;
    std::unique_ptr<Copier> m_copier;
    std::unique_ptr<Base::Timer> m_watch;
    std::map<int, std::unique_ptr<ConnectionTest>> m_tests;
    qint64 m_dataVersion = 0;
    int m_tested = 0;
    bool m_looksSoon = false;
    QHash<Base::AccountId, AccountPtr> m_accounts; ///< read in this turn of the loop
    std::optional<Store::SalvageReport> m_salvaged;
};

} // namespace Outbox
