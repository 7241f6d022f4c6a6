#pragma once

// The practice server's window: on or off, what it shall do, and what it received.

#include "core/practice/receivedmessage.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QTreeWidget;

namespace Store {
class MessageQuery;
}

namespace Ui {

class MessageBar;
class MessageView;
class PracticeDesk;

class PracticePage : public QWidget
{
    Q_OBJECT

public:
    PracticePage(PracticeDesk &desk, const Store::MessageQuery &query, QWidget *parent = nullptr);

Q_SIGNALS:
    /// A letter to try it with.
    void composeWanted();

private:
    void startOrStop();
    void makeAccount();
    void update();
    void add(const Practice::ReceivedMessage &message);
    void showCurrent();

    PracticeDesk &m_desk;
    MessageBar *m_bar;
    QLabel *m_state;
    QPushButton *m_toggle;
    QPushButton *m_account;
    QPushButton *m_compose;
    QComboBox *m_scenario;
    QLabel *m_description;
    QTreeWidget *m_received;
    MessageView *m_message;
    QLabel *m_empty;
};

} // namespace Ui
