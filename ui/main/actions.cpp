#include "ui/main/actions.h"

#include "ui/common/format.h"
#include "ui/common/theme.h"

#include <QAction>
#include <QDialog>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QMainWindow>
#include <QMenuBar>
#include <QToolBar>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <array>

namespace Ui {

namespace {

enum class Menu { File, Message, View, Tools, Help };

struct Row
{
    ActionId id;
    const char *name; ///< objectName
    Menu menu;
    bool toolBar;
    const char *text;
    const char *standardIcon; ///< freedesktop name
    const char *icon;         ///< our own
    const char *keys;         ///< portable text; several with "; "
    const char *toolTip;
};

constexpr std::array rows{
    Row{ActionId::NewMessage, "newMessage", Menu::File, true,
        QT_TRANSLATE_NOOP("Ui::Actions", "&New message"), "mail-message-new", "new-message", "Ctrl+N",
        QT_TRANSLATE_NOOP("Ui::Actions", "Write a letter")},
    Row{ActionId::Quit, "quit", Menu::File, false, QT_TRANSLATE_NOOP("Ui::Actions", "&Quit"),
        "application-exit", "quit", "Ctrl+Q",
        QT_TRANSLATE_NOOP("Ui::Actions", "Save what is open and end the program")},
    Row{ActionId::Retry, "retry", Menu::Message, true, QT_TRANSLATE_NOOP("Ui::Actions", "&Retry"), "",
        "retry", "Ctrl+R", QT_TRANSLATE_NOOP("Ui::Actions", "Try to send the selected messages now")},
    Row{ActionId::Hold, "hold", Menu::Message, true, QT_TRANSLATE_NOOP("Ui::Actions", "&Hold"), "", "hold",
        "", QT_TRANSLATE_NOOP("Ui::Actions", "Keep the selected messages back until you release them")},
    Row{ActionId::Release, "releaseMessage", Menu::Message, false,
        QT_TRANSLATE_NOOP("Ui::Actions", "Re&lease"), "", "release", "",
        QT_TRANSLATE_NOOP("Ui::Actions", "Let the selected messages go out")},
    Row{ActionId::Cancel, "cancelMessage", Menu::Message, true, QT_TRANSLATE_NOOP("Ui::Actions", "&Cancel"),
        "", "cancel", "", QT_TRANSLATE_NOOP("Ui::Actions", "Do not send the selected messages after all")},
    Row{ActionId::Arrived, "markArrived", Menu::Message, false,
        QT_TRANSLATE_NOOP("Ui::Actions", "It &arrived"), "", "arrived", "",
        QT_TRANSLATE_NOOP("Ui::Actions", "Uncertain messages: they were delivered")},
    Row{ActionId::Resend, "resend", Menu::Message, false, QT_TRANSLATE_NOOP("Ui::Actions", "&Send again"), "",
        "resend", "", QT_TRANSLATE_NOOP("Ui::Actions", "Uncertain messages: send them once more")},
    Row{ActionId::Edit, "editCopy", Menu::Message, false,
        QT_TRANSLATE_NOOP("Ui::Actions", "&Edit and send again…"), "document-edit", "edit", "Ctrl+E",
        QT_TRANSLATE_NOOP("Ui::Actions", "Write a new message that begins as a copy of this one")},
    Row{ActionId::Delete, "deleteMessage", Menu::Message, false, QT_TRANSLATE_NOOP("Ui::Actions", "&Delete…"),
        "edit-delete", "delete", "Del",
        QT_TRANSLATE_NOOP("Ui::Actions", "Delete the selected messages and their transcripts")},
    Row{ActionId::Search, "search", Menu::View, false, QT_TRANSLATE_NOOP("Ui::Actions", "&Search"),
        "edit-find", "search", "Ctrl+F",
        QT_TRANSLATE_NOOP("Ui::Actions", "Search the messages of this folder")},
    Row{ActionId::NextPane, "nextPane", Menu::View, false, QT_TRANSLATE_NOOP("Ui::Actions", "&Next pane"), "",
        "", "F6", QT_TRANSLATE_NOOP("Ui::Actions", "Move from the folders to the list to the details")},
    Row{ActionId::GoOutbox, "goOutbox", Menu::View, false, QT_TRANSLATE_NOOP("Ui::Actions", "&Outbox"), "",
        "outbox", "Ctrl+1", ""},
    Row{ActionId::GoSent, "goSent", Menu::View, false, QT_TRANSLATE_NOOP("Ui::Actions", "S&ent"), "", "sent",
        "Ctrl+2", ""},
    Row{ActionId::GoFailed, "goFailed", Menu::View, false, QT_TRANSLATE_NOOP("Ui::Actions", "&Failed"), "",
        "failed", "Ctrl+3", ""},
    Row{ActionId::GoDrafts, "goDrafts", Menu::View, false, QT_TRANSLATE_NOOP("Ui::Actions", "&Drafts"), "",
        "drafts", "Ctrl+4", ""},
    Row{ActionId::GoAccounts, "goAccounts", Menu::View, false, QT_TRANSLATE_NOOP("Ui::Actions", "&Accounts"),
        "", "account", "Ctrl+5", ""},
    Row{ActionId::AddAccount, "addAccountAction", Menu::Tools, false,
        QT_TRANSLATE_NOOP("Ui::Actions", "&Add account…"), "", "account-add", "",
        QT_TRANSLATE_NOOP("Ui::Actions", "Add a server to send through")},
    Row{ActionId::Practice, "practice", Menu::Tools, false,
        QT_TRANSLATE_NOOP("Ui::Actions", "&Practice server…"), "", "practice", "Ctrl+Shift+P",
        QT_TRANSLATE_NOOP("Ui::Actions", "Try things on a mail server inside the program")},
    Row{ActionId::Preferences, "preferences", Menu::Tools, false,
        QT_TRANSLATE_NOOP("Ui::Actions", "Pre&ferences…"), "preferences-system", "preferences", "Ctrl+,",
        QT_TRANSLATE_NOOP("Ui::Actions", "How long messages are tried, and when you are told")},
    Row{ActionId::Shortcuts, "shortcuts", Menu::Help, false,
        QT_TRANSLATE_NOOP("Ui::Actions", "&Keyboard shortcuts"), "", "keyboard", "F1", ""},
    Row{ActionId::About, "about", Menu::Help, false, QT_TRANSLATE_NOOP("Ui::Actions", "&About Postrider"),
        "help-about", "info", "", ""},
};

QString translated(const char *text)
{
    return *text ? Actions::tr(text) : QString();
}

QString plain(const QString &text)
{
    return QString(text).remove(QLatin1Char('&')).remove(QChar(0x2026));
}

} // namespace

Actions::Actions(QMainWindow *window)
    : QObject(window)
    , m_window(window)
{
    makeActions();
    makeMenus();
    makeToolBar();
}

QList<ActionId> Actions::all()
{
    QList<ActionId> ids;
    for (const Row &row : rows)
        ids.append(row.id);
    return ids;
}

void Actions::makeActions()
{
    for (const Row &row : rows) {
        auto *action = new QAction(translated(row.text), this);
        action->setObjectName(QLatin1String(row.name));
        if (*row.icon)
            action->setIcon(icon(QLatin1String(row.standardIcon), QLatin1String(row.icon)));
        const QList<QKeySequence> keys = QKeySequence::listFromString(QLatin1String(row.keys));
        action->setShortcuts(keys);
        action->setStatusTip(translated(row.toolTip));
        const QString tip = *row.toolTip ? translated(row.toolTip) : plain(translated(row.text));
        action->setToolTip(
            plainToolTip(keys.isEmpty() ? tip
                                        : tr("%1 (%2)", "what it does, keys")
                                              .arg(tip, keys.first().toString(QKeySequence::NativeText))));
        if (row.id == ActionId::Quit)
            action->setMenuRole(QAction::QuitRole);
        if (row.id == ActionId::About)
            action->setMenuRole(QAction::AboutRole);
        m_actions.insert(row.id, action);
    }
}

void Actions::makeMenus()
{
    QMenuBar *bar = m_window->menuBar();
    const QHash<Menu, QMenu *> menus{{Menu::File, bar->addMenu(tr("&File"))},
                                     {Menu::Message, bar->addMenu(tr("&Message"))},
                                     {Menu::View, bar->addMenu(tr("&View"))},
                                     {Menu::Tools, bar->addMenu(tr("&Tools"))},
                                     {Menu::Help, bar->addMenu(tr("&Help"))}};
    for (const Row &row : rows) {
        QMenu *menu = menus.value(row.menu);
        if (row.id == ActionId::Quit || row.id == ActionId::GoOutbox || row.id == ActionId::Delete ||
            row.id == ActionId::Arrived)
            menu->addSeparator();
        menu->addAction(m_actions.value(row.id));
    }
}

void Actions::makeToolBar()
{
    QToolBar *bar = m_window->addToolBar(tr("Main toolbar"));
    bar->setObjectName(QStringLiteral("mainBar"));
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    for (const Row &row : rows) {
        if (!row.toolBar)
            continue;
        if (row.id == ActionId::Retry)
            bar->addSeparator();
        bar->addAction(m_actions.value(row.id));
    }
}

QList<QAction *> Actions::messageActions() const
{
    QList<QAction *> actions;
    for (const Row &row : rows) {
        if (row.menu == Menu::Message)
            actions.append(m_actions.value(row.id));
    }
    return actions;
}

void Actions::showShortcuts()
{
    auto *dialog = new QDialog(m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(QStringLiteral("shortcutsPage"));
    dialog->setWindowTitle(tr("Keyboard shortcuts"));
    auto *list = new QTreeWidget(dialog);
    list->setRootIsDecorated(false);
    list->setHeaderLabels({tr("Action"), tr("Keys")});
    for (const Row &row : rows) {
        const QAction *action = m_actions.value(row.id);
        if (action->shortcut().isEmpty())
            continue;
        auto *item = new QTreeWidgetItem(
            list, {plain(action->text()), action->shortcut().toString(QKeySequence::NativeText)});
        item->setIcon(0, action->icon());
    }
    list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    list->header()->setStretchLastSection(false);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    auto *column = new QVBoxLayout(dialog);
    column->addWidget(list);
    column->addWidget(buttons);
    dialog->resize(m_window->fontMetrics().averageCharWidth() * 60, m_window->fontMetrics().height() * 24);
    dialog->open();
}

} // namespace Ui
