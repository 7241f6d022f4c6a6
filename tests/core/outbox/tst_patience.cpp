// What holds over restarts, sleep and clocks that leap: limits in rolling windows, back-offs, what a server
// taught.

#include "core/outbox/dispatcher.h"

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
    void aRateTheServerNamesIsLearned_data();
    void aRateTheServerNamesIsLearned();
    void aRateHoldsOverARestart();
    void aRateIsBelievedUntilTomorrow();
    void aLimitNobodyCanCountBacksOff();
    void lettersRefusedTogetherFailOnce();
    void whatIsDeferredDoesNotWaitForAClockThatWasSetBack();
    void aClockThatIsSetBackMeanwhileHoldsNothingUp();
    void aBackOffDoesNotWaitForAClockThatWasSetBackEither();

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
    qsizetype taken() const { return m_server->contents.size(); }
    QByteArray meter(const QByteArray &line, int most, const QByteArray &refusal);

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Support::FakeClock> m_clock;
    std::unique_ptr<Store::Spool> m_spool;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<Dispatcher> m_dispatcher;
    Account m_account;
    QList<qint64> m_taken; ///< of meter()
};

void TestPatience::init()
{
    m_dispatcher.reset(); // it uses all of the others
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_clock = std::make_unique<Support::FakeClock>();
    m_spool = std::make_unique<Store::Spool>(m_books->spoolPath());
    m_server = std::make_unique<FakeServer>();
    m_taken.clear();
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

/// Of a server that takes so many letters within an hour, and says so when it takes no more.
QByteArray TestPatience::meter(const QByteArray &line, int most, const QByteArray &refusal)
{
    const qint64 now = m_clock->now().toMSecsSinceEpoch();
    if (line == ".")
        m_taken.append(now);
    if (!line.startsWith("MAIL"))
        return {};
    m_taken.removeIf([now](qint64 when) { return when <= now - hour; });
    return m_taken.size() < most ? QByteArray() : refusal;
}

void TestPatience::aRateTheServerNamesIsLearned_data()
{
    QTest::addColumn<QByteArray>("refusal");
    QTest::newRow("for now") << QByteArray("450 4.7.1 Rate limit: 12 messages per hour\r\n");
    QTest::newRow("as if for good") << QByteArray("550 5.7.1 You exceeded 12 messages per hour\r\n");
}

void TestPatience::aRateTheServerNamesIsLearned()
{
    QFETCH(QByteArray, refusal);
    save({});
    QList<MessageId> all;
    for (int i = 0; i < 20; ++i)
        all.append(enqueue());
    m_server->answer = [&](const QByteArray &line, int) { return meter(line, 12, refusal); };
    start();
    QCOMPARE(taken(), 12);
    QCOMPARE(m_server->count("MAIL"), 13);
    QCOMPARE(m_books->state(all.at(12)), u"deferred"_s); // and not failed
    QCOMPARE(m_books->state(all.at(13)), u"queued"_s);
    QCOMPARE(m_books->number(u"SELECT max(attempts) FROM message WHERE state = 'deferred'"_s), 0);
    for (int i = 0; i < 57; ++i)
        advance(minute);
    QCOMPARE(m_server->count("MAIL"), 13); // no refusals are collected meanwhile
    advance(5 * minute);
    QCOMPARE(taken(), 20);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM message WHERE state <> 'sent'"_s), 0);
}

void TestPatience::aRateHoldsOverARestart()
{
    save({});
    for (int i = 0; i < 14; ++i)
        enqueue();
    m_server->answer = [&](const QByteArray &line, int) {
        return meter(line, 10, "451 4.7.1 Hourly limit exceeded\r\n");
    };
    start();
    QCOMPARE(taken(), 10);
    const auto learned = Store::AccountStore(m_books->database).learnedOf(m_account.id);
    QVERIFY(learned.ok());
    QCOMPARE(learned->perHour.most, 10);
    QCOMPARE(learned->perHour.on, m_clock->now().date());
    advance(30 * minute); // the back-off is over, the window is not open
    const qsizetype asked = m_server->count("MAIL");
    restart();
    QCOMPARE(m_server->count("MAIL"), asked);
    advance(32 * minute);
    QCOMPARE(taken(), 14);
}

void TestPatience::aRateIsBelievedUntilTomorrow()
{
    save({});
    for (int i = 0; i < 25; ++i)
        enqueue();
    m_server->answer = [&](const QByteArray &line, int) {
        return meter(line, 10, "451 4.7.1 Hourly limit exceeded\r\n");
    };
    start();
    QCOMPARE(taken(), 10);
    m_server->answer = {};
    advance(62 * minute);
    QCOMPARE(taken(), 20); // the server would take all of them: nobody knows
    advance(2 * day);
    for (int i = 0; i < 15; ++i)
        enqueue();
    m_dispatcher->wake();
    settle();
    QCOMPARE(taken(), 40);
}

void TestPatience::aLimitNobodyCanCountBacksOff()
{
    save({});
    const MessageId first = enqueue();
    enqueue();
    m_server->answer = [](const QByteArray &line, int) {
        return line.startsWith("MAIL") ? QByteArray("554 5.2.0 Submission quota exceeded\r\n") : QByteArray();
    };
    start();
    QCOMPARE(m_server->count("MAIL"), 1); // the second would fare no better
    QCOMPARE(m_books->state(first), u"deferred"_s);
    advance(30'000);
    QCOMPARE(m_server->count("MAIL"), 1);
    m_server->answer = {};
    advance(minute);
    QCOMPARE(taken(), 2);
}

void TestPatience::lettersRefusedTogetherFailOnce()
{
    save({}, 3);
    for (int i = 0; i < 3; ++i)
        enqueue();
    m_server->answer = [](const QByteArray &line, int) {
        return line.startsWith("MAIL") ? QByteArray("450 4.7.1 You are sending too fast\r\n") : QByteArray();
    };
    start();
    QCOMPARE(m_server->count("MAIL"), 3);
    const auto backOff = Store::AccountStore(m_books->database).backOffOf(m_account.id);
    QVERIFY(backOff.ok());
    QCOMPARE(backOff->failures, 1);
}

QTEST_GUILESS_MAIN(TestPatience)
#include "tst_patience.moc"
