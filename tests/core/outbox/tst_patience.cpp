// What holds over restarts, sleep and clocks that leap: limits in rolling windows, back-offs, what a server
// taught.

#include "core/outbox/dispatcher.h"
#include "core/store/departures.h"

#include "tests/core/outbox/fakeserver.h"
#include "tests/support/books.h"
#include "tests/support/fakeclock.h"

#include <QCoreApplication>

using Accounts::Account;
using Base::MessageId;
using Net::Security;
using Outbox::Dispatcher;
using namespace Qt::StringLiterals;

namespace {
constexpr qint64 minute = 60'000;
constexpr qint64 hour = 60 * minute;
constexpr qint64 day = 24 * hour;
} // namespace

class TestPatience : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void noMoreAMinuteThanTheAccountMaySend();
    void limitsHoldOverARestart();
    void lettersUnderWayCount();
    void moreRecipientsThanADayTakesAreHeld();
    void noMoreRecipientsAMessageThanTheAccountSays();
    void aBackOffHoldsOverARestart();
    void aBackOffThatIsLiftedIsLiftedForGood();
    void whatAServerTaughtHoldsOverARestart();
    void aLessonIsNotUnlearnedByAnOlderConnection();
    void whatIsDeferredDoesNotWaitForAClockThatWasSetBack();
    void aClockThatIsSetBackMeanwhileHoldsNothingUp();
    void aBackOffDoesNotWaitForAClockThatWasSetBackEither();
    void whatCanBeTakenBackLeavesAfterTheDelay();
    void whatIsScheduledLeavesAtItsTime();
    void whatIsTooLateAsksFirst();
    void patienceBeginsWhenAMessageLeaves();
    void aNetworkThatIsBackIsTriedAtOnce();
    void whatIsHeldBackWaits_data();
    void whatIsHeldBackWaits();

private:
    void settle()
    {
        for (int i = 0; i < 200; ++i)
            QCoreApplication::processEvents();
    }
    void advance(qint64 milliseconds)
    {
        m_clock->advance(milliseconds);
        settle();
    }
    void start()
    {
        m_dispatcher->start();
        settle();
    }
    /// As if the program had been ended and started again.
    void restart()
    {
        m_dispatcher->stop();
        settle();
        makeDispatcher();
        start();
    }
    void makeDispatcher()
    {
        m_dispatcher.reset();
        settle();
        m_dispatcher =
            std::make_unique<Dispatcher>(m_books->database, m_books->group, *m_spool, *m_clock,
                                         [this](const QByteArray &) { return m_server->connection(); });
    }
    void save(const Accounts::Limits &limits, int connections = 1)
    {
        Account account;
        account.name = u"work"_s;
        account.server = {u"one.example.org"_s, 25, Security::None};
        account.auth = Accounts::Auth::None;
        account.fromAddress = u"ada@example.org"_s;
        account.maxConnections = connections;
        account.limits = limits;
        m_account = *Store::AccountStore(m_books->database).save(account);
    }
    MessageId enqueue(const QStringList &to = {u"bob@example.org"_s})
    {
        return m_books->enqueue(m_account, to, m_clock->now());
    }
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
    qsizetype taken() const { return m_server->contents.size(); }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Support::FakeClock> m_clock;
    std::unique_ptr<Store::Spool> m_spool;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<Dispatcher> m_dispatcher;
    Account m_account;
};

void TestPatience::init()
{
    m_dispatcher.reset(); // it uses all of the others
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_clock = std::make_unique<Support::FakeClock>();
    m_spool = std::make_unique<Store::Spool>(m_books->spoolPath());
    m_server = std::make_unique<FakeServer>();
    makeDispatcher();
}

void TestPatience::cleanup()
{
    m_dispatcher.reset();
    settle();
}

void TestPatience::noMoreAMinuteThanTheAccountMaySend()
{
    Accounts::Limits limits;
    limits.perMinute = 3;
    save(limits);
    for (int i = 0; i < 8; ++i)
        enqueue();
    start();
    QCOMPARE(taken(), 3);
    advance(30'000);
    QCOMPARE(taken(), 3);
    advance(2 * minute); // at most a minute later than the window opens
    QCOMPARE(taken(), 6);
    advance(2 * minute);
    QCOMPARE(taken(), 8);
}

void TestPatience::limitsHoldOverARestart()
{
    Accounts::Limits limits;
    limits.perDay = 2;
    save(limits);
    for (int i = 0; i < 3; ++i)
        enqueue();
    start();
    QCOMPARE(taken(), 2);
    advance(hour);
    restart();
    QCOMPARE(taken(), 2);
    advance(day);
    QCOMPARE(taken(), 3);
}

void TestPatience::lettersUnderWayCount()
{
    Accounts::Limits limits;
    limits.perHour = 2;
    save(limits, 5);
    for (int i = 0; i < 5; ++i)
        enqueue();
    m_server->answer = [](const QByteArray &line, int) {
        return line == "." ? QByteArray(FakeServer::silence) : QByteArray();
    };
    start();
    QCOMPARE(m_server->count("MAIL"), 2); // not five at once, though none is taken yet
}

void TestPatience::moreRecipientsThanADayTakesAreHeld()
{
    Accounts::Limits limits;
    limits.recipientsPerDay = 2;
    save(limits);
    const MessageId many = enqueue({u"a@example.org"_s, u"b@example.org"_s, u"c@example.org"_s});
    const MessageId one = enqueue();
    start();
    QCOMPARE(m_books->state(many), u"held"_s);
    QCOMPARE(m_books->state(one), u"sent"_s);
}

void TestPatience::noMoreRecipientsAMessageThanTheAccountSays()
{
    Accounts::Limits limits;
    limits.recipientsPerMessage = 2;
    save(limits);
    const MessageId id = enqueue(
        {u"a@example.org"_s, u"b@example.org"_s, u"c@example.org"_s, u"d@example.org"_s, u"e@example.org"_s});
    start();
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(taken(), 3);
}

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

void TestPatience::whatCanBeTakenBackLeavesAfterTheDelay()
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

void TestPatience::whatIsScheduledLeavesAtItsTime()
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

void TestPatience::whatIsTooLateAsksFirst()
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

void TestPatience::patienceBeginsWhenAMessageLeaves()
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

void TestPatience::whatIsHeldBackWaits_data()
{
    QTest::addColumn<bool>("everything");
    QTest::newRow("an account") << false;
    QTest::newRow("everything") << true;
}

void TestPatience::whatIsHeldBackWaits()
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

QTEST_GUILESS_MAIN(TestPatience)
#include "tst_patience.moc"
