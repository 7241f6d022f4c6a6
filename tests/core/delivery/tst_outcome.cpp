// An outcome counts its verdicts; a queue id is found where servers write it.

#include "core/delivery/outcome.h"
#include "core/delivery/reason.h"

#include <QTest>

using Delivery::Outcome;
using Delivery::ServerReply;
using Delivery::Verdict;

class TestOutcome : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void queueId_data();
    void queueId();
    void onlyPositiveRepliesHaveAQueueId();
    void successIsEveryoneAcceptedAndNoError();
    void theReasonIsWhyNotEveryoneWasAccepted();
    void namesAreDistinct();
};

void TestOutcome::queueId_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("id");
    const auto row = [](const char *server, const char *line, const char *id) {
        QTest::newRow(server) << QString::fromLatin1(line) << QString::fromLatin1(id);
    };
    row("Postfix", "2.0.0 Ok: queued as 4F2A1C8D9E", "4F2A1C8D9E");
    row("Postfix, long ids", "2.0.0 Ok: queued as 4bXyZ12q3Rz5P8t", "4bXyZ12q3Rz5P8t");
    row("Postfix behind a filter", "2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 9A1B2C",
        "9A1B2C");
    row("Exim", "OK id=1rWq4o-00C9Xl-2b", "1rWq4o-00C9Xl-2b");
    row("Exim, new ids", "OK id=1rWq4o-0000000C9Xl-2bAB", "1rWq4o-0000000C9Xl-2bAB");
    row("Sendmail", "2.0.0 41CGh0r3012345 Message accepted for delivery", "41CGh0r3012345");
    row("OpenSMTPD", "2.0.0 8cb4d2f1 Message accepted for delivery", "8cb4d2f1");
    row("Exchange",
        "2.6.0 <abc@example.org> [InternalId=13571688734823, Hostname=EX01.example.org] 1234 bytes in 0.113, "
        "10.6 KB/sec "
        "Queued mail for delivery",
        "13571688734823");
    row("Gmail", "2.0.0 OK  1700000000 a1-20020a05600c0a4100b0040b2b1d5a2csi123456wmq.12 - gsmtp",
        "a1-20020a05600c0a4100b0040b2b1d5a2csi123456wmq.12");
    row("in brackets", "Ok, queued as <abc.def@mx>", "abc.def@mx");
    row("queue id with a colon", "Accepted, queue id: 12345", "12345");
    row("none", "Ok", "");
    row("none in words", "2.0.0 Message accepted for delivery", "");
    row("a word is no id", "Your message accepted for delivery", "");
    row("only a part of a word", "Ok, valid=yes", "");
    row("empty", "", "");
}

void TestOutcome::queueId()
{
    QFETCH(QString, line);
    QFETCH(QString, id);
    QCOMPARE(Delivery::queueIdIn(ServerReply(250, {line})), id);
}

void TestOutcome::onlyPositiveRepliesHaveAQueueId()
{
    for (const int code : {354, 451, 554})
        QCOMPARE(Delivery::queueIdIn(ServerReply(code, {QStringLiteral("queued as 4F2A")})), QString());
    QCOMPARE(Delivery::queueIdIn({}), QString());
}

void TestOutcome::successIsEveryoneAcceptedAndNoError()
{
    Outcome outcome;
    QVERIFY(outcome.isSuccess()); // a rehearsal that went well
    outcome.recipients = {{QStringLiteral("ben@example.net"), Verdict::Accepted, {}, {}, {}},
                          {QStringLiteral("cyd@example.net"), Verdict::Accepted, {}, {}, {}}};
    QVERIFY(outcome.isSuccess());
    QCOMPARE(outcome.count(Verdict::Accepted), 2);
    for (const Verdict verdict : {Verdict::None, Verdict::Deferred, Verdict::Refused, Verdict::Uncertain}) {
        outcome.recipients[1].verdict = verdict;
        QVERIFY(!outcome.isSuccess());
        QCOMPARE(outcome.count(verdict), 1);
    }
    outcome.recipients[1].verdict = Verdict::Accepted;
    outcome.error = Base::Error{};
    QVERIFY(!outcome.isSuccess());
}

void TestOutcome::theReasonIsWhyNotEveryoneWasAccepted()
{
    using Delivery::reasonOf;
    const ServerReply taken(250, {QStringLiteral("2.0.0 Ok: queued as 4F2A")});
    const ServerReply unknown(550, {QStringLiteral("5.1.1 No such user")});
    Outcome outcome;
    outcome.scope = Delivery::Scope::Recipient;
    outcome.stage = Delivery::Stage::Content;
    outcome.reply = taken;
    outcome.recipients = {
        {QStringLiteral("ben@example.net"), Verdict::Accepted, outcome.stage, taken, {}},
        {QStringLiteral("cyd@example.net"), Verdict::Refused, Delivery::Stage::Rcpt, unknown, {}}};
    QCOMPARE(reasonOf(outcome).reply, unknown);
    QCOMPARE(reasonOf(outcome).stage, Delivery::Stage::Rcpt);
    QCOMPARE(reasonOf(outcome).scope, Delivery::Scope::Recipient);

    const ServerReply later(451, {QStringLiteral("4.3.0 Later")});
    outcome.reply = later; // the content was refused: that concerns everyone
    QCOMPARE(reasonOf(outcome).reply, later);
    QCOMPARE(reasonOf(outcome).stage, Delivery::Stage::Content);

    outcome.reply = taken;
    outcome.error = Base::Error{Base::ErrorKind::ConnectionLost, {}, {}};
    QCOMPARE(reasonOf(outcome).error, outcome.error);

    outcome.error.reset();
    outcome.recipients.removeLast();
    QCOMPARE(reasonOf(outcome).reply, taken);
}

void TestOutcome::namesAreDistinct()
{
    QSet<QString> names;
    for (const Verdict verdict :
         {Verdict::None, Verdict::Accepted, Verdict::Deferred, Verdict::Refused, Verdict::Uncertain})
        names.insert(Delivery::name(verdict));
    QCOMPARE(names.size(), 5);
    names.clear();
    using Delivery::Scope;
    for (const Scope scope : {Scope::Recipient, Scope::Message, Scope::Account, Scope::Session})
        names.insert(Delivery::name(scope));
    QCOMPARE(names.size(), 4);
}

QTEST_GUILESS_MAIN(TestOutcome)
#include "tst_outcome.moc"
