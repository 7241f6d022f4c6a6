// Keeping, from the window: export of what is chosen and of the list, the copy that is missing, and how long
// sent messages stay.

#include "tests/ui/support/world.h"
#include "ui/common/messagebar.h"
#include "ui/main/mainwindow.h"
#include "ui/outbox/exportdesk.h"

#include <QAction>
#include <QCheckBox>
#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTreeView>

using namespace Ui;
using namespace Qt::StringLiterals;

class TestKeeping : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void theSelectedOnesBecomeFiles();
    void theSelectedOnesBecomeAMailbox();
    void theListBecomesAMailbox();
    void aPersonMayThinkBetterOfIt();
    void whatCannotBeWrittenIsTold();
    void withoutAChoiceNothingIsOffered();
    void aMissingCopyIsShownWithItsMessage();
    void howLongIsChosenAndAskedBefore();

private:
    Base::MessageId send(const QString &subject)
    {
        const auto id = World::await<Base::MessageId>(
            m_world->mailroom.submit(m_world->letter(u"bob@practice.example"_s, subject)));
        return id ? *id : Base::MessageId{};
    }
    /// Two letters in the list, both selected.
    void prepare()
    {
        send(u"first"_s);
        send(u"second"_s);
        QTRY_COMPARE(m_world->query.counts()->value(Delivery::MessageState::Sent), 2);
        m_window->showFolder(Folder::Sent);
        QTRY_COMPARE(table()->model()->rowCount(), 2);
        table()->selectAll();
    }
    QTreeView *table() const { return m_window->findChild<QTreeView *>(u"messageTable"_s); }
    QAction *action(const char *name) const { return m_window->findChild<QAction *>(QLatin1String(name)); }
    MessageBar *bar(const char *name) const { return m_window->findChild<MessageBar *>(QLatin1String(name)); }
    template <class T>
    T *part(const char *name) const
    {
        return m_window->findChild<T *>(QLatin1String(name));
    }

    std::unique_ptr<World> m_world;
    std::unique_ptr<MainWindow> m_window;
    QTemporaryDir m_folder;
};

void TestKeeping::init()
{
    m_world = std::make_unique<World>();
    QVERIFY(m_world->open());
    m_world->practiceAccount();
    m_window = std::make_unique<MainWindow>(m_world->mailroom, m_world->query, m_world->preferences,
                                            m_world->prompts, m_world->practice, m_world->clock);
    m_window->resize(1280, 720);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestKeeping::cleanup()
{
    m_window.reset();
    m_world.reset();
}

void TestKeeping::theSelectedOnesBecomeFiles()
{
    prepare();
    QVERIFY(action("exportFiles")->isEnabled());
    m_world->prompts.files = {m_folder.path()};
    QSignalSpy opened(m_window->findChild<ExportDesk *>(), &ExportDesk::openFolder);
    action("exportFiles")->trigger();
    QTRY_COMPARE(bar("exportBar")->headline(), u"2 messages were exported."_s);
    QCOMPARE(QDir(m_folder.path()).entryList({u"*.eml"_s}).size(), 2);
    QVERIFY(action("exportFiles")->isEnabled());
    // The desktop's own window is not part of this.
    disconnect(m_window->findChild<ExportDesk *>(), &ExportDesk::openFolder, m_window.get(), nullptr);
    part<QPushButton>("openFolder")->click();
    QCOMPARE(opened.size(), 1);
    QCOMPARE(opened.first().first().toString(), m_folder.path());
}

void TestKeeping::theSelectedOnesBecomeAMailbox()
{
    prepare();
    m_world->prompts.saveTo = m_folder.filePath(u"some.mbox"_s);
    for (int i = 0; i < 2; ++i) { // the dialog has asked whether the old one may go
        action("exportMbox")->trigger();
        QTRY_VERIFY(bar("exportBar")->headline().contains(u"2 messages were exported"_s));
        bar("exportBar")->clear();
    }
    QFile file(m_world->prompts.saveTo);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll().count("\nSubject: "), 2);
}

void TestKeeping::theListBecomesAMailbox()
{
    prepare();
    table()->clearSelection();
    m_world->prompts.saveTo = m_folder.filePath(u"list.mbox"_s);
    action("exportList")->trigger();
    QTRY_COMPARE(bar("exportBar")->headline(), u"2 messages were exported."_s);
    m_window->showFolder(Folder::Failed);
    QVERIFY(action("exportList")->isEnabled());
    m_world->prompts.saveTo = m_folder.filePath(u"none.mbox"_s);
    action("exportList")->trigger();
    QTRY_COMPARE(bar("exportBar")->headline(), u"No message was exported."_s);
}

void TestKeeping::aPersonMayThinkBetterOfIt()
{
    prepare();
    m_world->prompts.files.clear();
    m_world->prompts.saveTo.clear();
    for (const char *name : {"exportFiles", "exportMbox", "exportList"}) {
        action(name)->trigger();
        QCoreApplication::processEvents();
        QVERIFY(!bar("exportBar")->isVisible());
        QVERIFY(action(name)->isEnabled());
    }
}

void TestKeeping::whatCannotBeWrittenIsTold()
{
    prepare();
    m_world->prompts.saveTo = u"/nowhere/at/all.mbox"_s;
    action("exportMbox")->trigger();
    QTRY_COMPARE(bar("exportBar")->role(), Role::Error);
    QVERIFY(bar("exportBar")->headline().contains(u"No message was exported"_s));
    QVERIFY(!part<QPushButton>("openFolder"));
}

void TestKeeping::withoutAChoiceNothingIsOffered()
{
    QVERIFY(!action("exportFiles")->isEnabled());
    QVERIFY(!action("exportMbox")->isEnabled());
    m_window->showFolder(Folder::Drafts);
    QVERIFY(!action("exportList")->isEnabled());
}

void TestKeeping::aMissingCopyIsShownWithItsMessage()
{
    Accounts::Account account = *m_world->query.account(u"work"_s);
    const QString folder = m_folder.filePath(u"Sent"_s);
    for (const QString &inside : {u"/tmp"_s, u"/new"_s, u"/cur"_s})
        QVERIFY(QDir().mkpath(folder + inside));
    account.sentFolder = folder;
    QVERIFY(World::await<Accounts::Account>(m_world->mailroom.saveAccount(account)).ok());
    QVERIFY(QDir(folder).removeRecursively());
    const Base::MessageId id = send(u"alone"_s);
    QTRY_COMPARE(m_world->query.counts()->value(Delivery::MessageState::Sent), 1);
    m_window->showFolder(Folder::Sent);
    m_window->select(id);
    QTRY_COMPARE(bar("messageBanner")->role(), Role::Warning);
    QVERIFY(bar("messageBanner")->headline().contains(u"It was sent, but its copy is missing."_s));
}

void TestKeeping::howLongIsChosenAndAskedBefore()
{
    const auto open = [this] {
        action("preferences")->trigger();
        QTRY_VERIFY(part<QDialog>("preferencesDialog"));
    };
    open();
    part<QTabWidget>("preferencesTabs")->setCurrentIndex(1);
    QVERIFY(!part<QCheckBox>("keepByAge")->isChecked());
    QVERIFY(!part<QSpinBox>("keepDays")->isEnabled());
    part<QCheckBox>("keepByAge")->click();
    part<QSpinBox>("keepDays")->setValue(30);
    m_world->prompts.yes = false;
    part<QPushButton>("savePreferences")->click();
    QTRY_COMPARE(m_world->prompts.asked.size(), 1);
    QVERIFY(m_world->prompts.asked.first().destructive);
    QCoreApplication::processEvents();
    QVERIFY(m_world->query.retention()->keepsAll());
    m_world->prompts.yes = true;
    part<QPushButton>("savePreferences")->click();
    QTRY_VERIFY(!part<QDialog>("preferencesDialog"));
    QCOMPARE(*m_world->query.retention(), Delivery::Retention(30, 0));
    open();
    part<QTabWidget>("preferencesTabs")->setCurrentIndex(1);
    QCOMPARE(part<QSpinBox>("keepDays")->value(), 30);
    part<QPushButton>("restoreDefaults")->click();
    part<QPushButton>("savePreferences")->click(); // deletes nothing, so asks nothing
    QTRY_VERIFY(!part<QDialog>("preferencesDialog"));
    QCOMPARE(m_world->prompts.asked.size(), 2);
    QVERIFY(m_world->query.retention()->keepsAll());
}

QTEST_MAIN(TestKeeping)
#include "tst_keeping.moc"
