#pragma once

// Where the rest of the program goes for an account's secrets: it knows the places, fetches from the one that
// is written in the account, and decides where a new secret is kept: in the keychain; where none answers, in
// the sealed vault; or for this run only, if that is what was chosen. It never moves a secret to a less safe
// place by itself. It lives in the front thread; answers come later, in that thread, never from inside the
// call. It writes nothing into the account: that is the caller's.

#include "core/accounts/account.h"
#include "core/accounts/sessionsecretstore.h"

#include <QHash>
#include <QSet>

#include <memory>
#include <optional>

namespace Accounts {

class SecretDesk : public QObject
{
public:
    using Got = SecretStore::Got;
    using Did = SecretStore::Did;
    using Kept = std::function<void(Base::Result<SecretPlace>)>;
    using PasswordGiven = std::function<void(std::optional<QByteArray>)>;
    /// Asks a person for the password of an account whose secret is kept nowhere. To be answered once, at
    /// once or later; nothing: not given.
    using PasswordSource = std::function<void(const Account &account, SecretOf which, PasswordGiven given)>;
    using GotAll = std::function<void(Base::Result<Secrets>)>;

    SecretDesk(std::unique_ptr<SecretStore> keychain, std::unique_ptr<SecretStore> vault, PasswordSource ask,
               QObject *parent = nullptr);

    /// From account.placeOf(which). SecretMissing with place None, or when none is there or none was given;
    /// KeychainUnavailable, VaultLocked, VaultWrongPassphrase, VaultDamaged, CommandFailed. A password is
    /// asked for once a run, until forget() (it was wrong) or keep().
    void fetch(const Account &account, Got then, SecretOf which = SecretOf::SignIn);
    /// Those the account needs, or the first error. `signIn` and `proxy`, where given, are used instead of
    /// what is kept.
    void fetchAll(const Account &account, const std::optional<QByteArray> &signIn, GotAll then,
                  const std::optional<QByteArray> &proxy = {});
    /// Keeps it in the preferred place, or behind the keychain in the vault, and says where it lies now. The
    /// error is that of the last place tried; then nothing is kept anew.
    void keep(const Account &account, const QByteArray &secret, Kept then, SecretOf which = SecretOf::SignIn);
    /// Takes both from where they lie and from memory; the error is that of the first that could not be. A
    /// command stays a command: it has nothing to forget.
    void forget(const Account &account, Did then);

    /// Keychain (the default: vault where there is none), Vault or Session; anything else is Keychain.
    void setPreferredPlace(SecretPlace place) { m_preferred = place; }
    SecretPlace preferredPlace() const { return m_preferred; }

private:
    void ask(const Account &account, SecretOf which, Got then);
    void onPassword(const Account &account, SecretOf which, const std::optional<QByteArray> &password);
    void keepInVault(const Account &account, SecretOf which, const QByteArray &secret, Kept then);
    void keepInSession(const Account &account, SecretOf which, const QByteArray &secret, Kept then);
    void settle(const Account &account, SecretOf which, SecretPlace place, const Kept &then);
    void forgetOne(const Account &account, SecretOf which, Did then);
    void later(std::function<void()> what);

    const std::unique_ptr<SecretStore> m_keychain;
    const std::unique_ptr<SecretStore> m_vault;
    SessionSecretStore m_session;
    const PasswordSource m_ask;
    SecretPlace m_preferred = SecretPlace::Keychain;
    QHash<QString, QList<Got>> m_asking; ///< who waits for a person's answer, by key
    QSet<QString> m_notGiven;            ///< nobody is asked twice
};

} // namespace Accounts
