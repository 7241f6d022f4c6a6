// The settings by the names of the command line, and what it tells of limits: both are a contract.

#include "app/commands/accountlimits.h"
#include "app/commands/settingkeys.h"

#include <QJsonArray>
#include <QTest>

using Delivery::RetrySchedule;
using namespace Qt::StringLiterals;

class TestSettings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyNameIsSetAndShown_data();
    void everyNameIsSetAndShown();
    void whatIsNoValue_data();
    void whatIsNoValue();
    void whatCannotWorkTogether_data();
    void whatCannotWorkTogether();
    void theNamesOfTheDocument();
    void standings();
};

void TestSettings::everyNameIsSetAndShown_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("shown");
    const auto row = [](const char *key, const char *value, const char *shown) {
        QTest::addRow("%s=%s", key, value)
            << QString::fromLatin1(key) << QString::fromLatin1(value) << QString::fromLatin1(shown);
    };
    row("retry-delays", "60,120,300", "1, 2, 5 minutes");
    row("retry-delays", "90s, 2m, 1h", "90 seconds, 2 minutes, 1 hour");
    row("retry-delays", "", "");
    row("retry-delays", "default", "1, 2, 5, 10, 15, 30 minutes");
    row("retry-every", "3600", "1 hour");
    row("retry-every", "30min", "30 minutes");
    row("retry-jitter", "25", "up to 25 % longer");
    row("retry-jitter", "default", "up to 10 % longer");
    row("warn-after", "4h", "4 hours");
    row("warn-after", "0", "never");
    row("give-up-after", "5d", "5 days");
    row("give-up-after", "36h", "36 hours");
    row("undo", "10", "10 seconds");
    row("undo", "0", "off");
    row("ask-when-late", "1 hour", "1 hour");
    row("ask-when-late", "0", "never");
    row("ask-when-late", "default", "1 hour");
    row("keep-days", "30", "30 days");
    row("keep-days", "0", "for ever");
    row("keep-size", "500", "500 MB");
    row("keep-size", "default", "any size");
}

void TestSettings::everyNameIsSetAndShown()
{
    QFETCH(QString, key);
    QFETCH(QString, value);
    QFETCH(QString, shown);
    App::HomeSettings home;
    RetrySchedule &schedule = home.schedule;
    schedule.delays = {20 * RetrySchedule::second};
    schedule.jitterPercent = 1;
    schedule.lateAfter = 2 * RetrySchedule::day;
    QVERIFY(App::settingKeys().contains(key));
    QVERIFY(App::applySetting(home, key, value).ok());
    QCOMPARE(App::settingText(home, key), shown);
    QVERIFY(Delivery::check(schedule).ok());
}

void TestSettings::whatIsNoValue_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    for (const QString &key : App::settingKeys()) {
        for (const char *value : {"soon", "-5", "4 moons", "1.5h", "99999999999999999999"})
            QTest::addRow("%s=%s", qPrintable(key), value) << key << QString::fromLatin1(value);
    }
}

void TestSettings::whatIsNoValue()
{
    QFETCH(QString, key);
    QFETCH(QString, value);
    App::HomeSettings home;
    const RetrySchedule &schedule = home.schedule;
    Base::Done done = App::applySetting(home, key, value);
    if (done)
        done = Delivery::check(schedule); // what is a number, but none that may be
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, Base::ErrorKind::BadSetting);
    QCOMPARE(App::settingKeys().contains(done.error().subject) ? done.error().subject
                                                               : App::settingKeyOf(done.error().subject),
             key);
}

void TestSettings::whatCannotWorkTogether_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::newRow("a warning behind the end") << u"warn-after"_s << u"6d"_s;
    QTest::newRow("too long an undo") << u"undo"_s << u"121"_s;
    QTest::newRow("an end before the longest delay") << u"give-up-after"_s << u"1h"_s;
    QTest::newRow("too short a delay") << u"retry-delays"_s << u"9"_s;
    QTest::newRow("too often") << u"retry-every"_s << u"59"_s;
}

void TestSettings::whatCannotWorkTogether()
{
    QFETCH(QString, key);
    QFETCH(QString, value);
    App::HomeSettings home;
    RetrySchedule &schedule = home.schedule;
    schedule.warnAfter = RetrySchedule::minute;
    QVERIFY(App::applySetting(home, key, value).ok());
    const Base::Done done = Delivery::check(schedule);
    QVERIFY(!done.ok());
    QCOMPARE(App::settingKeyOf(done.error().subject), key);
}

void TestSettings::theNamesOfTheDocument()
{
    const QJsonObject object = App::settingsJson({});
    for (const QString &key : App::settingKeys())
        QVERIFY2(object.contains(key), qPrintable(key));
    QCOMPARE(object.value(u"retry-delays"_s).toArray().at(2).toInt(), 300);
    QCOMPARE(object.value(u"give-up-after"_s).toInt(), 5 * 86400);
    QCOMPARE(object.value(u"undo"_s).toInt(), 10);
}

void TestSettings::standings()
{
    const QDateTime now(QDate(2026, 11, 21), QTime(12, 0), Qt::UTC);
    Ui::LimitStanding standing;
    standing.limits.perDay = 500;
    standing.limits.perHour = 100;
    standing.learned.perHour = {100, now.date()};
    standing.usage = Accounts::Usage({{now.addSecs(-7200), 212, 220}, {now.addSecs(-60), 100, 100}});
    standing.waiting = 5;
    QJsonObject object;
    App::addStanding(object, standing, now);
    QCOMPARE(object.value(u"learned"_s).toObject().value(u"perHour"_s).toObject().value(u"most"_s).toInt(),
             100);
    const QJsonArray usage = object.value(u"usage"_s).toArray();
    const QJsonArray expected{
        QJsonObject{{u"limit"_s, u"per-hour"_s}, {u"used"_s, 100}, {u"most"_s, 100}},
        QJsonObject{{u"limit"_s, u"per-day"_s}, {u"used"_s, 312}, {u"most"_s, 500}},
    };
    QCOMPARE(usage, expected);
    QCOMPARE(object.value(u"sentInADay"_s).toInt(), 312);
    QCOMPARE(object.value(u"waiting"_s).toInt(), 5);
    const QJsonObject forecast = object.value(u"forecast"_s).toObject();
    const QJsonObject day = forecast.value(u"days"_s).toArray().first().toObject();
    QCOMPARE(day.value(u"messages"_s).toInt(), 5);
    QCOMPARE(day.value(u"first"_s).toString(), u"2026-11-21T12:59:00Z"_s);
    QCOMPARE(forecast.value(u"later"_s).toInt(), 0);
    const QString lines = App::standingLines(standing, now).join(u'\n');
    QVERIFY(lines.contains(u"312 of 500 messages a day"_s));
    QVERIFY(lines.contains(u"learned from the server: 100 messages an hour"_s));
}

QTEST_GUILESS_MAIN(TestSettings)
#include "tst_settings.moc"
