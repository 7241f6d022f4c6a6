// Before a message leaves: taken back, sent later, held back; and sent once more when it is over.

#include "tests/ui/support/world.h"

#include "ui/common/messagebar.h"
#include "ui/common/scheduledialog.h"
#include "ui/compose/composewindow.h"
#include "ui/main/mainwindow.h"

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDateTimeEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>

using namespace Ui;
using namespace Qt::StringLiterals;
using Base::MessageId;
using Delivery::MessageState;

class TestLeaving : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void aLetterCanBeTakenBack();
    void aLetterCanBeSentAtOnceAfterAll();
    void aLetterLeavesAtTheTimeThatIsChosen();
    void anotherTimeCanBeChosen();
    void everythingCanBeHeldBack();
    void anAccountCanBeHeldBack();
    void sendingToEverybodyAgainAsksFirst();
    void attachmentsComeAlongWhenItIsEdited();
    void suggestionsLieAhead_data();
    void suggestionsLieAhead();
    void theDialogTakesNoTimeThatHasPassed();

private:
    QPushButton *button(const char *name) const
    {
        auto *found = m_window->findChild<QPushButton *>(QLatin1String(name));
        return found && found->isVisible() ? found : nullptr;
    }
    QAction *action(const char *name) const { return m_window->findChild<QAction *>(QLatin1String(name)); }
    MessageBar *banner() const { return m_window->findChild<MessageBar *>(u"messageBanner"_s); }
    ComposeWindow *composer() const
    {
        for (QWidget *window : QApplication::topLevelWidgets()) {
            if (auto *found = qobject_cast<ComposeWindow *>(window); found && found->isVisible())
                return found;
        }
        return nullptr;
    }
    MessageId submit(const Message::Draft &draft, const Delivery::Departure &departure = {})
    {
        const auto id = World::await<MessageId>(m_world->mailroom.submit(draft, departure));
        return id ? *id : MessageId{};
    }
    MessageState stateOf(MessageId id) const
    {
        const Base::Result<Store::MessageRow> row = m_world->query.row(id);
        return row ? row->state : MessageState::Cancelled;
    }
    /// Sent from a composer, as a person does.
    void write(const QString &subject)
    {
        auto *window = m_window->compose(m_world->letter(u"bob@practice.example"_s, subject), false);
        QVERIFY(QTest::qWaitForWindowActive(window));
        QTest::keyClick(window, Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(!composer());
    }
    static Delivery::ScheduledTime nextYear()
    {
        return Delivery::scheduled(QDate::currentDate().addYears(1), QTime(9, 0), QTimeZone("Asia/Tokyo"));
    }

    std::unique_ptr<World> m_world;
    std::unique_ptr<MainWindow> m_window;
};

void TestLeaving::init()
{
    m_world = std::make_unique<World>();
    m_world->undoDelay = 120'000;
    QVERIFY(m_world->open());
    m_world->practiceAccount();
    m_window = std::make_unique<MainWindow>(m_world->mailroom, m_world->query, m_world->preferences,
                                            m_world->prompts, m_world->practice, m_world->clock);
    m_window->resize(1280, 720);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestLeaving::cleanup()
{
    for (QWidget *window : QApplication::topLevelWidgets()) {
        if (qobject_cast<ComposeWindow *>(window))
            delete window;
    }
    m_window.reset();
    m_world.reset();
}

void TestLeaving::aLetterCanBeTakenBack()
{
    write(u"Too hasty"_s);
    QTRY_VERIFY(button("undo"));
    QVERIFY(banner()->headline().contains(u"leaves at"_s));
    QTRY_VERIFY(action("undoSending")->isEnabled());
    button("undo")->click();
    QTRY_VERIFY(composer());
    QCOMPARE(composer()->draft().subject, u"Too hasty"_s);
    QVERIFY(composer()->draft().text.contains(u"this is a letter"_s));
    QCOMPARE(m_world->query.counts()->value(MessageState::Undoable), 0);
    QCOMPARE(m_world->query.drafts()->size(), 1);
    QVERIFY(m_world->practice.messages().isEmpty());
    QVERIFY(m_world->prompts.asked.isEmpty());
}

void TestLeaving::aLetterCanBeSentAtOnceAfterAll()
{
    write(u"Now"_s);
    QTRY_VERIFY(button("sendNow"));
    button("sendNow")->click();
    QTRY_COMPARE(m_world->practice.messages().size(), 1);
}

void TestLeaving::aLetterLeavesAtTheTimeThatIsChosen()
{
    m_world->prompts.time = nextYear();
    auto *window = m_window->compose(m_world->letter(u"bob@practice.example"_s, u"Later"_s), false);
    QVERIFY(QTest::qWaitForWindowActive(window));
    QTest::keyClick(window, Qt::Key_Return, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(!composer());
    QTRY_VERIFY(button("sendLater")); // it was selected, in its folder
    QVERIFY2(banner()->headline().contains(u"Asia/Tokyo"_s), qPrintable(banner()->headline()));
    QCOMPARE(m_world->query.counts()->value(MessageState::Scheduled), 1);
    QVERIFY(button("undo"));
    button("sendNow")->click();
    QTRY_COMPARE(m_world->practice.messages().size(), 1);
}

void TestLeaving::anotherTimeCanBeChosen()
{
    const MessageId id = submit(m_world->letter(u"bob@practice.example"_s, u"x"_s), {false, nextYear()});
    m_window->select(id);
    QTRY_VERIFY(button("sendLater"));
    m_world->prompts.time =
        Delivery::scheduled(QDate::currentDate().addYears(2), QTime(9, 0), QTimeZone::utc());
    button("sendLater")->click();
    QTRY_COMPARE(*m_world->query.planOf(id), m_world->prompts.time);
    m_world->prompts.time = {}; // the person thinks better of it
    action("schedule")->trigger();
    QTest::qWait(100);
    QCOMPARE(stateOf(id), MessageState::Scheduled);
}

void TestLeaving::everythingCanBeHeldBack()
{
    action("holdEverything")->trigger();
    QTRY_VERIFY(m_world->query.isEverythingHeld());
    const MessageId id = submit(m_world->letter(u"bob@practice.example"_s, u"x"_s));
    const auto *bar = m_window->findChild<MessageBar *>(u"accountBar"_s);
    QTRY_VERIFY(bar->isVisible());
    QCOMPARE(bar->role(), Role::Held);
    m_window->select(id);
    QTRY_COMPARE(banner()->role(), Role::Waiting);
    QTest::qWait(200);
    QCOMPARE(stateOf(id), MessageState::Queued);
    QVERIFY(action("holdEverything")->isChecked());
    button("barRelease")->click();
    QTRY_COMPARE(stateOf(id), MessageState::Sent);
    QTRY_VERIFY(!bar->isVisible());
    QVERIFY(!action("holdEverything")->isChecked());
}

void TestLeaving::anAccountCanBeHeldBack()
{
    m_window->showFolder(Folder::Accounts);
    QTRY_VERIFY(button("holdAccount"));
    button("holdAccount")->click();
    QTRY_VERIFY(button("releaseAccount"));
    QVERIFY(!button("holdAccount")->isEnabled());
    const MessageId id = submit(m_world->letter(u"bob@practice.example"_s, u"x"_s));
    QTest::qWait(200);
    QCOMPARE(stateOf(id), MessageState::Queued);
    button("releaseAccount")->click();
    QTRY_COMPARE(stateOf(id), MessageState::Sent);
}

void TestLeaving::sendingToEverybodyAgainAsksFirst()
{
    const MessageId id = submit(m_world->letter(u"bob@practice.example"_s, u"x"_s));
    QTRY_COMPARE(stateOf(id), MessageState::Sent);
    m_window->select(id);
    QTRY_VERIFY(action("resendToAll")->isEnabled());
    QVERIFY(!action("retry")->isEnabled());
    m_world->prompts.yes = false;
    action("resendToAll")->trigger();
    QTRY_COMPARE(m_world->prompts.asked.size(), 1);
    QTest::qWait(100);
    QCOMPARE(m_world->practice.messages().size(), 1);
    m_world->prompts.yes = true;
    action("resendToAll")->trigger();
    QTRY_COMPARE(m_world->practice.messages().size(), 2);
    QCOMPARE(m_world->practice.messages().at(1).content, m_world->practice.messages().at(0).content);
}

void TestLeaving::attachmentsComeAlongWhenItIsEdited()
{
    QFile file(m_world->folder.filePath(u"Grüße.txt"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const QByteArray content = QByteArray("a line that is sent\n").repeated(1000);
    file.write(content);
    file.close();
    Message::Draft letter = m_world->letter(u"bob@practice.example"_s, u"x"_s);
    letter.attachments = {{file.fileName(), u"Grüße.txt"_s, file.size()}};
    const MessageId id = submit(letter);
    QTRY_COMPARE(stateOf(id), MessageState::Sent);
    QVERIFY(file.remove()); // it is not needed any more
    m_window->select(id);
    QTRY_VERIFY(action("editCopy")->isEnabled());
    action("editCopy")->trigger();
    QTRY_VERIFY(composer());
    const QList<Message::Attachment> attachments = composer()->draft().attachments;
    QCOMPARE(attachments.size(), 1);
    QCOMPARE(attachments.first().name, u"Grüße.txt"_s);
    QCOMPARE(attachments.first().size, content.size());
    // The original may go meanwhile; what a draft needs stays.
    QVERIFY(World::await<Base::DraftId>(m_world->mailroom.saveDraft(composer()->draft())));
    QVERIFY(World::await<void>(m_world->mailroom.remove(id)));
    const MessageId again = submit(composer()->draft());
    QTRY_COMPARE(stateOf(again), MessageState::Sent);
    const auto encoded = [](const QByteArray &message) { return message.mid(message.indexOf("base64\r\n")); };
    const auto messages = m_world->practice.messages();
    QCOMPARE(messages.size(), 2);
    QByteArray first = encoded(messages.at(0).content);
    QByteArray second = encoded(messages.at(1).content);
    QVERIFY(first.size() > content.size());
    QCOMPARE(second.left(content.size()), first.left(content.size()));
    QVERIFY(messages.at(0).content.left(1500) != messages.at(1).content.left(1500)); // a new Message-ID
}

void TestLeaving::suggestionsLieAhead_data()
{
    QTest::addColumn<QDateTime>("now");
    QTest::addColumn<int>("count");
    const auto row = [](const char *name, const char *now, int count) {
        QTest::newRow(name) << QDateTime::fromString(QLatin1String(now), Qt::ISODate) << count;
    };
    row("a morning", "2026-11-24T09:00:00Z", 4);
    row("an evening", "2026-11-24T20:00:00Z", 3);
    row("a Sunday, when tomorrow is Monday", "2026-11-22T09:00:00Z", 3);
    row("before midnight", "2026-11-24T22:30:00Z", 3);
    row("the night the clocks go back", "2026-10-25T00:30:00Z", 3);
}

void TestLeaving::suggestionsLieAhead()
{
    QFETCH(QDateTime, now);
    QFETCH(int, count);
    const QTimeZone berlin("Europe/Berlin");
    const auto suggestions = ScheduleDialog::suggestions(now, berlin);
    QCOMPARE(suggestions.size(), count);
    for (const ScheduleDialog::Suggestion &each : suggestions) {
        const QDateTime moment =
            Delivery::momentOf(Delivery::scheduled(each.local.date(), each.local.time(), each.zone));
        QVERIFY2(moment > now, qPrintable(each.text));
        QVERIFY(moment < now.addDays(8));
    }
}

void TestLeaving::theDialogTakesNoTimeThatHasPassed()
{
    const QDateTime now = QDateTime::fromString(u"2026-11-24T09:00:00Z"_s, Qt::ISODate);
    ScheduleDialog dialog({}, now, QTimeZone("Europe/Berlin"));
    auto *when = dialog.findChild<QDateTimeEdit *>(u"when"_s);
    auto *zone = dialog.findChild<QComboBox *>(u"zone"_s);
    auto *schedule = dialog.findChild<QPushButton *>(u"schedule"_s);
    auto *meaning = dialog.findChild<QLabel *>(u"meaning"_s);
    QCOMPARE(Delivery::momentOf(dialog.time()), QDateTime(QDate(2026, 11, 25), QTime(7, 0), Qt::UTC));
    QVERIFY(schedule->isEnabled());
    zone->setCurrentText(u"Asia/Tokyo"_s);
    QCOMPARE(Delivery::momentOf(dialog.time()), QDateTime(QDate(2026, 11, 24), QTime(23, 0), Qt::UTC));
    QVERIFY(meaning->text().contains(u"clocks here"_s));
    zone->setCurrentText(u"Middle/Earth"_s);
    QVERIFY(!schedule->isEnabled());
    QVERIFY(meaning->text().contains(u"Middle/Earth"_s));
    zone->setCurrentText(u"Europe/Berlin"_s);
    when->setDateTime(QDateTime(QDate(2026, 11, 24), QTime(9, 59), Qt::UTC));
    QVERIFY(!schedule->isEnabled());
    when->setDateTime(QDateTime(QDate(2026, 11, 24), QTime(10, 1), Qt::UTC));
    QVERIFY(schedule->isEnabled());
}

QTEST_MAIN(TestLeaving)
#include "tst_leaving.moc"
