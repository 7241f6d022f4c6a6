#pragma once

// What is due, as the dispatcher asks it: before the queue is read, a clock that was set back is put right
// and what was to leave leaves. In the mail thread.

#include "core/outbox/accountbook.h"
#include "core/store/decisions.h"
#include "core/store/departures.h"
#include "core/store/messagestore.h"

namespace Outbox {

class Agenda
{
public:
    Agenda(Store::Database &database, AccountBook &accounts)
        : m_messages(database)
        , m_departures(database)
        , m_decisions(database)
        , m_accounts(accounts)
    {
    }

    /// Reads the settings anew and settles what came with the time. The messages that left.
    Base::Result<QList<Base::MessageId>> look(const QDateTime &now);
    /// The schedule was changed: at the next look what waits under the old one is gone through.
    void forget() { m_last = {}; }
    /// When to look again at the latest, as far as messages say; none: never.
    std::optional<QDateTime> next(const QDateTime &now) const;

private:
    Base::Done refresh(const QDateTime &now);
    Base::Result<QList<Base::MessageId>> handOver(const QDateTime &now);

    Store::MessageStore m_messages;
    Store::Departures m_departures;
    Store::Decisions m_decisions;
    AccountBook &m_accounts;
    QDateTime m_last;                               ///< of the clock on the wall
    QHash<Base::AccountId, QDateTime> m_handedOver; ///< when that was tried last
};

/// What makes a message's jitter its own.
quint64 jitterSeedOf(const Store::QueueEntry &entry);

} // namespace Outbox
