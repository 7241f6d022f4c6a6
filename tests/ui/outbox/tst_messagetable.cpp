// The columns of the list of messages: what is seen in a small window, in a large one, and what a person
// chose.

#include "tests/ui/support/world.h"
#include "ui/outbox/messagetable.h"
#include "ui/outbox/outboxmodel.h"

#include <QHeaderView>
#include <QScrollBar>

using namespace Ui;

class TestMessageTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_world.open(false)); }
    void init() { m_world.preferences.reset(Preference::TableHeader); }
    void aLargeWindowHasAllColumns();
    void aSmallOneNeedsNoScrolling();
    void theRoomDecidesAgainAndAgain();
    void whatAPersonChoseStays();
    void nothingIsKeptThatNobodyChose();
    void theFirstColumnStaysInSight();

private:
    std::unique_ptr<MessageTable> table(int characters)
    {
        auto made = std::make_unique<MessageTable>(m_model, m_world.preferences);
        resize(*made, characters);
        made->show();
        return made;
    }
    static void resize(MessageTable &table, int characters)
    {
        table.resize(table.fontMetrics().averageCharWidth() * characters + 2 * table.frameWidth(), 300);
    }
    static QList<int> hidden(const MessageTable &table)
    {
        QList<int> columns;
        for (int column = 0; column < OutboxModel::ColumnCount; ++column) {
            if (table.isColumnHidden(column))
                columns.append(column);
        }
        return columns;
    }

    World m_world;
    OutboxModel m_model{m_world.query, m_world.clock};
};

void TestMessageTable::aLargeWindowHasAllColumns()
{
    const auto large = table(160);
    QCOMPARE(hidden(*large), QList<int>());
    QCOMPARE(large->horizontalScrollBar()->maximum(), 0);
    QVERIFY(large->columnWidth(OutboxModel::Subject) >
            large->fontMetrics().averageCharWidth() * 40); // what is left is the subject's
}

void TestMessageTable::aSmallOneNeedsNoScrolling()
{
    for (const int characters : {100, 90, 80, 70, 60, 50, 45}) {
        const auto small = table(characters);
        QCOMPARE(small->horizontalScrollBar()->maximum(), 0);
        for (const int column : {OutboxModel::State, OutboxModel::Subject, OutboxModel::Time})
            QVERIFY(!small->isColumnHidden(column));
        QVERIFY(small->columnWidth(OutboxModel::Subject) >= small->fontMetrics().averageCharWidth() * 17);
    }
    QCOMPARE(hidden(*table(76)), (QList<int>{OutboxModel::Account, OutboxModel::Size}));
}

void TestMessageTable::theRoomDecidesAgainAndAgain()
{
    const auto changing = table(160);
    resize(*changing, 60);
    QVERIFY(changing->isColumnHidden(OutboxModel::Size));
    resize(*changing, 160);
    QCOMPARE(hidden(*changing), QList<int>());
}

void TestMessageTable::whatAPersonChoseStays()
{
    const auto chosen = table(160);
    chosen->header()->resizeSection(OutboxModel::To, 123);
    resize(*chosen, 60);
    QCOMPARE(hidden(*chosen), QList<int>());
    QCOMPARE(chosen->columnWidth(OutboxModel::To), 123);
    chosen->keepColumns();
    const auto next = table(60);
    QCOMPARE(next->columnWidth(OutboxModel::To), 123);
    QCOMPARE(hidden(*next), QList<int>());
}

void TestMessageTable::nothingIsKeptThatNobodyChose()
{
    const auto small = table(60);
    small->keepColumns();
    QCOMPARE(hidden(*table(160)), QList<int>());
}

void TestMessageTable::theFirstColumnStaysInSight()
{
    m_world.practiceAccount();
    const auto id = World::await<Base::MessageId>(
        m_world.mailroom.submit(m_world.letter(QStringLiteral("bob@example.org"), QStringLiteral("Hello"))));
    QVERIFY(id.ok());
    m_model.setFilter({});
    const auto chosen = table(40);
    chosen->header()->resizeSection(OutboxModel::State, 400);
    chosen->header()->setMinimumSectionSize(200); // now there is something to scroll
    QTRY_VERIFY(chosen->horizontalScrollBar()->maximum() > 0);
    chosen->select(*id);
    QCOMPARE(chosen->currentId(), *id);
    QCOMPARE(chosen->horizontalScrollBar()->value(), 0);
}

QTEST_MAIN(TestMessageTable)
#include "tst_messagetable.moc"
