#include "core/outbox/queue.h"

#include <QTest>

using Base::AccountId;
using Base::MessageId;
using Outbox::AccountCondition;
using Outbox::Plan;
using Store::QueueEntry;
using namespace Qt::StringLiterals;

namespace {

const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();

using Conditions = QHash<AccountId, AccountCondition>;

QList<QueueEntry> entries(const QList<int> &accounts)
{
    QList<QueueEntry> out;
    for (qsizetype i = 0; i < accounts.size(); ++i)
        out.append({MessageId{i + 1}, AccountId{accounts.at(i)}, noon, noon, 0});
    return out;
}

AccountCondition condition(int active, int most, bool paused = false, int backOffSeconds = 0)
{
    return {active, most, paused, backOffSeconds == 0 ? QDateTime() : noon.addSecs(backOffSeconds),
            {},     {},   {}};
}

} // namespace

class TestQueue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsDueIsStarted_data();
    void whatIsDueIsStarted();
    void theNextEndOfABackOffIsTold_data();
    void theNextEndOfABackOffIsTold();
    void entriesAreHandedOnUntouched();
};

void TestQueue::whatIsDueIsStarted_data()
{
    QTest::addColumn<QList<int>>("accounts"); // whose messages 1, 2, 3, … are
    QTest::addColumn<Conditions>("conditions");
    QTest::addColumn<QList<int>>("started");
    const AccountId one{1};
    const AccountId two{2};
    QTest::newRow("nothing") << QList<int>{} << Conditions{} << QList<int>{};
    QTest::newRow("all that fit, in their order")
        << QList<int>{1, 2, 1, 2} << Conditions{{one, condition(0, 5)}, {two, condition(0, 5)}}
        << QList<int>{1, 2, 3, 4};
    QTest::newRow("no more than the connections")
        << QList<int>{1, 1, 1, 2} << Conditions{{one, condition(0, 2)}, {two, condition(0, 2)}}
        << QList<int>{1, 2, 4};
    QTest::newRow("those under way count")
        << QList<int>{1, 1, 1} << Conditions{{one, condition(1, 2)}} << QList<int>{1};
    QTest::newRow("a full account") << QList<int>{1, 2}
                                    << Conditions{{one, condition(2, 2)}, {two, condition(0, 1)}}
                                    << QList<int>{2};
    QTest::newRow("more under way than allowed")
        << QList<int>{1} << Conditions{{one, condition(5, 2)}} << QList<int>{};
    QTest::newRow("a paused one waits, others go")
        << QList<int>{1, 2} << Conditions{{one, condition(0, 2, true)}, {two, condition(0, 2)}}
        << QList<int>{2};
    QTest::newRow("a back-off waits, others go")
        << QList<int>{1, 1, 2} << Conditions{{one, condition(0, 2, false, 1)}, {two, condition(0, 2)}}
        << QList<int>{3};
    QTest::newRow("a back-off that is over")
        << QList<int>{1} << Conditions{{one, condition(0, 2, false, -1)}} << QList<int>{1};
    // A message without an account must come to the dispatcher, who holds it.
    QTest::newRow("no account") << QList<int>{0, 1} << Conditions{{one, condition(0, 2)}} << QList<int>{1, 2};
    QTest::newRow("one account's flood does not block another")
        << (QList<int>(150, 1) + QList<int>{2}) << Conditions{{one, condition(0, 1)}, {two, condition(0, 1)}}
        << QList<int>{1, 151};
}

void TestQueue::whatIsDueIsStarted()
{
    QFETCH(QList<int>, accounts);
    QFETCH(Conditions, conditions);
    const Plan plan = Outbox::plan(entries(accounts), conditions, noon);
    QList<int> started;
    for (const QueueEntry &entry : plan.start)
        started.append(static_cast<int>(entry.id.value));
    QTEST(started, "started");
}

void TestQueue::theNextEndOfABackOffIsTold_data()
{
    QTest::addColumn<QList<int>>("accounts");
    QTest::addColumn<Conditions>("conditions");
    QTest::addColumn<int>("seconds"); // -1: none
    const AccountId one{1};
    const AccountId two{2};
    const AccountId three{3};
    QTest::newRow("none") << QList<int>{1} << Conditions{{one, condition(0, 2)}} << -1;
    QTest::newRow("one") << QList<int>{1, 1} << Conditions{{one, condition(0, 2, false, 60)}} << 60;
    QTest::newRow("the earliest") << QList<int>{1, 2}
                                  << Conditions{{one, condition(0, 2, false, 60)},
                                                {two, condition(0, 2, false, 30)}}
                                  << 30;
    QTest::newRow("one that holds nothing up")
        << QList<int>{1} << Conditions{{one, condition(0, 2, false, 60)}, {three, condition(0, 2, false, 5)}}
        << 60;
    QTest::newRow("a paused one is not woken by its back-off")
        << QList<int>{1} << Conditions{{one, condition(0, 2, true, 60)}} << -1;
}

void TestQueue::theNextEndOfABackOffIsTold()
{
    QFETCH(QList<int>, accounts);
    QFETCH(Conditions, conditions);
    QFETCH(int, seconds);
    const Plan plan = Outbox::plan(entries(accounts), conditions, noon);
    QCOMPARE(plan.wake.has_value(), seconds >= 0);
    if (seconds >= 0)
        QCOMPARE(*plan.wake, noon.addSecs(seconds));
}

void TestQueue::entriesAreHandedOnUntouched()
{
    const QueueEntry entry{MessageId{7}, AccountId{3}, noon.addSecs(-5), noon.addDays(-1), 4};
    const Plan plan = Outbox::plan({entry}, {{AccountId{3}, condition(0, 1)}}, noon);
    QCOMPARE(plan.start.size(), 1);
    QCOMPARE(plan.start.first().due, entry.due);
    QCOMPARE(plan.start.first().created, entry.created);
    QCOMPARE(plan.start.first().attempts, 4);
}

QTEST_GUILESS_MAIN(TestQueue)
#include "tst_queue.moc"
