#include "core/outbox/accountbook.h"

#include "core/base/log.h"
#include "core/smtp/sasl.h"

#include <algorithm>
#include <utility>

namespace Outbox {

using Accounts::Account;
using Base::AccountId;

namespace {
quint64 seedOf(AccountId id)
{
    return Delivery::jitterSeed(QByteArray::number(id.value));
}
} // namespace

Base::Done AccountBook::refresh()
{
    const Base::Result<QList<Account>> accounts = m_store.all();
    if (!accounts)
        return accounts.error();
    const Base::Result<Delivery::RetrySchedule> schedule = m_settings.schedule();
    if (!schedule)
        return schedule.error();
    m_schedule = *schedule;
    m_known.clear();
    m_paused.clear();
    m_held.clear();
    for (const Account &account : *accounts) {
        m_known.insert(account.id, account);
        if (!m_usage.contains(account.id))
            load(account.id);
        const Base::Result<Delivery::Reason> pause = m_store.pauseOf(account.id);
        if (pause && !pause->isNull())
            m_paused.insert(account.id);
        if (pause && pause->error && pause->error->kind == Base::ErrorKind::OnHold)
            m_held.insert(account.id);
    }
    return {};
}

const Account *AccountBook::find(AccountId id) const
{
    const auto found = m_known.constFind(id);
    return found == m_known.constEnd() ? nullptr : &*found;
}

/// What earlier runs have left on record about it. What cannot be read is as good as not there.
void AccountBook::load(AccountId id)
{
    const QDateTime now = m_clock.now();
    const Base::Result<Accounts::Usage> usage = m_usages.of(id, now.addMSecs(-longestWindow));
    m_usage.insert(id, usage ? usage->settled(now) : Accounts::Usage());
    const Base::Result<Accounts::Learned> learned = m_store.learnedOf(id);
    m_learned.insert(id, learned ? *learned : Accounts::Learned());
    Base::Result<Store::BackOff> backOff = m_store.backOffOf(id);
    if (!backOff || backOff->failures == 0)
        return;
    backOff->until = Delivery::soundDue(m_schedule, backOff->until, backOff->failures, seedOf(id), now);
    m_backOff.insert(id, *backOff);
}

Base::Done AccountBook::reload()
{
    if (const Base::Done done = m_usages.tidy(m_clock.now()); !done)
        return done;
    m_usage.clear();
    return refresh();
}

bool AccountBook::isCurrent(const Account &account) const
{
    const Account *known = find(account.id);
    return known && *known == account && !m_paused.contains(account.id);
}

QHash<AccountId, AccountCondition> AccountBook::conditions() const
{
    QHash<AccountId, AccountCondition> conditions;
    const QDateTime now = m_clock.now();
    for (const Account &account : m_known) {
        // A password that may be wrong is tried once, not once a connection: servers count.
        const bool proved = !account.needsSecret() || m_signedIn.contains(account.id);
        conditions.insert(account.id, {0,
                                       proved ? account.maxConnections : 1,
                                       m_paused.contains(account.id),
                                       m_backOff.value(account.id).until,
                                       Accounts::tightened(account.limits, learnedOf(account.id), now.date()),
                                       m_usage.value(account.id),
                                       {}});
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

bool AccountBook::hasLimits(const Account &account) const
{
    return m_backOff.contains(account.id) ||
           !Accounts::tightened(account.limits, learnedOf(account.id), m_clock.now().date()).isNull();
}

Smtp::LearnedLimits AccountBook::limitsOf(const Account &account) const
{
    const Accounts::Learned learned = learnedOf(account.id);
    const QDate today = m_clock.now().date();
    const int set = account.limits.recipientsPerMessage;
    const int seen = learned.recipientsAt(today);
    return {set > 0 && seen > 0 ? std::min(set, seen) : std::max(set, seen), learned.lettersAt(today)};
}

void AccountBook::learnLimits(const Account &account, const Smtp::LearnedLimits &limits)
{
    const Smtp::LearnedLimits known = limitsOf(account);
    Accounts::Learned &learned = m_learned[account.id];
    const QDate today = m_clock.now().date();
    // A connection that began before the lesson knows no better.
    const auto isFewer = [](int seen, int before) { return seen > 0 && (before == 0 || seen < before); };
    const bool fewerRecipients = isFewer(limits.recipients, known.recipients);
    const bool fewerLetters = isFewer(limits.letters, known.letters);
    if (fewerRecipients)
        learned.recipients = {limits.recipients, today};
    if (fewerLetters)
        learned.letters = {limits.letters, today};
    if (!fewerRecipients && !fewerLetters)
        return;
    keepLearned(account, learned);
}

bool AccountBook::isToBlame(const Account &account, const Delivery::Outcome &outcome)
{
    const LimitNamed named = limitNamedBy(outcome);
    if (named == LimitNamed::None)
        return outcome.scope == Delivery::Scope::Account && !outcome.isSuccess();
    Accounts::Learned &learned = m_learned[account.id];
    const Accounts::Learned lesson = taught(learned, named, m_usage.value(account.id), m_clock.now());
    if (lesson != std::exchange(learned, lesson))
        keepLearned(account, lesson);
    return true;
}

void AccountBook::keepLearned(const Account &account, const Accounts::Learned &learned)
{
    if (const Base::Done done = m_store.setLearned(account, learned); !done)
        Base::Log::warning(QStringLiteral("What account \"%1\" has learned cannot be remembered: %2")
                               .arg(account.name, done.error().detail));
}

Store::BackOff AccountBook::backOff(AccountId id)
{
    Store::BackOff &backOff = m_backOff[id];
    if (!backOff.until.isValid() || backOff.until <= m_clock.now()) {
        ++backOff.failures;
        backOff.until =
            m_clock.now().addMSecs(Delivery::delayAfter(m_schedule, backOff.failures, seedOf(id)));
    }
    m_secrets.remove(id);
    m_signedIn.remove(id);
    return backOff;
}

std::optional<Store::BackOff> AccountBook::clearBackOff(AccountId id)
{
    return m_backOff.remove(id) ? std::optional(Store::BackOff()) : std::nullopt;
}

QList<AccountBook::StandIn> AccountBook::standIns() const
{
    constexpr int inVain = 3; // failures in a row: the first minutes are nothing to speak of
    QList<StandIn> all;
    for (const Account &account : m_known) {
        const bool isAway = m_backOff.value(account.id).failures >= inVain;
        const bool waits = m_paused.contains(account.id) && !m_held.contains(account.id);
        const Account *other = find(account.fallback);
        if (other && other->id != account.id && (isAway || waits) && !m_paused.contains(other->id) &&
            !m_backOff.contains(other->id))
            all.append({account.id, *other});
    }
    return all;
}

QList<AccountId> AccountBook::liftBackOffs()
{
    const QList<AccountId> lifted = m_backOff.keys();
    for (const AccountId id : lifted)
        (void)m_store.setBackOff(id, {}); // else it ends by itself
    m_backOff.clear();
    return lifted;
}

Accounts::Tally AccountBook::count(const Account &account, const Delivery::Outcome &outcome)
{
    const Accounts::Tally tally = counted(outcome, account.limits);
    Accounts::Usage &usage = m_usage[account.id];
    usage.add(m_clock.now(), tally);
    usage.forgetBefore(m_clock.now().addMSecs(-longestWindow));
    return tally;
}

void AccountBook::forget(AccountId id)
{
    if (m_backOff.remove(id))
        (void)m_store.setBackOff(id, {}); // else it ends by itself
    m_secrets.remove(id);
    m_signedIn.remove(id);
    m_usage.remove(id); // and with it what is on record is read anew
    m_learned.remove(id);
}

} // namespace Outbox
