#include "core/accounts/sessionsecretstore.h"

#include <QMetaObject>

namespace Accounts {

SessionSecretStore::~SessionSecretStore()
{
    for (QByteArray &secret : m_secrets)
        secret.fill('\0');
}

void SessionSecretStore::get(const QString &key, Got then)
{
    const auto found = m_secrets.constFind(key);
    Base::Result<QByteArray> result = Base::Error{Base::ErrorKind::SecretMissing, key, {}};
    if (found != m_secrets.constEnd())
        result = *found;
    QMetaObject::invokeMethod(
        this, [result = std::move(result), then = std::move(then)] { then(result); }, Qt::QueuedConnection);
}

void SessionSecretStore::set(const QString &key, const QByteArray &secret, Did then)
{
    wipe(key);
    // A copy of its own: wiping must reach what is kept here and nobody else's.
    m_secrets.insert(key, QByteArray(secret.constData(), secret.size()));
    QMetaObject::invokeMethod(
        this, [then = std::move(then)] { then({}); }, Qt::QueuedConnection);
}

void SessionSecretStore::remove(const QString &key, Did then)
{
    wipe(key);
    QMetaObject::invokeMethod(
        this, [then = std::move(then)] { then({}); }, Qt::QueuedConnection);
}

void SessionSecretStore::wipe(const QString &key)
{
    const auto found = m_secrets.find(key);
    if (found == m_secrets.end())
        return;
    found->fill('\0');
    m_secrets.erase(found);
}

} // namespace Accounts
