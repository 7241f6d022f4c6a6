// The outbox's patience: delays and their jitter, warning and giving up, undo and lateness; over restarts,
// sleep and clocks that leap.

#include "core/delivery/retryschedule.h"

#include "tests/support/fakeclock.h"

#include <QJsonArray>
#include <QSet>
#include <QTest>

using Base::ErrorKind;
using Delivery::Patience;
using Delivery::RetrySchedule;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 second = RetrySchedule::second;
constexpr qint64 minute = RetrySchedule::minute;
constexpr qint64 hour = RetrySchedule::hour;
constexpr qint64 day = RetrySchedule::day;

RetrySchedule exact()
{
    RetrySchedule schedule;
    schedule.jitterPercent = 0;
    return schedule;
}

} // namespace

class TestRetrySchedule : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theDelaysAreThoseOfTheSchedule();
    void jitterStaysWithinItsBounds_data();
    void jitterStaysWithinItsBounds();
    void jitterIsTheSameInEveryRun();
    void jitterSpreadsMessagesAndAttempts();
    void whatCannotWork_data();
    void whatCannotWork();
    void itComesBackFromJson();
    void whatIsNotInTheJsonHasItsDefault();
    void jsonThatIsNone_data();
    void jsonThatIsNone();
    void aDueTimeIsSound_data();
    void aDueTimeIsSound();
    void patience_data();
    void patience();
    void attemptsWithin_data();
    void attemptsWithin();
    void fiveDaysUnderTheClock();
    void aClockThatLeapsADay_data();
    void aClockThatLeapsADay();
    void undoIsAMomentOnRecord();
    void lateness_data();
    void lateness();
};

void TestRetrySchedule::theDelaysAreThoseOfTheSchedule()
{
    const QList<qint64> minutes{0, 1, 2, 5, 10, 15, 30, 60, 60};
    for (qsizetype attempts = 0; attempts < minutes.size(); ++attempts)
        QCOMPARE(Delivery::delayAfter(exact(), static_cast<int>(attempts), 7), minutes.at(attempts) * minute);
    QCOMPARE(Delivery::delayAfter(exact(), std::numeric_limits<int>::max(), 7), hour);
    QCOMPARE(Delivery::delayAfter(exact(), -1, 7), 0);
    RetrySchedule hourly = exact();
    hourly.delays.clear();
    QCOMPARE(Delivery::delayAfter(hourly, 1, 7), hour);
    QCOMPARE(Delivery::longestDelay(exact()), hour);
    QCOMPARE(Delivery::longestDelay(RetrySchedule()), 66 * minute);
}

void TestRetrySchedule::jitterStaysWithinItsBounds_data()
{
    QTest::addColumn<int>("percent");
    for (const int percent : {0, 1, 10, 50})
        QTest::addRow("%d %%", percent) << percent;
}

void TestRetrySchedule::jitterStaysWithinItsBounds()
{
    QFETCH(int, percent);
    RetrySchedule schedule;
    schedule.jitterPercent = percent;
    qint64 shortest = 10 * day;
    qint64 longest = 0;
    for (quint64 seed = 0; seed < 2000; ++seed) {
        for (int attempts = 0; attempts < 10; ++attempts) {
            const qint64 plain = Delivery::plainDelayAfter(schedule, attempts);
            const qint64 delay = Delivery::delayAfter(schedule, attempts, seed);
            QVERIFY(delay >= plain);
            QVERIFY(delay * 100 <= plain * (100 + percent));
            QVERIFY(delay <= Delivery::longestDelay(schedule));
            if (attempts == 9) {
                shortest = std::min(shortest, delay);
                longest = std::max(longest, delay);
            }
        }
    }
    // And it uses the room that it has.
    QVERIFY(shortest < hour + hour * percent / 1000 + 1);
    QVERIFY(longest > hour + hour * percent * 9 / 1000 - 1);
}

void TestRetrySchedule::jitterIsTheSameInEveryRun()
{
    // FNV-1a and splitmix64, computed by another program: a restart, another machine or another Qt must not
    // roll again.
    QCOMPARE(Delivery::jitterSeed("<1@example.org>"), 0x72864407fd2cb926ULL);
    const quint64 seed = Delivery::jitterSeed("<1@example.org>");
    QList<qint64> delays;
    for (int attempts = 1; attempts <= 8; ++attempts)
        delays.append(Delivery::delayAfter(RetrySchedule(), attempts, seed));
    QCOMPARE(delays, (QList<qint64>{64412, 127696, 322789, 617587, 952535, 1978005, 3894153, 3886624}));
}

void TestRetrySchedule::jitterSpreadsMessagesAndAttempts()
{
    QSet<qint64> ofMessages;
    QSet<qint64> ofAttempts;
    for (int i = 0; i < 100; ++i) {
        const quint64 seed = Delivery::jitterSeed("<" + QByteArray::number(i) + "@example.org>");
        ofMessages.insert(Delivery::delayAfter(RetrySchedule(), 7, seed));
        ofAttempts.insert(Delivery::delayAfter(RetrySchedule(), 7 + i, 1));
    }
    QVERIFY(ofMessages.size() > 95);
    QVERIFY(ofAttempts.size() > 95);
}

void TestRetrySchedule::whatCannotWork_data()
{
    QTest::addColumn<QJsonObject>("change");
    QTest::addColumn<QString>("field"); // empty: it can
    const auto row = [](const char *name, const QString &key, const QJsonValue &value, bool works) {
        QTest::newRow(name) << QJsonObject{{key, value}} << (works ? QString() : key);
    };
    row("no delays", u"delays"_s, QJsonArray(), true);
    row("the shortest delay", u"delays"_s, QJsonArray{10}, true);
    row("too short a delay", u"delays"_s, QJsonArray{60, 9}, false);
    row("the longest delay", u"delays"_s, QJsonArray{86'400}, true);
    row("too long a delay", u"delays"_s, QJsonArray{86'401}, false);
    row("a negative delay", u"delays"_s, QJsonArray{-60}, false);
    QJsonArray many;
    for (int i = 0; i < 51; ++i)
        many.append(60);
    row("too many delays", u"delays"_s, many, false);
    many.removeLast();
    row("many delays", u"delays"_s, many, true);
    row("no jitter", u"jitterPercent"_s, 0, true);
    row("much jitter", u"jitterPercent"_s, 50, true);
    row("too much jitter", u"jitterPercent"_s, 51, false);
    row("negative jitter", u"jitterPercent"_s, -1, false);
    row("often", u"repeat"_s, 60, true);
    row("too often", u"repeat"_s, 59, false);
    row("never again", u"repeat"_s, 0, false);
    row("no warning", u"warnAfter"_s, 0, true);
    row("a warning at once", u"warnAfter"_s, 30, false);
    row("a warning as late as giving up", u"warnAfter"_s, 5 * 86'400, false);
    row("a month", u"giveUpAfter"_s, 30 * 86'400, true);
    row("longer than a month", u"giveUpAfter"_s, 30 * 86'400 + 1, false);
    row("given up never", u"giveUpAfter"_s, 0, false);
    row("no undo", u"undoDelay"_s, 0, true);
    row("two minutes to undo", u"undoDelay"_s, 120, true);
    row("too long to undo", u"undoDelay"_s, 121, false);
    row("never late", u"lateAfter"_s, 0, true);
    row("late too soon", u"lateAfter"_s, 59, false);
    QTest::newRow("given up within a delay")
        << QJsonObject{{u"giveUpAfter"_s, 3600}, {u"warnAfter"_s, 0}, {u"delays"_s, QJsonArray{3600}}}
        << u"giveUpAfter"_s;
}

void TestRetrySchedule::whatCannotWork()
{
    QFETCH(QJsonObject, change);
    QFETCH(QString, field);
    const Base::Result<RetrySchedule> read = Delivery::scheduleFromJson(change);
    QCOMPARE(read.ok(), field.isEmpty());
    if (read) {
        QVERIFY(Delivery::check(*read).ok());
        return;
    }
    QCOMPARE(read.error().kind, ErrorKind::BadSetting);
    QCOMPARE(read.error().subject, field);
    QVERIFY(!read.error().detail.isEmpty());
}

void TestRetrySchedule::itComesBackFromJson()
{
    RetrySchedule schedule;
    schedule.delays = {30 * second, 7 * minute};
    schedule.repeat = 2 * hour;
    schedule.jitterPercent = 25;
    schedule.warnAfter = 5 * hour;
    schedule.giveUpAfter = 3 * day;
    schedule.undoDelay = 60 * second;
    schedule.lateAfter = 0;
    QVERIFY(Delivery::check(schedule).ok());
    const Base::Result<RetrySchedule> read = Delivery::scheduleFromJson(Delivery::toJson(schedule));
    QVERIFY(read.ok());
    QCOMPARE(*read, schedule);
    QCOMPARE(Delivery::toJson(schedule).value(u"repeat"_s).toInt(), 7200); // seconds
    schedule.repeat += 1; // what is no whole second would not come back
    QCOMPARE(Delivery::check(schedule).error().subject, u"repeat"_s);
}

void TestRetrySchedule::whatIsNotInTheJsonHasItsDefault()
{
    QCOMPARE(*Delivery::scheduleFromJson({}), RetrySchedule());
    QVERIFY(Delivery::check(RetrySchedule()).ok());
    RetrySchedule patient;
    patient.giveUpAfter = 10 * day;
    QCOMPARE(*Delivery::scheduleFromJson({{u"giveUpAfter"_s, 864'000}, {u"unknown"_s, true}}), patient);
}

void TestRetrySchedule::jsonThatIsNone_data()
{
    QTest::addColumn<QString>("field");
    QTest::addColumn<QJsonValue>("value");
    QTest::newRow("a text") << u"repeat"_s << QJsonValue(u"3600"_s);
    QTest::newRow("a fraction") << u"repeat"_s << QJsonValue(60.5);
    QTest::newRow("huge") << u"repeat"_s << QJsonValue(1e300);
    QTest::newRow("nothing") << u"undoDelay"_s << QJsonValue();
    QTest::newRow("jitter of half a percent") << u"jitterPercent"_s << QJsonValue(0.5);
    QTest::newRow("a delay without a list") << u"delays"_s << QJsonValue(60);
    QTest::newRow("a list of texts") << u"delays"_s << QJsonValue(QJsonArray{u"60"_s});
}

void TestRetrySchedule::jsonThatIsNone()
{
    QFETCH(QString, field);
    QFETCH(QJsonValue, value);
    const Base::Result<RetrySchedule> read = Delivery::scheduleFromJson({{field, value}});
    QVERIFY(!read.ok());
    QCOMPARE(read.error().kind, ErrorKind::BadSetting);
    QCOMPARE(read.error().subject, field);
}

void TestRetrySchedule::aDueTimeIsSound_data()
{
    QTest::addColumn<int>("attempts");
    QTest::addColumn<qint64>("ahead");
    QTest::addColumn<qint64>("sound");
    QTest::newRow("just deferred") << 3 << 5 * minute << 5 * minute;
    QTest::newRow("nearly due") << 3 << second << second;
    QTest::newRow("due") << 3 << qint64(0) << qint64(0);
    QTest::newRow("overdue, as after a sleep") << 3 << -day << -day;
    QTest::newRow("the clock was set back by a day") << 3 << day + 5 * minute << 5 * minute;
    QTest::newRow("by a minute") << 3 << 6 * minute << 5 * minute;
    QTest::newRow("by twenty years") << 20 << 20 * 365 * day << hour;
    QTest::newRow("never tried") << 0 << hour << qint64(0);
}

void TestRetrySchedule::aDueTimeIsSound()
{
    QFETCH(int, attempts);
    QFETCH(qint64, ahead);
    QFETCH(qint64, sound);
    const QDateTime now = Support::FakeClock().now();
    const QDateTime due = Delivery::soundDue(exact(), now.addMSecs(ahead), attempts, 1, now);
    QCOMPARE(now.msecsTo(due), sound);
    // What the schedule itself rolled is left alone.
    const QDateTime rolled = now.addMSecs(Delivery::delayAfter(RetrySchedule(), 5, 42));
    QCOMPARE(Delivery::soundDue(RetrySchedule(), rolled, 5, 42, now), rolled);
}

void TestRetrySchedule::patience_data()
{
    QTest::addColumn<qint64>("age");
    QTest::addColumn<int>("attempts");
    QTest::addColumn<int>("patience");
    const auto row = [](const char *name, qint64 age, int attempts, Patience patience) {
        QTest::newRow(name) << age << attempts << static_cast<int>(patience);
    };
    row("the first attempt", 0, 1, Patience::Waiting);
    row("just before the warning", 4 * hour, 9, Patience::Waiting);
    row("the warning", 4 * hour + 1, 9, Patience::Warned);
    row("just before the end", 5 * day, 120, Patience::Warned);
    row("the end", 5 * day + 1, 120, Patience::GivenUp);
    row("the first attempt after a week's sleep", 7 * day, 1, Patience::Warned);
    row("the last of the delays after a week's sleep", 7 * day, 6, Patience::Warned);
    row("behind the delays after a week's sleep", 7 * day, 7, Patience::GivenUp);
    row("a clock that was set forward twenty years", 7300 * day, 2, Patience::Warned);
    row("a clock that was set back", -1, 1, Patience::Waiting);
    row("set back by twenty years", -7300 * day, 9, Patience::Waiting);
    row("tried for four hours by then", -7300 * day, 10, Patience::Warned);
    row("nearly five days", -7300 * day, 125, Patience::Warned);
    row("tried for five days by then", -7300 * day, 126, Patience::GivenUp);
    row("never tried", 7 * day, 0, Patience::Waiting);
}

void TestRetrySchedule::patience()
{
    QFETCH(qint64, age);
    QFETCH(int, attempts);
    QFETCH(int, patience);
    const QDateTime now = Support::FakeClock().now();
    QCOMPARE(static_cast<int>(Delivery::patienceWith(RetrySchedule(), now.addMSecs(-age), attempts, now)),
             patience);
    RetrySchedule silent;
    silent.warnAfter = 0;
    QVERIFY(Delivery::patienceWith(silent, now.addMSecs(-age), attempts, now) != Patience::Warned);
}

void TestRetrySchedule::attemptsWithin_data()
{
    QTest::addColumn<qint64>("span");
    QTest::addColumn<int>("attempts");
    QTest::newRow("at once") << qint64(0) << 1;
    QTest::newRow("nearly a minute") << minute - 1 << 1;
    QTest::newRow("a minute") << minute << 2;
    QTest::newRow("an hour") << hour << 6; // at 0, 1, 3, 8, 18, 33 and 63 minutes
    QTest::newRow("63 minutes") << 63 * minute << 7;
    QTest::newRow("four hours") << 4 * hour << 9;
    QTest::newRow("five days") << 5 * day << 125;
}

void TestRetrySchedule::attemptsWithin()
{
    QFETCH(qint64, span);
    QFETCH(int, attempts);
    QCOMPARE(Delivery::attemptsWithin(RetrySchedule(), span), attempts);
}

// A server that says "later" for as long as it is asked, and a program that is started anew before each
// attempt: all that is left between two of them is what the books hold.
void TestRetrySchedule::fiveDaysUnderTheClock()
{
    Support::FakeClock clock;
    const RetrySchedule schedule;
    const quint64 seed = Delivery::jitterSeed("<patience@example.org>");
    const QDateTime created = clock.now();
    QList<qint64> at;
    std::optional<qint64> warned;
    int attempts = 0;
    Patience patience = Patience::Waiting;
    while (patience != Patience::GivenUp) {
        ++attempts;
        at.append(created.secsTo(clock.now()) / 60);
        patience = Delivery::patienceWith(schedule, created, attempts, clock.now());
        if (patience == Patience::Warned && !warned)
            warned = created.msecsTo(clock.now());
        const QDateTime due = clock.now().addMSecs(Delivery::delayAfter(schedule, attempts, seed));
        clock.advance(due.toMSecsSinceEpoch() - clock.now().toMSecsSinceEpoch() - 1);
        QVERIFY(Delivery::soundDue(schedule, due, attempts, seed, clock.now()) > clock.now());
        clock.advance(1);
        QVERIFY(Delivery::soundDue(schedule, due, attempts, seed, clock.now()) <= clock.now());
    }
    QCOMPARE(at.mid(0, 2), (QList<qint64>{0, 1}));
    QVERIFY(warned.has_value());
    QVERIFY(*warned > 4 * hour && *warned < 4 * hour + Delivery::longestDelay(schedule));
    QVERIFY(attempts > 100 && attempts <= 126);
    QVERIFY(at.last() >= 5 * 24 * 60 && at.last() <= 5 * 24 * 60 + 66);
}

void TestRetrySchedule::aClockThatLeapsADay_data()
{
    QTest::addColumn<qint64>("leap");
    QTest::addColumn<qint64>("wait"); // until the next attempt
    QTest::newRow("forward") << day << qint64(0);
    QTest::newRow("back") << -day << 10 * minute;
    QTest::newRow("an hour back") << -hour << 10 * minute;
}

void TestRetrySchedule::aClockThatLeapsADay()
{
    QFETCH(qint64, leap);
    QFETCH(qint64, wait);
    Support::FakeClock clock;
    const QDateTime created = clock.now();
    const int attempts = 4;
    const QDateTime due = clock.now().addMSecs(Delivery::delayAfter(exact(), attempts, 1));
    clock.advance(minute);
    clock.setSkew(leap);
    const QDateTime sound = Delivery::soundDue(exact(), due, attempts, 1, clock.now());
    QCOMPARE(std::max<qint64>(0, clock.now().msecsTo(sound)), wait);
    // Neither way anything is given up that was tried for a minute.
    QVERIFY(Delivery::patienceWith(exact(), created, attempts, clock.now()) != Patience::GivenUp);
    // And set right again, the books are as they were.
    clock.setSkew(0);
    QCOMPARE(Delivery::soundDue(exact(), due, attempts, 1, clock.now()), due);
}

void TestRetrySchedule::undoIsAMomentOnRecord()
{
    Support::FakeClock clock;
    RetrySchedule schedule;
    schedule.undoDelay = 120 * second;
    const QDateTime until = Delivery::undoUntil(schedule, clock.now());
    QCOMPARE(clock.now().msecsTo(until), 120 * second);
    clock.advance(100 * second);
    QCOMPARE(clock.now().msecsTo(Delivery::soundUndoUntil(schedule, until, clock.now())), 20 * second);
    clock.setSkew(-day);
    QCOMPARE(clock.now().msecsTo(Delivery::soundUndoUntil(schedule, until, clock.now())), 120 * second);
    clock.setSkew(day);
    QVERIFY(Delivery::soundUndoUntil(schedule, until, clock.now()) < clock.now());
    schedule.undoDelay = 0;
    QCOMPARE(Delivery::undoUntil(schedule, clock.now()), clock.now());
}

void TestRetrySchedule::lateness_data()
{
    QTest::addColumn<qint64>("threshold");
    QTest::addColumn<qint64>("late");
    QTest::addColumn<bool>("asks");
    QTest::newRow("early") << hour << -hour << false;
    QTest::newRow("in time") << hour << qint64(0) << false;
    QTest::newRow("a little late") << hour << hour << false;
    QTest::newRow("too late") << hour << hour + 1 << true;
    QTest::newRow("late by three hours") << hour << 3 * hour << true;
    QTest::newRow("a minute is too much") << minute << 2 * minute << true;
    QTest::newRow("nobody asks") << qint64(0) << 365 * day << false;
}

void TestRetrySchedule::lateness()
{
    QFETCH(qint64, threshold);
    QFETCH(qint64, late);
    QFETCH(bool, asks);
    RetrySchedule schedule;
    schedule.lateAfter = threshold;
    const QDateTime due = Support::FakeClock().now();
    QCOMPARE(Delivery::lateness(schedule, due, due.addMSecs(late)), asks ? late : 0);
}

QTEST_GUILESS_MAIN(TestRetrySchedule)
#include "tst_retryschedule.moc"
