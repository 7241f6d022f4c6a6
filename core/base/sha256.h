#pragma once

// SHA-256 (FIPS 180-4) of what comes in pieces. By OpenSSL, which uses what the processor has for it: ten
// times the speed of Qt's, and attachments are large.

#include <QByteArray>

#include <memory>

struct evp_md_ctx_st;

namespace Base {

class Sha256
{
public:
    Sha256();

    void add(const QByteArray &octets);
    /// In hexadecimal digits. Nothing can be added any more. Empty when OpenSSL refused, for want of memory.
    QByteArray hex();

private:
    struct Free
    {
        void operator()(evp_md_ctx_st *context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> m_context;
    bool m_ok;
};

} // namespace Base
