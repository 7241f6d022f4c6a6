// What an account may send: its limits, what was learned, and what it has sent, as values.

#include "core/accounts/account.h"
#include "core/accounts/usage.h"

#include <QTest>
#include <QTimeZone>

using Accounts::Learned;
using Accounts::Lesson;
using Accounts::Limits;
using Accounts::Tally;
using Accounts::Usage;
using Accounts::UsageMinute;
using namespace Qt::StringLiterals;

namespace {

const QDate today(2026, 11, 21);
const QDateTime noon = QDateTime(today, QTime(12, 0), Qt::UTC);

QDateTime at(int seconds)
{
    return noon.addSecs(seconds);
}

} // namespace

class TestLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatCannotWork_data();
    void whatCannotWork();
    void theyComeBackFromJson();
    void jsonOfStrangers();
    void aLessonIsForgotten_data();
    void aLessonIsForgotten();
    void lessonsComeBackFromJson();
    void theTighterOneHolds();
    void aMinuteIsOneRow();
    void minutesInAnyOrder();
    void whatLiesAhead();
    void aMinuteBefore1970();
};

void TestLimits::whatCannotWork_data()
{
    QTest::addColumn<int>("most");
    QTest::addColumn<bool>("works");
    QTest::newRow("none") << 0 << true;
    QTest::newRow("one") << 1 << true;
    QTest::newRow("many") << 100'000'000 << true;
    QTest::newRow("negative") << -1 << false;
    QTest::newRow("beyond reason") << 100'000'001 << false;
}

void TestLimits::whatCannotWork()
{
    QFETCH(int, most);
    QFETCH(bool, works);
    const std::pair<const char *, int Limits::*> fields[]{
        {"per-minute", &Limits::perMinute},
        {"per-hour", &Limits::perHour},
        {"per-day", &Limits::perDay},
        {"recipients-per-day", &Limits::recipientsPerDay},
        {"recipients-per-message", &Limits::recipientsPerMessage}};
    for (const auto &[option, field] : fields) {
        Accounts::Account account;
        account.name = u"work"_s;
        account.server = {u"smtp.example.org"_s, 465, Net::Security::Tls};
        account.fromAddress = u"ada@example.org"_s;
        account.limits.*field = most;
        const Base::Done done = Accounts::check(account);
        QCOMPARE(done.ok(), works);
        if (!done) {
            QCOMPARE(done.error().kind, Base::ErrorKind::BadAccount);
            QCOMPARE(done.error().subject, QString::fromLatin1(option));
        }
    }
    for (const qint64 size : {-1, 1, 999}) {
        Limits limits;
        limits.messageSize = size;
        QCOMPARE(Accounts::check(limits).error().subject, u"max-size"_s);
    }
}

void TestLimits::theyComeBackFromJson()
{
    Accounts::Account account;
    account.limits = {30, 200, 2'000, 10'000, 100, 26'214'400};
    const QJsonObject written = Accounts::toJson(account);
    QCOMPARE(written.value(u"perMinute"_s).toInt(), 30); // the command line is a contract
    QCOMPARE(written.value(u"perHour"_s).toInt(), 200);
    QCOMPARE(written.value(u"perDay"_s).toInt(), 2'000);
    QCOMPARE(written.value(u"recipientsPerDay"_s).toInt(), 10'000);
    QCOMPARE(written.value(u"recipientsPerMessage"_s).toInt(), 100);
    QCOMPARE(written.value(u"messageSize"_s).toInt(), 26'214'400);
    QCOMPARE(Accounts::fromJson(written).limits, account.limits);
    account.limits = {};
    account.limits.messageSize = 5'000'000'000; // more than an int holds
    QCOMPARE(Accounts::fromJson(Accounts::toJson(account)).limits, account.limits);
}

void TestLimits::jsonOfStrangers()
{
    QVERIFY(Accounts::limitsFrom({}).isNull()); // an account of before
    const QJsonObject odd{{u"perDay"_s, -5}, {u"perHour"_s, u"many"_s}, {u"messageSize"_s, -1}};
    QVERIFY(Accounts::limitsFrom(odd).isNull());
    QVERIFY(Accounts::check(Accounts::limitsFrom({{u"perDay"_s, 2'000'000'000}})).ok());
}

void TestLimits::aLessonIsForgotten_data()
{
    QTest::addColumn<int>("age");
    QTest::addColumn<int>("setUp"); // what is believed of a set-up of 50
    QTest::addColumn<int>("rate");  // and of a rate of 50
    QTest::newRow("today") << 0 << 50 << 50;
    QTest::newRow("yesterday") << 1 << 50 << 50;
    QTest::newRow("the day before") << 2 << 50 << 0;
    QTest::newRow("weeks ago") << 29 << 50 << 0;
    QTest::newRow("a month ago") << 30 << 0 << 0;
    QTest::newRow("tomorrow, in another zone") << -1 << 50 << 50;
    QTest::newRow("by a clock that was wrong") << -2 << 0 << 0;
}

void TestLimits::aLessonIsForgotten()
{
    QFETCH(int, age);
    QFETCH(int, setUp);
    QFETCH(int, rate);
    Learned learned;
    learned.recipients = {50, today.addDays(-age)};
    learned.letters = learned.recipients;
    learned.perDay = learned.recipients;
    QCOMPARE(learned.recipientsAt(today), setUp);
    QCOMPARE(learned.lettersAt(today), setUp);
    QCOMPARE(Accounts::tightened({}, learned, today).recipientsPerMessage, setUp);
    QCOMPARE(Accounts::tightened({}, learned, today).perDay, rate);
}

void TestLimits::lessonsComeBackFromJson()
{
    Learned learned;
    learned.letters = {10, today};
    learned.perHour = {120, today.addDays(-3)};
    QCOMPARE(Accounts::learnedFromJson(Accounts::toJson(learned)), learned);
    QVERIFY(Accounts::toJson(Learned()).isEmpty());
    QVERIFY(Accounts::learnedFromJson({}).isNull());
    const QJsonObject odd{{u"letters"_s, QJsonObject{{u"most"_s, 10}, {u"on"_s, u"yesterday"_s}}},
                          {u"perDay"_s, QJsonObject{{u"most"_s, -1}, {u"on"_s, u"2026-11-21"_s}}}};
    QVERIFY(Accounts::learnedFromJson(odd).isNull());
}

void TestLimits::theTighterOneHolds()
{
    Learned learned;
    learned.perHour = {120, today};
    learned.perDay = {400, today};
    learned.recipients = {20, today};
    const Limits limits{5, 100, 500, 600, 0, 1000};
    QCOMPARE(Accounts::tightened(limits, learned, today), (Limits{5, 100, 400, 600, 20, 1000}));
    QCOMPARE(Accounts::tightened(limits, {}, today), limits);
}

void TestLimits::aMinuteIsOneRow()
{
    Usage usage;
    usage.add(at(0), {1, 2});
    usage.add(at(59), {1, 3});
    usage.add(at(60), {1, 1});
    usage.add(at(61), {}); // nothing
    QCOMPARE(usage.minutes(), (QList<UsageMinute>{{at(59), 2, 5}, {at(60), 1, 1}}));
    QCOMPARE(usage.since(at(58)), (Tally{3, 6}));
    QCOMPARE(usage.since(at(59)), (Tally{1, 1}));
    QCOMPARE(usage.since(at(60)), Tally());
    usage.forgetBefore(at(59));
    QCOMPARE(usage.minutes(), (QList<UsageMinute>{{at(60), 1, 1}}));
}

void TestLimits::minutesInAnyOrder()
{
    const Usage usage({{at(120), 1, 1}, {at(0), 1, 1}, {at(61), 2, 2}, {at(5), 1, 4}});
    QCOMPARE(usage.minutes(), (QList<UsageMinute>{{at(5), 2, 5}, {at(61), 2, 2}, {at(120), 1, 1}}));
    Usage zoned;
    zoned.add(at(0).toTimeZone(QTimeZone("Asia/Tokyo")), {1, 1});
    QCOMPARE(zoned.minutes().first().last, at(0));
    QCOMPARE(zoned.minutes().first().last.timeSpec(), Qt::UTC);
}

// The clock was set back: what it called tomorrow has been sent all the same.
void TestLimits::whatLiesAhead()
{
    const Usage usage({{at(0), 1, 1}, {at(3'600), 2, 2}, {at(86'400), 3, 3}});
    QCOMPARE(usage.settled(at(86'400)), usage);
    QCOMPARE(usage.settled(at(30)).minutes(), (QList<UsageMinute>{{at(30), 6, 6}}));
    QCOMPARE(usage.settled(at(3'600)).minutes(), (QList<UsageMinute>{{at(0), 1, 1}, {at(3'600), 5, 5}}));
}

void TestLimits::aMinuteBefore1970()
{
    const QDateTime epoch = QDateTime::fromMSecsSinceEpoch(0, Qt::UTC);
    QCOMPARE(Usage::minuteOf(epoch), 0);
    QCOMPARE(Usage::minuteOf(epoch.addMSecs(59'999)), 0);
    QCOMPARE(Usage::minuteOf(epoch.addMSecs(-1)), -1);
    QCOMPARE(Usage::minuteOf(epoch.addMSecs(-60'000)), -1);
    QCOMPARE(Usage::minuteOf(epoch.addMSecs(-60'001)), -2);
}

QTEST_GUILESS_MAIN(TestLimits)
#include "tst_limits.moc"
