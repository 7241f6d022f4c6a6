#include "core/crypto/sealedvault.h"

#ifdef POSTRIDER_WITH_QCA

#include "core/base/atomicfile.h"
#include "core/crypto/scrypt.h"

#include <QFileInfo>
#include <QLockFile>
#include <QMap>
#include <QtEndian>

#include <functional>
#include <optional>

namespace Crypto {

namespace {

using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::Result;

using Entries = QMap<QString, QCA::SecureArray>;

constexpr int lockPatienceMs = 10'000;

QCA::SymmetricKey expand(const QCA::SymmetricKey &master, const QByteArray &salt, const QByteArray &info,
                         int size)
{
    return QCA::HKDF(QStringLiteral("sha256"))
        .makeKey(master, QCA::InitializationVector(salt), QCA::InitializationVector(info),
                 static_cast<unsigned>(size));
}

QByteArray checkOf(const QCA::SymmetricKey &master, const QByteArray &salt)
{
    return expand(master, salt, "postrider vault check", VaultFile::checkSize).toByteArray();
}

QCA::Cipher cipher(QCA::Direction direction, const VaultFile &file, qsizetype length,
                   const QCA::SymmetricKey &master)
{
    const QByteArray info = "postrider vault key" + file.header(length);
    const QCA::AuthTag tag =
        direction == QCA::Decode ? QCA::AuthTag(file.tag) : QCA::AuthTag(int(VaultFile::tagSize));
    return QCA::Cipher(QStringLiteral("aes256"), QCA::Cipher::GCM, QCA::Cipher::NoPadding, direction,
                       expand(master, file.salt, info, VaultFile::keySize),
                       QCA::InitializationVector(file.nonce), tag);
}

void appendCounted(QCA::SecureArray &packed, const char *data, int size)
{
    char length[4];
    qToBigEndian(static_cast<quint32>(size), length);
    const int at = packed.size();
    packed.resize(at + 4 + size);
    std::copy_n(length, 4, packed.data() + at);
    std::copy_n(data, size, packed.data() + at + 4);
}

QCA::SecureArray pack(const Entries &entries)
{
    QCA::SecureArray packed;
    for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
        const QByteArray name = entry.key().toUtf8();
        appendCounted(packed, name.constData(), static_cast<int>(name.size()));
        appendCounted(packed, entry->constData(), entry->size());
    }
    return packed;
}

std::optional<QCA::SecureArray> takeCounted(const QCA::SecureArray &packed, int &at)
{
    if (packed.size() - at < 4)
        return std::nullopt;
    const auto size = qFromBigEndian<quint32>(packed.constData() + at);
    at += 4;
    if (size > static_cast<quint32>(packed.size() - at))
        return std::nullopt;
    QCA::SecureArray taken(static_cast<int>(size));
    std::copy_n(packed.constData() + at, size, taken.data());
    at += static_cast<int>(size);
    return taken;
}

std::optional<Entries> unpack(const QCA::SecureArray &packed)
{
    Entries entries;
    for (int at = 0; at < packed.size();) {
        const std::optional<QCA::SecureArray> name = takeCounted(packed, at);
        if (!name)
            return std::nullopt;
        const std::optional<QCA::SecureArray> secret = takeCounted(packed, at);
        if (!secret)
            return std::nullopt;
        entries.insert(QString::fromUtf8(name->constData(), name->size()), *secret);
    }
    return entries;
}

} // namespace

class SealedVault::Impl
{
public:
    explicit Impl(const QString &path)
        : m_path(path)
    {
    }

    Done create(const QByteArray &passphrase, const VaultFile::Cost &cost);
    Done open(const QByteArray &passphrase);
    /// Takes up what another program wrote.
    Done refresh();
    Done write(const Entries &entries);
    /// Rewrites the file, unless apply says that it changed nothing.
    Done change(const std::function<bool(Entries &)> &apply);
    const Entries &entries() const { return m_entries; }

private:
    Error error(ErrorKind kind, const QString &detail) const { return {kind, m_path, detail}; }
    bool derive(const QByteArray &passphrase);
    Result<VaultFile> read(QByteArray &bytes) const;
    Done unseal(const VaultFile &file);

    const QString m_path;
    VaultFile m_file; ///< cost, salt and check of the vault; the rest changes with each write
    QCA::SymmetricKey m_master;
    Entries m_entries;
    QByteArray m_bytes; ///< the file as last seen or written: sealed, so no secret
};

bool SealedVault::Impl::derive(const QByteArray &passphrase)
{
    m_master = Scrypt().derive(QCA::SecureArray(passphrase), QCA::InitializationVector(m_file.salt),
                               VaultFile::keySize, m_file.cost);
    return !m_master.isEmpty();
}

Done SealedVault::Impl::create(const QByteArray &passphrase, const VaultFile::Cost &cost)
{
    if (passphrase.isEmpty())
        return error(ErrorKind::VaultLocked, QStringLiteral("a vault needs a passphrase"));
    m_file.cost = cost;
    m_file.salt = QCA::Random::randomArray(VaultFile::saltSize).toByteArray();
    if (!derive(passphrase))
        return error(ErrorKind::Internal, QStringLiteral("the key could not be derived"));
    m_file.check = checkOf(m_master, m_file.salt);
    QLockFile lock(m_path + QStringLiteral(".lock"));
    lock.tryLock(lockPatienceMs);
    if (QFileInfo::exists(m_path))
        return error(ErrorKind::FileUnwritable, QStringLiteral("there is a vault already"));
    return write({});
}

Done SealedVault::Impl::open(const QByteArray &passphrase)
{
    QByteArray bytes;
    const Result<VaultFile> file = read(bytes);
    if (!file)
        return file.error();
    if (passphrase.isEmpty())
        return error(ErrorKind::VaultLocked, QStringLiteral("a vault needs a passphrase"));
    m_file = *file;
    if (!derive(passphrase))
        return error(ErrorKind::Internal, QStringLiteral("the key could not be derived"));
    if (checkOf(m_master, m_file.salt) != m_file.check)
        return error(ErrorKind::VaultWrongPassphrase, {});
    m_bytes = bytes;
    return unseal(*file);
}

Result<VaultFile> SealedVault::Impl::read(QByteArray &bytes) const
{
    const Result<QByteArray> all = Base::readAll(m_path, VaultFile::mostOctets);
    if (!all && all.error().kind == ErrorKind::TooBig)
        return error(ErrorKind::VaultDamaged, QStringLiteral("it is too big for a vault"));
    if (!all)
        return all.error();
    bytes = *all;
    Result<VaultFile> file = VaultFile::parse(bytes);
    if (!file)
        return error(file.error().kind, file.error().detail);
    return file;
}

Done SealedVault::Impl::unseal(const VaultFile &file)
{
    QCA::Cipher opener = cipher(QCA::Decode, file, file.sealed.size(), m_master);
    const QCA::SecureArray packed(opener.process(QCA::MemoryRegion(file.sealed)));
    // The passphrase is right, so what does not fit was changed, by accident or by someone.
    if (!opener.ok() || packed.size() != file.sealed.size())
        return error(ErrorKind::VaultDamaged, QStringLiteral("it was changed"));
    std::optional<Entries> entries = unpack(packed);
    if (!entries)
        return error(ErrorKind::VaultDamaged, QStringLiteral("its entries make no sense"));
    m_entries = std::move(*entries);
    return {};
}

Done SealedVault::Impl::refresh()
{
    QByteArray bytes;
    const Result<VaultFile> file = read(bytes);
    if (!file && file.error().kind == ErrorKind::FileMissing) { // thrown away: so are the secrets
        m_entries.clear();
        m_bytes.clear();
        return {};
    }
    if (!file)
        return file.error();
    if (bytes == m_bytes)
        return {};
    if (file->salt != m_file.salt || file->cost != m_file.cost || file->check != m_file.check)
        return error(ErrorKind::VaultWrongPassphrase,
                     QStringLiteral("another program made a new vault in its place"));
    if (const Done done = unseal(*file); !done)
        return done.error();
    m_bytes = bytes;
    return {};
}

Done SealedVault::Impl::write(const Entries &entries)
{
    const QCA::SecureArray packed = pack(entries);
    if (packed.size() > VaultFile::mostSealed)
        return error(ErrorKind::TooBig, QStringLiteral("a vault holds 1 MiB"));
    VaultFile file = m_file;
    file.nonce = QCA::Random::randomArray(VaultFile::nonceSize).toByteArray();
    QCA::Cipher sealer = cipher(QCA::Encode, file, packed.size(), m_master);
    file.sealed = sealer.process(packed).toByteArray();
    file.tag = sealer.tag().toByteArray();
    if (!sealer.ok() || file.sealed.size() != packed.size() || file.tag.size() != VaultFile::tagSize)
        return error(ErrorKind::Internal, QStringLiteral("the entries could not be sealed"));
    const QByteArray bytes = file.toBytes();
    if (const Done done = Base::writeAtomically(m_path, bytes); !done)
        return done.error();
    m_entries = entries;
    m_bytes = bytes;
    return {};
}

Done SealedVault::Impl::change(const std::function<bool(Entries &)> &apply)
{
    QLockFile lock(m_path + QStringLiteral(".lock"));
    if (!lock.tryLock(lockPatienceMs) && lock.error() == QLockFile::LockFailedError)
        return error(ErrorKind::FileUnwritable, QStringLiteral("another program holds it"));
    if (const Done done = refresh(); !done)
        return done.error();
    Entries changed = m_entries;
    if (!apply(changed))
        return {};
    return write(changed);
}

bool SealedVault::isAvailable()
{
    return QCA::isSupported("scrypt,hkdf(sha256),aes256-gcm");
}

Result<SealedVault> SealedVault::create(const QString &path, const QByteArray &passphrase,
                                        const VaultFile::Cost &cost)
{
    if (!isAvailable())
        return Error{ErrorKind::VaultUnavailable, path, QStringLiteral("QCA's OpenSSL plugin was not found")};
    auto impl = std::make_unique<Impl>(path);
    if (const Done done = impl->create(passphrase, cost); !done)
        return done.error();
    return SealedVault(std::move(impl));
}

Result<SealedVault> SealedVault::open(const QString &path, const QByteArray &passphrase)
{
    if (!isAvailable())
        return Error{ErrorKind::VaultUnavailable, path, QStringLiteral("QCA's OpenSSL plugin was not found")};
    auto impl = std::make_unique<Impl>(path);
    if (const Done done = impl->open(passphrase); !done)
        return done.error();
    return SealedVault(std::move(impl));
}

Result<QByteArray> SealedVault::get(const QString &name)
{
    if (const Done done = m_impl->refresh(); !done)
        return done.error();
    const auto found = m_impl->entries().find(name);
    if (found == m_impl->entries().end())
        return Error{ErrorKind::SecretMissing, name, {}};
    return found->toByteArray();
}

Result<QStringList> SealedVault::names()
{
    if (const Done done = m_impl->refresh(); !done)
        return done.error();
    return QStringList(m_impl->entries().keys());
}

Done SealedVault::set(const QString &name, const QByteArray &secret)
{
    return m_impl->change([&](Entries &entries) {
        entries.insert(name, QCA::SecureArray(secret));
        return true;
    });
}

Done SealedVault::remove(const QString &name)
{
    return m_impl->change([&](Entries &entries) { return entries.remove(name) > 0; });
}

} // namespace Crypto

#else

namespace Crypto {

class SealedVault::Impl
{
};

namespace {

Base::Error unavailable(const QString &subject)
{
    return {Base::ErrorKind::VaultUnavailable, subject, QStringLiteral("built without QCA")};
}

} // namespace

bool SealedVault::isAvailable()
{
    return false;
}
Base::Result<SealedVault> SealedVault::create(const QString &path, const QByteArray &,
                                              const VaultFile::Cost &)
{
    return unavailable(path);
}
Base::Result<SealedVault> SealedVault::open(const QString &path, const QByteArray &)
{
    return unavailable(path);
}
Base::Result<QByteArray> SealedVault::get(const QString &name)
{
    return unavailable(name);
}
Base::Result<QStringList> SealedVault::names()
{
    return unavailable({});
}
Base::Done SealedVault::set(const QString &name, const QByteArray &)
{
    return unavailable(name);
}
Base::Done SealedVault::remove(const QString &name)
{
    return unavailable(name);
}

} // namespace Crypto

#endif

namespace Crypto {

SealedVault::SealedVault(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}
SealedVault::SealedVault(SealedVault &&) noexcept = default;
SealedVault &SealedVault::operator=(SealedVault &&) noexcept = default;
SealedVault::~SealedVault() = default;

} // namespace Crypto
