// Delays and spans as people write them, and what a schedule comes to.

#include "ui/common/scheduletext.h"

#include <QTest>

using namespace Ui;
using Delivery::RetrySchedule;
using namespace Qt::StringLiterals;

namespace {
constexpr qint64 second = RetrySchedule::second;
constexpr qint64 minute = RetrySchedule::minute;
constexpr qint64 hour = RetrySchedule::hour;
constexpr qint64 day = RetrySchedule::day;
} // namespace

class TestScheduleText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void delays_data();
    void delays();
    void whatIsTyped_data();
    void whatIsTyped();
    void whatIsNoDelay_data();
    void whatIsNoDelay();
    void spans_data();
    void spans();
    void whatItComesTo_data();
    void whatItComesTo();
    void everyProblemHasWords_data();
    void everyProblemHasWords();
};

void TestScheduleText::delays_data()
{
    QTest::addColumn<QList<qint64>>("delays");
    QTest::addColumn<QString>("text");
    QTest::newRow("the usual ones") << RetrySchedule().delays << u"1, 2, 5, 10, 15, 30 minutes"_s;
    QTest::newRow("none") << QList<qint64>{} << QString();
    QTest::newRow("one") << QList<qint64>{minute} << u"1 minute"_s;
    QTest::newRow("seconds first") << QList<qint64>{30 * second, minute, 2 * minute}
                                   << u"30 seconds, 1, 2 minutes"_s;
    QTest::newRow("uneven") << QList<qint64>{90 * second, hour, day} << u"90 seconds, 1 hour, 1 day"_s;
}

/// And back.
void TestScheduleText::delays()
{
    QFETCH(QList<qint64>, delays);
    QFETCH(QString, text);
    QCOMPARE(delaysText(delays), text);
    QCOMPARE(delaysFrom(text).value(), delays);
}

void TestScheduleText::whatIsTyped_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QList<qint64>>("delays");
    QTest::newRow("minutes are meant") << u"1, 2, 5"_s << QList<qint64>{minute, 2 * minute, 5 * minute};
    QTest::newRow("short forms") << u"30s,5m,1h,1d"_s << QList<qint64>{30 * second, 5 * minute, hour, day};
    QTest::newRow("with a point") << u"10 min., 2 hrs"_s << QList<qint64>{10 * minute, 2 * hour};
    QTest::newRow("semicolons") << u"1; 2 h"_s << QList<qint64>{hour, 2 * hour};
    QTest::newRow("capitals and blanks") << u"  5 Minutes ,1 HOUR "_s << QList<qint64>{5 * minute, hour};
}

void TestScheduleText::whatIsTyped()
{
    QFETCH(QString, text);
    QFETCH(QList<qint64>, delays);
    const Base::Result<QList<qint64>> read = delaysFrom(text);
    QVERIFY(read.ok());
    QCOMPARE(*read, delays);
}

void TestScheduleText::whatIsNoDelay_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("culprit");
    QTest::newRow("a word") << u"1, soon"_s << u"soon"_s;
    QTest::newRow("another unit") << u"2 moons, 5"_s << u"2 moons"_s;
    QTest::newRow("a fraction") << u"1.5 h"_s << u"1.5 h"_s;
    QTest::newRow("below nothing") << u"-5"_s << u"-5"_s;
    QTest::newRow("a gap") << u"1,,2"_s << QString();
    QTest::newRow("too many digits") << u"12345678901234567890"_s << u"12345678901234567890"_s;
    QTest::newRow("a unit alone") << u"minutes"_s << u"minutes"_s;
}

void TestScheduleText::whatIsNoDelay()
{
    QFETCH(QString, text);
    QFETCH(QString, culprit);
    const Base::Result<QList<qint64>> read = delaysFrom(text);
    QVERIFY(!read.ok());
    QCOMPARE(read.error().kind, Base::ErrorKind::BadSetting);
    QCOMPARE(read.error().subject, u"delays"_s);
    QCOMPARE(read.error().detail, culprit);
}

void TestScheduleText::spans_data()
{
    QTest::addColumn<qint64>("span");
    QTest::addColumn<QString>("text");
    QTest::newRow("hours") << 4 * hour << u"4 hours"_s;
    QTest::newRow("a day") << day << u"1 day"_s;
    QTest::newRow("uneven") << 90 * minute << u"90 minutes"_s;
    QTest::newRow("none") << qint64(0) << u"0 seconds"_s;
}

void TestScheduleText::spans()
{
    QFETCH(qint64, span);
    QFETCH(QString, text);
    QCOMPARE(spanText(span), text);
    QCOMPARE(spanFrom(text, 1).value_or(-1), span);
}

void TestScheduleText::whatItComesTo_data()
{
    QTest::addColumn<QList<qint64>>("delays");
    QTest::addColumn<qint64>("repeat");
    QTest::addColumn<qint64>("giveUpAfter");
    QTest::addColumn<QString>("text");
    QTest::newRow("the usual one") << RetrySchedule().delays << hour << 5 * day
                                   << u"Tried 10 times in the first 5 hours, then every hour; given up "
                                      "Thursday 12:00, after 125 attempts."_s;
    QTest::newRow("once a day") << QList<qint64>{} << day << 3 * day
                                << u"Tried once in the first 5 hours, then every day; given up Tuesday "
                                   "12:00, after 4 attempts."_s;
    QTest::newRow("soon over")
        << QList<qint64>{} << 30 * minute << 2 * hour
        << u"Tried 5 times in the first 2 hours, then every 30 minutes; given up today "
           "14:00, after 5 attempts."_s;
}

void TestScheduleText::whatItComesTo()
{
    QFETCH(QList<qint64>, delays);
    QFETCH(qint64, repeat);
    QFETCH(qint64, giveUpAfter);
    QFETCH(QString, text);
    RetrySchedule schedule;
    schedule.delays = delays;
    schedule.repeat = repeat;
    schedule.giveUpAfter = giveUpAfter;
    const QDateTime now(QDate(2026, 11, 21), QTime(12, 0), Qt::UTC);
    QCOMPARE(scheduleText(schedule, now, QTimeZone::utc()), text);
}

void TestScheduleText::everyProblemHasWords_data()
{
    QTest::addColumn<RetrySchedule>("schedule");
    const auto row = [](const char *name, const std::function<void(RetrySchedule &)> &change) {
        RetrySchedule schedule;
        change(schedule);
        QTest::newRow(name) << schedule;
    };
    row("many delays", [](RetrySchedule &to) { to.delays = QList<qint64>(51, minute); });
    row("a short delay", [](RetrySchedule &to) { to.delays = {second}; });
    row("repeat", [](RetrySchedule &to) { to.repeat = second; });
    row("jitter", [](RetrySchedule &to) { to.jitterPercent = 51; });
    row("warned late", [](RetrySchedule &to) { to.warnAfter = 6 * day; });
    row("warned early", [](RetrySchedule &to) { to.warnAfter = second; });
    row("given up late", [](RetrySchedule &to) { to.giveUpAfter = 31 * day; });
    row("given up before the longest delay", [](RetrySchedule &to) {
        to.warnAfter = minute;
        to.giveUpAfter = hour;
    });
    row("undo", [](RetrySchedule &to) { to.undoDelay = hour; });
    row("late", [](RetrySchedule &to) { to.lateAfter = second; });
}

void TestScheduleText::everyProblemHasWords()
{
    QFETCH(RetrySchedule, schedule);
    const Base::Done done = Delivery::check(schedule);
    QVERIFY(!done.ok());
    QVERIFY2(!scheduleProblem(done.error()).isEmpty(), qPrintable(done.error().subject));
}

QTEST_GUILESS_MAIN(TestScheduleText)
#include "tst_scheduletext.moc"
