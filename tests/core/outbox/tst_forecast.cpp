// How a queue will leave: by day, in the person's zone, over changes of summer time.

#include "core/outbox/forecast.h"

#include "core/outbox/limits.h"

#include <QTest>

using Accounts::Limits;
using Accounts::Usage;
using Outbox::Forecast;
using namespace Qt::StringLiterals;

namespace {

QDateTime utc(const char *text)
{
    return QDateTime::fromString(QString::fromLatin1(text), Qt::ISODate).toUTC();
}

/// "460 on 2026-11-21 10:00, 20 on 2026-11-22 09:12", in that zone.
QString words(const Forecast &forecast, const QTimeZone &zone)
{
    QStringList parts;
    for (const Outbox::ForecastDay &day : forecast.days) {
        const QDateTime first = day.first.toTimeZone(zone);
        if (first.date() != day.date || day.last.toTimeZone(zone).date() != day.date)
            return u"not on its day"_s;
        parts.append(QString::number(day.messages) + u" on "_s + first.toString(u"yyyy-MM-dd hh:mm"_s));
    }
    if (forecast.later > 0)
        parts.append(QString::number(forecast.later) + u" later"_s);
    return parts.join(u", "_s);
}

} // namespace

class TestForecast : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theIssuesExample();
    void byDay_data();
    void byDay();
    void theHorizon();
    void itPromisesWhatTheLimitsLetGo();
    void howFarLimitsAreUsedUp();
    void theTightestUse_data();
    void theTightestUse();
    void whatHoldsAMessageUp_data();
    void whatHoldsAMessageUp();
};

// "460 today, 20 tomorrow 09:12"
void TestForecast::theIssuesExample()
{
    const QTimeZone berlin("Europe/Berlin");
    // 40 went this morning at 09:12, of 500 a day.
    const Usage usage({{utc("2026-11-21T08:12:00Z"), 40, 40}});
    Limits limits;
    limits.perDay = 500;
    const Forecast forecast = Outbox::forecast(480, limits, usage, utc("2026-11-21T14:00:00Z"), berlin);
    QCOMPARE(words(forecast, berlin), u"460 on 2026-11-21 15:00, 20 on 2026-11-22 09:12"_s);
}

void TestForecast::byDay_data()
{
    QTest::addColumn<int>("messages");
    QTest::addColumn<Limits>("limits");
    QTest::addColumn<QString>("now");
    QTest::addColumn<QByteArray>("zone");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, int messages, const Limits &limits, const QString &now,
                        const QByteArray &zone, const QString &expected) {
        QTest::newRow(name) << messages << limits << now << zone << expected;
    };
    const Limits hundred{0, 0, 100, 0, 0, 0};
    const QString noon = u"2026-11-21T12:00:00Z"_s;
    row("nothing", 0, hundred, noon, "UTC", QString());
    row("no limits", 100'000, {}, noon, "UTC", u"100000 on 2026-11-21 12:00"_s);
    row("three days", 250, hundred, noon, "UTC",
        u"100 on 2026-11-21 12:00, 100 on 2026-11-22 12:00, 50 on 2026-11-23 12:00"_s);
    row("by the hour over midnight", 5, {0, 1, 0, 0, 0, 0}, u"2026-11-21T21:30:00Z"_s, "UTC",
        u"3 on 2026-11-21 21:30, 2 on 2026-11-22 00:30"_s);
    row("by the minute", 90, {30, 0, 0, 0, 0, 0}, u"2026-11-21T23:58:30Z"_s, "UTC",
        u"60 on 2026-11-21 23:58, 30 on 2026-11-22 00:00"_s);
    // The same moments, on other days.
    row("far in the east", 5, {0, 1, 0, 0, 0, 0}, u"2026-11-21T21:30:00Z"_s, "Pacific/Kiritimati",
        u"5 on 2026-11-22 11:30"_s);
    row("far in the west", 5, {0, 1, 0, 0, 0, 0}, u"2026-11-21T08:30:00Z"_s, "Pacific/Pago_Pago",
        u"3 on 2026-11-20 21:30, 2 on 2026-11-21 00:30"_s);
    // A window is 24 hours, a day is not.
    row("the clocks go back", 200, hundred, u"2026-10-24T10:00:00Z"_s, "Europe/Berlin",
        u"100 on 2026-10-24 12:00, 100 on 2026-10-25 11:00"_s);
    row("the clocks go forward", 200, hundred, u"2027-03-27T11:00:00Z"_s, "Europe/Berlin",
        u"100 on 2027-03-27 12:00, 100 on 2027-03-28 13:00"_s);
    row("from midnight into the day of 25 hours and out of it", 300, hundred, u"2026-10-24T21:59:00Z"_s,
        "Europe/Berlin", u"100 on 2026-10-24 23:59, 100 on 2026-10-25 22:59, 100 on 2026-10-26 22:59"_s);
    row("a day without a window of its own", 200, hundred, u"2027-03-27T22:30:00Z"_s, "Europe/Berlin",
        u"100 on 2027-03-27 23:30, 100 on 2027-03-29 00:30"_s);
    row("a zone of half hours", 200, hundred, u"2026-11-21T18:45:00Z"_s, "Asia/Kolkata",
        u"100 on 2026-11-22 00:15, 100 on 2026-11-23 00:15"_s);
}

void TestForecast::byDay()
{
    QFETCH(int, messages);
    QFETCH(Limits, limits);
    QFETCH(QString, now);
    QFETCH(QByteArray, zone);
    QFETCH(QString, expected);
    const QTimeZone timeZone(zone);
    QVERIFY(timeZone.isValid());
    const QDateTime when = QDateTime::fromString(now, Qt::ISODate).toUTC();
    QCOMPARE(words(Outbox::forecast(messages, limits, {}, when, timeZone), timeZone), expected);
}

void TestForecast::theHorizon()
{
    const QDateTime now = utc("2026-11-21T12:00:00Z");
    Limits one;
    one.perDay = 1;
    const Forecast slow = Outbox::forecast(1'000'000, one, {}, now, QTimeZone::utc());
    QCOMPARE(slow.days.size(), Outbox::forecastDays + 1);
    QCOMPARE(slow.later, 1'000'000 - Outbox::forecastDays - 1);
    // 250 recipients, 100 a message: three messages each.
    Limits split;
    split.recipientsPerMessage = 100;
    const Forecast three = Outbox::forecast(2, split, {}, now, QTimeZone::utc(), 250);
    QCOMPARE(words(three, QTimeZone::utc()), u"6 on 2026-11-21 12:00"_s);
    // A clock that was set back: what seems to lie ahead counts as sent now.
    const Usage ahead({{now.addDays(3), 1, 1}});
    QCOMPARE(words(Outbox::forecast(1, one, ahead, now, QTimeZone::utc()), QTimeZone::utc()),
             u"1 on 2026-11-22 12:00"_s);
}

// Sent one by one as the limits let them go, the letters leave on the days that were foretold.
void TestForecast::itPromisesWhatTheLimitsLetGo()
{
    const Limits limits{7, 50, 120, 300, 0, 0};
    const QTimeZone zone("Europe/Berlin");
    const QDateTime now = utc("2026-10-24T17:03:20Z");
    const Usage before({{now.addSecs(-7'200), 30, 90}, {now.addSecs(-30), 5, 10}});
    Forecast sent;
    Usage usage = before;
    QDateTime when = now;
    for (int i = 0; i < 500; ++i) {
        when = *Outbox::nextAllowed(limits, usage, 2, when);
        const QDate date = when.toTimeZone(zone).date();
        if (sent.days.isEmpty() || sent.days.last().date != date)
            sent.days.append({date, 0, when, {}});
        ++sent.days.last().messages;
        sent.days.last().last = when;
        usage.add(when, {1, 2});
    }
    QCOMPARE(Outbox::forecast(500, limits, before, now, zone, 2), sent);
}

void TestForecast::howFarLimitsAreUsedUp()
{
    using Outbox::Limit;
    const QDateTime now = utc("2026-11-21T12:00:00Z");
    const Usage usage({{now.addSecs(-7200), 30, 60}, {now.addSecs(-600), 10, 20}, {now.addSecs(-5), 2, 4}});
    const QList<Outbox::LimitUse> uses = Outbox::usesOf({5, 40, 500, 1000, 3, 0}, usage, now);
    const QList<Outbox::LimitUse> expected{{Limit::PerMinute, 2, 5},
                                           {Limit::PerHour, 12, 40},
                                           {Limit::PerDay, 42, 500},
                                           {Limit::RecipientsPerDay, 84, 1000}};
    QCOMPARE(uses, expected);
    QVERIFY(Outbox::usesOf({0, 0, 0, 0, 7, 9'000}, usage, now).isEmpty()); // those are no rates
    // What seems to lie ahead was sent, too.
    QCOMPARE(Outbox::usesOf({0, 40, 0, 0, 0, 0}, Usage({{now.addSecs(900), 7, 7}}), now).first().used, 7);
}

void TestForecast::theTightestUse_data()
{
    QTest::addColumn<Limits>("limits");
    QTest::addColumn<int>("most"); // of the one chosen; 0: none
    QTest::newRow("none") << Limits() << 0;
    QTest::newRow("the only one") << Limits{0, 0, 500, 0, 0, 0} << 500;
    QTest::newRow("the hour is nearer to its end") << Limits{0, 20, 500, 0, 0, 0} << 20;
    QTest::newRow("the day is") << Limits{0, 200, 40, 0, 0, 0} << 40;
    QTest::newRow("alike: the longer one") << Limits{0, 50, 150, 0, 0, 0} << 150;
}

void TestForecast::theTightestUse()
{
    QFETCH(Limits, limits);
    QFETCH(int, most);
    const QDateTime now = utc("2026-11-21T12:00:00Z");
    const Usage usage({{now.addSecs(-7200), 20, 20}, {now.addSecs(-600), 10, 10}});
    const std::optional<Outbox::LimitUse> use = Outbox::tightestUse(limits, usage, now);
    QCOMPARE(use ? use->most : 0, most);
}

void TestForecast::whatHoldsAMessageUp_data()
{
    QTest::addColumn<Limits>("limits");
    QTest::addColumn<int>("recipients");
    QTest::addColumn<int>("most"); // 0: nothing
    QTest::addColumn<int>("minutes");
    QTest::newRow("no limit") << Limits() << 1 << 0 << 0;
    QTest::newRow("there is room") << Limits{0, 11, 31, 0, 0, 0} << 1 << 0 << 0;
    QTest::newRow("the hour") << Limits{0, 10, 0, 0, 0, 0} << 1 << 10 << 50;
    QTest::newRow("the hour and the day") << Limits{0, 10, 30, 0, 0, 0} << 1 << 30 << 22 * 60;
    QTest::newRow("recipients") << Limits{0, 0, 0, 32, 0, 0} << 3 << 32 << 22 * 60;
    QTest::newRow("never") << Limits{0, 10, 0, 2, 0, 0} << 3 << 0 << 0;
}

void TestForecast::whatHoldsAMessageUp()
{
    QFETCH(Limits, limits);
    QFETCH(int, recipients);
    QFETCH(int, most);
    QFETCH(int, minutes);
    const QDateTime now = utc("2026-11-21T12:00:00Z");
    const Usage usage({{now.addSecs(-7200), 20, 20}, {now.addSecs(-600), 10, 10}});
    const std::optional<Outbox::LimitWait> wait = Outbox::waitFor(limits, usage, recipients, now);
    QCOMPARE(wait ? wait->most : 0, most);
    QCOMPARE(wait ? now.secsTo(wait->next) / 60 : 0, minutes);
}

QTEST_GUILESS_MAIN(TestForecast)
#include "tst_forecast.moc"
