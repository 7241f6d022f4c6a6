#include "core/message/contentreader.h"

#include "tests/support/memorystore.h"

#include <QTest>

using namespace Message;
using Base::ErrorKind;
using namespace Qt::StringLiterals;

namespace {

QByteArray pattern(qsizetype size)
{
    QByteArray out(size, Qt::Uninitialized);
    for (qsizetype i = 0; i < size; ++i)
        out[i] = static_cast<char>((i * 7 + i / 251) % 256);
    return out;
}

SpoolRef put(Support::MemoryStore &store, const QByteArray &octets)
{
    QBuffer source;
    source.setData(octets);
    source.open(QIODevice::ReadOnly);
    return *store.put(source);
}

} // namespace

class TestContentReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void piecesComeOutInTheirOrder();
    void everySizeComesOutWhole_data();
    void everySizeComesOutWhole();
    void noChunkIsLarge();
    void theEndStaysTheEnd();
    void aMissingFileIsToldWhenItIsNeeded();
    void aFileThatIsShorterThanItWasIsAnError();
};

void TestContentReader::piecesComeOutInTheirOrder()
{
    Support::MemoryStore store;
    const Content content{Piece{"one\r\n", {}, false}, Piece{{}, put(store, "two"), true},
                          Piece{{}, {}, false}, Piece{{}, put(store, "three\r\n"), false},
                          Piece{"four\r\n", {}, false}};
    ContentReader reader(content, store);
    QByteArray all;
    for (;;) {
        const Base::Result<QByteArray> chunk = reader.read();
        QVERIFY(chunk.ok());
        if (chunk->isEmpty())
            break;
        all += *chunk;
    }
    QCOMPARE(all, QByteArray("one\r\ndHdv\r\nthree\r\nfour\r\n"));
    QCOMPARE(reader.size(), all.size());
}

void TestContentReader::everySizeComesOutWhole_data()
{
    QTest::addColumn<qsizetype>("size");
    const qsizetype chunk = static_cast<qsizetype>(base64Chunk);
    for (const qsizetype size :
         {qsizetype(0), qsizetype(1), qsizetype(56), qsizetype(57), qsizetype(58), chunk - 1, chunk,
          chunk + 1, 2 * chunk, 3 * chunk + 57, qsizetype(65536), qsizetype(65537), qsizetype(1 << 20)})
        QTest::addRow("%lld", static_cast<long long>(size)) << size;
}

void TestContentReader::everySizeComesOutWhole()
{
    QFETCH(qsizetype, size);
    const QByteArray octets = pattern(size);
    Support::MemoryStore store;
    const SpoolRef ref = put(store, octets);
    for (const bool spooled : {false, true}) {
        for (const bool base64 : {false, true}) {
            if (base64 && !spooled)
                continue;
            const Content content{spooled ? Piece{{}, ref, base64} : Piece{octets, {}, false}};
            ContentReader reader(content, store);
            QByteArray all;
            for (;;) {
                const Base::Result<QByteArray> chunk = reader.read();
                QVERIFY(chunk.ok());
                if (chunk->isEmpty())
                    break;
                all += *chunk;
            }
            QCOMPARE(all.size(), sizeOf(content));
            QVERIFY(all == (base64 ? encodeBase64Lines(octets) : octets));
        }
    }
}

void TestContentReader::noChunkIsLarge()
{
    Support::MemoryStore store;
    const Content content{Piece{pattern(1 << 20), {}, false}, Piece{{}, put(store, pattern(1 << 20)), true},
                          Piece{{}, put(store, pattern(1 << 20)), false}};
    ContentReader reader(content, store);
    for (;;) {
        const Base::Result<QByteArray> chunk = reader.read();
        QVERIFY(chunk.ok());
        if (chunk->isEmpty())
            break;
        QVERIFY2(chunk->size() <= 81920, qPrintable(QString::number(chunk->size())));
    }
}

void TestContentReader::theEndStaysTheEnd()
{
    Support::MemoryStore store;
    ContentReader reader({Piece{"x", {}, false}}, store);
    QCOMPARE(*reader.read(), QByteArray("x"));
    for (int i = 0; i < 3; ++i)
        QCOMPARE(*reader.read(), QByteArray());
    ContentReader nothing({}, store);
    QCOMPARE(*nothing.read(), QByteArray());
    QCOMPARE(nothing.size(), 0);
}

void TestContentReader::aMissingFileIsToldWhenItIsNeeded()
{
    Support::MemoryStore store;
    ContentReader reader({Piece{"x", {}, false}, Piece{{}, {QByteArray(64, 'a'), 10}, true}}, store);
    QCOMPARE(*reader.read(), QByteArray("x"));
    const Base::Result<QByteArray> chunk = reader.read();
    QVERIFY(!chunk.ok());
    QCOMPARE(chunk.error().kind, ErrorKind::FileMissing);
}

void TestContentReader::aFileThatIsShorterThanItWasIsAnError()
{
    Support::MemoryStore store;
    SpoolRef ref = put(store, pattern(1000));
    ref.size = 100000; // what the books say
    ContentReader reader({Piece{{}, ref, true}}, store);
    Base::Result<QByteArray> chunk = reader.read();
    while (chunk && !chunk->isEmpty())
        chunk = reader.read();
    QVERIFY(!chunk.ok());
    QCOMPARE(chunk.error().kind, ErrorKind::FileUnreadable);
}

QTEST_GUILESS_MAIN(TestContentReader)
#include "tst_contentreader.moc"
