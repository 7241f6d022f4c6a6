// Sleeps, clocks that are set, networks that come and go: what makes it worth while to try anew.

#include "core/outbox/surroundings.h"

#include "tests/support/fakeclock.h"

#include <QSignalSpy>
#include <QTest>

using Outbox::Surroundings;

class TestSurroundings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aComputerThatIsAwakeIsNoNews();
    void aSleepShows_data();
    void aSleepShows();
    void aClockThatIsSetBackIsNoSleep();
    void aNetworkThatComesBackIsNews();
};

void TestSurroundings::aComputerThatIsAwakeIsNoNews()
{
    Support::FakeClock clock;
    Surroundings surroundings(clock);
    const QSignalSpy improved(&surroundings, &Surroundings::improved);
    for (int i = 0; i < 100; ++i) {
        surroundings.tick();
        clock.advance(i % 10 == 0 ? 20'000 : 1000); // now and then it is busy
    }
    QCOMPARE(improved.size(), 0);
}

void TestSurroundings::aSleepShows_data()
{
    QTest::addColumn<qint64>("wall");
    QTest::addColumn<qint64>("monotonic");
    QTest::newRow("a clock that stands still in a sleep") << qint64(3'600'000) << qint64(1000);
    QTest::newRow("one that goes on") << qint64(0) << qint64(3'600'000);
    QTest::newRow("a nap") << qint64(31'000) << qint64(1000);
}

void TestSurroundings::aSleepShows()
{
    QFETCH(qint64, wall);
    QFETCH(qint64, monotonic);
    Support::FakeClock clock;
    Surroundings surroundings(clock);
    const QSignalSpy improved(&surroundings, &Surroundings::improved);
    surroundings.tick();
    clock.setSkew(wall);
    clock.advance(monotonic);
    surroundings.tick();
    QCOMPARE(improved.size(), 1);
    clock.advance(1000);
    surroundings.tick();
    QCOMPARE(improved.size(), 1); // once
}

void TestSurroundings::aClockThatIsSetBackIsNoSleep()
{
    Support::FakeClock clock;
    Surroundings surroundings(clock);
    const QSignalSpy improved(&surroundings, &Surroundings::improved);
    surroundings.tick();
    clock.setSkew(-86'400'000);
    clock.advance(1000);
    surroundings.tick();
    QCOMPARE(improved.size(), 0);
}

void TestSurroundings::aNetworkThatComesBackIsNews()
{
    Support::FakeClock clock;
    Surroundings surroundings(clock);
    const QSignalSpy improved(&surroundings, &Surroundings::improved);
    surroundings.setOnline(true);
    QCOMPARE(improved.size(), 0); // it was not away
    surroundings.setOnline(false);
    QCOMPARE(improved.size(), 0);
    surroundings.setOnline(true);
    surroundings.setOnline(true);
    QCOMPARE(improved.size(), 1);
}

QTEST_GUILESS_MAIN(TestSurroundings)
#include "tst_surroundings.moc"
