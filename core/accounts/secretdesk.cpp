#include "core/accounts/secretdesk.h"

#include "core/accounts/commandsecret.h"

#include <QPointer>

namespace Accounts {

namespace {

using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::Result;

// A command may ask a person: a password manager's window, a touch of a token.
constexpr int commandPatienceMs = 60'000;

/// What concerns the account is told under its name; a store knows a key only.
SecretStore::Got underName(const Account &account, SecretStore::Got then)
{
    return [name = account.name, then = std::move(then)](const Result<QByteArray> &result) {
        if (result || (result.error().kind != ErrorKind::SecretMissing &&
                       result.error().kind != ErrorKind::CommandFailed))
            return then(result);
        then(Error{result.error().kind, name, result.error().detail});
    };
}

} // namespace

SecretDesk::SecretDesk(std::unique_ptr<SecretStore> keychain, std::unique_ptr<SecretStore> vault,
                       PasswordSource ask, QObject *parent)
    : QObject(parent)
    , m_keychain(std::move(keychain))
    , m_vault(std::move(vault))
    , m_ask(std::move(ask))
{
}

void SecretDesk::later(std::function<void()> what)
{
    QMetaObject::invokeMethod(this, std::move(what), Qt::QueuedConnection);
}

void SecretDesk::fetch(const Account &account, Got then, SecretOf which)
{
    const QString key = secretKey(account, which);
    switch (account.placeOf(which)) {
    case SecretPlace::None:
        return later([then = std::move(then), name = account.name] {
            then(Error{ErrorKind::SecretMissing, name, {}});
        });
    case SecretPlace::Keychain:
        return m_keychain->get(key, underName(account, std::move(then)));
    case SecretPlace::Vault:
        return m_vault->get(key, underName(account, std::move(then)));
    case SecretPlace::Command:
        return runSecretCommand(account.secretCommand, commandPatienceMs, this,
                                underName(account, std::move(then)));
    case SecretPlace::Session:
        return m_session.get(key,
                             [this, account, which, then = std::move(then)](const Result<QByteArray> &kept) {
                                 if (kept)
                                     then(kept);
                                 else
                                     ask(account, which, then);
                             });
    }
}

void SecretDesk::fetchAll(const Account &account, const std::optional<QByteArray> &signIn, GotAll then,
                          const std::optional<QByteArray> &proxy)
{
    const QPointer<SecretDesk> self(this);
    const auto withSignIn = [self, account, then = std::move(then), proxy](const Result<QByteArray> &known) {
        if (!known)
            return then(known.error());
        if (!self)
            return;
        if (!account.needs(SecretOf::Proxy))
            return then(Secrets{*known, {}});
        if (proxy)
            return then(Secrets{*known, *proxy});
        self->fetch(
            account,
            [then, password = *known](const Result<QByteArray> &kept) {
                if (kept)
                    return then(Secrets{password, *kept});
                Error error = kept.error();
                error.detail = error.detail.isEmpty()
                                   ? QStringLiteral("the proxy's password")
                                   : QStringLiteral("the proxy's password: ") + error.detail;
                then(error);
            },
            SecretOf::Proxy);
    };
    if (signIn || !account.needs(SecretOf::SignIn))
        return later([withSignIn, known = signIn.value_or(QByteArray())] { withSignIn(known); });
    fetch(account, withSignIn);
}

void SecretDesk::ask(const Account &account, SecretOf which, Got then)
{
    const QString key = secretKey(account, which);
    if (m_session.contains(key)) // given to another one who asked, a moment ago
        return m_session.get(key, std::move(then));
    if (m_notGiven.contains(key))
        return then(Error{ErrorKind::SecretMissing, account.name, QStringLiteral("no password was given")});
    QList<Got> &waiting = m_asking[key];
    waiting.append(std::move(then));
    if (waiting.size() > 1)
        return; // the question is on its way
    const QPointer<SecretDesk> self(this);
    const auto isGiven = std::make_shared<bool>(false);
    m_ask(account, which, [self, isGiven, account, which](const std::optional<QByteArray> &password) {
        if (self && !std::exchange(*isGiven, true))
            self->onPassword(account, which, password);
    });
}

void SecretDesk::onPassword(const Account &account, SecretOf which, const std::optional<QByteArray> &password)
{
    const QString key = secretKey(account, which);
    const bool isGiven = password && !password->isEmpty();
    if (isGiven)
        m_session.set(key, *password, [](const Done &) {});
    else
        m_notGiven.insert(key);
    const Error missing{ErrorKind::SecretMissing, account.name, QStringLiteral("no password was given")};
    for (const Got &then : m_asking.take(key))
        later([then, result = isGiven ? Result<QByteArray>(*password) : Result<QByteArray>(missing)] {
            then(result);
        });
}

void SecretDesk::keep(const Account &account, const QByteArray &secret, Kept then, SecretOf which)
{
    if (m_preferred == SecretPlace::Session)
        return keepInSession(account, which, secret, std::move(then));
    if (m_preferred == SecretPlace::Vault)
        return keepInVault(account, which, secret, std::move(then));
    const QPointer<SecretDesk> self(this);
    m_keychain->set(secretKey(account, which), secret,
                    [self, account, which, secret, then = std::move(then)](const Done &done) {
                        if (!self)
                            return;
                        if (done)
                            self->settle(account, which, SecretPlace::Keychain, then);
                        else
                            self->keepInVault(account, which, secret, then);
                    });
}

void SecretDesk::keepInVault(const Account &account, SecretOf which, const QByteArray &secret, Kept then)
{
    const QPointer<SecretDesk> self(this);
    m_vault->set(secretKey(account, which), secret,
                 [self, account, which, then = std::move(then)](const Done &done) {
                     if (!self)
                         return;
                     if (done)
                         self->settle(account, which, SecretPlace::Vault, then);
                     else
                         then(done.error());
                 });
}

void SecretDesk::keepInSession(const Account &account, SecretOf which, const QByteArray &secret, Kept then)
{
    m_session.set(secretKey(account, which), secret,
                  [this, account, which, then = std::move(then)](const Done &) {
                      settle(account, which, SecretPlace::Session, then);
                  });
}

/// The secret lies in a new place: what lay in the old one is out of date.
void SecretDesk::settle(const Account &account, SecretOf which, SecretPlace place, const Kept &then)
{
    const QString key = secretKey(account, which);
    m_notGiven.remove(key);
    if (place != SecretPlace::Session)
        m_session.remove(key, [](const Done &) {});
    // Best effort. From the vault only when that takes no question: its entry is sealed and does no harm.
    if (account.placeOf(which) == SecretPlace::Keychain && place != SecretPlace::Keychain)
        m_keychain->remove(key, [](const Done &) {});
    then(place);
}

void SecretDesk::forget(const Account &account, Did then)
{
    const QPointer<SecretDesk> self(this);
    forgetOne(account, SecretOf::SignIn, [self, account, then = std::move(then)](const Done &first) {
        if (!self)
            return then(first);
        self->forgetOne(account, SecretOf::Proxy,
                        [then, first](const Done &second) { then(first ? second : first); });
    });
}

void SecretDesk::forgetOne(const Account &account, SecretOf which, Did then)
{
    const QString key = secretKey(account, which);
    const SecretPlace place = account.placeOf(which);
    m_notGiven.remove(key);
    if (place == SecretPlace::Keychain || place == SecretPlace::Vault) {
        m_session.remove(key, [](const Done &) {});
        SecretStore &store = place == SecretPlace::Keychain ? *m_keychain : *m_vault;
        return store.remove(key, std::move(then));
    }
    m_session.remove(key, std::move(then));
}

} // namespace Accounts
