// Retention at work: at the start and every hour, in steps, each told; and what is deleted is overwritten.

#include "core/outbox/keeper.h"

#include "tests/support/fakeclock.h"
#include "tests/support/keeping.h"

#include <QSignalSpy>

using Base::MessageId;
using Delivery::Retention;
using Outbox::Keeper;
using namespace Qt::StringLiterals;

class TestKeeper : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void whatHasHadItsTimeGoesAtTheStart();
    void itLooksAgainEveryHour();
    void manyGoInSteps();
    void theRetentionOfTheMomentHolds();
    void oneThatIsSentAgainMeanwhileStays();
    void whatIsDeletedIsOverwritten();
    void aPersonsDeletionIsOverwrittenAMinuteLater();

private:
    MessageId add(int daysAgo)
    {
        return Support::deliver(*m_books, m_account,
                                Support::Books::letter({u"one@example.org"_s}, u"number%1"_s.arg(++m_number)),
                                m_clock->now().addDays(-daysAgo));
    }
    void keep(int days, int megabytes = 0)
    {
        QVERIFY(Store::SettingStore(m_books->database).setRetention({days, megabytes}).ok());
    }
    /// Until the keeper has looked and nothing goes any more.
    bool settle(QSignalSpy &looked, int times) const
    {
        return QTest::qWaitFor([&] {
            if (looked.size() < times)
                m_clock->advance(Keeper::step);
            return looked.size() >= times;
        });
    }
    int messages() const { return m_books->number(u"SELECT count(*) FROM message"_s); }

    std::unique_ptr<Support::FakeClock> m_clock;
    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Store::Decisions> m_decisions;
    std::unique_ptr<Keeper> m_keeper;
    Accounts::Account m_account;
    int m_number = 0;
};

void TestKeeper::init()
{
    m_clock = std::make_unique<Support::FakeClock>();
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_decisions = std::make_unique<Store::Decisions>(m_books->database);
    m_keeper = std::make_unique<Keeper>(m_books->databasePath(), m_books->database, m_books->group,
                                        *m_decisions, *m_clock);
    m_account = m_books->addAccount();
}

void TestKeeper::cleanup()
{
    m_keeper.reset();
    m_decisions.reset();
    m_books.reset();
}

void TestKeeper::whatHasHadItsTimeGoesAtTheStart()
{
    const MessageId old = add(31);
    const MessageId young = add(29);
    keep(30);
    QSignalSpy gone(m_keeper.get(), &Keeper::messageChanged);
    QSignalSpy looked(m_keeper.get(), &Keeper::looked);
    m_keeper->start();
    QVERIFY(settle(looked, 1));
    QTRY_COMPARE(gone.size(), 1);
    QCOMPARE(gone.first().first().value<MessageId>(), old);
    QCOMPARE(m_books->state(young), u"sent"_s);
    QCOMPARE(messages(), 1);
}

void TestKeeper::itLooksAgainEveryHour()
{
    add(29);
    keep(30);
    QSignalSpy gone(m_keeper.get(), &Keeper::messageChanged);
    QSignalSpy looked(m_keeper.get(), &Keeper::looked);
    m_keeper->start();
    QVERIFY(settle(looked, 1));
    QCOMPARE(messages(), 1);
    for (int hour = 0; hour < 25; ++hour) {
        m_clock->advance(Keeper::hour);
        QVERIFY(settle(looked, hour + 2));
    }
    QTRY_COMPARE(gone.size(), 1);
    QCOMPARE(messages(), 0);
}

void TestKeeper::manyGoInSteps()
{
    for (int i = 0; i < 2 * Keeper::atOnce + 10; ++i)
        add(40);
    keep(30);
    QSignalSpy gone(m_keeper.get(), &Keeper::messageChanged);
    m_keeper->start();
    QTRY_COMPARE(gone.size(), Keeper::atOnce);
    QTest::qWait(20);
    QCOMPARE(gone.size(), Keeper::atOnce); // mail has its turn
    m_clock->advance(Keeper::step);
    QTRY_COMPARE(gone.size(), 2 * Keeper::atOnce);
    m_clock->advance(Keeper::step);
    QTRY_COMPARE(gone.size(), 2 * Keeper::atOnce + 10);
    QCOMPARE(messages(), 0);
}

void TestKeeper::theRetentionOfTheMomentHolds()
{
    add(40);
    QSignalSpy looked(m_keeper.get(), &Keeper::looked);
    m_keeper->start();
    QVERIFY(settle(looked, 1));
    QCOMPARE(messages(), 1);
    keep(30);
    m_keeper->look();
    QVERIFY(settle(looked, 2));
    QTRY_COMPARE(messages(), 0);
}

void TestKeeper::oneThatIsSentAgainMeanwhileStays()
{
    const MessageId id = add(40);
    keep(30);
    QSignalSpy looked(m_keeper.get(), &Keeper::looked);
    m_keeper->start();
    // Read as sent; moved on before its turn came.
    QVERIFY(
        m_books->database.exec(u"UPDATE message SET state = 'uncertain' WHERE id = ?"_s, {id.value}).ok());
    QVERIFY(settle(looked, 1));
    m_books->group.flush();
    QCOMPARE(m_books->state(id), u"uncertain"_s);
}

void TestKeeper::whatIsDeletedIsOverwritten()
{
    add(40);
    for (int i = 0; i < 50; ++i)
        add(1);
    keep(30);
    QSignalSpy erased(m_keeper.get(), &Keeper::erased);
    m_keeper->start();
    QVERIFY(QTest::qWaitFor([&] {
        m_clock->advance(Keeper::step);
        return erased.size() == 1;
    }));
    QCOMPARE(messages(), 50);
    for (const QString &suffix : {u""_s, u"-wal"_s})
        QVERIFY(!Support::contentsOf(m_books->databasePath() + suffix).contains("number1@"));
    QVERIFY(!Support::contentsOf(m_books->databasePath()).contains("number1\r\n"));
}

void TestKeeper::aPersonsDeletionIsOverwrittenAMinuteLater()
{
    const MessageId id = add(1);
    add(1);
    QSignalSpy erased(m_keeper.get(), &Keeper::erased);
    m_keeper->start();
    m_clock->advance(Keeper::step);
    QTRY_COMPARE(erased.size(), 1); // there was nothing to do
    QVERIFY(m_decisions->remove(id).ok());
    m_keeper->eraseSoon();
    QVERIFY(*Store::Eraser(m_books->database).isOwed());
    m_clock->advance(Keeper::quiet - 1);
    QCOMPARE(erased.size(), 1);
    for (int i = 0; i < 100 && erased.size() == 1; ++i)
        m_clock->advance(Keeper::step);
    QCOMPARE(erased.size(), 2);
    QVERIFY(!*Store::Eraser(m_books->database).isOwed());
}

QTEST_GUILESS_MAIN(TestKeeper)
#include "tst_keeper.moc"
