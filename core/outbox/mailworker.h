#pragma once

// What stands behind the door: owns the writing connection, the spool, the dispatcher and the ownership of
// the home, all in the mail thread. Each method does one thing and answers; the Mailroom carries the answers
// over.

#include "core/base/paths.h"
#include "core/message/draft.h"
#include "core/message/finishedmessage.h"
#include "core/outbox/connectiontest.h"
#include "core/outbox/dispatcher.h"
#include "core/outbox/ownership.h"
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

    void submit(Base::AccountId account, Base::DraftId draft, Builder builder, Then<Base::MessageId> then);
    Base::Result<Base::DraftId> saveDraft(const Message::Draft &draft);
    Base::Done removeDraft(Base::DraftId id);
    Base::Result<Accounts::Account> saveAccount(const Accounts::Account &account);
    /// The account as it was.
    Base::Result<Accounts::Account> removeAccount(Base::AccountId id);
    Base::Done setDefaultAccount(Base::AccountId id);
    Base::Done resumeAccount(Base::AccountId id);
    Base::Done liftBackOff(Base::AccountId id);
    Base::Done acceptWeakerSignIn(Base::AccountId id);
    Base::Done forgetLearned(Base::AccountId id);
    Base::Done setSchedule(const Delivery::RetrySchedule &schedule);
    /// retry and its kin: `change` works on the books, then the queue is looked at.
    Base::Done decide(Base::MessageId id,
                      const std::function<Base::Done(Store::Decisions &, const QDateTime &)> &change);
    Base::Done retry(Base::MessageId id);
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
    static Base::Done isPossible(const Message::OutgoingMessage &message, const Accounts::Account &account);
    void enter(const Message::OutgoingMessage &message, const Accounts::Account &account, Base::DraftId draft,
               const Then<Base::MessageId> &then);
    Base::Result<Accounts::Account> findAccount(Base::AccountId id) const;
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
    std::unique_ptr<Store::AccountStore> m_accounts;
    std::unique_ptr<Store::MessageStore> m_messages;
    std::unique_ptr<Store::Decisions> m_decisions;
    std::unique_ptr<Store::DraftStore> m_drafts;
    std::unique_ptr<Ownership> m_ownership;
    std::unique_ptr<Dispatcher> m_dispatcher;
    std::unique_ptr<Base::Timer> m_watch;
    std::map<int, std::unique_ptr<ConnectionTest>> m_tests;
    qint64 m_dataVersion = 0;
    int m_tested = 0;
    bool m_looksSoon = false;
    std::optional<Store::SalvageReport> m_salvaged;
};

} // namespace Outbox
