#include "core/delivery/retention.h"

#include <QTest>

using Delivery::Retention;
using namespace Qt::StringLiterals;

class TestRetention : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void byDefaultEverythingIsKept();
    void whatCannotBeIsRefused_data();
    void whatCannotBeIsRefused();
    void itSurvivesItsJson_data();
    void itSurvivesItsJson();
    void otherJsonIsRefused_data();
    void otherJsonIsRefused();
    void daysAreDays();
};

void TestRetention::byDefaultEverythingIsKept()
{
    QVERIFY(Retention().keepsAll());
    QVERIFY(!Retention().before(QDateTime::currentDateTimeUtc()));
    QVERIFY(!Retention().most());
    QCOMPARE(*Delivery::retentionFromJson({}), Retention());
}

void TestRetention::whatCannotBeIsRefused_data()
{
    QTest::addColumn<int>("days");
    QTest::addColumn<int>("megabytes");
    QTest::addColumn<QString>("field");
    QTest::newRow("for ever") << 0 << 0 << QString();
    QTest::newRow("a day") << 1 << 0 << QString();
    QTest::newRow("the longest") << 36'500 << 10'000'000 << QString();
    QTest::newRow("less than nothing") << -1 << 0 << u"days"_s;
    QTest::newRow("longer than the longest") << 36'501 << 0 << u"days"_s;
    QTest::newRow("less than no room") << 0 << -1 << u"megabytes"_s;
    QTest::newRow("too much room") << 0 << 10'000'001 << u"megabytes"_s;
}

void TestRetention::whatCannotBeIsRefused()
{
    QFETCH(int, days);
    QFETCH(int, megabytes);
    QFETCH(QString, field);
    const Base::Done done = Delivery::check({days, megabytes});
    QCOMPARE(done.ok(), field.isEmpty());
    if (done)
        return;
    QCOMPARE(done.error().kind, Base::ErrorKind::BadSetting);
    QCOMPARE(done.error().subject, field);
}

void TestRetention::itSurvivesItsJson_data()
{
    QTest::addColumn<int>("days");
    QTest::addColumn<int>("megabytes");
    QTest::newRow("all") << 0 << 0;
    QTest::newRow("days") << 30 << 0;
    QTest::newRow("size") << 0 << 500;
    QTest::newRow("both") << 365 << 2000;
}

void TestRetention::itSurvivesItsJson()
{
    QFETCH(int, days);
    QFETCH(int, megabytes);
    const Retention retention{days, megabytes};
    QCOMPARE(*Delivery::retentionFromJson(Delivery::toJson(retention)), retention);
}

void TestRetention::otherJsonIsRefused_data()
{
    QTest::addColumn<QJsonValue>("days");
    QTest::newRow("text") << QJsonValue(u"30"_s);
    QTest::newRow("fraction") << QJsonValue(0.5);
    QTest::newRow("negative") << QJsonValue(-30);
    QTest::newRow("null") << QJsonValue();
}

void TestRetention::otherJsonIsRefused()
{
    QFETCH(QJsonValue, days);
    QVERIFY(!Delivery::retentionFromJson({{u"days"_s, days}}).ok());
}

void TestRetention::daysAreDays()
{
    const QDateTime now = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();
    QCOMPARE(Retention(30, 0).before(now)->secsTo(now), 30LL * 24 * 3600);
    QCOMPARE(*Retention(0, 3).most(), 3'000'000LL);
}

QTEST_GUILESS_MAIN(TestRetention)
#include "tst_retention.moc"
