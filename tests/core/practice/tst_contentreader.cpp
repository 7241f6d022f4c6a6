// What follows 354: dot-stuffing undone, and an end that only CRLF.CRLF makes; whole and cut at every byte.

#include "core/practice/contentreader.h"

#include <QTest>

using Practice::ContentReader;
using Fault = Practice::ContentReader::Fault;

class TestContentReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data();
    void reads();
    void keepsTheBeginningAndCountsTheRest();
};

void TestContentReader::reads_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("left");
    QTest::addColumn<bool>("ended");
    QTest::addColumn<int>("fault");
    const auto row = [](const char *name, const QByteArray &input, const QByteArray &content,
                        const QByteArray &left, bool ended, Fault fault) {
        QTest::newRow(name) << input << content << left << ended << int(fault);
    };
    const QByteArray longest(998, 'x');
    row("plain", "a\r\nb\r\n.\r\n", "a\r\nb\r\n", "", true, Fault::None);
    row("empty", ".\r\n", "", "", true, Fault::None);
    row("rest is left", "a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n", true, Fault::None);
    row("stuffed dot", "..\r\n..a\r\n.\r\n", ".\r\n.a\r\n", "", true, Fault::None);
    row("dot unstuffed though the client forgot", ".a\r\n.\r\n", "a\r\n", "", true, Fault::None);
    row("dot within a line", "a.\r\nb\r\n.\r\n", "a.\r\nb\r\n", "", true, Fault::None);
    row("LF.LF does not end", "a\n.\nMAIL\r\n.\r\n", "a\n.\nMAIL\r\n", "", true, Fault::BareLf);
    row("LF.CRLF does not end", "a\n.\r\nMAIL\r\n.\r\n", "a\n.\r\nMAIL\r\n", "", true, Fault::BareLf);
    row("CRLF.LF does not end", "a\r\n.\nMAIL\r\n.\r\n", "a\r\n\nMAIL\r\n", "", true, Fault::BareLf);
    row("CR.CR does not end", "a\r.\rMAIL\r\n.\r\n", "a\r.\rMAIL\r\n", "", true, Fault::BareCr);
    row("CRLF.CR does not end", "a\r\n.\rMAIL\r\n.\r\n", "a\r\n\rMAIL\r\n", "", true, Fault::BareCr);
    row("CRCRLF.CRLF", "a\r\r\n.\r\n", "a\r\r\n", "", true, Fault::BareCr);
    row("CRLF.CRCRLF does not end", "\r\n.\r\r\n.\r\n", "\r\n\r\r\n", "", true, Fault::BareCr);
    row("NUL", QByteArray("a\0b\r\n.\r\n", 8), QByteArray("a\0b\r\n", 5), "", true, Fault::Nul);
    row("longest line", longest + "\r\n.\r\n", longest + "\r\n", "", true, Fault::None);
    row("longest line, stuffed", '.' + longest + "\r\n.\r\n", longest + "\r\n", "", true, Fault::None);
    row("line too long", longest + "x\r\n.\r\n", longest + "x\r\n", "", true, Fault::LongLine);
    row("unfinished", "a\r\n.\r", "a\r\n", "", false, Fault::None);
}

void TestContentReader::reads()
{
    QFETCH(QByteArray, input);
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, left);
    QFETCH(bool, ended);
    QFETCH(int, fault);

    for (const qsizetype cut : {input.size(), qsizetype(1), qsizetype(3)}) {
        ContentReader reader(1'000'000);
        qsizetype used = 0;
        while (used < input.size() && !reader.isAtEnd())
            used += reader.feed(QByteArrayView(input).sliced(used, qMin(cut, input.size() - used)));
        QCOMPARE(reader.isAtEnd(), ended);
        QCOMPARE(input.mid(used), left);
        QCOMPARE(reader.size(), content.size());
        QCOMPARE(int(reader.fault()), fault);
        QCOMPARE(reader.takeContent(), content);
    }
}

void TestContentReader::keepsTheBeginningAndCountsTheRest()
{
    ContentReader reader(5);
    reader.feed("1234567\r\n.\r\n");
    QVERIFY(reader.isAtEnd());
    QCOMPARE(reader.size(), 9);
    QCOMPARE(reader.takeContent(), QByteArray("12345"));
}

QTEST_GUILESS_MAIN(TestContentReader)
#include "tst_contentreader.moc"
