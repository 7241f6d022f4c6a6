// What was under way when the program stopped, and what a start makes of it (law 8).

#include "core/store/decisions.h"
#include "tests/core/store/messagestoretest.h"

#include <QTest>

using Base::MessageId;
using Delivery::Stage;
using Delivery::Verdict;
using Store::Assignment;
using Support::result;
using namespace Qt::StringLiterals;

class TestRecovery : public MessageStoreTest
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_decisions.reset();
        begin();
        m_decisions = std::make_unique<Store::Decisions>(m_books->database);
    }

    void law8_whatWasCutOffBeforeTheDotIsQueuedAgain();
    void law8_whatWasCutOffBehindTheDotIsUncertain();
    void law8_whatNoAttemptTellsOfMayHaveBeenSent();
    void law8_whatAnOlderProgramWroteIsRecovered();

private:
    /// To two recipients, not about to commit.
    MessageId sending() const
    {
        const MessageId id = m_books->enqueue(m_account, three.mid(0, 2), noon);
        (void)beginAttempt(id);
        return id;
    }

    std::unique_ptr<Store::Decisions> m_decisions;
};

void TestRecovery::law8_whatWasCutOffBeforeTheDotIsQueuedAgain()
{
    const MessageId id = sending();
    QCOMPARE(*m_decisions->recover(noon.addSecs(100)), QList<MessageId>{id});
    QCOMPARE(m_books->state(id), u"queued"_s);
    QCOMPARE(m_books->recipients(id), u"waiting waiting"_s);
    QCOMPARE(m_store->due(noon.addSecs(100), 10)->size(), 1);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM attempt WHERE finished IS NULL"_s), 0);
    QVERIFY(m_books->database.value(u"SELECT reason FROM attempt"_s)->toString().contains(u"interrupted"_s));
    QVERIFY(m_decisions->recover(noon.addSecs(100))->isEmpty()); // once is enough
}

void TestRecovery::law8_whatWasCutOffBehindTheDotIsUncertain()
{
    const MessageId id =
        m_books->enqueue(m_account, {u"a@example.org"_s, u"b@example.org"_s, u"c@example.org"_s}, noon);
    const Assignment assignment = *m_store->beginAttempt(id, noon);
    QVERIFY(
        m_store
            ->markCommitting(id, assignment,
                             {result(Verdict::Refused, Stage::Rcpt, 550), result(Verdict::None, Stage::Rcpt),
                              result(Verdict::Deferred, Stage::Rcpt, 451)},
                             Support::everyone(assignment))
            .ok());
    QCOMPARE(m_decisions->recover(noon)->size(), 1);
    QCOMPARE(m_books->state(id), u"uncertain"_s);
    QCOMPARE(m_books->recipients(id), u"refused uncertain deferred"_s);
    QVERIFY(m_store->due(noon.addYears(1), 10)->isEmpty());
}

/// In books that were damaged an attempt may be lost, or be there twice.
void TestRecovery::law8_whatNoAttemptTellsOfMayHaveBeenSent()
{
    const MessageId lost = sending();
    const MessageId twice = sending();
    const MessageId before = sending();
    QVERIFY(m_books->database.exec(u"DELETE FROM attempt WHERE message = ?"_s, {lost.value}).ok());
    QVERIFY(m_books->database
                .exec(u"INSERT INTO attempt (message, number, started, committing) VALUES (?, 7, 1, 1)"_s,
                      {twice.value})
                .ok());
    QCOMPARE(m_decisions->recover(noon)->size(), 3);
    QCOMPARE(m_books->state(lost), u"uncertain"_s);
    QCOMPARE(m_books->state(twice), u"uncertain"_s);
    QCOMPARE(m_books->state(before), u"queued"_s);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM attempt WHERE finished IS NULL"_s), 0);
}

/// It ran when another one brought the books to the newest schema: "committing" was a state of messages then.
void TestRecovery::law8_whatAnOlderProgramWroteIsRecovered()
{
    const MessageId id = sending();
    QVERIFY(m_books->database.exec(u"UPDATE message SET state = 'committing'"_s).ok());
    QCOMPARE(m_decisions->recover(noon)->size(), 1);
    QCOMPARE(m_books->state(id), u"uncertain"_s);
    QCOMPARE(m_books->number(u"SELECT number FROM message_count WHERE state = 'uncertain'"_s), 1);
    QCOMPARE(m_books->number(u"SELECT sum(number) FROM message_count"_s), 1);
}

QTEST_GUILESS_MAIN(TestRecovery)
#include "tst_recovery.moc"
