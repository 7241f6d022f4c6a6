#pragma once

// The table of messages: whole rows, no grid, addresses elided in the middle, type-ahead on the subject,
// columns that can be hidden and come back, and a selection that no update moves. Until a person sets them
// the columns fit themselves into what room there is: narrower ones first, then without those that tell
// least.

#include "core/base/id.h"

#include <QTreeView>

namespace Ui {

class OutboxModel;
class Preferences;

class MessageTable : public QTreeView
{
    Q_OBJECT

public:
    MessageTable(OutboxModel &model, Preferences &preferences, QWidget *parent = nullptr);

    Base::MessageId currentId() const;
    QList<Base::MessageId> selectedIds() const;
    void select(Base::MessageId id);
    void keepColumns();

    void keyboardSearch(const QString &search) override;
    /// To the row: never sideways.
    void scrollTo(const QModelIndex &index, ScrollHint hint = EnsureVisible) override;

Q_SIGNALS:
    /// By the person, or by select(); not because the current row left the folder.
    void currentIdChanged(Base::MessageId id);
    void selectedIdsChanged();
    void opened();

protected:
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;
    void selectionChanged(const QItemSelection &selected, const QItemSelection &deselected) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void leaving(int first, int last);
    void chooseColumns(const QPoint &at);
    void fitColumns();
    void setColumnShown(int column, bool shown);

    OutboxModel &m_model;
    Preferences &m_preferences;
    bool m_leaving = false; ///< rows go away: the selection is given up, not moved
    bool m_fitting = false;
    bool m_isChosen = false; ///< a person has set the columns
};

} // namespace Ui
