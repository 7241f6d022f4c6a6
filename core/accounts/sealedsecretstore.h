#pragma once

// Secrets in the home's sealed vault. The passphrase is asked for once a run, when a secret is needed, and no
// question is asked that cannot help: not for a secret that no vault holds, not for a damaged file. What is
// slow (scrypt, the disk) happens in a thread of its own, one thing after the other; the callers' requests
// wait in a queue, and all answers come in the thread this lives in.

#include "core/accounts/secretstore.h"
#include "core/crypto/vaultfile.h"

#include <QQueue>
#include <QThreadPool>

#include <memory>
#include <optional>

namespace Crypto {
class SealedVault;
}

namespace Accounts {

class SealedSecretStore : public SecretStore
{
public:
    using PassphraseGiven = std::function<void(std::optional<QByteArray>)>;
    /// Asks whoever knows it. newVault: it will be the passphrase of a vault to be made, so ask twice.
    /// attempt counts from 1; above it, the one before was wrong. To be answered once, at once or later;
    /// nothing: not given.
    using PassphraseSource = std::function<void(bool newVault, int attempt, PassphraseGiven given)>;

    static constexpr int mostAttempts = 3;

    SealedSecretStore(const QString &vaultPath, PassphraseSource ask, QObject *parent = nullptr,
                      const Crypto::VaultFile::Cost &cost = {});
    /// Waits for what is under way; its answers are not given any more.
    ~SealedSecretStore() override;

    /// VaultLocked when no passphrase was given, VaultWrongPassphrase after the third one, and from then on
    /// without asking; also what SealedVault::open() says.
    void get(const QString &key, Got then) override;
    /// Makes the vault if there is none. Asks again though it was refused before: someone wants to keep
    /// something.
    void set(const QString &key, const QByteArray &secret, Did then) override;
    void remove(const QString &key, Did then) override;

    /// Lets the next request ask again though the passphrase was refused.
    void askAgain() { m_refusal.reset(); }
    bool isOpen() const { return m_vault != nullptr; }

private:
    enum class Kind { Get, Set, Remove };
    struct Request
    {
        Kind kind;
        QString key;
        QByteArray secret;
        Got then;
    };
    using Vault = std::shared_ptr<Crypto::SealedVault>;
    enum class Found { Vault, Nothing };

    void enqueue(const Request &request);
    void next();
    void look();
    void onLooked(const Base::Result<Found> &found);
    void ask(bool newVault, int attempt);
    void unlock(bool newVault, int attempt, const QByteArray &passphrase);
    void onUnlocked(int attempt, const Base::Result<Vault> &vault);
    void work();
    void answer(const Base::Result<QByteArray> &result);
    void answerAll(const Base::Error &error);

    template <class Job, class Then>
    void inPool(Job job, Then then);

    const QString m_path;
    const PassphraseSource m_ask;
    const Crypto::VaultFile::Cost m_cost;
    QThreadPool m_pool; ///< one thread: the vault is never used by two
    Vault m_vault;      ///< null until it is unlocked
    QQueue<Request> m_requests;
    bool m_busy = false;
    std::optional<Base::Error> m_refusal;
};

} // namespace Accounts
