#pragma once

// The drafts: open one, or throw one away and think better of it.

#include "core/outbox/mailroom.h"
#include "core/store/messagequery.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QStackedWidget;
class QTreeWidget;

namespace Ui {

class MessageBar;

class DraftsView : public QWidget
{
    Q_OBJECT

public:
    DraftsView(Outbox::Mailroom &mailroom, const Store::MessageQuery &query, const Base::Clock &clock,
               QWidget *parent = nullptr);

    /// How many there are.
    int reload();

Q_SIGNALS:
    void openWanted(Base::DraftId id);

private:
    void open();
    void remove();
    Base::DraftId current() const;

    Outbox::Mailroom &m_mailroom;
    const Store::MessageQuery &m_query;
    const Base::Clock &m_clock;
    MessageBar *m_bar;
    QTreeWidget *m_list;
    QStackedWidget *m_pages;
    QPushButton *m_open;
    QPushButton *m_remove;
};

} // namespace Ui
