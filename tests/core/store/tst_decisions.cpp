#include "core/store/decisions.h"
#include "core/store/departures.h"

#include "tests/support/books.h"

using Base::Done;
using Base::ErrorKind;
using Base::MessageId;
using Delivery::MessageState;
using Delivery::Stage;
using Delivery::Verdict;
using Store::Assignment;
using Store::Decisions;
using Store::MessageStore;
using Support::outcome;
using Support::result;
using namespace Qt::StringLiterals;

namespace {

const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();
const QStringList two{u"one@example.org"_s, u"two@example.org"_s};

} // namespace

class TestDecisions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void decisionsAreAllowedWhereTheTableSaysSo_data();
    void decisionsAreAllowedWhereTheTableSaysSo();
    void whatIsBeingSentIsLeftAlone_data();
    void whatIsBeingSentIsLeftAlone();
    void retrySendsToThoseItConcerns_data();
    void retrySendsToThoseItConcerns();
    void law5_afterAKillOnlyWhoWasReceivingIsUncertain();
    void cancellingKeepsWhatWasAccepted();
    void anUncertainOneThatArrivedIsSettled_data();
    void anUncertainOneThatArrivedIsSettled();
    void law5_aResendKeepsItsMessageIdAndItsOctets();
    void whatIsRemovedIsGoneForGood();
    void anUnknownMessageIsNotFound();
    void law8_anAttemptAfterADeferralIsUncertainToo();
    void law8_recoveryTouchesNothingElse();
    void accountsAreHeldAndWokenAsAWhole();
    void aRefusedWriteChangesNothing();

private:
    MessageId inState(MessageState state) const;
    Done decide(const QString &what, MessageId id) const;

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<MessageStore> m_store;
    std::unique_ptr<Decisions> m_decisions;
    Accounts::Account m_account;
};

void TestDecisions::init()
{
    m_decisions.reset();
    m_store.reset();
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_store = std::make_unique<MessageStore>(m_books->database);
    m_decisions = std::make_unique<Decisions>(m_books->database);
    m_account = m_books->addAccount();
}

/// A message brought into that state the way life does it.
MessageId TestDecisions::inState(MessageState state) const
{
    const MessageId id = m_books->enqueue(m_account, two, noon);
    const auto attempt = [&](Verdict first, Verdict second, bool commit) {
        const Base::Result<Assignment> assignment = m_store->beginAttempt(id, noon);
        if (!assignment)
            return false;
        if (commit && !m_store->markCommitting(id, *assignment, {}, Support::everyone(*assignment)))
            return false;
        return m_store
            ->finishAttempt(
                id, *assignment,
                outcome({result(first, Stage::Content, 250), result(second, Stage::Content, 250)}), {},
                {noon.addSecs(600), true, false}, noon)
            .ok();
    };
    bool done = true;
    Store::Departures departures(m_books->database);
    const Delivery::ScheduledTime later =
        Delivery::scheduled(noon.date().addDays(1), noon.time(), QTimeZone::utc());
    switch (state) {
    case MessageState::Undoable:
        done = departures.postpone(id, {true, {}}, {}, {}, noon).ok();
        break;
    case MessageState::Scheduled:
        done = departures.postpone(id, {false, later}, {}, {}, noon).ok();
        break;
    case MessageState::Queued:
        break;
    case MessageState::Sending:
        done = m_store->beginAttempt(id, noon).ok();
        break;
    case MessageState::Deferred:
        done = attempt(Verdict::Deferred, Verdict::Deferred, false);
        break;
    case MessageState::Held:
        done = m_decisions->hold(id, noon).ok();
        break;
    case MessageState::Sent:
        done = attempt(Verdict::Accepted, Verdict::Accepted, true);
        break;
    case MessageState::PartlySent:
        done = attempt(Verdict::Accepted, Verdict::Refused, true);
        break;
    case MessageState::Failed:
        done = attempt(Verdict::Refused, Verdict::Refused, false);
        break;
    case MessageState::Uncertain:
        done = attempt(Verdict::Uncertain, Verdict::Uncertain, true);
        break;
    case MessageState::Cancelled:
        done = m_decisions->cancel(id, noon).ok();
        break;
    }
    if (!done || m_books->state(id) != key(state))
        qFatal("cannot make a message that is %s", qPrintable(key(state)));
    return id;
}

Done TestDecisions::decide(const QString &what, MessageId id) const
{
    const QDateTime now = noon.addSecs(10);
    if (what == u"retry"_s)
        return m_decisions->retry(id, now);
    if (what == u"resend to all"_s)
        return m_decisions->resendToAll(id, now);
    if (what == u"hold"_s)
        return m_decisions->hold(id, now);
    if (what == u"release"_s)
        return m_decisions->release(id, now);
    if (what == u"cancel"_s)
        return m_decisions->cancel(id, now);
    if (what == u"remove"_s)
        return m_decisions->remove(id);
    return m_decisions->settleArrived(id, now);
}

void TestDecisions::decisionsAreAllowedWhereTheTableSaysSo_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<int>("from");
    QTest::addColumn<QString>("to"); // empty: not allowed
    using enum MessageState;
    const QMap<QString, QMap<MessageState, QString>> table{
        {u"retry"_s,
         {{Undoable, u"queued"_s},
          {Scheduled, u"queued"_s},
          {Queued, u"queued"_s},
          {Deferred, u"queued"_s},
          {Held, u"queued"_s},
          {PartlySent, u"queued"_s},
          {Failed, u"queued"_s},
          {Uncertain, u"queued"_s},
          {Cancelled, u"queued"_s}}},
        {u"resend to all"_s,
         {{Sent, u"queued"_s},
          {PartlySent, u"queued"_s},
          {Failed, u"queued"_s},
          {Uncertain, u"queued"_s},
          {Cancelled, u"queued"_s}}},
        {u"hold"_s,
         {{Undoable, u"held"_s}, {Scheduled, u"held"_s}, {Queued, u"held"_s}, {Deferred, u"held"_s}}},
        {u"release"_s, {{Held, u"queued"_s}}},
        {u"cancel"_s,
         {{Undoable, u"cancelled"_s},
          {Scheduled, u"cancelled"_s},
          {Queued, u"cancelled"_s},
          {Deferred, u"cancelled"_s},
          {Held, u"cancelled"_s}}},
        {u"remove"_s,
         {{Undoable, u""_s},
          {Scheduled, u""_s},
          {Queued, u""_s},
          {Deferred, u""_s},
          {Held, u""_s},
          {Sent, u""_s},
          {PartlySent, u""_s},
          {Failed, u""_s},
          {Uncertain, u""_s},
          {Cancelled, u""_s}}},
        {u"arrived"_s, {{Uncertain, u"sent"_s}}},
    };
    for (auto row = table.cbegin(); row != table.cend(); ++row) {
        for (const MessageState from : Delivery::allMessageStates()) {
            const bool allowed = row->contains(from);
            QTest::addRow("%s %s", qPrintable(row.key()), qPrintable(key(from)))
                << row.key() << static_cast<int>(from) << (allowed ? row->value(from) : u"not allowed"_s);
        }
    }
}

void TestDecisions::decisionsAreAllowedWhereTheTableSaysSo()
{
    QFETCH(QString, what);
    QFETCH(int, from);
    QFETCH(QString, to);
    const MessageId id = inState(static_cast<MessageState>(from));
    const QString recipients = m_books->recipients(id);
    const Done done = decide(what, id);
    if (to != u"not allowed"_s) {
        QVERIFY2(done.ok(), qPrintable(done.ok() ? QString() : done.error().detail));
        QCOMPARE(m_books->state(id), to);
        return;
    }
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::NotAllowed);
    QVERIFY(!done.error().detail.isEmpty());
    QCOMPARE(m_books->state(id), key(static_cast<MessageState>(from)));
    QCOMPARE(m_books->recipients(id), recipients);
}

void TestDecisions::whatIsBeingSentIsLeftAlone_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what : {"retry", "resend to all", "hold", "release", "cancel", "remove", "arrived"})
        QTest::newRow(what) << QString::fromLatin1(what);
}

// The attempt goes on as if nothing had been asked: a second one beside it would send the letter twice.
void TestDecisions::whatIsBeingSentIsLeftAlone()
{
    QFETCH(QString, what);
    const MessageId id = m_books->enqueue(m_account, two, noon);
    const Assignment assignment = *m_store->beginAttempt(id, noon);
    QVERIFY(!decide(what, id).ok());
    QVERIFY(m_store->due(noon.addYears(1), 10)->isEmpty());
    QVERIFY(m_store->markCommitting(id, assignment, {}, Support::everyone(assignment)).ok());
    QVERIFY(!decide(what, id).ok());
    QVERIFY(m_store->due(noon.addYears(1), 10)->isEmpty());
    const auto accepted = result(Verdict::Accepted, Stage::Content, 250);
    QVERIFY(m_store->finishAttempt(id, assignment, outcome({accepted, accepted}), {}, {}, noon).ok());
    QCOMPARE(m_books->state(id), u"sent"_s);
}

void TestDecisions::retrySendsToThoseItConcerns_data()
{
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("second");
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    const auto row = [](Verdict first, Verdict second, const char *before, const char *after) {
        QTest::newRow(before) << static_cast<int>(first) << static_cast<int>(second)
                              << QString::fromLatin1(before) << QString::fromLatin1(after);
    };
    row(Verdict::Refused, Verdict::Refused, "failed: refused refused", "waiting waiting");
    row(Verdict::Accepted, Verdict::Refused, "partly-sent: accepted refused", "accepted waiting");
    row(Verdict::Uncertain, Verdict::Uncertain, "uncertain: uncertain uncertain", "waiting waiting");
    row(Verdict::Uncertain, Verdict::Refused, "uncertain: uncertain refused", "waiting refused");
    row(Verdict::Uncertain, Verdict::Accepted, "uncertain: uncertain accepted", "waiting accepted");
    row(Verdict::Deferred, Verdict::Deferred, "deferred: deferred deferred", "deferred deferred");
    row(Verdict::Deferred, Verdict::Accepted, "deferred: deferred accepted", "deferred accepted");
    // It waits already: trying it now is no new chance for those who were refused for good.
    row(Verdict::Deferred, Verdict::Refused, "deferred: deferred refused", "deferred refused");
}

void TestDecisions::retrySendsToThoseItConcerns()
{
    QFETCH(int, first);
    QFETCH(int, second);
    QFETCH(QString, before);
    const MessageId id = m_books->enqueue(m_account, two, noon);
    const Assignment assignment = *m_store->beginAttempt(id, noon);
    QVERIFY(m_store->markCommitting(id, assignment, {}, Support::everyone(assignment)).ok());
    QVERIFY(m_store
                ->finishAttempt(id, assignment,
                                outcome({result(static_cast<Verdict>(first), Stage::Content, 250),
                                         result(static_cast<Verdict>(second), Stage::Content, 250)}),
                                {}, {noon.addSecs(600), true, false}, noon)
                .ok());
    QCOMPARE(m_books->state(id) + u": "_s + m_books->recipients(id), before);
    QVERIFY(m_decisions->retry(id, noon.addSecs(10)).ok());
    QCOMPARE(m_books->state(id), u"queued"_s);
    QTEST(m_books->recipients(id), "after");
    QCOMPARE(m_store->due(noon.addSecs(10), 10)->size(), 1); // now, not at its time
}

void TestDecisions::law5_afterAKillOnlyWhoWasReceivingIsUncertain()
{
    const QStringList four{u"one@example.org"_s, u"two@example.org"_s, u"three@example.org"_s,
                           u"four@example.org"_s};
    const MessageId id = m_books->enqueue(m_account, four, noon);
    const Assignment assignment = *m_store->beginAttempt(id, noon);
    // The first round: the server takes one, refuses two, and has no room for the others.
    QVERIFY(m_store
                ->markCommitting(
                    id, assignment,
                    {result(Verdict::None, Stage::Rcpt, 250), result(Verdict::Refused, Stage::Rcpt, 550),
                     result(Verdict::None, Stage::Rcpt, 452), result(Verdict::None, Stage::Rcpt, 452)},
                    {0})
                .ok());
    QCOMPARE(m_books->recipients(id), u"waiting refused deferred deferred"_s);
    // The second: one was accepted, three is receiving.
    QVERIFY(m_store
                ->markCommitting(id, assignment,
                                 {result(Verdict::Accepted, Stage::Content, 250),
                                  result(Verdict::Refused, Stage::Rcpt, 550),
                                  result(Verdict::None, Stage::Rcpt, 250),
                                  result(Verdict::None, Stage::Rcpt, 452)},
                                 {2})
                .ok());
    QVERIFY(m_decisions->recover(noon).ok());
    QCOMPARE(m_books->state(id), u"uncertain"_s);
    QCOMPARE(m_books->recipients(id), u"accepted refused uncertain deferred"_s);
    QVERIFY(m_decisions->settleArrived(id, noon).ok());
    QCOMPARE(m_books->state(id), u"queued"_s);
    QCOMPARE(m_books->recipients(id), u"accepted refused accepted deferred"_s);
}

void TestDecisions::cancellingKeepsWhatWasAccepted()
{
    const MessageId id = m_books->enqueue(m_account, two, noon);
    const Assignment assignment = *m_store->beginAttempt(id, noon);
    QVERIFY(m_store->markCommitting(id, assignment, {}, Support::everyone(assignment)).ok());
    QVERIFY(m_store
                ->finishAttempt(id, assignment,
                                outcome({result(Verdict::Accepted, Stage::Content, 250),
                                         result(Verdict::Deferred, Stage::Rcpt, 451)}),
                                {}, {noon.addSecs(600), true, false}, noon)
                .ok());
    QVERIFY(m_decisions->cancel(id, noon).ok());
    QCOMPARE(m_books->recipients(id), u"accepted cancelled"_s);
    QVERIFY(m_store->due(noon.addYears(1), 10)->isEmpty());
    // Thought better of: only the one who was cancelled waits again.
    QVERIFY(m_decisions->retry(id, noon).ok());
    QCOMPARE(m_books->recipients(id), u"accepted waiting"_s);
}

void TestDecisions::anUncertainOneThatArrivedIsSettled_data()
{
    QTest::addColumn<int>("second");
    QTest::addColumn<QString>("state");
    QTest::addColumn<QString>("recipients");
    QTest::newRow("all") << static_cast<int>(Verdict::Uncertain) << u"sent"_s << u"accepted accepted"_s;
    QTest::newRow("with one accepted")
        << static_cast<int>(Verdict::Accepted) << u"sent"_s << u"accepted accepted"_s;
    QTest::newRow("with one refused")
        << static_cast<int>(Verdict::Refused) << u"partly-sent"_s << u"accepted refused"_s;
    QTest::newRow("with one deferred")
        << static_cast<int>(Verdict::Deferred) << u"queued"_s << u"accepted deferred"_s;
}

void TestDecisions::anUncertainOneThatArrivedIsSettled()
{
    QFETCH(int, second);
    const MessageId id = m_books->enqueue(m_account, two, noon);
    const Assignment assignment = *m_store->beginAttempt(id, noon);
    QVERIFY(m_store->markCommitting(id, assignment, {}, Support::everyone(assignment)).ok());
    QVERIFY(m_store
                ->finishAttempt(id, assignment,
                                outcome({result(Verdict::Uncertain, Stage::Content),
                                         result(static_cast<Verdict>(second), Stage::Content, 250)}),
                                {}, {noon.addSecs(600), true, false}, noon)
                .ok());
    QCOMPARE(m_books->state(id), u"uncertain"_s);
    QVERIFY(m_decisions->settleArrived(id, noon).ok());
    QTEST(m_books->state(id), "state");
    QTEST(m_books->recipients(id), "recipients");
}

void TestDecisions::law5_aResendKeepsItsMessageIdAndItsOctets()
{
    const MessageId id = m_books->enqueue(m_account, two, noon);
    const Assignment first = *m_store->beginAttempt(id, noon);
    QVERIFY(m_store->markCommitting(id, first, {}, Support::everyone(first)).ok());
    const auto lost = result(Verdict::Uncertain, Stage::Content);
    QVERIFY(m_store->finishAttempt(id, first, outcome({lost, lost}), {}, {}, noon).ok());
    QVERIFY(m_decisions->retry(id, noon.addDays(3)).ok());
    const Assignment second = *m_store->beginAttempt(id, noon.addDays(3));
    QCOMPARE(second.content, first.content);
    QCOMPARE(second.envelope.envelopeId, first.envelope.envelopeId);
    QVERIFY(second.content.first().bytes.contains("Message-ID: "));
    QCOMPARE(second.number, 2);
}

void TestDecisions::whatIsRemovedIsGoneForGood()
{
    const MessageId id = inState(MessageState::PartlySent);
    const MessageId other = inState(MessageState::Sent);
    QVERIFY(m_decisions->remove(id).ok());
    for (const QString &table : {u"recipient"_s, u"content"_s, u"attempt"_s})
        QCOMPARE(m_books->number(u"SELECT count(*) FROM %1 WHERE message = ?"_s.arg(table), {id.value}), 0);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM message"_s), 1);
    QCOMPARE(m_books->state(other), u"sent"_s);
    // Its number is not given to another one: links and logs stay true.
    QVERIFY(m_decisions->remove(other).ok());
    QVERIFY(m_books->enqueue(m_account, two, noon).value > other.value);
}

void TestDecisions::anUnknownMessageIsNotFound()
{
    for (const QString &what :
         {u"retry"_s, u"hold"_s, u"release"_s, u"cancel"_s, u"remove"_s, u"arrived"_s}) {
        const Done done = decide(what, MessageId{99});
        QVERIFY(!done.ok());
        QCOMPARE(done.error().kind, ErrorKind::NotFound);
    }
}

// Greylisted at first, cut off behind the dot the second time: the server may have it, so it is not sent
// again by itself, nor when the person says that it arrived.
void TestDecisions::law8_anAttemptAfterADeferralIsUncertainToo()
{
    const MessageId id = inState(MessageState::Deferred);
    const Assignment assignment = *m_store->beginAttempt(id, noon.addSecs(600));
    QVERIFY(m_store
                ->markCommitting(
                    id, assignment,
                    {result(Verdict::None, Stage::Rcpt), result(Verdict::Deferred, Stage::Rcpt, 451)},
                    Support::everyone(assignment))
                .ok());
    QCOMPARE(m_decisions->recover(noon.addSecs(700))->size(), 1);
    QCOMPARE(m_books->state(id), u"uncertain"_s);
    QCOMPARE(m_books->recipients(id), u"uncertain deferred"_s);
    QVERIFY(m_decisions->settleArrived(id, noon.addSecs(800)).ok());
    QCOMPARE(m_books->recipients(id), u"accepted deferred"_s);
    const Base::Result<Assignment> next = m_store->beginAttempt(id, noon.addSecs(800));
    QVERIFY2(next.ok(), qPrintable(next.ok() ? QString() : next.error().detail));
    QCOMPARE(next->positions, QList<int>{1});
}

void TestDecisions::law8_recoveryTouchesNothingElse()
{
    QMap<QString, MessageId> ids;
    for (const MessageState state : Delivery::allMessageStates()) {
        if (state != MessageState::Sending)
            ids.insert(key(state), inState(state));
    }
    QVERIFY(m_decisions->recover(noon)->isEmpty());
    for (auto it = ids.cbegin(); it != ids.cend(); ++it)
        QCOMPARE(m_books->state(it.value()), it.key());
}

void TestDecisions::accountsAreHeldAndWokenAsAWhole()
{
    QMap<QString, MessageId> ids;
    for (const MessageState state : Delivery::allMessageStates())
        ids.insert(key(state), inState(state));
    const MessageId foreign = m_books->enqueue(m_books->addAccount(u"other"_s), two, noon);
    QVERIFY(m_decisions->makeDue(m_account.id, noon.addSecs(1)).ok());
    QCOMPARE(m_store->due(noon.addSecs(1), 10)->size(), 3); // queued, deferred, foreign
    QVERIFY(m_decisions->holdAllOf(m_account.id, noon).ok());
    for (auto it = ids.cbegin(); it != ids.cend(); ++it)
        QCOMPARE(m_books->state(it.value()),
                 QStringList({u"undoable"_s, u"scheduled"_s, u"queued"_s, u"deferred"_s}).contains(it.key())
                     ? u"held"_s
                     : it.key());
    QCOMPARE(m_books->state(foreign), u"queued"_s);
}

void TestDecisions::aRefusedWriteChangesNothing()
{
    const MessageId failed = inState(MessageState::Failed);
    const MessageId uncertain = inState(MessageState::Uncertain);
    const MessageId queued = inState(MessageState::Queued);
    const MessageId sending = inState(MessageState::Sending);
    m_books->refuseWrites(true);
    QVERIFY(!m_decisions->retry(failed, noon).ok());
    QVERIFY(!m_decisions->settleArrived(uncertain, noon).ok());
    QVERIFY(!m_decisions->cancel(queued, noon).ok());
    QVERIFY(!m_decisions->hold(queued, noon).ok());
    QVERIFY(!m_decisions->remove(queued).ok());
    QVERIFY(!m_decisions->recover(noon).ok());
    m_books->refuseWrites(false);
    QCOMPARE(m_books->recipients(failed), u"refused refused"_s);
    QCOMPARE(m_books->recipients(uncertain), u"uncertain uncertain"_s);
    QCOMPARE(m_books->recipients(queued), u"waiting waiting"_s);
    QCOMPARE(m_books->state(sending), u"sending"_s);
}

QTEST_GUILESS_MAIN(TestDecisions)
#include "tst_decisions.moc"
