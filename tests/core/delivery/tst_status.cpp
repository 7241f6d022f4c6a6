// The table of moves, walked whole: what it allows, and what no way through it may ever do.

#include "core/delivery/status.h"

#include <QTest>

using Delivery::MessageState;
using Delivery::RecipientState;
using Delivery::Verdict;
using enum Delivery::MessageState;

class TestStatus : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyMove_data();
    void everyMove();
    void nothingGoesToWhereItIs();
    void everyStateCanBeReached();
    void law3_onlyAnAttemptMakesSentOrUncertain();
    void law5_uncertainIsNeverSentAgainByItself();
    void aDispatcherTakesUpOnlyWhatIsDue();
    void namesAndKeysReadBack();
    void aFinalRecipientKeepsItsState();
    void summaries_data();
    void summaries();
    void everySummaryCanBeReachedFromAnAttempt();
};

void TestStatus::everyMove_data()
{
    QTest::addColumn<int>("from");
    QTest::addColumn<QString>("to");
    const auto row = [](MessageState from, const char *to) {
        QTest::newRow(qPrintable(Delivery::key(from))) << static_cast<int>(from) << QString::fromLatin1(to);
    };
    row(Undoable, "scheduled queued held cancelled");
    row(Scheduled, "queued held cancelled");
    row(Queued, "undoable scheduled sending held cancelled");
    row(Sending, "queued deferred held sent partly-sent failed uncertain");
    row(Deferred, "scheduled queued sending held cancelled");
    row(Held, "scheduled queued cancelled");
    row(Sent, "queued");
    row(PartlySent, "queued");
    row(Failed, "queued");
    row(Uncertain, "queued sent partly-sent");
    row(Cancelled, "queued");
}

void TestStatus::everyMove()
{
    QFETCH(int, from);
    QFETCH(QString, to);
    QStringList allowed;
    for (const MessageState state : Delivery::allMessageStates()) {
        if (Delivery::mayMove(static_cast<MessageState>(from), state))
            allowed.append(Delivery::key(state));
    }
    QCOMPARE(allowed.join(QLatin1Char(' ')), to);
}

void TestStatus::nothingGoesToWhereItIs()
{
    for (const MessageState state : Delivery::allMessageStates())
        QVERIFY(!Delivery::mayMove(state, state));
}

void TestStatus::everyStateCanBeReached()
{
    QList<MessageState> reached{Queued};
    for (qsizetype i = 0; i < reached.size(); ++i) {
        for (const MessageState state : Delivery::allMessageStates()) {
            if (Delivery::mayMove(reached.at(i), state) && !reached.contains(state))
                reached.append(state);
        }
    }
    QCOMPARE(reached.size(), Delivery::allMessageStates().size());
}

void TestStatus::law3_onlyAnAttemptMakesSentOrUncertain()
{
    for (const MessageState from : Delivery::allMessageStates()) {
        QCOMPARE(Delivery::mayMove(from, Uncertain), from == Sending);
        if (Delivery::mayMove(from, Sent))
            QVERIFY(from == Sending || from == Uncertain); // of an uncertain one a person knows it
    }
}

void TestStatus::law5_uncertainIsNeverSentAgainByItself()
{
    QVERIFY(!Delivery::mayMove(Uncertain, Sending));
    QVERIFY(!Delivery::mayMove(Uncertain, Deferred));
    QVERIFY(!Delivery::isDueState(Uncertain));
    QVERIFY(Delivery::isFinal(Uncertain));
    QCOMPARE(Delivery::after(RecipientState::Uncertain, Verdict::Accepted), RecipientState::Uncertain);
}

void TestStatus::aDispatcherTakesUpOnlyWhatIsDue()
{
    for (const MessageState state : Delivery::allMessageStates()) {
        QCOMPARE(Delivery::mayMove(state, Sending), Delivery::isDueState(state));
        QVERIFY(!(Delivery::isDueState(state) && Delivery::isFinal(state)));
    }
}

void TestStatus::namesAndKeysReadBack()
{
    QSet<QString> keys;
    for (const MessageState state : Delivery::allMessageStates()) {
        QCOMPARE(Delivery::messageStateFromKey(Delivery::key(state)), std::optional(state));
        keys.insert(Delivery::key(state));
    }
    QCOMPARE(keys.size(), 11);
    QCOMPARE(Delivery::name(Undoable), Delivery::name(Queued));
    for (const RecipientState state : Delivery::allRecipientStates())
        QCOMPARE(Delivery::recipientStateFromName(Delivery::name(state)), std::optional(state));
    QVERIFY(!Delivery::messageStateFromKey(QStringLiteral("lost")));
    QVERIFY(!Delivery::messageStateFromKey({}));
    QVERIFY(!Delivery::recipientStateFromName(QStringLiteral("Waiting")));
}

void TestStatus::aFinalRecipientKeepsItsState()
{
    constexpr std::array verdicts{std::pair{Verdict::Accepted, RecipientState::Accepted},
                                  std::pair{Verdict::Deferred, RecipientState::Deferred},
                                  std::pair{Verdict::Refused, RecipientState::Refused},
                                  std::pair{Verdict::Uncertain, RecipientState::Uncertain}};
    for (const RecipientState before : Delivery::allRecipientStates()) {
        QCOMPARE(Delivery::after(before, Verdict::None), before);
        const bool open = before == RecipientState::Waiting || before == RecipientState::Deferred;
        for (const auto &[verdict, state] : verdicts)
            QCOMPARE(Delivery::after(before, verdict), open ? state : before);
    }
}

void TestStatus::summaries_data()
{
    QTest::addColumn<QString>("recipients");
    QTest::addColumn<int>("state");
    const auto row = [](const char *recipients, MessageState state) {
        QTest::newRow(recipients) << QString::fromLatin1(recipients) << static_cast<int>(state);
    };
    row("accepted", Sent);
    row("accepted accepted", Sent);
    row("accepted refused", PartlySent);
    row("accepted cancelled", PartlySent);
    row("refused", Failed);
    row("refused cancelled", Failed);
    row("cancelled", Cancelled);
    row("waiting", Queued);
    row("deferred", Deferred);
    row("deferred accepted refused", Deferred);
    row("waiting deferred", Queued);
    row("uncertain", Uncertain);
    row("uncertain accepted refused", Uncertain);
    // Law 5: one uncertain recipient keeps the whole message from going on by itself.
    row("uncertain deferred", Uncertain);
    row("uncertain waiting", Uncertain);
}

void TestStatus::summaries()
{
    QFETCH(QString, recipients);
    QFETCH(int, state);
    QList<RecipientState> states;
    for (const QString &name : recipients.split(QLatin1Char(' ')))
        states.append(Delivery::recipientStateFromName(name).value());
    QCOMPARE(Delivery::summary(states), static_cast<MessageState>(state));
    std::reverse(states.begin(), states.end());
    QCOMPARE(Delivery::summary(states), static_cast<MessageState>(state));
}

// Whatever an attempt makes of two recipients, the message may move to what it sums up to.
void TestStatus::everySummaryCanBeReachedFromAnAttempt()
{
    for (const Verdict first : {Verdict::Accepted, Verdict::Deferred, Verdict::Refused, Verdict::Uncertain}) {
        for (const RecipientState other : Delivery::allRecipientStates()) {
            if (other == RecipientState::Waiting || other == RecipientState::Uncertain)
                continue; // after an attempt nobody waits, and an uncertain message is in none
            const MessageState to =
                Delivery::summary({Delivery::after(RecipientState::Waiting, first), other});
            QVERIFY2(Delivery::mayMove(Sending, to), qPrintable(Delivery::key(to)));
        }
    }
}

QTEST_GUILESS_MAIN(TestStatus)
#include "tst_status.moc"
