// The Connection of the real world against a real socket on the other side: whose certificate is believed,
// what is read when, and that nothing is emitted from inside a call.

#include "core/net/tlsconnection.h"

#include "core/net/certificatetrust.h"
#include "core/smtp/session.h"
#include "tests/core/net/tlsserver.h"
#include "tests/core/net/watched.h"

#include <QTest>

#ifdef Q_OS_UNIX
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

using Base::ErrorKind;
using Net::Endpoint;
using Net::Security;
using Net::TlsConnection;
using Net::Trust;
using Support::ServerCertificate;

class TestTlsConnection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void whoseCertificateIsBelieved_data();
    void whoseCertificateIsBelieved();
    void startTlsAsksTheSameOfTheCertificate_data();
    void startTlsAsksTheSameOfTheCertificate();
    void aRefusalSaysForWhomTheCertificateIs();
    void bytesGoBothWaysThroughTls();
    void law6_bytesBehind220EndTheSession_data();
    void law6_bytesBehind220EndTheSession();
    void law6_bytesInsteadOfAHandshakeEndIt();
    void theNameIsVerifiedWhicheverAddressAnswers();
    void noPort();
    void noHost();
    void anAuthorityFileThatIsNone();
    void theServerClosesDuringTheHandshake_data();
    void theServerClosesDuringTheHandshake();
    void lastWordsAreHeardBeforeTheEnd();
    void lastWordsAreHeardThoughWritingFailsFirst();
    void nothingComesAfterCloseOrAbort();
    void whatIsNotTakenYetIsUnwritten();

private:
    Endpoint endpoint(const TlsServer &server, Security security) const
    {
        return {QStringLiteral("localhost"), server.serverPort(), security};
    }
    Trust trust() const { return {m_certificates.caFile()}; }
    /// Whatever is wrong with it is accepted of the certificate with this fingerprint; tst_trust has the
    /// rest.
    Trust trust(const TlsServer &server, const QString &sha256) const
    {
        Trust trust{m_certificates.caFile()};
        trust.exception = {sha256, QStringLiteral("localhost"), server.serverPort(),
                           Net::certificateErrorNames()};
        return trust;
    }

    Support::TestCertificates m_certificates;
};

void TestTlsConnection::initTestCase()
{
    QVERIFY2(m_certificates.make(), qPrintable(m_certificates.why()));
}

void TestTlsConnection::whoseCertificateIsBelieved_data()
{
    QTest::addColumn<QString>("server");
    QTest::addColumn<QString>("exception"); // whose fingerprint was accepted
    QTest::addColumn<bool>("believed");
    const auto row = [](const char *name, const char *server, const char *exception, bool believed) {
        QTest::newRow(name) << QString::fromLatin1(server) << QString::fromLatin1(exception) << believed;
    };
    row("good", "good", "", true);
    row("unknown authority", "unknown", "", false);
    row("another host's", "wronghost", "", false);
    row("expired", "expired", "", false);
    row("unknown authority, accepted", "unknown", "unknown", true);
    row("another host's, accepted", "wronghost", "wronghost", true);
    row("expired, accepted", "expired", "expired", true);
    row("another one was accepted", "unknown", "wronghost", false);
    row("another one was accepted, expired", "expired", "good", false);
    row("an exception does not make a good one worse", "good", "unknown", true);
}

namespace {

ServerCertificate named(const Support::TestCertificates &all, const QString &name)
{
    if (name == QLatin1String("good"))
        return all.good();
    if (name == QLatin1String("wronghost"))
        return all.wrongHost();
    return name == QLatin1String("expired") ? all.expired() : all.unknownCa();
}

} // namespace

void TestTlsConnection::whoseCertificateIsBelieved()
{
    QFETCH(QString, server);
    QFETCH(QString, exception);
    QFETCH(bool, believed);
    const ServerCertificate certificate = named(m_certificates, server);
    QVERIFY(!certificate.certificate.isNull() && !certificate.key.isNull());
    TlsServer other(certificate);
    other.encryptsAtOnce = true;
    Watched client;
    client.open(endpoint(other, Security::Tls),
                trust(other, exception.isEmpty() ? QString() : named(m_certificates, exception).sha256()));
    QTRY_VERIFY(client.has("opened") || client.has("lost"));
    QCOMPARE(client.has("opened"), believed);
    QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
    const Net::TlsFacts facts = client.connection().tlsFacts();
    QCOMPARE(facts.sha256, certificate.sha256()); // told either way: a person has to decide about it
    QCOMPARE(client.connection().isEncrypted(), believed);
    if (believed) {
        QVERIFY(facts.protocol.startsWith(QStringLiteral("TLS 1.")));
        QVERIFY(!facts.cipher.isEmpty());
        QCOMPARE(facts.problems.isEmpty(), server == QLatin1String("good"));
    } else {
        QCOMPARE(client.lost.size(), 1);
        QCOMPARE(client.lost.first().kind, ErrorKind::CertificateRefused);
        QVERIFY(!client.lost.first().detail.isEmpty());
        QVERIFY(!facts.problems.isEmpty());
        QVERIFY(!facts.isEncrypted());
        QTest::qWait(20);
        QVERIFY(other.heard().isEmpty());
    }
}

void TestTlsConnection::startTlsAsksTheSameOfTheCertificate_data()
{
    whoseCertificateIsBelieved_data();
}

void TestTlsConnection::startTlsAsksTheSameOfTheCertificate()
{
    QFETCH(QString, server);
    QFETCH(QString, exception);
    QFETCH(bool, believed);
    TlsServer other(named(m_certificates, server));
    Watched client;
    client.open(endpoint(other, Security::StartTls),
                trust(other, exception.isEmpty() ? QString() : named(m_certificates, exception).sha256()));
    QTRY_VERIFY(client.has("opened") && other.socket());
    QVERIFY(!client.connection().isEncrypted());
    QCOMPARE(client.connection().endPointBinding(), QByteArray());
    client.startTls();
    other.socket()->startServerEncryption();
    QTRY_VERIFY(client.has("encrypted") || client.has("lost"));
    QCOMPARE(client.has("encrypted"), believed);
    // All of them are signed with SHA-256: the binding is the fingerprint (RFC 5929 §4.1).
    const QString binding = QString::fromLatin1(client.connection().endPointBinding().toHex());
    QCOMPARE(binding, believed ? named(m_certificates, server).sha256() : QString());
    QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
    if (!believed)
        QCOMPARE(client.lost.first().kind, ErrorKind::CertificateRefused);
}

void TestTlsConnection::aRefusalSaysForWhomTheCertificateIs()
{
    TlsServer other(m_certificates.wrongHost());
    other.encryptsAtOnce = true;
    Watched client;
    client.open(endpoint(other, Security::Tls), trust());
    QTRY_VERIFY(client.has("lost"));
    QCOMPARE(client.lost.first().subject, QStringLiteral("localhost"));
    QVERIFY2(client.lost.first().detail.startsWith(
                 QStringLiteral("the certificate is for other.example, not for localhost")),
             qPrintable(client.lost.first().detail));
}

void TestTlsConnection::bytesGoBothWaysThroughTls()
{
    TlsServer other(m_certificates.good());
    Watched client;
    client.open(endpoint(other, Security::StartTls), trust());
    QTRY_VERIFY(client.has("opened") && other.socket());
    QVERIFY(client.connection().peer().endsWith(QLatin1Char(':') + QString::number(other.serverPort())));
    other.say("220 in the clear\r\n");
    QTRY_COMPARE(client.received, QByteArray("220 in the clear\r\n"));
    client.write("STARTTLS\r\n");
    QTRY_COMPARE(other.heard(), QByteArray("STARTTLS\r\n"));
    client.startTls();
    other.socket()->startServerEncryption();
    QTRY_VERIFY(client.has("encrypted"));
    client.write("EHLO client.example\r\n");
    QTRY_COMPARE(other.heard(), QByteArray("STARTTLS\r\nEHLO client.example\r\n"));
    QTRY_COMPARE(client.connection().unwritten(), 0);
    other.say("250 through TLS\r\n");
    QTRY_COMPARE(client.received, QByteArray("220 in the clear\r\n250 through TLS\r\n"));
    QVERIFY(other.socket()->isEncrypted());
    QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
    QVERIFY(client.lost.isEmpty());
}

void TestTlsConnection::law6_bytesBehind220EndTheSession_data()
{
    QTest::addColumn<QByteArray>("behind");
    QTest::newRow("a reply") << QByteArray("250-mail.example\r\n250 AUTH PLAIN\r\n");
    QTest::newRow("a fragment") << QByteArray("250-AUTH");
    QTest::newRow("an octet") << QByteArray("2");
}

// Over the wire, with a real session: one segment, and a server that would really go on with TLS behind it.
void TestTlsConnection::law6_bytesBehind220EndTheSession()
{
    QFETCH(QByteArray, behind);
    TlsServer other(m_certificates.good());
    int commands = 0;
    other.onHeard = [&] {
        const QByteArray heard = other.heard();
        if (commands == 0 && heard.endsWith("EHLO client.example\r\n")) {
            ++commands;
            other.say("250-mail.example\r\n250 STARTTLS\r\n");
        } else if (commands == 1 && heard.endsWith("STARTTLS\r\n")) {
            ++commands;
            other.say("220 go\r\n" + behind);
            other.socket()->startServerEncryption();
        }
    };
    other.onConnected = [&other] { other.say("220 mail.example\r\n"); };
    Smtp::SessionOptions options;
    options.server = endpoint(other, Security::StartTls);
    options.trust = trust();
    options.clientName = QStringLiteral("client.example");
    Base::SystemClock clock;
    Smtp::Session session(options, std::make_unique<TlsConnection>(clock), clock);
    QList<Delivery::Outcome> outcomes;
    connect(&session, &Smtp::Session::finished, this,
            [&outcomes](const Delivery::Outcome &outcome) { outcomes.append(outcome); });
    session.rehearse();
    QTRY_COMPARE(outcomes.size(), 1);
    QCOMPARE(commands, 2);
    QVERIFY(outcomes.first().error);
    QCOMPARE(outcomes.first().error->kind, ErrorKind::PlaintextAfterTls);
    QCOMPARE(outcomes.first().stage, Delivery::Stage::Tls);
    QVERIFY(!session.isOpen());
    QTest::qWait(20);
    QCOMPARE(other.heard().count("EHLO"), 1);
}

// Text that arrives when the handshake has begun is no TLS record: it ends the handshake and is never handed
// on.
void TestTlsConnection::law6_bytesInsteadOfAHandshakeEndIt()
{
    TlsServer other(m_certificates.good());
    Watched client;
    client.open(endpoint(other, Security::StartTls), trust());
    QTRY_VERIFY(client.has("opened") && other.socket());
    client.startTls();
    other.say("250-mail.example\r\n250 AUTH PLAIN\r\n");
    QTRY_VERIFY(client.has("lost"));
    QVERIFY(!client.has("encrypted"));
    QCOMPARE(client.received, QByteArray());
    QVERIFY(client.lost.first().kind == ErrorKind::TlsFailed ||
            client.lost.first().kind == ErrorKind::PlaintextAfterTls);
    QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
}

void TestTlsConnection::theNameIsVerifiedWhicheverAddressAnswers()
{
    for (const auto &[host, kind] :
         {std::pair{"localhost", std::optional<ErrorKind>()},
          std::pair{"mail.example", std::optional(ErrorKind::CertificateRefused)}}) {
        TlsServer other(m_certificates.good());
        other.encryptsAtOnce = true;
        Watched client([](const QString &, QObject *context, const Net::HappyEyeballs::Found &then) {
            QHostInfo info;
            info.setAddresses(
                {QHostAddress(QHostAddress::LocalHostIPv6), QHostAddress(QHostAddress::LocalHost)});
            QMetaObject::invokeMethod(
                context, [then, info] { then(info); }, Qt::QueuedConnection);
        });
        client.open({QString::fromLatin1(host), other.serverPort(), Security::Tls}, trust());
        QTRY_VERIFY(client.has("opened") || client.has("lost"));
        QCOMPARE(client.has("opened"), !kind.has_value());
        QCOMPARE(client.signals_.mid(0, 2), (QByteArrayList{"resolved", "connected"}));
        if (kind)
            QCOMPARE(client.lost.first().kind, *kind);
        else
            QCOMPARE(client.connection().peer(), QStringLiteral("127.0.0.1:%1").arg(other.serverPort()));
        QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
    }
}

void TestTlsConnection::noPort()
{
    for (const char *host : {"127.0.0.1", "localhost"}) {
        quint16 port = 0;
        {
            QTcpServer closed;
            QVERIFY(closed.listen(QHostAddress::LocalHost));
            port = closed.serverPort();
        }
        Watched client;
        client.open({QString::fromLatin1(host), port, Security::StartTls});
        QTRY_VERIFY(client.has("lost"));
        QCOMPARE(client.lost.first().kind, ErrorKind::CannotConnect);
        QCOMPARE(client.lost.first().subject, QString::fromLatin1(host));
        QVERIFY2(client.lost.first().detail.contains(QStringLiteral("127.0.0.1: Connection refused")),
                 qPrintable(client.lost.first().detail));
        QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
        QVERIFY(!client.has("opened"));
    }
}

void TestTlsConnection::noHost()
{
    // A name that no resolver is asked for: not a name at all.
    Watched client;
    client.open({QStringLiteral("mail..example"), 587, Security::StartTls});
    QTRY_VERIFY(client.has("lost"));
    QCOMPARE(client.lost.first().kind, ErrorKind::NameNotFound);
    QCOMPARE(client.lost.first().subject, QStringLiteral("mail..example"));
    QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
}

void TestTlsConnection::anAuthorityFileThatIsNone()
{
    for (const auto &[file, kind] :
         {std::pair{m_certificates.path(QStringLiteral("missing.pem")), ErrorKind::FileMissing},
          std::pair{m_certificates.path(QStringLiteral("good.csr")), ErrorKind::BadAccount}}) {
        TlsServer other(m_certificates.good());
        Watched client;
        client.open(endpoint(other, Security::Tls), {file});
        QTRY_VERIFY(client.has("lost"));
        QCOMPARE(client.lost.first().kind, kind);
        QVERIFY(client.fromInside.isEmpty());
        QVERIFY(!client.has("connected"));
    }
}

void TestTlsConnection::theServerClosesDuringTheHandshake_data()
{
    QTest::addColumn<bool>("fromTheStart");
    QTest::newRow("TLS from the start") << true;
    QTest::newRow("STARTTLS") << false;
}

void TestTlsConnection::theServerClosesDuringTheHandshake()
{
    QFETCH(bool, fromTheStart);
    TlsServer other(m_certificates.good());
    Watched client;
    client.open(endpoint(other, fromTheStart ? Security::Tls : Security::StartTls), trust());
    QTRY_VERIFY(client.has(fromTheStart ? "connected" : "opened") && other.socket());
    if (!fromTheStart)
        client.startTls();
    QTRY_VERIFY(!other.heard().isEmpty()); // the client's first record, which nobody answers
    other.socket()->disconnectFromHost();
    QTRY_VERIFY(client.has("lost"));
    QCOMPARE(client.lost.first().kind, ErrorKind::TlsFailed);
    QVERIFY(!client.has("encrypted"));
    QCOMPARE(client.has("opened"), !fromTheStart);
    QTest::qWait(20);
    QCOMPARE(client.lost.size(), 1);
    QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
}

void TestTlsConnection::lastWordsAreHeardBeforeTheEnd()
{
    for (const Security security : {Security::None, Security::Tls}) {
        TlsServer other(m_certificates.good());
        other.encryptsAtOnce = security == Security::Tls;
        Watched client;
        client.open(endpoint(other, security), trust());
        QTRY_VERIFY(client.has("opened") && other.socket());
        QTRY_COMPARE(other.socket()->isEncrypted(), other.encryptsAtOnce); // the client knows first (TLS 1.3)
        other.say("421 4.3.2 Shutting down\r\n");
        other.socket()->disconnectFromHost();
        QTRY_VERIFY(client.has("lost"));
        QCOMPARE(client.received, QByteArray("421 4.3.2 Shutting down\r\n"));
        QCOMPARE(client.lost.size(), 1);
        QCOMPARE(client.lost.first().kind, ErrorKind::ConnectionLost);
        QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
    }
}

void TestTlsConnection::lastWordsAreHeardThoughWritingFailsFirst()
{
#ifndef Q_OS_UNIX
    QSKIP("there is no second hold on a socket here");
#else
    const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    QCOMPARE(::bind(listening, reinterpret_cast<sockaddr *>(&address), length), 0);
    QCOMPARE(::listen(listening, 1), 0);
    QCOMPARE(::getsockname(listening, reinterpret_cast<sockaddr *>(&address), &length), 0);
    Watched client;
    client.open({QStringLiteral("127.0.0.1"), ntohs(address.sin_port), Security::None});
    QTRY_VERIFY(client.has("opened"));
    const int server = ::accept(listening, nullptr, nullptr);
    QVERIFY(server >= 0);
    // All of this before the client's event loop comes round: it writes first, and that fails.
    client.write(QByteArray(100'000, 'x'));
    const QByteArray words = "550 5.7.1 Not this\r\n";
    QCOMPARE(::send(server, words.constData(), static_cast<size_t>(words.size()), 0), words.size());
    const linger reset{1, 0};
    QCOMPARE(::setsockopt(server, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
    ::close(server);
    ::close(listening);
    QTRY_VERIFY(client.has("lost"));
    QCOMPARE(client.received, words);
    QCOMPARE(client.lost.size(), 1);
    QCOMPARE(client.lost.first().kind, ErrorKind::ConnectionLost);
    QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
#endif
}

void TestTlsConnection::nothingComesAfterCloseOrAbort()
{
    for (const bool politely : {true, false}) {
        TlsServer other(m_certificates.good());
        Watched client;
        client.open(endpoint(other, Security::None));
        QTRY_VERIFY(client.has("opened") && other.socket());
        client.write("QUIT\r\n");
        client.call(
            [politely](TlsConnection &connection) { politely ? connection.close() : connection.abort(); });
        other.say("221 Bye\r\n");
        QTRY_COMPARE(other.socket()->state(), QAbstractSocket::UnconnectedState);
        QTest::qWait(20);
        QVERIFY(client.lost.isEmpty());
        QVERIFY(!client.has("received"));
        QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
        if (politely)
            QCOMPARE(other.heard(), QByteArray("QUIT\r\n")); // what was written still goes out
    }
}

void TestTlsConnection::whatIsNotTakenYetIsUnwritten()
{
    for (const Security security : {Security::None, Security::Tls}) {
        TlsServer other(m_certificates.good());
        other.encryptsAtOnce = security == Security::Tls;
        Watched client;
        client.open(endpoint(other, security), trust());
        QTRY_VERIFY(client.has("opened") && other.socket());
        const QByteArray bytes(4 << 20, 'x');
        client.write(bytes);
        QVERIFY(client.connection().unwritten() >= bytes.size());
        QTRY_COMPARE_WITH_TIMEOUT(client.connection().unwritten(), 0, 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(other.heard().size(), bytes.size(), 20'000);
        QTRY_VERIFY(client.written >= bytes.size());
        QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
    }
}

QTEST_GUILESS_MAIN(TestTlsConnection)
#include "tst_tlsconnection.moc"
