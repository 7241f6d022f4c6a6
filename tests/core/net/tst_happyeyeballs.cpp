// A server with several addresses: which is tried when, which connection is kept, what is told when none
// comes about. Everything on loopback; an address that never answers is a socket that never begins, and once
// a listening socket whose queue is full.

#include "core/net/happyeyeballs.h"

#include "tests/support/fakeclock.h"

#include <QNetworkProxy>
#include <QPointer>
#include <QTcpServer>
#include <QTest>

#include <vector>

using Base::ErrorKind;
using Net::HappyEyeballs;

namespace {

constexpr const char *v4 = "127.0.0.1";
constexpr const char *v6 = "::1";

QList<QHostAddress> addresses(const QStringList &texts)
{
    QList<QHostAddress> list;
    for (const QString &text : texts)
        list.append(QHostAddress(text));
    return list;
}

/// A socket whose way leads nowhere, until it is opened.
class Socket : public QSslSocket
{
public:
    using QSslSocket::connectToHost;

    explicit Socket(QStringList &silent)
        : m_silent(silent)
    {
    }
    void connectToHost(const QString &host, quint16 port, OpenMode mode,
                       NetworkLayerProtocol protocol) override
    {
        address = host;
        m_port = port;
        if (!m_silent.contains(host))
            QSslSocket::connectToHost(host, port, mode, protocol);
    }
    void answer() { QSslSocket::connectToHost(address, m_port, ReadWrite, AnyIPProtocol); }

    QString address;

private:
    QStringList &m_silent;
    quint16 m_port = 0;
};

/// A race whose every step is written down.
struct Race
{
    explicit Race(const QStringList &resolved)
        : found(resolved)
    {
        QObject::connect(&eyeballs, &HappyEyeballs::resolved, &eyeballs,
                         [this](const QStringList &order) { tried = order; });
        QObject::connect(&eyeballs, &HappyEyeballs::connected, &eyeballs, [this] {
            ++wins;
            winner = eyeballs.takeSocket();
        });
        QObject::connect(&eyeballs, &HappyEyeballs::failed, &eyeballs,
                         [this](const Base::Error &error) { failures.append(error); });
    }

    void resolve(const QString &host, QObject *context, const HappyEyeballs::Found &then)
    {
        asked.append(host);
        QMetaObject::invokeMethod(
            context,
            [this, then] {
                QHostInfo info;
                info.setAddresses(addresses(found));
                if (found.isEmpty()) {
                    info.setError(QHostInfo::HostNotFound);
                    info.setErrorString(QStringLiteral("Host not found"));
                }
                then(info);
            },
            Qt::QueuedConnection);
    }

    int open() const
    {
        return static_cast<int>(
            std::count_if(made.begin(), made.end(), [](const auto &socket) { return !socket.isNull(); }));
    }

    Support::FakeClock clock;
    QStringList found;
    QStringList silent; ///< addresses that never answer
    QStringList asked;
    QStringList tried;
    QList<QPointer<Socket>> made;
    QList<Base::Error> failures;
    std::unique_ptr<QSslSocket> winner;
    int wins = 0;
    HappyEyeballs eyeballs{clock,
                           [this](const QString &host, QObject *context, const HappyEyeballs::Found &then) {
                               resolve(host, context, then);
                           },
                           [this] {
                               auto socket = std::make_unique<Socket>(silent);
                               made.append(socket.get());
                               return socket;
                           }};
};

const QString host = QStringLiteral("mail.example");

/// A port nobody listens on, on either family.
quint16 closedPort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

} // namespace

class TestHappyEyeballs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theFamiliesTakeTurns_data();
    void theFamiliesTakeTurns();
    void anAddressThatDoesNotAnswerCostsAQuarterOfASecond();
    void aRefusalCostsNothing();
    void theFirstThatAnswersWins();
    void aFullQueueIsAnAddressThatDoesNotAnswer();
    void whenAllFailEachIsNamed();
    void anAddressNeedsNoResolver();
    void noName();
    void whatAResolverSaysIsBounded();
    void afterStopNothingComes();
    void noProxyIsUsedSilently();
};

void TestHappyEyeballs::theFamiliesTakeTurns_data()
{
    QTest::addColumn<QString>("found");
    QTest::addColumn<QString>("order");
    const auto row = [](const char *name, const char *found, const char *order) {
        QTest::newRow(name) << QString::fromLatin1(found) << QString::fromLatin1(order);
    };
    row("none", "", "");
    row("one", "192.0.2.1", "192.0.2.1");
    row("IPv6 first", "192.0.2.1 2001:db8::1", "2001:db8::1 192.0.2.1");
    row("by turns, in the resolver's order", "2001:db8::2 2001:db8::1 2001:db8::3 192.0.2.9 192.0.2.1",
        "2001:db8::2 192.0.2.9 2001:db8::1 192.0.2.1 2001:db8::3");
    row("more of IPv4", "192.0.2.1 192.0.2.2 2001:db8::1 192.0.2.3",
        "2001:db8::1 192.0.2.1 192.0.2.2 192.0.2.3");
    row("each once", "192.0.2.1 192.0.2.1 2001:db8::1 2001:db8:0::1", "2001:db8::1 192.0.2.1");
}

void TestHappyEyeballs::theFamiliesTakeTurns()
{
    QFETCH(QString, found);
    QFETCH(QString, order);
    QCOMPARE(HappyEyeballs::interleaved(addresses(found.split(QLatin1Char(' '), Qt::SkipEmptyParts))),
             addresses(order.split(QLatin1Char(' '), Qt::SkipEmptyParts)));
}

void TestHappyEyeballs::anAddressThatDoesNotAnswerCostsAQuarterOfASecond()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Race race({QLatin1String(v4), QLatin1String(v6)});
    race.silent = {QLatin1String(v6)};
    race.eyeballs.begin(host, server.serverPort());
    QTRY_COMPARE(race.made.size(), 1);
    QCOMPARE(race.tried, QStringList({QLatin1String(v6), QLatin1String(v4)}));
    QCOMPARE(race.made.first()->address, QLatin1String(v6));
    race.clock.advance(HappyEyeballs::attemptDelay - 1);
    QCOMPARE(race.made.size(), 1);
    race.clock.advance(1);
    QCOMPARE(race.made.size(), 2);
    QTRY_COMPARE(race.wins, 1);
    QCOMPARE(race.winner->peerAddress(), QHostAddress(QLatin1String(v4)));
    QCOMPARE(race.winner->state(), QAbstractSocket::ConnectedState);
    QTRY_COMPARE(race.open(), 1); // the other one is gone
    QCOMPARE(race.clock.untilNext(), -1);
    QVERIFY(race.failures.isEmpty());
}

void TestHappyEyeballs::aRefusalCostsNothing()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Race race({QLatin1String(v6), QLatin1String(v4)}); // on ::1 nobody listens, or there is no ::1
    race.eyeballs.begin(host, server.serverPort());
    QTRY_COMPARE(race.wins, 1);
    QCOMPARE(race.clock.monotonic(), 0);
    QCOMPARE(race.winner->peerAddress(), QHostAddress(QLatin1String(v4)));
    QVERIFY(race.failures.isEmpty());
}

void TestHappyEyeballs::theFirstThatAnswersWins()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    // Three begin; the first to answer is the second, and the third would have been next.
    Race race({QStringLiteral("2001:db8::1"), QLatin1String(v4), QStringLiteral("2001:db8::2")});
    race.silent = {QStringLiteral("2001:db8::1"), QLatin1String(v4), QStringLiteral("2001:db8::2")};
    race.eyeballs.begin(host, server.serverPort());
    QTRY_COMPARE(race.made.size(), 1);
    race.clock.advance(2 * HappyEyeballs::attemptDelay);
    QCOMPARE(race.made.size(), 3);
    QCOMPARE(race.wins, 0);
    race.made.at(1)->answer();
    QTRY_COMPARE(race.wins, 1);
    QCOMPARE(race.winner.get(), static_cast<QSslSocket *>(race.made.at(1).data()));
    QTRY_COMPARE(race.open(), 1);
    race.winner->write("hello"); // it is whole, and works
    QTRY_VERIFY(server.hasPendingConnections());
    const std::unique_ptr<QTcpSocket> other(server.nextPendingConnection());
    QTRY_COMPARE(other->bytesAvailable(), 5);
    QCOMPARE(other->readAll(), QByteArray("hello"));
}

void TestHappyEyeballs::aFullQueueIsAnAddressThatDoesNotAnswer()
{
    QTcpServer full;
    full.setListenBacklogSize(0);
    if (!full.listen(QHostAddress(QStringLiteral("127.0.0.2"))))
        QSKIP("this machine has one loopback address only");
    full.pauseAccepting();
    QTcpServer server;
    if (!server.listen(QHostAddress::LocalHost, full.serverPort()))
        QSKIP("the port is taken on the other address");
    // Fill the queue: until one is neither taken nor refused.
    std::vector<std::unique_ptr<QTcpSocket>> waiting;
    do {
        waiting.push_back(std::make_unique<QTcpSocket>());
        waiting.back()->connectToHost(full.serverAddress(), full.serverPort());
    } while (waiting.size() < 8 && waiting.back()->waitForConnected(200));
    if (waiting.back()->error() != QAbstractSocket::SocketTimeoutError)
        QSKIP("this system's queues do not fill");
    Race race({QStringLiteral("127.0.0.2"), QLatin1String(v4)});
    race.eyeballs.begin(host, server.serverPort());
    QTRY_COMPARE(race.made.size(), 1);
    QTest::qWait(50);
    QCOMPARE(race.wins, 0);
    race.clock.advance(HappyEyeballs::attemptDelay);
    QTRY_COMPARE(race.wins, 1);
    QCOMPARE(race.winner->peerAddress(), QHostAddress(QHostAddress::LocalHost));
}

void TestHappyEyeballs::whenAllFailEachIsNamed()
{
    Race race({QLatin1String(v4), QLatin1String(v6)});
    race.eyeballs.begin(host, closedPort());
    QTRY_COMPARE(race.failures.size(), 1);
    const Base::Error error = race.failures.first();
    QCOMPARE(error.kind, ErrorKind::CannotConnect);
    QCOMPARE(error.subject, host);
    const QStringList each = error.detail.split(QStringLiteral("; "));
    QCOMPARE(each.size(), 2);
    QVERIFY2(each.first().startsWith(QStringLiteral("[::1]: ")), qPrintable(error.detail));
    QCOMPARE(each.last(), QStringLiteral("127.0.0.1: Connection refused"));
    QCOMPARE(race.wins, 0);
    QTRY_COMPARE(race.open(), 0);
    race.clock.advance(10'000);
    QCOMPARE(race.made.size(), 2);
}

void TestHappyEyeballs::anAddressNeedsNoResolver()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Race race({QStringLiteral("192.0.2.1")});
    race.eyeballs.begin(QLatin1String(v4), server.serverPort());
    QTRY_COMPARE(race.wins, 1);
    QVERIFY(race.asked.isEmpty());
    QCOMPARE(race.tried, QStringList(QLatin1String(v4)));
    QCOMPARE(race.clock.untilNext(), -1);
}

void TestHappyEyeballs::noName()
{
    Race race({});
    race.eyeballs.begin(host, 25);
    QTRY_COMPARE(race.failures.size(), 1);
    QCOMPARE(race.failures.first(),
             (Base::Error{ErrorKind::NameNotFound, host, QStringLiteral("Host not found")}));
    QCOMPARE(race.asked, QStringList(host));
    QVERIFY(race.made.isEmpty());
}

void TestHappyEyeballs::whatAResolverSaysIsBounded()
{
    Race race({});
    for (int i = 1; i <= 200; ++i)
        race.found.append(QStringLiteral("192.0.2.%1").arg(i));
    race.silent = race.found;
    race.eyeballs.begin(host, 25);
    QTRY_COMPARE(race.made.size(), 1);
    race.clock.advance(1000 * HappyEyeballs::attemptDelay);
    QCOMPARE(race.made.size(), HappyEyeballs::mostAddresses);
}

void TestHappyEyeballs::afterStopNothingComes()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Race race({QLatin1String(v6), QLatin1String(v4)});
    race.silent = {QLatin1String(v6)};
    race.eyeballs.begin(host, server.serverPort());
    QTRY_COMPARE(race.made.size(), 1);
    race.eyeballs.stop();
    race.clock.advance(10 * HappyEyeballs::attemptDelay);
    QTRY_COMPARE(race.open(), 0);
    QCOMPARE(race.made.size(), 1);
    QCOMPARE(race.wins, 0);
    QVERIFY(race.failures.isEmpty());
    QVERIFY(!server.hasPendingConnections());

    Race early({QLatin1String(v4)});
    early.eyeballs.begin(host, server.serverPort());
    early.eyeballs.stop(); // while the name is being looked up
    QTest::qWait(20);
    QVERIFY(early.made.isEmpty());
}

void TestHappyEyeballs::noProxyIsUsedSilently()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const QNetworkProxy before = QNetworkProxy::applicationProxy();
    QNetworkProxy::setApplicationProxy({QNetworkProxy::Socks5Proxy, QLatin1String(v4), closedPort()});
    Race race({QLatin1String(v4)});
    race.eyeballs.begin(host, server.serverPort());
    const bool done = QTest::qWaitFor([&race] { return race.wins + race.failures.size() > 0; });
    QNetworkProxy::setApplicationProxy(before);
    QVERIFY(done);
    QCOMPARE(race.wins, 1);
}

QTEST_GUILESS_MAIN(TestHappyEyeballs)
#include "tst_happyeyeballs.moc"
