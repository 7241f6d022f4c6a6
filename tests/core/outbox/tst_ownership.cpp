#include "core/outbox/ownership.h"

#include "tests/support/fakeclock.h"

#include <QFile>
#include <QLocalSocket>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using Base::AccountId;
using Base::Paths;
using Outbox::Ownership;
using namespace Qt::StringLiterals;

class TestOwnership : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void theFirstOwnsTheHome();
    void theSecondTakesOverWhenTheFirstLetsGo();
    void theSecondTakesOverWhenTheFirstIsGone();
    void aLockOfADeadProgramIsVoid();
    void law8_aLockThatWasNeverWrittenIsVoid();
    void law8_aLockWithTheNumberOfALivingProgramIsVoid();
    void aLivingOwnerKeepsItsLock();
    void differentHomesDoNotDisturbEachOther();
    void theOwnerIsWokenThroughTheSocket();
    void rubbishThroughTheSocketHarmsNobody();
    void wakingWithoutAnOwnerHarmsNobody();
    void lettingGoTwiceIsLettingGoOnce();

private:
    std::unique_ptr<Ownership> make() const { return std::make_unique<Ownership>(*m_paths, *m_clock); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Paths> m_paths;
    std::unique_ptr<Support::FakeClock> m_clock;
};

void TestOwnership::init()
{
    qRegisterMetaType<AccountId>("Base::AccountId");
    m_folder = std::make_unique<QTemporaryDir>();
    m_paths = std::make_unique<Paths>(Paths::inHome(m_folder->path()));
    QVERIFY(m_paths->prepare().ok());
    m_clock = std::make_unique<Support::FakeClock>();
}

void TestOwnership::theFirstOwnsTheHome()
{
    const auto first = make();
    const auto second = make();
    QSignalSpy acquired(first.get(), &Ownership::acquired);
    QVERIFY(!first->isOwner()); // not before it was sought
    first->seek();
    QVERIFY(first->isOwner());
    QCOMPARE(acquired.size(), 1);
    second->seek();
    QVERIFY(!second->isOwner());
    first->seek(); // once is enough
    QCOMPARE(acquired.size(), 1);
    QVERIFY(QFile::exists(m_paths->dispatcherLock()));
    // However long it takes: a lock does not grow stale by its age.
    QFile lock(m_paths->dispatcherLock());
    QVERIFY(lock.open(QIODevice::ReadWrite));
    QVERIFY(
        lock.setFileTime(QDateTime::currentDateTimeUtc().addDays(-30), QFileDevice::FileModificationTime));
    lock.close();
    m_clock->advance(60'000);
    QVERIFY(!second->isOwner());
}

void TestOwnership::theSecondTakesOverWhenTheFirstLetsGo()
{
    const auto first = make();
    const auto second = make();
    first->seek();
    second->seek();
    QSignalSpy acquired(second.get(), &Ownership::acquired);
    m_clock->advance(10'000);
    QCOMPARE(acquired.size(), 0);
    first->release();
    QVERIFY(!first->isOwner());
    m_clock->advance(2'000);
    QVERIFY(second->isOwner());
    QCOMPARE(acquired.size(), 1);
    // And the other way round.
    first->seek();
    QVERIFY(!first->isOwner());
    second->release();
    m_clock->advance(2'000);
    QVERIFY(first->isOwner());
}

void TestOwnership::theSecondTakesOverWhenTheFirstIsGone()
{
    auto first = make();
    const auto second = make();
    first->seek();
    second->seek();
    first.reset();
    m_clock->advance(2'000);
    QVERIFY(second->isOwner());
}

void TestOwnership::aLockOfADeadProgramIsVoid()
{
    // What a killed program leaves behind: a lock with the number of a process that is no more.
    QFile lock(m_paths->dispatcherLock());
    QVERIFY(lock.open(QIODevice::WriteOnly));
    const QByteArray host = QSysInfo::machineHostName().toUtf8();
    lock.write("2147483646\npostrider\n" + host + '\n');
    lock.close();
    const auto owner = make();
    owner->seek();
    QVERIFY(owner->isOwner());
}

void TestOwnership::law8_aLockThatWasNeverWrittenIsVoid()
{
    // Killed between making the file and writing to it.
    QFile lock(m_paths->dispatcherLock());
    QVERIFY(lock.open(QIODevice::WriteOnly));
    lock.close();
    const auto next = make();
    next->seek();
    QVERIFY(!next->isOwner()); // it may be about to be written
    m_clock->advance(2000);
    QVERIFY(next->isOwner());
}

void TestOwnership::law8_aLockWithTheNumberOfALivingProgramIsVoid()
{
    // The owner was killed, and its number is this program's now: in a sandbox it often is.
    QFile lock(m_paths->dispatcherLock());
    const auto first = make();
    first->seek();
    QVERIFY(lock.open(QIODevice::ReadOnly));
    const QByteArray octets = lock.readAll();
    lock.close();
    QVERIFY(octets.startsWith(QByteArray::number(QCoreApplication::applicationPid())));
    first->release();
    QVERIFY(lock.open(QIODevice::WriteOnly));
    lock.write(octets);
    lock.close();
    const auto next = make();
    next->seek();
    m_clock->advance(2000);
    QVERIFY(next->isOwner());
}

void TestOwnership::aLivingOwnerKeepsItsLock()
{
    const auto first = make();
    const auto second = make();
    first->seek();
    second->seek();
    for (int i = 0; i < 5; ++i)
        m_clock->advance(2000);
    QVERIFY(!second->isOwner());
    QVERIFY(QFile::exists(m_paths->dispatcherLock()));
}

void TestOwnership::differentHomesDoNotDisturbEachOther()
{
    const QTemporaryDir other;
    const Paths paths = Paths::inHome(other.path());
    QVERIFY(paths.prepare().ok());
    const auto first = make();
    Ownership second(paths, *m_clock);
    first->seek();
    second.seek();
    QVERIFY(first->isOwner());
    QVERIFY(second.isOwner());
}

void TestOwnership::theOwnerIsWokenThroughTheSocket()
{
    const auto owner = make();
    const auto other = make();
    owner->seek();
    other->seek();
    QList<qint64> woken;
    connect(owner.get(), &Ownership::woken, this,
            [&woken](AccountId account) { woken.append(account.value); });
    other->wakeOwner();
    QTRY_COMPARE(woken, QList<qint64>{0});
    other->wakeOwner(AccountId{42});
    QTRY_COMPARE(woken, (QList<qint64>{0, 42}));
    for (int i = 0; i < 50; ++i)
        other->wakeOwner(AccountId{i + 100});
    QTRY_COMPARE(woken.size(), 52);
    owner->wakeOwner(); // it knows already
    QTest::qWait(50);
    QCOMPARE(woken.size(), 52);
}

void TestOwnership::rubbishThroughTheSocketHarmsNobody()
{
    const auto owner = make();
    const auto other = make();
    owner->seek();
    int woken = 0;
    connect(owner.get(), &Ownership::woken, this, [&woken](AccountId) { ++woken; });
    for (const QByteArray &rubbish :
         {QByteArray("no line end"), QByteArray(100'000, 'x'), QByteArray("\0\0\0\n", 4), QByteArray()}) {
        QLocalSocket socket;
        socket.connectToServer(m_paths->socketName());
        QTRY_COMPARE(socket.state(), QLocalSocket::ConnectedState);
        socket.write(rubbish);
        socket.flush();
        QTest::qWait(20);
        socket.abort();
    }
    woken = 0;
    other->wakeOwner();
    QTRY_COMPARE(woken, 1);
}

void TestOwnership::wakingWithoutAnOwnerHarmsNobody()
{
    const auto lonely = make();
    lonely->wakeOwner();
    QTest::qWait(50);
    QVERIFY(lonely->findChildren<QLocalSocket *>().isEmpty()); // nothing piles up
}

void TestOwnership::lettingGoTwiceIsLettingGoOnce()
{
    const auto owner = make();
    owner->release(); // never owned
    owner->seek();
    owner->release();
    owner->release();
    const auto other = make();
    other->seek();
    QVERIFY(other->isOwner());
    owner->release();
    QVERIFY(other->isOwner());
    QVERIFY(QFile::exists(m_paths->dispatcherLock()));
}

QTEST_GUILESS_MAIN(TestOwnership)
#include "tst_ownership.moc"
