// What holds over restarts, sleep and clocks that leap: back-offs, what a server taught, what is deferred.

#include "tests/core/outbox/patiencetest.h"

using Base::MessageId;
using namespace Qt::StringLiterals;

class TestPatience : public PatienceTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void aBackOffHoldsOverARestart();
    void aBackOffThatIsLiftedIsLiftedForGood();
    void whatAServerTaughtHoldsOverARestart();
    void whatIsDeferredDoesNotWaitForAClockThatWasSetBack();
    void aClockThatIsSetBackMeanwhileHoldsNothingUp();
    void aBackOffDoesNotWaitForAClockThatWasSetBackEither();
    void aLessonIsNotUnlearnedByAnOlderConnection();
    void aNetworkThatIsBackIsTriedAtOnce();
};

void TestPatience::aBackOffHoldsOverARestart()
{
    save({});
    m_server->unreachable = {u"one.example.org"_s};
    const MessageId id = enqueue();
    start();
    QCOMPARE(m_server->opened.size(), 1);
    advance(minute); // the second failure: two minutes
    QCOMPARE(m_server->opened.size(), 2);
    m_server->unreachable.clear();
    enqueue(); // it would be due now
    restart();
    QCOMPARE(m_server->opened.size(), 2);
    advance(2 * minute);
    QCOMPARE(taken(), 2);
    QCOMPARE(m_books->state(id), u"sent"_s);
    // And success ends it, on record too.
    enqueue();
    restart();
    QCOMPARE(taken(), 3);
}

void TestPatience::aBackOffThatIsLiftedIsLiftedForGood()
{
    save({});
    m_server->unreachable = {u"one.example.org"_s};
    enqueue();
    start();
    m_server->unreachable.clear();
    QVERIFY(Store::Decisions(m_books->database).makeDue(m_account.id, m_clock->now()).ok());
    m_dispatcher->forget(m_account.id);
    settle();
    QCOMPARE(taken(), 1);
    enqueue();
    restart();
    QCOMPARE(taken(), 2);
}

void TestPatience::whatAServerTaughtHoldsOverARestart()
{
    save({});
    int asked = 0;
    m_server->answer = [&asked](const QByteArray &line, int) {
        if (line.startsWith("MAIL"))
            asked = 0;
        if (line.startsWith("RCPT") && ++asked > 2)
            return QByteArray("452 4.5.3 Too many recipients\r\n");
        return QByteArray();
    };
    const QStringList four{u"a@example.org"_s, u"b@example.org"_s, u"c@example.org"_s, u"d@example.org"_s};
    const MessageId first = enqueue(four);
    start();
    QCOMPARE(m_books->state(first), u"sent"_s);
    const qsizetype refused = m_server->count("RCPT") - 4;
    QVERIFY(refused > 0);
    restart();
    const qsizetype before = m_server->count("RCPT");
    const MessageId second = enqueue(four);
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_books->state(second), u"sent"_s);
    QCOMPARE(m_server->count("RCPT") - before, 4); // nobody was asked in vain
}

void TestPatience::whatIsDeferredDoesNotWaitForAClockThatWasSetBack()
{
    save({});
    m_server->answer = [](const QByteArray &line, int) {
        return line.startsWith("RCPT") ? QByteArray("451 4.7.1 Greylisted\r\n") : QByteArray();
    };
    const MessageId id = enqueue();
    start();
    QCOMPARE(m_books->state(id), u"deferred"_s);
    m_server->answer = {};
    m_clock->setSkew(-day);
    restart();
    advance(2 * hour); // not a day and a minute
    QCOMPARE(m_books->state(id), u"sent"_s);
}

void TestPatience::aClockThatIsSetBackMeanwhileHoldsNothingUp()
{
    save({});
    m_server->answer = [](const QByteArray &line, int) {
        return line.startsWith("RCPT") ? QByteArray("451 4.7.1 Greylisted\r\n") : QByteArray();
    };
    const MessageId id = enqueue();
    start();
    QCOMPARE(m_books->state(id), u"deferred"_s);
    m_server->answer = {};
    m_clock->setSkew(-day);
    advance(minute); // it looks again after what the sleep was set to, and sees the new time
    advance(minute + 1000);
    QCOMPARE(m_books->state(id), u"sent"_s);
}

void TestPatience::aBackOffDoesNotWaitForAClockThatWasSetBackEither()
{
    save({});
    m_server->unreachable = {u"one.example.org"_s};
    const MessageId id = enqueue();
    start();
    QCOMPARE(m_server->opened.size(), 1);
    m_server->unreachable.clear();
    m_clock->setSkew(-day);
    advance(2 * minute);
    advance(2 * minute);
    QCOMPARE(m_books->state(id), u"sent"_s);
}

void TestPatience::aLessonIsNotUnlearnedByAnOlderConnection()
{
    Accounts::Limits limits;
    limits.recipientsPerMessage = 3;
    save(limits, 2);
    Outbox::AccountBook book(m_books->database, *m_clock);
    QVERIFY(book.refresh().ok());
    book.learnLimits(m_account, {2, 0});
    book.learnLimits(m_account, {3, 5}); // it began when three was all that was known
    QCOMPARE(book.limitsOf(m_account).recipients, 2);
    QCOMPARE(book.limitsOf(m_account).letters, 5);
    Outbox::AccountBook next(m_books->database, *m_clock);
    QVERIFY(next.refresh().ok());
    QCOMPARE(next.limitsOf(m_account).recipients, 2);
}

void TestPatience::aNetworkThatIsBackIsTriedAtOnce()
{
    save({});
    m_server->unreachable = {u"one.example.org"_s};
    const MessageId id = enqueue();
    const MessageId greylisted = enqueue({u"carol@example.org"_s});
    start();
    for (int i = 0; i < 5; ++i)
        advance(10 * minute); // the account backs off for longer and longer
    const qsizetype before = m_server->opened.size();
    QCOMPARE(m_books->state(id), u"deferred"_s);
    // The other one was deferred by a server some time: that is not the network's doing.
    const QDateTime later = m_clock->now().addSecs(1800);
    QVERIFY(
        m_books->database
            .exec(u"UPDATE message SET state = 'deferred', attempts = 6, reason = '{\"scope\":\"message\"}',"
                  " next_attempt = ? WHERE id = ?"_s,
                  {later.toMSecsSinceEpoch(), greylisted.value})
            .ok());
    m_server->unreachable.clear();
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_server->opened.size(), before);
    m_dispatcher->tryAnew();
    settle();
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(m_books->state(greylisted), u"deferred"_s);
    restart(); // and the back-off is off the record
    enqueue();
    m_dispatcher->wake();
    settle();
    QCOMPARE(taken(), 2);
}

QTEST_GUILESS_MAIN(TestPatience)
#include "tst_patience.moc"
