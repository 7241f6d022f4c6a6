#include "core/crypto/scryptprovider.h"

#ifdef POSTRIDER_WITH_QCA

#include "core/crypto/scrypt.h"

#include <qcaprovider.h>

#include <openssl/evp.h>

namespace Crypto {

namespace {

class ScryptContext : public QCA::KDFContext
{
public:
    explicit ScryptContext(QCA::Provider *provider)
        : QCA::KDFContext(provider, QStringLiteral("scrypt"))
    {
    }

    Context *clone() const override { return new ScryptContext(provider()); }

    QCA::SymmetricKey makeKey(const QCA::SecureArray &secret, const QCA::InitializationVector &salt,
                              unsigned int keyLength, unsigned int packedCost) override
    {
        const Scrypt::Cost cost = Scrypt::unpack(packedCost);
        const quint64 n = quint64(1) << cost.logN;
        // Twice what the algorithm needs, and some: OpenSSL compares its own reckoning with this.
        const quint64 mostMemory = 256ULL * quint64(cost.r) * (n + quint64(cost.p)) + 1'048'576;
        QCA::SecureArray key(static_cast<int>(keyLength));
        const int made = EVP_PBE_scrypt(
            secret.constData(), static_cast<size_t>(secret.size()),
            reinterpret_cast<const unsigned char *>(salt.constData()), static_cast<size_t>(salt.size()), n,
            static_cast<quint64>(cost.r), static_cast<quint64>(cost.p), mostMemory,
            reinterpret_cast<unsigned char *>(key.data()), static_cast<size_t>(key.size()));
        return made == 1 ? QCA::SymmetricKey(key) : QCA::SymmetricKey();
    }

    QCA::SymmetricKey makeKey(const QCA::SecureArray &, const QCA::InitializationVector &, unsigned int, int,
                              unsigned int *) override
    {
        return {}; // "as long as takes so many milliseconds" suits no file that is read on another machine
    }
};

} // namespace

int ScryptProvider::qcaVersion() const
{
    return QCA_VERSION;
}

QString ScryptProvider::name() const
{
    return QStringLiteral("postrider-openssl");
}

QStringList ScryptProvider::features() const
{
    return {QStringLiteral("scrypt")};
}

QCA::Provider::Context *ScryptProvider::createContext(const QString &type)
{
    return type == QLatin1String("scrypt") ? new ScryptContext(this) : nullptr;
}

} // namespace Crypto

#endif
