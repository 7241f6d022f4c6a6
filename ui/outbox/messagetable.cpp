#include "ui/outbox/messagetable.h"

#include "ui/common/theme.h"
#include "ui/outbox/outboxmodel.h"
#include "ui/settings/preferences.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>

namespace Ui {

MessageTable::MessageTable(OutboxModel &model, Preferences &preferences, QWidget *parent)
    : QTreeView(parent)
    , m_model(model)
    , m_preferences(preferences)
{
    setObjectName(QStringLiteral("messageTable"));
    setAccessibleName(tr("Messages"));
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setTextElideMode(Qt::ElideMiddle);
    setIconSize({iconSide(*this), iconSide(*this)});
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    // Before setModel(): this must run before the view moves its cursor off the row that goes.
    connect(&model, &QAbstractItemModel::rowsAboutToBeRemoved, this,
            [this](const QModelIndex &, int first, int last) { leaving(first, last); });
    setModel(&model);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(OutboxModel::Subject, QHeaderView::Stretch);
    header()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header(), &QWidget::customContextMenuRequested, this, &MessageTable::chooseColumns);
    setWidths();
    const QByteArray kept = preferences.bytes(Preference::TableHeader);
    if (!kept.isEmpty())
        header()->restoreState(kept);
    connect(this, &QTreeView::activated, this, &MessageTable::opened);
}

void MessageTable::setWidths()
{
    const int letter = fontMetrics().averageCharWidth();
    header()->resizeSection(OutboxModel::State, letter * 16);
    header()->resizeSection(OutboxModel::To, letter * 30);
    header()->resizeSection(OutboxModel::Account, letter * 12);
    header()->resizeSection(OutboxModel::NextTry, letter * 13);
    header()->resizeSection(OutboxModel::Size, letter * 10);
    header()->resizeSection(OutboxModel::Time, letter * 16);
}

void MessageTable::keepColumns()
{
    m_preferences.set(Preference::TableHeader, header()->saveState());
}

Base::MessageId MessageTable::currentId() const
{
    return m_model.idAt(currentIndex().row());
}

QList<Base::MessageId> MessageTable::selectedIds() const
{
    QList<Base::MessageId> ids;
    const QModelIndexList rows = selectionModel()->selectedRows();
    for (const QModelIndex &index : rows)
        ids.append(m_model.idAt(index.row()));
    return ids;
}

void MessageTable::select(Base::MessageId id)
{
    const int row = m_model.rowOf(id);
    if (row < 0)
        return;
    const QModelIndex index = m_model.index(row, OutboxModel::Subject);
    // Not setCurrentIndex(): that asks the keyboard, and after Ctrl+Return in the composer Ctrl may still be
    // down.
    selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(index);
}

void MessageTable::leaving(int first, int last)
{
    const int current = currentIndex().row();
    if (current < first || current > last)
        return;
    m_leaving = true;
    selectionModel()->setCurrentIndex({}, QItemSelectionModel::NoUpdate);
    m_leaving = false;
}

void MessageTable::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTreeView::currentChanged(current, previous);
    if (!m_leaving && current.row() != previous.row())
        Q_EMIT currentIdChanged(m_model.idAt(current.row()));
}

void MessageTable::selectionChanged(const QItemSelection &selected, const QItemSelection &deselected)
{
    QTreeView::selectionChanged(selected, deselected);
    Q_EMIT selectedIdsChanged();
}

void MessageTable::keyboardSearch(const QString &search)
{
    const QModelIndex current = currentIndex();
    if (current.column() != OutboxModel::Subject) {
        const int row = current.isValid() ? current.row() : 0;
        selectionModel()->setCurrentIndex(m_model.index(row, OutboxModel::Subject),
                                          QItemSelectionModel::NoUpdate);
    }
    QTreeView::keyboardSearch(search);
}

void MessageTable::keyPressEvent(QKeyEvent *event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && event->modifiers() == Qt::NoModifier && currentIndex().isValid()) {
        Q_EMIT opened();
        return event->accept();
    }
    QTreeView::keyPressEvent(event);
}

void MessageTable::changeEvent(QEvent *event)
{
    QTreeView::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_preferences.bytes(Preference::TableHeader).isEmpty())
        setWidths();
}

void MessageTable::chooseColumns(const QPoint &at)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int column = 0; column < OutboxModel::ColumnCount; ++column) {
        QAction *action =
            menu->addAction(m_model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(column));
        action->setEnabled(column != OutboxModel::State &&
                           column != OutboxModel::Subject); // what it is must stay to be seen
        connect(action, &QAction::toggled, this, [this, column](bool on) { setColumnHidden(column, !on); });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("Show all columns")), &QAction::triggered, this, [this] {
        for (int column = 0; column < OutboxModel::ColumnCount; ++column)
            setColumnHidden(column, false);
        setWidths();
    });
    menu->popup(header()->mapToGlobal(at));
}

} // namespace Ui
