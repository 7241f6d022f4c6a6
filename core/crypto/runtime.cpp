#include "core/crypto/runtime.h"

#ifdef POSTRIDER_WITH_QCA
#include "core/crypto/scryptprovider.h"

#include <QtCrypto>

#include <openssl/provider.h>
#endif

namespace Crypto {

#ifdef POSTRIDER_WITH_QCA

struct Runtime::Parts
{
    QCA::Initializer initializer;
};

Runtime::Runtime()
{
    // Before QCA starts: once Qt's TLS or QCA has loaded a provider by name, OpenSSL 3 does not load the
    // default one by itself any more, and key agreement fails (KDE bug 482819). It stays for the life of the
    // process.
    OSSL_PROVIDER_load(nullptr, "default");
    m_parts = std::make_unique<Parts>();
    auto *provider = new ScryptProvider;
    // QCA keeps what it took; what it did not take is still ours.
    if (!QCA::insertProvider(provider))
        delete provider;
} // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): see above

#else

struct Runtime::Parts
{
};

Runtime::Runtime() = default;

#endif

Runtime::~Runtime() = default;

} // namespace Crypto
