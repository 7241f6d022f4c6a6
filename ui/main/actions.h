#pragma once

// Everything that can be done in the main window, as one table: text, icon, keys and where it appears. Menus,
// the toolbar and the list of shortcuts are made from it.

#include <QHash>
#include <QList>
#include <QObject>

class QAction;
class QMainWindow;
class QMenu;

namespace Ui {

enum class ActionId {
    NewMessage,
    Quit,
    Retry,
    Hold,
    Release,
    Cancel,
    Arrived,
    Resend,
    Edit,
    Delete,
    Search,
    NextPane,
    GoOutbox,
    GoSent,
    GoFailed,
    GoDrafts,
    GoAccounts,
    AddAccount,
    Practice,
    Preferences,
    Shortcuts,
    About,
};

class Actions : public QObject
{
    Q_OBJECT

public:
    explicit Actions(QMainWindow *window);

    QAction *operator[](ActionId id) const { return m_actions.value(id); }
    /// Those of the Message menu, for the table's context menu.
    QList<QAction *> messageActions() const;
    void showShortcuts();

    static QList<ActionId> all();

private:
    void makeActions();
    void makeMenus();
    void makeToolBar();

    QMainWindow *m_window;
    QHash<ActionId, QAction *> m_actions;
};

} // namespace Ui
