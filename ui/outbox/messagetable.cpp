#include "ui/outbox/messagetable.h"

#include "ui/common/theme.h"
#include "ui/outbox/outboxmodel.h"
#include "ui/settings/preferences.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QScrollBar>

#include <algorithm>
#include <array>

namespace Ui {

namespace {

/// In characters.
struct Width
{
    OutboxModel::Column column;
    int least;
    int most;
};

constexpr std::array widths{Width{OutboxModel::State, 14, 16},  Width{OutboxModel::To, 14, 30},
                            Width{OutboxModel::Account, 8, 12}, Width{OutboxModel::NextTry, 14, 16},
                            Width{OutboxModel::Size, 11, 12},   Width{OutboxModel::Time, 14, 16}};
constexpr int subjectLeast = 18;

/// Without which one can do first.
constexpr std::array dispensable{OutboxModel::Size, OutboxModel::Account, OutboxModel::NextTry,
                                 OutboxModel::To};

} // namespace

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
    const QByteArray kept = preferences.bytes(Preference::TableHeader);
    m_isChosen = !kept.isEmpty() && header()->restoreState(kept);
    fitColumns();
    connect(header(), &QHeaderView::sectionResized, this, [this](int column, int before, int now) {
        const bool isShownOrHidden = before == 0 || now == 0;
        if (column != OutboxModel::Subject && !m_fitting && !isShownOrHidden)
            m_isChosen = true;
    });
    connect(header(), &QHeaderView::sectionMoved, this, [this] { m_isChosen = true; });
    connect(this, &QTreeView::activated, this, &MessageTable::opened);
}

void MessageTable::fitColumns()
{
    if (m_isChosen)
        return;
    m_fitting = true;
    const int letter = fontMetrics().averageCharWidth();
    const int room = viewport()->width() / std::max(1, letter) - subjectLeast;
    int least = 0;
    int most = 0;
    for (const Width &each : widths) {
        header()->setSectionHidden(each.column, false);
        least += each.least;
        most += each.most;
    }
    for (const OutboxModel::Column column : dispensable) {
        if (least <= room)
            break;
        const auto *const width = std::find_if(widths.begin(), widths.end(),
                                               [column](const Width &each) { return each.column == column; });
        least -= width->least;
        most -= width->most;
        header()->setSectionHidden(column, true);
    }
    // What room there is between the least and the most is shared by what each could use.
    const double share = most > least ? std::clamp(double(room - least) / (most - least), 0.0, 1.0) : 0;
    for (const Width &each : widths)
        header()->resizeSection(each.column,
                                static_cast<int>(letter * (each.least + share * (each.most - each.least))));
    m_fitting = false;
}

void MessageTable::keepColumns()
{
    if (m_isChosen)
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
    if (event->type() == QEvent::FontChange)
        fitColumns();
}

void MessageTable::resizeEvent(QResizeEvent *event)
{
    QTreeView::resizeEvent(event);
    fitColumns();
}

void MessageTable::scrollTo(const QModelIndex &index, ScrollHint hint)
{
    const int sideways = horizontalScrollBar()->value();
    QTreeView::scrollTo(index, hint);
    horizontalScrollBar()->setValue(sideways);
}

/// Wide enough to be read, even where it came without.
void MessageTable::setColumnShown(int column, bool shown)
{
    m_isChosen = true;
    setColumnHidden(column, !shown);
    for (const Width &each : widths) {
        const int least = fontMetrics().averageCharWidth() * each.least;
        if (shown && each.column == column && columnWidth(column) < least)
            setColumnWidth(column, least);
    }
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
        connect(action, &QAction::toggled, this, [this, column](bool on) { setColumnShown(column, on); });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("Show all columns")), &QAction::triggered, this, [this] {
        for (const Width &each : widths)
            setColumnShown(each.column, true);
    });
    menu->popup(header()->mapToGlobal(at));
}

} // namespace Ui
