// A time to send at, in its zone: what people write, what it stands for, over changes of summer time.

#include "core/delivery/scheduledtime.h"

#include "tests/support/fakeclock.h"

#include <QTest>

using Base::ErrorKind;
using Delivery::ScheduledTime;
using namespace Qt::StringLiterals;

namespace {

const QTimeZone berlin("Europe/Berlin");

QString iso(const QDateTime &when)
{
    return when.toUTC().toString(Qt::ISODate);
}

} // namespace

class TestScheduledTime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theMomentInItsZone_data();
    void theMomentInItsZone();
    void whatPeopleWrite_data();
    void whatPeopleWrite();
    void whatIsNoTime_data();
    void whatIsNoTime();
    void aClockThatLeapsADay();
    void theHourThatComesTwice();
    void itComesBackFromJson();
    void aZoneThatIsGone();
};

void TestScheduledTime::theMomentInItsZone_data()
{
    QTest::addColumn<QString>("local");
    QTest::addColumn<QByteArray>("zone");
    QTest::addColumn<QString>("moment");
    const auto row = [](const char *name, const QString &local, const QByteArray &zone,
                        const QString &moment) { QTest::newRow(name) << local << zone << moment; };
    row("in winter", u"2026-11-22T09:00:00"_s, "Europe/Berlin", u"2026-11-22T08:00:00Z"_s);
    row("in summer", u"2027-06-22T09:00:00"_s, "Europe/Berlin", u"2027-06-22T07:00:00Z"_s);
    row("UTC", u"2026-11-22T09:00:00"_s, "UTC", u"2026-11-22T09:00:00Z"_s);
    row("an offset", u"2026-11-22T09:00:00"_s, "UTC+05:30", u"2026-11-22T03:30:00Z"_s);
    row("far in the east", u"2026-11-22T09:00:00"_s, "Pacific/Kiritimati", u"2026-11-21T19:00:00Z"_s);
    row("the last before the clocks leap", u"2027-03-28T01:59:59"_s, "Europe/Berlin",
        u"2027-03-28T00:59:59Z"_s);
    row("what they leap over", u"2027-03-28T02:30:00"_s, "Europe/Berlin", u"2027-03-28T01:30:00Z"_s);
    row("the first behind", u"2027-03-28T03:00:00"_s, "Europe/Berlin", u"2027-03-28T01:00:00Z"_s);
    row("before the hour that comes twice", u"2026-10-25T01:59:59"_s, "Europe/Berlin",
        u"2026-10-24T23:59:59Z"_s);
    row("within it", u"2026-10-25T02:30:00"_s, "Europe/Berlin", u"2026-10-25T00:30:00Z"_s);
    row("behind it", u"2026-10-25T03:00:00"_s, "Europe/Berlin", u"2026-10-25T02:00:00Z"_s);
    row("what New York leaps over", u"2027-03-14T02:30:00"_s, "America/New_York", u"2027-03-14T07:30:00Z"_s);
    row("what New York has twice", u"2026-11-01T01:30:00"_s, "America/New_York", u"2026-11-01T05:30:00Z"_s);
    row("a leap of half an hour", u"2026-10-04T02:15:00"_s, "Australia/Lord_Howe", u"2026-10-03T15:45:00Z"_s);
}

void TestScheduledTime::theMomentInItsZone()
{
    QFETCH(QString, local);
    QFETCH(QByteArray, zone);
    QFETCH(QString, moment);
    const QDateTime reading = QDateTime::fromString(local, Qt::ISODate);
    const QTimeZone there(zone);
    QVERIFY(there.isValid());
    const ScheduledTime time = Delivery::scheduled(reading.date(), reading.time(), there);
    QCOMPARE(iso(Delivery::momentOf(time)), moment);
    QCOMPARE(iso(time.chosen), moment);
}

void TestScheduledTime::whatPeopleWrite_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("moment");
    const auto row = [](const char *text, const char *moment) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(moment);
    };
    // It is 18:00 in Berlin, on the 21st of November.
    row("2026-11-22T09:00", "2026-11-22T08:00:00Z");
    row(" 2026-11-22 09:00 ", "2026-11-22T08:00:00Z");
    row("2026-11-22T09:00:30", "2026-11-22T08:00:30Z");
    row("2026-11-22T09:00Z", "2026-11-22T09:00:00Z");
    row("2026-11-22T09:00z", "2026-11-22T09:00:00Z");
    row("2026-11-22T09:00+05:30", "2026-11-22T03:30:00Z");
    row("2026-11-22T09:00 -08:00", "2026-11-22T17:00:00Z");
    row("2026-11-22T09:00 America/New_York", "2026-11-22T14:00:00Z");
    row("2026-11-22T09:00[Asia/Tokyo]", "2026-11-22T00:00:00Z");
    row("2026-11-22 09:00 UTC", "2026-11-22T09:00:00Z");
    row("19:30", "2026-11-21T18:30:00Z");
    row("9:00", "2026-11-22T08:00:00Z");
    row("18:00", "2026-11-22T17:00:00Z");
    row("9:00 Asia/Tokyo", "2026-11-22T00:00:00Z");
    row("3:00 Asia/Tokyo", "2026-11-21T18:00:00Z");
    row("+90m", "2026-11-21T18:30:00Z");
    row("+2h", "2026-11-21T19:00:00Z");
    row("+3d", "2026-11-24T17:00:00Z");
    row("2026-11-21T18:00", "2026-11-21T17:00:00Z");
}

void TestScheduledTime::whatPeopleWrite()
{
    QFETCH(QString, text);
    QFETCH(QString, moment);
    const Base::Result<ScheduledTime> time =
        Delivery::scheduledFrom(text, Support::FakeClock().now(), berlin);
    QVERIFY2(time.ok(), qPrintable(time.ok() ? QString() : time.error().detail));
    QCOMPARE(iso(Delivery::momentOf(*time)), moment);
}

void TestScheduledTime::whatIsNoTime_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text :
         {"", "tomorrow", "2026-11-22", "2026-11-22T25:00", "2026-11-22T09:60", "2026-02-30T09:00", "24:00",
          "9", "2026-11-22T09:00 Europe/Atlantis", "2026-11-22T09:00+01:00 Europe/Berlin", "2026-11-21T17:00",
          "2025-11-22T09:00", "2099-11-22T09:00", "+999999d", "+2w", "-2h", "2026-11-22T09:00+99:00",
          "2026-11-22T09:00\nZ x", "22.11.2026 09:00"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestScheduledTime::whatIsNoTime()
{
    QFETCH(QString, text);
    const Base::Result<ScheduledTime> time =
        Delivery::scheduledFrom(text, Support::FakeClock().now(), berlin);
    QVERIFY(!time.ok());
    QCOMPARE(time.error().kind, ErrorKind::BadTime);
    QCOMPARE(time.error().subject, text);
    QVERIFY(!time.error().detail.isEmpty());
}

// The person said when: a clock that was set does not change that.
void TestScheduledTime::aClockThatLeapsADay()
{
    Support::FakeClock clock;
    const ScheduledTime time = *Delivery::scheduledFrom(u"9:00"_s, clock.now(), berlin);
    for (const qint64 leap : {86'400'000LL, -86'400'000LL}) {
        clock.setSkew(leap);
        QCOMPARE(iso(Delivery::momentOf(time)), u"2026-11-22T08:00:00Z"_s);
    }
}

void TestScheduledTime::theHourThatComesTwice()
{
    const QDateTime now(QDate(2026, 10, 25), QTime(0, 30), Qt::UTC); // 02:30, the first time
    QCOMPARE(iso(Delivery::momentOf(*Delivery::scheduledFrom(u"+60m"_s, now, berlin))),
             u"2026-10-25T01:30:00Z"_s); // 02:30, the second time
    QCOMPARE(iso(Delivery::momentOf(*Delivery::scheduledFrom(u"+1d"_s, now, berlin))),
             u"2026-10-26T00:30:00Z"_s); // 24 hours, not the same time
}

void TestScheduledTime::itComesBackFromJson()
{
    for (const QTimeZone &zone : {berlin, QTimeZone::utc(), QTimeZone("UTC+05:30")}) {
        const ScheduledTime time = Delivery::scheduled(QDate(2027, 3, 28), QTime(2, 30, 15), zone);
        QCOMPARE(Delivery::scheduledFromJson(Delivery::toJson(time)), time);
    }
    QVERIFY(Delivery::toJson(ScheduledTime()).isEmpty());
    QVERIFY(Delivery::scheduledFromJson({}).isNull());
    QVERIFY(Delivery::scheduledFromJson({{u"local"_s, u"soon"_s}, {u"zone"_s, u"UTC"_s}}).isNull());
}

void TestScheduledTime::aZoneThatIsGone()
{
    ScheduledTime time = Delivery::scheduled(QDate(2026, 11, 22), QTime(9, 0), berlin);
    time.zone = "Europe/Atlantis";
    QCOMPARE(iso(Delivery::momentOf(time)), u"2026-11-22T08:00:00Z"_s);
}

QTEST_GUILESS_MAIN(TestScheduledTime)
#include "tst_scheduledtime.moc"
