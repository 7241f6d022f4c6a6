// Commits of one turn of the loop as one: what is on disk when, whom a failure harms, and what a durable
// transaction in between means.

#include "tests/support/books.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QSemaphore>

#include <atomic>

using namespace Qt::StringLiterals;
using Base::Done;
using Base::Error;
using Base::ErrorKind;

namespace {
struct Told
{
    QList<bool> done;
    Store::CommitGroup::Then note()
    {
        return [this](const Done &each) { done.append(each.ok()); };
    }
};
} // namespace

class TestCommitGroup : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void nobodyIsToldBeforeItIsOnDisk();
    void oneCommitForATurn();
    void workThatFailsLeavesNoTraceAndHarmsNobody();
    void whatFailsInTheMiddleIsUndoneWhole();
    void whatWasDoneWithAFailureIsDoneAgainInItsOrder();
    void whatIsPostedBehindAFailureIsDone();
    void behindALostTransactionNothingIsDone();
    void aDurableTransactionTakesTheGroupAlong();
    void aTransactionInsideTheWorkIsAPartOfIt();
    void aStatementByItselfDoesNotWaitInTheGroup();
    void aCommitThatFailsIsToldToAll();
    void whatIsPostedByWhoIsToldMakesTheNextGroup();
    void theEndCommits();
    void whatIsRecordedIsToldWhenTheDiskHasIt();
    void whatIsRecordedMeanwhileIsTheNextGroup();
    void whoCannotWaitDoesNot();
    void flushingWaitsForTheDisk();
    void whatTheDiskRefusedIsWrittenOnceMore();
    void whileTheDiskFailsNobodyIsTold();
    void commitsBySomebodyElseAreDurableAsBefore();

private:
    Store::CommitGroup::Work insert(const QString &text)
    {
        return [this, text] {
            return m_books->database.exec(u"INSERT INTO draft (content, changed) VALUES (?, 1)"_s, {text});
        };
    }
    /// As another program sees it.
    int onDisk() const { return m_other->value(u"SELECT count(*) FROM draft"_s)->toInt(); }
    int seenHere() const { return m_books->database.value(u"SELECT count(*) FROM draft"_s)->toInt(); }
    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Store::Database> m_other;
};

void TestCommitGroup::init()
{
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_other = std::make_unique<Store::Database>();
    QVERIFY(m_other->open(m_books->databasePath(), Store::Database::Mode::ReadOnly).ok());
}

void TestCommitGroup::nobodyIsToldBeforeItIsOnDisk()
{
    int seen = -1;
    m_books->group.post(insert(u"one"_s), [&](const Done &done) { seen = done ? onDisk() : -2; });
    QCOMPARE(seen, -1);
    QCOMPARE(seenHere(), 1);
    QCOMPARE(onDisk(), 0);
    QTRY_COMPARE(seen, 1);
}

void TestCommitGroup::oneCommitForATurn()
{
    const auto version = [this] { return m_other->value(u"PRAGMA data_version"_s)->toInt(); };
    const int before = version();
    Told told;
    for (int i = 0; i < 50; ++i)
        m_books->group.post(insert(QString::number(i)), told.note());
    QCOMPARE(version(), before);
    QTRY_COMPARE(told.done.size(), 50);
    QVERIFY(version() != before);
    QVERIFY(!told.done.contains(false));
    QCOMPARE(onDisk(), 50);
}

void TestCommitGroup::workThatFailsLeavesNoTraceAndHarmsNobody()
{
    Told told;
    m_books->group.post(insert(u"one"_s), told.note());
    m_books->group.post(
        [this]() -> Done {
            (void)insert(u"half"_s)();
            return Error{ErrorKind::NotAllowed, {}, {}};
        },
        told.note());
    m_books->group.post(insert(u"two"_s), told.note());
    QTRY_COMPARE(told.done, (QList<bool>{true, false, true}));
    QCOMPARE(onDisk(), 2);
}

void TestCommitGroup::whatFailsInTheMiddleIsUndoneWhole()
{
    Told told;
    m_books->group.post(
        [this] {
            (void)insert(u"half"_s)();
            return m_books->database.exec(u"INSERT INTO nothing VALUES (1)"_s);
        },
        told.note());
    QTRY_COMPARE(told.done, QList<bool>{false});
    QCOMPARE(onDisk(), 0);
}

void TestCommitGroup::whatWasDoneWithAFailureIsDoneAgainInItsOrder()
{
    QStringList done;
    const auto note = [&done, this](const QString &text) {
        return [&done, text, work = insert(text)] {
            done.append(text);
            return work();
        };
    };
    Told told;
    m_books->group.post(note(u"one"_s), told.note());
    m_books->group.post(note(u"two"_s), told.note());
    m_books->group.post([] { return Done(Error{ErrorKind::NotFound, {}, {}}); }, told.note());
    m_books->group.flush();
    QCOMPARE(done, (QStringList{u"one"_s, u"two"_s, u"one"_s, u"two"_s}));
    QCOMPARE(told.done, (QList<bool>{true, true, false}));
    QCOMPARE(onDisk(), 2);
}

void TestCommitGroup::whatIsPostedBehindAFailureIsDone()
{
    const auto half = [this] {
        (void)insert(u"half"_s)();
        return Done(Error{ErrorKind::NotFound, {}, {}});
    };
    Told told;
    m_books->group.post(insert(u"one"_s), told.note());
    m_books->group.post(half, told.note());
    m_books->group.post(insert(u"two"_s), told.note());
    m_books->group.post(half, told.note());
    m_books->group.post(insert(u"three"_s), told.note());
    m_books->group.flush();
    QCOMPARE(told.done, (QList<bool>{true, false, true, false, true}));
    QCOMPARE(onDisk(), 3);
    m_books->group.post(insert(u"four"_s), told.note()); // the next group knows nothing of it
    m_books->group.flush();
    QVERIFY(told.done.last());
    QCOMPARE(onDisk(), 4);
}

/// As a full disk does it.
void TestCommitGroup::behindALostTransactionNothingIsDone()
{
    const auto lose = [this] {
        (void)m_books->database.exec(u"ROLLBACK"_s);
        return Done(Error{ErrorKind::DiskFull, {}, {}});
    };
    Told told;
    m_books->group.post(insert(u"one"_s), told.note());
    m_books->group.post(lose, told.note());
    m_books->group.post(insert(u"two"_s), told.note());
    m_books->group.flush();
    QCOMPARE(told.done, (QList<bool>{false, false, false}));
    QCOMPARE(onDisk(), 0);
    m_books->group.post(insert(u"three"_s), told.note());
    m_books->group.flush();
    QVERIFY(told.done.last());
    QCOMPARE(onDisk(), 1);
}

void TestCommitGroup::aDurableTransactionTakesTheGroupAlong()
{
    Told told;
    m_books->group.post(insert(u"one"_s), told.note());
    {
        Store::Transaction transaction(m_books->database);
        QVERIFY(transaction.begun().ok());
        QCOMPARE(onDisk(), 1); // it could only begin behind the group
        QVERIFY(insert(u"two"_s)().ok());
        QVERIFY(transaction.commit().ok());
    }
    QCOMPARE(onDisk(), 2);
    QVERIFY(told.done.isEmpty()); // from the event loop
    QTRY_COMPARE(told.done, QList<bool>{true});
}

void TestCommitGroup::aTransactionInsideTheWorkIsAPartOfIt()
{
    Told told;
    m_books->group.post(
        [this]() -> Done {
            Store::Transaction transaction(m_books->database);
            (void)insert(u"one"_s)();
            return transaction.commit();
        },
        told.note());
    QCOMPARE(onDisk(), 0);
    QTRY_COMPARE(told.done, QList<bool>{true});
    QCOMPARE(onDisk(), 1);
}

void TestCommitGroup::aStatementByItselfDoesNotWaitInTheGroup()
{
    Told told;
    m_books->group.post(insert(u"one"_s), told.note());
    QVERIFY(m_books->database.write(u"INSERT INTO draft (content, changed) VALUES ('two', 1)"_s).ok());
    QCOMPARE(onDisk(), 2);
    QTRY_COMPARE(told.done, QList<bool>{true});
}

void TestCommitGroup::aCommitThatFailsIsToldToAll()
{
    // A reference that holds only at the end: the commit itself is refused, whatever each work said.
    QVERIFY(
        m_books->database
            .exec(u"CREATE TABLE child (parent INTEGER REFERENCES draft(id) DEFERRABLE INITIALLY DEFERRED)"_s)
            .ok());
    Told told;
    m_books->group.post(insert(u"one"_s), told.note());
    m_books->group.post([this] { return m_books->database.exec(u"INSERT INTO child VALUES (99)"_s); },
                        told.note());
    QTRY_COMPARE(told.done, (QList<bool>{false, false}));
    QCOMPARE(onDisk(), 0);
    // And the next group is not the worse for it.
    m_books->group.post(insert(u"two"_s), told.note());
    QTRY_COMPARE(told.done, (QList<bool>{false, false, true}));
    QCOMPARE(onDisk(), 1);
}

void TestCommitGroup::whatIsPostedByWhoIsToldMakesTheNextGroup()
{
    Told told;
    m_books->group.post(insert(u"one"_s),
                        [&](const Done &) { m_books->group.post(insert(u"two"_s), told.note()); });
    QTRY_COMPARE(told.done, QList<bool>{true});
    QCOMPARE(onDisk(), 2);
}

void TestCommitGroup::theEndCommits()
{
    Told told;
    {
        Store::CommitGroup group(m_books->database);
        group.post(insert(u"one"_s), told.note());
    }
    QCOMPARE(onDisk(), 1);
    QCoreApplication::processEvents();
    QVERIFY(told.done.isEmpty());
}

void TestCommitGroup::whatIsRecordedIsToldWhenTheDiskHasIt()
{
    QSemaphore disk;
    Store::CommitGroup group(m_books->database, [&disk] {
        disk.acquire();
        return true;
    });
    Told told;
    group.record(insert(u"one"_s), told.note());
    QTRY_COMPARE(onDisk(), 1); // committed, but not told
    QVERIFY(told.done.isEmpty());
    disk.release();
    QTRY_COMPARE(told.done, QList<bool>{true});
}

void TestCommitGroup::whatIsRecordedMeanwhileIsTheNextGroup()
{
    QSemaphore disk;
    std::atomic<int> syncs = 0;
    Store::CommitGroup group(m_books->database, [&] {
        ++syncs;
        disk.acquire();
        return true;
    });
    Told first;
    Told others;
    group.record(insert(u"one"_s), first.note());
    QTRY_COMPARE(syncs.load(), 1);
    for (int i = 0; i < 10; ++i) {
        group.record(insert(QString::number(i)), others.note());
        QCoreApplication::processEvents();
    }
    QCOMPARE(onDisk(), 1); // they wait for the first
    disk.release();
    QTRY_COMPARE(first.done.size(), 1);
    QTRY_COMPARE(syncs.load(), 2);
    QCOMPARE(onDisk(), 11);
    QVERIFY(others.done.isEmpty());
    disk.release();
    QTRY_COMPARE(others.done.size(), 10);
    QCOMPARE(syncs.load(), 2);
}

void TestCommitGroup::whoCannotWaitDoesNot()
{
    QSemaphore disk;
    Store::CommitGroup group(m_books->database, [&disk] {
        disk.acquire();
        return true;
    });
    Told waiting;
    Told told;
    group.record(insert(u"one"_s), waiting.note());
    QTRY_COMPARE(onDisk(), 1);
    group.record(insert(u"two"_s), waiting.note());
    group.post(insert(u"three"_s), told.note());
    QTRY_COMPARE(told.done, QList<bool>{true});
    QCOMPARE(onDisk(), 3);
    QVERIFY(waiting.done.isEmpty());
    disk.release(2);
    QTRY_COMPARE(waiting.done.size(), 2);
}

void TestCommitGroup::flushingWaitsForTheDisk()
{
    std::atomic<int> syncs = 0;
    Store::CommitGroup group(m_books->database, [&syncs] {
        ++syncs;
        return true;
    });
    Told told;
    group.record(insert(u"one"_s), told.note());
    group.commit();
    group.record(insert(u"two"_s), told.note());
    group.flush();
    QCOMPARE(told.done, (QList<bool>{true, true}));
    QCOMPARE(syncs.load(), 1);
    QCOMPARE(onDisk(), 2);
}

/// Into the file itself: a second sync of the log proves nothing.
void TestCommitGroup::whatTheDiskRefusedIsWrittenOnceMore()
{
    std::atomic<int> syncs = 0;
    Store::CommitGroup group(m_books->database, [&syncs] { return ++syncs > 1; });
    m_other->close(); // nobody reads
    const QString log = m_books->databasePath() + u"-wal"_s;
    Told told;
    group.record(insert(u"one"_s), [&](const Done &done) {
        QCOMPARE(QFileInfo(log).size(), 0);
        told.note()(done);
    });
    QTRY_COMPARE(told.done, QList<bool>{true});
    QCOMPARE(syncs.load(), 1);
    QCOMPARE(seenHere(), 1);
}

void TestCommitGroup::whileTheDiskFailsNobodyIsTold()
{
    std::atomic<int> syncs = 0;
    Store::CommitGroup group(m_books->database, [&syncs] {
        ++syncs;
        return false;
    });
    auto reading = m_other->run(u"SELECT 1 FROM sqlite_master"_s); // so that the log cannot be emptied
    QVERIFY(reading.ok() && reading->next());
    Told told;
    group.record(insert(u"one"_s), told.note());
    QTRY_COMPARE(seenHere(), 1);
    QTRY_COMPARE(syncs.load(), 1);
    group.record(insert(u"two"_s), told.note());
    group.post(insert(u"three"_s), told.note()); // its own commit goes well, behind a log in doubt
    group.flush();
    QVERIFY(told.done.isEmpty());
    reading->finish();
    QTRY_COMPARE(told.done, (QList<bool>{true, true, true}));
    QCOMPARE(syncs.load(), 1);
}

void TestCommitGroup::commitsBySomebodyElseAreDurableAsBefore()
{
    int asked = 0;
    const auto level = [&] { // each time a statement of its own: a kept one says what held when it was made
        constexpr int full = 2;
        const QString question = u"PRAGMA synchronous -- %1"_s.arg(++asked);
        return m_books->database.value(question)->toInt() == full;
    };
    QVERIFY(level());
    Told told;
    m_books->group.record(insert(u"one"_s), told.note());
    QVERIFY(!level());
    m_books->group.post(insert(u"two"_s), told.note());
    QVERIFY(level());
    m_books->group.record(insert(u"three"_s), told.note());
    QVERIFY(level()); // in the group that is open
    m_books->group.flush();
    m_books->group.record(insert(u"four"_s), told.note());
    {
        Store::Transaction transaction(m_books->database);
        QVERIFY(level());
    }
    QTRY_COMPARE(told.done.size(), 4);
    QVERIFY(level());
}

QTEST_GUILESS_MAIN(TestCommitGroup)
#include "tst_commitgroup.moc"
