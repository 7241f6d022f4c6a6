#pragma once

// What the dispatcher knows of each account: its settings, whether it waits for a person or for better times,
// its secrets, and what its server has taught. Settings are read anew with refresh(); what is learned is
// written at once.

#include "core/base/clock.h"
#include "core/outbox/limits.h"
#include "core/outbox/queue.h"
#include "core/smtp/session.h"
#include "core/store/accountstore.h"
#include "core/store/settingstore.h"
#include "core/store/usagestore.h"

#include <QSet>

namespace Outbox {

class AccountBook
{
public:
    AccountBook(Store::Database &database, Base::Clock &clock)
        : m_store(database)
        , m_settings(database)
        , m_usages(database)
        , m_clock(clock)
    {
    }

    /// At the start of a run and when the clock was set back: what is on record is read anew, and what waits
    /// for a moment that no schedule says waits no longer than that.
    Base::Done reload();

    Base::Done refresh();
    /// Null when there is no such account (any more).
    const Accounts::Account *find(Base::AccountId id) const;
    /// It was not changed since, and may send.
    bool isCurrent(const Accounts::Account &account) const;
    /// Of all accounts, with nothing under way.
    QHash<Base::AccountId, AccountCondition> conditions() const;

    /// None where they must be asked for.
    std::optional<Accounts::Secrets> secretsOf(const Accounts::Account &account) const;
    void keepSecrets(const Accounts::Account &account, const Accounts::Secrets &secrets);
    /// A server has taken the account's secret. False: that was known.
    bool setSignedIn(Base::AccountId id);

    /// Nothing weaker than this is tried with its server from here on unless a person says so. False: nothing
    /// new.
    bool learnMechanism(const Accounts::Account &account, const QString &mechanism);
    /// What its server offers, so that what it cannot take is told before anything is queued. False: nothing
    /// new.
    bool learnOffers(const Accounts::Account &account, const QStringList &offers);
    /// Whether anything but its connections keeps it from sending.
    bool hasLimits(const Accounts::Account &account) const;
    /// What the account's settings and its server's refusals say a connection takes.
    Smtp::LearnedLimits limitsOf(const Accounts::Account &account) const;
    void learnLimits(const Accounts::Account &account, const Smtp::LearnedLimits &limits);
    /// Whether an attempt failed by the account's fault and not by the message's. What a refusal that speaks
    /// of the account's limits teaches is kept; what was sent has to be counted by then.
    bool isToBlame(const Accounts::Account &account, const Delivery::Outcome &outcome);

    /// The home's; the same for all accounts.
    const Delivery::RetrySchedule &schedule() const { return m_schedule; }
    /// An attempt failed by the account's fault: how long nothing is tried, to be put on record. Those that
    /// were under way together fail once.
    Store::BackOff backOff(Base::AccountId id);
    /// It works. None: that was known.
    std::optional<Store::BackOff> clearBackOff(Base::AccountId id);
    struct StandIn
    {
        Base::AccountId of;
        Accounts::Account account;
    };
    /// Who sends instead of accounts that cannot: their server was tried in vain for a while, or does not let
    /// them in. Not one that is in trouble itself, or held.
    QList<StandIn> standIns() const;
    /// Nothing is left alone any longer: whose back-offs ended.
    QList<Base::AccountId> liftBackOffs();
    /// What an attempt adds to what it has sent, to be put on record.
    Accounts::Tally count(const Accounts::Account &account, const Delivery::Outcome &outcome);
    /// It was changed, resumed or removed: what was tried and kept is void.
    void forget(Base::AccountId id);

private:
    void keepLearned(const Accounts::Account &account, const Accounts::Learned &learned);
    void load(Base::AccountId id);
    Accounts::Learned learnedOf(Base::AccountId id) const { return m_learned.value(id); }

    Store::AccountStore m_store;
    Store::SettingStore m_settings;
    Store::UsageStore m_usages;
    Base::Clock &m_clock;
    QHash<Base::AccountId, Accounts::Account> m_known;
    QSet<Base::AccountId> m_paused;
    QSet<Base::AccountId> m_held; ///< of these, by a person
    QHash<Base::AccountId, Store::BackOff> m_backOff;
    QHash<Base::AccountId, Accounts::Usage> m_usage;
    QHash<Base::AccountId, Accounts::Learned> m_learned;
    Delivery::RetrySchedule m_schedule;
    QHash<Base::AccountId, Accounts::Secrets> m_secrets; ///< of this run only
    QSet<Base::AccountId> m_signedIn;                    ///< one connection until then
};

} // namespace Outbox
