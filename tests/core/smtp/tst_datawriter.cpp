// Dot-stuffing and line ends, over every cut (RFC 5321 §4.5.2; CVE-2023-51764, CVE-2021-38189).

#include "core/smtp/datawriter.h"

#include <QRandomGenerator>
#include <QTest>

using Smtp::DataWriter;

class TestDataWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writes_data();
    void writes();
    void everySplitWritesTheSame_data();
    void everySplitWritesTheSame();
    void whatIsWrittenReadsBack();
};

namespace {

/// The whole of it, final dot and all.
QByteArray written(const QByteArrayList &chunks)
{
    DataWriter writer;
    QByteArray out;
    for (const QByteArray &chunk : chunks)
        out += writer.write(chunk);
    return out + writer.finish() + DataWriter::terminator();
}

/// The line ends as they must be: CR, LF and CRLF are each one; made another way than the code under test.
QByteArray canonical(QByteArray text)
{
    text.replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\r\n");
    return text.isEmpty() || text.endsWith("\r\n") ? text : text + "\r\n";
}

/// A receiving server (RFC 5321 §4.5.2): the content, or nothing when the end did not come exactly at the
/// end.
QByteArray read(const QByteArray &wire)
{
    QByteArray out;
    for (qsizetype at = 0; at < wire.size();) {
        const qsizetype end = wire.indexOf("\r\n", at);
        if (end < 0)
            return {};
        const QByteArray line = wire.mid(at, end - at);
        at = end + 2;
        if (line == ".")
            return at == wire.size() ? out : QByteArray("ended early");
        out += (line.startsWith('.') ? line.mid(1) : line) + "\r\n";
    }
    return "never ended";
}

bool hasBareLineEnd(const QByteArray &wire)
{
    for (qsizetype i = 0; i < wire.size(); ++i) {
        if (wire.at(i) == '\n' && (i == 0 || wire.at(i - 1) != '\r'))
            return true;
        if (wire.at(i) == '\r' && (i + 1 == wire.size() || wire.at(i + 1) != '\n'))
            return true;
    }
    return false;
}

} // namespace

void TestDataWriter::writes_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("wire");
    const auto row = [](const char *name, const QByteArray &text, const QByteArray &wire) {
        QTest::newRow(name) << text << wire;
    };
    row("nothing", "", ".\r\n");
    row("a line", "a\r\n", "a\r\n.\r\n");
    row("no line end", "a", "a\r\n.\r\n");
    row("a dot at offset 0", ".a\r\n", "..a\r\n.\r\n");
    row("a dot alone", ".\r\n", "..\r\n.\r\n");
    row("a dot alone without a line end", ".", "..\r\n.\r\n");
    row("a dot inside", "a.b\r\n", "a.b\r\n.\r\n");
    row("two dots", "..\r\n", "...\r\n.\r\n");
    row("bare LF", "a\nb", "a\r\nb\r\n.\r\n");
    row("bare CR", "a\rb", "a\r\nb\r\n.\r\n");
    row("LF CR", "a\n\rb", "a\r\n\r\nb\r\n.\r\n");
    row("CR CR LF", "a\r\r\nb", "a\r\n\r\nb\r\n.\r\n");
    row("CR at the end", "a\r", "a\r\n.\r\n");
    // The smuggled ends of data: none of them may look like one to anyone.
    row("LF dot LF", "a\n.\nMAIL", "a\r\n..\r\nMAIL\r\n.\r\n");
    row("LF dot CRLF", "a\n.\r\nMAIL", "a\r\n..\r\nMAIL\r\n.\r\n");
    row("CR dot CR", "a\r.\rMAIL", "a\r\n..\r\nMAIL\r\n.\r\n");
    row("CRLF dot CR", "a\r\n.\rMAIL", "a\r\n..\r\nMAIL\r\n.\r\n");
    row("CRLF dot LF", "a\r\n.\nMAIL", "a\r\n..\r\nMAIL\r\n.\r\n");
    row("NUL and 8 bits", QByteArray("\0\xff.\x80\r\n", 6), QByteArray("\0\xff.\x80\r\n.\r\n", 9));
}

void TestDataWriter::writes()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, wire);
    QCOMPARE(written({text}), wire);
}

void TestDataWriter::everySplitWritesTheSame_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("dots") << QByteArray(".\r\n..\r\n.a\r\n\r\n.\r\n.");
    QTest::newRow("every line end") << QByteArray("a\r\n\n\r\r\n\n.\r.\n.\r\n\r");
    QTest::newRow("smuggling") << QByteArray("a\n.\nMAIL FROM:<b>\r\n.\rx\r.\r\n");
}

void TestDataWriter::everySplitWritesTheSame()
{
    QFETCH(QByteArray, text);
    const QByteArray whole = written({text});
    for (qsizetype first = 0; first <= text.size(); ++first) {
        for (qsizetype second = first; second <= text.size(); ++second)
            QCOMPARE(written({text.left(first), text.mid(first, second - first), text.mid(second)}), whole);
    }
    QByteArrayList octets;
    for (const char c : text)
        octets.append(QByteArray(1, c));
    QCOMPARE(written(octets), whole);
}

// The property: no bare CR or LF goes out, the only end of data is the last line, and a server reads what was
// meant.
void TestDataWriter::whatIsWrittenReadsBack()
{
    QRandomGenerator random(20261121);
    const QByteArray alphabet("\r\r\n\n..a\0", 8);
    for (int round = 0; round < 20'000; ++round) {
        QByteArrayList chunks;
        QByteArray text;
        const int count = static_cast<int>(random.bounded(6));
        for (int i = 0; i < count; ++i) {
            QByteArray chunk;
            for (quint32 length = random.bounded(8U); length > 0; --length)
                chunk += alphabet.at(
                    static_cast<qsizetype>(random.bounded(static_cast<quint32>(alphabet.size()))));
            chunks.append(chunk);
            text += chunk;
        }
        const QByteArray wire = written(chunks);
        QVERIFY2(!hasBareLineEnd(wire), text.toHex().constData());
        QVERIFY2(read(wire) == canonical(text), text.toHex().constData());
    }
}

QTEST_GUILESS_MAIN(TestDataWriter)
#include "tst_datawriter.moc"
