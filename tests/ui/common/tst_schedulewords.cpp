// When messages leave, as it is read: the right day in the person's zone, also over changes of summer time.

#include "ui/common/providerwords.h"
#include "ui/common/schedulewords.h"

#include <QSet>
#include <QtTest>

using namespace Ui;
using namespace Qt::StringLiterals;

class TestScheduleWords : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void theIssuesExample();
    void whatCannotGoAtOnceHasItsTime();
    void noneAndLater();
    void theDayInItsZone_data();
    void theDayInItsZone();
    void spans_data();
    void spans();
    void sentences();
    void everySignInThatIsUnusualIsTold();
};

namespace {

QDateTime utc(const QString &text)
{
    return QDateTime::fromString(text, Qt::ISODate).toUTC();
}

const QTimeZone berlin("Europe/Berlin");
const QDateTime now = utc(u"2026-11-21T14:00:00Z"_s); // a Saturday

} // namespace

void TestScheduleWords::theIssuesExample()
{
    Accounts::Limits limits;
    limits.perDay = 500;
    const Accounts::Usage usage({{utc(u"2026-11-21T08:12:00Z"_s), 40, 40}});
    const Outbox::Forecast forecast = Outbox::forecast(480, limits, usage, now, berlin);
    QCOMPARE(words(forecast, now, berlin), u"460 today, 20 tomorrow 09:12"_s);
}

void TestScheduleWords::whatCannotGoAtOnceHasItsTime()
{
    Accounts::Limits limits;
    limits.perHour = 20;
    const Accounts::Usage usage({{utc(u"2026-11-21T13:40:00Z"_s), 20, 20}});
    QCOMPARE(words(Outbox::forecast(10, limits, usage, now, berlin), now, berlin), u"10 today 15:40"_s);
    limits = {};
    limits.perDay = 10;
    QCOMPARE(words(Outbox::forecast(30, limits, {}, now, berlin), now, berlin),
             u"10 today, 10 tomorrow 15:00, 10 Monday 15:00"_s);
}

void TestScheduleWords::noneAndLater()
{
    QCOMPARE(words({}, now, berlin), u"No messages"_s);
    Outbox::Forecast later;
    later.later = 7;
    QCOMPARE(words(later, now, berlin), u"7 later"_s);
}

void TestScheduleWords::theDayInItsZone_data()
{
    QTest::addColumn<QString>("when");
    QTest::addColumn<QString>("now");
    QTest::addColumn<QByteArray>("zone");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const QString &when, const QString &now, const QByteArray &zone,
                        const QString &expected) { QTest::newRow(name) << when << now << zone << expected; };
    const QString noon = u"2026-11-21T12:00:00Z"_s;
    row("today", u"2026-11-21T22:59:00Z"_s, noon, "Europe/Berlin", u"today 23:59"_s);
    row("tomorrow, in an hour", u"2026-11-21T23:00:00Z"_s, noon, "Europe/Berlin", u"tomorrow 00:00"_s);
    row("the same moment elsewhere", u"2026-11-21T23:00:00Z"_s, noon, "America/New_York", u"today 18:00"_s);
    row("in six days", u"2026-11-27T12:00:00Z"_s, noon, "UTC", u"Friday 12:00"_s);
    row("in a week", u"2026-11-28T12:00:00Z"_s, noon, "UTC", u"28 November 12:00"_s);
    row("next year", u"2027-01-03T12:00:00Z"_s, noon, "UTC", u"3 January 2027 12:00"_s);
    row("yesterday", u"2026-11-20T12:00:00Z"_s, noon, "UTC", u"20 November 12:00"_s);
    // 25 hours later it is the next day, and 23 hours later too.
    row("over the long day", u"2026-10-25T22:30:00Z"_s, u"2026-10-24T22:00:00Z"_s, "Europe/Berlin",
        u"today 23:30"_s);
    row("over the short day", u"2027-03-28T22:00:00Z"_s, u"2027-03-27T23:00:00Z"_s, "Europe/Berlin",
        u"tomorrow 00:00"_s);
}

void TestScheduleWords::theDayInItsZone()
{
    QFETCH(QString, when);
    QFETCH(QString, now);
    QFETCH(QByteArray, zone);
    QFETCH(QString, expected);
    QCOMPARE(dayAndTime(utc(when), utc(now), QTimeZone(zone)), expected);
}

void TestScheduleWords::spans_data()
{
    QTest::addColumn<qint64>("milliseconds");
    QTest::addColumn<QString>("expected");
    constexpr qint64 hour = 3'600'000;
    QTest::newRow("none") << qint64(0) << u"0 s"_s;
    QTest::newRow("before") << qint64(-5'000) << u"0 s"_s;
    QTest::newRow("seconds") << qint64(59'999) << u"59 s"_s;
    QTest::newRow("minutes") << hour - 1 << u"59 min"_s;
    QTest::newRow("hours") << 3 * hour + 1 << u"3 h"_s;
    QTest::newRow("more than a day") << 47 * hour << u"47 h"_s;
    QTest::newRow("days") << 49 * hour << u"2 days"_s;
}

void TestScheduleWords::spans()
{
    QFETCH(qint64, milliseconds);
    QFETCH(QString, expected);
    QCOMPARE(spanWords(milliseconds), expected);
}

void TestScheduleWords::sentences()
{
    QCOMPARE(lateQuestion(3 * 3'600'000), u"Late by 3 h: send now?"_s);
    QCOMPARE(limitWords({Outbox::Limit::PerHour, 100, utc(u"2026-11-22T08:12:00Z"_s)}, now, berlin),
             u"The account's limit of 100 messages an hour is reached; the next message may go tomorrow "
             "09:12."_s);
    QCOMPARE(warningWords({}, utc(u"2026-11-21T09:30:00Z"_s), now, berlin),
             u"Not delivered for 4 h. It is tried again until Thursday 10:30, then it is given up."_s);
}

void TestScheduleWords::everySignInThatIsUnusualIsTold()
{
    QSet<QString> sentences;
    for (const Accounts::SignIn signIn : {Accounts::SignIn::AppPassword, Accounts::SignIn::OAuth2,
                                          Accounts::SignIn::BridgePassword, Accounts::SignIn::Token}) {
        Accounts::Provider provider;
        provider.name = u"NAME"_s;
        provider.signIn = signIn;
        provider.help = u"https://help.example"_s;
        const QString advice = signInAdvice(provider);
        QVERIFY2(advice.contains(u"NAME"_s) && advice.endsWith(u"https://help.example"_s),
                 qPrintable(Accounts::name(signIn)));
        sentences.insert(advice);
    }
    QCOMPARE(sentences.size(), 4);
    Accounts::Provider usual;
    usual.help = u"https://help.example"_s;
    QVERIFY(signInAdvice(usual).isEmpty());
    usual.enableFirst = true;
    QVERIFY(!signInAdvice(usual).isEmpty());
    usual.hasNoSmtp = true;
    QVERIFY(signInAdvice(usual).contains(u"own programs"_s));
}

QTEST_GUILESS_MAIN(TestScheduleWords)
#include "tst_schedulewords.moc"
