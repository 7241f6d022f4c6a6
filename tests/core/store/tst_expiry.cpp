// Which messages have had their time: sent ones alone, by age and by size.

#include "core/store/expiry.h"

#include "core/store/sentcopies.h"
#include "tests/support/keeping.h"

using Base::MessageId;
using Delivery::MessageState;
using Delivery::Retention;
using Delivery::Verdict;
using Store::Decisions;
using namespace Qt::StringLiterals;

namespace {
const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();
}

class TestExpiry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void ageAndSizeDecide_data();
    void ageAndSizeDecide();
    void ageCountsFromWhenItWasSent();
    void whatAPersonMayStillDecideIsKept_data();
    void whatAPersonMayStillDecideIsKept();
    void whatIsOwedACopyIsKept();

private:
    QList<MessageId> expired(const Retention &retention) const
    {
        const auto ids = Store::expired(m_books->database, retention, noon);
        return ids ? *ids : QList<MessageId>{MessageId{-1}};
    }

    std::unique_ptr<Support::Books> m_books;
    Accounts::Account m_account;
};

void TestExpiry::init()
{
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_account = m_books->addAccount();
}

void TestExpiry::ageAndSizeDecide_data()
{
    QTest::addColumn<int>("days");
    QTest::addColumn<int>("megabytes");
    QTest::addColumn<QString>("gone"); // of five, sent 40, 30, 20, 10 and 0 days ago, of 1 MB each
    const auto row = [](const char *name, int days, int megabytes, const QString &gone) {
        QTest::newRow(name) << days << megabytes << gone;
    };
    row("for ever", 0, 0, u""_s);
    row("longer than any", 41, 0, u""_s);
    row("to the day", 40, 0, u""_s);
    row("a day less", 39, 0, u"1"_s);
    row("fifteen days", 15, 0, u"1 2 3"_s);
    row("one day", 1, 0, u"1 2 3 4"_s);
    row("room for all", 0, 5, u""_s);
    row("room for four", 0, 4, u"1"_s);
    row("room for one", 0, 1, u"1 2 3 4"_s);
    row("both, the age decides", 15, 4, u"1 2 3"_s);
    row("both, the size decides", 39, 2, u"1 2 3"_s);
}

void TestExpiry::ageAndSizeDecide()
{
    QFETCH(int, days);
    QFETCH(int, megabytes);
    QFETCH(QString, gone);
    for (const int age : {40, 30, 20, 10, 0}) {
        const MessageId id =
            Support::deliver(*m_books, m_account, Support::letterOfSize(1'000'000), noon.addDays(-age));
        QVERIFY(id.isValid());
    }
    QStringList ids;
    for (const MessageId id : expired({days, megabytes}))
        ids.append(id.toString());
    QCOMPARE(ids.join(u' '), gone);
}

void TestExpiry::ageCountsFromWhenItWasSent()
{
    Store::MessageStore store(m_books->database);
    const MessageId id = m_books->enqueue(m_account, {u"one@example.org"_s}, noon.addDays(-100));
    const auto assignment = store.beginAttempt(id, noon.addDays(-5));
    QVERIFY(assignment.ok());
    QVERIFY(store.markCommitting(id, *assignment, {}, Support::everyone(*assignment)).ok());
    QVERIFY(store
                .finishAttempt(
                    id, *assignment,
                    Support::outcome({Support::result(Verdict::Accepted, Delivery::Stage::Content, 250)}), {},
                    {}, noon.addDays(-5))
                .ok());
    QCOMPARE(expired({30, 0}), QList<MessageId>());
    QCOMPARE(expired({4, 0}), QList<MessageId>{id});
}

void TestExpiry::whatAPersonMayStillDecideIsKept_data()
{
    QTest::addColumn<QList<Verdict>>("verdicts");
    QTest::addColumn<QString>("state");
    QTest::addColumn<bool>("goes");
    QTest::newRow("sent") << QList{Verdict::Accepted, Verdict::Accepted} << u"sent"_s << true;
    QTest::newRow("partly sent") << QList{Verdict::Accepted, Verdict::Refused} << u"partly-sent"_s << false;
    QTest::newRow("failed") << QList{Verdict::Refused} << u"failed"_s << false;
    QTest::newRow("uncertain") << QList{Verdict::Uncertain} << u"uncertain"_s << false;
    QTest::newRow("deferred") << QList{Verdict::Deferred} << u"deferred"_s << false;
    QTest::newRow("queued") << QList<Verdict>() << u"queued"_s << false;
    QTest::newRow("held") << QList<Verdict>() << u"held"_s << false;
    QTest::newRow("cancelled") << QList<Verdict>() << u"cancelled"_s << false;
}

void TestExpiry::whatAPersonMayStillDecideIsKept()
{
    QFETCH(QList<Verdict>, verdicts);
    QFETCH(QString, state);
    QFETCH(bool, goes);
    const QDateTime then = noon.addDays(-1000);
    MessageId id;
    if (verdicts.isEmpty())
        id = m_books->enqueue(m_account, {u"one@example.org"_s}, then);
    else
        id = Support::deliver(*m_books, m_account, Support::Books::letter(Support::recipientsFor(verdicts)),
                              then, verdicts);
    Decisions decisions(m_books->database);
    if (state == u"held"_s)
        QVERIFY(decisions.hold(id, then).ok());
    if (state == u"cancelled"_s)
        QVERIFY(decisions.cancel(id, then).ok());
    QCOMPARE(m_books->state(id), state);
    QCOMPARE(expired({1, 0}), goes ? QList<MessageId>{id} : QList<MessageId>());
}

void TestExpiry::whatIsOwedACopyIsKept()
{
    m_account.sentFolder = u"/nowhere"_s;
    QVERIFY(Store::AccountStore(m_books->database).save(m_account).ok());
    const MessageId id = Support::deliver(*m_books, m_account, Support::Books::letter({u"one@example.org"_s}),
                                          noon.addDays(-9));
    Store::SentCopies copies(m_books->database);
    QCOMPARE(expired({1, 0}), QList<MessageId>());
    QVERIFY(copies.fail(id, {}).ok());
    QCOMPARE(expired({1, 0}), QList<MessageId>());
    QVERIFY(copies.settle(id).ok());
    QCOMPARE(expired({1, 0}), QList<MessageId>{id});
}

QTEST_GUILESS_MAIN(TestExpiry)
#include "tst_expiry.moc"
