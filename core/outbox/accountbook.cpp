#include "core/outbox/accountbook.h"

#include "core/base/log.h"
#include "core/delivery/retrypolicy.h"
#include "core/smtp/sasl.h"

namespace Outbox {

using Accounts::Account;
using Base::AccountId;

Base::Done AccountBook::refresh()
{
    const Base::Result<QList<Account>> accounts = m_store.all();
    if (!accounts)
        return accounts.error();
    m_known.clear();
    m_paused.clear();
    for (const Account &account : *accounts) {
        m_known.insert(account.id, account);
        const Base::Result<Delivery::Reason> pause = m_store.pauseOf(account.id);
        if (pause && !pause->isNull())
            m_paused.insert(account.id);
    }
    return {};
}

const Account *AccountBook::find(AccountId id) const
{
    const auto found = m_known.constFind(id);
    return found == m_known.constEnd() ? nullptr : &*found;
}

bool AccountBook::isCurrent(const Account &account) const
{
    const Account *known = find(account.id);
    return known && *known == account;
}

QHash<AccountId, AccountCondition> AccountBook::conditions() const
{
    QHash<AccountId, AccountCondition> conditions;
    for (const Account &account : m_known) {
        // A password that may be wrong is tried once, not once a connection: servers count.
        const bool proved = !account.needsSecret() || m_signedIn.contains(account.id);
        conditions.insert(account.id, {0, proved ? account.maxConnections : 1, m_paused.contains(account.id),
                                       m_backOff.value(account.id).until});
    }
    return conditions;
}

std::optional<Accounts::Secrets> AccountBook::secretsOf(const Account &account) const
{
    if (!account.needsSecret())
        return Accounts::Secrets();
    const auto kept = m_secrets.constFind(account.id);
    return kept == m_secrets.constEnd() ? std::nullopt : std::optional(*kept);
}

void AccountBook::keepSecrets(const Account &account, const Accounts::Secrets &secrets)
{
    if (!account.usesToken())
        m_secrets.insert(account.id, secrets);
}

bool AccountBook::setSignedIn(AccountId id)
{
    const qsizetype before = m_signedIn.size();
    m_signedIn.insert(id);
    return m_signedIn.size() > before;
}

bool AccountBook::learnMechanism(const Account &account, const QString &mechanism)
{
    if (Smtp::strengthOf(mechanism) <= Smtp::strengthOf(account.strongestSeen))
        return false;
    if (const Base::Done done = m_store.setStrongestSeen(account, mechanism); !done) {
        Base::Log::warning(QStringLiteral("How account \"%1\" signs in cannot be remembered: %2")
                               .arg(account.name, done.error().detail));
        return false;
    }
    if (const auto known = m_known.find(account.id); known != m_known.end())
        known->strongestSeen = mechanism; // it is the same account still
    return true;
}

bool AccountBook::learnOffers(const Account &account, const QStringList &offers)
{
    if (offers == account.offers || !m_store.setOffers(account, offers))
        return false;
    if (const auto known = m_known.find(account.id); known != m_known.end())
        known->offers = offers; // it is the same account still
    return true;
}

QDateTime AccountBook::backOff(AccountId id)
{
    BackOff &backOff = m_backOff[id];
    backOff.until = m_clock.now().addMSecs(Delivery::delayAfter(++backOff.failures));
    m_secrets.remove(id);
    m_signedIn.remove(id);
    return backOff.until;
}

void AccountBook::forget(AccountId id)
{
    m_backOff.remove(id);
    m_secrets.remove(id);
    m_signedIn.remove(id);
    m_limits.remove(id);
}

} // namespace Outbox
