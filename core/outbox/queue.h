#pragma once

// What is due, and when to look again: a pure function of the entries, the accounts' conditions and the time.

#include "core/accounts/limits.h"
#include "core/accounts/usage.h"
#include "core/store/messagestore.h"

#include <QHash>

namespace Outbox {

struct AccountCondition
{
    int active = 0; ///< attempts under way
    int maxConnections = 2;
    bool isPaused = false;  ///< waits for a person
    QDateTime backOffUntil; ///< null: no back-off
    Accounts::Limits limits;
    Accounts::Usage usage;
    Accounts::Tally underWay; ///< as if it had gone now

    /// When that message may go as far as the account's limits and its back-off are concerned; none: never.
    std::optional<QDateTime> allowedAt(const Store::QueueEntry &entry, const QDateTime &now) const;
    /// It is on its way.
    void take(const Store::QueueEntry &entry);
};

struct Plan
{
    QList<Store::QueueEntry> start;
    std::optional<QDateTime>
        wake; ///< the next end of a back-off, or opening of a window, that holds something up
    QList<Store::QueueEntry> impossible; ///< no limit of its account ever lets it go
};

/// entries: due ones, the most overdue first. Keeps their order; an account takes up no more than its
/// connections.
Plan plan(const QList<Store::QueueEntry> &entries, QHash<Base::AccountId, AccountCondition> conditions,
          const QDateTime &now);

} // namespace Outbox
