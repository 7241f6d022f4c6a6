// scrypt through QCA: the test vectors of RFC 7914 §12.

#include <QTest>

#ifdef POSTRIDER_WITH_QCA

#include "core/crypto/runtime.h"
#include "core/crypto/scrypt.h"

class TestScrypt : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void vectors_data();
    void vectors();
    void refusesWhatTheAlgorithmDoes();
    void runtimeMayComeAgain();

private:
    std::unique_ptr<Crypto::Runtime> m_runtime = std::make_unique<Crypto::Runtime>();
};

void TestScrypt::vectors_data()
{
    QTest::addColumn<QByteArray>("secret");
    QTest::addColumn<QByteArray>("salt");
    QTest::addColumn<int>("logN");
    QTest::addColumn<int>("r");
    QTest::addColumn<int>("p");
    QTest::addColumn<QByteArray>("key");
    QTest::newRow("empty") << QByteArray("") << QByteArray("") << 4 << 1 << 1
                           << QByteArray("77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                                         "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
    QTest::newRow("N=1024") << QByteArray("password") << QByteArray("NaCl") << 10 << 8 << 16
                            << QByteArray("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                                          "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
    QTest::newRow("N=16384") << QByteArray("pleaseletmein") << QByteArray("SodiumChloride") << 14 << 8 << 1
                             << QByteArray(
                                    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                                    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

void TestScrypt::vectors()
{
    QFETCH(QByteArray, secret);
    QFETCH(QByteArray, salt);
    QFETCH(int, logN);
    QFETCH(int, r);
    QFETCH(int, p);
    QFETCH(QByteArray, key);
    Crypto::Scrypt scrypt;
    QCOMPARE(scrypt.provider()->name(), QStringLiteral("postrider-openssl"));
    QCOMPARE(scrypt.derive(QCA::SecureArray(secret), QCA::InitializationVector(salt), 64, {logN, r, p})
                 .toByteArray()
                 .toHex(),
             key);
}

void TestScrypt::refusesWhatTheAlgorithmDoes()
{
    QVERIFY(Crypto::Scrypt()
                .derive(QCA::SecureArray("x"), QCA::InitializationVector(QByteArray("y")), 32, {0, 8, 1})
                .isEmpty());
    QVERIFY(Crypto::Scrypt()
                .derive(QCA::SecureArray("x"), QCA::InitializationVector(QByteArray("y")), 32, {14, 0, 1})
                .isEmpty());
}

void TestScrypt::runtimeMayComeAgain()
{
    m_runtime.reset();
    m_runtime = std::make_unique<Crypto::Runtime>();
    QVERIFY(QCA::isSupported("scrypt,hkdf(sha256),aes256-gcm"));
}

#else

class TestScrypt : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void needsQca() { QSKIP("built without QCA"); }
};

#endif

QTEST_GUILESS_MAIN(TestScrypt)
#include "tst_scrypt.moc"
