#include "core/practice/practicecertificate.h"

#include "core/base/atomicfile.h"

#include <QDateTime>
#include <QDir>
#include <QLockFile>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace Practice {

namespace {

using Base::Error;
using Base::ErrorKind;
using Base::Result;

template <auto release>
struct Releaser
{
    template <class T>
    void operator()(T *thing) const
    {
        release(thing);
    }
};

using Key = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Releaser<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Releaser<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, Releaser<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Releaser<BN_free>>;

constexpr long day = 24L * 60 * 60;
constexpr qint64 longestFile = 65'536;

QString certificatePath(const QString &folder)
{
    return QDir(folder).filePath(QStringLiteral("certificate.pem"));
}
QString keyPath(const QString &folder)
{
    return QDir(folder).filePath(QStringLiteral("key.pem"));
}

Error opensslError(const char *what)
{
    char words[256] = "";
    ERR_error_string_n(ERR_get_error(), words, sizeof words);
    ERR_clear_error();
    return {ErrorKind::Internal, QString::fromLatin1(what), QString::fromLatin1(words)};
}

bool extend(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool setSerial(X509 *certificate)
{
    const Number number(BN_new());
    // 127 random bits: positive, and never two alike (RFC 5280 §4.1.2.2)
    return number && BN_rand(number.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

Certificate makeCertificate(EVP_PKEY *key)
{
    Certificate certificate(X509_new());
    if (!certificate)
        return nullptr;
    X509 *x509 = certificate.get();
    X509_NAME *subject = X509_get_subject_name(x509);
    const auto *name = reinterpret_cast<const unsigned char *>("localhost");
    const bool made = X509_set_version(x509, X509_VERSION_3) == 1 &&
                      setSerial(x509)
                      // A day back: a clock that was a little ahead when this was made does no harm.
                      && X509_gmtime_adj(X509_getm_notBefore(x509), -day) != nullptr &&
                      X509_gmtime_adj(X509_getm_notAfter(x509), 3650 * day) != nullptr &&
                      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, -1, -1, 0) == 1 &&
                      X509_set_issuer_name(x509, subject) == 1 && X509_set_pubkey(x509, key) == 1 &&
                      extend(x509, NID_basic_constraints, "critical,CA:FALSE") &&
                      extend(x509, NID_key_usage, "critical,digitalSignature") &&
                      extend(x509, NID_ext_key_usage, "serverAuth") &&
                      extend(x509, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
                      extend(x509, NID_subject_key_identifier, "hash") &&
                      X509_sign(x509, key, EVP_sha256()) > 0;
    return made ? std::move(certificate) : nullptr;
}

QByteArray bytesOf(BIO *memory)
{
    char *data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    return size > 0 ? QByteArray(data, size) : QByteArray();
}

Base::Done make(const QString &folder)
{
    const Key key(EVP_EC_gen("P-256"));
    if (!key)
        return opensslError("key");
    const Certificate certificate = makeCertificate(key.get());
    if (!certificate)
        return opensslError("certificate");
    const Memory certificatePem(BIO_new(BIO_s_mem()));
    const Memory keyPem(BIO_new(BIO_s_secmem()));
    if (!certificatePem || !keyPem || PEM_write_bio_X509(certificatePem.get(), certificate.get()) != 1 ||
        PEM_write_bio_PrivateKey(keyPem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return opensslError("pem");
    if (Base::Done done = Base::writeAtomically(keyPath(folder), bytesOf(keyPem.get())); !done)
        return done;
    return Base::writeAtomically(certificatePath(folder), bytesOf(certificatePem.get()));
}

/// The two files belong together; a crash between writing the one and the other leaves a pair that does not.
bool belongTogether(const QByteArray &certificatePem, const QByteArray &keyPem)
{
    const Memory certificateBio(
        BIO_new_mem_buf(certificatePem.constData(), static_cast<int>(certificatePem.size())));
    const Memory keyBio(BIO_new_mem_buf(keyPem.constData(), static_cast<int>(keyPem.size())));
    if (!certificateBio || !keyBio)
        return false;
    const Certificate certificate(PEM_read_bio_X509(certificateBio.get(), nullptr, nullptr, nullptr));
    const auto noPassphrase = [](char *, int, int, void *) { return -1; }; // never asks on the terminal
    const Key key(PEM_read_bio_PrivateKey(keyBio.get(), nullptr, noPassphrase, nullptr));
    const bool match = certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1 &&
                       X509_verify(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    return match;
}

} // namespace

QString PracticeCertificate::fileIn(const QString &folder)
{
    return certificatePath(folder);
}

Result<PracticeCertificate> PracticeCertificate::ensure(const QString &folder)
{
    if (!QFileInfo(folder).isDir()) {
        if (!QDir().mkpath(folder))
            return Error{ErrorKind::FileUnwritable, folder, QStringLiteral("the folder cannot be made")};
        QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    // Two programs on one home may start at once; the second one finds what the first one made.
    QLockFile lock(QDir(folder).filePath(QStringLiteral("certificate.lock")));
    lock.tryLock(5000);
    if (Result<PracticeCertificate> kept = load(folder))
        return kept;
    if (const Base::Done done = make(folder); !done)
        return done.error();
    return load(folder);
}

Result<PracticeCertificate> PracticeCertificate::load(const QString &folder)
{
    const Result<QByteArray> certificatePem = Base::readAll(certificatePath(folder), longestFile);
    if (!certificatePem)
        return certificatePem.error();
    const Result<QByteArray> keyPem = Base::readAll(keyPath(folder), longestFile);
    if (!keyPem)
        return keyPem.error();
    PracticeCertificate made;
    made.m_certificate = QSslCertificate(*certificatePem, QSsl::Pem);
    made.m_key = QSslKey(*keyPem, QSsl::Ec, QSsl::Pem, QSsl::PrivateKey);
    made.m_certificateFile = certificatePath(folder);
    if (made.m_certificate.isNull() || made.m_key.isNull() || !belongTogether(*certificatePem, *keyPem))
        return Error{ErrorKind::Internal, made.m_certificateFile,
                     QStringLiteral("certificate or key is damaged")};
    const QDateTime now = QDateTime::currentDateTimeUtc();
    if (made.m_certificate.effectiveDate() > now || made.m_certificate.expiryDate() < now.addDays(1))
        return Error{ErrorKind::Internal, made.m_certificateFile,
                     QStringLiteral("the certificate is not valid now")};
    return made;
}

} // namespace Practice
