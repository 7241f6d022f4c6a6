#pragma once

// Reads the books, and can do nothing else: a read-only connection of its own, for the window's thread. Each
// call is a small read: one page, one message, one transcript.

#include "core/accounts/account.h"
#include "core/accounts/usage.h"
#include "core/delivery/retention.h"
#include "core/delivery/retryschedule.h"
#include "core/delivery/scheduledtime.h"
#include "core/delivery/transcript.h"
#include "core/store/database.h"
#include "core/store/rows.h"

#include <QHash>

namespace Store {

/// Where the books lie, so that another thread can open them too.
struct Books
{
    QString database;
    QString spool; ///< the folder of the large parts
};

class MessageQuery
{
public:
    /// After the database was made. spool: the folder of the large parts.
    Base::Done open(const QString &database, const QString &spool);
    const Books &books() const { return m_books; }

    /// Before the writing one is: the last to close tidies up, which a reading one cannot.
    void close() { m_database.close(); }

    /// Ids, newest first, at most limit; only those below `below` when it is valid (the next page). A small
    /// read unless the filter looks for text: how long that takes depends on the words.
    Base::Result<QList<Base::MessageId>> ids(const Filter &filter, int limit,
                                             Base::MessageId below = {}) const;
    /// Those of the ids that the filter lets through, newest first.
    Base::Result<QList<Base::MessageId>> among(const Filter &filter, const QList<Base::MessageId> &ids) const;
    /// NotFound when there is none.
    Base::Result<MessageRow> row(Base::MessageId id) const;
    /// Those of the ids that are still there, in the order given.
    Base::Result<QList<MessageRow>> rows(const QList<Base::MessageId> &ids) const;
    Base::Result<MessageDetails> details(Base::MessageId id) const;
    /// number 0: the last attempt. NotFound.
    Base::Result<Delivery::Transcript> transcript(Base::MessageId id, int number = 0) const;
    /// The first octets of the message as it goes out, at most limit.
    Base::Result<QByteArray> source(Base::MessageId id, qint64 limit) const;
    /// What it is made of, without what lies in the spool.
    Base::Result<MessageOutline> outline(Base::MessageId id) const;
    /// What it goes out as; large parts lie in the spool.
    Base::Result<Message::Content> content(Base::MessageId id) const;
    /// Without its recipients: these are in details().
    Base::Result<Message::Envelope> envelope(Base::MessageId id) const;
    Base::Result<QHash<Delivery::MessageState, int>> counts() const;

    /// Messages of that account that have still to go and wait for nobody.
    Base::Result<int> waitingOf(const QString &accountName) const;
    /// Those that are deferred, the oldest first.
    Base::Result<QList<MessageRow>> longestDeferred(int limit) const;

    Base::Result<QList<DraftRow>> drafts() const;
    Base::Result<DraftRow> draft(Base::DraftId id) const;

    /// The default one first, then by name.
    Base::Result<QList<Accounts::Account>> accounts() const;
    /// NoAccount when there is none at all, UnknownAccount when none has that name. Empty name: the default
    /// one.
    Base::Result<Accounts::Account> account(const QString &name) const;
    Base::Result<Accounts::Account> account(Base::AccountId id) const;
    /// When a person wants the message to leave; null: no time was chosen.
    Base::Result<Delivery::ScheduledTime> planOf(Base::MessageId id) const;
    /// Whether it can become the draft again that it was.
    bool canTakeBack(Base::MessageId id) const;
    bool isEverythingHeld() const;
    /// Why an account waits for a person; null when it does not.
    Base::Result<Delivery::Reason> pauseOf(Base::AccountId id) const;
    /// Until when its server is left alone; without failures when it is not.
    Base::Result<BackOff> backOffOf(Base::AccountId id) const;
    Base::Result<Accounts::Learned> learnedOf(Base::AccountId id) const;
    /// What went through it later than `since`.
    Base::Result<Accounts::Usage> usageOf(Base::AccountId id, const QDateTime &since) const;
    /// The home's schedule; the one of a new home when what is written cannot work.
    Base::Result<Delivery::RetrySchedule> schedule() const;
    /// How long sent messages are kept.
    Base::Result<Delivery::Retention> retention() const;

private:
    Database m_database;
    Books m_books;
};

} // namespace Store
