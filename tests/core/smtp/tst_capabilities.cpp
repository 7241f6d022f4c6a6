// What a reply to EHLO promises, from servers tidy and untidy.

#include "core/smtp/capabilities.h"

#include <QTest>

using Smtp::Capabilities;

class TestCapabilities : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keywordsAreComparedWithoutCase();
    void onlyAsciiIsTheSameInTheOtherCase();
    void theFirstLineIsNoCapability();
    void nothingIsPromisedByNothing();
    void mechanisms_data();
    void mechanisms();
    void sizeLimit_data();
    void sizeLimit();
    void linesAreKeptAsTheyWereSaid();
};

namespace {

Capabilities of(const QStringList &lines)
{
    return Capabilities::from(
        Delivery::ServerReply(250, QStringList{QStringLiteral("mail.example")} + lines));
}

} // namespace

void TestCapabilities::keywordsAreComparedWithoutCase()
{
    const Capabilities capabilities = of({QStringLiteral("pipelining"), QStringLiteral("StartTLS")});
    QVERIFY(capabilities.has(QStringLiteral("PIPELINING")));
    QVERIFY(capabilities.has(QStringLiteral("STARTTLS")));
    QVERIFY(!capabilities.has(QStringLiteral("SIZE")));
    QVERIFY(!of({QStringLiteral("XSTARTTLS"), QStringLiteral("STARTTLSX")}).has(QStringLiteral("STARTTLS")));
}

void TestCapabilities::onlyAsciiIsTheSameInTheOtherCase()
{
    // The long s and the dotless i have S and I for their capitals, "\ufb05" has ST.
    const Capabilities capabilities =
        of({QStringLiteral(u"\u017fTARTTLS"), QStringLiteral(u"p\u0131pelining"),
            QStringLiteral(u"\ufb05arttls"), QStringLiteral(u"\u017fIZE 10"),
            QStringLiteral(u"AUTH \u017fcram-sha-256 plain"), QStringLiteral(u"LIMIT\u017f RCPTMAX=1"),
            QStringLiteral(u"LIMITS MA\u0131LMAX=1")});
    QVERIFY(!capabilities.has(QStringLiteral("STARTTLS")));
    QVERIFY(!capabilities.has(QStringLiteral("PIPELINING")));
    QCOMPARE(capabilities.sizeLimit(), 0);
    QVERIFY(!capabilities.mechanisms().contains(QStringLiteral("SCRAM-SHA-256")));
    QVERIFY(capabilities.mechanisms().contains(QStringLiteral("PLAIN")));
    QCOMPARE(capabilities.limit(QStringLiteral("RCPTMAX")), 0);
    QCOMPARE(capabilities.limit(QStringLiteral("MAILMAX")), 0);
}

void TestCapabilities::theFirstLineIsNoCapability()
{
    const Capabilities capabilities = Capabilities::from(
        Delivery::ServerReply(250, {QStringLiteral("STARTTLS"), QStringLiteral("SIZE 5")}));
    QVERIFY(!capabilities.has(QStringLiteral("STARTTLS")));
    QVERIFY(capabilities.has(QStringLiteral("SIZE")));
}

void TestCapabilities::nothingIsPromisedByNothing()
{
    QVERIFY(Capabilities().mechanisms().isEmpty());
    QCOMPARE(Capabilities().sizeLimit(), 0);
    QVERIFY(Capabilities::from({}).lines().isEmpty());
    QVERIFY(of({QString(), QStringLiteral("   ")}).lines().isEmpty());
}

void TestCapabilities::mechanisms_data()
{
    QTest::addColumn<QStringList>("lines");
    QTest::addColumn<QStringList>("names");
    const QStringList both{QStringLiteral("LOGIN"), QStringLiteral("PLAIN")};
    QTest::newRow("in the server's order") << QStringList{QStringLiteral("AUTH LOGIN PLAIN")} << both;
    QTest::newRow("lower case") << QStringList{QStringLiteral("auth login plain")} << both;
    QTest::newRow("doubled blanks") << QStringList{QStringLiteral("AUTH  LOGIN   PLAIN ")} << both;
    QTest::newRow("the old form") << QStringList{QStringLiteral("AUTH=LOGIN PLAIN")} << both;
    QTest::newRow("the old form with a blank") << QStringList{QStringLiteral("AUTH= LOGIN PLAIN")} << both;
    QTest::newRow("the old form with nothing") << QStringList{QStringLiteral("AUTH=")} << QStringList();
    QTest::newRow("both forms") << QStringList{QStringLiteral("AUTH LOGIN PLAIN"),
                                               QStringLiteral("AUTH=LOGIN PLAIN")}
                                << both;
    QTest::newRow("two lines") << QStringList{QStringLiteral("AUTH LOGIN"), QStringLiteral("AUTH PLAIN")}
                               << both;
    QTest::newRow("twice, in two cases")
        << QStringList{QStringLiteral("AUTH LOGIN PLAIN"), QStringLiteral("AUTH=login plain")} << both;
    QTest::newRow("none") << QStringList{QStringLiteral("AUTH")} << QStringList();
    QTest::newRow("not offered") << QStringList{QStringLiteral("AUTHX LOGIN")} << QStringList();
}

void TestCapabilities::mechanisms()
{
    QFETCH(QStringList, lines);
    QFETCH(QStringList, names);
    QCOMPARE(of(lines).mechanisms(), names);
}

void TestCapabilities::sizeLimit_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<qint64>("limit");
    QTest::newRow("a limit") << QStringLiteral("SIZE 35882577") << qint64(35882577);
    QTest::newRow("over 4 GB") << QStringLiteral("SIZE 5000000000") << qint64(5'000'000'000);
    QTest::newRow("none declared") << QStringLiteral("SIZE") << qint64(0);
    QTest::newRow("zero is no limit") << QStringLiteral("SIZE 0") << qint64(0);
    QTest::newRow("negative") << QStringLiteral("SIZE -1") << qint64(0);
    QTest::newRow("no number") << QStringLiteral("SIZE big") << qint64(0);
    QTest::newRow("more than can be counted") << QStringLiteral("SIZE 99999999999999999999") << qint64(0);
    QTest::newRow("another keyword") << QStringLiteral("SIZES 10") << qint64(0);
}

void TestCapabilities::sizeLimit()
{
    QFETCH(QString, line);
    QFETCH(qint64, limit);
    QCOMPARE(of({line}).sizeLimit(), limit);
}

void TestCapabilities::linesAreKeptAsTheyWereSaid()
{
    QCOMPARE(of({QStringLiteral("Size 10 "), QStringLiteral("xclient NAME")}).lines(),
             (QStringList{QStringLiteral("Size 10"), QStringLiteral("xclient NAME")}));
}

QTEST_GUILESS_MAIN(TestCapabilities)
#include "tst_capabilities.moc"
