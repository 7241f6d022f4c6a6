// MAIL FROM and RCPT TO: every parameter, every refusal.

#include "core/practice/mailcommand.h"

#include <QTest>

using Practice::MailCommand;

class TestMailCommand : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void accepts_data();
    void accepts();
    void refuses_data();
    void refuses();
};

void TestMailCommand::accepts_data()
{
    QTest::addColumn<bool>("rcpt");
    QTest::addColumn<QByteArray>("arguments");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<qsizetype>("parameters");
    const auto row = [](bool rcpt, const QByteArray &arguments, const QByteArray &path,
                        qsizetype parameters = 0) {
        QTest::newRow(arguments.constData()) << rcpt << arguments << path << parameters;
    };
    row(false, "FROM:<a@example.org>", "a@example.org");
    row(false, "from:<a@example.org>", "a@example.org");
    row(false, "FROM:<>", "");
    row(false, "FROM:<@relay.example:a@example.org>", "a@example.org");
    row(false, "FROM:<\"a b>\\\"c\"@example.org>", "\"a b>\\\"c\"@example.org");
    row(false, "FROM:<a@[127.0.0.1]>", "a@[127.0.0.1]");
    row(false, "FROM:<a@[IPv6:::1]>", "a@[IPv6:::1]");
    row(false, "FROM:<a.b+c=d@x-y.example.org>", "a.b+c=d@x-y.example.org");
    row(false, "FROM:<a@example.org> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=x+2By AUTH=<>", "a@example.org",
        5);
    row(false, "FROM:<a@example.org> size=0 body=7bit ret=full", "a@example.org", 3);
    row(false, "FROM:<a@example.org> SIZE=99999999999999999999", "a@example.org", 1);
    row(true, "TO:<a@example.org>", "a@example.org");
    row(true, "TO:<Postmaster>", "Postmaster");
    row(true, "TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a+40b", "a@b", 2);
    row(true, "TO:<a@b> NOTIFY=SUCCESS,FAILURE,DELAY", "a@b", 1);
}

void TestMailCommand::accepts()
{
    QFETCH(bool, rcpt);
    QFETCH(QByteArray, arguments);
    QFETCH(QByteArray, path);
    QFETCH(qsizetype, parameters);
    const auto parsed =
        MailCommand::parse(rcpt ? MailCommand::Kind::Rcpt : MailCommand::Kind::Mail, arguments, true);
    const auto *command = std::get_if<MailCommand::Parsed>(&parsed);
    QVERIFY2(command != nullptr, command ? "" : std::get<QByteArray>(parsed).constData());
    QCOMPARE(command->path, path);
    QCOMPARE(command->parameters.size(), parameters);
}

void TestMailCommand::refuses_data()
{
    QTest::addColumn<bool>("rcpt");
    QTest::addColumn<QByteArray>("arguments");
    QTest::addColumn<QByteArray>("code");
    const auto row = [](bool rcpt, const QByteArray &arguments, const QByteArray &code) {
        QTest::newRow(arguments.left(60).constData()) << rcpt << arguments << code;
    };
    for (const char *bad : {"FROM", "FROM<a@b>", "TO:<a@b>", ""})
        row(false, bad, "501 5.5.4");
    for (const char *bad :
         {"FROM:a@b", "FROM: <a@b>", "FROM:<a@b", "FROM:<a@>", "FROM:<@b>", "FROM:<a>", "FROM:<a..b@c>",
          "FROM:<.a@b>", "FROM:<a@b..c>", "FROM:<a@-b>", "FROM:<a b@c>", "FROM:<a@b>x", "FROM:<\"a@b>",
          "FROM:<a@[]>", "FROM:<a@[x y]>", "FROM:<@relay", "FROM:<\"a\\", "FROM:<postmaster>"})
        row(false, bad, "501 5.1.7");
    row(false, "FROM:<" + QByteArray(65, 'a') + "@b>", "501 5.1.7");
    row(false, "FROM:<a@" + QByteArray(256, 'b') + ">", "501 5.1.7");
    row(false, "FROM:<\xc3\xa4@b>", "553 5.6.7");
    for (const char *bad : {"SIZE", "SIZE=", "SIZE=-1", "SIZE=1x", "SIZE=999999999999999999999",
                            "BODY=BINARYMIME", "BODY", "RET=ALL", "ENVID=", "ENVID=a+4", "ENVID=a+2b",
                            "ENVID=a=b", "AUTH=", "SIZE=1 SIZE=1", "=x", "-A=x"})
        row(false, "FROM:<a@b> " + QByteArray(bad), "501 5.5.4");
    row(false, "FROM:<a@b> ENVID=" + QByteArray(101, 'x'), "501 5.5.4");
    row(false, "FROM:<a@b> SMTPUTF8", "555 5.5.4");
    row(false, "FROM:<a@b> NOTIFY=NEVER", "555 5.5.4");
    row(true, "TO:<>", "501 5.1.3");
    row(true, "FROM:<a@b>", "501 5.5.4");
    for (const char *bad : {"NOTIFY", "NOTIFY=", "NOTIFY=NEVER,FAILURE", "NOTIFY=DELAY,DELAY", "NOTIFY=SOON",
                            "ORCPT=a@b", "ORCPT=;a", "ORCPT=rfc822;", "ORCPT=rfc822;a+zz", "ORCPT=rf c;a"})
        row(true, "TO:<a@b> " + QByteArray(bad), "501 5.5.4");
    row(true, "TO:<a@b> SIZE=1", "555 5.5.4");
}

void TestMailCommand::refuses()
{
    QFETCH(bool, rcpt);
    QFETCH(QByteArray, arguments);
    QFETCH(QByteArray, code);
    const auto parsed =
        MailCommand::parse(rcpt ? MailCommand::Kind::Rcpt : MailCommand::Kind::Mail, arguments, true);
    const auto *refusal = std::get_if<MailCommand::Refusal>(&parsed);
    QVERIFY(refusal != nullptr);
    QVERIFY2(refusal->startsWith(code), refusal->constData());
}

QTEST_GUILESS_MAIN(TestMailCommand)
#include "tst_mailcommand.moc"
