#pragma once

// The desktop's keychain, through QtKeychain: service "Postrider", one entry a secret. Whatever goes wrong
// but "there is none" means that the keychain is not available, since the back ends cannot tell a broken one
// from a missing one; the person is never told to lower its guard, and nothing is ever stored in plain text
// instead. Text stays readable in the desktop's own keychain manager; other octets are kept as "base64:…".

#include "core/accounts/secretstore.h"

namespace QKeychain {
class Job;
}

namespace Accounts {

class KeychainSecretStore : public SecretStore
{
public:
    /// The keychain is one for all homes of a person, account ids are not: `scope`
    /// (Base::Paths::socketName()) keeps two homes apart. Who answers nothing for that long is not available;
    /// a person may have to unlock it meanwhile.
    explicit KeychainSecretStore(const QString &scope, int patienceMs = 120'000, QObject *parent = nullptr);

    void get(const QString &key, Got then) override;
    void set(const QString &key, const QByteArray &secret, Did then) override;
    void remove(const QString &key, Did then) override;

    /// As it stands in the keychain, and back.
    static QString toText(const QByteArray &secret);
    static QByteArray fromText(const QString &text);

private:
    using Finished = std::function<void(QKeychain::Job *)>;
    void run(QKeychain::Job *job, const QString &key, Finished finished, Did failed);

    const QString m_scope;
    const int m_patienceMs;
};

} // namespace Accounts
