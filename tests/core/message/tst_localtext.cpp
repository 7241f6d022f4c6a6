// Line ends and quoting of messages in files, whole and in pieces of every size.

#include "core/message/localtext.h"

#include <QTest>

using Message::LocalText;
using Quoting = Message::LocalText::Quoting;

class TestLocalText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linesAreThoseOfFiles_data();
    void linesAreThoseOfFiles();
    void quotingCanBeUndone();
};

namespace {

QByteArray inPieces(const QByteArray &octets, qsizetype size, Quoting quoting)
{
    LocalText text(quoting);
    QByteArray out;
    for (qsizetype at = 0; at < octets.size(); at += size)
        out += text.take(octets.mid(at, size));
    return out + text.end();
}

} // namespace

void TestLocalText::linesAreThoseOfFiles_data()
{
    QTest::addColumn<QByteArray>("octets");
    QTest::addColumn<QByteArray>("plain");
    QTest::addColumn<QByteArray>("quoted");
    const auto row = [](const char *name, const QByteArray &octets, const QByteArray &plain,
                        const QByteArray &quoted) { QTest::newRow(name) << octets << plain << quoted; };
    row("nothing", "", "", "");
    row("CRLF", "a\r\nb\r\n", "a\nb\n", "a\nb\n");
    row("no end", "a", "a\n", "a\n");
    row("a lone CR is no line end", "a\rb\r\n", "a\rb\n", "a\rb\n");
    row("CR at the very end", "a\r", "a\r\n", "a\r\n");
    row("CR CR LF", "a\r\r\nb\r\n", "a\r\nb\n", "a\r\nb\n");
    row("From", "From ada\r\n", "From ada\n", ">From ada\n");
    row("quoted From", ">From ada\r\n>>From bob\r\n", ">From ada\n>>From bob\n", ">>From ada\n>>>From bob\n");
    row("From alone", "From \r\nFrom\r\nFrom", "From \nFrom\nFrom\n", ">From \nFrom\nFrom\n");
    row("From within a line", "so From here\r\n", "so From here\n", "so From here\n");
    row("From in other letters", "from ada\r\nFROM bob\r\nFrom:\r\n", "from ada\nFROM bob\nFrom:\n",
        "from ada\nFROM bob\nFrom:\n");
    row("arrows", ">\r\n>> \r\n> From x\r\n>Fro", ">\n>> \n> From x\n>Fro\n", ">\n>> \n> From x\n>Fro\n");
    row("dots stay", ".\r\n..\r\n.From \r\n", ".\n..\n.From \n", ".\n..\n.From \n");
    row("empty lines", "\r\n\r\nFrom x\r\n\r\n", "\n\nFrom x\n\n", "\n\n>From x\n\n");
    row("eight bits", "Fr\xc3\xb6m \r\nFrom \xc3\xb6\r\n", "Fr\xc3\xb6m \nFrom \xc3\xb6\n",
        "Fr\xc3\xb6m \n>From \xc3\xb6\n");
}

void TestLocalText::linesAreThoseOfFiles()
{
    QFETCH(QByteArray, octets);
    QFETCH(QByteArray, plain);
    QFETCH(QByteArray, quoted);
    for (const qsizetype size : {1, 2, 3, 5, 7, 1000}) {
        QCOMPARE(inPieces(octets, size, Quoting::None), plain);
        QCOMPARE(inPieces(octets, size, Quoting::From), quoted);
    }
}

void TestLocalText::quotingCanBeUndone()
{
    const QByteArray octets = "From a\n>From b\n>>>>From c\nFro\n> From d\n>>From\nFrom \n";
    QByteArray undone;
    for (QByteArray line : inPieces(octets, 4, Quoting::From).split('\n')) {
        QByteArray bare = line;
        while (bare.startsWith('>'))
            bare = bare.mid(1);
        undone += (bare.startsWith("From ") && line.startsWith('>') ? line.mid(1) : line) + '\n';
    }
    undone.chop(1);
    QCOMPARE(undone, octets);
}

QTEST_GUILESS_MAIN(TestLocalText)
#include "tst_localtext.moc"
