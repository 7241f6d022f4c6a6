// Through a proxy: what it is asked for, what it is told, what comes of it when it says no; and that TLS goes
// through it to the server itself.

#include "core/net/proxy.h"

#include "tests/core/net/tlsserver.h"
#include "tests/core/net/watched.h"
#include "tests/support/testproxy.h"

#include <QNetworkProxy>
#include <QTest>

using Base::ErrorKind;
using Net::Endpoint;
using Net::Proxy;
using Net::Security;
using Support::TestProxy;
using namespace Qt::StringLiterals;

class TestNetProxy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void addressesAreReadAndWritten_data();
    void addressesAreReadAndWritten();
    void addressesThatAreNone_data();
    void addressesThatAreNone();
    void tlsGoesThrough_data() { kinds(); }
    void tlsGoesThrough();
    void startTlsGoesThrough_data() { kinds(); }
    void startTlsGoesThrough();
    void theCertificateIsVerifiedAllTheSame_data() { kinds(); }
    void theCertificateIsVerifiedAllTheSame();
    void theProxyLooksUpTheName_data() { kinds(); }
    void theProxyLooksUpTheName();
    void signsInWhereAsked_data() { kinds(); }
    void signsInWhereAsked();
    void law7_aPasswordIsToldToWhoAsksOnly();
    void whatGoesWrong_data();
    void whatGoesWrong();
    void noProxyIsThere_data() { kinds(); }
    void noProxyIsThere();
    void aSilentProxyCanBeLeft_data() { kinds(); }
    void aSilentProxyCanBeLeft();
    void theDesktopsProxyIsNotUsedSilently();

private:
    static void kinds()
    {
        QTest::addColumn<TestProxy::Kind>("kind");
        QTest::newRow("SOCKS5") << TestProxy::Kind::Socks5;
        QTest::newRow("HTTP CONNECT") << TestProxy::Kind::HttpConnect;
    }

    Support::TestCertificates m_certificates;
};

Q_DECLARE_METATYPE(Support::TestProxy::Kind)

namespace {

Proxy proxyTo(TestProxy::Kind kind, quint16 port, const QString &user = {})
{
    return {kind == TestProxy::Kind::Socks5 ? Proxy::Kind::Socks5 : Proxy::Kind::HttpConnect, u"127.0.0.1"_s,
            port, user};
}

Endpoint through(const Proxy &proxy, quint16 port, Security security, const QString &host = u"localhost"_s)
{
    return {host, port, security, proxy};
}

} // namespace

void TestNetProxy::initTestCase()
{
    QVERIFY2(m_certificates.make(), qPrintable(m_certificates.why()));
}

void TestNetProxy::addressesAreReadAndWritten_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<Proxy>("proxy");
    QTest::newRow("none") << QString() << Proxy();
    QTest::newRow("SOCKS5") << u"socks5://proxy.example:1080"_s
                            << Proxy{Proxy::Kind::Socks5, u"proxy.example"_s, 1080, {}};
    QTest::newRow("HTTP, an address")
        << u"http://127.0.0.1:8080"_s << Proxy{Proxy::Kind::HttpConnect, u"127.0.0.1"_s, 8080, {}};
    QTest::newRow("IPv6") << u"socks5://[::1]:1080"_s << Proxy{Proxy::Kind::Socks5, u"::1"_s, 1080, {}};
    QTest::newRow("a user") << u"socks5://ada@proxy.example:1"_s
                            << Proxy{Proxy::Kind::Socks5, u"proxy.example"_s, 1, u"ada"_s};
    QTest::newRow("no user") << u"http://proxy.example:1"_s
                             << Proxy{Proxy::Kind::HttpConnect, u"proxy.example"_s, 1, u""_s};
    QTest::newRow("a user with signs")
        << u"http://ada%40b%3A%2Fc%25@proxy.example:65535"_s
        << Proxy{Proxy::Kind::HttpConnect, u"proxy.example"_s, 65535, u"ada@b:/c%"_s};
}

void TestNetProxy::addressesAreReadAndWritten()
{
    QFETCH(QString, url);
    QFETCH(Proxy, proxy);
    const Base::Result<Proxy> read = Net::proxyFromUrl(url);
    QVERIFY2(read.ok(), qPrintable(read ? QString() : read.error().detail));
    QVERIFY(*read == proxy);
    QCOMPARE(Net::toUrl(proxy), url);
}

void TestNetProxy::addressesThatAreNone_data()
{
    QTest::addColumn<QString>("url");
    for (const char *url :
         {"proxy.example:1080", "socks5://proxy.example", "socks5://:1080", "socks4://proxy.example:1080",
          "https://proxy.example:443", "http://proxy.example:8080/path", "http://proxy.example:0",
          "http://proxy.example:70000", "socks5://ada:secret@proxy.example:1080", "http://pro xy:1",
          "http://a%0Ab@proxy.example:1", "http://proxy.example:1?query", "http://proxy.example:1#part"})
        QTest::newRow(url) << QString::fromLatin1(url);
}

void TestNetProxy::addressesThatAreNone()
{
    QFETCH(QString, url);
    const Base::Result<Proxy> read = Net::proxyFromUrl(url);
    QVERIFY(!read);
    QCOMPARE(read.error().kind, ErrorKind::BadAccount);
    QCOMPARE(read.error().subject, u"proxy"_s);
    QVERIFY(!read.error().detail.isEmpty());
    QVERIFY(!read.error().detail.contains(u"secret"_s));
}

void TestNetProxy::tlsGoesThrough()
{
    QFETCH(TestProxy::Kind, kind);
    TestProxy proxy(kind);
    TlsServer other(m_certificates.good());
    other.encryptsAtOnce = true;
    Watched client;
    client.open(through(proxyTo(kind, proxy.serverPort()), other.serverPort(), Security::Tls),
                {m_certificates.caFile()});
    QTRY_VERIFY(client.has("opened") || client.has("lost"));
    QVERIFY2(client.lost.isEmpty(), qPrintable(client.lost.value(0).detail));
    QVERIFY(client.connection().isEncrypted());
    QCOMPARE(client.connection().tlsFacts().sha256, m_certificates.good().sha256());
    client.write("EHLO client.example\r\n");
    QTRY_COMPARE(other.heard(), QByteArray("EHLO client.example\r\n"));
    other.say("250 mail.example\r\n");
    QTRY_COMPARE(client.received, QByteArray("250 mail.example\r\n"));
    QCOMPARE(client.connection().peer(), u"localhost:%1 through %2://127.0.0.1:%3"_s.arg(other.serverPort())
                                             .arg(kind == TestProxy::Kind::Socks5 ? u"socks5"_s : u"http"_s)
                                             .arg(proxy.serverPort()));
    QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
    other.socket()->disconnectFromHost();
    QTRY_VERIFY(client.has("lost"));
    QCOMPARE(client.lost.first().kind, ErrorKind::ConnectionLost);
}

void TestNetProxy::startTlsGoesThrough()
{
    QFETCH(TestProxy::Kind, kind);
    TestProxy proxy(kind);
    TlsServer other(m_certificates.good());
    Watched client;
    client.open(through(proxyTo(kind, proxy.serverPort()), other.serverPort(), Security::StartTls),
                {m_certificates.caFile()});
    QTRY_VERIFY(client.has("opened") && other.socket());
    other.say("220 in the clear\r\n");
    QTRY_COMPARE(client.received, QByteArray("220 in the clear\r\n"));
    client.startTls();
    other.socket()->startServerEncryption();
    QTRY_VERIFY(client.has("encrypted"));
    client.write("EHLO client.example\r\n");
    QTRY_COMPARE(other.heard(), QByteArray("EHLO client.example\r\n"));
    QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
}

void TestNetProxy::theCertificateIsVerifiedAllTheSame()
{
    QFETCH(TestProxy::Kind, kind);
    TestProxy proxy(kind);
    TlsServer other(m_certificates.wrongHost());
    other.encryptsAtOnce = true;
    Watched client;
    client.open(through(proxyTo(kind, proxy.serverPort()), other.serverPort(), Security::Tls),
                {m_certificates.caFile()});
    QTRY_VERIFY(client.has("lost"));
    QCOMPARE(client.lost.first().kind, ErrorKind::CertificateRefused);
    QCOMPARE(client.lost.first().subject, u"localhost"_s);
}

// The name goes to the proxy as it is; neither a resolver nor an address of ours has anything to do with it.
void TestNetProxy::theProxyLooksUpTheName()
{
    QFETCH(TestProxy::Kind, kind);
    TestProxy proxy(kind);
    TlsServer other(m_certificates.good());
    QStringList lookedUp;
    Watched client([&lookedUp](const QString &host, QObject *, const Net::HappyEyeballs::Found &) {
        lookedUp.append(host);
    });
    client.open(through(proxyTo(kind, proxy.serverPort()), other.serverPort(), Security::StartTls,
                        u"mail.bücher.invalid"_s));
    QTRY_VERIFY(client.has("opened"));
    QVERIFY(!client.has("resolved"));
    QCOMPARE(lookedUp, QStringList());
    QCOMPARE(proxy.asked, QStringList(u"mail.xn--bcher-kva.invalid:%1"_s.arg(other.serverPort())));
}

void TestNetProxy::signsInWhereAsked()
{
    QFETCH(TestProxy::Kind, kind);
    TestProxy proxy(kind);
    proxy.user = "ada";
    proxy.password = "s3cret";
    TlsServer other(m_certificates.good());
    for (const auto &[user, password, kindOfError] :
         {std::tuple{u"ada"_s, QByteArray("s3cret"), std::optional<ErrorKind>()},
          std::tuple{u"ada"_s, QByteArray("guess"), std::optional(ErrorKind::ProxySignIn)},
          std::tuple{QString(), QByteArray(), std::optional(ErrorKind::ProxySignIn)}}) {
        proxy.credentials.clear();
        proxy.asked.clear();
        Watched client(Net::HappyEyeballs::systemResolver, password);
        client.open(through(proxyTo(kind, proxy.serverPort(), user), other.serverPort(), Security::StartTls));
        QTRY_VERIFY(client.has("opened") || client.has("lost"));
        QCOMPARE(client.has("opened"), !kindOfError.has_value());
        QCOMPARE(proxy.asked.size(), kindOfError ? 0 : 1);
        if (!user.isEmpty())
            QVERIFY(proxy.credentials.contains(user + u':' + QString::fromUtf8(password)));
        if (kindOfError) {
            QCOMPARE(client.lost.size(), 1);
            QCOMPARE(client.lost.first().kind, *kindOfError);
            QCOMPARE(client.lost.first().subject, u"127.0.0.1"_s);
            QVERIFY(!client.lost.first().detail.contains(u"guess"_s)); // law 7
        }
        QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
    }
}

// SOCKS asks by choosing a method; HTTP by refusing first.
void TestNetProxy::law7_aPasswordIsToldToWhoAsksOnly()
{
    TestProxy proxy(TestProxy::Kind::HttpConnect);
    TlsServer other(m_certificates.good());
    Watched client(Net::HappyEyeballs::systemResolver, "s3cret");
    client.open(through(proxyTo(TestProxy::Kind::HttpConnect, proxy.serverPort(), u"ada"_s),
                        other.serverPort(), Security::StartTls));
    QTRY_VERIFY(client.has("opened"));
    QCOMPARE(proxy.credentials, QStringList(QString()));
    QVERIFY(!client.connection().peer().contains(u"s3cret"_s));
}

void TestNetProxy::whatGoesWrong_data()
{
    QTest::addColumn<TestProxy::Kind>("kind");
    QTest::addColumn<int>("refusal");
    QTest::addColumn<ErrorKind>("error");
    const auto socks = [](const char *name, int code, ErrorKind error) {
        QTest::newRow(name) << TestProxy::Kind::Socks5 << code << error;
    };
    socks("SOCKS: general failure", 1, ErrorKind::ProxyRefused);
    socks("SOCKS: not allowed", 2, ErrorKind::ProxyRefused);
    socks("SOCKS: network unreachable", 3, ErrorKind::ProxyRefused);
    socks("SOCKS: host unreachable", 4, ErrorKind::ProxyRefused);
    socks("SOCKS: connection refused", 5, ErrorKind::CannotConnect);
    socks("SOCKS: no such command", 7, ErrorKind::ProxyRefused);
    socks("SOCKS: an unknown code", 99, ErrorKind::ProxyRefused);
    socks("SOCKS: hangs up", -1, ErrorKind::ProxyUnreachable);
    const auto http = [](const char *name, int status, ErrorKind error) {
        QTest::newRow(name) << TestProxy::Kind::HttpConnect << status << error;
    };
    http("HTTP: forbidden", 403, ErrorKind::ProxyRefused);
    http("HTTP: no such method", 405, ErrorKind::ProxyRefused);
    http("HTTP: not found", 404, ErrorKind::ProxyRefused);
    http("HTTP: unavailable", 503, ErrorKind::CannotConnect);
    http("HTTP: bad gateway", 502, ErrorKind::ProxyRefused);
    http("HTTP: hangs up", -1, ErrorKind::ProxyUnreachable);
}

void TestNetProxy::whatGoesWrong()
{
    QFETCH(TestProxy::Kind, kind);
    QFETCH(int, refusal);
    QFETCH(ErrorKind, error);
    TestProxy proxy(kind);
    proxy.refusal = std::max(0, refusal);
    proxy.hangsUp = refusal < 0;
    Watched client;
    client.open(through(proxyTo(kind, proxy.serverPort()), 25, Security::StartTls, u"mail.invalid"_s));
    QTRY_VERIFY(client.has("lost"));
    QCOMPARE(Base::name(client.lost.first().kind), Base::name(error));
    const bool proxysOwn = error == ErrorKind::ProxyRefused || error == ErrorKind::ProxyUnreachable;
    QCOMPARE(client.lost.first().subject, proxysOwn ? u"127.0.0.1"_s : u"mail.invalid"_s);
    QVERIFY(!client.lost.first().detail.isEmpty());
    QTest::qWait(20);
    QCOMPARE(client.lost.size(), 1);
    QVERIFY(!client.has("connected"));
    QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
}

void TestNetProxy::noProxyIsThere()
{
    QFETCH(TestProxy::Kind, kind);
    quint16 port = 0;
    {
        const TestProxy gone(kind);
        port = gone.serverPort();
    }
    TlsServer other(m_certificates.good());
    Watched client;
    client.open(through(proxyTo(kind, port), other.serverPort(), Security::StartTls));
    QTRY_VERIFY(client.has("lost"));
    QCOMPARE(Base::name(client.lost.first().kind), Base::name(ErrorKind::ProxyUnreachable));
    QCOMPARE(client.lost.first().subject, u"127.0.0.1"_s);
    QVERIFY(!other.socket()); // nothing goes around it
}

void TestNetProxy::aSilentProxyCanBeLeft()
{
    QFETCH(TestProxy::Kind, kind);
    TestProxy proxy(kind);
    proxy.isSilent = true;
    Watched client;
    client.open(through(proxyTo(kind, proxy.serverPort()), 25, Security::Tls));
    QTest::qWait(50);
    QVERIFY(client.signals_.isEmpty());
    client.call([](Net::TlsConnection &connection) { connection.abort(); });
    QTest::qWait(20);
    QVERIFY(client.signals_.isEmpty());
}

void TestNetProxy::theDesktopsProxyIsNotUsedSilently()
{
    TestProxy proxy(TestProxy::Kind::Socks5);
    TlsServer other(m_certificates.good());
    QNetworkProxy::setApplicationProxy({QNetworkProxy::Socks5Proxy, u"127.0.0.1"_s, proxy.serverPort()});
    Watched client;
    client.open({u"localhost"_s, other.serverPort(), Security::StartTls});
    const bool done = QTest::qWaitFor([&client] { return client.has("opened") || client.has("lost"); });
    QNetworkProxy::setApplicationProxy(QNetworkProxy::NoProxy);
    QVERIFY(done && client.has("opened"));
    QCOMPARE(proxy.asked, QStringList());
}

QTEST_GUILESS_MAIN(TestNetProxy)
#include "tst_proxy.moc"
