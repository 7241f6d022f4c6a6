#include "core/outbox/queue.h"

namespace Outbox {

Plan plan(const QList<Store::QueueEntry> &entries, const QHash<Base::AccountId, AccountCondition> &conditions,
          const QDateTime &now)
{
    Plan plan;
    QHash<Base::AccountId, int> taken;
    for (const Store::QueueEntry &entry : entries) {
        const AccountCondition condition = conditions.value(entry.account);
        if (condition.isPaused)
            continue;
        if (condition.backOffUntil.isValid() && condition.backOffUntil > now) {
            if (!plan.wake || condition.backOffUntil < *plan.wake)
                plan.wake = condition.backOffUntil;
            continue;
        }
        int &count = taken[entry.account];
        if (condition.active + count >= condition.maxConnections)
            continue; // the end of an attempt looks again
        ++count;
        plan.start.append(entry);
    }
    return plan;
}

} // namespace Outbox
