// The real main window, end to end, by keyboard: from the first start to a letter in the practice server and
// the line that decided about it.

#include "tests/ui/support/world.h"
#include "ui/common/messagebar.h"
#include "ui/compose/composewindow.h"
#include "ui/main/actions.h"
#include "ui/main/mainwindow.h"
#include "ui/practice/practicepage.h"

#include <QAction>
#include <QDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeWidget>

using namespace Ui;

class TestMainWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void firstStartToFirstLetter();
    void refusedRecipientIsNamed();
    void uncertainIsDecidedByThePerson();
    void transcriptGrowsLive();
    void editAndSendAgain();
    void wrongPasswordPausesTheAccount();
    void cancelAndDelete();
    void draftsCanBeUndeleted();
    void everyActionIsReachable();
    void panesByF6();
    void windowStateIsKept();
    void quitKeepsDrafts();

private:
    Base::MessageId send(const QString &to, const QString &subject);
    Delivery::MessageState stateOf(Base::MessageId id) const;
    QAbstractItemModel *model(const char *table) const
    {
        return m_window->findChild<QTreeView *>(QLatin1String(table))->model();
    }
    MessageBar *banner() const { return m_window->findChild<MessageBar *>(QStringLiteral("messageBanner")); }
    QPushButton *button(const char *name) const
    {
        return m_window->findChild<QPushButton *>(QLatin1String(name));
    }
    QAction *action(const char *name) const { return m_window->findChild<QAction *>(QLatin1String(name)); }
    ComposeWindow *composer() const;
    void makeWindow();

    std::unique_ptr<World> m_world;
    std::unique_ptr<MainWindow> m_window;
};

void TestMainWindow::init()
{
    m_world = std::make_unique<World>();
    QVERIFY(m_world->open());
    if (QLatin1String(QTest::currentTestFunction()) != QLatin1String("firstStartToFirstLetter"))
        m_world->practiceAccount();
    makeWindow();
}

void TestMainWindow::cleanup()
{
    const QWidgetList windows = QApplication::topLevelWidgets();
    for (QWidget *window : windows) {
        if (qobject_cast<ComposeWindow *>(window))
            delete window;
    }
    m_window.reset();
    m_world.reset();
}

void TestMainWindow::makeWindow()
{
    m_window = std::make_unique<MainWindow>(m_world->mailroom, m_world->query, m_world->preferences,
                                            m_world->prompts, m_world->practice, m_world->clock);
    m_window->resize(1280, 720);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

ComposeWindow *TestMainWindow::composer() const
{
    const QWidgetList windows = QApplication::topLevelWidgets();
    for (QWidget *window : windows) {
        if (auto *found = qobject_cast<ComposeWindow *>(window); found && found->isVisible())
            return found;
    }
    return nullptr;
}

Base::MessageId TestMainWindow::send(const QString &to, const QString &subject)
{
    const Base::Result<Base::MessageId> id =
        World::await<Base::MessageId>(m_world->mailroom.submit(m_world->letter(to, subject)));
    return id ? *id : Base::MessageId{};
}

Delivery::MessageState TestMainWindow::stateOf(Base::MessageId id) const
{
    const Base::Result<Store::MessageRow> row = m_world->query.row(id);
    return row ? row->state : Delivery::MessageState::Queued;
}

void TestMainWindow::firstStartToFirstLetter()
{
    auto *welcome = m_window->findChild<QWidget *>(QStringLiteral("welcomePage"));
    QVERIFY(welcome->isVisible());
    auto *practice = m_window->findChild<QAbstractButton *>(QStringLiteral("welcomePractice"));
    practice->setFocus();
    QTest::keyClick(practice, Qt::Key_Space);
    QTRY_VERIFY(composer());
    QTRY_VERIFY(!welcome->isVisible());
    QVERIFY(QTest::qWaitForWindowActive(composer()));
    QTest::keyClick(composer(), Qt::Key_Return, Qt::ControlModifier);
    QTRY_VERIFY(!composer());
    QTRY_COMPARE(m_world->practice.messages().size(), 1);
    QTRY_COMPARE(m_world->query.counts()->value(Delivery::MessageState::Sent), 1);
    QTRY_COMPARE(banner()->role(), Role::Sent); // it was selected when it was sent, and stays in sight
    m_window->showFolder(Folder::Sent);
    QTRY_COMPARE(model("messageTable")->rowCount(), 1);
    QTRY_COMPARE(model("recipientTable")->rowCount(), 2);
    QTRY_VERIFY(model("transcriptTable")->rowCount() > 15);
    QCOMPARE(banner()->role(), Role::Sent);
    QVERIFY(m_world->prompts.asked.isEmpty());
}

void TestMainWindow::refusedRecipientIsNamed()
{
    m_world->practice.setScenario(Practice::Scenario::RefuseRecipient);
    const Base::MessageId id =
        send(QStringLiteral("bob@practice.example, nobody@practice.example"), QStringLiteral("Invoice"));
    QTRY_COMPARE(stateOf(id), Delivery::MessageState::PartlySent);
    m_window->showFolder(Folder::Failed);
    m_window->select(id);
    QTRY_COMPARE(banner()->role(), Role::PartlySent);
    QVERIFY(banner()->headline().contains(QStringLiteral("nobody@practice.example")));
    QVERIFY(banner()->headline().contains(QStringLiteral("mailbox")));
    QCOMPARE(model("recipientTable")->index(0, 0).data().toString(), QStringLiteral("Accepted"));
    QCOMPARE(model("recipientTable")->index(1, 0).data().toString(), QStringLiteral("Refused"));
    button("showLine")->click();
    const auto *tabs = m_window->findChild<QTabWidget *>(QStringLiteral("detailTabs"));
    QCOMPARE(tabs->currentIndex(), 1);
}

void TestMainWindow::uncertainIsDecidedByThePerson()
{
    m_world->practice.setScenario(Practice::Scenario::DropAfterDot);
    const Base::MessageId id = send(QStringLiteral("bob@practice.example"), QStringLiteral("Contract"));
    QTRY_COMPARE(stateOf(id), Delivery::MessageState::Uncertain);
    m_window->select(id);
    QTRY_COMPARE(banner()->role(), Role::Uncertain);
    QVERIFY(button("arrived") && button("sendAgain"));
    QVERIFY(!action("retry")->isEnabled());
    QTRY_VERIFY(action("markArrived")->isEnabled());
    button("arrived")->click();
    QTRY_COMPARE(stateOf(id), Delivery::MessageState::Sent);
    QCOMPARE(m_world->practice.messages().size(), 1); // not sent twice
    QTRY_COMPARE(banner()->role(), Role::Sent);       // what was looked at stays in sight
}

void TestMainWindow::transcriptGrowsLive()
{
    m_world->practice.setScenario(Practice::Scenario::Slow);
    const Base::MessageId id = send(QStringLiteral("bob@practice.example"), QStringLiteral("Slowly"));
    m_window->select(id);
    QTRY_VERIFY_WITH_TIMEOUT(model("transcriptTable")->rowCount() >= 2, 10'000);
    const int before = model("transcriptTable")->rowCount();
    QVERIFY(stateOf(id) == Delivery::MessageState::Sending);
    QTRY_VERIFY_WITH_TIMEOUT(model("transcriptTable")->rowCount() > before, 10'000);
    QVERIFY(m_window->findChild<QLabel *>(QStringLiteral("statusNow"))->text().size() > 3);
    m_world->practice.setScenario(Practice::Scenario::AcceptAll);
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(id), Delivery::MessageState::Sent, 20'000);
}

void TestMainWindow::editAndSendAgain()
{
    m_world->practice.setScenario(Practice::Scenario::RefuseRecipient);
    const Base::MessageId id =
        send(QStringLiteral("Nobody Here <nobody@practice.example>"), QStringLiteral("Grüße"));
    QTRY_COMPARE(stateOf(id), Delivery::MessageState::Failed);
    m_window->select(id);
    QTRY_VERIFY(button("editAgain"));
    button("editAgain")->click();
    QTRY_VERIFY(composer());
    QVERIFY(composer()->draft().to.contains(QStringLiteral("nobody@practice.example")));
    QCOMPARE(composer()->draft().subject, QStringLiteral("Grüße"));
    QVERIFY(composer()->draft().text.contains(QStringLiteral("this is a letter")));
    QVERIFY(composer()->draft().from.isEmpty()); // the account's own
}

void TestMainWindow::wrongPasswordPausesTheAccount()
{
    m_world->practice.setScenario(Practice::Scenario::WrongPassword);
    const Base::MessageId id = send(QStringLiteral("bob@practice.example"), QStringLiteral("x"));
    const auto *bar = m_window->findChild<MessageBar *>(QStringLiteral("accountBar"));
    QTRY_VERIFY(bar->isVisible());
    QVERIFY(bar->headline().contains(QStringLiteral("work")));
    QVERIFY(button("barSignIn"));
    m_window->select(id);
    QTRY_VERIFY(button("signIn"));
    button("barSignIn")->click();
    QTRY_VERIFY(m_window->findChild<QDialog *>(QStringLiteral("accountDialog")));
    delete m_window->findChild<QDialog *>(QStringLiteral("accountDialog"));
}

void TestMainWindow::cancelAndDelete()
{
    m_world->practice.setScenario(Practice::Scenario::MailboxFull);
    const Base::MessageId id = send(QStringLiteral("bob@practice.example"), QStringLiteral("x"));
    QTRY_COMPARE(stateOf(id), Delivery::MessageState::Deferred);
    m_window->select(id);
    QTRY_VERIFY(action("cancelMessage")->isEnabled());
    action("cancelMessage")->trigger();
    QTRY_COMPARE(stateOf(id), Delivery::MessageState::Cancelled);
    QVERIFY(m_world->prompts.asked.isEmpty()); // it can be retried: nothing to ask
    m_window->select(id);
    QTRY_VERIFY(action("deleteMessage")->isEnabled());
    QTest::keyClick(m_window->findChild<QTreeView *>(QStringLiteral("messageTable")), Qt::Key_Delete);
    QTRY_COMPARE(m_world->prompts.asked.size(), 1);
    QVERIFY(m_world->prompts.asked.first().yes.contains(QStringLiteral("elete")));
    QTRY_VERIFY(!m_world->query.row(id));
}

void TestMainWindow::draftsCanBeUndeleted()
{
    QVERIFY(World::await<Base::DraftId>(
        m_world->mailroom.saveDraft(m_world->letter(QStringLiteral("a@b.example"), QStringLiteral("Idea")))));
    m_window->showFolder(Folder::Drafts);
    auto *list = m_window->findChild<QTreeWidget *>(QStringLiteral("draftList"));
    QTRY_COMPARE(list->topLevelItemCount(), 1);
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Delete);
    QTRY_COMPARE(list->topLevelItemCount(), 0);
    QTRY_VERIFY(button("undoDelete"));
    button("undoDelete")->click();
    QTRY_COMPARE(list->topLevelItemCount(), 1);
    QTest::keyClick(list, Qt::Key_Return);
    QTRY_VERIFY(composer());
    QCOMPARE(composer()->draft().subject, QStringLiteral("Idea"));
}

void TestMainWindow::everyActionIsReachable()
{
    QSet<QString> names;
    QSet<QKeySequence> keys;
    const QList<QAction *> actions = m_window->findChild<Actions *>()->findChildren<QAction *>();
    QCOMPARE(actions.size(), Actions::all().size());
    for (const QAction *each : actions) {
        QVERIFY(!each->objectName().isEmpty() && !names.contains(each->objectName()));
        names.insert(each->objectName());
        QVERIFY2(!each->associatedObjects().isEmpty(), qPrintable(each->objectName()));
        QVERIFY(each->text().contains(QLatin1Char('&')));
        if (!each->shortcut().isEmpty()) {
            QVERIFY2(!keys.contains(each->shortcut()), qPrintable(each->objectName()));
            keys.insert(each->shortcut());
        }
    }
    QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(composer());
}

void TestMainWindow::panesByF6()
{
    auto *navigation = m_window->findChild<QTreeWidget *>(QStringLiteral("navigation"));
    m_world->practice.setScenario(Practice::Scenario::MailboxFull);
    const Base::MessageId id = send(QStringLiteral("bob@practice.example"), QStringLiteral("x"));
    QTRY_COMPARE(stateOf(id), Delivery::MessageState::Deferred);
    QTRY_COMPARE(model("messageTable")->rowCount(), 1);
    navigation->setFocus();
    QTest::keyClick(m_window.get(), Qt::Key_F6);
    QCOMPARE(QApplication::focusWidget(), m_window->findChild<QTreeView *>(QStringLiteral("messageTable")));
    QTest::keyClick(m_window.get(), Qt::Key_F6);
    const auto *tabs = m_window->findChild<QTabWidget *>(QStringLiteral("detailTabs"));
    QVERIFY(tabs->isAncestorOf(QApplication::focusWidget()) || !tabs->isVisible());
    QTest::keyClick(m_window.get(), Qt::Key_F6);
    QCOMPARE(QApplication::focusWidget(), navigation);
}

void TestMainWindow::windowStateIsKept()
{
    m_window->resize(1000, 640);
    auto *columns = m_window->findChild<QTreeView *>(QStringLiteral("messageTable"))->header();
    columns->resizeSection(columns->count() - 1, 77);
    m_window->close();
    m_window.reset();
    makeWindow();
    const auto *table = m_window->findChild<QTreeView *>(QStringLiteral("messageTable"));
    QCOMPARE(table->columnWidth(table->header()->count() - 1), 77);
    m_window->setGeometry(m_window->geometry());
    QVERIFY(!m_world->preferences.bytes(Preference::WindowGeometry).isEmpty());
    QVERIFY(!m_world->preferences.bytes(Preference::TableHeader).isEmpty());
}

void TestMainWindow::quitKeepsDrafts()
{
    ComposeWindow *window =
        m_window->compose(m_world->letter(QStringLiteral("a@b.example"), QStringLiteral("Unsaved")), false);
    QVERIFY(window->isVisible());
    m_window->quit();
    QTRY_VERIFY(!composer());
    QTRY_VERIFY(!m_window->isVisible());
    QCOMPARE(m_world->query.drafts()->size(), 1);
}

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
