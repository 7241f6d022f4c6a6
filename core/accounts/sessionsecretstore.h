#pragma once

// Secrets for this run only, in memory, wiped when they are forgotten. Nothing here can fail.

#include "core/accounts/secretstore.h"

#include <QHash>

namespace Accounts {

class SessionSecretStore : public SecretStore
{
public:
    using SecretStore::SecretStore;
    ~SessionSecretStore() override;

    void get(const QString &key, Got then) override;
    void set(const QString &key, const QByteArray &secret, Did then) override;
    void remove(const QString &key, Did then) override;

    bool contains(const QString &key) const { return m_secrets.contains(key); }

private:
    void wipe(const QString &key);

    QHash<QString, QByteArray> m_secrets;
};

} // namespace Accounts
