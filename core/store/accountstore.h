#pragma once

// The accounts in the books: written in the mail thread. No secret ever comes here (law 7).

#include "core/accounts/account.h"
#include "core/delivery/reason.h"
#include "core/store/database.h"
#include "core/store/rows.h"

namespace Store {

class AccountStore
{
public:
    explicit AccountStore(Database &database)
        : m_database(database)
    {
    }

    /// Adds it when id is invalid; the first one becomes the default. What was learned from its sign-in and
    /// its server stays while server, user and way to sign in do, whatever `account` says, and so does a
    /// back-off. DuplicateAccount, BadAccount.
    Base::Result<Accounts::Account> save(const Accounts::Account &account);
    Base::Done remove(Base::AccountId id);
    Base::Done setDefault(Base::AccountId id);
    /// A null reason lifts the pause.
    Base::Done setPause(Base::AccountId id, const Delivery::Reason &reason);
    /// Nothing more begins through it until a person says so.
    Base::Done setHeld(Base::AccountId id, bool held);

    /// The mechanism by which its server took it; empty: from here on any will do again. Another account by
    /// now (other server, user or way to sign in): nothing is changed.
    Base::Done setStrongestSeen(const Accounts::Account &account, const QString &mechanism);
    /// What its server offers, unless the account was changed meanwhile.
    Base::Done setOffers(const Accounts::Account &account, const QStringList &offers);

    /// One without failures lifts it.
    Base::Done setBackOff(Base::AccountId id, const BackOff &backOff);
    /// What its server taught us, unless the account was changed meanwhile.
    Base::Done setLearned(const Accounts::Account &account, const Accounts::Learned &learned);

    Base::Result<QList<Accounts::Account>> all() const { return readAll(m_database); }
    Base::Result<Delivery::Reason> pauseOf(Base::AccountId id) const { return readPause(m_database, id); }

    Base::Result<BackOff> backOffOf(Base::AccountId id) const { return readBackOff(m_database, id); }
    Base::Result<Accounts::Learned> learnedOf(Base::AccountId id) const
    {
        return readLearned(m_database, id);
    }

    // shared with the reading side
    static Base::Result<QList<Accounts::Account>> readAll(const Database &database);
    /// Also when it is held, or everything is: OnHold.
    static Base::Result<Delivery::Reason> readPause(const Database &database, Base::AccountId id);
    static Base::Result<BackOff> readBackOff(const Database &database, Base::AccountId id);
    static Base::Result<Accounts::Learned> readLearned(const Database &database, Base::AccountId id);

private:
    Base::Done forgetServer(Base::AccountId id);
    std::optional<Accounts::Account> stored(Base::AccountId id) const;

    Database &m_database;
};

} // namespace Store
