#pragma once

// How much went through each account, in the books, a row a minute. Written together with the outcome it
// belongs to: add() opens no transaction of its own, so that it can be part of one.

#include "core/accounts/usage.h"
#include "core/base/id.h"
#include "core/store/database.h"

namespace Store {

class UsageStore
{
public:
    explicit UsageStore(Database &database)
        : m_database(database)
    {
    }

    /// An empty tally writes nothing. An account that is gone is no error: there is nothing left to limit.
    Base::Done add(Base::AccountId account, const QDateTime &when, const Accounts::Tally &tally);
    /// For the start of a run, and now and then. What seems to lie in the future, because the clock was set
    /// back, is written down as sent now, or it would fill every window until the clock gets there. What is
    /// older than a week is forgotten: windows see a day of it, the rest is for a clock that was set forward
    /// for a while.
    Base::Done tidy(const QDateTime &now);

    Base::Result<Accounts::Usage> of(Base::AccountId account, const QDateTime &since) const
    {
        return read(m_database, account, since);
    }

    // shared with the reading side
    /// What went later than `since`, and what seems to lie in the future.
    static Base::Result<Accounts::Usage> read(const Database &database, Base::AccountId account,
                                              const QDateTime &since);

    static constexpr int keptDays = 7;

private:
    Base::Done settle(const QDateTime &now);

    Database &m_database;
};

} // namespace Store
