// Bytes become replies the same way however they are cut, and never past the bounds (law 9).

#include "core/smtp/replyparser.h"

#include <QTest>

using Delivery::ServerReply;
using Smtp::ReplyParser;

class TestReplyParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsReplies_data();
    void readsReplies();
    void everySplitReadsTheSame();
    void law9_whatIsNoReplyIsMalformedForGood_data();
    void law9_whatIsNoReplyIsMalformedForGood();
    void law9_boundsAreExact();
    void law9_controlsAreStripped();
    void law9_nonsenseIsNotCutWithinACharacter();
    void repliesBeforeTheNonsenseAreStillRead();
    void law6_leftoversAreSeen();
    void resetForgetsEverything();
    void law7_theFilterSeesEveryLineAndEveryFragment();
};

namespace {

struct Heard
{
    QList<ServerReply> replies;
    bool malformed = false;

    friend bool operator==(const Heard &, const Heard &) = default;
};

Heard hear(const QByteArrayList &chunks)
{
    ReplyParser parser;
    Heard heard;
    for (const QByteArray &chunk : chunks) {
        parser.feed(chunk);
        while (const std::optional<ServerReply> reply = parser.next())
            heard.replies.append(*reply);
    }
    heard.malformed = !parser.malformed().isEmpty();
    return heard;
}

} // namespace

void TestReplyParser::readsReplies_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    QTest::addColumn<QStringList>("lines");
    const auto row = [](const char *name, const QByteArray &bytes, int code, const QStringList &lines) {
        QTest::newRow(name) << bytes << code << lines;
    };
    row("one line", "220 mail.example ESMTP\r\n", 220, {QStringLiteral("mail.example ESMTP")});
    row("no text", "250\r\n", 250, {QString()});
    row("a blank and no text", "250 \r\n", 250, {QString()});
    row("bare LF", "250 Ok\n", 250, {QStringLiteral("Ok")});
    row("several lines", "250-a\r\n250-\r\n250 c\r\n", 250,
        {QStringLiteral("a"), QString(), QStringLiteral("c")});
    row("last line without text", "250-a\r\n250\r\n", 250, {QStringLiteral("a"), QString()});
    row("lowest code", "200 x\r\n", 200, {QStringLiteral("x")});
    row("highest code", "599 x\r\n", 599, {QStringLiteral("x")});
    row("a dash in the text", "250 -x-\r\n", 250, {QStringLiteral("-x-")});
    row("UTF-8", "250 gr\xc3\xbc\xc3\x9f\r\n", 250, {QStringLiteral(u"gr\u00fc\u00df")});
    row("invalid UTF-8", "250 \xff!\r\n", 250, {QStringLiteral(u"\ufffd!")});
}

void TestReplyParser::readsReplies()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, code);
    QFETCH(QStringList, lines);
    const Heard heard = hear({bytes});
    QVERIFY(!heard.malformed);
    QCOMPARE(heard.replies.size(), 1);
    QCOMPARE(heard.replies.first().code(), code);
    QCOMPARE(heard.replies.first().lines(), lines);
}

void TestReplyParser::everySplitReadsTheSame()
{
    const QByteArray bytes =
        "250-mail.example\r\n250 PIPELINING\r\n354\r\n250 2.0.0 Ok: queued as 4F2\n421 gone\r\nnonsense\r\n";
    const Heard whole = hear({bytes});
    QCOMPARE(whole.replies.size(), 4);
    QVERIFY(whole.malformed);
    for (qsizetype first = 0; first <= bytes.size(); ++first) {
        for (qsizetype second = first; second <= bytes.size(); ++second)
            QVERIFY(hear({bytes.left(first), bytes.mid(first, second - first), bytes.mid(second)}) == whole);
    }
    QByteArrayList octets;
    for (const char c : bytes)
        octets.append(QByteArray(1, c));
    QVERIFY(hear(octets) == whole);
}

void TestReplyParser::law9_whatIsNoReplyIsMalformedForGood_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("text") << QByteArray("hello\r\n");
    QTest::newRow("empty line") << QByteArray("\r\n");
    QTest::newRow("two digits") << QByteArray("25\r\n");
    QTest::newRow("four digits") << QByteArray("2500 x\r\n");
    QTest::newRow("no blank behind the code") << QByteArray("250x\r\n");
    QTest::newRow("a tab behind the code") << QByteArray("250\tx\r\n");
    QTest::newRow("1xx") << QByteArray("150 x\r\n");
    QTest::newRow("6xx") << QByteArray("600 x\r\n");
    QTest::newRow("000") << QByteArray("000 x\r\n");
    QTest::newRow("other digits") << QByteArray("\xd9\xa2\xd9\xa5\xd9\xa0 x\r\n");
    QTest::newRow("NUL") << QByteArray("\0\0\0\r\n", 5);
    QTest::newRow("TLS record") << QByteArray("\x16\x03\x01\x02\n", 5);
    QTest::newRow("another code in the middle") << QByteArray("250-a\r\n251 b\r\n");
    QTest::newRow("garbage in the middle") << QByteArray("250-a\r\nb\r\n");
}

void TestReplyParser::law9_whatIsNoReplyIsMalformedForGood()
{
    QFETCH(QByteArray, bytes);
    ReplyParser parser;
    parser.feed(bytes);
    QVERIFY(!parser.next());
    QVERIFY(!parser.malformed().isEmpty());
    QVERIFY(parser.malformed().size() < 200);
    parser.feed("250 Ok\r\n");
    QVERIFY(!parser.next());
    QVERIFY(!parser.malformed().isEmpty());
}

void TestReplyParser::law9_boundsAreExact()
{
    // A line is bounded to 2,048 octets, its CR counted, its LF not.
    QVERIFY(!hear({"250 " + QByteArray(2043, 'x') + "\r\n"}).malformed);
    QVERIFY(!hear({"250 " + QByteArray(2044, 'x') + "\n"}).malformed);
    QVERIFY(hear({"250 " + QByteArray(2045, 'x') + "\r\n"}).malformed);
    QVERIFY(!hear({QByteArray(2048, '2')}).malformed); // a line end may still come
    QVERIFY(hear({QByteArray(2049, '2')}).malformed);  // it may not
    QVERIFY(hear({QByteArray(10 << 20, '2')}).malformed);

    QCOMPARE(hear({QByteArray("250-x\r\n").repeated(127) + "250 x\r\n"}).replies.value(0).lines().size(),
             128);
    QVERIFY(hear({QByteArray("250-x\r\n").repeated(128) + "250 x\r\n"}).malformed);

    const QByteArray line = "250-" + QByteArray(1020, 'x') + "\r\n"; // 1,024 octets without its line end
    QCOMPARE(hear({line.repeated(63) + "250 " + QByteArray(1020, 'x') + "\r\n"}).replies.size(), 1);
    QVERIFY(hear({line.repeated(64) + "250 x\r\n"}).malformed);

    // The bounds are for each reply, not for all of them.
    const Heard many = hear({(QByteArray("250-x\r\n").repeated(100) + "250 x\r\n").repeated(50)});
    QVERIFY(!many.malformed);
    QCOMPARE(many.replies.size(), 50);
}

void TestReplyParser::law9_controlsAreStripped()
{
    const Heard heard = hear({QByteArray("550 a\x1b[31mb\0c\rd\x7f\t\xe2\x80\xae"
                                         "e\r\n",
                                         23)});
    QCOMPARE(heard.replies.value(0).lines(), QStringList{QStringLiteral("a[31mbcd e")});
}

void TestReplyParser::law9_nonsenseIsNotCutWithinACharacter()
{
    const QByteArray postbox = "\xf0\x9f\x93\xae"; // two units
    for (const qsizetype before : {0, 1}) {
        ReplyParser parser;
        parser.feed(QByteArray(before, 'x') + postbox.repeated(100) + "\r\n");
        QVERIFY(!parser.next());
        QVERIFY(parser.malformed().isValidUtf16());
        QCOMPARE(parser.malformed().count(QStringLiteral(u"\U0001F4EE")), 40 - before);
    }
}

void TestReplyParser::repliesBeforeTheNonsenseAreStillRead()
{
    const Heard heard = hear({"250 a\r\n550 b\r\nnonsense\r\n250 c\r\n"});
    QCOMPARE(heard.replies.size(), 2);
    QCOMPARE(heard.replies.last().code(), 550);
    QVERIFY(heard.malformed);
}

void TestReplyParser::law6_leftoversAreSeen()
{
    for (const char *behind : {"2", "\n", "250 injected\r\n", "250-in\r\n"}) {
        ReplyParser parser;
        parser.feed(QByteArray("220 go\r\n") + behind);
        QVERIFY(parser.next());
        QVERIFY(parser.hasLeftovers());
    }
    ReplyParser parser;
    parser.feed("220 go\r\n");
    QVERIFY(parser.next());
    QVERIFY(!parser.hasLeftovers());
    // The first half of a reply of several lines is a leftover too.
    parser.feed("250-half\r\n");
    QVERIFY(!parser.next());
    QVERIFY(parser.hasLeftovers());
}

void TestReplyParser::resetForgetsEverything()
{
    ReplyParser parser;
    parser.feed("250-half\r\n25");
    QVERIFY(!parser.next());
    parser.reset();
    QVERIFY(!parser.hasLeftovers());
    parser.feed("550 whole\r\n");
    const std::optional<ServerReply> reply = parser.next();
    QVERIFY(reply);
    QCOMPARE(reply->lines(), QStringList{QStringLiteral("whole")});
    parser.feed("nonsense\r\n");
    QVERIFY(!parser.next());
    parser.reset();
    QVERIFY(parser.malformed().isEmpty());
    parser.feed("250 again\r\n");
    QVERIFY(parser.next());
}

void TestReplyParser::law7_theFilterSeesEveryLineAndEveryFragment()
{
    ReplyParser parser;
    parser.setFilter([](QByteArray text) { return text.replace("secret", "****"); });
    parser.feed("250-a secret\r\n250 sec\x01ret\r\n");
    const std::optional<ServerReply> reply = parser.next();
    QVERIFY(reply);
    QCOMPARE(reply->lines(), (QStringList{QStringLiteral("a ****"), QStringLiteral("****")}));
    parser.feed("a secret is no reply\r\n");
    QVERIFY(!parser.next());
    QVERIFY(!parser.malformed().contains(QStringLiteral("secret")));
    QVERIFY(parser.malformed().contains(QStringLiteral("****")));
}

QTEST_GUILESS_MAIN(TestReplyParser)
#include "tst_replyparser.moc"
