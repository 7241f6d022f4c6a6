#include "core/accounts/sealedsecretstore.h"

#include "core/base/atomicfile.h"
#include "core/crypto/sealedvault.h"

#include <QFileInfo>
#include <QPointer>

namespace Accounts {

namespace {

using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::Result;

} // namespace

SealedSecretStore::SealedSecretStore(const QString &vaultPath, PassphraseSource ask, QObject *parent,
                                     const Crypto::VaultFile::Cost &cost)
    : SecretStore(parent)
    , m_path(vaultPath)
    , m_ask(std::move(ask))
    , m_cost(cost)
{
    m_pool.setMaxThreadCount(1);
}

SealedSecretStore::~SealedSecretStore()
{
    m_pool.clear();
    m_pool.waitForDone();
    for (Request &request : m_requests)
        request.secret.fill('\0');
}

void SealedSecretStore::get(const QString &key, Got then)
{
    enqueue({Kind::Get, key, {}, std::move(then)});
}

void SealedSecretStore::set(const QString &key, const QByteArray &secret, Did then)
{
    m_refusal.reset();
    enqueue({Kind::Set, key, QByteArray(secret.constData(), secret.size()),
             [then = std::move(then)](const auto &result) { then(result ? Done() : Done(result.error())); }});
}

void SealedSecretStore::remove(const QString &key, Did then)
{
    enqueue({Kind::Remove, key, {}, [then = std::move(then)](const auto &result) {
                 then(result ? Done() : Done(result.error()));
             }});
}

/// Runs job in the pool and then(its result) in this thread, unless this is gone by then.
template <class Job, class Then>
void SealedSecretStore::inPool(Job job, Then then)
{
    m_pool.start([this, job = std::move(job), then = std::move(then)]() mutable {
        auto result = std::make_shared<decltype(job())>(job());
        QMetaObject::invokeMethod(
            this, [result, then = std::move(then)] { then(*result); }, Qt::QueuedConnection);
    });
}

void SealedSecretStore::enqueue(const Request &request)
{
    m_requests.enqueue(request);
    next();
}

// Always a step in the pool first, so that nothing is answered from inside a call.
void SealedSecretStore::next()
{
    if (m_busy || m_requests.isEmpty())
        return;
    m_busy = true;
    if (m_vault)
        work();
    else
        look();
}

void SealedSecretStore::look()
{
    const auto job = [path = m_path]() -> Result<Found> {
        if (!Crypto::SealedVault::isAvailable())
            return Error{ErrorKind::VaultUnavailable, path, {}};
        const Result<QByteArray> bytes = Base::readAll(path, Crypto::VaultFile::mostOctets);
        if (!bytes && bytes.error().kind == ErrorKind::FileMissing)
            return Found::Nothing;
        if (!bytes && bytes.error().kind == ErrorKind::TooBig)
            return Error{ErrorKind::VaultDamaged, path, QStringLiteral("it is too big for a vault")};
        if (!bytes)
            return bytes.error();
        const Result<Crypto::VaultFile> file = Crypto::VaultFile::parse(*bytes);
        if (!file)
            return Error{file.error().kind, path, file.error().detail};
        return Found::Vault;
    };
    inPool(job, [this](const Result<Found> &found) { onLooked(found); });
}

void SealedSecretStore::onLooked(const Result<Found> &found)
{
    if (!found)
        return answer(found.error());
    const Request &request = m_requests.head();
    const bool isMissing = *found == Found::Nothing;
    if (isMissing && request.kind == Kind::Get)
        return answer(Error{ErrorKind::SecretMissing, request.key, {}});
    if (isMissing && request.kind == Kind::Remove)
        return answer(QByteArray());
    if (m_refusal)
        return answer(Error(*m_refusal));
    ask(isMissing, 1);
}

void SealedSecretStore::ask(bool newVault, int attempt)
{
    const QPointer<SealedSecretStore> self(this);
    const auto isGiven = std::make_shared<bool>(false);
    m_ask(newVault, attempt, [self, isGiven, newVault, attempt](const std::optional<QByteArray> &passphrase) {
        if (!self || std::exchange(*isGiven, true))
            return;
        if (passphrase && !passphrase->isEmpty())
            self->unlock(newVault, attempt, *passphrase);
        else
            self->answerAll({ErrorKind::VaultLocked, self->m_path, {}});
    });
}

void SealedSecretStore::unlock(bool newVault, int attempt, const QByteArray &passphrase)
{
    const auto job = [path = m_path, cost = m_cost, newVault,
                      secret =
                          QByteArray(passphrase.constData(), passphrase.size())]() mutable -> Result<Vault> {
        Result<Crypto::SealedVault> vault = newVault ? Crypto::SealedVault::create(path, secret, cost)
                                                     : Crypto::SealedVault::open(path, secret);
        secret.fill('\0');
        if (!vault)
            return vault.error();
        return std::make_shared<Crypto::SealedVault>(std::move(*vault));
    };
    inPool(job, [this, attempt](const Result<Vault> &vault) { onUnlocked(attempt, vault); });
}

void SealedSecretStore::onUnlocked(int attempt, const Result<Vault> &vault)
{
    if (vault) {
        m_vault = *vault;
        return work();
    }
    if (vault.error().kind != ErrorKind::VaultWrongPassphrase)
        return answer(vault.error());
    if (attempt < mostAttempts)
        return ask(false, attempt + 1);
    answerAll(vault.error());
}

void SealedSecretStore::work()
{
    const Request &request = m_requests.head();
    const auto job = [vault = m_vault, kind = request.kind, key = request.key,
                      secret = request.secret]() -> Result<QByteArray> {
        if (kind == Kind::Get)
            return vault->get(key);
        const Done done = kind == Kind::Set ? vault->set(key, secret) : vault->remove(key);
        return done ? Result<QByteArray>(QByteArray()) : Result<QByteArray>(done.error());
    };
    inPool(job, [this](const Result<QByteArray> &result) {
        // Another program made a new vault in its place: the next request asks for the passphrase of that
        // one.
        if (!result && result.error().kind == ErrorKind::VaultWrongPassphrase)
            m_vault.reset();
        answer(result);
    });
}

void SealedSecretStore::answer(const Result<QByteArray> &result)
{
    Request request = m_requests.dequeue();
    request.secret.fill('\0');
    m_busy = false;
    const QPointer<SealedSecretStore> self(this);
    request.then(result);
    if (self)
        next();
}

/// Nobody who waits already is asked once more; who comes later hears the same until askAgain().
void SealedSecretStore::answerAll(const Error &error)
{
    m_refusal = error;
    QQueue<Request> requests = std::exchange(m_requests, {});
    m_busy = false;
    for (Request &request : requests) {
        request.secret.fill('\0');
        // One by one through the event loop: an answer may lead to a new request, or to the end of this
        // store.
        QMetaObject::invokeMethod(
            this, [then = request.then, error] { then(error); }, Qt::QueuedConnection);
    }
}

} // namespace Accounts
