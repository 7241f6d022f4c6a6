#pragma once

// A place that keeps secrets: the keychain, the sealed vault, memory. Answers come later and in the thread of
// the caller, never from inside the call. Lives in the front thread (the window's, or the command's).

#include "core/base/result.h"

#include <QByteArray>
#include <QObject>
#include <QString>

#include <functional>

namespace Accounts {

class SecretStore : public QObject
{
public:
    using QObject::QObject;

    using Got = std::function<void(Base::Result<QByteArray>)>;
    using Did = std::function<void(Base::Done)>;

    /// SecretMissing when there is none under that key; KeychainUnavailable, VaultLocked, … when it cannot be
    /// said.
    virtual void get(const QString &key, Got then) = 0;
    virtual void set(const QString &key, const QByteArray &secret, Did then) = 0;
    /// Succeeds also when there was none.
    virtual void remove(const QString &key, Did then) = 0;
};

} // namespace Accounts
