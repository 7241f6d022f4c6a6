#include "core/crypto/vaultfile.h"

#include <QCryptographicHash>
#include <QtEndian>

namespace Crypto {

namespace {

const QByteArray magic("PRVAULT\0", 8);
constexpr quint16 ourVersion = 1;
constexpr quint8 scrypt = 1;
constexpr qsizetype digestSize = 32;

Base::Error damaged(const QString &why)
{
    return {Base::ErrorKind::VaultDamaged, {}, why};
}

QByteArray digest(QByteArrayView bytes)
{
    return QCryptographicHash::hash(bytes.toByteArray(), QCryptographicHash::Sha256);
}

template <class Number>
void append(QByteArray &bytes, Number number)
{
    char buffer[sizeof(Number)];
    qToBigEndian(number, buffer);
    bytes.append(buffer, sizeof buffer);
}

template <class Number>
Number read(const QByteArray &bytes, qsizetype offset)
{
    return qFromBigEndian<Number>(bytes.constData() + offset);
}

} // namespace

Base::Result<VaultFile> VaultFile::parse(const QByteArray &bytes)
{
    if (!bytes.startsWith(magic))
        return damaged(QStringLiteral("it is not a vault"));
    if (bytes.size() < headerSize + tagSize + digestSize)
        return damaged(QStringLiteral("it is cut short"));
    // Asked before the digest: a newer version may have another layout.
    const auto version = read<quint16>(bytes, 8);
    if (version > ourVersion)
        return damaged(QStringLiteral("it was written by a newer version (format %1)").arg(version));
    const qsizetype body = bytes.size() - digestSize;
    if (digest(QByteArrayView(bytes).first(body)) != bytes.mid(body))
        return damaged(QStringLiteral("it is cut short or was changed"));
    if (version != ourVersion || read<quint8>(bytes, 10) != scrypt || read<quint16>(bytes, 14) != 0)
        return damaged(QStringLiteral("its header makes no sense"));

    VaultFile file;
    file.cost = {read<quint8>(bytes, 11), read<quint8>(bytes, 12), read<quint8>(bytes, 13)};
    const bool affordable = file.cost.logN >= 14 && file.cost.logN <= 20 && file.cost.r >= 1 &&
                            file.cost.r <= 8 && file.cost.p >= 1 && file.cost.p <= 4;
    if (!affordable)
        return damaged(QStringLiteral("its key derivation is out of bounds"));
    const auto length = static_cast<qsizetype>(read<quint32>(bytes, 76));
    if (length > mostSealed || headerSize + length + tagSize != body)
        return damaged(QStringLiteral("its length is wrong"));
    file.salt = bytes.mid(16, saltSize);
    file.check = bytes.mid(48, checkSize);
    file.nonce = bytes.mid(64, nonceSize);
    file.sealed = bytes.mid(headerSize, length);
    file.tag = bytes.mid(headerSize + length, tagSize);
    return file;
}

QByteArray VaultFile::header(qsizetype length) const
{
    QByteArray bytes = magic;
    append(bytes, ourVersion);
    append(bytes, scrypt);
    append(bytes, static_cast<quint8>(cost.logN));
    append(bytes, static_cast<quint8>(cost.r));
    append(bytes, static_cast<quint8>(cost.p));
    append(bytes, quint16(0));
    bytes += salt + check + nonce;
    append(bytes, static_cast<quint32>(length));
    return bytes;
}

QByteArray VaultFile::toBytes() const
{
    const QByteArray bytes = header(sealed.size()) + sealed + tag;
    return bytes + digest(bytes);
}

} // namespace Crypto
