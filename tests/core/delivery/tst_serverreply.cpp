// One reply: its classes, its enhanced code, and text that was made harmless (law 9).

#include "core/delivery/serverreply.h"

#include <QTest>

using Delivery::ServerReply;

class TestServerReply : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void classes_data();
    void classes();
    void enhancedCode_data();
    void enhancedCode();
    void textLacksTheEnhancedCode();
    void law9_foreignTextIsHarmless_data();
    void law9_foreignTextIsHarmless();
    void law9_foreignTextIsBounded();
};

void TestServerReply::classes_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("is"); // null, positive, intermediate, transient, permanent
    QTest::newRow("none") << 0 << QByteArray("n----");
    QTest::newRow("200") << 200 << QByteArray("-p---");
    QTest::newRow("252") << 252 << QByteArray("-p---");
    QTest::newRow("299") << 299 << QByteArray("-p---");
    QTest::newRow("334") << 334 << QByteArray("--i--");
    QTest::newRow("354") << 354 << QByteArray("--i--");
    QTest::newRow("421") << 421 << QByteArray("---t-");
    QTest::newRow("499") << 499 << QByteArray("---t-");
    QTest::newRow("500") << 500 << QByteArray("----x");
    QTest::newRow("599") << 599 << QByteArray("----x");
}

void TestServerReply::classes()
{
    QFETCH(int, code);
    QFETCH(QByteArray, is);
    const ServerReply reply(code, {});
    QByteArray classes("-----");
    if (reply.isNull())
        classes[0] = 'n';
    if (reply.isPositive())
        classes[1] = 'p';
    if (reply.isIntermediate())
        classes[2] = 'i';
    if (reply.isTransient())
        classes[3] = 't';
    if (reply.isPermanent())
        classes[4] = 'x';
    QCOMPARE(classes, is);
}

void TestServerReply::enhancedCode_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("enhanced");
    const auto row = [](int code, const char *line, const char *enhanced) {
        QTest::addRow("%d %s", code, line)
            << code << QString::fromLatin1(line) << QString::fromLatin1(enhanced);
    };
    row(550, "5.1.1 No such user", "5.1.1");
    row(250, "2.0.0", "2.0.0");
    row(451, "4.7.1 Greylisted", "4.7.1");
    row(554, "5.123.456 x", "5.123.456");
    row(334, "VXNlcg==", "");
    row(550, "2.1.5 Ok", ""); // contradicts the code (RFC 2034 §4)
    row(450, "5.1.1 x", "");
    row(550, "5.1.1x No", "");
    row(550, "5.1 No", "");
    row(550, "5.1.1.1 No", "");
    row(550, "5..1 No", "");
    row(550, "5.1234.1 No", "");
    row(550, "55.1.1 No", "");
    row(550, " 5.1.1 No", "");
    row(550, "No 5.1.1", "");
    row(550, "#5.1.1 No", "");
    row(550, "-5.1.1 No", "");
    row(350, "3.0.0 x", "");
    row(550, "", "");
}

void TestServerReply::enhancedCode()
{
    QFETCH(int, code);
    QFETCH(QString, line);
    QFETCH(QString, enhanced);
    QCOMPARE(ServerReply(code, {line}).enhanced(), enhanced);
}

void TestServerReply::textLacksTheEnhancedCode()
{
    const ServerReply reply(
        550, {QStringLiteral("5.1.1 No such user"), QStringLiteral("5.1.1 here"), QStringLiteral("sorry")});
    QCOMPARE(reply.text(), QStringLiteral("No such user\nhere\nsorry"));
    QCOMPARE(reply.toString(), QStringLiteral("550 5.1.1 No such user 5.1.1 here sorry"));
    QCOMPARE(ServerReply(250, {QStringLiteral("5.1.1 odd")}).text(), QStringLiteral("5.1.1 odd"));
    QVERIFY(ServerReply().toString().isEmpty());
    QVERIFY(ServerReply().text().isEmpty());
}

void TestServerReply::law9_foreignTextIsHarmless_data()
{
    QTest::addColumn<QByteArray>("foreign");
    QTest::addColumn<QString>("shown");
    QTest::newRow("plain") << QByteArray("No such user") << QStringLiteral("No such user");
    QTest::newRow("tab") << QByteArray("a\tb") << QStringLiteral("a b");
    QTest::newRow("CR and LF") << QByteArray("a\r\nb") << QStringLiteral("ab");
    QTest::newRow("NUL") << QByteArray("a\0b", 3) << QStringLiteral("ab");
    QTest::newRow("escape sequence") << QByteArray("\x1b]0;title\x07x") << QStringLiteral("]0;titlex");
    QTest::newRow("C1 control") << QByteArray("a\xc2\x9b"
                                              "31mb")
                                << QStringLiteral("a31mb");
    QTest::newRow("bidi override") << QByteArray("a\xe2\x80\xae"
                                                 "b\xe2\x80\xac")
                                   << QStringLiteral("ab");
    QTest::newRow("bidi isolate") << QByteArray("a\xe2\x81\xa6"
                                                "b\xe2\x81\xa9")
                                  << QStringLiteral("ab");
    QTest::newRow("zero width") << QByteArray("a\xe2\x80\x8b"
                                              "b\xef\xbb\xbf")
                                << QStringLiteral("ab");
    QTest::newRow("line separator") << QByteArray("a\xe2\x80\xa8"
                                                  "b")
                                    << QStringLiteral("ab");
    QTest::newRow("Arabic letter mark") << QByteArray("a\xd8\x9c"
                                                      "b")
                                        << QStringLiteral("ab");
    QTest::newRow("Latin-1") << QByteArray("gr\xfc\xdf!") << QStringLiteral(u"gr\ufffd\ufffd!");
    QTest::newRow("beyond the BMP") << QByteArray("\xf0\x9f\x93\xae!") << QStringLiteral(u"\U0001F4EE!");
    QTest::newRow("markup is text") << QByteArray("<b>&amp;") << QStringLiteral("<b>&amp;");
}

void TestServerReply::law9_foreignTextIsHarmless()
{
    QFETCH(QByteArray, foreign);
    QFETCH(QString, shown);
    QCOMPARE(Delivery::sanitised(foreign), shown);
}

void TestServerReply::law9_foreignTextIsBounded()
{
    QCOMPARE(Delivery::sanitised(QByteArray(100'000, 'x')).size(), 2048);
    QCOMPARE(Delivery::sanitised(QByteArray(100, 'x'), 10), QString(10, QLatin1Char('x')));
    // Two units each: the bound is kept to the unit, and no character is halved.
    const QByteArray postboxes = QByteArray("\xf0\x9f\x93\xae").repeated(100);
    QCOMPARE(Delivery::sanitised(postboxes, 10).size(), 10);
    QCOMPARE(Delivery::sanitised(postboxes, 11).size(), 10);
    QVERIFY(Delivery::sanitised(postboxes, 11).isValidUtf16());
    QVERIFY(Delivery::sanitised(postboxes, 1).isEmpty());
}

QTEST_GUILESS_MAIN(TestServerReply)
#include "tst_serverreply.moc"
