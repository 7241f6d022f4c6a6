#include "core/outbox/agenda.h"

namespace Outbox {

using Base::Done;
using Base::MessageId;

Base::Result<QList<MessageId>> Agenda::look(const QDateTime &now)
{
    if (const Done done = refresh(now); !done)
        return done.error();
    Base::Result<QList<MessageId>> left = m_departures.depart(m_accounts.schedule(), now);
    if (!left)
        return left;
    const Base::Result<QList<MessageId>> moved = handOver(now);
    if (!moved)
        return moved;
    m_last = now;
    return *left + *moved;
}

/// Not at every look: what may not go another way would be looked through again and again.
Base::Result<QList<MessageId>> Agenda::handOver(const QDateTime &now)
{
    constexpr qint64 pause = 30'000; // ms
    QList<MessageId> moved;
    for (const AccountBook::StandIn &each : m_accounts.standIns()) {
        QDateTime &last = m_handedOver[each.of];
        if (last.isValid() && last <= now && last.msecsTo(now) < pause)
            continue;
        last = now;
        const Base::Result<QList<MessageId>> ids = m_decisions.handOver(each.of, each.account, now);
        if (!ids)
            return ids;
        moved += *ids;
    }
    return moved;
}

/// At the start, and when the clock was set back, what is on record for later would wait for as long as it
/// was set back by.
Done Agenda::refresh(const QDateTime &now)
{
    const bool isNew = !m_last.isValid() || now < m_last;
    if (!isNew)
        return m_accounts.refresh();
    if (const Done done = m_accounts.reload(); !done)
        return done;
    const Delivery::RetrySchedule &schedule = m_accounts.schedule();
    if (const Done done = m_departures.review(schedule, now); !done)
        return done;
    if (!m_last.isValid()) { // a long queue need not be read for nothing at every start
        const Base::Result<bool> ahead = m_messages.isAheadOf(now, Delivery::longestDelay(schedule));
        if (!ahead || !*ahead)
            return ahead ? Done() : Done(ahead.error());
    }
    return m_messages.reschedule(now, [&schedule, now](const Store::QueueEntry &entry) {
        return Delivery::soundDue(schedule, entry.due, entry.attempts, jitterSeedOf(entry), now);
    });
}

std::optional<QDateTime> Agenda::next(const QDateTime &now) const
{
    const Base::Result<std::optional<QDateTime>> due = m_messages.nextDue(now);
    const Base::Result<std::optional<QDateTime>> leaves = m_departures.next();
    std::optional<QDateTime> next = due ? *due : std::nullopt;
    if (leaves && *leaves && (!next || **leaves < *next))
        next = *leaves;
    return next;
}

quint64 jitterSeedOf(const Store::QueueEntry &entry)
{
    return Delivery::jitterSeed(QByteArray::number(entry.id.value));
}

} // namespace Outbox
