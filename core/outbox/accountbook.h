#pragma once

// What the dispatcher knows of each account: its settings, whether it waits for a person or for better times,
// its secrets, and what its server has taught. Settings are read anew with refresh(); what is learned is
// written at once.

#include "core/base/clock.h"
#include "core/outbox/queue.h"
#include "core/smtp/session.h"
#include "core/store/accountstore.h"

#include <QSet>

namespace Outbox {

class AccountBook
{
public:
    AccountBook(Store::Database &database, Base::Clock &clock)
        : m_store(database)
        , m_clock(clock)
    {
    }

    Base::Done refresh();
    /// Null when there is no such account (any more).
    const Accounts::Account *find(Base::AccountId id) const;
    /// It was not changed since.
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
    Smtp::LearnedLimits limitsOf(Base::AccountId id) const { return m_limits.value(id); }
    void learnLimits(Base::AccountId id, const Smtp::LearnedLimits &limits) { m_limits.insert(id, limits); }

    /// An attempt failed by the account's fault: when the next may be made.
    QDateTime backOff(Base::AccountId id);
    /// It works.
    void clearBackOff(Base::AccountId id) { m_backOff.remove(id); }
    /// It was changed, resumed or removed: what was tried and kept is void.
    void forget(Base::AccountId id);

private:
    struct BackOff
    {
        int failures = 0;
        QDateTime until;
    };

    Store::AccountStore m_store;
    Base::Clock &m_clock;
    QHash<Base::AccountId, Accounts::Account> m_known;
    QSet<Base::AccountId> m_paused;
    QHash<Base::AccountId, BackOff> m_backOff;
    QHash<Base::AccountId, Accounts::Secrets> m_secrets;  ///< of this run only
    QHash<Base::AccountId, Smtp::LearnedLimits> m_limits; ///< of this run only
    QSet<Base::AccountId> m_signedIn;                     ///< one connection until then
};

} // namespace Outbox
