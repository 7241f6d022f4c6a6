#pragma once

// Secrets in one sealed file, for where there is no keychain: opened by a passphrase, written whole or not at
// all. It promises that the file never shows a secret, that a changed file gives an error and never a wrong
// secret, and that two programs with the same vault open do not undo each other's changes: every call looks
// at the file first. The format is described in vaultfile.h. Who asks for the passphrase, and when, is left
// to core/accounts.
//
// A Crypto::Runtime must exist. Built without QCA, create() and open() answer VaultUnavailable.

#include "core/base/result.h"
#include "core/crypto/vaultfile.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <memory>

namespace Crypto {

class SealedVault
{
public:
    static bool isAvailable();

    /// Makes a new, empty vault. Slow (about 0.8 s and 128 MB of memory for a moment): for a thread of the
    /// pool. FileUnwritable when there is a file already, DiskFull; VaultLocked when the passphrase is empty.
    static Base::Result<SealedVault> create(const QString &path, const QByteArray &passphrase,
                                            const VaultFile::Cost &cost = {});
    /// As slow. FileMissing, FileUnreadable, VaultDamaged, VaultWrongPassphrase.
    static Base::Result<SealedVault> open(const QString &path, const QByteArray &passphrase);

    SealedVault(SealedVault &&) noexcept;
    SealedVault &operator=(SealedVault &&) noexcept;
    ~SealedVault();

    /// SecretMissing when there is none of that name; what open() says when the file was changed to something
    /// else.
    Base::Result<QByteArray> get(const QString &name);
    Base::Result<QStringList> names();
    /// The file is rewritten before this returns, or is as it was. FileUnwritable, DiskFull, TooBig.
    Base::Done set(const QString &name, const QByteArray &secret);
    /// Succeeds also when there was none.
    Base::Done remove(const QString &name);

private:
    class Impl;
    explicit SealedVault(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> m_impl;
};

} // namespace Crypto
