#pragma once

// The sealed vault's file, byte for byte. All numbers are big-endian.
//
//   offset   size  what
//        0      8  magic: "PRVAULT" and NUL
//        8      2  version: 1
//       10      1  key derivation: 1 = scrypt (RFC 7914)
//       11      1  log2 of scrypt's N; 17 when made here, 14 to 20 when read
//       12      1  scrypt's r; 8 when made here, 1 to 8 when read
//       13      1  scrypt's p; 1 when made here, 1 to 4 when read
//       14      2  zero
//       16     32  salt, random, made with the vault
//       48     16  key check: tells a wrong passphrase from a damaged file
//       64     12  nonce, random, fresh at each write
//       76      4  n: octets of the sealed entries, at most 1 MiB
//       80      n  the entries, sealed by AES-256-GCM
//     80+n     16  GCM's tag
//     96+n     32  SHA-256 of all that is before it: finds accidents without the passphrase; it is no
//     protection
//
//   master = scrypt(passphrase, salt, N, r, p), 32 octets
//   check  = HKDF-SHA256(master, salt, "postrider vault check"), 16 octets
//   key    = HKDF-SHA256(master, salt, "postrider vault key" and the 80 octets of the header), 32 octets
//
// QCA's Cipher has no room for associated data (2.3.10); with the header in the key's derivation a changed
// header opens nothing, just as it would there. And since the nonce is in the header, each write has a key of
// its own.
//
// The entries are, one after the other: 4 octets length, name in UTF-8, 4 octets length, secret. No text
// format: a parser of one leaves copies of secrets in memory that nobody wipes.
//
// This class knows the shape only. Limits are checked before anything is derived, so that a planted file can
// neither exhaust the memory nor keep the processor busy for long.

#include "core/base/result.h"

#include <QByteArray>

namespace Crypto {

struct VaultFile
{
    /// What scrypt costs: 128 · 2^logN · r octets of memory, p times over.
    struct Cost
    {
        int logN = 17;
        int r = 8;
        int p = 1;

        friend bool operator==(const Cost &, const Cost &) = default;
    };

    static constexpr qsizetype headerSize = 80;
    static constexpr qsizetype saltSize = 32;
    static constexpr qsizetype checkSize = 16;
    static constexpr qsizetype nonceSize = 12;
    static constexpr qsizetype tagSize = 16;
    static constexpr qsizetype keySize = 32;
    static constexpr qsizetype mostSealed = 1'048'576;
    static constexpr qsizetype mostOctets = headerSize + mostSealed + tagSize + 32;

    Cost cost;
    QByteArray salt;
    QByteArray check;
    QByteArray nonce;
    QByteArray sealed;
    QByteArray tag;

    /// VaultDamaged with the reason in `detail`; a version newer than ours is one.
    static Base::Result<VaultFile> parse(const QByteArray &bytes);
    /// The first 80 octets, for `length` octets of sealed entries.
    QByteArray header(qsizetype length) const;
    QByteArray toBytes() const;
};

} // namespace Crypto
