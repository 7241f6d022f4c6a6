#pragma once

// What people change about accounts, in the books: settings, pauses, holds, what was learned. It tells that
// something changed; who looks at the queue again is another's business. In the mail thread.

#include "core/base/clock.h"
#include "core/outbox/events.h"
#include "core/store/accountstore.h"
#include "core/store/decisions.h"
#include "core/store/settingstore.h"

#include <QObject>

namespace Outbox {

class AccountClerk : public QObject
{
    Q_OBJECT

public:
    AccountClerk(Store::Database &database, Base::Clock &clock)
        : m_store(database)
        , m_settings(database)
        , m_decisions(database)
        , m_clock(clock)
    {
    }

    /// The default one for an invalid id. NoAccount when there is none at all, UnknownAccount.
    Base::Result<Accounts::Account> find(Base::AccountId id) const;
    /// NotMaildir when a folder for copies is chosen that is none.
    Base::Result<Accounts::Account> save(const Accounts::Account &account);
    /// The account as it was; what waits for it is held.
    Base::Result<Accounts::Account> remove(Base::AccountId id);
    Base::Done setDefault(Base::AccountId id);
    /// Lifts a pause and the back-off, and makes due what waits for it.
    Base::Done resume(Base::AccountId id);
    Base::Done liftPause(Base::AccountId id);
    Base::Done hold(Base::AccountId id, bool held);
    Base::Done holdEverything(bool held);
    Base::Done liftBackOff(Base::AccountId id);
    Base::Done acceptWeakerSignIn(Base::AccountId id);
    Base::Done forgetLearned(Base::AccountId id);

Q_SIGNALS:
    void changed();
    void saved();
    void messagesHeld();
    /// What was tried through it, and is kept of it, is void; invalid: look at the queue.
    void lookWanted(Base::AccountId id);

private:
    Base::Result<Accounts::Account> named(Base::AccountId id) const;
    Base::Done checkFolder(const Accounts::Account &account) const;

    Store::AccountStore m_store;
    Store::SettingStore m_settings;
    Store::Decisions m_decisions;
    Base::Clock &m_clock;
};

} // namespace Outbox
