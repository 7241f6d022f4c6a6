#include "core/base/clock.h"

#include "tests/support/fakeclock.h"

#include <QElapsedTimer>
#include <QTest>
#include <QThread>

using namespace Qt::StringLiterals;

class TestClock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theSystemsClockTellsUtcAndPassesOn();
    void aTimerFiresOnceAndNotTooEarly();
    void aTimerCanBeArmedAnewAndStopped();
    void aTimerThatIsGoneDoesNotFire();
    void aTimerMayArmOrDestroyItself();
    void impossibleSpansAreTaken_data();
    void impossibleSpansAreTaken();
    void aTimerFiresInItsThread();
    void theFakeClockTurnsByHand();
};

void TestClock::theSystemsClockTellsUtcAndPassesOn()
{
    const Base::SystemClock clock;
    QCOMPARE(clock.now().timeSpec(), Qt::UTC);
    QVERIFY(qAbs(clock.now().msecsTo(QDateTime::currentDateTimeUtc())) < 1000);
    const qint64 before = clock.monotonic();
    QThread::msleep(20);
    QVERIFY(clock.monotonic() - before >= 20);
}

void TestClock::aTimerFiresOnceAndNotTooEarly()
{
    Base::SystemClock clock;
    int fired = 0;
    QElapsedTimer elapsed;
    qint64 at = 0;
    const auto timer = clock.makeTimer([&] {
        ++fired;
        at = elapsed.elapsed();
    });
    QTest::qWait(20);
    QCOMPARE(fired, 0); // made is not started
    elapsed.start();
    timer->start(60);
    QTRY_COMPARE(fired, 1);
    QVERIFY2(at >= 50, qPrintable(QString::number(at)));
    QTest::qWait(150);
    QCOMPARE(fired, 1);
    timer->start(0);
    QCOMPARE(fired, 1); // never from inside the call
    QTRY_COMPARE(fired, 2);
}

void TestClock::aTimerCanBeArmedAnewAndStopped()
{
    Base::SystemClock clock;
    int fired = 0;
    const auto timer = clock.makeTimer([&fired] { ++fired; });
    timer->start(30);
    timer->start(200);
    QTest::qWait(100);
    QCOMPARE(fired, 0);
    QTRY_COMPARE(fired, 1);
    timer->start(30);
    timer->stop();
    timer->stop();
    QTest::qWait(80);
    QCOMPARE(fired, 1);
    // Sooner than before, and again behind one that was stopped.
    QElapsedTimer elapsed;
    elapsed.start();
    timer->start(60'000);
    timer->start(30);
    QTRY_COMPARE(fired, 2);
    timer->start(60'000);
    timer->stop();
    timer->start(40);
    timer->start(90);
    timer->start(60);
    QTest::qWait(45);
    QCOMPARE(fired, 2);
    QTRY_COMPARE(fired, 3);
    QVERIFY2(elapsed.elapsed() < 5'000, qPrintable(QString::number(elapsed.elapsed())));
}

void TestClock::aTimerThatIsGoneDoesNotFire()
{
    Base::SystemClock clock;
    int fired = 0;
    {
        const auto timer = clock.makeTimer([&fired] { ++fired; });
        timer->start(10);
    }
    QTest::qWait(50);
    QCOMPARE(fired, 0);
}

void TestClock::aTimerMayArmOrDestroyItself()
{
    Base::SystemClock clock;
    int fired = 0;
    std::unique_ptr<Base::Timer> timer;
    timer = clock.makeTimer([&] {
        if (++fired < 3)
            timer->start(1);
        else
            timer.reset();
    });
    timer->start(1);
    QTRY_COMPARE(fired, 3);
    QVERIFY(!timer);
}

void TestClock::impossibleSpansAreTaken_data()
{
    QTest::addColumn<qint64>("span");
    QTest::addColumn<bool>("fires");
    QTest::newRow("negative") << qint64(-5) << true;
    QTest::newRow("most negative") << std::numeric_limits<qint64>::min() << true;
    QTest::newRow("a century") << qint64(100) * 365 * 24 * 3600 * 1000 << false;
    QTest::newRow("largest") << std::numeric_limits<qint64>::max() << false;
}

void TestClock::impossibleSpansAreTaken()
{
    QFETCH(qint64, span);
    QFETCH(bool, fires);
    Base::SystemClock clock;
    int fired = 0;
    const auto timer = clock.makeTimer([&fired] { ++fired; });
    timer->start(span);
    QTest::qWait(50);
    QCOMPARE(fired, fires ? 1 : 0);
}

void TestClock::aTimerFiresInItsThread()
{
    Base::SystemClock clock;
    QThread thread;
    QObject there;
    there.moveToThread(&thread);
    thread.start();
    std::unique_ptr<Base::Timer> timer;
    std::atomic<QThread *> firedIn = nullptr;
    QMetaObject::invokeMethod(
        &there,
        [&] {
            timer = clock.makeTimer([&firedIn] { firedIn = QThread::currentThread(); });
            timer->start(10);
        },
        Qt::BlockingQueuedConnection);
    QTRY_COMPARE(firedIn.load(), &thread);
    QMetaObject::invokeMethod(
        &there, [&] { timer.reset(); }, Qt::BlockingQueuedConnection);
    thread.quit();
    thread.wait();
}

void TestClock::theFakeClockTurnsByHand()
{
    Support::FakeClock clock;
    const QDateTime begun = clock.now();
    QStringList fired;
    const auto late = clock.makeTimer([&fired] { fired.append(u"late"_s); });
    const auto early = clock.makeTimer([&fired] { fired.append(u"early"_s); });
    QCOMPARE(clock.untilNext(), -1);
    late->start(100);
    early->start(50);
    QCOMPARE(clock.untilNext(), 50);
    clock.advance(49);
    QVERIFY(fired.isEmpty());
    clock.advance(1);
    QCOMPARE(fired, QStringList{u"early"_s});
    clock.advance(1000);
    QCOMPARE(fired, (QStringList{u"early"_s, u"late"_s}));
    QCOMPARE(clock.monotonic(), 1050);
    QCOMPARE(clock.now(), begun.addMSecs(1050));
    clock.setSkew(-3600'000); // somebody sets the clock back
    QCOMPARE(clock.monotonic(), 1050);
    QCOMPARE(clock.now(), begun.addMSecs(1050 - 3600'000));
}

QTEST_GUILESS_MAIN(TestClock)
#include "tst_clock.moc"
