// The list of messages: read by pages, kept in order, and never moved under the person's cursor.

#include "tests/ui/support/world.h"
#include "ui/outbox/messagetable.h"
#include "ui/outbox/outboxmodel.h"

#include <QAbstractItemModelTester>

using namespace Ui;

class TestOutboxModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsByPages();
    void newMessageKeepsTheSelection();
    void leavingMessageGivesTheSelectionUp();
    void filterAndSearch();
    void everythingChanged();
    void everyColumnSaysSomething();
};

namespace {

Base::MessageId submit(World &world, const QString &subject)
{
    const Base::Result<Base::MessageId> id = World::await<Base::MessageId>(
        world.mailroom.submit(world.letter(QStringLiteral("bob@example.org"), subject)));
    return id ? *id : Base::MessageId{};
}

} // namespace

void TestOutboxModel::readsByPages()
{
    World world;
    QVERIFY(world.open(false));
    world.practiceAccount();
    const int many = OutboxModel::page + 30;
    QList<Outbox::Mailroom::Answer<Base::MessageId>> answers;
    for (int i = 0; i < many; ++i)
        answers.append(
            world.mailroom.submit(world.letter(QStringLiteral("bob@example.org"), QString::number(i))));
    for (const auto &answer : answers)
        QVERIFY(World::await<Base::MessageId>(answer));
    OutboxModel model(world.query, world.clock); // no model tester here: it fetches by itself
    model.setFilter({});
    QCOMPARE(model.rowCount(), OutboxModel::page);
    QVERIFY(model.canFetchMore({}));
    model.fetchMore({});
    QCOMPARE(model.rowCount(), many);
    QVERIFY(!model.canFetchMore({}));
    for (int row = 1; row < many; ++row)
        QVERIFY(model.idAt(row) < model.idAt(row - 1));
    for (const int row :
         {0, 100, 217}) // messages are built side by side: the ids tell the order, not the subjects
        QCOMPARE(model.message(row)->subject, world.query.row(model.idAt(row))->subject);
    QCOMPARE(model.rowOf(model.idAt(217)), 217);
}

void TestOutboxModel::newMessageKeepsTheSelection()
{
    World world;
    QVERIFY(world.open(false));
    world.practiceAccount();
    const Base::MessageId first = submit(world, QStringLiteral("first"));
    OutboxModel model(world.query, world.clock);
    model.setFilter({});
    MessageTable table(model, world.preferences);
    table.select(first);
    const Base::MessageId second = submit(world, QStringLiteral("second"));
    model.refresh({second});
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.idAt(0), second);
    QCOMPARE(table.currentId(), first);
    QCOMPARE(table.selectedIds(), QList<Base::MessageId>{first});
}

void TestOutboxModel::leavingMessageGivesTheSelectionUp()
{
    World world;
    QVERIFY(world.open(false));
    world.practiceAccount();
    const Base::MessageId first = submit(world, QStringLiteral("first"));
    const Base::MessageId second = submit(world, QStringLiteral("second"));
    OutboxModel model(world.query, world.clock);
    model.setFilter({{Delivery::MessageState::Queued}, {}, {}});
    MessageTable table(model, world.preferences);
    table.select(second);
    QSignalSpy chosen(&table, &MessageTable::currentIdChanged);
    QVERIFY(World::await<void>(world.mailroom.hold(second)));
    model.refresh({second});
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.idAt(0), first);
    QVERIFY(!table.currentId().isValid()); // not moved to a message the person did not choose
    QCOMPARE(chosen.size(), 0);
}

void TestOutboxModel::filterAndSearch()
{
    World world;
    QVERIFY(world.open(false));
    world.practiceAccount();
    const Base::MessageId apples = submit(world, QStringLiteral("Apples"));
    OutboxModel model(world.query, world.clock);
    model.setFilter({{}, {}, Store::parseSearch(QStringLiteral("apple"), QDate::currentDate())});
    QVERIFY(model.isSearching());
    QTRY_COMPARE(model.rowCount(), 1);
    const Base::MessageId pears = submit(world, QStringLiteral("Pears"));
    const Base::MessageId more = submit(world, QStringLiteral("More apples"));
    model.refresh({pears, more});
    QTRY_COMPARE(model.rowCount(), 2);
    QCOMPARE(model.rowOf(pears), -1);
    QCOMPARE(model.rowOf(more), 0);
    QCOMPARE(model.rowOf(apples), 1);
}

void TestOutboxModel::everythingChanged()
{
    World world;
    QVERIFY(world.open(false));
    world.practiceAccount();
    const Base::MessageId first = submit(world, QStringLiteral("first"));
    const Base::MessageId second = submit(world, QStringLiteral("second"));
    OutboxModel model(world.query, world.clock);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setFilter({{Delivery::MessageState::Queued}, {}, {}});
    QVERIFY(World::await<void>(world.mailroom.cancel(first)));
    const Base::MessageId third = submit(world, QStringLiteral("third"));
    model.refreshAll();
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.idAt(0), third);
    QCOMPARE(model.idAt(1), second);
}

void TestOutboxModel::everyColumnSaysSomething()
{
    World world;
    QVERIFY(world.open(false));
    const Accounts::Account account = world.practiceAccount();
    const Base::MessageId id = submit(world, QString());
    OutboxModel model(world.query, world.clock);
    model.setFilter({});
    for (int column = 0; column < OutboxModel::ColumnCount; ++column) {
        QVERIFY(!model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().isEmpty());
        QVERIFY(!model.index(0, column).data(Qt::AccessibleTextRole).toString().isEmpty());
    }
    QCOMPARE(model.index(0, OutboxModel::State).data(Qt::DisplayRole).toString(), QStringLiteral("Waiting"));
    QVERIFY(!model.index(0, OutboxModel::State).data(Qt::DecorationRole).value<QIcon>().isNull());
    QVERIFY(!model.index(0, OutboxModel::Subject).data(Qt::DisplayRole).toString().isEmpty());
    model.setPaused({account.id});
    QCOMPARE(model.index(0, OutboxModel::NextTry).data(Qt::DisplayRole).toString(),
             QStringLiteral("waits for you"));
    Q_UNUSED(id)
}

QTEST_MAIN(TestOutboxModel)
#include "tst_outboxmodel.moc"
