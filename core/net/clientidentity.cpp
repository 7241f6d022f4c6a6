#include "core/net/clientidentity.h"

#include "core/base/atomicfile.h"
#include "core/net/x509.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

namespace Net {

namespace {

using Base::Error;
using Base::ErrorKind;

constexpr qint64 fileLimit = 1 << 20;

using Key = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, Releaser<BIO_free_all>>;

Error bad(const QString &file, const char *why)
{
    return {ErrorKind::BadAccount, file, QString::fromLatin1(why)};
}

/// "ENCRYPTED PRIVATE KEY" (PKCS #8), or a header field of the older form (RFC 1421 §4.6.1.1).
bool isEncrypted(const QByteArray &pem)
{
    return pem.contains("BEGIN ENCRYPTED PRIVATE KEY") || pem.contains("Proc-Type: 4,ENCRYPTED");
}

QSslKey keyIn(const QByteArray &pem)
{
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Rsa, QSsl::Ec}) {
        if (QSslKey key(pem, algorithm); !key.isNull())
            return key;
    }
    return {};
}

bool belongTogether(const QSslCertificate &certificate, const QByteArray &keyPem)
{
    const X509Pointer x509 = x509Of(certificate);
    const Memory bio(BIO_new_mem_buf(keyPem.constData(), static_cast<int>(keyPem.size())));
    const auto noPassphrase = [](char *, int, int, void *) { return -1; }; // never asks on the terminal
    const Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassphrase, nullptr) : nullptr);
    const bool match = x509 && key && X509_check_private_key(x509.get(), key.get()) == 1;
    ERR_clear_error();
    return match;
}

} // namespace

Base::Result<ClientIdentity> readIdentity(const ClientCertificate &files)
{
    const Base::Result<QByteArray> certificatePem = Base::readAll(files.certificateFile, fileLimit);
    if (!certificatePem)
        return certificatePem.error();
    Base::Result<QByteArray> keyPem = Base::readAll(files.keyFile, fileLimit);
    if (!keyPem)
        return keyPem.error();
    ClientIdentity identity;
    identity.chain = QSslCertificate::fromData(*certificatePem, QSsl::Pem);
    if (identity.chain.isEmpty())
        return bad(files.certificateFile, "the file holds no certificate in PEM form");
    if (isEncrypted(*keyPem))
        return bad(files.keyFile, "the key is protected by a passphrase, which is not supported yet");
    identity.key = keyIn(*keyPem);
    const bool match = !identity.key.isNull() && belongTogether(identity.chain.first(), *keyPem);
    keyPem->fill('\0');
    if (identity.key.isNull())
        return bad(files.keyFile, "the file holds no RSA or EC key in PEM form");
    if (!match)
        return bad(files.keyFile, "the key does not belong to the certificate");
    return identity;
}

} // namespace Net
