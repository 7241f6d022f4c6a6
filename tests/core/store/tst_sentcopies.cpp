// A copy is owed with the outcome that makes it one, once, and until it is settled.

#include "core/store/sentcopies.h"

#include "tests/support/keeping.h"

using Base::MessageId;
using Delivery::Verdict;
using Store::SentCopies;
using Store::SentCopy;
using namespace Qt::StringLiterals;

namespace {
const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();
}

class TestSentCopies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void oneIsOwedWhenSomebodyHasIt_data();
    void oneIsOwedWhenSomebodyHasIt();
    void oneIsOwedOnceHoweverOftenItIsSent();
    void anUncertainOneThatArrivedIsOwedOne();
    void theFolderIsTheAccountsOfToday();
    void whatFailedWaitsForRenewal();
    void whatIsDeletedOwesNothing();
    void aWriteThatIsUndoneOwesNothing();

private:
    MessageId deliver(const QList<Verdict> &verdicts)
    {
        return Support::deliver(*m_books, m_account, Support::Books::letter(Support::recipientsFor(verdicts)),
                                noon, verdicts);
    }
    QList<MessageId> owed() const
    {
        QList<MessageId> ids;
        const auto copies = SentCopies(m_books->database).owed(100);
        if (!copies)
            return {MessageId{-1}};
        for (const Store::OwedCopy &copy : *copies)
            ids.append(copy.message);
        return ids;
    }

    std::unique_ptr<Support::Books> m_books;
    Accounts::Account m_account;
};

void TestSentCopies::init()
{
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_account = m_books->addAccount();
    m_account.sentFolder = u"/mail/Sent"_s;
    QVERIFY(Store::AccountStore(m_books->database).save(m_account).ok());
}

void TestSentCopies::oneIsOwedWhenSomebodyHasIt_data()
{
    QTest::addColumn<QList<Verdict>>("verdicts");
    QTest::addColumn<QString>("folder");
    QTest::addColumn<bool>("owes");
    const QString sent = u"/mail/Sent"_s;
    QTest::newRow("all accepted") << QList{Verdict::Accepted, Verdict::Accepted} << sent << true;
    QTest::newRow("one of two") << QList{Verdict::Refused, Verdict::Accepted} << sent << true;
    QTest::newRow("one now, one later") << QList{Verdict::Accepted, Verdict::Deferred} << sent << true;
    QTest::newRow("none") << QList{Verdict::Refused, Verdict::Refused} << sent << false;
    QTest::newRow("later") << QList{Verdict::Deferred} << sent << false;
    QTest::newRow("nobody knows") << QList{Verdict::Uncertain} << sent << false;
    QTest::newRow("the account keeps none") << QList{Verdict::Accepted} << QString(u""_s) << false;
}

void TestSentCopies::oneIsOwedWhenSomebodyHasIt()
{
    QFETCH(QList<Verdict>, verdicts);
    QFETCH(QString, folder);
    QFETCH(bool, owes);
    m_account.sentFolder = folder;
    QVERIFY(Store::AccountStore(m_books->database).save(m_account).ok());
    const MessageId id = deliver(verdicts);
    QVERIFY(id.isValid());
    QCOMPARE(owed(), owes ? QList<MessageId>{id} : QList<MessageId>());
    const auto copy = SentCopies::read(m_books->database, id);
    QVERIFY(copy.ok());
    QCOMPARE(copy->has_value(), owes);
    if (owes)
        QCOMPARE(**copy, (SentCopy{SentCopy::State::Owed, folder, {}}));
}

void TestSentCopies::oneIsOwedOnceHoweverOftenItIsSent()
{
    const MessageId id = deliver({Verdict::Accepted, Verdict::Deferred});
    SentCopies copies(m_books->database);
    QVERIFY(copies.settle(id).ok());
    Store::MessageStore store(m_books->database);
    const auto again = store.beginAttempt(id, noon);
    QVERIFY(again.ok());
    QVERIFY(store.markCommitting(id, *again, {}, Support::everyone(*again)).ok());
    QVERIFY(store
                .finishAttempt(
                    id, *again,
                    Support::outcome({Support::result(Verdict::Accepted, Delivery::Stage::Content, 250)}), {},
                    {}, noon)
                .ok());
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(owed(), QList<MessageId>());
}

void TestSentCopies::anUncertainOneThatArrivedIsOwedOne()
{
    const MessageId id = deliver({Verdict::Uncertain});
    QVERIFY(Store::Decisions(m_books->database).settleArrived(id, noon).ok());
    QCOMPARE(owed(), QList<MessageId>{id});
}

void TestSentCopies::theFolderIsTheAccountsOfToday()
{
    const MessageId id = deliver({Verdict::Accepted});
    SentCopies copies(m_books->database);
    const auto folder = [&copies] {
        const auto all = copies.owed(1);
        return all && !all->isEmpty() ? all->first().folder : u"?"_s;
    };
    QCOMPARE(folder(), u"/mail/Sent"_s);
    m_account.sentFolder = u"/other/Sent"_s;
    QVERIFY(Store::AccountStore(m_books->database).save(m_account).ok());
    QCOMPARE(folder(), u"/other/Sent"_s);
    m_account.sentFolder.clear();
    QVERIFY(Store::AccountStore(m_books->database).save(m_account).ok());
    QCOMPARE(folder(), QString());
    QVERIFY(Store::AccountStore(m_books->database).remove(m_account.id).ok());
    QCOMPARE(folder(), u"/mail/Sent"_s); // nobody took it back
    QVERIFY(id.isValid());
}

void TestSentCopies::whatFailedWaitsForRenewal()
{
    const MessageId id = deliver({Verdict::Accepted});
    SentCopies copies(m_books->database);
    const Base::Error problem{Base::ErrorKind::NotMaildir, u"/mail/Sent"_s, u"it has no folder \"cur\""_s};
    QVERIFY(copies.fail(id, problem).ok());
    QCOMPARE(owed(), QList<MessageId>());
    Store::MessageQuery query;
    QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
    const auto details = query.details(id);
    QVERIFY(details.ok());
    QVERIFY(details->copy == SentCopy(SentCopy::State::Failed, u"/mail/Sent"_s, problem));
    QCOMPARE(m_books->state(id), u"sent"_s);
    QVERIFY(copies.renew().ok());
    QCOMPARE(owed(), QList<MessageId>{id});
    QVERIFY(copies.settle(id).ok());
    QVERIFY(copies.renew().ok());
    QCOMPARE(owed(), QList<MessageId>());
    QVERIFY(query.details(id)->copy == SentCopy(SentCopy::State::Done, u"/mail/Sent"_s, {}));
}

void TestSentCopies::whatIsDeletedOwesNothing()
{
    const MessageId id = deliver({Verdict::Accepted});
    QVERIFY(Store::Decisions(m_books->database).remove(id).ok());
    QCOMPARE(owed(), QList<MessageId>());
    QCOMPARE(m_books->number(u"SELECT count(*) FROM sent_copy"_s), 0);
}

void TestSentCopies::aWriteThatIsUndoneOwesNothing()
{
    Store::MessageStore store(m_books->database);
    const MessageId id = m_books->enqueue(m_account, {u"one@example.org"_s}, noon);
    const auto assignment = store.beginAttempt(id, noon);
    QVERIFY(assignment.ok());
    QVERIFY(store.markCommitting(id, *assignment, {}, Support::everyone(*assignment)).ok());
    bool asked = false;
    m_books->group.post(
        [&]() -> Base::Done {
            const Base::Done done = store.finishAttempt(
                id, *assignment,
                Support::outcome({Support::result(Verdict::Accepted, Delivery::Stage::Content, 250)}), {}, {},
                noon);
            return done ? Base::Done(Base::Error{Base::ErrorKind::Database, {}, u"refused"_s}) : done;
        },
        [&asked](const Base::Done &) { asked = true; });
    m_books->group.flush();
    QVERIFY(asked);
    QVERIFY(m_books->isCommitting(id));
    QCOMPARE(owed(), QList<MessageId>());
}

QTEST_GUILESS_MAIN(TestSentCopies)
#include "tst_sentcopies.moc"
