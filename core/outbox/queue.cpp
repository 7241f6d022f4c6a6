#include "core/outbox/queue.h"

#include "core/outbox/limits.h"

namespace Outbox {

namespace {

Accounts::Tally tallyOf(const Store::QueueEntry &entry, const Accounts::Limits &limits)
{
    return {static_cast<int>(portions(entry.recipients, limits).size()), entry.recipients};
}

} // namespace

std::optional<QDateTime> AccountCondition::allowedAt(const Store::QueueEntry &entry,
                                                     const QDateTime &now) const
{
    const std::optional<QDateTime> allowed =
        limits.isNull() ? std::optional(now) : nextAllowed(limits, usage, entry.recipients, now, underWay);
    return allowed && backOffUntil.isValid() ? std::max(*allowed, backOffUntil) : allowed;
}

void AccountCondition::take(const Store::QueueEntry &entry)
{
    const Accounts::Tally tally = tallyOf(entry, limits);
    underWay.messages += tally.messages;
    underWay.recipients += tally.recipients;
}

Plan plan(const QList<Store::QueueEntry> &entries, QHash<Base::AccountId, AccountCondition> conditions,
          const QDateTime &now)
{
    Plan plan;
    const auto wakeAt = [&plan](const QDateTime &when) {
        if (!plan.wake || when < *plan.wake)
            plan.wake = when;
    };
    for (const Store::QueueEntry &entry : entries) {
        AccountCondition &condition = conditions[entry.account];
        if (condition.isPaused)
            continue;
        if (condition.backOffUntil.isValid() && condition.backOffUntil > now) {
            wakeAt(condition.backOffUntil);
            continue;
        }
        if (condition.active >= condition.maxConnections)
            continue; // the end of an attempt looks again
        const std::optional<QDateTime> allowed = condition.allowedAt(entry, now);
        if (!allowed) {
            plan.impossible.append(entry);
            continue;
        }
        if (*allowed > now) {
            wakeAt(*allowed);
            condition.active = condition.maxConnections; // nobody overtakes
            continue;
        }
        ++condition.active;
        condition.take(entry);
        plan.start.append(entry);
    }
    return plan;
}

} // namespace Outbox
