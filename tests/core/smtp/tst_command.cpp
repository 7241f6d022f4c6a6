// Every command line is one line, whatever it was made from.

#include "core/smtp/command.h"

#include <QTest>

using Message::Address;
using Message::Envelope;
using Message::Recipient;
using Smtp::Capabilities;
using Smtp::Command;
namespace Commands = Smtp::Commands;

class TestCommand : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aClientNameCannotStartAnotherCommand_data();
    void aClientNameCannotStartAnotherCommand();
    void aCommandIsBounded();
    void mailDeclaresOnlyWhatIsOffered();
    void rcptAsksForReportsOnlyWhereTheyAreOffered();
    void envelopeIdIsXtext_data();
    void envelopeIdIsXtext();
    void aTimeThatCannotBeWrittenIsNotSaid();
    void aNullReversePathIsWritten();
    void beyondAsciiNeedsSmtpUtf8();
    void law7_whatIsSecretIsNeverShown();
    void anEmptyInitialResponseIsAnEqualsSign();
    void theFixedCommandsAreExact();
};

namespace {

Address address(const char *text)
{
    const Base::Result<Address> parsed = Address::parse(QString::fromUtf8(text));
    return parsed ? *parsed : Address();
}

Capabilities offering(const QStringList &lines)
{
    return Capabilities::from(
        Delivery::ServerReply(250, QStringList{QStringLiteral("mail.example")} + lines));
}

} // namespace

void TestCommand::aClientNameCannotStartAnotherCommand_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("CRLF") << QStringLiteral("a\r\nMAIL FROM:<x@y>");
    QTest::newRow("LF") << QStringLiteral("a\nb");
    QTest::newRow("CR") << QStringLiteral("a\rb");
    QTest::newRow("NUL") << QStringLiteral("a") + QChar(0) + QStringLiteral("b");
    QTest::newRow("DEL") << QStringLiteral("a\x7f");
    QTest::newRow("ESC") << QStringLiteral("a\x1b[2J");
    QTest::newRow("beyond ASCII") << QStringLiteral(u"gr\u00fc\u00df");
    // CVE-2025-7962: these become CR and LF when they are cut to eight bits.
    QTest::newRow("U+760D U+760A") << QStringLiteral(u"a\u760d\u760ab");
    QTest::newRow("line separator") << QStringLiteral(u"a\u2028b");
}

void TestCommand::aClientNameCannotStartAnotherCommand()
{
    QFETCH(QString, name);
    QVERIFY(!Commands::ehlo(name));
    QVERIFY(!Commands::helo(name));
    QCOMPARE(Commands::ehlo(name).error().kind, Base::ErrorKind::BadAddress);
}

void TestCommand::aCommandIsBounded()
{
    QVERIFY(Commands::ehlo(QString(1995, QLatin1Char('x'))));
    const Base::Result<Command> over = Commands::ehlo(QString(1996, QLatin1Char('x')));
    QVERIFY(!over);
    QVERIFY(over.error().subject.size() <= 80);
}

void TestCommand::mailDeclaresOnlyWhatIsOffered()
{
    Envelope envelope;
    envelope.reversePath = address("ada@example.org");
    envelope.eightBit = true;
    envelope.notify.success = true;
    envelope.returned = Message::Return::Headers;
    envelope.envelopeId = "A+B";
    const auto mail = [&envelope](const QStringList &offers) {
        const Base::Result<Command> command = Commands::mail(envelope, {123, false, {}}, offering(offers));
        return command ? command->wire : QByteArray();
    };
    QCOMPARE(mail({}), QByteArray("MAIL FROM:<ada@example.org>\r\n"));
    QCOMPARE(mail({QStringLiteral("SIZE")}), QByteArray("MAIL FROM:<ada@example.org> SIZE=123\r\n"));
    QCOMPARE(mail({QStringLiteral("8BITMIME")}), QByteArray("MAIL FROM:<ada@example.org> BODY=8BITMIME\r\n"));
    QCOMPARE(mail({QStringLiteral("DSN")}),
             QByteArray("MAIL FROM:<ada@example.org> RET=HDRS ENVID=A+2BB\r\n"));
    QCOMPARE(mail({QStringLiteral("SIZE 0"), QStringLiteral("8bitmime"), QStringLiteral("dsn")}),
             QByteArray("MAIL FROM:<ada@example.org> SIZE=123 BODY=8BITMIME RET=HDRS ENVID=A+2BB\r\n"));
    envelope.eightBit = false;
    envelope.notify = {};
    envelope.returned = Message::Return::Unset;
    QCOMPARE(mail({QStringLiteral("8BITMIME"), QStringLiteral("DSN")}),
             QByteArray("MAIL FROM:<ada@example.org>\r\n"));
}

void TestCommand::rcptAsksForReportsOnlyWhereTheyAreOffered()
{
    Envelope envelope;
    const Recipient ben{address("ben+x@example.net"), Message::Field::Bcc};
    const auto rcpt = [&](const QStringList &offers) {
        const Base::Result<Command> command = Commands::rcpt(envelope, ben, false, offering(offers));
        return command ? command->wire : QByteArray();
    };
    QCOMPARE(rcpt({QStringLiteral("DSN")}), QByteArray("RCPT TO:<ben+x@example.net>\r\n"));
    envelope.notify = {false, true, true, true};
    QCOMPARE(rcpt({}), QByteArray("RCPT TO:<ben+x@example.net>\r\n"));
    QCOMPARE(
        rcpt({QStringLiteral("DSN")}),
        QByteArray(
            "RCPT TO:<ben+x@example.net> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;ben+2Bx@example.net\r\n"));
    envelope.notify = {true, true, false, false}; // NEVER stands alone (RFC 3461 §4.1)
    QCOMPARE(rcpt({QStringLiteral("DSN")}),
             QByteArray("RCPT TO:<ben+x@example.net> NOTIFY=NEVER ORCPT=rfc822;ben+2Bx@example.net\r\n"));
}

void TestCommand::envelopeIdIsXtext_data()
{
    QTest::addColumn<QByteArray>("plain");
    QTest::addColumn<QByteArray>("written");
    QTest::newRow("plain") << QByteArray("QQ314159") << QByteArray("QQ314159");
    QTest::newRow("plus and equals") << QByteArray("a+b=c") << QByteArray("a+2Bb+3Dc");
    QTest::newRow("blank") << QByteArray("a b") << QByteArray("a+20b");
    QTest::newRow("CRLF") << QByteArray("a\r\nb") << QByteArray("a+0D+0Ab");
    QTest::newRow("beyond ASCII") << QByteArray("\xc3\xbc\xff") << QByteArray("+C3+BC+FF");
    QTest::newRow("edges of ASCII") << QByteArray("!~\x7f") << QByteArray("!~+7F");
    QTest::newRow("NUL") << QByteArray("\0", 1) << QByteArray("+00");
    QTest::newRow("empty") << QByteArray() << QByteArray();
}

void TestCommand::envelopeIdIsXtext()
{
    QFETCH(QByteArray, plain);
    QFETCH(QByteArray, written);
    QCOMPARE(Smtp::xtext(plain), written);
}

void TestCommand::aTimeThatCannotBeWrittenIsNotSaid()
{
    const QDateTime now(QDate(2026, 11, 21), QTime(12, 0), Qt::UTC);
    Envelope envelope;
    envelope.handling.holdUntil = QDateTime(QDate(9999, 12, 31), QTime(23, 59, 59), Qt::UTC);
    const Base::Result<Command> last = Commands::mail(envelope, {1, false, now}, {});
    QVERIFY(last);
    QCOMPARE(last->wire, QByteArray("MAIL FROM:<> HOLDUNTIL=9999-12-31T23:59:59Z\r\n"));
    envelope.handling.holdUntil = envelope.handling.holdUntil->addSecs(1);
    const Base::Result<Command> beyond = Commands::mail(envelope, {1, false, now}, {});
    QVERIFY(!beyond);
    QCOMPARE(beyond.error().kind, Base::ErrorKind::BadMessage);
}

void TestCommand::aNullReversePathIsWritten()
{
    // RFC 5321 §4.5.5: a report's sender is <>.
    const Base::Result<Command> mail = Commands::mail(Envelope(), {1, false, {}}, {});
    QVERIFY(mail);
    QCOMPARE(mail->wire, QByteArray("MAIL FROM:<>\r\n"));
}

void TestCommand::beyondAsciiNeedsSmtpUtf8()
{
    const Recipient recipient{address("j\xc3\xbcrgen@example.net"), Message::Field::To};
    QVERIFY(!recipient.address.isNull());
    QVERIFY(!Commands::rcpt(Envelope(), recipient, false, {}));
    const Recipient domain{address("ben@b\xc3\xbc"
                                   "cher.example"),
                           Message::Field::To};
    const Base::Result<Command> rcpt = Commands::rcpt(Envelope(), domain, false, {});
    QVERIFY(rcpt);
    QCOMPARE(rcpt->wire, QByteArray("RCPT TO:<ben@xn--bcher-kva.example>\r\n"));
}

void TestCommand::law7_whatIsSecretIsNeverShown()
{
    const QByteArray secret("\0ada\0hunter2", 12);
    const Base::Result<Command> auth = Commands::auth("PLAIN", secret);
    QVERIFY(auth);
    QCOMPARE(auth->wire, QByteArray("AUTH PLAIN AGFkYQBodW50ZXIy\r\n"));
    QCOMPARE(auth->shown, QStringLiteral("AUTH PLAIN ****"));
    const Command response = Commands::authResponse("hunter2");
    QCOMPARE(response.wire, QByteArray("aHVudGVyMg==\r\n"));
    QCOMPARE(response.shown, QStringLiteral("****"));
    // The shown form does not even tell how long it is.
    QCOMPARE(Commands::authResponse("x").shown, response.shown);
}

void TestCommand::anEmptyInitialResponseIsAnEqualsSign()
{
    const Base::Result<Command> empty = Commands::auth("EXTERNAL", QByteArray(""));
    QVERIFY(empty);
    QCOMPARE(empty->wire, QByteArray("AUTH EXTERNAL =\r\n")); // RFC 4954 §4
    const Base::Result<Command> none = Commands::auth("LOGIN", {});
    QVERIFY(none);
    QCOMPARE(none->wire, QByteArray("AUTH LOGIN\r\n"));
    QCOMPARE(none->shown, QStringLiteral("AUTH LOGIN"));
    QVERIFY(!Commands::auth("PLAIN\r\nQUIT", {}));
    QCOMPARE(Commands::authResponse({}).wire, QByteArray("\r\n"));
}

void TestCommand::theFixedCommandsAreExact()
{
    QCOMPARE(Commands::startTls().wire, QByteArray("STARTTLS\r\n"));
    QCOMPARE(Commands::authCancel().wire, QByteArray("*\r\n"));
    QCOMPARE(Commands::data().wire, QByteArray("DATA\r\n"));
    QCOMPARE(Commands::rset().wire, QByteArray("RSET\r\n"));
    QCOMPARE(Commands::quit().wire, QByteArray("QUIT\r\n"));
    QCOMPARE(Commands::quit().shown, QStringLiteral("QUIT"));
}

QTEST_GUILESS_MAIN(TestCommand)
#include "tst_command.moc"
