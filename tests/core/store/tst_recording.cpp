// What of an attempt is on record when something in its way fails, or was forgotten.

#include "core/store/decisions.h"
#include "tests/core/store/messagestoretest.h"

#include <QTest>

using Base::ErrorKind;
using Base::MessageId;
using Delivery::Stage;
using Delivery::Verdict;
using Store::Assignment;
using Support::outcome;
using Support::result;
using namespace Qt::StringLiterals;

namespace {
const Store::Consequence later{noon.addSecs(60), true, false};
} // namespace

class TestRecording : public MessageStoreTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }

    void law4_whatTheServerSaidIsRecordedWhateverCameBefore();
    void law5_whatMayHaveBeenSentIsNotPutBack();
    void aFullDiskInTheMiddleOfAMoveLeavesNothingHalf();
};

/// "About to commit" is missing, or the whole attempt is: who has it has it.
void TestRecording::law4_whatTheServerSaidIsRecordedWhateverCameBefore()
{
    for (const bool isLost : {false, true}) {
        const MessageId id = m_books->enqueue(m_account, {three.first()}, noon);
        const Assignment assignment = beginAttempt(id);
        if (isLost)
            QVERIFY(m_books->database.exec(u"DELETE FROM attempt WHERE message = ?"_s, {id.value}).ok());
        const auto accepted = outcome({result(Verdict::Accepted, Stage::Content, 250)});
        QVERIFY(m_store->finishAttempt(id, assignment, accepted, {}, later, noon).ok());
        QCOMPARE(m_books->state(id), u"sent"_s);
        QCOMPARE(m_books->recipients(id), u"accepted"_s);
        QVERIFY(Store::Decisions(m_books->database).recover(noon)->isEmpty());
    }
}

void TestRecording::law5_whatMayHaveBeenSentIsNotPutBack()
{
    const MessageId id = m_books->enqueue(m_account, three, noon);
    const Assignment assignment = beginAttempt(id);
    QVERIFY(m_store->markCommitting(id, assignment, {}, Support::everyone(assignment)).ok());
    const Base::Done done = m_store->abandonAttempt(id, assignment, noon);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::NotAllowed);
    QVERIFY(m_books->isCommitting(id));
}

/// SQLite undoes the whole transaction then, and what came behind would be committed by itself.
void TestRecording::aFullDiskInTheMiddleOfAMoveLeavesNothingHalf()
{
    Store::AccountStore accounts(m_books->database);
    Accounts::Account account = m_account;
    account.sentFolder = u"/home/ada/"_s + QString(100'000, u'x'); // its row needs pages
    QVERIFY(accounts.save(account).ok());
    const MessageId id = m_books->enqueue(m_account, {three.first()}, noon);
    const MessageId other = m_books->enqueue(m_account, {three.first()}, noon, u"Other"_s);
    const Assignment assignment = beginAttempt(id);
    QVERIFY(m_store->markCommitting(id, assignment, {}, Support::everyone(assignment)).ok());
    QVERIFY(m_books->database.exec(u"VACUUM"_s).ok()); // no page is free
    const int pages = m_books->number(u"PRAGMA page_count"_s);
    const auto allow = [this](int most) {
        return m_books->database.value(u"PRAGMA max_page_count=%1"_s.arg(most))->toInt();
    };
    QCOMPARE(allow(pages), pages);
    const auto finish = [&] {
        return m_store->finishAttempt(
            id, assignment, outcome({result(Verdict::Accepted, Stage::Content, 250)}), {}, later, noon);
    };
    std::optional<Base::Done> told;
    std::optional<Base::Done> otherTold;
    m_books->group.record(finish, [&told](const Base::Done &done) { told = done; });
    m_books->group.record([&] { return Store::Decisions(m_books->database).hold(other, noon); },
                          [&otherTold](const Base::Done &done) { otherTold = done; });
    m_books->group.flush();
    QVERIFY(told && !told->ok());
    QCOMPARE(told->error().kind, ErrorKind::DiskFull);
    QVERIFY(m_books->isCommitting(id));
    QCOMPARE(m_books->recipients(id), u"waiting"_s);
    // Whoever was in the same group is told what is so.
    QVERIFY(otherTold);
    QCOMPARE(m_books->state(other), otherTold->ok() ? u"held"_s : u"queued"_s);
    QVERIFY(allow(1'000'000) > pages);
    m_books->group.record(finish, [&told](const Base::Done &done) { told = done; });
    m_books->group.flush();
    QVERIFY(told->ok());
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM sent_copy"_s), 1);
}

QTEST_GUILESS_MAIN(TestRecording)
#include "tst_recording.moc"
