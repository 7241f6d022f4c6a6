// How messages come into the books, and when they are due.

#include "tests/core/store/messagestoretest.h"

using Base::ErrorKind;
using Base::MessageId;
using Store::Assignment;
using Store::MessageStore;
using namespace Qt::StringLiterals;

class TestEntering : public MessageStoreTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }

    void whatIsEnteredIsThereWhole();
    void aDraftGoesInTheSameMoment();
    void aRefusedEntryLeavesNothing();
    void whatIsDueComesMostOverdueFirst();
    void theNextDueIsTold();
    void aClockThatWasSetBackIsNoticed();
    void whatWaitsTooLongIsNoticed();
};

void TestEntering::whatIsEnteredIsThereWhole()
{
    Message::OutgoingMessage letter = Support::Books::letter(three, u"Grüße 😀"_s);
    letter.envelope.recipients[1] = {
        *Message::Address::parse(u"\"Lovelace, Ada\" <\"a b\"@bücher.example>"_s), Message::Field::Bcc};
    letter.envelope.eightBit = true;
    letter.envelope.notify = {false, true, false, true};
    letter.envelope.returned = Message::Return::Full;
    QByteArray all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    letter.content = {Message::Piece{all, {}, false}, Message::Piece{{}, {QByteArray(64, 'a'), 12345}, true}};
    const Base::Result<MessageId> id = m_store->enqueue(letter, m_account, noon);
    QVERIFY(id.ok());
    QCOMPARE(m_books->state(*id), u"queued"_s);
    QCOMPARE(m_books->recipients(*id), u"waiting waiting waiting"_s);
    // What an attempt gets is what was entered, to the octet; only how a recipient became one does not matter
    // to it.
    const Assignment assignment = beginAttempt(*id);
    QCOMPARE(assignment.content, letter.content);
    QCOMPARE(assignment.number, 1);
    QCOMPARE(assignment.positions, (QList<int>{0, 1, 2}));
    QCOMPARE(assignment.envelope.reversePath, letter.envelope.reversePath);
    QCOMPARE(assignment.envelope.eightBit, true);
    QCOMPARE(assignment.envelope.notify, letter.envelope.notify);
    QCOMPARE(assignment.envelope.returned, letter.envelope.returned);
    QCOMPARE(assignment.envelope.envelopeId, letter.envelope.envelopeId);
    QCOMPARE(assignment.envelope.recipients.size(), 3);
    for (int i = 0; i < 3; ++i)
        QVERIFY(assignment.envelope.recipients.at(i).address.sameMailbox(
            letter.envelope.recipients.at(i).address));
    // In the books it does.
    QCOMPARE(m_books->database.value(u"SELECT field FROM recipient WHERE position = 1"_s)->toString(),
             u"bcc"_s);
    QCOMPARE(m_books->database.value(u"SELECT name FROM recipient WHERE position = 1"_s)->toString(),
             u"Lovelace, Ada"_s);
}

void TestEntering::aDraftGoesInTheSameMoment()
{
    Store::DraftStore drafts(m_books->database);
    const Base::DraftId draft = *drafts.save({}, noon);
    const Base::DraftId other = *drafts.save({}, noon);
    QVERIFY(m_store->enqueue(Support::Books::letter(three), m_account, noon, draft).ok());
    QCOMPARE(m_books->number(u"SELECT count(*) FROM draft"_s), 1);
    QCOMPARE(m_books->number(u"SELECT id FROM draft"_s), static_cast<int>(other.value));
    // A draft that is gone by now keeps nothing from being sent.
    QVERIFY(m_store->enqueue(Support::Books::letter(three), m_account, noon, draft).ok());
}

void TestEntering::aRefusedEntryLeavesNothing()
{
    Store::DraftStore drafts(m_books->database);
    const Base::DraftId draft = *drafts.save({}, noon);
    Accounts::Account gone = m_account;
    gone.id = Base::AccountId{99};
    QVERIFY(!m_store->enqueue(Support::Books::letter(three), gone, noon, draft).ok());
    m_books->refuseWrites(true);
    QVERIFY(!m_store->enqueue(Support::Books::letter(three), m_account, noon, draft).ok());
    m_books->refuseWrites(false);
    for (const QString &table : {u"message"_s, u"recipient"_s, u"content"_s, u"spool_use"_s})
        QCOMPARE(m_books->number(u"SELECT count(*) FROM "_s + table), 0);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM draft"_s), 1);
}

void TestEntering::whatIsDueComesMostOverdueFirst()
{
    const MessageId third = m_books->enqueue(m_account, three, noon.addSecs(-10));
    const MessageId first = m_books->enqueue(m_account, three, noon.addSecs(-30));
    const MessageId second = m_books->enqueue(m_account, three, noon.addSecs(-30));
    const MessageId now = m_books->enqueue(m_account, three, noon);
    const MessageId later = m_books->enqueue(m_account, three, noon.addMSecs(1));
    const Base::Result<QList<Store::QueueEntry>> due = m_store->due(noon, 100);
    QVERIFY(due.ok());
    QList<MessageId> ids;
    for (const Store::QueueEntry &entry : *due)
        ids.append(entry.id);
    QCOMPARE(ids, (QList<MessageId>{first, second, third, now}));
    QCOMPARE(due->first().account, m_account.id);
    QCOMPARE(due->first().due, noon.addSecs(-30));
    QCOMPARE(due->first().created, noon.addSecs(-30));
    QCOMPARE(m_store->due(noon, 2)->size(), 2);
    QCOMPARE(m_store->due(noon.addSecs(1), 100)->last().id, later);
}

void TestEntering::theNextDueIsTold()
{
    QVERIFY(!m_store->nextDue(noon)->has_value());
    m_books->enqueue(m_account, three, noon);
    QVERIFY(!m_store->nextDue(noon)->has_value()); // due already
    m_books->enqueue(m_account, three, noon.addSecs(100));
    m_books->enqueue(m_account, three, noon.addSecs(50));
    QCOMPARE(**m_store->nextDue(noon), noon.addSecs(50));
    QCOMPARE(**m_store->nextDue(noon.addSecs(50)), noon.addSecs(100));
}
void TestEntering::aClockThatWasSetBackIsNoticed()
{
    constexpr qint64 hour = 3'600'000;
    QCOMPARE(*m_store->isAheadOf(noon, hour), false); // empty books
    const MessageId id = m_books->enqueue(m_account, three, noon);
    QCOMPARE(*m_store->isAheadOf(noon, hour), false);
    const Assignment assignment = beginAttempt(id);
    QCOMPARE(*m_store->isAheadOf(noon, hour), false);
    QCOMPARE(*m_store->isAheadOf(noon.addSecs(-1), hour), true); // begun a second from now
    const auto outcome =
        Support::outcome({Support::result(Delivery::Verdict::Deferred, Delivery::Stage::Rcpt, 450)});
    QVERIFY(
        m_store
            ->finishAttempt(id, assignment, outcome, {}, {noon.addSecs(600), true, false}, noon.addSecs(60))
            .ok());
    QCOMPARE(*m_store->isAheadOf(noon.addSecs(60), hour), false);
    QCOMPARE(*m_store->isAheadOf(noon.addSecs(59), hour), true);
}

void TestEntering::whatWaitsTooLongIsNoticed()
{
    constexpr qint64 hour = 3'600'000;
    m_books->enqueue(m_account, three, noon);
    QVERIFY(m_books->database
                .exec(u"UPDATE message SET next_attempt = ?"_s, {noon.addMSecs(hour).toMSecsSinceEpoch()})
                .ok());
    QCOMPARE(*m_store->isAheadOf(noon, hour), false);
    QCOMPARE(*m_store->isAheadOf(noon, hour - 1), true);
}

QTEST_GUILESS_MAIN(TestEntering)
#include "tst_entering.moc"
