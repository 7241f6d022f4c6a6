#include "core/smtp/pbkdf2.h"

#include <openssl/evp.h>

namespace Smtp {

Base::Result<QByteArray> pbkdf2(QCryptographicHash::Algorithm algorithm, const QByteArray &password,
                                const QByteArray &salt, int iterations)
{
    const EVP_MD *digest = algorithm == QCryptographicHash::Sha256 ? EVP_sha256() : EVP_sha1();
    QByteArray key(QCryptographicHash::hashLength(algorithm), '\0');
    const int done = PKCS5_PBKDF2_HMAC(
        password.constData(), static_cast<int>(password.size()),
        reinterpret_cast<const unsigned char *>(salt.constData()), static_cast<int>(salt.size()), iterations,
        digest, static_cast<int>(key.size()), reinterpret_cast<unsigned char *>(key.data()));
    if (done != 1)
        return Base::Error{Base::ErrorKind::Internal, {}, QStringLiteral("OpenSSL refuses PBKDF2")};
    return key;
}

} // namespace Smtp
