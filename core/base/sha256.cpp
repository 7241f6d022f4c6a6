#include "core/base/sha256.h"

#include <openssl/evp.h>

namespace Base {

Sha256::Sha256()
    : m_context(EVP_MD_CTX_new())
    , m_ok(m_context && EVP_DigestInit_ex(m_context.get(), EVP_sha256(), nullptr) == 1)
{
}

void Sha256::Free::operator()(evp_md_ctx_st *context) const
{
    EVP_MD_CTX_free(context);
}

void Sha256::add(const QByteArray &octets)
{
    m_ok = m_ok && EVP_DigestUpdate(m_context.get(), octets.constData(),
                                    static_cast<std::size_t>(octets.size())) == 1;
}

QByteArray Sha256::hex()
{
    QByteArray digest(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    m_ok = m_ok &&
           EVP_DigestFinal_ex(m_context.get(), reinterpret_cast<unsigned char *>(digest.data()), &size) == 1;
    return m_ok ? digest.first(size).toHex() : QByteArray();
}

} // namespace Base
