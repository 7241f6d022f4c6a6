#pragma once

// The table of messages: whole rows, no grid, addresses elided in the middle, type-ahead on the subject,
// columns that can be hidden and come back, and a selection that no update moves.

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

private:
    void leaving(int first, int last);
    void chooseColumns(const QPoint &at);
    void setWidths();

    OutboxModel &m_model;
    Preferences &m_preferences;
    bool m_leaving = false; ///< rows go away: the selection is given up, not moved
};

} // namespace Ui
