#pragma once

// The main window: folders at the left, what is in them at the top right, what happened to the chosen one
// below. It joins its pages to the mail thread's events and owns no logic of sending.

#include "core/outbox/mailroom.h"
#include "core/store/messagequery.h"
#include "ui/main/navigation.h"
#include "ui/outbox/messagewish.h"

#include <QMainWindow>
#include <QPointer>
#include <QTimer>

class QSplitter;
class QStackedWidget;

namespace Practice {
class PracticeServer;
}

namespace Ui {

class AccountList;
class Actions;
class ComposeWindow;
class DraftsView;
class ExportDesk;
class MessageBar;
class MessageDesk;
class OutboxView;
class PracticeDesk;
class PracticePage;
class Preferences;
class Prompts;
class StatusLine;
class WelcomePage;

class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    MainWindow(Outbox::Mailroom &mailroom, Store::MessageQuery &query, Preferences &preferences,
               Prompts &prompts, Practice::PracticeServer &practice, Base::Clock &clock,
               QWidget *parent = nullptr);

    /// Opens a composer. kept: the draft lies in the books as it is.
    ComposeWindow *compose(const Message::Draft &draft = {}, bool kept = true);
    void showFolder(Folder folder);
    void select(Base::MessageId id);
    /// To the front, from wherever it is.
    void raiseWindow();

public Q_SLOTS:
    /// Closes every window, drafts saved first, then the program.
    void quit();

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    void makePages();
    void connectActions();
    void connectMailroom();
    void folderChosen(Folder folder);
    void updateCounts();
    void updateAccounts();
    void updateActions();
    void holdEverything(bool held);
    void carryOut(MessageWish wish);
    void openDraft(Base::DraftId id);
    void signIn(Base::AccountId id);
    void tryPractice();
    void showPractice();
    void nextPane();
    void showAbout();
    void restore();
    QList<ComposeWindow *> composers() const;

    Outbox::Mailroom &m_mailroom;
    Store::MessageQuery &m_query;
    Preferences &m_preferences;
    Prompts &m_prompts;
    const Base::Clock &m_clock;
    Actions *m_actions;
    MessageDesk *m_desk;
    PracticeDesk *m_practice;
    Navigation *m_navigation;
    QSplitter *m_splitter;
    QStackedWidget *m_pages;
    MessageBar *m_bar;
    MessageBar *m_exportBar;
    ExportDesk *m_exports;
    OutboxView *m_outbox;
    DraftsView *m_drafts;
    AccountList *m_accounts;
    WelcomePage *m_welcome;
    StatusLine *m_status;
    QPointer<PracticePage> m_practicePage;
    QList<QPointer<ComposeWindow>> m_composers;
    QTimer m_counting;
    bool m_hasAccount = false;
    bool m_quitting = false;
};

} // namespace Ui
