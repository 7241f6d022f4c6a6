// How much an account may send in a minute, an hour, a day: what it says itself, and what its server teaches.

#include "tests/core/outbox/patiencetest.h"

using Base::MessageId;
using namespace Qt::StringLiterals;

class TestRates : public PatienceTest
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_taken.clear();
        begin();
    }
    void cleanup() { end(); }

    void noMoreAMinuteThanTheAccountMaySend();
    void limitsHoldOverARestart();
    void lettersUnderWayCount();
    void moreRecipientsThanADayTakesAreHeld();
    void noMoreRecipientsAMessageThanTheAccountSays();
    void aRateTheServerNamesIsLearned_data();
    void aRateTheServerNamesIsLearned();
    void aRateHoldsOverARestart();
    void aRateIsBelievedUntilTomorrow();
    void aLimitNobodyCanCountBacksOff();
    void lettersRefusedTogetherFailOnce();

private:
    QByteArray meter(const QByteArray &line, int most, const QByteArray &refusal);

    QList<qint64> m_taken; ///< of meter()
};

/// Of a server that takes so many letters within an hour, and says so when it takes no more.
QByteArray TestRates::meter(const QByteArray &line, int most, const QByteArray &refusal)
{
    const qint64 now = m_clock->now().toMSecsSinceEpoch();
    if (line == ".")
        m_taken.append(now);
    if (!line.startsWith("MAIL"))
        return {};
    m_taken.removeIf([now](qint64 when) { return when <= now - hour; });
    return m_taken.size() < most ? QByteArray() : refusal;
}

void TestRates::noMoreAMinuteThanTheAccountMaySend()
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

void TestRates::limitsHoldOverARestart()
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

void TestRates::lettersUnderWayCount()
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

void TestRates::moreRecipientsThanADayTakesAreHeld()
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

void TestRates::noMoreRecipientsAMessageThanTheAccountSays()
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

void TestRates::aRateTheServerNamesIsLearned_data()
{
    QTest::addColumn<QByteArray>("refusal");
    QTest::newRow("for now") << QByteArray("450 4.7.1 Rate limit: 12 messages per hour\r\n");
    QTest::newRow("as if for good") << QByteArray("550 5.7.1 You exceeded 12 messages per hour\r\n");
}

void TestRates::aRateTheServerNamesIsLearned()
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

void TestRates::aRateHoldsOverARestart()
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

void TestRates::aRateIsBelievedUntilTomorrow()
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

void TestRates::aLimitNobodyCanCountBacksOff()
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

void TestRates::lettersRefusedTogetherFailOnce()
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

QTEST_GUILESS_MAIN(TestRates)
#include "tst_rates.moc"
