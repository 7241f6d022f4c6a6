#include "core/net/channelbinding.h"

#include "core/net/x509.h"

#include <openssl/evp.h>
#include <openssl/objects.h>

#include <array>

namespace Net {

QByteArray endPointBinding(const QSslCertificate &certificate)
{
    if (certificate.isNull())
        return {};
    const X509Pointer x509 = x509Of(certificate);
    int digest = NID_undef;
    // Knows RSASSA-PSS too, whose digest stands in the parameters and not in the algorithm's name.
    const bool known = x509 && X509_get_signature_info(x509.get(), &digest, nullptr, nullptr, nullptr) == 1;
    ERR_clear_error();
    if (!known || digest == NID_undef)
        return {};
    if (digest == NID_md5 || digest == NID_sha1 || digest == NID_md5_sha1)
        digest = NID_sha256;
    const EVP_MD *function = EVP_get_digestbynid(digest);
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned int size = 0;
    if (!function || X509_digest(x509.get(), function, hash.data(), &size) != 1) {
        ERR_clear_error();
        return {};
    }
    return {reinterpret_cast<const char *>(hash.data()), static_cast<qsizetype>(size)};
}

} // namespace Net
