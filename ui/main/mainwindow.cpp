#include "ui/main/mainwindow.h"

#include "core/base/clock.h"
#include "ui/accounts/accountlist.h"
#include "ui/common/background.h"
#include "ui/common/messagebar.h"
#include "ui/common/plainlabel.h"
#include "ui/common/theme.h"
#include "ui/compose/composewindow.h"
#include "ui/main/actions.h"
#include "ui/main/draftsview.h"
#include "ui/main/emptywords.h"
#include "ui/main/patiencebar.h"
#include "ui/main/statusline.h"
#include "ui/main/welcomepage.h"
#include "ui/outbox/exportdesk.h"
#include "ui/outbox/messagedesk.h"
#include "ui/outbox/messagerules.h"
#include "ui/outbox/outboxview.h"
#include "ui/practice/practicedesk.h"
#include "ui/practice/practicepage.h"
#include "ui/settings/preferences.h"
#include "ui/settings/preferencesdialog.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QMessageBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QUrl>
#include <QVBoxLayout>

namespace Ui {

namespace {

constexpr int countMs = 100;

} // namespace

MainWindow::MainWindow(Outbox::Mailroom &mailroom, Store::MessageQuery &query, Preferences &preferences,
                       Prompts &prompts, Practice::PracticeServer &practice, Base::Clock &clock,
                       QWidget *parent)
    : QMainWindow(parent)
    , m_mailroom(mailroom)
    , m_query(query)
    , m_preferences(preferences)
    , m_prompts(prompts)
    , m_clock(clock)
    , m_actions(new Actions(this))
    , m_desk(new MessageDesk(mailroom, query, prompts, this))
    , m_practice(new PracticeDesk(practice, mailroom, query, preferences, this))
    , m_navigation(new Navigation(this))
    , m_splitter(new QSplitter(Qt::Horizontal, this))
    , m_pages(new QStackedWidget(this))
    , m_bar(new MessageBar(this))
    , m_exportBar(new MessageBar(this))
    , m_exports(new ExportDesk(mailroom, prompts, *m_exportBar, this))
    , m_outbox(new OutboxView(query, clock, preferences, prompts, this))
    , m_drafts(new DraftsView(mailroom, query, clock, this))
    , m_accounts(new AccountList(mailroom, query, clock, preferences, prompts, this))
    , m_welcome(new WelcomePage(this))
    , m_status(new StatusLine(mailroom, query, clock, this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Postrider"));
    setWindowIcon(applicationIcon());
    makePages();
    connectActions();
    connectMailroom();
    restore();
    updateCounts();
    m_navigation->setDrafts(m_drafts->reload());
    updateAccounts();
    folderChosen(Folder::Outbox);
    m_practice->resume();
    // The first thing to do has the keyboard.
    QWidget *first = m_hasAccount ? static_cast<QWidget *>(m_navigation) : m_welcome;
    first->setFocus();
}

// ── putting it together
// ─────────────────────────────────────────────────────────────────────────────────────────────

void MainWindow::makePages()
{
    m_bar->setObjectName(QStringLiteral("accountBar"));
    m_exportBar->setObjectName(QStringLiteral("exportBar"));
    for (QWidget *page : {static_cast<QWidget *>(m_outbox), static_cast<QWidget *>(m_drafts),
                          static_cast<QWidget *>(m_accounts), static_cast<QWidget *>(m_welcome)})
        m_pages->addWidget(page);
    auto *right = new QWidget(this);
    auto *column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    if (m_mailroom.salvaged()) {
        auto *books = new MessageBar(right);
        books->setObjectName(QStringLiteral("booksBar"));
        books->setClosable(true);
        books->tell(Role::Warning, explain(*m_mailroom.salvaged()));
        column->addWidget(books);
    }
    auto *patience = new PatienceBar(m_query, m_clock, m_preferences, right);
    connect(patience, &PatienceBar::wanted, this, &MainWindow::select);
    column->addWidget(patience);
    column->addWidget(m_bar);
    column->addWidget(m_exportBar);
    column->addWidget(m_pages, 1);
    m_splitter->setObjectName(QStringLiteral("navigationSplitter"));
    m_splitter->addWidget(m_navigation);
    m_splitter->addWidget(right);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setChildrenCollapsible(false);
    setCentralWidget(m_splitter);
    statusBar()->addWidget(m_status, 1);
    connect(m_navigation, &Navigation::chosen, this, &MainWindow::folderChosen);
    connect(m_welcome, &WelcomePage::accountWanted, m_accounts, &AccountList::add);
    connect(m_welcome, &WelcomePage::practiceWanted, this, &MainWindow::tryPractice);
    connect(m_drafts, &DraftsView::openWanted, this, &MainWindow::openDraft);
    connect(m_outbox, &OutboxView::selectionChanged, this, &MainWindow::updateActions);
    connect(m_outbox, &OutboxView::wanted, m_desk, &MessageDesk::carryOut);
    connect(m_desk, &MessageDesk::failed, this,
            [this](const Base::Error &error) { m_outbox->bar().tell(Role::Error, explain(error)); });
    connect(m_exports, &ExportDesk::busyChanged, this, [this] {
        m_status->setExporting(m_exports->isBusy());
        updateActions();
    });
    connect(m_exports, &ExportDesk::openFolder, this,
            [](const QString &path) { QDesktopServices::openUrl(QUrl::fromLocalFile(path)); });
    connect(m_desk, &MessageDesk::signIn, this, &MainWindow::signIn);
    connect(m_desk, &MessageDesk::takenBack, this, &MainWindow::openDraft);
    connect(m_desk, &MessageDesk::edit, this,
            [this](const Message::Draft &draft, const QStringList &missing) {
                compose(draft, false)->askForAttachments(missing);
            });
    m_counting.setSingleShot(true);
    m_counting.setInterval(countMs);
    connect(&m_counting, &QTimer::timeout, this, &MainWindow::updateCounts);
}

void MainWindow::connectActions()
{
    const auto on = [this](ActionId id, auto slot) {
        connect((*m_actions)[id], &QAction::triggered, this, slot);
    };
    on(ActionId::NewMessage, [this] { compose(); });
    on(ActionId::Quit, [this] { quit(); });
    on(ActionId::Undo, [this] { carryOut(MessageWish::Undo); });
    on(ActionId::Schedule, [this] { carryOut(MessageWish::Schedule); });
    on(ActionId::ResendToAll, [this] { carryOut(MessageWish::ResendToAll); });
    on(ActionId::HoldEverything, [this](bool held) { holdEverything(held); });
    on(ActionId::Retry, [this] { carryOut(MessageWish::Retry); });
    on(ActionId::Hold, [this] { carryOut(MessageWish::Hold); });
    on(ActionId::Release, [this] { carryOut(MessageWish::Release); });
    on(ActionId::Cancel, [this] { carryOut(MessageWish::Cancel); });
    on(ActionId::Arrived, [this] { carryOut(MessageWish::Arrived); });
    on(ActionId::Resend, [this] { carryOut(MessageWish::Resend); });
    on(ActionId::Edit, [this] { carryOut(MessageWish::Edit); });
    on(ActionId::ExportList, [this] { m_exports->listAsMbox(m_outbox->filter()); });
    on(ActionId::ExportFiles, [this] { m_exports->asFiles(m_outbox->selectedIds()); });
    on(ActionId::ExportMbox, [this] { m_exports->asMbox(m_outbox->selectedIds()); });
    on(ActionId::Delete, [this] { carryOut(MessageWish::Remove); });
    on(ActionId::Search, [this] { m_outbox->focusSearch(); });
    on(ActionId::NextPane, [this] { nextPane(); });
    on(ActionId::GoOutbox, [this] { showFolder(Folder::Outbox); });
    on(ActionId::GoSent, [this] { showFolder(Folder::Sent); });
    on(ActionId::GoFailed, [this] { showFolder(Folder::Failed); });
    on(ActionId::GoDrafts, [this] { showFolder(Folder::Drafts); });
    on(ActionId::GoAccounts, [this] { showFolder(Folder::Accounts); });
    on(ActionId::AddAccount, [this] { m_accounts->add(); });
    on(ActionId::Practice, [this] { showPractice(); });
    on(ActionId::Preferences,
       [this] { (new PreferencesDialog(m_mailroom, m_query, m_clock, m_prompts, this))->open(); });
    on(ActionId::Shortcuts, [this] { m_actions->showShortcuts(); });
    on(ActionId::About, [this] { showAbout(); });
    m_outbox->setTableActions(m_actions->messageActions());
}

void MainWindow::connectMailroom()
{
    connect(&m_mailroom, &Outbox::Mailroom::messageChanged, this, [this](Base::MessageId id) {
        m_outbox->messageChanged(id);
        if (!m_counting.isActive())
            m_counting.start();
    });
    connect(&m_mailroom, &Outbox::Mailroom::progressed, m_outbox, &OutboxView::progressed);
    connect(&m_mailroom, &Outbox::Mailroom::transcriptGrew, m_outbox, &OutboxView::transcriptGrew);
    connect(&m_mailroom, &Outbox::Mailroom::draftsChanged, this,
            [this] { m_navigation->setDrafts(m_drafts->reload()); });
    connect(&m_mailroom, &Outbox::Mailroom::accountsChanged, this, &MainWindow::updateAccounts);
}

void MainWindow::restore()
{
    resize(windowSize(*this, 160, 44));
    restoreGeometry(m_preferences.bytes(Preference::WindowGeometry));
    restoreState(m_preferences.bytes(Preference::WindowState));
    const QByteArray kept = m_preferences.bytes(Preference::NavigationSplitter);
    if (kept.isEmpty() || !m_splitter->restoreState(kept))
        m_splitter->setSizes({fontMetrics().averageCharWidth() * 24, fontMetrics().averageCharWidth() * 136});
}

// ── what is seen
// ────────────────────────────────────────────────────────────────────────────────────────────────────

void MainWindow::folderChosen(Folder folder)
{
    if (!m_hasAccount && folder == Folder::Outbox) {
        m_pages->setCurrentWidget(m_welcome);
    } else if (folder == Folder::Drafts) {
        m_pages->setCurrentWidget(m_drafts);
    } else if (folder == Folder::Accounts) {
        m_pages->setCurrentWidget(m_accounts);
    } else {
        m_pages->setCurrentWidget(m_outbox);
        m_outbox->showFolder(Navigation::statesOf(folder), emptyWords(folder));
    }
    updateActions();
}

void MainWindow::showFolder(Folder folder)
{
    m_navigation->choose(folder);
}

void MainWindow::select(Base::MessageId id)
{
    const Base::Result<Store::MessageRow> row = m_query.row(id);
    if (row && m_pages->currentWidget() == m_outbox &&
        Navigation::statesOf(m_navigation->folder()).contains(row->state))
        return m_outbox->select(id);
    for (const Folder folder :
         {Folder::Outbox, Folder::Scheduled, Folder::Sent, Folder::Failed, Folder::Cancelled}) {
        if (row && Navigation::statesOf(folder).contains(row->state)) {
            showFolder(folder);
            return m_outbox->select(id);
        }
    }
}

void MainWindow::raiseWindow()
{
    setWindowState((windowState() & ~Qt::WindowMinimized) | Qt::WindowActive);
    show();
    raise();
    activateWindow();
}

void MainWindow::updateCounts()
{
    const Base::Result<QHash<Delivery::MessageState, int>> counts = m_query.counts();
    if (!counts)
        return;
    m_navigation->setCounts(*counts);
    m_status->setCounts(*counts);
}

void MainWindow::updateAccounts()
{
    const Base::Result<QList<Accounts::Account>> accounts = m_query.accounts();
    if (!accounts)
        return;
    QSet<Base::AccountId> waiting;
    m_bar->clear();
    const bool everything = m_query.isEverythingHeld();
    (*m_actions)[ActionId::HoldEverything]->setChecked(everything);
    for (const Accounts::Account &account : *accounts) {
        const Base::Result<Delivery::Reason> pause = m_query.pauseOf(account.id);
        if (!pause || pause->isNull())
            continue;
        waiting.insert(account.id);
        if (waiting.size() > 1)
            continue; // one thing at a time
        if (pause->error && pause->error->kind == Base::ErrorKind::OnHold) {
            m_bar->tell(Role::Held, explain(*pause));
            m_bar->addButton(tr("&Release"), QStringLiteral("barRelease"),
                             [this, everything, id = account.id] {
                                 everything ? holdEverything(false) : m_accounts->hold(id, false);
                             });
            continue;
        }
        m_bar->tell(Role::Warning, {tr("The account “%1” waits for you. %2", "name, a sentence why")
                                        .arg(account.name, explain(*pause).headline),
                                    {},
                                    {}});
        m_bar->addButton(tr("Sign in &again…"), QStringLiteral("barSignIn"),
                         [this, id = account.id] { signIn(id); });
    }
    m_navigation->setAccounts(static_cast<int>(accounts->size()), static_cast<int>(waiting.size()));
    m_outbox->setPaused(waiting);
    const bool had = std::exchange(m_hasAccount, !accounts->isEmpty());
    if (had != m_hasAccount && m_navigation->folder() == Folder::Outbox)
        folderChosen(Folder::Outbox);
}

void MainWindow::holdEverything(bool held)
{
    whenAnswered(m_mailroom.holdEverything(held), this, [this](const Base::Done &done) {
        if (!done)
            m_bar->tell(Role::Error, explain(done.error()));
    });
}

void MainWindow::updateActions()
{
    const bool here = m_pages->currentWidget() == m_outbox;
    const QList<Delivery::MessageState> states =
        here ? m_outbox->selectedStates() : QList<Delivery::MessageState>();
    MessageRules any;
    for (const Delivery::MessageState state : states) {
        const MessageRules rules = rulesFor(state);
        any.undo |= rules.undo;
        any.schedule |= rules.schedule;
        any.resendToAll |= rules.resendToAll;
        any.retry |= rules.retry;
        any.hold |= rules.hold;
        any.release |= rules.release;
        any.cancel |= rules.cancel;
        any.resolve |= rules.resolve;
        any.edit |= rules.edit;
        any.remove |= rules.remove;
    }
    const auto enable = [this](ActionId id, bool enabled) { (*m_actions)[id]->setEnabled(enabled); };
    enable(ActionId::Undo, any.undo);
    enable(ActionId::Schedule, any.schedule);
    enable(ActionId::ResendToAll, any.resendToAll);
    enable(ActionId::Retry, any.retry);
    enable(ActionId::Hold, any.hold);
    enable(ActionId::Release, any.release);
    enable(ActionId::Cancel, any.cancel);
    enable(ActionId::Arrived, any.resolve);
    enable(ActionId::Resend, any.resolve);
    enable(ActionId::Edit, any.edit && states.size() == 1);
    enable(ActionId::Delete, any.remove);
    enable(ActionId::Search, here);
    enable(ActionId::ExportFiles, !states.isEmpty() && !m_exports->isBusy());
    enable(ActionId::ExportMbox, !states.isEmpty() && !m_exports->isBusy());
    enable(ActionId::ExportList, here && !m_exports->isBusy());
}

// ── what is done
// ────────────────────────────────────────────────────────────────────────────────────────────────────

void MainWindow::carryOut(MessageWish wish)
{
    m_desk->carryOut(wish, m_outbox->selectedFor(wish));
}

ComposeWindow *MainWindow::compose(const Message::Draft &draft, bool kept)
{
    auto *window = new ComposeWindow(m_mailroom, m_query, m_preferences, m_prompts);
    m_composers.append(window);
    if (!draft.isEmpty() || draft.id.isValid())
        window->setDraft(draft, kept);
    connect(window, &ComposeWindow::accountWanted, m_accounts, &AccountList::add);
    connect(window, &ComposeWindow::sent, this, &MainWindow::select);
    connect(window, &QObject::destroyed, this, [this, window] {
        m_composers.removeIf(
            [window](const QPointer<ComposeWindow> &each) { return !each || each == window; });
        if (m_quitting && m_composers.isEmpty())
            quit();
    });
    window->show();
    return window;
}

QList<ComposeWindow *> MainWindow::composers() const
{
    QList<ComposeWindow *> open;
    for (const QPointer<ComposeWindow> &each : m_composers) {
        if (each)
            open.append(each);
    }
    return open;
}

void MainWindow::openDraft(Base::DraftId id)
{
    for (ComposeWindow *window : composers()) {
        if (window->draftId() == id) {
            window->raise();
            return window->activateWindow();
        }
    }
    const Base::Result<Store::DraftRow> row = m_query.draft(id);
    if (!row)
        return;
    Message::Draft draft = row->draft;
    draft.id = id;
    compose(draft, true);
}

void MainWindow::signIn(Base::AccountId id)
{
    m_accounts->signIn(id);
}

void MainWindow::tryPractice()
{
    m_practice->ensureAccount([this](const Base::Result<Accounts::Account> &account) {
        if (!account) {
            m_bar->tell(Role::Error, explain(account.error()));
            return;
        }
        Message::Draft draft;
        draft.account = account->id;
        draft.to = QStringLiteral("ada@practice.example, grace@practice.example");
        draft.subject = tr("A first letter");
        draft.text =
            tr("Dear Ada, dear Grace,\n\nthis goes to the practice server inside the program and to nobody "
               "else. Choose Send and "
               "watch the conversation.\n\nTools, Practice server lets things go wrong on purpose.\n");
        compose(draft, true);
    });
}

void MainWindow::showPractice()
{
    if (!m_practicePage) {
        m_practicePage = new PracticePage(*m_practice, m_query, this);
        m_practicePage->setAttribute(Qt::WA_DeleteOnClose);
        connect(m_practicePage, &PracticePage::composeWanted, this, &MainWindow::tryPractice);
    }
    m_practicePage->show();
    m_practicePage->raise();
    m_practicePage->activateWindow();
}

void MainWindow::nextPane()
{
    QWidget *focus = QApplication::focusWidget();
    const auto inside = [focus](const QWidget *pane) {
        return pane && focus && (pane == focus || pane->isAncestorOf(focus));
    };
    if (m_pages->currentWidget() != m_outbox) {
        QWidget *page = m_pages->currentWidget();
        if (inside(page))
            m_navigation->setFocus(Qt::ShortcutFocusReason);
        else if (QWidget *first = page->focusProxy() ? page->focusProxy() : page->nextInFocusChain())
            first->setFocus(Qt::ShortcutFocusReason);
        return;
    }
    if (inside(m_navigation))
        m_outbox->focusTable();
    else if (!m_outbox->focusDetailsFrom(focus))
        m_navigation->setFocus(Qt::ShortcutFocusReason);
}

void MainWindow::showAbout()
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, tr("About Postrider"), {}, QMessageBox::Close, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIconPixmap(applicationIcon().pixmap(64, 64));
    setPlainTexts(*box, tr("Postrider %1").arg(QApplication::applicationVersion()),
                  tr("Sends mail and shows what became of it.\n\nFree software under the GNU General Public "
                     "License, version 3 or later. It comes without any warranty."));
    box->open();
}

void MainWindow::quit()
{
    const QList<ComposeWindow *> open = composers();
    m_quitting = !open.isEmpty();
    for (ComposeWindow *window : open)
        window->close(); // each saves its draft first; the last one to go calls again
    if (m_quitting)
        return;
    close();
    QApplication::quit();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    m_preferences.set(Preference::WindowGeometry, saveGeometry());
    m_preferences.set(Preference::WindowState, saveState());
    m_preferences.set(Preference::NavigationSplitter, m_splitter->saveState());
    m_outbox->keepState();
    if (m_practicePage)
        m_practicePage->close();
    event->accept();
}

} // namespace Ui
