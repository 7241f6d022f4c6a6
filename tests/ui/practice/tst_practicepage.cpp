// The practice server by its window: every scenario in words, an account in one click, and what was received.

#include "tests/ui/support/world.h"
#include "ui/practice/practicedesk.h"
#include "ui/practice/practicepage.h"
#include "ui/practice/scenariowords.h"

#include <QComboBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTreeWidget>

using namespace Ui;

class TestPracticePage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyScenarioIsExplained();
    void accountInOneClick();
    void showsWhatCame();
    void scenarioIsKept();
};

void TestPracticePage::everyScenarioIsExplained()
{
    QSet<QString> seen;
    for (const Practice::ScenarioRow &row : Practice::scenarios()) {
        QVERIFY2(title(row.scenario).size() > 5, row.name);
        QVERIFY2(description(row.scenario).endsWith(QLatin1Char('.')), row.name);
        seen.insert(title(row.scenario) + description(row.scenario));
    }
    QCOMPARE(seen.size(), static_cast<qsizetype>(Practice::scenarios().size()));
}

void TestPracticePage::accountInOneClick()
{
    World world;
    QVERIFY(world.open());
    PracticeDesk desk(world.practice, world.mailroom, world.query, world.preferences);
    PracticePage page(desk, world.query);
    page.show();
    auto *make = page.findChild<QPushButton *>(QStringLiteral("makePracticeAccount"));
    QVERIFY(make->isVisible());
    make->click();
    QTRY_VERIFY(desk.account());
    QVERIFY(world.practice.isRunning());
    QCOMPARE(desk.account()->server.port, world.practice.port());
    QTRY_VERIFY(!make->isVisible());
    // Another port, as after a restart when the old one is taken: the account follows.
    world.practice.stop();
    Practice::PracticeServer other(world.folder.filePath(QStringLiteral("other")));
    QVERIFY(other.start(desk.account()->server.port));
    desk.resume();
    QTRY_VERIFY(world.practice.isRunning());
    QTRY_COMPARE(desk.account()->server.port, world.practice.port());
    QCOMPARE(world.query.accounts()->size(), 1);
}

void TestPracticePage::showsWhatCame()
{
    World world;
    QVERIFY(world.open());
    world.practiceAccount();
    PracticeDesk desk(world.practice, world.mailroom, world.query, world.preferences);
    PracticePage page(desk, world.query);
    page.show();
    Message::Draft draft = world.letter(QStringLiteral("grace@practice.example"), QStringLiteral("Grüße"));
    QVERIFY(World::await<Base::MessageId>(world.mailroom.submit(draft)));
    const auto *list = page.findChild<QTreeWidget *>(QStringLiteral("received"));
    QTRY_COMPARE(list->topLevelItemCount(), 1);
    QCOMPARE(list->topLevelItem(0)->text(2), QStringLiteral("Grüße"));
    QTRY_VERIFY(page.findChild<QPlainTextEdit *>(QStringLiteral("messageText"))
                    ->toPlainText()
                    .contains(QStringLiteral("this is a letter")));
}

void TestPracticePage::scenarioIsKept()
{
    World world;
    QVERIFY(world.open());
    {
        PracticeDesk desk(world.practice, world.mailroom, world.query, world.preferences);
        PracticePage page(desk, world.query);
        page.show();
        auto *scenario = page.findChild<QComboBox *>(QStringLiteral("scenario"));
        QTest::keyClick(scenario, Qt::Key_Down);
        QCOMPARE(world.practice.scenario(), Practice::Scenario::RefuseRecipient);
    }
    world.practice.setScenario(Practice::Scenario::AcceptAll);
    PracticeDesk again(world.practice, world.mailroom, world.query, world.preferences);
    QCOMPARE(world.practice.scenario(), Practice::Scenario::RefuseRecipient);
}

QTEST_MAIN(TestPracticePage)
#include "tst_practicepage.moc"
