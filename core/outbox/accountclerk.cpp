#include "core/outbox/accountclerk.h"

#include "core/store/maildir.h"

namespace Outbox {

using Base::AccountId;
using Base::Done;
using Base::Error;
using Base::ErrorKind;

Base::Result<Accounts::Account> AccountClerk::find(AccountId id) const
{
    const Base::Result<QList<Accounts::Account>> all = m_store.all();
    if (!all)
        return all.error();
    if (all->isEmpty())
        return Error{ErrorKind::NoAccount, {}, {}};
    if (!id.isValid())
        return all->first();
    for (const Accounts::Account &account : *all) {
        if (account.id == id)
            return account;
    }
    return Error{ErrorKind::UnknownAccount, id.toString(), {}};
}

/// No default stands in for it.
Base::Result<Accounts::Account> AccountClerk::named(AccountId id) const
{
    return id.isValid() ? find(id)
                        : Base::Result<Accounts::Account>(Error{ErrorKind::UnknownAccount, {}, {}});
}

Base::Result<Accounts::Account> AccountClerk::save(const Accounts::Account &account)
{
    if (const Done done = checkFolder(account); !done)
        return done.error();
    const Base::Result<Accounts::Account> saved = m_store.save(account);
    if (!saved)
        return saved;
    // A changed account deserves another try.
    if (const Done done = resume(saved->id); !done)
        return done.error();
    Q_EMIT this->saved();
    return saved;
}

/// Where it is chosen: one that is away later is no reason to refuse another change.
Done AccountClerk::checkFolder(const Accounts::Account &account) const
{
    if (account.sentFolder.isEmpty())
        return {};
    const Base::Result<Accounts::Account> before =
        account.id.isValid() ? find(account.id) : Base::Result<Accounts::Account>(Accounts::Account());
    if (before && before->sentFolder == account.sentFolder)
        return {};
    return Store::Maildir(account.sentFolder).check();
}

Base::Result<Accounts::Account> AccountClerk::remove(AccountId id)
{
    const Base::Result<Accounts::Account> account = named(id);
    if (!account)
        return account;
    if (const Done done = m_decisions.holdAllOf(id, m_clock.now()); !done)
        return done.error();
    if (const Done done = m_store.remove(id); !done)
        return done.error();
    Q_EMIT changed();
    Q_EMIT messagesHeld();
    Q_EMIT lookWanted(id);
    return account;
}

Done AccountClerk::setDefault(AccountId id)
{
    const Done done = m_store.setDefault(id);
    if (done)
        Q_EMIT changed();
    return done;
}

Done AccountClerk::resume(AccountId id)
{
    if (const Done done = m_store.setPause(id, {}); !done)
        return done;
    if (const Done done = m_decisions.makeDue(id, m_clock.now()); !done)
        return done;
    Q_EMIT changed();
    return liftBackOff(id);
}

Done AccountClerk::liftPause(AccountId id)
{
    const Done done = m_store.setPause(id, {});
    if (done)
        Q_EMIT changed();
    return done;
}

Done AccountClerk::hold(AccountId id, bool held)
{
    if (const Done done = m_store.setHeld(id, held); !done)
        return done;
    Q_EMIT changed();
    Q_EMIT lookWanted({});
    return {};
}

Done AccountClerk::holdEverything(bool held)
{
    if (const Done done = m_settings.setEverythingHeld(held); !done)
        return done;
    Q_EMIT changed();
    Q_EMIT lookWanted({});
    return {};
}

Done AccountClerk::liftBackOff(AccountId id)
{
    if (const Done done = m_store.setBackOff(id, {}); !done)
        return done;
    Q_EMIT lookWanted(id);
    return {};
}

Done AccountClerk::acceptWeakerSignIn(AccountId id)
{
    const Base::Result<Accounts::Account> account = named(id);
    if (!account)
        return account.error();
    if (const Done done = m_store.setStrongestSeen(*account, {}); !done)
        return done;
    return resume(id);
}

Done AccountClerk::forgetLearned(AccountId id)
{
    const Base::Result<Accounts::Account> account = named(id);
    if (!account)
        return account.error();
    if (const Done done = m_store.setLearned(*account, {}); !done)
        return done;
    Q_EMIT changed();
    Q_EMIT lookWanted(id);
    return {};
}

} // namespace Outbox
