// What a failure means, as one table: whom it concerns, whether it passes, whether a person is needed.

#include "core/delivery/retrypolicy.h"

#include <QTest>

using Base::ErrorKind;
using Delivery::Outcome;
using Delivery::Scope;
using Delivery::ServerReply;
using Delivery::Stage;
using Delivery::Verdict;

class TestRetryPolicy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void delays();
    void replies_data();
    void replies();
    void errors_data();
    void errors();
    void everyErrorKindIsDecided();
    void aPersonIsNeededExactlyWhere_data();
    void aPersonIsNeededExactlyWhere();
    void timeoutsAreThoseOfTheRfc();
};

void TestRetryPolicy::delays()
{
    constexpr qint64 minute = 60'000;
    const QList<qint64> minutes{0, 1, 2, 5, 10, 15, 30, 60, 60};
    for (qsizetype attempts = 0; attempts < minutes.size(); ++attempts)
        QCOMPARE(Delivery::delayAfter(static_cast<int>(attempts)), minutes.at(attempts) * minute);
    QCOMPARE(Delivery::delayAfter(1'000'000), 60 * minute);
    QCOMPARE(Delivery::delayAfter(-1), 0);
    QVERIFY(Delivery::giveUpAfter >= 4LL * 24 * 60 * minute); // RFC 5321 §4.5.4.1
}

void TestRetryPolicy::replies_data()
{
    QTest::addColumn<int>("stage");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("scope");
    QTest::addColumn<int>("verdict");
    const auto row = [](Stage stage, int code, const char *text, Scope scope, Verdict verdict) {
        QTest::addRow("%s %d %s", qPrintable(Delivery::name(stage)), code, text)
            << static_cast<int>(stage) << code << QString::fromLatin1(text) << static_cast<int>(scope)
            << static_cast<int>(verdict);
    };
    using enum Delivery::Stage;
    constexpr Verdict later = Verdict::Deferred;
    constexpr Verdict never = Verdict::Refused;
    row(Greeting, 554, "5.3.2 No", Scope::Account, never);
    row(Greeting, 450, "Later", Scope::Account, later);
    row(Hello, 550, "No", Scope::Account, never);
    row(Tls, 454, "4.7.0 Later", Scope::Account, later);
    row(Auth, 535, "5.7.8 No", Scope::Account, never);
    row(Auth, 454, "4.7.0 Later", Scope::Account, later);
    row(Mail, 550, "5.7.1 No", Scope::Message, never);
    row(Mail, 451, "4.3.0 Later", Scope::Message, later);
    row(Mail, 552, "5.3.4 Too big", Scope::Message, never);
    row(Mail, 530, "5.7.0 Sign in", Scope::Account, never);
    row(Mail, 538, "5.7.11 Encrypt", Scope::Account, never);
    row(Rcpt, 550, "5.1.1 No", Scope::Recipient, never);
    row(Rcpt, 553, "5.1.3 No", Scope::Recipient, never);
    row(Rcpt, 450, "4.2.1 Later", Scope::Recipient, later);
    row(Rcpt, 451, "4.7.1 Greylisted", Scope::Recipient, later);
    row(Rcpt, 452, "4.5.3 Too many", Scope::Recipient, later);
    row(Rcpt, 552, "Too many", Scope::Recipient, later);
    row(Rcpt, 552, "5.5.3 Too many", Scope::Recipient, later);
    row(Rcpt, 552, "5.2.2 Full", Scope::Recipient, never);
    row(Rcpt, 530, "5.7.0 Sign in", Scope::Account, never);
    row(Rcpt, 354, "What?", Scope::Recipient, later);
    row(Data, 554, "5.5.1 No", Scope::Message, never);
    row(Data, 451, "Later", Scope::Message, later);
    row(Data, 530, "5.7.0 Sign in", Scope::Account, never);
    row(Content, 554, "5.7.1 Spam", Scope::Message, never);
    row(Content, 552, "Too big", Scope::Message, never);
    row(Content, 452, "4.3.1 Full", Scope::Message, later);
    row(Content, 250, "Ok", Scope::Message, Verdict::Accepted);
    // 421 says that the server goes, whatever was asked (RFC 5321 §3.8).
    for (const Stage stage : Delivery::allStages())
        row(stage, 421, "4.3.2 Bye", Scope::Session, later);
}

void TestRetryPolicy::replies()
{
    QFETCH(int, stage);
    QFETCH(int, code);
    QFETCH(QString, text);
    QFETCH(int, scope);
    QFETCH(int, verdict);
    const ServerReply reply(code, {text});
    QCOMPARE(static_cast<int>(Delivery::scopeOf(static_cast<Stage>(stage), reply)), scope);
    QCOMPARE(static_cast<int>(Delivery::verdictOf(static_cast<Stage>(stage), reply)), verdict);
}

void TestRetryPolicy::errors_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("scope");
    QTest::addColumn<bool>("passes");
    const auto row = [](ErrorKind kind, Scope scope, bool passes) {
        QTest::newRow(qPrintable(Base::name(kind)))
            << static_cast<int>(kind) << static_cast<int>(scope) << passes;
    };
    using enum Base::ErrorKind;
    row(ConnectionLost, Scope::Session, true);
    row(TimedOut, Scope::Session, true);
    row(Protocol, Scope::Session, true);
    row(Interrupted, Scope::Session, true);
    row(Cancelled, Scope::Session, true);
    row(NameNotFound, Scope::Account, true);
    row(CannotConnect, Scope::Account, true);
    row(ProxyUnreachable, Scope::Account, true);
    row(ProxyRefused, Scope::Account, true);
    row(ProxySignIn, Scope::Account, false); // a wrong password is not repeated
    row(TlsFailed, Scope::Account, true);
    row(PlaintextAfterTls, Scope::Account, true);
    row(CertificateRefused, Scope::Account, false);
    row(SignInRefused, Scope::Account, false);
    row(ServerNotProved, Scope::Account, false);
    row(WeakerSignIn, Scope::Account, false);
    row(SecretMissing, Scope::Account, false);
    row(BadAccount, Scope::Account, false);
    row(BadSetting, Scope::Message, false);
    row(VaultLocked, Scope::Account, true);
    row(TooBig, Scope::Message, false);
    row(NotOffered, Scope::Message, false);
    row(FileMissing, Scope::Message, false);
    row(FileChanged, Scope::Message, false);
    row(BadAddress, Scope::Message, false);
    row(DiskFull, Scope::Message, true);
    row(Database, Scope::Message, true);
}

void TestRetryPolicy::errors()
{
    QFETCH(int, kind);
    QFETCH(int, scope);
    QFETCH(bool, passes);
    QCOMPARE(static_cast<int>(Delivery::scopeOf(static_cast<ErrorKind>(kind))), scope);
    QCOMPARE(Delivery::isTransient(static_cast<ErrorKind>(kind)), passes);
}

// Law 10 of a queue: whatever happens to the line, the message is not to blame for it.
void TestRetryPolicy::everyErrorKindIsDecided()
{
    for (const ErrorKind kind : Base::allErrorKinds()) {
        const Scope scope = Delivery::scopeOf(kind);
        QVERIFY2(scope != Scope::Recipient, qPrintable(Base::name(kind)));
        if (scope == Scope::Session)
            QVERIFY2(Delivery::isTransient(kind), qPrintable(Base::name(kind)));
    }
}

void TestRetryPolicy::aPersonIsNeededExactlyWhere_data()
{
    QTest::addColumn<int>("stage");
    QTest::addColumn<int>("code");
    QTest::addColumn<bool>("person");
    using enum Delivery::Stage;
    QTest::newRow("wrong password") << static_cast<int>(Auth) << 535 << true;
    QTest::newRow("another password wanted") << static_cast<int>(Auth) << 534 << true;
    QTest::newRow("sign-in out of order") << static_cast<int>(Auth) << 454 << false;
    QTest::newRow("closing while signing in") << static_cast<int>(Auth) << 421 << false;
    QTest::newRow("sign in first") << static_cast<int>(Mail) << 530 << true;
    QTest::newRow("encrypt first") << static_cast<int>(Mail) << 538 << true;
    QTest::newRow("sign in first, at RCPT") << static_cast<int>(Rcpt) << 530 << true;
    QTest::newRow("sender refused") << static_cast<int>(Mail) << 550 << false;
    QTest::newRow("recipient refused") << static_cast<int>(Rcpt) << 550 << false;
    QTest::newRow("content refused") << static_cast<int>(Content) << 554 << false;
    QTest::newRow("TLS out of order") << static_cast<int>(Tls) << 454 << false;
    QTest::newRow("no service") << static_cast<int>(Greeting) << 554 << false;
}

void TestRetryPolicy::aPersonIsNeededExactlyWhere()
{
    QFETCH(int, stage);
    QFETCH(int, code);
    QFETCH(bool, person);
    Outcome outcome;
    outcome.stage = static_cast<Stage>(stage);
    outcome.reply = ServerReply(code, {});
    outcome.scope = Delivery::scopeOf(outcome.stage, outcome.reply);
    QCOMPARE(Delivery::needsPerson(outcome), person);
    // An error that passes by itself needs nobody, whatever reply came before it.
    outcome.error = Base::Error{ErrorKind::ConnectionLost, {}, {}};
    QVERIFY(!Delivery::needsPerson(outcome));
    outcome.error = Base::Error{ErrorKind::CertificateRefused, {}, {}};
    outcome.scope = Scope::Account;
    QVERIFY(Delivery::needsPerson(outcome));
}

void TestRetryPolicy::timeoutsAreThoseOfTheRfc()
{
    // RFC 5321 §4.5.3.2, in seconds.
    const QList<std::pair<Stage, qint64>> least{{Stage::Greeting, 300}, {Stage::Hello, 300},
                                                {Stage::Mail, 300},     {Stage::Rcpt, 300},
                                                {Stage::Data, 120},     {Stage::Content, 600}};
    for (const auto &[stage, seconds] : least)
        QCOMPARE(Delivery::timeoutOf(stage), seconds * 1000);
    QCOMPARE(Delivery::blockTimeout, 180'000);
    for (const Stage stage : Delivery::allStages()) {
        QVERIFY(Delivery::timeoutOf(stage) > 0);
        QCOMPARE(Delivery::stageFromName(Delivery::name(stage)), stage);
    }
}

QTEST_GUILESS_MAIN(TestRetryPolicy)
#include "tst_retrypolicy.moc"
