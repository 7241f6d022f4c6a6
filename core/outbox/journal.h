#pragma once

// What the dispatcher puts on record about attempts: grouped with what others write in the same turn of the
// loop, and told when it is on disk. What has happened is written again and again until the disk takes it,
// unless the books never will; what was not begun was not begun.

#include "core/base/clock.h"
#include "core/delivery/outcome.h"
#include "core/store/accountstore.h"
#include "core/store/commitgroup.h"
#include "core/store/messagestore.h"
#include "core/store/usagestore.h"

#include <QObject>

#include <map>

namespace Outbox {

/// How an attempt ended.
struct Ending
{
    Delivery::Outcome outcome;
    Delivery::Transcript transcript;
    Store::Consequence consequence;
    Accounts::Tally sent;                  ///< what it adds to the account's usage
    std::optional<Store::BackOff> backOff; ///< how the account stands from here on; none: as before
};

class Journal : public QObject
{
    Q_OBJECT

public:
    Journal(Store::Database &database, Store::CommitGroup &group, Base::Clock &clock);

    void begin(Base::MessageId message, std::function<void(const Base::Result<Store::Assignment> &)> then);
    /// With what it means for the account, in the same commit: what was sent, back-off, a pause where the
    /// outcome needs a
    /// person.
    void finish(Base::MessageId message, const Store::Assignment &assignment, Base::AccountId account,
                const Ending &ending, std::function<void()> then);
    /// Nothing was said for it: as if it had not been begun.
    void abandon(Base::MessageId message, const Store::Assignment &assignment, std::function<void()> then);

    static constexpr qint64 again = 2'000; ///< ms until what the disk refused is tried once more

private:
    void insist(const QString &what, const Store::CommitGroup::Work &work, const std::function<void()> &then);

    Store::MessageStore m_messages;
    Base::Done settle(Base::AccountId account, const Ending &ending);

    Store::AccountStore m_accounts;
    Store::UsageStore m_usage;

    Store::CommitGroup &m_group;
    Base::Clock &m_clock;
    std::map<quint64, std::unique_ptr<Base::Timer>> m_refused; ///< by a number of their own
    quint64 m_number = 0;
};

} // namespace Outbox
