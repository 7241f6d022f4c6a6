#pragma once

// What is due, and when to look again: a pure function of the entries, the accounts' conditions and the time.

#include "core/store/messagestore.h"

#include <QHash>

namespace Outbox {

struct AccountCondition
{
    int active = 0; ///< attempts under way
    int maxConnections = 2;
    bool isPaused = false;  ///< waits for a person
    QDateTime backOffUntil; ///< null: no back-off
};

struct Plan
{
    QList<Store::QueueEntry> start;
    std::optional<QDateTime> wake; ///< the next end of a back-off that holds something up
};

/// entries: due ones, the most overdue first. Keeps their order; an account takes up no more than its
/// connections.
Plan plan(const QList<Store::QueueEntry> &entries, const QHash<Base::AccountId, AccountCondition> &conditions,
          const QDateTime &now);

} // namespace Outbox
