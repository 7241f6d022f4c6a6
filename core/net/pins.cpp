#include "core/net/pins.h"

#include "core/net/x509.h"

#include <QCryptographicHash>

#include <openssl/crypto.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

namespace Net {

namespace {

using Store = std::unique_ptr<X509_STORE, Releaser<X509_STORE_free>>;
using Context = std::unique_ptr<X509_STORE_CTX, Releaser<X509_STORE_CTX_free>>;

struct StackRelease
{
    void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using Stack = std::unique_ptr<STACK_OF(X509), StackRelease>;

QString pinOf(const X509 *x509)
{
    unsigned char *der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
    if (size <= 0)
        return {};
    const QByteArray key(reinterpret_cast<const char *>(der), size);
    OPENSSL_free(der);
    return QString::fromLatin1(QCryptographicHash::hash(key, QCryptographicHash::Sha256).toBase64());
}

/// The pins of the verified chain, the server's own first; only that one when nothing could be verified.
QStringList pinsOfChain(const QList<QSslCertificate> &sent, const QList<QSslCertificate> &authorities)
{
    const X509Pointer own = sent.isEmpty() ? nullptr : x509Of(sent.first());
    const Store store(X509_STORE_new());
    const Context context(X509_STORE_CTX_new());
    const Stack between(sk_X509_new_null());
    if (!own || !store || !context || !between)
        return {};
    for (const QSslCertificate &authority : authorities) {
        if (const X509Pointer x509 = x509Of(authority))
            X509_STORE_add_cert(store.get(), x509.get()); // counts a reference of its own
    }
    for (const QSslCertificate &certificate : sent.mid(1)) {
        X509Pointer x509 = x509Of(certificate);
        if (x509 && sk_X509_push(between.get(), x509.get()) > 0)
            (void)x509.release();
    }
    QStringList pins{pinOf(own.get())};
    if (X509_STORE_CTX_init(context.get(), store.get(), own.get(), between.get()) == 1 &&
        X509_STORE_CTX_set_default(context.get(), "ssl_server") == 1 &&
        X509_verify_cert(context.get()) == 1) {
        const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context.get());
        for (int i = 1; i < sk_X509_num(chain); ++i)
            pins.append(pinOf(sk_X509_value(chain, i)));
    }
    return pins;
}

} // namespace

QString pinOf(const QSslCertificate &certificate)
{
    const X509Pointer x509 = x509Of(certificate);
    const QString pin = x509 ? pinOf(x509.get()) : QString();
    ERR_clear_error();
    return pin;
}

bool isPinned(const QStringList &pins, const QList<QSslCertificate> &sent,
              const QList<QSslCertificate> &authorities)
{
    if (pins.isEmpty())
        return true;
    const QStringList chain = pinsOfChain(sent, authorities);
    ERR_clear_error();
    return std::any_of(chain.begin(), chain.end(),
                       [&pins](const QString &pin) { return !pin.isEmpty() && pins.contains(pin); });
}

} // namespace Net
