#pragma once

// The page of one folder: a search field, the table, and below it what happened to the chosen message.
// Changes come in one by one and are gathered for a moment before anything is read.

#include "core/outbox/events.h"
#include "core/store/messagequery.h"
#include "ui/common/explain.h"
#include "ui/outbox/messagewish.h"

#include <QTimer>
#include <QWidget>

class QAction;
class QLabel;
class QLineEdit;
class QSplitter;
class QStackedWidget;

namespace Base {
class Clock;
}

namespace Ui {

class MessageBar;
class MessageDetails;
class MessageTable;
class OutboxModel;
class Preferences;
class Prompts;

class OutboxView : public QWidget
{
    Q_OBJECT

public:
    OutboxView(const Store::MessageQuery &query, const Base::Clock &clock, Preferences &preferences,
               Prompts &prompts, QWidget *parent = nullptr);

    /// empty: what to say while the folder holds nothing.
    void showFolder(const QList<Delivery::MessageState> &states, const Explanation &empty);
    /// Reads what these are now; invalid: any may have changed.
    void messageChanged(Base::MessageId id);
    void progressed(const Outbox::Progress &progress);
    /// Accounts that wait for a person: their messages wait, too.
    void setPaused(const QSet<Base::AccountId> &accounts);
    void transcriptGrew(const Outbox::TranscriptGrew &grew);
    void select(Base::MessageId id);
    void focusSearch();
    void focusTable();
    /// Into the details, or within the details to the next part; false when there is none behind it.
    bool focusDetailsFrom(const QWidget *focus);
    void setTableActions(const QList<QAction *> &actions);
    void keepState();
    MessageBar &bar() { return *m_bar; }

    QList<Base::MessageId> selectedIds() const;
    /// Of what the list shows.
    Store::Filter filter() const;
    /// The selected ones of which that may be wanted.
    QList<Base::MessageId> selectedFor(MessageWish wish) const;
    /// The states of the selected messages; at most a page of them.
    QList<Delivery::MessageState> selectedStates() const;

Q_SIGNALS:
    void selectionChanged();
    void wanted(Ui::MessageWish wish, const QList<Base::MessageId> &ids);

private:
    void search();
    void loaded();
    void update();
    void updateEmpty();

    Preferences &m_preferences;
    const Base::Clock &m_clock;
    OutboxModel *m_model;
    MessageBar *m_bar;
    QLineEdit *m_search;
    QLabel *m_hint; ///< what of the search was not understood
    QStackedWidget *m_tables;
    QLabel *m_emptyHeadline;
    QLabel *m_emptyAdvice;
    Explanation m_emptyWords;
    MessageTable *m_table;
    MessageDetails *m_details;
    QSplitter *m_splitter;
    QTimer m_searching;
    QTimer m_gathering;
    QList<Base::MessageId> m_changed;
    bool m_allChanged = false;
    Base::MessageId m_wanted;                ///< to be selected as soon as it is there
    std::optional<Base::MessageId> m_choice; ///< to be selected when the list is there; invalid: its first
};

} // namespace Ui
