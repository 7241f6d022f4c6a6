#pragma once

// A certificate as OpenSSL holds it, for what Qt does not tell: the digest of its signature, the octets of
// its public key, the chain that was really verified. Seen by .cpp files of core/net only.

#include <QSslCertificate>

#include <openssl/err.h>
#include <openssl/x509.h>

#include <memory>

namespace Net {

template <auto release>
struct Releaser
{
    template <class T>
    void operator()(T *thing) const
    {
        release(thing);
    }
};

using X509Pointer = std::unique_ptr<X509, Releaser<X509_free>>;

/// Null when it is none, or OpenSSL cannot read it.
inline X509Pointer x509Of(const QSslCertificate &certificate)
{
    const QByteArray der = certificate.toDer();
    const auto *at = reinterpret_cast<const unsigned char *>(der.constData());
    X509Pointer x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error(); // Qt would find what is left in the queue and take it for its own failure
    return x509;
}

} // namespace Net
