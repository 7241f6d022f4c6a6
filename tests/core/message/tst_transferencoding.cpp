#include "core/message/transferencoding.h"

#include <QRandomGenerator>
#include <QTest>

using namespace Message;

namespace {

/// Quoted-printable read by the letter of RFC 2045 §6.7: anything it does not allow gives "broken".
QByteArray decodeQuotedPrintable(const QByteArray &text)
{
    QByteArray out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.at(i) != '=') {
            out += text.at(i);
            continue;
        }
        if (text.mid(i + 1, 2) == "\r\n") {
            i += 2;
            continue;
        }
        const QByteArray hex = text.mid(i + 1, 2);
        if (hex.size() != 2 || hex.toUpper() != hex || QByteArray::fromHex(hex).toHex().toUpper() != hex)
            return "broken";
        out += QByteArray::fromHex(hex);
        i += 2;
    }
    return out;
}

void checkLines(const QByteArray &encoded, qsizetype longest)
{
    QVERIFY(encoded.isEmpty() || encoded.endsWith("\r\n"));
    for (QByteArray line : encoded.left(encoded.size() - 2).split('\n')) {
        if (line.endsWith('\r'))
            line.chop(1);
        QVERIFY2(line.size() <= longest, line.constData());
        QVERIFY2(!line.endsWith(' ') && !line.endsWith('\t'), line.constData());
        QVERIFY2(!line.startsWith('.'), line.constData());
        QVERIFY2(!line.startsWith("From "), line.constData());
        for (const char c : line)
            QVERIFY2((c >= 0x20 && c < 0x7f) || c == '\t', line.constData());
    }
    QCOMPARE(encoded.count('\r'), encoded.count("\r\n"));
    QCOMPARE(encoded.count('\n'), encoded.count("\r\n"));
}

QByteArray endedBy(QByteArray text)
{
    return text.isEmpty() || text.endsWith("\r\n") ? text : text + "\r\n";
}

} // namespace

class TestTransferEncoding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyLineEndBecomesCrLf_data();
    void everyLineEndBecomesCrLf();
    void theSafestAndShortestIsChosen_data();
    void theSafestAndShortestIsChosen();
    void sevenBitChangesNothing();
    void quotedPrintableKeepsToItsRules_data();
    void quotedPrintableKeepsToItsRules();
    void quotedPrintableAtEverySplit();
    void quotedPrintableOfRandomText();
    void base64IsWhatQtMakesOfIt();
    void base64InPiecesIsBase64InOne();
    void everyTextIsSafeInTheEncodingChosenForIt();
};

void TestTransferEncoding::everyLineEndBecomesCrLf_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("canonical");
    QTest::newRow("empty") << QByteArray() << QByteArray();
    QTest::newRow("LF") << QByteArray("a\nb\n") << QByteArray("a\r\nb\r\n");
    QTest::newRow("CR") << QByteArray("a\rb\r") << QByteArray("a\r\nb\r\n");
    QTest::newRow("CR LF") << QByteArray("a\r\nb") << QByteArray("a\r\nb");
    QTest::newRow("mixed") << QByteArray("a\r\n\n\r\r\nb\n\r") << QByteArray("a\r\n\r\n\r\n\r\nb\r\n\r\n");
    QTest::newRow("NUL stays") << QByteArray("a\0b\n", 4) << QByteArray("a\0b\r\n", 5);
}

void TestTransferEncoding::everyLineEndBecomesCrLf()
{
    QFETCH(QByteArray, text);
    QTEST(canonicalLineEnds(text), "canonical");
    QCOMPARE(canonicalLineEnds(canonicalLineEnds(text)), canonicalLineEnds(text));
}

void TestTransferEncoding::theSafestAndShortestIsChosen_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("encoding");
    QTest::newRow("empty") << QByteArray() << QByteArray("7bit");
    QTest::newRow("plain") << QByteArray("Hello,\r\n\r\nworld\ttab\r\n") << QByteArray("7bit");
    QTest::newRow("78") << QByteArray(78, 'x') << QByteArray("7bit");
    QTest::newRow("79") << QByteArray(79, 'x') << QByteArray("quoted-printable");
    QTest::newRow("dot") << QByteArray("a\r\n.\r\n") << QByteArray("quoted-printable");
    QTest::newRow("From ") << QByteArray("a\r\nFrom here\r\n") << QByteArray("quoted-printable");
    QTest::newRow("from") << QByteArray("from here, From there\r\nFromage\r\n") << QByteArray("7bit");
    QTest::newRow("signature mark") << QByteArray("-- \r\nAda\r\n") << QByteArray("quoted-printable");
    QTest::newRow("trailing tab") << QByteArray("a\t\r\n") << QByteArray("quoted-printable");
    QTest::newRow("control") << QByteArray("a\x1b[2J") << QByteArray("quoted-printable");
    QTest::newRow("DEL") << QByteArray("a\x7f") << QByteArray("quoted-printable");
    QTest::newRow("umlaut") << QByteArray("Gr\xc3\xbc\xc3\x9f"
                                          "e aus einer kleinen Stadt am Rand der Berge")
                            << QByteArray("quoted-printable");
    QTest::newRow("Greek") << QStringLiteral("Καλημέρα").toUtf8() << QByteArray("base64");
}

void TestTransferEncoding::theSafestAndShortestIsChosen()
{
    QFETCH(QByteArray, text);
    QTEST(name(encodingForText(text)), "encoding");
}

void TestTransferEncoding::sevenBitChangesNothing()
{
    const QByteArray text = "Hello,\r\n\r\nworld\r\n";
    QCOMPARE(encodeText(text, TransferEncoding::SevenBit), text);
    QCOMPARE(encodeText("no end", TransferEncoding::SevenBit), QByteArray("no end\r\n"));
    for (const auto encoding :
         {TransferEncoding::SevenBit, TransferEncoding::QuotedPrintable, TransferEncoding::Base64})
        QCOMPARE(encodeText({}, encoding), QByteArray());
}

void TestTransferEncoding::quotedPrintableKeepsToItsRules_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("encoded"); // empty: only the rules
    QTest::newRow("equals") << QByteArray("a=b\r\n") << QByteArray("a=3Db\r\n");
    QTest::newRow("trailing blank") << QByteArray("a \r\nb\t\r\n") << QByteArray("a=20\r\nb=09\r\n");
    QTest::newRow("inner blank") << QByteArray("a b\tc\r\n") << QByteArray("a b\tc\r\n");
    QTest::newRow("dot alone") << QByteArray(".\r\n..\r\n.x\r\n") << QByteArray("=2E\r\n=2E.\r\n=2Ex\r\n");
    QTest::newRow("From ") << QByteArray("From me\r\nFromage\r\n") << QByteArray("=46rom me\r\nFromage\r\n");
    QTest::newRow("controls") << QByteArray("\x1b\x7f\x01", 3) << QByteArray("=1B=7F=01\r\n");
    QTest::newRow("NUL") << QByteArray("a\0b", 3) << QByteArray("a=00b\r\n");
    QTest::newRow("bare CR and LF") << QByteArray("a\rb\nc\r\n") << QByteArray("a=0Db=0Ac\r\n");
    QTest::newRow("76 fit") << QByteArray(76, 'x') << QByteArray(QByteArray(76, 'x') + "\r\n");
    QTest::newRow("77 do not") << QByteArray(77, 'x') << QByteArray(QByteArray(75, 'x') + "=\r\nxx\r\n");
    QTest::newRow("blank at 76") << QByteArray(QByteArray(75, 'x') + " \r\n") << QByteArray();
    QTest::newRow("dot behind a soft break") << QByteArray(QByteArray(75, 'x') + "....") << QByteArray();
    QTest::newRow("From behind a soft break")
        << QByteArray(QByteArray(75, 'x') + "From here") << QByteArray();
    QTest::newRow("only blanks") << QByteArray(200, ' ') << QByteArray();
    QTest::newRow("only dots") << QByteArray(1000, '.') << QByteArray();
    QTest::newRow("only equals") << QByteArray(1000, '=') << QByteArray();
    QTest::newRow("100,000 in a line") << QByteArray(100000, 'x') << QByteArray();
}

void TestTransferEncoding::quotedPrintableKeepsToItsRules()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, encoded);
    const QByteArray made = encodeText(text, TransferEncoding::QuotedPrintable);
    if (!encoded.isEmpty())
        QCOMPARE(made, encoded);
    checkLines(made, 76);
    QCOMPARE(decodeQuotedPrintable(made), endedBy(text));
}

// What stands at the end of the line moves over every column in which it could be cut.
void TestTransferEncoding::quotedPrintableAtEverySplit()
{
    const QList<QByteArray> tails{".",  "..",       "From ",        "=",  " ", "\t",
                                  " .", "\xc3\xbc", "\xe2\x82\xac", "x ", "F", "\xf0\x9f\x98\x80 "};
    for (const QByteArray &tail : tails) {
        for (qsizetype before = 0; before < 160; ++before) {
            for (const QByteArray &behind : {QByteArray(), QByteArray("y"), QByteArray(" \r\n.z")}) {
                const QByteArray text = QByteArray(before, 'x') + tail + behind;
                const QByteArray made = encodeText(text, TransferEncoding::QuotedPrintable);
                checkLines(made, 76);
                if (QTest::currentTestFailed())
                    return;
                QCOMPARE(decodeQuotedPrintable(made), endedBy(text));
            }
        }
    }
}

void TestTransferEncoding::quotedPrintableOfRandomText()
{
    QRandomGenerator random(2045);
    const QByteArray alphabet("abF.= \t\x00\x1b\x7f\xc3\xbc\xff"
                              "From ",
                              18);
    for (int round = 0; round < 3000; ++round) {
        QByteArray text;
        for (int n = random.bounded(1, 300); n > 0; --n)
            text += random.bounded(20) == 0
                        ? QByteArray("\r\n")
                        : QByteArray(1, alphabet.at(random.bounded(static_cast<int>(alphabet.size()))));
        const QByteArray made = encodeText(text, TransferEncoding::QuotedPrintable);
        checkLines(made, 76);
        if (QTest::currentTestFailed())
            return;
        QCOMPARE(decodeQuotedPrintable(made), endedBy(text));
    }
}

void TestTransferEncoding::base64IsWhatQtMakesOfIt()
{
    QRandomGenerator random(1);
    for (qsizetype size = 0; size < 400; ++size) {
        QByteArray octets(size, Qt::Uninitialized);
        for (char &c : octets)
            c = static_cast<char>(random.bounded(256));
        const QByteArray made = encodeBase64Lines(octets);
        QCOMPARE(made.size(), base64LinesSize(size));
        QByteArray joined = made;
        joined.replace("\r\n", "");
        QCOMPARE(joined, octets.toBase64());
        const QList<QByteArray> lines = made.left(std::max<qsizetype>(0, made.size() - 2)).split('\n');
        for (qsizetype i = 0; i < lines.size(); ++i)
            QCOMPARE(lines.at(i).trimmed().size(), i + 1 < lines.size() ? 76
                                                   : size == 0          ? 0
                                                                        : joined.size() - 76 * i);
        QVERIFY(size == 0 || made.endsWith("\r\n"));
    }
}

void TestTransferEncoding::base64InPiecesIsBase64InOne()
{
    QCOMPARE(base64Chunk % 57, 0);
    QRandomGenerator random(2);
    QByteArray octets(3 * base64Chunk + 1234, Qt::Uninitialized);
    for (char &c : octets)
        c = static_cast<char>(random.bounded(256));
    QByteArray pieces;
    for (qsizetype at = 0; at < octets.size(); at += base64Chunk)
        pieces += encodeBase64Lines(octets.mid(at, base64Chunk));
    QCOMPARE(pieces, encodeBase64Lines(octets));
    QCOMPARE(pieces.size(), base64LinesSize(octets.size()));
    // Sizes are told without making the content: also where it would not fit into memory.
    QCOMPARE(base64LinesSize(57LL << 40), (78LL << 40));
}

void TestTransferEncoding::everyTextIsSafeInTheEncodingChosenForIt()
{
    QRandomGenerator random(3);
    const QByteArray alphabet("abcdefghij .F\t\x1b\xc3");
    for (int round = 0; round < 2000; ++round) {
        QByteArray text;
        const int letters = random.bounded(1, static_cast<int>(alphabet.size()) + 1);
        for (int n = random.bounded(1, 200); n > 0; --n)
            text += random.bounded(15) == 0 ? QByteArray("\r\n")
                                            : QByteArray(1, alphabet.at(random.bounded(letters)));
        checkLines(encodeText(text, encodingForText(text)), 78);
        if (QTest::currentTestFailed())
            return;
    }
}

QTEST_GUILESS_MAIN(TestTransferEncoding)
#include "tst_transferencoding.moc"
