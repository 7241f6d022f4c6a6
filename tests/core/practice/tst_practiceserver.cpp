// The practice server over real sockets: what it says to every command, in every scenario, and to clients
// that mean no good.

#include "core/practice/practicecertificate.h"
#include "core/practice/practiceserver.h"
#include "tests/core/practice/client.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTemporaryDir>

using namespace Practice;

namespace {

const QByteArray canary = "c4nary-s3cret";

QByteArray plain(const QByteArray &user, const QByteArray &password)
{
    return (QByteArray(1, '\0') + user + QByteArray(1, '\0') + password).toBase64();
}

} // namespace

class TestPracticeServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void certificateIsMadeOnceAndAnewWhenDamaged();
    void certificateVerifiesByNameAndAddress();
    void listensOnLoopbackOnly();
    void portTakenIsSaid();
    void talksThroughALetter();
    void answersEveryCommand_data();
    void answersEveryCommand();
    void keepsOrder();
    void pipelining();
    void startTlsForgetsEverything();
    void startTlsRefusesWhatIsPipelinedBehind();
    void tlsFromTheStart();
    void signsIn();
    void noSignInInTheClear();
    void secretsAreNotShown();
    void scenarios_data();
    void scenarios();
    void scenarioNames();
    void greylistAcceptsTheSecondTime();
    void dropAfterDot();
    void wrongPassword();
    void busy();
    void slow();
    void sizeLimit();
    void recipientLimit();
    void longLines();
    void contentFaultsAreRefusedAfterTheEnd();
    void bareLineFeedEndsNoCommand();
    void tooManyFaults();
    void connectionLimit();
    void idleTimeout();
    void keepsABoundedNumber();
    void bigMessageOverTls();
    void clientThatNeverReads();
    void stopWithinASignal();

private:
    void secure(Client &client);
    QByteArray hello(Client &client);

    QTemporaryDir m_folder;
    PracticeOptions m_options;
    std::unique_ptr<PracticeServer> m_server;
    void restart(const PracticeOptions &options);
};

void TestPracticeServer::initTestCase()
{
    QVERIFY(m_folder.isValid());
}

void TestPracticeServer::init()
{
    restart({});
}

void TestPracticeServer::restart(const PracticeOptions &options)
{
    m_server = std::make_unique<PracticeServer>(m_folder.path(), options);
    QVERIFY(m_server->start(0));
}

QByteArray TestPracticeServer::hello(Client &client)
{
    client.reply();
    return client.ask("EHLO test.example");
}

void TestPracticeServer::certificateIsMadeOnceAndAnewWhenDamaged()
{
    QTemporaryDir folder;
    const QString inside = folder.filePath(QStringLiteral("a/b"));
    const auto first = PracticeCertificate::ensure(inside);
    QVERIFY(first);
    QCOMPARE(first->certificateFile(), PracticeCertificate::fileIn(inside));
    const QString keyFile = inside + QStringLiteral("/key.pem");
    QCOMPARE(QFile::permissions(keyFile) & QFile::Permissions(0x0077), QFile::Permissions());
    const auto second = PracticeCertificate::ensure(inside);
    QVERIFY(second);
    QCOMPARE(second->certificate(), first->certificate());
    QVERIFY(first->certificate().expiryDate() > QDateTime::currentDateTimeUtc().addYears(9));

    QFile key(keyFile);
    QVERIFY(key.open(QIODevice::WriteOnly));
    key.write("-----BEGIN PRIVATE KEY-----\nrubbish\n-----END PRIVATE KEY-----\n");
    key.close();
    const auto third = PracticeCertificate::ensure(inside);
    QVERIFY(third);
    QVERIFY(third->certificate() != first->certificate());
    // The key of another certificate.
    QTemporaryDir other;
    QVERIFY(PracticeCertificate::ensure(other.path()));
    QVERIFY(QFile::remove(keyFile));
    QVERIFY(QFile::copy(other.filePath(QStringLiteral("key.pem")), keyFile));
    const auto fourth = PracticeCertificate::ensure(inside);
    QVERIFY(fourth);
    QVERIFY(fourth->certificate() != third->certificate());

    QFile file(folder.filePath(QStringLiteral("file")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const auto impossible = PracticeCertificate::ensure(file.fileName());
    QVERIFY(!impossible);
    QCOMPARE(impossible.error().kind, Base::ErrorKind::FileUnwritable);
}

void TestPracticeServer::certificateVerifiesByNameAndAddress()
{
    for (const char *name : {"localhost", "127.0.0.1", "::1"}) {
        Client client(m_server->port());
        hello(client);
        QVERIFY(client.ask("STARTTLS").startsWith("220 2.0.0"));
        QVERIFY2(client.encrypt(m_server->certificateFile(), QString::fromLatin1(name)), name);
    }
    Client wrong(m_server->port());
    hello(wrong);
    QVERIFY(wrong.ask("STARTTLS").startsWith("220"));
    QVERIFY(!wrong.encrypt(m_server->certificateFile(), QStringLiteral("mail.example.org")));
    Client untrusting(m_server->port());
    hello(untrusting);
    QVERIFY(untrusting.ask("STARTTLS").startsWith("220"));
    QVERIFY(!untrusting.encrypt({}, QStringLiteral("localhost")));
}

void TestPracticeServer::listensOnLoopbackOnly()
{
    Client client(m_server->port(), QStringLiteral("::1"));
    if (client.socket().state() == QAbstractSocket::ConnectedState)
        QVERIFY(client.reply().startsWith("220 "));
    // The port is free on every other address.
    QTcpServer elsewhere;
    QVERIFY(elsewhere.listen(QHostAddress(QStringLiteral("127.0.0.2")), m_server->port()));
}

void TestPracticeServer::portTakenIsSaid()
{
    PracticeServer second(m_folder.path());
    const auto started = second.start(m_server->port());
    QVERIFY(!started);
    QCOMPARE(started.error().kind, Base::ErrorKind::CannotConnect);
    QVERIFY(!second.isRunning());
    const quint16 port = m_server->port();
    m_server->stop();
    QVERIFY(!m_server->isRunning());
    QVERIFY(second.start(port));
}

void TestPracticeServer::talksThroughALetter()
{
    QSignalSpy received(m_server.get(), &PracticeServer::received);
    QSignalSpy closed(m_server.get(), &PracticeServer::closed);
    Client client(m_server->port());
    QVERIFY(client.reply().startsWith("220 "));
    const QByteArray hello = client.ask("EHLO test.example");
    QCOMPARE(
        hello,
        QByteArray("250-localhost\n250-PIPELINING\n250-SIZE 67108864\n250-8BITMIME\n250-ENHANCEDSTATUSCODES\n"
                   "250-DSN\n250-STARTTLS\n250 HELP"));
    QVERIFY(client.ask("MAIL FROM:<ada@example.org> SIZE=30 BODY=8BITMIME RET=FULL ENVID=abc")
                .startsWith("250 2.1.0"));
    QVERIFY(client.ask("RCPT TO:<bob@example.org> NOTIFY=NEVER").startsWith("250 2.1.5"));
    QVERIFY(client.ask("RCPT TO:<eve@example.org>").startsWith("250 2.1.5"));
    QVERIFY(client.ask("DATA").startsWith("354 "));
    client.send("Subject: x\r\n\r\n..\r\n..dot\r\n.\r\n");
    QVERIFY(client.reply().startsWith("250 2.0.0"));
    QCOMPARE(received.size(), 1);
    const auto message = received[0][0].value<ReceivedMessage>();
    QCOMPARE(message.content, QByteArray("Subject: x\r\n\r\n.\r\n.dot\r\n"));
    QCOMPARE(message.contentSize, message.content.size());
    QVERIFY(!message.isTruncated());
    QCOMPARE(message.reversePath, QByteArray("ada@example.org"));
    QCOMPARE(message.forwardPaths, (QList<QByteArray>{"bob@example.org", "eve@example.org"}));
    QCOMPARE(message.recipientParameters, (QList<QByteArray>{"NOTIFY=NEVER", ""}));
    QCOMPARE(message.mailParameters,
             (QList<QByteArray>{"SIZE=30", "BODY=8BITMIME", "RET=FULL", "ENVID=abc"}));
    QCOMPARE(message.helo, QByteArray("test.example"));
    QCOMPARE(message.number, 1);
    QVERIFY(!message.encrypted);
    QVERIFY(message.user.isEmpty());
    QVERIFY(client.ask("QUIT").startsWith("221 2.0.0"));
    QVERIFY(client.isClosed());
    QTRY_COMPARE(closed.size(), 1);
    QCOMPARE(m_server->messages().size(), 1);
    m_server->clear();
    QVERIFY(m_server->messages().isEmpty());
}

void TestPracticeServer::answersEveryCommand_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QByteArray>("code");
    const auto row = [](const QByteArray &command, const QByteArray &code) {
        QTest::newRow(command.left(40).constData()) << command << code;
    };
    row("NOOP", "250 2.0.0");
    row("noop with words", "250 2.0.0");
    row("NOOP   ", "250 2.0.0");
    row("RSET", "250 2.0.0");
    row("RSET now", "501 5.5.4");
    row("VRFY bob", "252 2.5.0");
    row("VRFY", "501 5.5.4");
    row("HELP", "214 2.0.0");
    row("HELP MAIL", "214 2.0.0");
    row("QUIT now", "501 5.5.4");
    row("EXPN list", "502 5.5.1");
    row("BDAT 3 LAST", "502 5.5.1");
    row("ETRN x", "502 5.5.1");
    row("GET / HTTP/1.1", "500 5.5.2");
    row("", "500 5.5.2");
    row(" NOOP", "500 5.5.2");
    row("NO\tOP", "500 5.5.2");
    row(QByteArray("NOOP \0", 6), "500 5.5.2");
    row("NOOP \rRSET", "500 5.5.2");
    row("HELO", "501 5.5.4");
    row("EHLO", "501 5.5.4");
    row("EHLO two words", "501 5.5.4");
    row("HELO again.example", "250 localhost");
    row("STARTTLS now", "501 5.5.4");
    row("AUTH", "501 5.5.4");
    row("AUTH CRAM-MD5", "504 5.5.4");
    row("AUTH PLAIN", "538 5.7.11");
    row("DATA", "503 5.5.1");
    row("RCPT TO:<a@b>", "503 5.5.1");
    row("MAIL FROM:<nobody>", "501 5.1.7");
    row("MAIL FROM:<a@b>", "250 2.1.0");
}

void TestPracticeServer::answersEveryCommand()
{
    QFETCH(QByteArray, command);
    QFETCH(QByteArray, code);
    Client client(m_server->port());
    hello(client);
    const QByteArray reply = client.ask(command);
    QVERIFY2(reply.startsWith(code), reply.constData());
    QVERIFY(client.ask("NOOP").startsWith("250 2.0.0")); // one answer a line, and still in step
}

void TestPracticeServer::keepsOrder()
{
    Client client(m_server->port());
    client.reply();
    QVERIFY(client.ask("MAIL FROM:<a@b>").startsWith("503 5.5.1"));
    QVERIFY(client.ask("STARTTLS").startsWith("503 5.5.1"));
    QVERIFY(client.ask("AUTH PLAIN").startsWith("503 5.5.1"));
    client.ask("HELO test.example");
    QVERIFY(client.ask("MAIL FROM:<a@b> SIZE=3").startsWith("555 5.5.4")); // no parameters after HELO
    client.ask("EHLO test.example");
    QVERIFY(client.ask("MAIL FROM:<a@b>").startsWith("250"));
    QVERIFY(client.ask("MAIL FROM:<a@b>").startsWith("503 5.5.1"));
    QVERIFY(client.ask("DATA").startsWith("503 5.5.1"));
    QVERIFY(client.ask("RCPT TO:<bad").startsWith("501"));
    QVERIFY(client.ask("DATA").startsWith("554 5.5.1"));
    QVERIFY(client.ask("RCPT TO:<c@d>").startsWith("250"));
    QVERIFY(client.ask("EHLO test.example").startsWith("250")); // resets
    QVERIFY(client.ask("RCPT TO:<c@d>").startsWith("503 5.5.1"));
    QVERIFY(client.ask("MAIL FROM:<a@b>").startsWith("250"));
    QVERIFY(client.ask("RSET").startsWith("250"));
    QVERIFY(client.ask("DATA").startsWith("503 5.5.1"));
}

void TestPracticeServer::pipelining()
{
    Client client(m_server->port());
    hello(client);
    for (int round = 1; round <= 3; ++round) {
        client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<\r\nRCPT TO:<e@f>\r\nDATA\r\n");
        for (const char *code : {"250 2.1.0", "250 2.1.5", "501 5.1.3", "250 2.1.5", "354 "}) {
            const QByteArray reply = client.reply();
            QVERIFY2(reply.startsWith(code), reply.constData());
        }
        // The end of one message and the whole of the next command group in one write.
        client.send("x\r\n.\r\nNOOP\r\nNOOP\r\n");
        QVERIFY(client.reply().startsWith("250 2.0.0 kept"));
        QVERIFY(client.reply().startsWith("250 2.0.0 ok"));
        QVERIFY(client.reply().startsWith("250 2.0.0 ok"));
        QCOMPARE(m_server->messages().size(), round);
    }
    // Byte by byte it is the same.
    for (const char c : QByteArray("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n")) {
        client.send(QByteArray(1, c));
        client.socket().flush();
    }
    for (const char *code : {"250 2.1.0", "250 2.1.5", "354 ", "250 2.0.0", "221 2.0.0"})
        QVERIFY(client.reply().startsWith(code));
}

void TestPracticeServer::startTlsForgetsEverything()
{
    Client client(m_server->port());
    hello(client);
    QVERIFY(client.ask("MAIL FROM:<a@b>").startsWith("250"));
    QVERIFY(client.ask("STARTTLS").startsWith("220 2.0.0"));
    QVERIFY(client.encrypt(m_server->certificateFile(), QStringLiteral("localhost")));
    QVERIFY(client.ask("RCPT TO:<c@d>").startsWith("503 5.5.1"));
    QVERIFY(client.ask("MAIL FROM:<a@b>").startsWith("503 5.5.1"));
    QVERIFY(client.ask("AUTH LOGIN").startsWith("503 5.5.1"));
    const QByteArray again = client.ask("EHLO test.example");
    QVERIFY(!again.contains("STARTTLS"));
    QVERIFY(again.contains("250-AUTH PLAIN LOGIN"));
    QVERIFY(client.ask("STARTTLS").startsWith("503 5.5.1"));
    QVERIFY(client.ask("MAIL FROM:<a@b>").startsWith("250"));
    QVERIFY(client.ask("RCPT TO:<c@d>").startsWith("250"));
    QVERIFY(client.ask("DATA").startsWith("354"));
    QVERIFY(client.ask("x\r\n.").startsWith("250"));
    QVERIFY(m_server->messages().constLast().encrypted);
}

void TestPracticeServer::startTlsRefusesWhatIsPipelinedBehind()
{
    Client client(m_server->port());
    hello(client);
    client.send("STARTTLS\r\nMAIL FROM:<evil@example.org>\r\nRCPT TO:<c@d>\r\n");
    QVERIFY(client.reply().startsWith("503 5.5.1"));
    QVERIFY(client.ask("NOOP").startsWith("250 2.0.0")); // the rest was dropped: this is the answer to NOOP
    QVERIFY(client.ask("RCPT TO:<c@d>").startsWith("503 5.5.1"));
    QVERIFY(client.ask("STARTTLS").startsWith("220"));
    QVERIFY(client.encrypt(m_server->certificateFile(), QStringLiteral("localhost")));
}

void TestPracticeServer::tlsFromTheStart()
{
    PracticeOptions options;
    options.tlsFromTheStart = true;
    restart(options);
    Client client(m_server->port());
    QVERIFY(client.encrypt(m_server->certificateFile(), QStringLiteral("localhost")));
    QVERIFY(client.reply().startsWith("220 "));
    QVERIFY(client.ask("EHLO test.example").contains("AUTH PLAIN LOGIN"));
    Client garbage(m_server->port());
    garbage.send("EHLO in the clear\r\n\r\n\r\n");
    QVERIFY(garbage.isClosed());
}

void TestPracticeServer::secure(Client &client)
{
    hello(client);
    client.ask("STARTTLS");
    client.encrypt(m_server->certificateFile(), QStringLiteral("localhost"));
    client.ask("EHLO test.example");
}

void TestPracticeServer::signsIn()
{
    const QByteArray user = QByteArray("ada").toBase64();
    const QByteArray password = canary.toBase64();
    {
        Client client(m_server->port());
        secure(client);
        QVERIFY(client.ask("AUTH PLAIN " + plain("ada", canary)).startsWith("235 2.7.0"));
        QVERIFY(client.ask("AUTH PLAIN " + plain("ada", canary)).startsWith("503 5.5.1"));
        client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
        client.reply(), client.reply(), client.reply();
        QVERIFY(client.ask("x\r\n.").startsWith("250"));
        QCOMPARE(m_server->messages().constLast().user, QStringLiteral("ada"));
    }
    Client client(m_server->port());
    secure(client);
    QCOMPARE(client.ask("AUTH PLAIN"), QByteArray("334"));
    QVERIFY(client.ask("*").startsWith("501 5.7.0"));
    QCOMPARE(client.ask("auth login"), QByteArray("334 VXNlcm5hbWU6"));
    QVERIFY(client.ask("*").startsWith("501 5.7.0"));
    QCOMPARE(client.ask("AUTH LOGIN " + user), QByteArray("334 UGFzc3dvcmQ6"));
    QVERIFY(client.ask("not base64!").startsWith("501 5.5.2"));
    QVERIFY(client.ask("AUTH PLAIN rubbish").startsWith("501 5.5.2"));
    QVERIFY(client.ask("AUTH PLAIN =").startsWith("535 5.7.8"));
    QVERIFY(client.ask("AUTH PLAIN " + user).startsWith("535 5.7.8")); // no NUL in it
    QVERIFY(client.ask("AUTH PLAIN " + plain("ada", "")).startsWith("535 5.7.8"));
    QVERIFY(client.ask("AUTH GSSAPI").startsWith("504 5.5.4"));
    QVERIFY(client.ask("MAIL FROM:<a@b>").startsWith("250"));
    QVERIFY(client.ask("AUTH PLAIN").startsWith("503 5.5.1"));
    client.ask("RSET");
    QCOMPARE(client.ask("AUTH LOGIN"), QByteArray("334 VXNlcm5hbWU6"));
    QCOMPARE(client.ask(user), QByteArray("334 UGFzc3dvcmQ6"));
    QVERIFY(client.ask(password).startsWith("235 2.7.0"));
    Client challenged(m_server->port());
    secure(challenged);
    QCOMPARE(challenged.ask("AUTH PLAIN"), QByteArray("334"));
    QVERIFY(challenged.ask(plain("ada", canary)).startsWith("235 2.7.0"));
}

void TestPracticeServer::noSignInInTheClear()
{
    Client client(m_server->port());
    QVERIFY(!hello(client).contains("AUTH"));
    QVERIFY(client.ask("AUTH PLAIN " + plain("ada", canary)).startsWith("538 5.7.11"));
    PracticeOptions options;
    options.signInInTheClear = true;
    restart(options);
    Client allowed(m_server->port());
    QVERIFY(hello(allowed).contains("250-AUTH PLAIN LOGIN"));
    QVERIFY(allowed.ask("AUTH PLAIN " + plain("ada", canary)).startsWith("235 2.7.0"));
}

void TestPracticeServer::secretsAreNotShown()
{
    PracticeOptions options;
    options.signInInTheClear = true;
    options.faultLimit = 100;
    restart(options);
    QSignalSpy lines(m_server.get(), &PracticeServer::line);
    const QByteArray secret = canary.toBase64();
    Client client(m_server->port());
    hello(client);
    for (const QByteArray &line :
         {"AUTH PLAIN " + secret, "auth plain " + secret, "AUTH " + secret, "AUTH" + secret,
          " AUTH PLAIN " + secret, "AUTH\tPLAIN " + secret, "AUTH PLAIN  " + secret, "AUTH XOAUTH2 " + secret,
          "AUTH UNKNOWN " + secret, QByteArray("AUTH LOGIN"), QByteArray("="), secret, // as it should be
          secret,                                                            // as a command, out of step
          QByteArray("AUTH PLAIN"), canary,                                  // not even base64
          "AUTH PLAIN " + secret + QByteArray(20'000, 'x'), canary + " raw", // too long
          QByteArray("NOOP visible"), QByteArray("NOOP \xe2\x80\xae reversed \x1b[31m")}) {
        QVERIFY(!client.ask(line).isEmpty());
    }
    QByteArray all;
    for (const QList<QVariant> &each : lines)
        all += each[1].toString().toUtf8() + '\n';
    QVERIFY2(!all.contains(secret) && !all.contains(canary), all.constData());
    QVERIFY(all.contains("AUTH PLAIN ****"));
    QVERIFY(all.contains("NOOP visible"));
    QVERIFY(all.contains("reversed"));
    QVERIFY(!all.contains("\xe2\x80\xae") && !all.contains('\x1b'));
}

void TestPracticeServer::scenarios_data()
{
    QTest::addColumn<QString>("scenario");
    QTest::addColumn<QByteArray>("rcpt");
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("accept-all") << QStringLiteral("accept-all") << QByteArray("250 2.1.5")
                                << QByteArray("250 2.0.0");
    QTest::newRow("refuse-recipient")
        << QStringLiteral("refuse-recipient") << QByteArray("550 5.1.1") << QByteArray("250 2.0.0");
    QTest::newRow("greylist") << QStringLiteral("greylist") << QByteArray("451 4.7.1") << QByteArray();
    QTest::newRow("mailbox-full") << QStringLiteral("mailbox-full") << QByteArray("452 4.2.2")
                                  << QByteArray();
    QTest::newRow("message-refused") << QStringLiteral("message-refused") << QByteArray("250 2.1.5")
                                     << QByteArray("554 5.7.1");
}

void TestPracticeServer::scenarios()
{
    QFETCH(QString, scenario);
    QFETCH(QByteArray, rcpt);
    QFETCH(QByteArray, content);
    m_server->setScenario(*scenarioFromName(scenario));
    Client client(m_server->port());
    hello(client);
    QVERIFY(client.ask("MAIL FROM:<a@b>").startsWith("250"));
    QVERIFY(client.ask("RCPT TO:<Nobody.here@example.org>").startsWith(rcpt));
    if (content.isEmpty()) {
        QVERIFY(client.ask("DATA").startsWith("554 5.5.1"));
        return;
    }
    QVERIFY(client.ask("RCPT TO:<somebody@example.org>").startsWith("250 2.1.5"));
    QVERIFY(client.ask("DATA").startsWith("354"));
    QVERIFY(client.ask("x\r\n.").startsWith(content));
    QCOMPARE(m_server->messages().size(), content.startsWith("250") ? 1 : 0);
    if (scenario == QLatin1String("refuse-recipient"))
        QCOMPARE(m_server->messages().constLast().forwardPaths, (QList<QByteArray>{"somebody@example.org"}));
}

void TestPracticeServer::scenarioNames()
{
    QCOMPARE(Practice::scenarios().size(), 9U);
    for (const ScenarioRow &row : Practice::scenarios()) {
        QCOMPARE(scenarioFromName(name(row.scenario)), row.scenario);
        QVERIFY(QByteArray(row.description).size() > 10);
    }
    QVERIFY(!scenarioFromName(QStringLiteral("no-such")));
}

void TestPracticeServer::greylistAcceptsTheSecondTime()
{
    m_server->setScenario(Scenario::Greylist);
    for (int attempt = 0; attempt < 2; ++attempt) {
        Client client(m_server->port());
        hello(client);
        client.ask("MAIL FROM:<a@b>");
        QVERIFY(client.ask("RCPT TO:<c@d>").startsWith(attempt == 0 ? "451 4.7.1" : "250 2.1.5"));
        client.ask("RSET");
        client.ask("MAIL FROM:<A@B>");
        QVERIFY(client.ask("RCPT TO:<C@D>").startsWith("250 2.1.5"));
    }
    Client other(m_server->port());
    hello(other);
    other.ask("MAIL FROM:<other@b>");
    QVERIFY(other.ask("RCPT TO:<c@d>").startsWith("451 4.7.1"));
}

void TestPracticeServer::dropAfterDot()
{
    m_server->setScenario(Scenario::DropAfterDot);
    Client client(m_server->port());
    hello(client);
    client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    client.reply(), client.reply();
    QVERIFY(client.reply().startsWith("354"));
    QCOMPARE(client.ask("x\r\n."), QByteArray());
    QVERIFY(client.isClosed());
    QCOMPARE(m_server->messages().size(), 1);
}

void TestPracticeServer::wrongPassword()
{
    m_server->setScenario(Scenario::WrongPassword);
    Client client(m_server->port());
    secure(client);
    QVERIFY(client.ask("AUTH PLAIN " + plain("ada", canary)).startsWith("535 5.7.8"));
    QVERIFY(client.ask("AUTH LOGIN").startsWith("334"));
    QVERIFY(client.ask("YQ==").startsWith("334"));
    QVERIFY(client.ask("YQ==").startsWith("535 5.7.8"));
    QVERIFY(client.ask("MAIL FROM:<a@b>").startsWith("530 5.7.0"));
}

void TestPracticeServer::busy()
{
    m_server->setScenario(Scenario::Busy);
    Client client(m_server->port());
    QVERIFY(client.reply().startsWith("421 4.3.2"));
    QVERIFY(client.isClosed());
}

void TestPracticeServer::slow()
{
    PracticeOptions options;
    options.slowReplyMs = 50;
    restart(options);
    m_server->setScenario(Scenario::Slow);
    QElapsedTimer since;
    since.start();
    Client client(m_server->port());
    QVERIFY(client.reply().startsWith("220"));
    QVERIFY(client.ask("EHLO test.example").startsWith("250"));
    client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\n");
    for (const char *code : {"250 2.1.0", "250 2.1.5", "354", "250 2.0.0"})
        QVERIFY(client.reply().startsWith(code));
    QVERIFY(client.ask("STARTTLS").startsWith("220"));
    QVERIFY(client.encrypt(m_server->certificateFile(), QStringLiteral("localhost")));
    QVERIFY(since.elapsed() >= 300);
}

void TestPracticeServer::sizeLimit()
{
    PracticeOptions options;
    options.sizeLimit = 1000;
    restart(options);
    Client client(m_server->port());
    QVERIFY(hello(client).contains("250-SIZE 1000"));
    QVERIFY(client.ask("MAIL FROM:<a@b> SIZE=1001").startsWith("552 5.3.4"));
    QVERIFY(client.ask("MAIL FROM:<a@b> SIZE=99999999999999999999").startsWith("552 5.3.4"));
    client.send("MAIL FROM:<a@b> SIZE=1000\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    client.reply(), client.reply(), client.reply();
    client.send((QByteArray(98, 'x') + "\r\n").repeated(11) + ".\r\n"); // 1,100: it lied
    QVERIFY(client.reply().startsWith("552 5.3.4"));
    QVERIFY(m_server->messages().isEmpty());
    QVERIFY(client.ask("MAIL FROM:<a@b>").startsWith("250"));
}

void TestPracticeServer::recipientLimit()
{
    PracticeOptions options;
    options.recipientLimit = 3;
    restart(options);
    Client client(m_server->port());
    hello(client);
    client.ask("MAIL FROM:<a@b>");
    for (int i = 0; i < 3; ++i)
        QVERIFY(client.ask("RCPT TO:<c@d>").startsWith("250"));
    QVERIFY(client.ask("RCPT TO:<e@d>").startsWith("452 4.5.3"));
    QVERIFY(client.ask("DATA").startsWith("354"));
    QVERIFY(client.ask("x\r\n.").startsWith("250"));
}

void TestPracticeServer::longLines()
{
    Client client(m_server->port());
    secure(client);
    QVERIFY(client.ask("NOOP " + QByteArray(2043, 'x')).startsWith("250"));
    QVERIFY(client.ask("NOOP " + QByteArray(2044, 'x')).startsWith("500 5.5.2"));
    QVERIFY(client.ask("NOOP " + QByteArray(1'000'000, 'x')).startsWith("500 5.5.2"));
    QVERIFY(client.ask("NOOP").startsWith("250"));
    QCOMPARE(client.ask("AUTH PLAIN"), QByteArray("334"));
    QVERIFY(client.ask(QByteArray(13'000, 'A')).startsWith("500 5.5.6"));
    QVERIFY(client.ask("AUTH PLAIN " + plain("ada", QByteArray(8'000, 'p'))).startsWith("235"));
}

void TestPracticeServer::contentFaultsAreRefusedAfterTheEnd()
{
    Client client(m_server->port());
    hello(client);
    for (const auto &[content, code] :
         {std::pair{QByteArray("a\n.\nQUIT\r\n"), QByteArray("550 5.6.0")},
          std::pair{QByteArray("a\rb\r\n"), QByteArray("550 5.6.0")},
          std::pair{QByteArray("a\0b\r\n", 5), QByteArray("550 5.6.0")},
          std::pair{QByteArray(100'000, 'x') + "\r\n", QByteArray("500 5.6.0")}}) {
        client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
        client.reply(), client.reply();
        QVERIFY(client.reply().startsWith("354"));
        client.send(content + ".\r\n");
        const QByteArray reply = client.reply();
        QVERIFY2(reply.startsWith(code), reply.constData());
    }
    QVERIFY(client.ask("NOOP").startsWith("250"));
    QVERIFY(m_server->messages().isEmpty());
}

void TestPracticeServer::bareLineFeedEndsNoCommand()
{
    Client client(m_server->port());
    hello(client);
    client.send("NOOP\n");
    QVERIFY(client.reply().startsWith("500 5.5.2"));
    client.send("MAIL FROM:<a@b>\nRCPT TO:<c@d>\r\n");
    QVERIFY(client.reply().startsWith("500 5.5.2"));
    QVERIFY(client.reply().startsWith("503 5.5.1"));
}

void TestPracticeServer::tooManyFaults()
{
    Client client(m_server->port());
    hello(client);
    for (int i = 1; i < 20; ++i)
        QVERIFY(client.ask("RUBBISH").startsWith("500 5.5.2"));
    QVERIFY(client.ask("RUBBISH").startsWith("421 4.7.0"));
    QVERIFY(client.isClosed());
}

void TestPracticeServer::connectionLimit()
{
    PracticeOptions options;
    options.connectionLimit = 2;
    restart(options);
    QSignalSpy closed(m_server.get(), &PracticeServer::closed);
    Client first(m_server->port());
    QVERIFY(first.reply().startsWith("220"));
    {
        Client second(m_server->port());
        QVERIFY(second.reply().startsWith("220"));
        Client third(m_server->port());
        QVERIFY(third.reply().startsWith("421 4.3.2"));
        QVERIFY(third.isClosed());
    }
    QTRY_COMPARE(closed.size(), 2);
    Client again(m_server->port());
    QVERIFY(again.reply().startsWith("220"));
}

void TestPracticeServer::idleTimeout()
{
    PracticeOptions options;
    options.idleMs = 700;
    restart(options);
    Client client(m_server->port());
    QVERIFY(client.reply().startsWith("220"));
    for (int i = 0; i < 4; ++i) {
        QTest::qWait(250);
        QVERIFY(client.ask("NOOP").startsWith("250")); // who speaks is not idle
    }
    QVERIFY(client.reply().startsWith("421 4.4.2"));
    QVERIFY(client.isClosed());
    Client handshaking(m_server->port());
    hello(handshaking);
    QVERIFY(handshaking.ask("STARTTLS").startsWith("220"));
    QVERIFY(handshaking.isClosed());
}

void TestPracticeServer::keepsABoundedNumber()
{
    PracticeOptions options;
    options.keptMessages = 3;
    options.keptOctets = 100;
    options.keptOctetsEach = 60;
    restart(options);
    Client client(m_server->port());
    hello(client);
    const auto give = [&client](const QByteArray &content) {
        client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
        client.reply(), client.reply(), client.reply();
        return client.ask(content + "\r\n.");
    };
    for (int i = 0; i < 5; ++i)
        QVERIFY(give("short").startsWith("250"));
    QCOMPARE(m_server->messages().size(), 3);
    QCOMPARE(m_server->messages().constFirst().number, 3);
    QVERIFY(give(QByteArray(900, 'x')).startsWith("250"));
    QCOMPARE(m_server->messages().constLast().content.size(), 60);
    QCOMPARE(m_server->messages().constLast().contentSize, 902);
    QVERIFY(m_server->messages().constLast().isTruncated());
    QVERIFY(give(QByteArray(900, 'y')).startsWith("250"));
    QCOMPARE(m_server->messages().size(), 1); // 120 octets of two would be too many
}

void TestPracticeServer::bigMessageOverTls()
{
    Client client(m_server->port());
    secure(client);
    client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    client.reply(), client.reply(), client.reply();
    const QByteArray content = (QByteArray(76, 'x') + "\r\n").repeated(100'000);
    client.send(content + ".\r\n");
    QVERIFY(client.reply().startsWith("250 2.0.0"));
    QCOMPARE(m_server->messages().constLast().content, content);
}

void TestPracticeServer::clientThatNeverReads()
{
    PracticeOptions options;
    options.faultLimit = 1'000'000;
    restart(options);
    int lines = 0;
    connect(m_server.get(), &PracticeServer::line, this,
            [&lines](bool fromClient) { lines += fromClient ? 1 : 0; });
    Client client(m_server->port());
    hello(client);
    client.socket().setReadBufferSize(1);
    // 40 MB of commands whose answers nobody takes: the server stops reading long before they are through.
    client.send(QByteArray("HELP\r\n").repeated(1'000'000));
    int before = -1;
    while (before != lines) { // until it stands still
        before = lines;
        QTest::qWait(300);
    }
    QVERIFY2(lines < 500'000, QByteArray::number(lines).constData());
    Client second(m_server->port());
    QVERIFY(second.reply().startsWith("220")); // and serves others meanwhile
}

void TestPracticeServer::stopWithinASignal()
{
    connect(m_server.get(), &PracticeServer::received, m_server.get(), &PracticeServer::stop);
    Client client(m_server->port());
    hello(client);
    client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nNOOP\r\n");
    QVERIFY(client.isClosed());
    QVERIFY(!m_server->isRunning());
    QCOMPARE(m_server->messages().size(), 1);
}

QTEST_GUILESS_MAIN(TestPracticeServer)
#include "tst_practiceserver.moc"
