// The composer by keyboard: sends, says what is wrong where it is wrong, and never loses what was written.

#include "tests/ui/support/world.h"
#include "ui/common/messagebar.h"
#include "ui/compose/attachmentview.h"
#include "ui/compose/bodyedit.h"
#include "ui/compose/composewindow.h"

#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPointer>
#include <QPushButton>
#include <QToolButton>
#include <QUrl>

using namespace Ui;

class TestComposeWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void sendsByKeyboard();
    void badAddressIsNamed();
    void noRecipients();
    void emptySubjectIsAskedOnce();
    void forgottenAttachment();
    void attachesAndRemoves();
    void vanishedFileIsNamed();
    void filesDroppedOnTheTextAreAttached();
    void draftIsKeptWhileWriting();
    void closingKeepsTheDraft();
    void emptyWindowLeavesNothing();
    void sendingTakesTheDraftAway();
    void noAccount();

private:
    QLineEdit *line(const char *name) const { return m_window->findChild<QLineEdit *>(QLatin1String(name)); }
    MessageBar *bar() const { return m_window->findChild<MessageBar *>(QStringLiteral("composeBar")); }
    BodyEdit *body() const { return m_window->findChild<BodyEdit *>(); }
    QString file(const QString &name) const;
    void write(const QString &to, const QString &subject, const QString &text);
    void press(int key, Qt::KeyboardModifiers modifiers = Qt::ControlModifier)
    {
        QTest::keyClick(m_window, Qt::Key(key), modifiers);
    }
    int drafts() const;

    std::unique_ptr<World> m_world;
    QPointer<ComposeWindow> m_window;
};

void TestComposeWindow::init()
{
    m_world = std::make_unique<World>();
    QVERIFY(m_world->open());
    if (QLatin1String(QTest::currentTestFunction()) != QLatin1String("noAccount"))
        m_world->practiceAccount();
    m_world->preferences.set(Preference::AutosaveSeconds, 1);
    m_window = new ComposeWindow(m_world->mailroom, m_world->query, m_world->preferences, m_world->prompts);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window));
}

void TestComposeWindow::cleanup()
{
    delete m_window;
    m_world.reset();
}

QString TestComposeWindow::file(const QString &name) const
{
    QFile out(m_world->folder.filePath(name));
    if (out.open(QIODevice::WriteOnly))
        out.write("content");
    return out.fileName();
}

void TestComposeWindow::write(const QString &to, const QString &subject, const QString &text)
{
    QTest::keyClicks(line("to"), to);
    QTest::keyClicks(line("subject"), subject);
    QTest::keyClicks(body(), text);
}

int TestComposeWindow::drafts() const
{
    const auto all = m_world->query.drafts();
    return all ? static_cast<int>(all->size()) : -1;
}

void TestComposeWindow::sendsByKeyboard()
{
    QSignalSpy sent(m_window, &ComposeWindow::sent);
    QCOMPARE(QApplication::focusWidget(), line("to"));
    write(QStringLiteral("grace@practice.example"), QStringLiteral("Hello"), QStringLiteral("Dear Grace"));
    press(Qt::Key_Return);
    QTRY_COMPARE(sent.size(), 1);
    QTRY_VERIFY(!m_window); // the window goes
    QTRY_COMPARE(m_world->practice.messages().size(), 1);
    QVERIFY(m_world->practice.messages().first().content.contains("Dear Grace"));
}

void TestComposeWindow::badAddressIsNamed()
{
    write(QStringLiteral("grace@practice.example, bob@"), QStringLiteral("Hello"), QStringLiteral("Hi"));
    press(Qt::Key_Return);
    const auto *problem = m_window->findChild<QLabel *>(QStringLiteral("toProblem"));
    QVERIFY(problem->isVisible());
    QVERIFY(problem->text().contains(QStringLiteral("bob@")));
    QCOMPARE(QApplication::focusWidget(), line("to"));
    line("to")->end(false);
    QTest::keyClicks(line("to"), QStringLiteral("practice.example"));
    QVERIFY(!problem->isVisible()); // mended, and the complaint is gone
}

void TestComposeWindow::noRecipients()
{
    write({}, QStringLiteral("Hello"), QStringLiteral("Hi"));
    press(Qt::Key_Return);
    QVERIFY(bar()->isVisible());
    QVERIFY(bar()->headline().contains(QStringLiteral("Nobody")));
    QCOMPARE(QApplication::focusWidget(), line("to"));
    QVERIFY(m_window->isVisible());
}

void TestComposeWindow::emptySubjectIsAskedOnce()
{
    QSignalSpy sent(m_window, &ComposeWindow::sent);
    write(QStringLiteral("grace@practice.example"), {}, QStringLiteral("Hi"));
    press(Qt::Key_Return);
    QVERIFY(bar()->isVisible());
    QCOMPARE(sent.size(), 0);
    auto *anyway = bar()->findChild<QPushButton *>(QStringLiteral("sendAnyway"));
    QVERIFY(anyway);
    anyway->setFocus();
    QTest::keyClick(anyway, Qt::Key_Space);
    QTRY_COMPARE(sent.size(), 1);
}

void TestComposeWindow::forgottenAttachment()
{
    write(QStringLiteral("grace@practice.example"), QStringLiteral("Minutes"),
          QStringLiteral("I attach the minutes."));
    QTRY_VERIFY(bar()->isVisible()); // while writing, not only at the end
    QVERIFY(bar()->findChild<QPushButton *>(QStringLiteral("barAttach")));
    m_world->prompts.files = {file(QStringLiteral("minutes.pdf"))};
    bar()->findChild<QPushButton *>(QStringLiteral("barAttach"))->click();
    QTRY_COMPARE(m_window->draft().attachments.size(), 1);
    QTRY_VERIFY(!bar()->isVisible());
}

void TestComposeWindow::attachesAndRemoves()
{
    m_window->attach({file(QStringLiteral("a.txt")), file(QStringLiteral("b.txt"))});
    auto *view = m_window->findChild<AttachmentView *>();
    QTRY_COMPARE(view->count(), 2);
    QVERIFY(view->isVisible());
    view->setFocus();
    view->setCurrentRow(0);
    QTest::keyClick(view, Qt::Key_Delete);
    QCOMPARE(m_window->draft().attachments.size(), 1);
    QCOMPARE(m_window->draft().attachments.first().name, QStringLiteral("b.txt"));
    m_window->attach({m_world->folder.filePath(QStringLiteral("not there"))});
    QTRY_VERIFY(bar()->isVisible());
    QVERIFY(bar()->headline().contains(QStringLiteral("not there")));
}

void TestComposeWindow::vanishedFileIsNamed()
{
    const QString path = file(QStringLiteral("gone.txt"));
    m_window->attach({path});
    QTRY_COMPARE(m_window->draft().attachments.size(), 1);
    QVERIFY(QFile::remove(path));
    write(QStringLiteral("grace@practice.example"), QStringLiteral("Hello"), QStringLiteral("Hi"));
    press(Qt::Key_Return);
    QTRY_VERIFY(bar()->isVisible());
    QVERIFY(bar()->headline().contains(QStringLiteral("gone.txt")));
    QVERIFY(m_window->isVisible()); // and nothing is lost
    QCOMPARE(m_window->draft().subject, QStringLiteral("Hello"));
}

void TestComposeWindow::filesDroppedOnTheTextAreAttached()
{
    auto data = std::make_unique<QMimeData>();
    data->setUrls({QUrl::fromLocalFile(file(QStringLiteral("dropped.txt")))});
    QDropEvent drop(QPointF(20, 20), Qt::CopyAction, data.get(), Qt::LeftButton, Qt::NoModifier);
    QDragEnterEvent enter(QPoint(20, 20), Qt::CopyAction, data.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(body()->viewport(), &enter);
    QVERIFY(enter.isAccepted());
    QApplication::sendEvent(body()->viewport(), &drop);
    QTRY_COMPARE(m_window->draft().attachments.size(), 1);
    QVERIFY(body()->toPlainText().isEmpty());
}

void TestComposeWindow::draftIsKeptWhileWriting()
{
    write(QStringLiteral("grace@practice.example"), QStringLiteral("A thought"),
          QStringLiteral("not finished"));
    QTRY_COMPARE_WITH_TIMEOUT(drafts(), 1, 5000);
    QTest::keyClicks(body(), QStringLiteral(" yet"));
    press(Qt::Key_S);
    QTRY_VERIFY(m_world->query.drafts()->first().draft.text.endsWith(QStringLiteral("yet")));
    QCOMPARE(drafts(), 1); // one draft, not two
}

void TestComposeWindow::closingKeepsTheDraft()
{
    write(QStringLiteral("grace@practice.example"), QStringLiteral("A thought"), QStringLiteral("x"));
    m_window->close();
    QTRY_VERIFY(!m_window);
    QCOMPARE(drafts(), 1);
    QVERIFY(m_world->prompts.asked.isEmpty()); // nobody is asked about what can be kept
}

void TestComposeWindow::emptyWindowLeavesNothing()
{
    press(Qt::Key_Escape, Qt::NoModifier);
    QTRY_VERIFY(!m_window);
    QCOMPARE(drafts(), 0);
}

void TestComposeWindow::sendingTakesTheDraftAway()
{
    write(QStringLiteral("grace@practice.example"), QStringLiteral("Hello"), QStringLiteral("Hi"));
    press(Qt::Key_S);
    QTRY_COMPARE(drafts(), 1);
    press(Qt::Key_Return);
    QTRY_VERIFY(!m_window);
    QTRY_COMPARE(drafts(), 0);
}

void TestComposeWindow::noAccount()
{
    QSignalSpy wanted(m_window, &ComposeWindow::accountWanted);
    write(QStringLiteral("grace@practice.example"), QStringLiteral("Hello"), QStringLiteral("Hi"));
    press(Qt::Key_Return);
    QVERIFY(bar()->isVisible());
    bar()->findChild<QPushButton *>(QStringLiteral("barAddAccount"))->click();
    QCOMPARE(wanted.size(), 1);
}

QTEST_MAIN(TestComposeWindow)
#include "tst_composewindow.moc"
