// The desk: which place is asked, where a new secret goes, and that nobody is asked twice.

#include "core/accounts/sealedsecretstore.h"
#include "core/accounts/secretdesk.h"
#include "core/crypto/runtime.h"
#include "core/crypto/sealedvault.h"
#include "tests/core/accounts/fakesecretstore.h"

#include <QTemporaryDir>
#include <QTest>

using Accounts::Account;
using Accounts::SecretDesk;
using Accounts::SecretOf;
using Accounts::SecretPlace;
using Base::Error;
using Base::ErrorKind;

class TestSecretDesk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void fetchesFromTheRecordedPlace();
    void runsTheCommand();
    void asksOncePerAccount();
    void asksNobodyTwice();
    void keepsInTheKeychainFirst();
    void keepsInTheVaultWhereThereIsNoKeychain();
    void keepsWithARealVault();
    void keepsWhereItIsTold();
    void aFailureKeepsNothing();
    void forgets();
    void theProxysSecretIsOneOfItsOwn();
    void bothAreFetchedWhereBothAreNeeded();

private:
    Account account(SecretPlace place, qint64 id = 1) const;
    Base::Result<QByteArray> fetch(const Account &account);
    Base::Result<SecretPlace> keep(const Account &account, const QByteArray &secret);
    bool forget(const Account &account);
    Base::Result<Accounts::Secrets> fetchAll(const Account &account,
                                             const std::optional<QByteArray> &signIn = {},
                                             const std::optional<QByteArray> &proxy = {});
    void makeDesk(std::unique_ptr<Accounts::SecretStore> vault = nullptr);

    Crypto::Runtime m_runtime;
    FakeSecretStore *m_keychain = nullptr;
    FakeSecretStore *m_vault = nullptr;
    std::unique_ptr<SecretDesk> m_desk;
    QList<QString> m_asked;
    std::optional<QByteArray> m_password;
};

void TestSecretDesk::init()
{
    m_asked.clear();
    m_password = "typed";
    makeDesk();
}

void TestSecretDesk::makeDesk(std::unique_ptr<Accounts::SecretStore> vault)
{
    auto keychain = std::make_unique<FakeSecretStore>();
    m_keychain = keychain.get();
    m_vault = nullptr;
    if (!vault) {
        auto fake = std::make_unique<FakeSecretStore>();
        m_vault = fake.get();
        vault = std::move(fake);
    }
    m_desk = std::make_unique<SecretDesk>(
        std::move(keychain), std::move(vault),
        [this](const Account &of, SecretOf which, const SecretDesk::PasswordGiven &given) {
            m_asked.append(which == SecretOf::Proxy ? of.name + QStringLiteral(" proxy") : of.name);
            given(m_password);
        });
}

Account TestSecretDesk::account(SecretPlace place, qint64 id) const
{
    Account made;
    made.id = Base::AccountId{id};
    made.name = QStringLiteral("work-%1").arg(id);
    made.user = QStringLiteral("ada");
    made.secretPlace = place;
    return made;
}

Base::Result<QByteArray> TestSecretDesk::fetch(const Account &of)
{
    std::optional<Base::Result<QByteArray>> answer;
    m_desk->fetch(of, [&answer](const Base::Result<QByteArray> &result) { answer = result; });
    if (answer)
        qFatal("answered from inside the call");
    if (!QTest::qWaitFor([&answer] { return answer.has_value(); }))
        return Error{ErrorKind::TimedOut, {}, {}};
    return *answer;
}

Base::Result<SecretPlace> TestSecretDesk::keep(const Account &of, const QByteArray &secret)
{
    std::optional<Base::Result<SecretPlace>> answer;
    m_desk->keep(of, secret, [&answer](const Base::Result<SecretPlace> &result) { answer = result; });
    if (answer)
        qFatal("answered from inside the call");
    if (!QTest::qWaitFor([&answer] { return answer.has_value(); }))
        return Error{ErrorKind::TimedOut, {}, {}};
    return *answer;
}

bool TestSecretDesk::forget(const Account &of)
{
    std::optional<Base::Done> answer;
    m_desk->forget(of, [&answer](const Base::Done &done) { answer = done; });
    if (answer)
        qFatal("answered from inside the call");
    return QTest::qWaitFor([&answer] { return answer.has_value(); }) && answer->ok();
}

void TestSecretDesk::fetchesFromTheRecordedPlace()
{
    m_keychain->secrets.insert(QStringLiteral("account-1"), "in the keychain");
    m_vault->secrets.insert(QStringLiteral("account-1"), "in the vault");
    QCOMPARE(*fetch(account(SecretPlace::Keychain)), QByteArray("in the keychain"));
    QCOMPARE(m_vault->gets, 0);
    QCOMPARE(*fetch(account(SecretPlace::Vault)), QByteArray("in the vault"));
    QCOMPARE(m_keychain->gets, 1);
    QCOMPARE(fetch(account(SecretPlace::None)).error().kind, ErrorKind::SecretMissing);
    const Error missing = fetch(account(SecretPlace::Keychain, 2)).error();
    QCOMPARE(missing.kind, ErrorKind::SecretMissing);
    QCOMPARE(missing.subject, QStringLiteral("work-2"));
    // A keychain that is away is not a lost password, and no reason to look elsewhere.
    m_keychain->failure = Error{ErrorKind::KeychainUnavailable, {}, {}};
    QCOMPARE(fetch(account(SecretPlace::Keychain)).error().kind, ErrorKind::KeychainUnavailable);
    QVERIFY(m_asked.isEmpty());
}

void TestSecretDesk::runsTheCommand()
{
    Account of = account(SecretPlace::Command);
    of.secretCommand = QStringLiteral("echo printed");
    QCOMPARE(*fetch(of), QByteArray("printed"));
    of.secretCommand = QStringLiteral("exit 4");
    const Error error = fetch(of).error();
    QCOMPARE(error.kind, ErrorKind::CommandFailed);
    QCOMPARE(error.subject, QStringLiteral("work-1"));
    QCOMPARE(error.detail, QStringLiteral("exit code 4"));
}

void TestSecretDesk::asksOncePerAccount()
{
    QList<QByteArray> got;
    for (int i = 0; i < 3; ++i)
        m_desk->fetch(account(SecretPlace::Session),
                      [&got](const Base::Result<QByteArray> &result) { got.append(*result); });
    QTRY_COMPARE(got, QList<QByteArray>(3, "typed"));
    QCOMPARE(*fetch(account(SecretPlace::Session)), QByteArray("typed"));
    QCOMPARE(m_asked, QList<QString>{QStringLiteral("work-1")});
    QCOMPARE(*fetch(account(SecretPlace::Session, 2)), QByteArray("typed"));
    QCOMPARE(m_asked.size(), 2);
    // It was wrong: forgotten, asked again.
    QVERIFY(forget(account(SecretPlace::Session)));
    m_password = "typed better";
    QCOMPARE(*fetch(account(SecretPlace::Session)), QByteArray("typed better"));
    QCOMPARE(m_asked.size(), 3);
}

void TestSecretDesk::asksNobodyTwice()
{
    m_password = std::nullopt;
    for (int i = 0; i < 3; ++i)
        QCOMPARE(fetch(account(SecretPlace::Session)).error().kind, ErrorKind::SecretMissing);
    QCOMPARE(m_asked.size(), 1);
    m_desk->setPreferredPlace(SecretPlace::Session);
    QCOMPARE(*keep(account(SecretPlace::Session), "typed in the dialog"), SecretPlace::Session);
    QCOMPARE(*fetch(account(SecretPlace::Session)), QByteArray("typed in the dialog"));
    QCOMPARE(m_asked.size(), 1);
}

void TestSecretDesk::keepsInTheKeychainFirst()
{
    QCOMPARE(*keep(account(SecretPlace::None), "s3cret"), SecretPlace::Keychain);
    QCOMPARE(m_keychain->secrets.value(QStringLiteral("account-1")), QByteArray("s3cret"));
    QCOMPARE(m_vault->sets, 0);
}

void TestSecretDesk::keepsInTheVaultWhereThereIsNoKeychain()
{
    m_keychain->failure = Error{ErrorKind::KeychainUnavailable, {}, {}};
    QCOMPARE(*keep(account(SecretPlace::None), "s3cret"), SecretPlace::Vault);
    QCOMPARE(m_vault->secrets.value(QStringLiteral("account-1")), QByteArray("s3cret"));
}

void TestSecretDesk::keepsWithARealVault()
{
    if (!Crypto::SealedVault::isAvailable())
        QSKIP("built without QCA");
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("vault"));
    int questions = 0;
    const auto source = [&questions](bool, int, const Accounts::SealedSecretStore::PassphraseGiven &given) {
        ++questions;
        given(QByteArray("open sesame"));
    };
    const auto makeVault = [&path, &source] {
        return std::make_unique<Accounts::SealedSecretStore>(path, source, nullptr,
                                                             Crypto::VaultFile::Cost{14, 1, 1});
    };
    makeDesk(makeVault());
    m_keychain->failure = Error{ErrorKind::KeychainUnavailable, {}, {}};
    QCOMPARE(*keep(account(SecretPlace::None), "s3cret"), SecretPlace::Vault);
    makeDesk(makeVault()); // the next run
    QCOMPARE(*fetch(account(SecretPlace::Vault)), QByteArray("s3cret"));
    QCOMPARE(questions, 2);
}

void TestSecretDesk::keepsWhereItIsTold()
{
    m_desk->setPreferredPlace(SecretPlace::Vault);
    QCOMPARE(*keep(account(SecretPlace::Keychain), "s3cret"), SecretPlace::Vault);
    QCOMPARE(m_keychain->sets, 0);
    m_keychain->secrets.insert(QStringLiteral("account-1"), "old");
    m_desk->setPreferredPlace(SecretPlace::Session);
    QCOMPARE(*keep(account(SecretPlace::Keychain), "s3cret"), SecretPlace::Session);
    QTRY_VERIFY(m_keychain->secrets.isEmpty()); // the old one does not stay behind
    QCOMPARE(m_vault->sets, 1);
}

void TestSecretDesk::aFailureKeepsNothing()
{
    m_keychain->failure = Error{ErrorKind::KeychainUnavailable, {}, {}};
    m_vault->failure = Error{ErrorKind::VaultLocked, {}, {}};
    QCOMPARE(keep(account(SecretPlace::None), "s3cret").error().kind, ErrorKind::VaultLocked);
    QVERIFY(m_keychain->secrets.isEmpty() && m_vault->secrets.isEmpty());
}

void TestSecretDesk::forgets()
{
    for (const SecretPlace place : {SecretPlace::Keychain, SecretPlace::Vault}) {
        FakeSecretStore &store = place == SecretPlace::Keychain ? *m_keychain : *m_vault;
        store.secrets.insert(QStringLiteral("account-1"), "s3cret");
        QVERIFY(forget(account(place)));
        QVERIFY(store.secrets.isEmpty());
    }
    QVERIFY(forget(account(SecretPlace::None)));
    QVERIFY(forget(account(SecretPlace::Command)));
}

Base::Result<Accounts::Secrets> TestSecretDesk::fetchAll(const Account &of,
                                                         const std::optional<QByteArray> &signIn,
                                                         const std::optional<QByteArray> &proxy)
{
    std::optional<Base::Result<Accounts::Secrets>> answer;
    m_desk->fetchAll(
        of, signIn, [&answer](const Base::Result<Accounts::Secrets> &all) { answer = all; }, proxy);
    if (answer)
        qFatal("answered from inside the call");
    if (!QTest::qWaitFor([&answer] { return answer.has_value(); }))
        return Error{ErrorKind::TimedOut, {}, {}};
    return *answer;
}

void TestSecretDesk::theProxysSecretIsOneOfItsOwn()
{
    Account of = account(SecretPlace::Keychain);
    of.proxySecretPlace = SecretPlace::Vault;
    QCOMPARE(Accounts::secretKey(of, SecretOf::Proxy), QStringLiteral("account-1-proxy"));
    std::optional<Base::Result<SecretPlace>> kept;
    m_desk->keep(
        of, "proxy's", [&kept](const Base::Result<SecretPlace> &place) { kept = place; }, SecretOf::Proxy);
    QTRY_VERIFY(kept);
    QCOMPARE(**kept, SecretPlace::Keychain);
    QCOMPARE(m_keychain->secrets.value(QStringLiteral("account-1-proxy")), QByteArray("proxy's"));
    QVERIFY(!m_keychain->secrets.contains(QStringLiteral("account-1")));
    QVERIFY(keep(of, "its own").ok());
    QCOMPARE(m_keychain->secrets.size(), 2);
    of.proxySecretPlace = SecretPlace::Keychain;
    QVERIFY(forget(of));
    QVERIFY(m_keychain->secrets.isEmpty());
}

void TestSecretDesk::bothAreFetchedWhereBothAreNeeded()
{
    Account of = account(SecretPlace::Keychain);
    m_keychain->secrets.insert(QStringLiteral("account-1"), "its own");
    QCOMPARE(fetchAll(of)->signIn, QByteArray("its own"));
    QCOMPARE(fetchAll(of)->proxy, QByteArray());
    of.server.proxy = {Net::Proxy::Kind::Socks5, QStringLiteral("proxy.example"), 1080, {}};
    QCOMPARE(fetchAll(of)->proxy, QByteArray()); // without a user name it asks for none
    of.server.proxy.user = QStringLiteral("ada");
    QCOMPARE(fetchAll(of).error().kind, ErrorKind::SecretMissing);
    QCOMPARE(fetchAll(of).error().detail, QStringLiteral("the proxy's password"));
    QCOMPARE(fetchAll(of, {}, QByteArray("given"))->proxy, QByteArray("given"));
    QCOMPARE(fetchAll(of, {}, QByteArray("given"))->signIn, QByteArray("its own"));
    of.proxySecretPlace = SecretPlace::Session;
    QVERIFY(m_asked.isEmpty());
    QCOMPARE(fetchAll(of)->proxy, QByteArray("typed"));
    QCOMPARE(fetchAll(of)->signIn, QByteArray("its own"));
    QCOMPARE(m_asked, QList<QString>{QStringLiteral("work-1 proxy")});
    QCOMPARE(fetchAll(of, QByteArray("given"))->signIn, QByteArray("given"));
    QCOMPARE(fetchAll(of, QByteArray("given"))->proxy, QByteArray("typed"));
    of.user.clear();
    m_keychain->secrets.clear();
    QCOMPARE(fetchAll(of)->signIn, QByteArray());
    QCOMPARE(fetchAll(of)->proxy, QByteArray("typed"));
}

QTEST_GUILESS_MAIN(TestSecretDesk)
#include "tst_secretdesk.moc"
