// Several attempts over one connection: in the faster lanes every letter has its own verdict, its own
// transcript and its own uncertainty, nothing is lost, and nothing is sent twice by itself.

#include "core/outbox/dispatcher.h"

#include "fakeserver.h"
#include "tests/support/books.h"
#include "tests/support/fakeclock.h"

using Accounts::Account;
using Accounts::Lane;
using Base::MessageId;
using Outbox::Dispatcher;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(Accounts::Lane)

namespace {

constexpr int letters = 20;
constexpr qint64 minute = 60'000;

void addLanes()
{
    QTest::addColumn<Lane>("lane");
    QTest::addColumn<int>("underWay"); // letters at most, at any time
    QTest::newRow("default") << Lane::Default << 1;
    QTest::newRow("bulk") << Lane::Bulk << Smtp::Session::bulkLetters;
    QTest::newRow("window") << Lane::Window << Smtp::Session::windowLetters;
}

bool endsContent(const QByteArray &line)
{
    return line == "." || line.endsWith(" LAST");
}

} // namespace

class TestLanes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void everyLetterGoesOverOneConnection_data() { addLanes(); }
    void everyLetterGoesOverOneConnection();
    void aSlowServerIsGivenAWholeWindow();
    void inTheBulkLaneAnEnvelopeGoesOutWithTheContentBeforeIt();
    void law4_aRefusedOneIsRefusedAlone_data() { addLanes(); }
    void law4_aRefusedOneIsRefusedAlone();
    void law5_whatWasInFlightIsUncertainByItself_data() { addLanes(); }
    void law5_whatWasInFlightIsUncertainByItself();
    void law3_whatIsNotOnRecordIsNotSent_data() { addLanes(); }
    void law3_whatIsNotOnRecordIsNotSent();
    void law3_aLetterThatMayNotEndCostsItsNeighboursNothing();
    void aLetterThatCannotBeReadCostsItsNeighboursNothing();
    void stoppingWaitsForWhatIsInFlight_data() { addLanes(); }
    void stoppingWaitsForWhatIsInFlight();
    void noMoreMessagesThanTheAccountAllowsAConnection_data() { addLanes(); }
    void noMoreMessagesThanTheAccountAllowsAConnection();
    void aLimitThatWasLearnedHoldsForTheNextConnection();
    void whatWasBegunAheadIsAsIfItHadNotBeen();
    void nothingIsBegunAheadThatAnotherConnectionCouldTake();

private:
    void settle() { m_books->turn(400); }
    void advance(qint64 milliseconds)
    {
        m_clock->advance(milliseconds);
        settle();
    }
    /// Twenty letters for an account of that lane.
    void fill(Lane lane, int perConnection = 0)
    {
        Account account;
        account.name = u"work"_s;
        account.server = {u"one.example.org"_s, 25, Net::Security::None};
        account.auth = Accounts::Auth::None;
        account.fromAddress = u"ada@example.org"_s;
        account.maxConnections = 1;
        account.maxPerConnection = perConnection;
        account.lane = lane;
        m_account = *Store::AccountStore(m_books->database).save(account);
        for (int i = 0; i < letters; ++i)
            m_ids.append(
                m_books->enqueue(m_account, {u"bob@example.org"_s}, m_clock->now(), u"number %1"_s.arg(i)));
    }
    int inState(const QString &state) const
    {
        return m_books->number(u"SELECT count(*) FROM message WHERE state = ?"_s, {state});
    }
    /// How often the server has taken that letter.
    qsizetype copies(int letter) const
    {
        const QByteArray mark = "Subject: number " + QByteArray::number(letter) + "\r\n";
        return std::count_if(m_server->contents.begin(), m_server->contents.end(),
                             [&mark](const QByteArray &content) { return content.contains(mark); });
    }
    QString transcript(MessageId id) const
    {
        Store::MessageQuery query;
        if (!query.open(m_books->databasePath(), m_books->spoolPath()))
            return {};
        const Base::Result<Delivery::Transcript> kept = query.transcript(id);
        return kept ? kept->toText() : QString();
    }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Support::FakeClock> m_clock;
    std::unique_ptr<Store::Spool> m_spool;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<Dispatcher> m_dispatcher;
    Account m_account;
    QList<MessageId> m_ids;
    int m_taken = 0;
    int m_asked = 0;
    int m_mostBegun = 0;
    int m_mostCommitting = 0;
};

void TestLanes::init()
{
    m_dispatcher.reset(); // it uses all of the others
    m_ids.clear();
    m_taken = m_asked = m_mostBegun = m_mostCommitting = 0;
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_clock = std::make_unique<Support::FakeClock>();
    m_spool = std::make_unique<Store::Spool>(m_books->spoolPath());
    m_server = std::make_unique<FakeServer>();
    m_server->answer = [this](const QByteArray &line, int) {
        if (line.startsWith("EHLO"))
            return QByteArray("250-fake\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
        if (endsContent(line))
            return "250 2.0.0 queued as ID" + QByteArray::number(++m_taken) + "\r\n";
        return QByteArray();
    };
    m_dispatcher =
        std::make_unique<Dispatcher>(m_books->database, m_books->group, *m_spool, *m_clock,
                                     [this](const QByteArray &) { return m_server->connection(); });
    connect(m_dispatcher.get(), &Dispatcher::messageChanged, this, [this] {
        m_mostBegun = std::max(m_mostBegun, inState(u"sending"_s));
        m_mostCommitting = std::max(m_mostCommitting, m_books->committing());
    });
}

void TestLanes::cleanup()
{
    m_dispatcher.reset();
    settle();
    m_server.reset();
}

void TestLanes::everyLetterGoesOverOneConnection()
{
    QFETCH(Lane, lane);
    QFETCH(int, underWay);
    fill(lane);
    m_dispatcher->start();
    settle();
    QCOMPARE(inState(u"sent"_s), letters);
    QCOMPARE(m_server->opened.size(), 1);
    QVERIFY(m_mostBegun >= 2); // one is begun while the one before it is handed over
    QVERIFY(m_mostBegun <= underWay + 1);
    QVERIFY(m_mostCommitting <= underWay);
    QVERIFY(m_dispatcher->isIdle());
    for (int i = 0; i < letters; ++i) {
        QCOMPARE(copies(i), 1);
        // Its own answer, and nobody else's.
        const QString kept = transcript(m_ids.at(i));
        QCOMPARE(kept.count(u"queued as"_s), 1);
        QVERIFY(kept.contains(u"queued as ID%1\n"_s.arg(i + 1)));
        QCOMPARE(kept.count(u"MAIL FROM"_s), 1);
    }
}

/// One that answers nothing before it has heard so many letters.
void TestLanes::aSlowServerIsGivenAWholeWindow()
{
    fill(Lane::Window);
    const auto friendly = m_server->answer;
    QByteArray owed;
    int heard = 0;
    m_server->answer = [&](const QByteArray &line, int connection) {
        if (line.startsWith("EHLO") || line == "QUIT" || line == "(greeting)")
            return friendly(line, connection);
        owed += endsContent(line) ? friendly(line, connection) : QByteArray("250 2.1.0 Ok\r\n");
        heard += endsContent(line) ? 1 : 0;
        const bool isEnough = heard % Smtp::Session::windowLetters == 0 || heard == letters;
        return endsContent(line) && isEnough ? std::exchange(owed, {}) : QByteArray(FakeServer::silence);
    };
    m_dispatcher->start();
    settle();
    QCOMPARE(inState(u"sent"_s), letters);
    QCOMPARE(m_server->opened.size(), 1);
    QCOMPARE(m_mostCommitting, Smtp::Session::windowLetters);
}

/// Whose answer is not waited for, though both have to be on record first.
void TestLanes::inTheBulkLaneAnEnvelopeGoesOutWithTheContentBeforeIt()
{
    fill(Lane::Bulk);
    const auto friendly = m_server->answer;
    QByteArray owed;
    m_server->answer = [&](const QByteArray &line, int connection) {
        if (line == "." && m_taken < letters - 2) { // the last ones are not begun ahead
            owed = friendly(line, connection);
            return QByteArray(FakeServer::silence);
        }
        return line.startsWith("MAIL") && !owed.isEmpty() ? std::exchange(owed, {}) + "250 2.1.0 Ok\r\n"
                                                          : friendly(line, connection);
    };
    m_dispatcher->start();
    settle();
    QCOMPARE(inState(u"sent"_s), letters);
    QCOMPARE(m_server->opened.size(), 1);
}

void TestLanes::law4_aRefusedOneIsRefusedAlone()
{
    QFETCH(Lane, lane);
    fill(lane);
    const auto friendly = m_server->answer;
    m_server->answer = [this, friendly](const QByteArray &line, int connection) {
        if (line.startsWith("RCPT") && ++m_asked == 7)
            return QByteArray("550 5.1.1 no such user\r\n");
        if (m_asked == 7 && (line == "DATA" || endsContent(line)))
            return QByteArray("554 5.5.1 no valid recipients\r\n");
        return friendly(line, connection);
    };
    m_dispatcher->start();
    settle();
    QCOMPARE(m_books->state(m_ids.at(6)), u"failed"_s);
    QCOMPARE(inState(u"sent"_s), letters - 1);
    QCOMPARE(m_server->opened.size(), 1);
    QVERIFY(transcript(m_ids.at(6)).contains(u"no such user"_s));
    QVERIFY(!transcript(m_ids.at(5)).contains(u"no such user"_s));
    QVERIFY(!transcript(m_ids.at(7)).contains(u"no such user"_s));
}

void TestLanes::law5_whatWasInFlightIsUncertainByItself()
{
    QFETCH(Lane, lane);
    QFETCH(int, underWay);
    fill(lane);
    const auto friendly = m_server->answer;
    m_server->answer = [this, friendly](const QByteArray &line, int connection) {
        if (connection == 1 && endsContent(line) && m_taken == 5)
            return QByteArray(FakeServer::drop); // the sixth was heard and is not answered
        return friendly(line, connection);
    };
    m_dispatcher->start();
    settle();
    const int uncertain = inState(u"uncertain"_s);
    QCOMPARE(m_books->state(m_ids.at(5)), u"uncertain"_s);
    QVERIFY(uncertain >= 1 && uncertain <= underWay);
    advance(minute);
    advance(minute);
    QCOMPARE(inState(u"sent"_s), letters - uncertain);
    QCOMPARE(inState(u"uncertain"_s), uncertain); // for ever, until a person decides
    for (int i = 0; i < letters; ++i) {
        QVERIFY(copies(i) <= 1);
        if (m_books->state(m_ids.at(i)) == u"sent"_s)
            QCOMPARE(copies(i), 1);
    }
}

void TestLanes::law3_whatIsNotOnRecordIsNotSent()
{
    QFETCH(Lane, lane);
    fill(lane);
    m_server->onDot = [this] { QVERIFY(m_books->committing() > 0); };
    const auto friendly = m_server->answer;
    m_server->answer = [this, friendly](const QByteArray &line, int connection) {
        if (line.endsWith(" LAST"))
            [this] { QVERIFY(m_books->committing() > 0); }();
        if (line.startsWith("RCPT") && ++m_asked == 4)
            m_books->refuseWrites(true);
        return friendly(line, connection);
    };
    m_dispatcher->start();
    settle();
    const qsizetype before = m_server->contents.size();
    QVERIFY(before <= 4);
    m_books->refuseWrites(false);
    for (int i = 0; i < 10; ++i)
        advance(minute);
    for (int i = 0; i < letters; ++i) {
        QCOMPARE(copies(i), 1);
        QCOMPARE(m_books->state(m_ids.at(i)), u"sent"_s); // nobody's is uncertain for it
    }
}

void TestLanes::law3_aLetterThatMayNotEndCostsItsNeighboursNothing()
{
    fill(Lane::Window);
    const auto friendly = m_server->answer;
    qsizetype unanswered = -1; // letters handed over whole when the disk was full
    m_server->answer = [&](const QByteArray &line, int connection) {
        if (line.startsWith("RCPT") && ++m_asked == 4) {
            m_books->refuseWrites(true);
            unanswered = m_server->contents.size() - inState(u"sent"_s);
        }
        return friendly(line, connection);
    };
    m_dispatcher->start();
    settle();
    QVERIFY2(unanswered >= 1, qPrintable(QString::number(unanswered)));
    QCOMPARE(m_server->contents.size(), 3); // the fourth was not, nor any behind it
    m_books->refuseWrites(false);
    advance(10'000); // the outcomes are written again
    for (int i = 0; i < 3; ++i)
        QCOMPARE(m_books->state(m_ids.at(i)), u"sent"_s);
    QCOMPARE(inState(u"uncertain"_s), 0);
    for (int i = 0; i < 3; ++i)
        advance(minute);
    QCOMPARE(inState(u"sent"_s), letters);
    for (int i = 0; i < letters; ++i)
        QCOMPARE(copies(i), 1);
    QVERIFY(m_server->count("RSET") > 0);
}

void TestLanes::aLetterThatCannotBeReadCostsItsNeighboursNothing()
{
    fill(Lane::Window);
    Message::OutgoingMessage torn = Support::Books::letter({u"bob@example.org"_s}, u"torn"_s);
    torn.content.append(Message::Piece{{}, {QByteArray(64, 'a'), 1000}, false}); // its file is gone
    const Base::Result<MessageId> id =
        Store::MessageStore(m_books->database).enqueue(torn, m_account, m_clock->now().addSecs(-60));
    QVERIFY(id.ok());
    m_dispatcher->start();
    settle();
    QCOMPARE(m_books->state(*id), u"failed"_s);
    QCOMPARE(inState(u"sent"_s), letters);
    QCOMPARE(m_server->opened.size(), 1);
    QCOMPARE(m_server->contents.size(), letters);
}

void TestLanes::stoppingWaitsForWhatIsInFlight()
{
    QFETCH(Lane, lane);
    fill(lane);
    const auto friendly = m_server->answer;
    m_server->answer = [this, friendly](const QByteArray &line, int connection) {
        if (endsContent(line) && m_taken == 3)
            m_asked = 1;
        return m_asked == 1 ? QByteArray(FakeServer::silence) : friendly(line, connection);
    };
    m_dispatcher->start();
    settle();
    bool drained = false;
    connect(m_dispatcher.get(), &Dispatcher::drained, this, [&drained] { drained = true; });
    m_dispatcher->stop();
    settle();
    QVERIFY(!drained);
    advance(11 * minute); // the server never says it
    QVERIFY(drained);
    QCOMPARE(inState(u"sent"_s), 3);
    QVERIFY(inState(u"uncertain"_s) >= 1);
    QCOMPARE(inState(u"sending"_s), 0);
    QCOMPARE(inState(u"sent"_s) + inState(u"uncertain"_s) + inState(u"deferred"_s) + inState(u"queued"_s),
             letters);
}

void TestLanes::noMoreMessagesThanTheAccountAllowsAConnection()
{
    QFETCH(Lane, lane);
    fill(lane, 6);
    m_dispatcher->start();
    settle();
    QCOMPARE(inState(u"sent"_s), letters);
    QCOMPARE(m_server->opened.size(), 4); // 6, 6, 6, 2
    advance(Outbox::Channel::idleTime);
    QCOMPARE(m_server->count("QUIT"), 4); // each is left politely
}

void TestLanes::aLimitThatWasLearnedHoldsForTheNextConnection()
{
    fill(Lane::Default);
    const auto friendly = m_server->answer;
    QHash<int, int> letter;
    m_server->answer = [&](const QByteArray &line, int connection) {
        if (line.startsWith("MAIL") && ++letter[connection] > 5)
            return QByteArray("421 4.7.0 too many messages in this connection\r\n");
        return friendly(line, connection);
    };
    m_dispatcher->start();
    settle();
    QCOMPARE(inState(u"sent"_s), letters);
    QCOMPARE(letter.value(1), 6); // met once
    for (const int connection : letter.keys())
        QVERIFY(connection == 1 || letter.value(connection) <= 5);
}

/// The connection broke under the letter before it.
void TestLanes::whatWasBegunAheadIsAsIfItHadNotBeen()
{
    fill(Lane::Default);
    const auto friendly = m_server->answer;
    m_server->answer = [this, friendly](const QByteArray &line, int connection) {
        if (connection == 1 && endsContent(line) && m_taken == 5)
            return QByteArray(FakeServer::drop);
        return friendly(line, connection);
    };
    m_dispatcher->start();
    settle();
    QCOMPARE(m_mostBegun, 2); // it was
    advance(minute);
    advance(minute);
    QCOMPARE(m_books->state(m_ids.at(5)), u"uncertain"_s);
    QCOMPARE(inState(u"sent"_s), letters - 1);
    for (const MessageId id : m_ids) {
        QCOMPARE(m_books->number(u"SELECT count(*) FROM attempt WHERE message = ?"_s, {id.value}), 1);
        QCOMPARE(m_books->number(u"SELECT attempts FROM message WHERE id = ?"_s, {id.value}), 1);
    }
}

void TestLanes::nothingIsBegunAheadThatAnotherConnectionCouldTake()
{
    fill(Lane::Default);
    Store::Decisions decisions(m_books->database);
    for (const MessageId id : m_ids.mid(2))
        QVERIFY(decisions.cancel(id, m_clock->now()).ok());
    m_dispatcher->start();
    settle();
    QCOMPARE(inState(u"sent"_s), 2);
    QCOMPARE(m_mostBegun, 1);
}

QTEST_GUILESS_MAIN(TestLanes)
#include "tst_lanes.moc"
