#pragma once

// What becomes of a message outside an attempt: what people decide about it, and what a start finds left over
// by a run that was cut off (law 8). Each call is one durable transaction; a move the state table does not
// allow is NotAllowed.

#include "core/accounts/account.h"
#include "core/store/statebook.h"

namespace Store {

class Decisions
{
public:
    explicit Decisions(Database &database)
        : m_database(database)
        , m_book(database)
    {
    }

    /// Was under way when the program stopped: not past "about to commit" → queued again; past it →
    /// uncertain.
    Base::Result<QList<Base::MessageId>> recover(const QDateTime &now);

    /// Try now. Waiting: due at once. Failed, partly sent: those refused wait again. Uncertain: those
    /// uncertain are sent to again. Cancelled: all that were cancelled wait again. Not left yet: it leaves.
    Base::Done retry(Base::MessageId id, const QDateTime &now);
    /// Once more to everybody, those who have it too, with the same Message-ID. Only when it is over.
    Base::Done resendToAll(Base::MessageId id, const QDateTime &now);
    Base::Done hold(Base::MessageId id, const QDateTime &now);
    /// It goes when it is due; what was scheduled for later waits for that time again.
    Base::Done release(Base::MessageId id, const QDateTime &now);
    Base::Done cancel(Base::MessageId id, const QDateTime &now);
    /// Out of the books for good; not while an attempt is under way. With `only`: not in another state. What
    /// its words leave behind in the file is owed to the Eraser.
    Base::Done remove(Base::MessageId id, std::optional<Delivery::MessageState> only = {});
    /// An uncertain one did arrive.
    Base::Done settleArrived(Base::MessageId id, const QDateTime &now);

    /// What waits for an account that is being removed is held.
    Base::Done holdAllOf(Base::AccountId account, const QDateTime &now);
    /// What waits for the account and may be sent by the other one goes through that from here on, unless a
    /// server has seen its content. Those.
    Base::Result<QList<Base::MessageId>> handOver(Base::AccountId from, const Accounts::Account &to,
                                                  const QDateTime &now);
    /// What waits because of the account's own trouble is due now; what servers deferred is not.
    Base::Done makeDueWhatItHeldUp(Base::AccountId account, const QDateTime &now);
    /// Every message that waits for the account is due now.
    Base::Done makeDue(Base::AccountId account, const QDateTime &now);

private:
    Base::Done adoptCommitting();
    Base::Done recoverOne(Base::MessageId id, bool committing, const QDateTime &now);
    Base::Result<QList<Base::MessageId>> messagesOf(Base::AccountId account, const QString &states) const;

    Database &m_database;
    StateBook m_book;
};

} // namespace Store
