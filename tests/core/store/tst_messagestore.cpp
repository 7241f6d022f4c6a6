#include "tests/core/store/messagestoretest.h"

using Base::ErrorKind;
using Base::MessageId;
using Delivery::Outcome;
using Delivery::RecipientResult;
using Delivery::Scope;
using Delivery::Stage;
using Delivery::Verdict;
using Store::Assignment;
using Store::Consequence;
using Store::Database;
using Store::MessageStore;
using Support::outcome;
using Support::result;
using namespace Qt::StringLiterals;

namespace {

Delivery::Transcript transcriptOf(const QString &text)
{
    Delivery::Transcript transcript;
    transcript.add({Delivery::Speaker::Server, noon, 5, text, 0});
    return transcript;
}

Consequence later()
{
    return {noon.addSecs(60), true, false};
}

} // namespace

class TestMessageStore : public MessageStoreTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }

    void anAttemptTakesOnlyThoseWhoWait();
    void everyAttemptHasItsNumber();
    void onlyWhatWaitsCanBeTakenUp();
    void law3_recordedBeforeSent();
    void law4_verdictForEveryRecipient_data();
    void law4_verdictForEveryRecipient();
    void law4_aVerdictIsNeverTakenBack();
    void law5_uncertainIsNotDueAgain();
    void everyOutcomeEndsInItsState_data();
    void everyOutcomeEndsInItsState();
    void whatIsGivenUpIsRefused();
    void theAccountsFaultIsNotCounted();
    void theAttemptIsKeptWithItsTranscript();
    void thePositionsAreThoseOfTheMessage();
    void anAttemptCommitsOnceARound();
    void theQueueIdIsKept();
    void aRefusedWriteChangesNothing();
    void whatTheSpoolMustKeepIsKnown();
    void theBooksOfAnUnknownMessageAreRefused();
};

void TestMessageStore::anAttemptTakesOnlyThoseWhoWait()
{
    const MessageId id = m_books->enqueue(m_account, three, noon);
    const Assignment first = beginAttempt(id);
    QVERIFY(m_store
                ->finishAttempt(id, first,
                                outcome({result(Verdict::Refused, Stage::Rcpt, 550),
                                         result(Verdict::Deferred, Stage::Rcpt, 451),
                                         result(Verdict::Deferred, Stage::Rcpt, 451)}),
                                {}, later(), noon)
                .ok());
    const Assignment second = beginAttempt(id);
    QCOMPARE(second.number, 2);
    QCOMPARE(second.positions, (QList<int>{1, 2}));
    QCOMPARE(second.envelope.recipients.size(), 2);
    QCOMPARE(second.envelope.recipients.first().address.addrSpec(), three.at(1));
    QVERIFY(second.attempt != first.attempt);
}

void TestMessageStore::everyAttemptHasItsNumber()
{
    // Messages and attempts count apart: nowhere may one number be taken for the other.
    const MessageId other = m_books->enqueue(m_account, three, noon);
    const MessageId id = m_books->enqueue(m_account, three, noon);
    const auto deferred = result(Verdict::Deferred, Stage::Rcpt, 451);
    for (int number = 1; number <= 5; ++number) {
        for (const MessageId each : {id, other}) {
            const Base::Result<Assignment> assignment = m_store->beginAttempt(each, noon);
            QVERIFY2(assignment.ok(), qPrintable(assignment.ok() ? QString() : assignment.error().detail));
            QCOMPARE(assignment->number, number);
            QVERIFY(m_store
                        ->finishAttempt(each, *assignment, outcome({deferred, deferred, deferred}), {},
                                        later(), noon)
                        .ok());
        }
    }
    QCOMPARE(m_books->number(u"SELECT attempts FROM message WHERE id = ?"_s, {id.value}), 5);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM attempt"_s), 10);
}

void TestMessageStore::onlyWhatWaitsCanBeTakenUp()
{
    const MessageId id = m_books->enqueue(m_account, three, noon);
    QVERIFY(m_store->beginAttempt(id, noon).ok());
    const Base::Result<Assignment> again = m_store->beginAttempt(id, noon);
    QVERIFY(!again.ok());
    QCOMPARE(again.error().kind, ErrorKind::NotAllowed);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM attempt"_s), 1);
}

void TestMessageStore::law3_recordedBeforeSent()
{
    // A second program looks at the books at every step: what is about to happen stands there already.
    Database witness;
    QVERIFY(witness.open(m_books->databasePath(), Database::Mode::ReadOnly).ok());
    const auto seen = [&witness](const QString &sql) { return witness.value(sql)->toString(); };
    const MessageId id = m_books->enqueue(m_account, three, noon);
    QCOMPARE(seen(u"SELECT state FROM message"_s), u"queued"_s);

    const Assignment assignment = beginAttempt(id); // before connecting
    QCOMPARE(seen(u"SELECT state FROM message"_s), u"sending"_s);
    QCOMPARE(seen(u"SELECT count(*) FROM attempt WHERE finished IS NULL AND committing = 0"_s), u"1"_s);

    const QList<RecipientResult> known{result(Verdict::Refused, Stage::Rcpt, 550, u"5.1.1 nobody"_s),
                                       result(Verdict::None, Stage::Rcpt),
                                       result(Verdict::None, Stage::Rcpt)};
    QVERIFY(m_store->markCommitting(id, assignment, known, Support::everyone(assignment))
                .ok()); // before the final dot
    QCOMPARE(seen(u"SELECT committing FROM attempt"_s), u"1"_s);
    QCOMPARE(seen(u"SELECT group_concat(state) FROM (SELECT state FROM recipient ORDER BY position)"_s),
             u"refused,waiting,waiting"_s);

    const QList<RecipientResult> decided{known.first(), result(Verdict::Accepted, Stage::Content, 250),
                                         result(Verdict::Accepted, Stage::Content, 250)};
    QVERIFY(m_store->finishAttempt(id, assignment, outcome(decided), {}, later(), noon)
                .ok()); // before anyone is told
    QCOMPARE(seen(u"SELECT state FROM message"_s), u"partly-sent"_s);
    QCOMPARE(seen(u"SELECT count(*) FROM attempt WHERE finished IS NOT NULL"_s), u"1"_s);
    QCOMPARE(seen(u"SELECT group_concat(state) FROM (SELECT state FROM recipient ORDER BY position)"_s),
             u"refused,accepted,accepted"_s);
}

void TestMessageStore::law4_verdictForEveryRecipient_data()
{
    QTest::addColumn<QList<int>>("verdicts");
    // Every combination of three.
    for (int i = 0; i < 64; ++i) {
        const QList<int> verdicts{1 + i % 4, 1 + i / 4 % 4, 1 + i / 16};
        QTest::addRow("%d%d%d", verdicts.at(0), verdicts.at(1), verdicts.at(2)) << verdicts;
    }
}

void TestMessageStore::law4_verdictForEveryRecipient()
{
    QFETCH(QList<int>, verdicts);
    const MessageId id = m_books->enqueue(m_account, three, noon);
    const Assignment assignment = beginAttempt(id);
    QVERIFY(m_store->markCommitting(id, assignment, {}, Support::everyone(assignment)).ok());
    QList<RecipientResult> results;
    QStringList expected;
    for (const int verdict : verdicts) {
        results.append(
            result(static_cast<Verdict>(verdict), Stage::Content, 250 + verdict, u"reply %1"_s.arg(verdict)));
        expected.append(name(static_cast<Verdict>(verdict)));
    }
    QVERIFY(m_store->finishAttempt(id, assignment, outcome(results), {}, later(), noon).ok());
    QCOMPARE(m_books->recipients(id), expected.join(u' '));
    // Each with its own words.
    Store::MessageQuery query;
    QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
    const Base::Result<Store::MessageDetails> details = query.details(id);
    QVERIFY(details.ok());
    for (int i = 0; i < 3; ++i) {
        QCOMPARE(details->recipients.at(i).reason.reply.code(), 250 + verdicts.at(i));
        QCOMPARE(details->recipients.at(i).attempts, 1);
    }
    QCOMPARE(details->message.accepted, static_cast<int>(verdicts.count(1)));
    QCOMPARE(details->message.refused, static_cast<int>(verdicts.count(3)));
    const QString state = verdicts.contains(4)    ? u"uncertain"_s
                          : verdicts.contains(2)  ? u"deferred"_s
                          : !verdicts.contains(1) ? u"failed"_s
                          : verdicts.contains(3)  ? u"partly-sent"_s
                                                  : u"sent"_s;
    QCOMPARE(m_books->state(id), state);
}

void TestMessageStore::law4_aVerdictIsNeverTakenBack()
{
    const MessageId id = m_books->enqueue(m_account, three, noon);
    const Assignment assignment = beginAttempt(id);
    QVERIFY(m_store
                ->markCommitting(id, assignment,
                                 {result(Verdict::Refused, Stage::Rcpt, 550),
                                  result(Verdict::None, Stage::Rcpt), result(Verdict::None, Stage::Rcpt)},
                                 Support::everyone(assignment))
                .ok());
    // An outcome that says otherwise about the first, and nothing about the last.
    QVERIFY(m_store
                ->finishAttempt(id, assignment,
                                outcome({result(Verdict::Accepted, Stage::Content, 250),
                                         result(Verdict::Accepted, Stage::Content, 250),
                                         result(Verdict::None, Stage::Content)}),
                                {}, later(), noon)
                .ok());
    QCOMPARE(m_books->recipients(id), u"refused accepted waiting"_s);
    QCOMPARE(m_books->state(id), u"deferred"_s); // somebody still waits
}

void TestMessageStore::law5_uncertainIsNotDueAgain()
{
    const MessageId id = m_books->enqueue(m_account, three, noon);
    const Assignment assignment = beginAttempt(id);
    QVERIFY(m_store->markCommitting(id, assignment, {}, Support::everyone(assignment)).ok());
    RecipientResult lost = result(Verdict::Uncertain, Stage::Content);
    lost.error = Base::Error{ErrorKind::ConnectionLost, {}, u"reset by peer"_s};
    // One more is deferred: the message as a whole is uncertain, and nothing of it goes out by itself.
    QVERIFY(m_store
                ->finishAttempt(
                    id, assignment,
                    outcome({result(Verdict::Deferred, Stage::Rcpt, 451), lost, lost}, Scope::Session), {},
                    later(), noon)
                .ok());
    QCOMPARE(m_books->state(id), u"uncertain"_s);
    QVERIFY(m_store->due(noon.addYears(10), 100)->isEmpty());
    QVERIFY(!m_store->nextDue(noon)->has_value());
    QCOMPARE(m_store->beginAttempt(id, noon).error().kind, ErrorKind::NotAllowed);
}

void TestMessageStore::everyOutcomeEndsInItsState_data()
{
    QTest::addColumn<int>("verdict");
    QTest::addColumn<bool>("committed");
    QTest::addColumn<bool>("retry");
    QTest::addColumn<QString>("state");
    const auto row = [](const char *title, Verdict verdict, bool committed, bool retry,
                        const QString &state) {
        QTest::newRow(title) << static_cast<int>(verdict) << committed << retry << state;
    };
    row("accepted", Verdict::Accepted, true, true, u"sent"_s);
    row("refused at RCPT", Verdict::Refused, false, true, u"failed"_s);
    row("refused behind the dot", Verdict::Refused, true, true, u"failed"_s);
    row("deferred before the dot", Verdict::Deferred, false, true, u"deferred"_s);
    row("deferred behind the dot", Verdict::Deferred, true, true, u"deferred"_s);
    row("uncertain", Verdict::Uncertain, true, true, u"uncertain"_s);
    row("deferred, for a person", Verdict::Deferred, false, false, u"held"_s);
    row("nothing decided", Verdict::None, false, true, u"deferred"_s);
    row("nothing decided behind the dot", Verdict::None, true, true, u"deferred"_s);
}

void TestMessageStore::everyOutcomeEndsInItsState()
{
    QFETCH(int, verdict);
    QFETCH(bool, committed);
    QFETCH(bool, retry);
    const MessageId id = m_books->enqueue(m_account, {three.first()}, noon);
    const Assignment assignment = beginAttempt(id);
    if (committed)
        QVERIFY(m_store->markCommitting(id, assignment, {}, Support::everyone(assignment)).ok());
    Consequence consequence = later();
    if (!retry)
        consequence.nextAttempt.reset();
    const Base::Done done = m_store->finishAttempt(
        id, assignment, outcome({result(static_cast<Verdict>(verdict), Stage::Content, 250)}), {},
        consequence, noon);
    QVERIFY2(done.ok(), qPrintable(done.ok() ? QString() : done.error().detail));
    QTEST(m_books->state(id), "state");
    QCOMPARE(m_books->number(u"SELECT attempts FROM message"_s), 1);
    const bool due = m_books->state(id) == u"deferred"_s;
    QCOMPARE(!m_store->due(noon.addSecs(60), 10)->isEmpty(), due);
    QVERIFY(m_store->due(noon.addSecs(59), 10)->isEmpty());
}

void TestMessageStore::whatIsGivenUpIsRefused()
{
    const MessageId id = m_books->enqueue(m_account, three, noon);
    const Assignment assignment = beginAttempt(id);
    Consequence consequence = later();
    consequence.giveUp = true;
    QVERIFY(m_store
                ->finishAttempt(id, assignment,
                                outcome({result(Verdict::Deferred, Stage::Rcpt, 451, u"4.7.1 later"_s),
                                         result(Verdict::Refused, Stage::Rcpt, 550),
                                         result(Verdict::Deferred, Stage::Rcpt, 451)}),
                                {}, consequence, noon)
                .ok());
    QCOMPARE(m_books->recipients(id), u"refused refused refused"_s);
    QCOMPARE(m_books->state(id), u"failed"_s);
    QVERIFY(m_store->due(noon.addYears(1), 10)->isEmpty());
}

void TestMessageStore::theAccountsFaultIsNotCounted()
{
    const MessageId id = m_books->enqueue(m_account, three, noon);
    const Assignment assignment = beginAttempt(id);
    Consequence consequence = later();
    consequence.countAttempt = false;
    const RecipientResult deferred = result(Verdict::Deferred, Stage::Auth, 454);
    QVERIFY(m_store
                ->finishAttempt(id, assignment, outcome({deferred, deferred, deferred}, Scope::Account), {},
                                consequence, noon)
                .ok());
    QCOMPARE(m_books->state(id), u"deferred"_s);
    QCOMPARE(m_books->number(u"SELECT attempts FROM message"_s), 0);
    QCOMPARE(m_books->number(u"SELECT sum(attempts) FROM recipient"_s), 0);
    QCOMPARE(m_store->due(noon.addSecs(60), 10)->first().attempts, 0);
    // Its transcript is kept all the same, and the next one has a number of its own.
    QCOMPARE(m_books->number(u"SELECT count(*) FROM attempt"_s), 1);
    QCOMPARE(beginAttempt(id).number, 2);
}

void TestMessageStore::theAttemptIsKeptWithItsTranscript()
{
    const MessageId id = m_books->enqueue(m_account, {three.first()}, noon);
    const Assignment assignment = beginAttempt(id);
    Outcome out = outcome({result(Verdict::Deferred, Stage::Rcpt, 451, u"4.7.1 greylisted"_s)});
    out.server = u"192.0.2.7:587"_s;
    out.tls = u"TLS 1.3, TLS_AES_256_GCM_SHA384"_s;
    QVERIFY(m_store
                ->finishAttempt(id, assignment, out, transcriptOf(u"451 4.7.1 greylisted"_s), later(),
                                noon.addSecs(3))
                .ok());
    Store::MessageQuery query;
    QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
    const Store::MessageDetails details = *query.details(id);
    QCOMPARE(details.attempts.size(), 1);
    const Store::AttemptRow &attempt = details.attempts.first();
    QCOMPARE(attempt.id, assignment.attempt);
    QCOMPARE(attempt.number, 1);
    QCOMPARE(attempt.started, noon);
    QCOMPARE(*attempt.finished, noon.addSecs(3));
    QCOMPARE(attempt.server, out.server);
    QCOMPARE(attempt.tls, out.tls);
    QCOMPARE(attempt.reason, Delivery::reasonOf(out));
    QCOMPARE(details.message.reason, Delivery::reasonOf(out));
    QCOMPARE(details.message.nextAttempt, std::optional<QDateTime>(noon.addSecs(60)));
    QCOMPARE(query.transcript(id)->lines(), transcriptOf(u"451 4.7.1 greylisted"_s).lines());
    QVERIFY(m_store->replaceTranscript(assignment.attempt, transcriptOf(u"221 bye"_s)).ok());
    QCOMPARE(query.transcript(id, 1)->lines(), transcriptOf(u"221 bye"_s).lines());
}

void TestMessageStore::thePositionsAreThoseOfTheMessage()
{
    const MessageId id = m_books->enqueue(m_account, three, noon);
    QVERIFY(m_store
                ->finishAttempt(id, beginAttempt(id),
                                outcome({result(Verdict::Refused, Stage::Rcpt, 550),
                                         result(Verdict::Deferred, Stage::Rcpt, 451),
                                         result(Verdict::Deferred, Stage::Rcpt, 451)}),
                                {}, later(), noon)
                .ok());
    // In the second attempt the first in the envelope is the second in the message.
    const Assignment second = beginAttempt(id);
    QVERIFY(
        m_store
            ->markCommitting(id, second,
                             {result(Verdict::Refused, Stage::Rcpt, 553), result(Verdict::None, Stage::Rcpt)},
                             Support::everyone(second))
            .ok());
    QVERIFY(m_store
                ->finishAttempt(id, second,
                                outcome({result(Verdict::Refused, Stage::Rcpt, 553),
                                         result(Verdict::Accepted, Stage::Content, 250)}),
                                {}, later(), noon)
                .ok());
    QCOMPARE(m_books->recipients(id), u"refused refused accepted"_s);
    QCOMPARE(m_books->state(id), u"partly-sent"_s);
    QCOMPARE(m_books->number(u"SELECT attempts FROM recipient WHERE position = 0"_s), 1);
    QCOMPARE(m_books->number(u"SELECT attempts FROM recipient WHERE position = 2"_s), 2);
}

void TestMessageStore::anAttemptCommitsOnceARound()
{
    // The server took two at once, then the third (RFC 5321 §4.5.3.1.10).
    const MessageId id = m_books->enqueue(m_account, three, noon);
    const Assignment assignment = beginAttempt(id);
    const RecipientResult open = result(Verdict::None, Stage::Rcpt);
    const RecipientResult accepted = result(Verdict::Accepted, Stage::Content, 250);
    QVERIFY(m_store->markCommitting(id, assignment, {open, open, open}, Support::everyone(assignment)).ok());
    QVERIFY(m_store->markCommitting(id, assignment, {accepted, accepted, open}, Support::everyone(assignment))
                .ok());
    QVERIFY(m_books->isCommitting(id));
    QCOMPARE(m_books->recipients(id), u"accepted accepted waiting"_s);
    QVERIFY(m_store->finishAttempt(id, assignment, outcome({accepted, accepted, accepted}), {}, later(), noon)
                .ok());
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(m_books->number(u"SELECT min(attempts) + max(attempts) FROM recipient"_s), 2);
}

void TestMessageStore::theQueueIdIsKept()
{
    const MessageId id = m_books->enqueue(m_account, {three.first(), three.last()}, noon);
    Assignment assignment = beginAttempt(id);
    QVERIFY(m_store->markCommitting(id, assignment, {}, Support::everyone(assignment)).ok());
    Outcome out = outcome(
        {result(Verdict::Accepted, Stage::Content, 250), result(Verdict::Deferred, Stage::Rcpt, 451)});
    out.queueId = u"4F2ABC"_s;
    QVERIFY(m_store->finishAttempt(id, assignment, out, {}, later(), noon).ok());
    QCOMPARE(m_books->database.value(u"SELECT queue_id FROM message"_s)->toString(), u"4F2ABC"_s);
    // An attempt without one does not wipe it out.
    assignment = beginAttempt(id);
    QVERIFY(m_store
                ->finishAttempt(id, assignment, outcome({result(Verdict::Deferred, Stage::Rcpt, 451)}), {},
                                later(), noon)
                .ok());
    QCOMPARE(m_books->database.value(u"SELECT queue_id FROM message"_s)->toString(), u"4F2ABC"_s);
}

void TestMessageStore::aRefusedWriteChangesNothing()
{
    const MessageId id = m_books->enqueue(m_account, three, noon);
    m_books->refuseWrites(true);
    QVERIFY(!m_store->beginAttempt(id, noon).ok());
    QCOMPARE(m_books->state(id), u"queued"_s);
    m_books->refuseWrites(false);
    const Assignment assignment = beginAttempt(id);
    m_books->refuseWrites(true);
    QVERIFY(!m_store
                 ->markCommitting(id, assignment, {result(Verdict::Refused, Stage::Rcpt, 550)},
                                  Support::everyone(assignment))
                 .ok());
    QCOMPARE(m_books->state(id), u"sending"_s);
    QCOMPARE(m_books->recipients(id), u"waiting waiting waiting"_s);
    QVERIFY(!m_store
                 ->finishAttempt(id, assignment, outcome({result(Verdict::Refused, Stage::Rcpt, 550)}), {},
                                 later(), noon)
                 .ok());
    QCOMPARE(m_books->state(id), u"sending"_s);
    m_books->refuseWrites(false);
    const RecipientResult refused = result(Verdict::Refused, Stage::Rcpt, 550);
    QVERIFY(
        m_store->finishAttempt(id, assignment, outcome({refused, refused, refused}), {}, later(), noon).ok());
    QCOMPARE(m_books->state(id), u"failed"_s);
}

void TestMessageStore::whatTheSpoolMustKeepIsKnown()
{
    Message::OutgoingMessage letter = Support::Books::letter(three);
    const QByteArray a(64, 'a');
    const QByteArray b(64, 'b');
    letter.content = {Message::Piece{"x", {}, false}, Message::Piece{{}, {a, 1}, true},
                      Message::Piece{{}, {b, 1}, false}, Message::Piece{{}, {a, 1}, true}};
    const MessageId one = *m_store->enqueue(letter, m_account, noon);
    letter.content.removeAt(2);
    const MessageId two = *m_store->enqueue(letter, m_account, noon);
    QCOMPARE(*m_store->spoolUse(), (QSet<QByteArray>{a, b}));
    Store::Decisions decisions(m_books->database);
    QVERIFY(decisions.remove(one).ok());
    QCOMPARE(*m_store->spoolUse(), (QSet<QByteArray>{a}));
    QVERIFY(decisions.remove(two).ok());
    QVERIFY(m_store->spoolUse()->isEmpty());
}

void TestMessageStore::theBooksOfAnUnknownMessageAreRefused()
{
    const Base::Result<Assignment> assignment = m_store->beginAttempt(MessageId{99}, noon);
    QVERIFY(!assignment.ok());
    QCOMPARE(assignment.error().kind, ErrorKind::NotFound);
    QVERIFY(!m_store->markCommitting(MessageId{99}, {}, {}, {}).ok());
    QVERIFY(!m_store->finishAttempt(MessageId{99}, {}, {}, {}, {}, noon).ok());
}

QTEST_GUILESS_MAIN(TestMessageStore)
#include "tst_messagestore.moc"
