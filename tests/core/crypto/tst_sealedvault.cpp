// The sealed vault: what goes in comes out, what was changed opens nothing, and no write is ever half done.

#include "core/base/atomicfile.h"
#include "core/crypto/runtime.h"
#include "core/crypto/sealedvault.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

#ifdef Q_OS_UNIX
#include <csignal>
#include <sys/resource.h>
#endif

using Base::ErrorKind;
using Crypto::SealedVault;
using Crypto::VaultFile;

namespace {

constexpr VaultFile::Cost cheap{14, 1, 1}; // the least a reader accepts
const QByteArray passphrase = "correct horse";
const QByteArray canary = "c4nary-s3cret";

} // namespace

class TestSealedVault : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void withoutQcaItSaysSo();
    void keepsSecrets();
    void defaultCost();
    void wrongPassphrase();
    void createNeverReplaces();
    void notAVault();
    void everyByteFlipped();
    void everyByteForged();
    void everyTruncation();
    void newerVersion();
    void costlyHeadersAreRefusedAtOnce();
    void showsNoSecret();
    void freshNonceEachTime();
    void failingWriteChangesNothing();
    void twoAtOnce();
    void concurrentlyFromThreads();
    void replacedMeanwhile();
    void tooMuch();

private:
    QByteArray bytes() const { return *Base::readAll(m_path, 1 << 24); }
    void write(const QByteArray &bytes) const { QVERIFY(Base::writeAtomically(m_path, bytes)); }
    ErrorKind openingGives(const QByteArray &bytes) const;

    Crypto::Runtime m_runtime;
    QTemporaryDir m_folder;
    QString m_path;
    int m_count = 0;
};

void TestSealedVault::initTestCase()
{
    QVERIFY(m_folder.isValid());
}

void TestSealedVault::init()
{
    m_path = m_folder.filePath(QStringLiteral("vault-%1").arg(++m_count));
    if (!SealedVault::isAvailable() && QByteArray(QTest::currentTestFunction()) != "withoutQcaItSaysSo")
        QSKIP("built without QCA");
}

/// Internal stands for: it opened.
ErrorKind TestSealedVault::openingGives(const QByteArray &contents) const
{
    write(contents);
    auto vault = SealedVault::open(m_path, passphrase);
    return vault ? ErrorKind::Internal : vault.error().kind;
}

void TestSealedVault::withoutQcaItSaysSo()
{
    if (SealedVault::isAvailable())
        QSKIP("built with QCA");
    QCOMPARE(SealedVault::create(m_path, passphrase).error().kind, ErrorKind::VaultUnavailable);
    QCOMPARE(SealedVault::open(m_path, passphrase).error().kind, ErrorKind::VaultUnavailable);
}

void TestSealedVault::keepsSecrets()
{
    const QByteArray binary = QByteArray::fromHex("00ff0a0d00") + canary;
    {
        auto vault = SealedVault::create(m_path, passphrase, cheap);
        QVERIFY(vault);
        QCOMPARE(vault->names()->size(), 0);
        QVERIFY(vault->set(QStringLiteral("account-1"), canary));
        QVERIFY(vault->set(QStringLiteral("Ünïcode"), binary));
        QVERIFY(vault->set(QStringLiteral("empty"), {}));
        QVERIFY(vault->set(QStringLiteral("gone"), canary));
        QVERIFY(vault->remove(QStringLiteral("gone")));
        QVERIFY(vault->remove(QStringLiteral("never was")));
    }
    QCOMPARE(QFile::permissions(m_path) & QFile::Permissions(0x0077), QFile::Permissions());
    auto vault = SealedVault::open(m_path, passphrase);
    QVERIFY(vault);
    QCOMPARE(*vault->get(QStringLiteral("account-1")), canary);
    QCOMPARE(*vault->get(QStringLiteral("Ünïcode")), binary);
    QCOMPARE(*vault->get(QStringLiteral("empty")), QByteArray());
    QCOMPARE(vault->get(QStringLiteral("gone")).error().kind, ErrorKind::SecretMissing);
    QCOMPARE(*vault->names(),
             (QStringList{QStringLiteral("account-1"), QStringLiteral("empty"), QStringLiteral("Ünïcode")}));
}

void TestSealedVault::defaultCost()
{
    auto vault = SealedVault::create(m_path, passphrase);
    QVERIFY(vault);
    const auto file = VaultFile::parse(bytes());
    QVERIFY(file);
    QCOMPARE(file->cost, (VaultFile::Cost{17, 8, 1}));
    QVERIFY(SealedVault::open(m_path, passphrase));
}

void TestSealedVault::wrongPassphrase()
{
    QVERIFY(SealedVault::create(m_path, passphrase, cheap));
    for (const QByteArray &wrong : {QByteArray("Correct horse"), passphrase + ' ', QByteArray("x")})
        QCOMPARE(SealedVault::open(m_path, wrong).error().kind, ErrorKind::VaultWrongPassphrase);
    QCOMPARE(SealedVault::open(m_path, {}).error().kind, ErrorKind::VaultLocked);
    QCOMPARE(SealedVault::create(m_path + QLatin1Char('x'), {}, cheap).error().kind, ErrorKind::VaultLocked);
    QVERIFY(SealedVault::open(m_path, passphrase));
}

void TestSealedVault::createNeverReplaces()
{
    QVERIFY(SealedVault::create(m_path, passphrase, cheap));
    const QByteArray before = bytes();
    QCOMPARE(SealedVault::create(m_path, "other", cheap).error().kind, ErrorKind::FileUnwritable);
    QCOMPARE(bytes(), before);
}

void TestSealedVault::notAVault()
{
    QCOMPARE(SealedVault::open(m_path, passphrase).error().kind, ErrorKind::FileMissing);
    QCOMPARE(SealedVault::open(m_folder.path(), passphrase).error().kind, ErrorKind::FileUnreadable);
    QCOMPARE(openingGives({}), ErrorKind::VaultDamaged);
    QCOMPARE(openingGives("{\"kdf\": \"scrypt\"}"), ErrorKind::VaultDamaged);
    QCOMPARE(openingGives(QByteArray(10'000, '\0')), ErrorKind::VaultDamaged);
    QCOMPARE(openingGives(QByteArray(4'000'000, 'x')), ErrorKind::VaultDamaged);
}

void TestSealedVault::everyByteFlipped()
{
    QVERIFY(SealedVault::create(m_path, passphrase, cheap)->set(QStringLiteral("a"), canary));
    const QByteArray good = bytes();
    for (qsizetype i = 0; i < good.size(); ++i) {
        for (const int bit : {0x01, 0x80}) {
            QByteArray bad = good;
            bad[i] = static_cast<char>(bad[i] ^ bit);
            QCOMPARE(openingGives(bad), ErrorKind::VaultDamaged);
        }
    }
    QCOMPARE(openingGives(good), ErrorKind::Internal);
    QCOMPARE(openingGives(good + 'x'), ErrorKind::VaultDamaged);
}

// Someone who changes the file on purpose makes the digest fit again: the seal must hold without it.
void TestSealedVault::everyByteForged()
{
    QVERIFY(SealedVault::create(m_path, passphrase, cheap)->set(QStringLiteral("a"), canary));
    const QByteArray good = bytes().chopped(32);
    for (qsizetype i = 0; i < good.size(); ++i) {
        QByteArray bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x01);
        bad += QCryptographicHash::hash(bad, QCryptographicHash::Sha256);
        const ErrorKind kind = openingGives(bad);
        // Salt, cost and key check decide whether the passphrase fits; all else is damage.
        const bool isAboutTheKey = i >= 11 && i < 64 && i != 14 && i != 15;
        const bool right =
            kind == ErrorKind::VaultDamaged || (isAboutTheKey && kind == ErrorKind::VaultWrongPassphrase);
        QVERIFY2(right, qPrintable(QStringLiteral("octet %1: %2").arg(i).arg(Base::name(kind))));
    }
}

void TestSealedVault::everyTruncation()
{
    QVERIFY(SealedVault::create(m_path, passphrase, cheap)->set(QStringLiteral("a"), canary));
    const QByteArray good = bytes();
    for (qsizetype size = 0; size < good.size(); ++size)
        QCOMPARE(openingGives(good.left(size)), ErrorKind::VaultDamaged);
}

void TestSealedVault::newerVersion()
{
    QVERIFY(SealedVault::create(m_path, passphrase, cheap));
    QByteArray newer = bytes();
    newer[9] = 2;
    write(newer);
    const auto opened = SealedVault::open(m_path, passphrase);
    QCOMPARE(opened.error().kind, ErrorKind::VaultDamaged);
    QVERIFY(opened.error().detail.contains(QStringLiteral("newer version")));
    QCOMPARE(opened.error().subject, m_path);
}

void TestSealedVault::costlyHeadersAreRefusedAtOnce()
{
    QVERIFY(SealedVault::create(m_path, passphrase, cheap));
    const QByteArray good = bytes().chopped(32);
    for (const VaultFile::Cost &cost :
         {VaultFile::Cost{21, 8, 1}, VaultFile::Cost{31, 8, 1}, VaultFile::Cost{255, 8, 1},
          VaultFile::Cost{13, 8, 1}, VaultFile::Cost{14, 0, 1}, VaultFile::Cost{14, 9, 1},
          VaultFile::Cost{14, 255, 1}, VaultFile::Cost{14, 8, 0}, VaultFile::Cost{14, 8, 5},
          VaultFile::Cost{14, 8, 255}}) {
        QByteArray bad = good;
        bad[11] = static_cast<char>(cost.logN);
        bad[12] = static_cast<char>(cost.r);
        bad[13] = static_cast<char>(cost.p);
        bad += QCryptographicHash::hash(bad, QCryptographicHash::Sha256);
        QElapsedTimer since;
        since.start();
        QCOMPARE(openingGives(bad), ErrorKind::VaultDamaged);
        QVERIFY(since.elapsed() < 2'000); // the least of them would take ten seconds
    }
}

void TestSealedVault::showsNoSecret()
{
    auto vault = SealedVault::create(m_path, passphrase, cheap);
    QVERIFY(vault->set(QStringLiteral("the-name"), canary));
    const QByteArray all = bytes();
    for (const QByteArray &form :
         {canary, canary.toBase64(), canary.toHex(), ("x" + canary).toBase64().mid(2, 10),
          ("xx" + canary).toBase64().mid(4, 10), passphrase, QByteArray("the-name")})
        QVERIFY(!all.contains(form));
}

void TestSealedVault::freshNonceEachTime()
{
    auto vault = SealedVault::create(m_path, passphrase, cheap);
    QList<QByteArray> nonces;
    for (int i = 0; i < 20; ++i) {
        QVERIFY(vault->set(QStringLiteral("a"), QByteArray::number(i)));
        const QByteArray nonce = VaultFile::parse(bytes())->nonce;
        QVERIFY(!nonces.contains(nonce));
        nonces.append(nonce);
    }
}

void TestSealedVault::failingWriteChangesNothing()
{
#ifdef Q_OS_UNIX
    auto vault = SealedVault::create(m_path, passphrase, cheap);
    QVERIFY(vault->set(QStringLiteral("a"), "old"));
    const QByteArray before = bytes();
    // A file that may not grow beyond a few octets: the write fails in the middle, as on a full disk.
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit old = {};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &old), 0);
    const rlimit little = {100, old.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &little), 0);
    const Base::Done done = vault->set(QStringLiteral("a"), "new");
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &old), 0);
    QVERIFY(!done);
    QVERIFY(done.error().kind == ErrorKind::FileUnwritable || done.error().kind == ErrorKind::DiskFull);
    QCOMPARE(bytes(), before);
    QCOMPARE(*vault->get(QStringLiteral("a")), QByteArray("old"));
    QCOMPARE(*SealedVault::open(m_path, passphrase)->get(QStringLiteral("a")), QByteArray("old"));
    QVERIFY(vault->set(QStringLiteral("a"), "new"));
    QCOMPARE(*SealedVault::open(m_path, passphrase)->get(QStringLiteral("a")), QByteArray("new"));
#else
    QSKIP("needs RLIMIT_FSIZE");
#endif
}

void TestSealedVault::twoAtOnce()
{
    auto first = SealedVault::create(m_path, passphrase, cheap);
    auto second = SealedVault::open(m_path, passphrase);
    QVERIFY(first->set(QStringLiteral("a"), "1"));
    QVERIFY(second->set(QStringLiteral("b"), "2"));
    QVERIFY(first->set(QStringLiteral("c"), "3"));
    QVERIFY(second->remove(QStringLiteral("a")));
    QCOMPARE(*first->names(), (QStringList{QStringLiteral("b"), QStringLiteral("c")}));
    QCOMPARE(*second->get(QStringLiteral("c")), QByteArray("3"));
}

void TestSealedVault::concurrentlyFromThreads()
{
    QVERIFY(SealedVault::create(m_path, passphrase, cheap));
    std::atomic<int> right = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
        threads.emplace_back([this, i, &right] {
            auto vault = SealedVault::open(m_path, passphrase);
            const QString name = QString::number(i);
            if (vault && vault->set(name, name.toUtf8()) && *vault->get(name) == name.toUtf8())
                ++right;
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(right.load(), 6);
    QCOMPARE(SealedVault::open(m_path, passphrase)->names()->size(), 6);
}

void TestSealedVault::replacedMeanwhile()
{
    auto vault = SealedVault::create(m_path, passphrase, cheap);
    QVERIFY(vault->set(QStringLiteral("a"), canary));
    QVERIFY(QFile::remove(m_path));
    QCOMPARE(vault->get(QStringLiteral("a")).error().kind, ErrorKind::SecretMissing);
    QVERIFY(SealedVault::create(m_path, passphrase, cheap));
    const QByteArray others = bytes();
    QCOMPARE(vault->get(QStringLiteral("a")).error().kind, ErrorKind::VaultWrongPassphrase);
    QCOMPARE(vault->set(QStringLiteral("a"), canary).error().kind, ErrorKind::VaultWrongPassphrase);
    QCOMPARE(bytes(), others);
    write("rubbish");
    QCOMPARE(vault->set(QStringLiteral("a"), canary).error().kind, ErrorKind::VaultDamaged);
    QCOMPARE(bytes(), QByteArray("rubbish"));
}

void TestSealedVault::tooMuch()
{
    auto vault = SealedVault::create(m_path, passphrase, cheap);
    QVERIFY(vault->set(QStringLiteral("big"), QByteArray(1'000'000, 'x')));
    QCOMPARE(vault->set(QStringLiteral("more"), QByteArray(100'000, 'x')).error().kind, ErrorKind::TooBig);
    QCOMPARE(SealedVault::open(m_path, passphrase)->get(QStringLiteral("big"))->size(), 1'000'000);
}

QTEST_GUILESS_MAIN(TestSealedVault)
#include "tst_sealedvault.moc"
