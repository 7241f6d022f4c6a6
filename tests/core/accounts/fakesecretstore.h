#pragma once

// A secret store for tests: memory, or the error it is told to give. Counts what it was asked.

#include "core/accounts/secretstore.h"

#include <QMap>

#include <optional>

class FakeSecretStore : public Accounts::SecretStore
{
public:
    void get(const QString &key, Got then) override
    {
        ++gets;
        Base::Result<QByteArray> result = Base::Error{Base::ErrorKind::SecretMissing, key, {}};
        if (failure)
            result = *failure;
        else if (secrets.contains(key))
            result = secrets.value(key);
        QMetaObject::invokeMethod(
            this, [then, result] { then(result); }, Qt::QueuedConnection);
    }

    void set(const QString &key, const QByteArray &secret, Did then) override
    {
        ++sets;
        if (!failure)
            secrets.insert(key, secret);
        answer(then);
    }

    void remove(const QString &key, Did then) override
    {
        if (!failure)
            secrets.remove(key);
        answer(then);
    }

    QMap<QString, QByteArray> secrets;
    std::optional<Base::Error> failure;
    int gets = 0;
    int sets = 0;

private:
    void answer(const Did &then)
    {
        QMetaObject::invokeMethod(
            this, [then, done = failure ? Base::Done(*failure) : Base::Done()] { then(done); },
            Qt::QueuedConnection);
    }
};
