#pragma once

// scrypt (RFC 7914) as a QCA key derivation function. QCA hands one number to a derivation; N, r and p travel
// in it.

#ifdef POSTRIDER_WITH_QCA

#include "core/crypto/vaultfile.h"

#include <QtCrypto>

namespace Crypto {

class Scrypt : public QCA::KeyDerivationFunction
{
public:
    using Cost = VaultFile::Cost; ///< logN 1–31, r 1–255, p 1–65535

    explicit Scrypt(const QString &provider = {})
        : QCA::KeyDerivationFunction(QStringLiteral("scrypt"), provider)
    {
    }

    /// Empty when the memory does not suffice. Takes about 0.8 s at the default cost.
    QCA::SymmetricKey derive(const QCA::SecureArray &secret, const QCA::InitializationVector &salt,
                             int keyLength, const Cost &cost)
    {
        return makeKey(secret, salt, static_cast<unsigned>(keyLength), pack(cost));
    }

    static unsigned pack(const Cost &cost)
    {
        return static_cast<unsigned>(cost.logN) | static_cast<unsigned>(cost.r) << 8 |
               static_cast<unsigned>(cost.p) << 16;
    }
    static Cost unpack(unsigned packed)
    {
        return {static_cast<int>(packed & 0x1f), static_cast<int>(packed >> 8 & 0xff),
                static_cast<int>(packed >> 16)};
    }
};

} // namespace Crypto

#endif
