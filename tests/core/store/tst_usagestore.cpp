// What went through an account, over restarts and clocks that leap; the windows read it from the books.

#include "core/store/usagestore.h"

#include "tests/support/books.h"
#include "tests/support/fakeclock.h"

using Accounts::Account;
using Accounts::Tally;
using Accounts::Usage;
using Accounts::UsageMinute;
using Store::UsageStore;
using namespace Qt::StringLiterals;

class TestUsageStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void aMinuteIsOneRow();
    void accountsAreCountedApart();
    void onlyWhatIsAskedFor();
    void itOutlivesTheProgram();
    void aDayOfTenThousand();
    void whatIsOldIsForgotten();
    void whatLiesAheadIsSettledOnce();
    void anAccountThatIsGone();
    void partOfATransaction();
    void aDiskThatRefuses();

private:
    QDateTime at(qint64 seconds) const { return m_clock.now().addSecs(seconds); }
    Usage usage(qint64 since = -86'400) const { return *m_store->of(m_work.id, at(since)); }

    Support::FakeClock m_clock; // 17:00:00
    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<UsageStore> m_store;
    Account m_work;
};

void TestUsageStore::init()
{
    m_store.reset();
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_store = std::make_unique<UsageStore>(m_books->database);
    m_work = m_books->addAccount();
}

void TestUsageStore::aMinuteIsOneRow()
{
    QVERIFY(m_store->add(m_work.id, at(0), {1, 2}).ok());
    QVERIFY(m_store->add(m_work.id, at(59), {2, 2}).ok());
    QVERIFY(m_store->add(m_work.id, at(30), {1, 1}).ok()); // "last" does not go back
    QVERIFY(m_store->add(m_work.id, at(60), {1, 1}).ok());
    QVERIFY(m_store->add(m_work.id, at(61), {}).ok());
    QCOMPARE(usage().minutes(), (QList<UsageMinute>{{at(59), 4, 5}, {at(60), 1, 1}}));
    QCOMPARE(m_books->number(u"SELECT count(*) FROM usage"_s), 2);
}

void TestUsageStore::accountsAreCountedApart()
{
    const Account home = m_books->addAccount(u"home"_s);
    QVERIFY(m_store->add(m_work.id, at(0), {1, 2}).ok());
    QVERIFY(m_store->add(home.id, at(0), {5, 7}).ok());
    QCOMPARE(usage().since(at(-1)), (Tally{1, 2}));
    QCOMPARE(m_store->of(home.id, at(-1))->since(at(-1)), (Tally{5, 7}));
}

void TestUsageStore::onlyWhatIsAskedFor()
{
    for (const qint64 seconds : {-90'000, -86'400, -86'399, -5})
        QVERIFY(m_store->add(m_work.id, at(seconds), {1, 1}).ok());
    QCOMPARE(usage().minutes().size(), 1 + 1); // not what went exactly a day ago or earlier
    QCOMPARE(usage(-90'001).minutes().size(), 3);
}

void TestUsageStore::itOutlivesTheProgram()
{
    QVERIFY(m_store->add(m_work.id, at(0), {3, 4}).ok());
    Store::MessageQuery query;
    QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
    QCOMPARE(*query.usageOf(m_work.id, at(-60)), usage());
    m_books->database.close();
    QVERIFY(m_books->database.open(m_books->databasePath(), Store::Database::Mode::ReadWrite).ok());
    QCOMPARE(usage().minutes(), (QList<UsageMinute>{{at(0), 3, 4}}));
}

void TestUsageStore::aDayOfTenThousand()
{
    Store::Transaction transaction(m_books->database);
    for (int i = 0; i < 10'000; ++i)
        QVERIFY(m_store->add(m_work.id, at(i * 864 / 100 - 86'399), {1, 1}).ok());
    QVERIFY(transaction.commit().ok());
    QCOMPARE(usage().since(at(-86'400)), (Tally{10'000, 10'000}));
    QVERIFY(usage().minutes().size() <= 1441);
}

void TestUsageStore::whatIsOldIsForgotten()
{
    constexpr qint64 day = 86'400;
    for (const qint64 days : {8, 7, 6, 0})
        QVERIFY(m_store->add(m_work.id, at(-days * day), {1, 1}).ok());
    QVERIFY(m_store->tidy(at(0)).ok());
    QCOMPARE(usage(-100 * day).since(at(-100 * day)), (Tally{3, 3}));
    // A clock that is a day ahead for a while costs nothing: set right, the windows are as full as before.
    QVERIFY(m_store->tidy(at(day)).ok());
    QCOMPARE(usage().since(at(-day)), (Tally{1, 1}));
}

void TestUsageStore::whatLiesAheadIsSettledOnce()
{
    // The clock was a year ahead, and then it was set right.
    QVERIFY(m_store->add(m_work.id, at(365 * 86'400), {40, 50}).ok());
    QVERIFY(m_store->add(m_work.id, at(3), {2, 2}).ok());
    QVERIFY(m_store->add(m_work.id, at(0), {1, 1}).ok());
    QVERIFY(m_store->tidy(at(0)).ok());
    QCOMPARE(usage().minutes(), (QList<UsageMinute>{{at(0), 43, 53}}));
    // And a day later they have left the window, which they would not have.
    m_clock.advance(86'400'000);
    QVERIFY(m_store->tidy(at(0)).ok());
    QVERIFY(usage().minutes().isEmpty());
}

void TestUsageStore::anAccountThatIsGone()
{
    QVERIFY(m_store->add(m_work.id, at(0), {1, 1}).ok());
    QVERIFY(Store::AccountStore(m_books->database).remove(m_work.id).ok());
    QCOMPARE(m_books->number(u"SELECT count(*) FROM usage"_s), 0);
    QVERIFY(m_store->add(m_work.id, at(0), {1, 1}).ok()); // its last letter's answer came late
    QCOMPARE(m_books->number(u"SELECT count(*) FROM usage"_s), 0);
}

// It is written together with the outcome, or not at all.
void TestUsageStore::partOfATransaction()
{
    {
        Store::Transaction transaction(m_books->database);
        QVERIFY(m_store->add(m_work.id, at(0), {1, 1}).ok());
    }
    QVERIFY(usage().minutes().isEmpty());
    Store::Transaction transaction(m_books->database);
    QVERIFY(m_store->add(m_work.id, at(0), {1, 1}).ok());
    QVERIFY(transaction.commit().ok());
    QCOMPARE(usage().since(at(-1)), (Tally{1, 1}));
}

void TestUsageStore::aDiskThatRefuses()
{
    QVERIFY(m_store->add(m_work.id, at(60), {1, 1}).ok());
    m_books->refuseWrites(true);
    QVERIFY(!m_store->add(m_work.id, at(0), {1, 1}).ok());
    QVERIFY(!m_store->tidy(at(0)).ok());
    m_books->refuseWrites(false);
    QCOMPARE(usage().minutes(), (QList<UsageMinute>{{at(60), 1, 1}}));
}

QTEST_GUILESS_MAIN(TestUsageStore)
#include "tst_usagestore.moc"
