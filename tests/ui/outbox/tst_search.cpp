// The search field: what is typed is looked for away from the window's thread, what is not understood is
// told, and the list that comes in is the one that was asked for last.

#include "tests/ui/support/world.h"
#include "ui/outbox/messagetable.h"
#include "ui/outbox/outboxmodel.h"
#include "ui/outbox/outboxview.h"

#include <QLabel>
#include <QLineEdit>

using namespace Ui;

class TestSearch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void pagesOfATextSearchFollowEachOther();
    void theLastSearchCounts();
    void law10_theWindowNeverWaits();
    void changesDuringASearchAreSeen();
    void theFieldFindsAndTells();
    void theChosenMessageStaysChosen();
    void booksThatAreGoneAreTold();

private:
    Store::Filter asked(const char *typed) const
    {
        return {{}, {}, Store::parseSearch(QString::fromUtf8(typed), QDate::currentDate())};
    }
    void submitMany(int number, const QString &subject);

    std::unique_ptr<World> m_world;
};

void TestSearch::init()
{
    m_world = std::make_unique<World>();
    QVERIFY(m_world->open(false));
    m_world->practiceAccount();
}

void TestSearch::cleanup()
{
    m_world.reset();
}

void TestSearch::submitMany(int number, const QString &subject)
{
    QList<Outbox::Mailroom::Answer<Base::MessageId>> answers;
    for (int i = 0; i < number; ++i)
        answers.append(m_world->mailroom.submit(m_world->letter(QStringLiteral("bob@example.org"), subject)));
    for (const auto &answer : answers)
        QVERIFY(World::await<Base::MessageId>(answer));
}

void TestSearch::pagesOfATextSearchFollowEachOther()
{
    const int many = OutboxModel::page + 30;
    submitMany(many, QStringLiteral("Apples"));
    submitMany(3, QStringLiteral("Pears"));
    OutboxModel model(m_world->query, m_world->clock);
    QSignalSpy loaded(&model, &OutboxModel::loaded);
    model.setFilter(asked("apple"));
    QVERIFY(!model.canFetchMore({})); // one page at a time
    QTRY_COMPARE(model.rowCount(), OutboxModel::page);
    QVERIFY(model.canFetchMore({}));
    model.fetchMore({});
    model.fetchMore({});
    QTRY_COMPARE(model.rowCount(), many);
    QTRY_VERIFY(!model.isSearching());
    QVERIFY(!model.canFetchMore({}));
    QCOMPARE(loaded.size(), 2);
    for (int row = 1; row < many; ++row)
        QVERIFY(model.idAt(row) < model.idAt(row - 1));
}

void TestSearch::theLastSearchCounts()
{
    submitMany(2, QStringLiteral("Apples"));
    submitMany(1, QStringLiteral("Pears"));
    OutboxModel model(m_world->query, m_world->clock);
    for (int i = 0; i < 20; ++i)
        model.setFilter(asked(i % 2 ? "pears" : "apples"));
    QTRY_VERIFY(!model.isSearching());
    QTest::qWait(50); // answers to the others may still be on their way
    QCOMPARE(model.rowCount(), 1);
    model.setFilter(asked("apples"));
    model.setFilter({});
    QCOMPARE(model.rowCount(), 3); // what needs no looking for is there at once
    QTest::qWait(50);
    QCOMPARE(model.rowCount(), 3);
}

// While a search is under way nothing was read in this thread: the rows come with the event loop.
void TestSearch::law10_theWindowNeverWaits()
{
    submitMany(1, QStringLiteral("Apples"));
    OutboxModel model(m_world->query, m_world->clock);
    model.setFilter(asked("apples"));
    QVERIFY(model.isSearching());
    QCOMPARE(model.rowCount(), 0);
    QThreadPool::globalInstance()->waitForDone();
    QCOMPARE(model.rowCount(), 0);
    QTRY_COMPARE(model.rowCount(), 1);
}

void TestSearch::changesDuringASearchAreSeen()
{
    submitMany(2, QStringLiteral("Apples"));
    OutboxModel model(m_world->query, m_world->clock);
    model.setFilter(asked("apples status:queued"));
    QTRY_COMPARE(model.rowCount(), 2);
    const Base::MessageId held = model.idAt(0);
    const Base::MessageId kept = model.idAt(1);
    QVERIFY(World::await<void>(m_world->mailroom.hold(held)));
    model.refresh({held});
    model.refresh({kept});
    model.refreshAll();
    QTRY_COMPARE(model.rowCount(), 1);
    QCOMPARE(model.idAt(0), kept);
    QVERIFY(World::await<void>(m_world->mailroom.release(held)));
    model.refresh({held});
    QTRY_COMPARE(model.rowCount(), 2);
}

void TestSearch::theFieldFindsAndTells()
{
    submitMany(2, QStringLiteral("Apples"));
    OutboxView view(m_world->query, m_world->clock, m_world->preferences, m_world->prompts);
    view.showFolder({Delivery::MessageState::Queued}, {QStringLiteral("Nothing"), {}, {}});
    view.show();
    auto *field = view.findChild<QLineEdit *>(QStringLiteral("search"));
    auto *hint = view.findChild<QLabel *>(QStringLiteral("searchHint"));
    auto *table = view.findChild<MessageTable *>();
    QVERIFY(field && hint && table);
    QCOMPARE(table->model()->rowCount(), 2);
    QVERIFY(!hint->isVisible());
    QTest::keyClicks(field, QStringLiteral("apples status:lost"));
    QTRY_VERIFY(hint->isVisible());
    QVERIFY(hint->text().contains(QLatin1String("lost")));
    QTRY_COMPARE(table->model()->rowCount(), 2); // what was not understood hides nothing
    field->setText(QStringLiteral("pears"));
    QTRY_COMPARE(table->model()->rowCount(), 0);
    QTRY_VERIFY(!hint->isVisible());
    QTRY_VERIFY(!table->isVisible()); // the words for nothing found stand there
    field->clear();
    QTRY_COMPARE(table->model()->rowCount(), 2);
    QTRY_VERIFY(table->isVisible());
    QVERIFY(field->toolTip().contains(QLatin1String("has:attachment")));
}

void TestSearch::theChosenMessageStaysChosen()
{
    submitMany(5, QStringLiteral("Apples"));
    OutboxView view(m_world->query, m_world->clock, m_world->preferences, m_world->prompts);
    view.showFolder({Delivery::MessageState::Queued}, {});
    auto *field = view.findChild<QLineEdit *>(QStringLiteral("search"));
    auto *table = view.findChild<MessageTable *>();
    QVERIFY(table->currentId().isValid()); // the first
    const Base::MessageId third = static_cast<OutboxModel *>(table->model())->idAt(2);
    table->select(third);
    QSignalSpy anew(table->model(), &QAbstractItemModel::modelReset);
    field->setText(QStringLiteral("app"));
    QTRY_COMPARE(anew.size(), 1);
    QTRY_COMPARE(table->currentId(), third);
}

void TestSearch::booksThatAreGoneAreTold()
{
    Store::MessageQuery none;
    const QTemporaryDir folder;
    QVERIFY(!none.open(folder.filePath(QStringLiteral("none.db")), folder.path()));
    OutboxModel model(none, m_world->clock);
    model.setFilter(asked("apples"));
    QTRY_VERIFY(!model.isSearching());
    QVERIFY(model.error());
    QCOMPARE(model.rowCount(), 0);
}

QTEST_MAIN(TestSearch)
#include "tst_search.moc"
