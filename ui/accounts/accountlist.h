#pragma once

// The page of accounts: who sends through what, how much of its limits is used up, what waits for a person,
// and what can be done.

#include "core/outbox/mailroom.h"
#include "core/store/messagequery.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QPushButton;
class QStackedWidget;
class QTreeWidget;

namespace Ui {

class MessageBar;
class Preferences;
class Prompts;

class AccountList : public QWidget
{
    Q_OBJECT

public:
    AccountList(Outbox::Mailroom &mailroom, const Store::MessageQuery &query, const Base::Clock &clock,
                Preferences &preferences, Prompts &prompts, QWidget *parent = nullptr);

    void reload();
    /// Opens the dialog for a new account.
    void add();
    /// Opens the dialog where the password is typed anew.
    void signIn(Base::AccountId id);
    void hold(Base::AccountId id, bool held);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void updateUsage();
    void edit(Base::AccountId id, bool password);
    void remove();
    void makeDefault();
    void updateButtons();
    void tellPause();
    void acceptWeakerSignIn(Base::AccountId id);
    void watch(Outbox::Mailroom::Answer<void> answer);
    Base::AccountId current() const;
    QPushButton *makeButton(const QString &text, const QString &objectName, void (AccountList::*slot)());
    void editCurrent();
    void holdCurrent();

    Outbox::Mailroom &m_mailroom;
    const Store::MessageQuery &m_query;
    const Base::Clock &m_clock;
    Preferences &m_preferences;
    Prompts &m_prompts;
    MessageBar *m_bar;
    QTreeWidget *m_list;
    QLabel *m_empty;
    QStackedWidget *m_pages;
    QPushButton *m_edit;
    QPushButton *m_remove;
    QPushButton *m_default;
    QPushButton *m_hold;
    QTimer m_counting; ///< soon after something was sent
    QTimer m_aging;    ///< windows open by themselves
};

} // namespace Ui
