// Messages that do not leave at once, and those that are held back, through the dispatcher.

#include "tests/core/outbox/patiencetest.h"

using Base::MessageId;
using namespace Qt::StringLiterals;

class TestLeaving : public PatienceTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void whatCanBeTakenBackLeavesAfterTheDelay();
    void whatIsScheduledLeavesAtItsTime();
    void whatIsTooLateAsksFirst();
    void patienceBeginsWhenAMessageLeaves();
    void whatIsHeldBackWaits_data();
    void whatIsHeldBackWaits();
    void anotherAccountStandsIn_data();
    void anotherAccountStandsIn();
    void whoseContentWasSeenWaits();

private:
    void postpone(MessageId id, const Delivery::Departure &departure)
    {
        QVERIFY(Store::Departures(m_books->database)
                    .postpone(id, departure, Delivery::RetrySchedule(), {}, m_clock->now())
                    .ok());
    }
    /// A time on the clocks of Berlin.
    Delivery::Departure in(qint64 milliseconds) const
    {
        const QTimeZone berlin("Europe/Berlin");
        const QDateTime when = m_clock->now().addMSecs(milliseconds).toTimeZone(berlin);
        return {false, Delivery::scheduled(when.date(), when.time(), berlin)};
    }
};

void TestLeaving::whatCanBeTakenBackLeavesAfterTheDelay()
{
    save({});
    const MessageId id = enqueue();
    postpone(id, {true, {}});
    QCOMPARE(m_books->state(id), u"undoable"_s);
    start();
    advance(9000);
    QCOMPARE(taken(), 0);
    restart(); // the delay is on record
    advance(500);
    QCOMPARE(taken(), 0);
    advance(500);
    QCOMPARE(m_books->state(id), u"sent"_s);
}

void TestLeaving::whatIsScheduledLeavesAtItsTime()
{
    save({});
    const MessageId id = enqueue();
    postpone(id, in(2 * hour));
    QCOMPARE(m_books->state(id), u"scheduled"_s);
    start();
    advance(2 * hour - 1000);
    QCOMPARE(taken(), 0);
    advance(1000);
    QCOMPARE(m_books->state(id), u"sent"_s);
}

void TestLeaving::whatIsTooLateAsksFirst()
{
    save({});
    const MessageId late = enqueue();
    postpone(late, in(hour));
    const MessageId hardly = enqueue();
    postpone(hardly, in(2 * hour + 30 * minute));
    m_clock->advance(3 * hour); // no program ran
    start();
    QCOMPARE(m_books->state(hardly), u"sent"_s);
    QCOMPARE(m_books->state(late), u"held"_s);
    Store::Decisions decisions(m_books->database);
    QVERIFY(decisions.release(late, m_clock->now()).ok());
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_books->state(late), u"sent"_s);
}

void TestLeaving::patienceBeginsWhenAMessageLeaves()
{
    save({});
    m_server->answer = [](const QByteArray &line, int) {
        return line.startsWith("RCPT") ? QByteArray("451 4.7.1 Greylisted\r\n") : QByteArray();
    };
    const MessageId id = enqueue();
    postpone(id, in(30 * day));
    start();
    advance(30 * day);
    const auto waitFor = [this](qint64 hours) {
        for (qint64 i = 0; i < hours; ++i)
            advance(hour);
    };
    waitFor(5 * 24 - 2);
    QCOMPARE(m_books->state(id), u"deferred"_s); // a month old, and tried for less than five days
    waitFor(4);
    QCOMPARE(m_books->state(id), u"failed"_s);
    // A person who tries it again wants it tried for as long again.
    QVERIFY(Store::Decisions(m_books->database).retry(id, m_clock->now()).ok());
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_books->state(id), u"deferred"_s);
}

void TestLeaving::whatIsHeldBackWaits_data()
{
    QTest::addColumn<bool>("everything");
    QTest::newRow("an account") << false;
    QTest::newRow("everything") << true;
}

void TestLeaving::whatIsHeldBackWaits()
{
    QFETCH(bool, everything);
    save({});
    const auto hold = [this, everything](bool held) {
        return everything ? Store::SettingStore(m_books->database).setEverythingHeld(held)
                          : Store::AccountStore(m_books->database).setHeld(m_account.id, held);
    };
    QVERIFY(hold(true).ok());
    const MessageId id = enqueue();
    start();
    advance(day);
    QCOMPARE(m_server->opened.size(), 0);
    QCOMPARE(m_books->state(id), u"queued"_s);
    QVERIFY(hold(false).ok());
    // With two to send and held in between, the first goes, and the connection takes no second.
    m_server->answer = [this, &hold](const QByteArray &line, int) {
        if (line == "." && taken() == 0) {
            (void)hold(true);
            m_dispatcher->wake();
        }
        return QByteArray();
    };
    const MessageId second = enqueue();
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(m_books->state(second), u"queued"_s);
}

void TestLeaving::anotherAccountStandsIn_data()
{
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("alsoFrom");
    QTest::addColumn<bool>("opted");
    QTest::addColumn<bool>("goes");
    QTest::newRow("the same sender") << u"ada@EXAMPLE.org"_s << QString() << true << true;
    QTest::newRow("one it may use") << u"office@example.org"_s << u"ada@example.org"_s << true << true;
    QTest::newRow("one it may not use") << u"office@example.org"_s << QString() << true << false;
    QTest::newRow("nobody asked for it") << u"ada@example.org"_s << QString() << false << false;
}

void TestLeaving::anotherAccountStandsIn()
{
    QFETCH(QString, from);
    QFETCH(QString, alsoFrom);
    QFETCH(bool, opted);
    QFETCH(bool, goes);
    save({});
    Accounts::Account other = m_account;
    other.id = {};
    other.name = u"other"_s;
    other.server.host = u"two.example.org"_s;
    other.fromAddress = from;
    if (!alsoFrom.isEmpty())
        other.alsoFrom = {alsoFrom};
    Store::AccountStore accounts(m_books->database);
    other = *accounts.save(other);
    if (opted)
        m_account.fallback = other.id;
    m_account = *accounts.save(m_account);
    m_server->unreachable = {u"one.example.org"_s};
    const MessageId id = enqueue();
    start();
    advance(minute);
    QCOMPARE(taken(), 0); // a server may be away for a moment
    for (int i = 0; i < 4; ++i)
        advance(minute);
    QCOMPARE(taken(), goes ? 1 : 0);
    QCOMPARE(m_books->state(id), goes ? u"sent"_s : u"deferred"_s);
}

void TestLeaving::whoseContentWasSeenWaits()
{
    save({});
    Accounts::Account other = m_account;
    other.id = {};
    other.name = u"other"_s;
    other.server.host = u"two.example.org"_s;
    Store::AccountStore accounts(m_books->database);
    m_account.fallback = accounts.save(other)->id;
    m_account = *accounts.save(m_account);
    m_server->answer = [](const QByteArray &line, int) {
        return line == "." ? QByteArray("451 4.3.0 Later\r\n") : QByteArray();
    };
    const MessageId seen = enqueue();
    start();
    QCOMPARE(m_books->state(seen), u"deferred"_s);
    m_server->answer = {};
    m_server->unreachable = {u"one.example.org"_s};
    const MessageId fresh = enqueue();
    for (int i = 0; i < 8; ++i)
        advance(minute);
    QCOMPARE(m_books->state(fresh), u"sent"_s);
    QCOMPARE(m_books->state(seen), u"deferred"_s);
}

QTEST_GUILESS_MAIN(TestLeaving)
#include "tst_leaving.moc"
