#include "core/accounts/keychainsecretstore.h"

#include <QPointer>
#include <QTimer>

#include <algorithm>
#include <memory>

#include <qt6keychain/keychain.h>

namespace Accounts {

namespace {

using Base::Error;
using Base::ErrorKind;

const QString service = QStringLiteral("Postrider");
const QString encoded = QStringLiteral("base64:");

Error problem(const QKeychain::Job &job, const QString &key)
{
    if (job.error() == QKeychain::EntryNotFound)
        return {ErrorKind::SecretMissing, key, {}};
    return {ErrorKind::KeychainUnavailable, {}, job.errorString().left(500)};
}

} // namespace

KeychainSecretStore::KeychainSecretStore(const QString &scope, int patienceMs, QObject *parent)
    : SecretStore(parent)
    , m_scope(scope)
    , m_patienceMs(patienceMs)
{
}

QString KeychainSecretStore::toText(const QByteArray &secret)
{
    QString text = QString::fromUtf8(secret);
    const bool isPlain = text.toUtf8() == secret && !text.startsWith(encoded) &&
                         std::none_of(text.cbegin(), text.cend(),
                                      [](QChar c) { return c.category() == QChar::Other_Control; });
    return isPlain ? text : encoded + QString::fromLatin1(secret.toBase64());
}

QByteArray KeychainSecretStore::fromText(const QString &text)
{
    if (text.startsWith(encoded))
        return QByteArray::fromBase64(text.mid(encoded.size()).toLatin1());
    return text.toUtf8();
}

/// Exactly one of the two is called, later: QtKeychain starts a job from the event loop.
void KeychainSecretStore::run(QKeychain::Job *job, const QString &key, Finished finished, Did failed)
{
    const auto isAnswered = std::make_shared<bool>(false);
    job->setKey(m_scope + QLatin1Char('/') + key);
    job->setInsecureFallback(false);
    connect(job, &QKeychain::Job::finished, this,
            [isAnswered, finished = std::move(finished)](QKeychain::Job *done) {
                if (!std::exchange(*isAnswered, true))
                    finished(done);
            });
    // The job deletes itself when it is done, and the timer, which may hold a secret, goes with it.
    const QPointer<KeychainSecretStore> self(this);
    QTimer::singleShot(m_patienceMs, job, [self, isAnswered, failed = std::move(failed)] {
        if (self && !std::exchange(*isAnswered, true))
            failed(Error{ErrorKind::KeychainUnavailable, {}, QStringLiteral("the keychain does not answer")});
    });
    job->start();
}

void KeychainSecretStore::get(const QString &key, Got then)
{
    auto *job = new QKeychain::ReadPasswordJob(service); // deletes itself
    run(
        job, key,
        [job, key, then](QKeychain::Job *) {
            if (job->error() != QKeychain::NoError)
                return then(problem(*job, key));
            then(fromText(job->textData()));
        },
        [then](const Base::Done &failed) { then(failed.error()); });
}

void KeychainSecretStore::set(const QString &key, const QByteArray &secret, Did then)
{
    auto *job = new QKeychain::WritePasswordJob(service);
    job->setTextData(toText(secret));
    run(
        job, key,
        [key, then](QKeychain::Job *done) {
            if (done->error() != QKeychain::NoError)
                return then(Error{ErrorKind::KeychainUnavailable, {}, done->errorString().left(500)});
            then({});
        },
        then);
}

void KeychainSecretStore::remove(const QString &key, Did then)
{
    auto *job = new QKeychain::DeletePasswordJob(service);
    run(
        job, key,
        [key, then](QKeychain::Job *done) {
            if (done->error() != QKeychain::NoError && done->error() != QKeychain::EntryNotFound)
                return then(problem(*done, key));
            then({});
        },
        then);
}

} // namespace Accounts
