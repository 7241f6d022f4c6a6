// The vault as a secret store: one question a run, none that cannot help, and a caller that never waits.

#include "core/accounts/sealedsecretstore.h"
#include "core/accounts/sessionsecretstore.h"
#include "core/base/atomicfile.h"
#include "core/crypto/runtime.h"
#include "core/crypto/sealedvault.h"

#include <QTemporaryDir>
#include <QTest>

using Accounts::SealedSecretStore;
using Base::ErrorKind;

namespace {

constexpr Crypto::VaultFile::Cost cheap{14, 1, 1};
const QString key = QStringLiteral("account-1");

} // namespace

class TestSealedSecretStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void withoutQcaItSaysSo();
    void asksOnceARun();
    void noQuestionForWhatIsNotThere();
    void noQuestionForADamagedFile();
    void requestsQueueUp();
    void notGiven();
    void wrongThreeTimes();
    void rightTheSecondTime();
    void answersGivenLater();
    void theCallerNeverWaits();
    void goneWhileBusy();
    void replacedByAnotherProgram();
    void memoryStore();

private:
    SealedSecretStore::PassphraseSource source();
    ErrorKind got(Accounts::SecretStore &store); ///< Internal stands for: got it
    ErrorKind put(Accounts::SecretStore &store, const QByteArray &secret);
    ErrorKind did(const std::function<void(Accounts::SecretStore::Did)> &what);

    Crypto::Runtime m_runtime;
    QTemporaryDir m_folder;
    QString m_path;
    int m_count = 0;
    QByteArray m_secret; ///< what got() got
    QList<std::pair<bool, int>> m_asked;
    QList<std::optional<QByteArray>> m_answers; ///< the last one again and again
};

void TestSealedSecretStore::init()
{
    m_path = m_folder.filePath(QStringLiteral("vault-%1").arg(++m_count));
    m_asked.clear();
    m_answers = {QByteArray("open sesame")};
    const QByteArray test = QTest::currentTestFunction();
    if (!Crypto::SealedVault::isAvailable() && test != "withoutQcaItSaysSo" && test != "memoryStore")
        QSKIP("built without QCA");
}

SealedSecretStore::PassphraseSource TestSealedSecretStore::source()
{
    return [this](bool newVault, int attempt, const SealedSecretStore::PassphraseGiven &given) {
        m_asked.append({newVault, attempt});
        given(m_answers.size() > 1 ? m_answers.takeFirst() : m_answers.constFirst());
    };
}

ErrorKind TestSealedSecretStore::got(Accounts::SecretStore &store)
{
    std::optional<Base::Result<QByteArray>> answer;
    store.get(key, [&answer](const Base::Result<QByteArray> &result) { answer = result; });
    if (answer)
        qFatal("answered from inside the call");
    if (!QTest::qWaitFor([&answer] { return answer.has_value(); }, 10'000))
        return ErrorKind::TimedOut;
    m_secret = *answer ? **answer : QByteArray();
    return *answer ? ErrorKind::Internal : answer->error().kind;
}

ErrorKind TestSealedSecretStore::did(const std::function<void(Accounts::SecretStore::Did)> &what)
{
    std::optional<Base::Done> answer;
    what([&answer](const Base::Done &done) { answer = done; });
    if (answer)
        qFatal("answered from inside the call");
    if (!QTest::qWaitFor([&answer] { return answer.has_value(); }, 10'000))
        return ErrorKind::TimedOut;
    return *answer ? ErrorKind::Internal : answer->error().kind;
}

ErrorKind TestSealedSecretStore::put(Accounts::SecretStore &store, const QByteArray &secret)
{
    return did([&](const Accounts::SecretStore::Did &then) { store.set(key, secret, then); });
}

void TestSealedSecretStore::withoutQcaItSaysSo()
{
    if (Crypto::SealedVault::isAvailable())
        QSKIP("built with QCA");
    SealedSecretStore store(m_path, source());
    QCOMPARE(got(store), ErrorKind::VaultUnavailable);
    QCOMPARE(put(store, "x"), ErrorKind::VaultUnavailable);
    QVERIFY(m_asked.isEmpty());
}

void TestSealedSecretStore::asksOnceARun()
{
    {
        SealedSecretStore store(m_path, source(), nullptr, cheap);
        QCOMPARE(put(store, "s3cret"), ErrorKind::Internal);
        QCOMPARE(got(store), ErrorKind::Internal);
        QCOMPARE(m_secret, QByteArray("s3cret"));
        QCOMPARE(m_asked, (QList<std::pair<bool, int>>{{true, 1}}));
        QVERIFY(store.isOpen());
    }
    m_asked.clear();
    SealedSecretStore store(m_path, source(), nullptr, cheap);
    QVERIFY(!store.isOpen());
    for (int i = 0; i < 3; ++i)
        QCOMPARE(got(store), ErrorKind::Internal);
    QCOMPARE(did([&](const auto &then) { store.remove(key, then); }), ErrorKind::Internal);
    QCOMPARE(got(store), ErrorKind::SecretMissing);
    QCOMPARE(m_asked, (QList<std::pair<bool, int>>{{false, 1}}));
}

void TestSealedSecretStore::noQuestionForWhatIsNotThere()
{
    SealedSecretStore store(m_path, source(), nullptr, cheap);
    QCOMPARE(got(store), ErrorKind::SecretMissing);
    QCOMPARE(did([&](const auto &then) { store.remove(key, then); }), ErrorKind::Internal);
    QVERIFY(m_asked.isEmpty());
    QVERIFY(!QFile::exists(m_path));
}

void TestSealedSecretStore::noQuestionForADamagedFile()
{
    QVERIFY(Base::writeAtomically(m_path, "rubbish"));
    SealedSecretStore store(m_path, source(), nullptr, cheap);
    QCOMPARE(got(store), ErrorKind::VaultDamaged);
    QCOMPARE(put(store, "x"), ErrorKind::VaultDamaged);
    QVERIFY(m_asked.isEmpty());
    QCOMPARE(*Base::readAll(m_path, 100), QByteArray("rubbish"));
}

void TestSealedSecretStore::requestsQueueUp()
{
    QVERIFY(Crypto::SealedVault::create(m_path, "open sesame", cheap)->set(key, "old"));
    SealedSecretStore store(m_path, source(), nullptr, cheap);
    QList<QByteArray> answers;
    const auto note = [&answers](const Base::Result<QByteArray> &result) {
        answers.append(result ? *result : Base::name(result.error().kind).toLatin1());
    };
    store.get(key, note);
    store.set(key, "new", [](const Base::Done &) {});
    store.get(key, note);
    store.remove(key, [](const Base::Done &) {});
    store.get(key, note);
    QTRY_COMPARE(answers, (QList<QByteArray>{"old", "new", "secret-missing"}));
    QCOMPARE(m_asked.size(), 1);
}

void TestSealedSecretStore::notGiven()
{
    QVERIFY(Crypto::SealedVault::create(m_path, "open sesame", cheap)->set(key, "s3cret"));
    m_answers = {std::nullopt};
    SealedSecretStore store(m_path, source(), nullptr, cheap);
    QList<ErrorKind> kinds;
    for (int i = 0; i < 3; ++i)
        store.get(key,
                  [&kinds](const Base::Result<QByteArray> &result) { kinds.append(result.error().kind); });
    QTRY_COMPARE(kinds, QList<ErrorKind>(3, ErrorKind::VaultLocked));
    QCOMPARE(got(store), ErrorKind::VaultLocked);
    QCOMPARE(m_asked.size(), 1);
    // Who wants to keep something is asked again, and who says so.
    QCOMPARE(put(store, "x"), ErrorKind::VaultLocked);
    QCOMPARE(m_asked.size(), 2);
    m_answers = {QByteArray("open sesame")};
    QCOMPARE(got(store), ErrorKind::VaultLocked);
    store.askAgain();
    QCOMPARE(got(store), ErrorKind::Internal);
    QCOMPARE(m_asked.size(), 3);
}

void TestSealedSecretStore::wrongThreeTimes()
{
    QVERIFY(Crypto::SealedVault::create(m_path, "open sesame", cheap)->set(key, "s3cret"));
    m_answers = {QByteArray("wrong")};
    SealedSecretStore store(m_path, source(), nullptr, cheap);
    QCOMPARE(got(store), ErrorKind::VaultWrongPassphrase);
    QCOMPARE(m_asked, (QList<std::pair<bool, int>>{{false, 1}, {false, 2}, {false, 3}}));
    QCOMPARE(got(store), ErrorKind::VaultWrongPassphrase);
    QCOMPARE(m_asked.size(), 3);
}

void TestSealedSecretStore::rightTheSecondTime()
{
    QVERIFY(Crypto::SealedVault::create(m_path, "open sesame", cheap)->set(key, "s3cret"));
    m_answers = {QByteArray("wrong"), QByteArray("open sesame")};
    SealedSecretStore store(m_path, source(), nullptr, cheap);
    QCOMPARE(got(store), ErrorKind::Internal);
    QCOMPARE(m_secret, QByteArray("s3cret"));
    QCOMPARE(m_asked.size(), 2);
}

void TestSealedSecretStore::answersGivenLater()
{
    SealedSecretStore::PassphraseGiven given;
    auto store = std::make_unique<SealedSecretStore>(
        m_path, [&given](bool, int, const SealedSecretStore::PassphraseGiven &then) { given = then; },
        nullptr, cheap);
    int done = 0;
    store->set(key, "s3cret", [&done](const Base::Done &each) { done += each ? 1 : 100; });
    QTRY_VERIFY(given);
    given(QByteArray("open sesame"));
    given(QByteArray("a second answer is not heard"));
    QTRY_COMPARE(done, 1);
    store.reset();
    given(QByteArray("nor one that comes too late"));
    QVERIFY(Crypto::SealedVault::open(m_path, "open sesame"));
}

void TestSealedSecretStore::theCallerNeverWaits()
{
    SealedSecretStore store(m_path, source()); // at full cost
    bool done = false;
    store.set(key, "s3cret", [&done](const Base::Done &) { done = true; });
    qint64 longest = 0;
    qint64 whole = 0;
    QElapsedTimer since;
    since.start();
    while (!done) {
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
        const qint64 turn = since.restart();
        longest = qMax(longest, turn);
        whole += turn;
        QTest::qSleep(1);
    }
    QVERIFY2(longest < whole / 2,
             QByteArray::number(longest).constData()); // scrypt is nearly the whole of it
}

void TestSealedSecretStore::goneWhileBusy()
{
    bool answered = false;
    {
        SealedSecretStore store(m_path, source(), nullptr, cheap);
        store.set(key, "s3cret", [&answered](const Base::Done &) { answered = true; });
        store.get(key, [&answered](const Base::Result<QByteArray> &) { answered = true; });
    }
    QTest::qWait(100);
    QVERIFY(!answered);
    // And one that ends itself from an answer, with others waiting.
    auto store = std::make_unique<SealedSecretStore>(m_path, source(), nullptr, cheap);
    store->get(key, [&store](const Base::Result<QByteArray> &) { store.reset(); });
    store->get(key, [&answered](const Base::Result<QByteArray> &) { answered = true; });
    QTRY_VERIFY(!store);
    QTest::qWait(50);
    QVERIFY(!answered);
}

void TestSealedSecretStore::replacedByAnotherProgram()
{
    SealedSecretStore store(m_path, source(), nullptr, cheap);
    QCOMPARE(put(store, "s3cret"), ErrorKind::Internal);
    QVERIFY(QFile::remove(m_path));
    QVERIFY(Crypto::SealedVault::create(m_path, "another", cheap)->set(key, "other"));
    QCOMPARE(got(store), ErrorKind::VaultWrongPassphrase);
    m_answers = {QByteArray("another")};
    QCOMPARE(got(store), ErrorKind::Internal);
    QCOMPARE(m_secret, QByteArray("other"));
}

void TestSealedSecretStore::memoryStore()
{
    Accounts::SessionSecretStore store;
    QCOMPARE(got(store), ErrorKind::SecretMissing);
    const QByteArray mine = "s3cret";
    QCOMPARE(put(store, mine), ErrorKind::Internal);
    QCOMPARE(got(store), ErrorKind::Internal);
    QCOMPARE(m_secret, QByteArray("s3cret"));
    QCOMPARE(put(store, "new"), ErrorKind::Internal);
    QCOMPARE(did([&](const auto &then) { store.remove(key, then); }), ErrorKind::Internal);
    QCOMPARE(got(store), ErrorKind::SecretMissing);
    QCOMPARE(mine, QByteArray("s3cret")); // wiped is the store's own copy
    QCOMPARE(m_secret, QByteArray());
}

QTEST_GUILESS_MAIN(TestSealedSecretStore)
#include "tst_sealedsecretstore.moc"
