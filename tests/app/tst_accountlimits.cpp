// What `account add` understands of a provider and of limits: the command line is a contract.

#include "app/commands/accountlimits.h"

#include <QTest>

using Accounts::Account;
using Accounts::Limits;
using namespace Qt::StringLiterals;

class TestAccountLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void limits_data();
    void limits();
    void whatIsNoLimit_data();
    void whatIsNoLimit();
    void aProvider();
    void noProvider();
    void hints();

private:
    /// Parsed with only these options known, so that a name that changes is noticed.
    static bool parse(QCommandLineParser &parser, const QStringList &arguments)
    {
        App::addLimitOptions(parser);
        return parser.parse(QStringList{u"postrider"_s} + arguments);
    }
};

void TestAccountLimits::limits_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<Limits>("expected");
    const Limits before{1, 2, 3, 4, 5, 6'000};
    QTest::newRow("none: those of before") << QStringList{} << before;
    QTest::newRow("a minute") << QStringList{u"--per-minute"_s, u"30"_s} << Limits{30, 2, 3, 4, 5, 6'000};
    QTest::newRow("an hour") << QStringList{u"--per-hour"_s, u"200"_s} << Limits{1, 200, 3, 4, 5, 6'000};
    QTest::newRow("a day") << QStringList{u"--per-day=500"_s} << Limits{1, 2, 500, 4, 5, 6'000};
    QTest::newRow("recipients a day")
        << QStringList{u"--recipients-per-day"_s, u"10000"_s} << Limits{1, 2, 3, 10'000, 5, 6'000};
    QTest::newRow("recipients a message")
        << QStringList{u"--recipients-per-message"_s, u"100"_s} << Limits{1, 2, 3, 4, 100, 6'000};
    QTest::newRow("lifted") << QStringList{u"--per-day"_s, u"0"_s} << Limits{1, 2, 0, 4, 5, 6'000};
    QTest::newRow("octets") << QStringList{u"--max-size"_s, u"1234"_s} << Limits{1, 2, 3, 4, 5, 1'234};
    QTest::newRow("kilobytes") << QStringList{u"--max-size"_s, u"500k"_s} << Limits{1, 2, 3, 4, 5, 500'000};
    QTest::newRow("megabytes") << QStringList{u"--max-size"_s, u"25M"_s} << Limits{1, 2, 3, 4, 5, 25'000'000};
    QTest::newRow("gigabytes") << QStringList{u"--max-size"_s, u"5000M"_s}
                               << Limits{1, 2, 3, 4, 5, 5'000'000'000};
}

void TestAccountLimits::limits()
{
    QFETCH(QStringList, arguments);
    QFETCH(Limits, expected);
    QCommandLineParser parser;
    QVERIFY(parse(parser, arguments));
    Limits limits{1, 2, 3, 4, 5, 6'000};
    QVERIFY(App::applyLimits(limits, parser).ok());
    QCOMPARE(limits, expected);
}

void TestAccountLimits::whatIsNoLimit_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<QString>("value");
    for (const char *option :
         {"per-minute", "per-hour", "per-day", "recipients-per-day", "recipients-per-message", "max-size"}) {
        for (const char *value : {"", "many", "1.5", "-1", "99999999999999999999", "5 MB"})
            QTest::addRow("%s %s", option, value)
                << QString::fromLatin1(option) << QString::fromLatin1(value);
    }
}

void TestAccountLimits::whatIsNoLimit()
{
    QFETCH(QString, option);
    QFETCH(QString, value);
    QCommandLineParser parser;
    QVERIFY(parse(parser, {u"--"_s + option + u'=' + value}));
    Limits limits;
    Base::Done done = App::applyLimits(limits, parser);
    if (done)
        done = Accounts::check(limits);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, Base::ErrorKind::BadAccount);
    QCOMPARE(done.error().subject, option);
}

void TestAccountLimits::aProvider()
{
    QCommandLineParser parser;
    QVERIFY(parse(parser, {u"--provider"_s, u"gmail"_s, u"--per-day"_s, u"100"_s}));
    Account account;
    account.fromAddress = u"ada@gmail.com"_s;
    QVERIFY(App::applyProvider(account, parser).ok());
    QVERIFY(App::applyLimits(account.limits, parser).ok());
    QCOMPARE(account.server.host, u"smtp.gmail.com"_s);
    QCOMPARE(account.limits.perDay, 100);
    QCOMPARE(account.limits.recipientsPerDay, 500);
    QVERIFY(App::signInAdvice(parser).contains(u"Gmail"_s));
}

void TestAccountLimits::noProvider()
{
    QCommandLineParser none;
    QVERIFY(parse(none, {}));
    Account account;
    QVERIFY(App::applyProvider(account, none).ok());
    QCOMPARE(account, Account());
    QVERIFY(App::signInAdvice(none).isEmpty());
    QCommandLineParser unknown;
    QVERIFY(parse(unknown, {u"--provider"_s, u"nobody"_s}));
    const Base::Done done = App::applyProvider(account, unknown);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().subject, u"provider"_s);
    QVERIFY(done.error().detail.contains(u"gmail"_s)); // says which there are
}

void TestAccountLimits::hints()
{
    QVERIFY(App::providerHint(u"ada@gmx.de"_s).contains(u"--provider gmx "_s));
    QVERIFY(App::providerHint(u"ada@example.org"_s).isEmpty());
}

QTEST_GUILESS_MAIN(TestAccountLimits)
#include "tst_accountlimits.moc"
