// SHA-256 in pieces.

#include "core/base/sha256.h"

#include <QTest>

using Base::Sha256;

class TestSha256 : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theExamplesOfTheStandard_data();
    void theExamplesOfTheStandard();
    void howItIsCutDoesNotMatter();
};

/// FIPS 180-4, and of nothing at all.
void TestSha256::theExamplesOfTheStandard_data()
{
    QTest::addColumn<QByteArray>("octets");
    QTest::addColumn<QByteArray>("digest");
    QTest::newRow("nothing") << QByteArray()
                             << QByteArray(
                                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QTest::newRow("abc") << QByteArray("abc")
                         << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QTest::newRow("two blocks") << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                                << QByteArray(
                                       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

void TestSha256::theExamplesOfTheStandard()
{
    QFETCH(QByteArray, octets);
    Sha256 hash;
    hash.add(octets);
    QTEST(hash.hex(), "digest");
}

void TestSha256::howItIsCutDoesNotMatter()
{
    const QByteArray octets(1000, 'x');
    Sha256 whole;
    whole.add(octets);
    const QByteArray digest = whole.hex();
    QCOMPARE(digest.size(), 64);
    for (const qsizetype piece : {1, 63, 64, 65, 999}) {
        Sha256 cut;
        for (qsizetype at = 0; at < octets.size(); at += piece)
            cut.add(octets.mid(at, piece));
        QCOMPARE(cut.hex(), digest);
    }
    Sha256 other;
    other.add(octets.first(999));
    QVERIFY(other.hex() != digest);
}

QTEST_GUILESS_MAIN(TestSha256)
#include "tst_sha256.moc"
