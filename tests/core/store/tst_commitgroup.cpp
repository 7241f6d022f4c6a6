// Commits of one turn of the loop as one: what is on disk when, whom a failure harms, and what a durable
// transaction in between means.

#include "tests/support/books.h"

#include <QCoreApplication>

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
    void aDurableTransactionTakesTheGroupAlong();
    void aTransactionInsideTheWorkIsAPartOfIt();
    void aStatementByItselfDoesNotWaitInTheGroup();
    void aCommitThatFailsIsToldToAll();
    void whatIsPostedByWhoIsToldMakesTheNextGroup();
    void theEndCommits();

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

QTEST_GUILESS_MAIN(TestCommitGroup)
#include "tst_commitgroup.moc"
