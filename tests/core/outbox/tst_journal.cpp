// What the books refuse, for whatever reason, is not asked for ever: the dispatcher goes on, and they stay as
// they are.

#include "core/outbox/journal.h"
#include "tests/support/books.h"
#include "tests/support/fakeclock.h"

#include <QTest>

using Base::MessageId;
using Delivery::Stage;
using Delivery::Verdict;
using namespace Qt::StringLiterals;

class TestJournal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void anOutcomeThatTheBooksRefuseIsAskedOnce();
    void law5_whatMayHaveBeenSentIsNotPutBack();
    void whatTheDiskRefusesIsWrittenLater();

private:
    Store::Assignment begun() const
    {
        Store::Assignment begun;
        m_journal->begin(m_id, [&begun](const auto &assignment) {
            begun = assignment ? *assignment : Store::Assignment();
        });
        m_books->group.flush();
        return begun;
    }
    void finish(const Store::Assignment &assignment)
    {
        Outbox::Ending ending;
        ending.outcome = Support::outcome({Support::result(Verdict::Accepted, Stage::Content, 250)});
        m_journal->finish(m_id, assignment, m_account.id, ending, [this] { ++m_told; });
        m_books->group.flush();
    }
    void wait()
    {
        m_clock->advance(Outbox::Journal::again);
        m_books->turn(20);
        m_books->group.flush();
    }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Support::FakeClock> m_clock;
    std::unique_ptr<Outbox::Journal> m_journal;
    Accounts::Account m_account;
    MessageId m_id;
    int m_told = 0;
};

void TestJournal::init()
{
    m_journal.reset();
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_clock = std::make_unique<Support::FakeClock>();
    m_journal = std::make_unique<Outbox::Journal>(m_books->database, m_books->group, *m_clock);
    m_account = m_books->addAccount();
    m_id = m_books->enqueue(m_account, {u"bob@example.org"_s}, m_clock->now());
    m_told = 0;
}

void TestJournal::anOutcomeThatTheBooksRefuseIsAskedOnce()
{
    const Store::Assignment assignment = begun();
    QVERIFY(m_books->database.exec(u"UPDATE message SET state = 'cancelled'"_s).ok()); // by somebody else
    finish(assignment);
    QCOMPARE(m_told, 1);
    wait();
    QCOMPARE(m_told, 1);
    QCOMPARE(m_books->state(m_id), u"cancelled"_s);
}

void TestJournal::law5_whatMayHaveBeenSentIsNotPutBack()
{
    const Store::Assignment assignment = begun();
    QVERIFY(Store::MessageStore(m_books->database).markCommitting(m_id, assignment, {}, {0}).ok());
    m_journal->abandon(m_id, assignment, [this] { ++m_told; });
    m_books->group.flush();
    QCOMPARE(m_told, 1);
    QVERIFY(m_books->isCommitting(m_id));
    QCOMPARE(Store::Decisions(m_books->database).recover(m_clock->now())->size(), 1);
    QCOMPARE(m_books->state(m_id), u"uncertain"_s);
}

void TestJournal::whatTheDiskRefusesIsWrittenLater()
{
    const Store::Assignment assignment = begun();
    m_books->refuseWrites(true);
    finish(assignment);
    wait();
    QCOMPARE(m_told, 0);
    m_books->refuseWrites(false);
    wait();
    QCOMPARE(m_told, 1);
    QCOMPARE(m_books->state(m_id), u"sent"_s);
}

QTEST_GUILESS_MAIN(TestJournal)
#include "tst_journal.moc"
