#include "ui/outbox/outboxmodel.h"

#include "ui/common/explain.h"
#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/common/words.h"

#include <QGuiApplication>
#include <QLocale>

#include <algorithm>

namespace Ui {

namespace {

constexpr int cachedRows = 4 * OutboxModel::page;
constexpr int tickMs = 10'000;
constexpr int mostCompared = 5'000; // ids, when anything may have changed

} // namespace

OutboxModel::OutboxModel(const Store::MessageQuery &query, const Base::Clock &clock, QObject *parent)
    : QAbstractTableModel(parent)
    , m_query(query)
    , m_clock(clock)
    , m_rows(cachedRows)
{
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(0);
    connect(&m_refresh, &QTimer::timeout, this, &OutboxModel::refreshSome);
    m_ticker.setInterval(tickMs);
    connect(&m_ticker, &QTimer::timeout, this, &OutboxModel::tick);
    m_ticker.start();
}

// ── what is here
// ────────────────────────────────────────────────────────────────────────────────────────────────────

void OutboxModel::setFilter(const Store::Filter &filter)
{
    beginResetModel();
    m_filter = filter;
    m_rows.clear();
    m_pending.clear();
    m_ids.clear();
    m_error.reset();
    const Base::Result<QList<Base::MessageId>> ids = m_query.ids(m_filter, page);
    if (ids)
        m_ids = *ids;
    else
        m_error = ids.error();
    m_more = m_ids.size() == page;
    endResetModel();
}

bool OutboxModel::canFetchMore(const QModelIndex &parent) const
{
    return !parent.isValid() && m_more;
}

void OutboxModel::fetchMore(const QModelIndex &parent)
{
    if (!canFetchMore(parent))
        return;
    const Base::Result<QList<Base::MessageId>> ids =
        m_query.ids(m_filter, page, m_ids.isEmpty() ? Base::MessageId{} : m_ids.last());
    m_more = ids && ids->size() == page;
    if (!ids || ids->isEmpty())
        return;
    const int first = static_cast<int>(m_ids.size());
    beginInsertRows({}, first, first + static_cast<int>(ids->size()) - 1);
    m_ids.append(*ids);
    endInsertRows();
}

Base::MessageId OutboxModel::idAt(int row) const
{
    return row >= 0 && row < m_ids.size() ? m_ids.at(row) : Base::MessageId{};
}

int OutboxModel::rowOf(Base::MessageId id) const
{
    const auto at = std::lower_bound(m_ids.begin(), m_ids.end(), id, std::greater<>());
    return at != m_ids.end() && *at == id ? static_cast<int>(at - m_ids.begin()) : -1;
}

std::optional<Store::MessageRow> OutboxModel::message(int at) const
{
    const Store::MessageRow *found = row(at);
    return found ? std::optional(*found) : std::nullopt;
}

const Store::MessageRow *OutboxModel::row(int at) const
{
    const Base::MessageId id = idAt(at);
    if (!id.isValid())
        return nullptr;
    if (const Store::MessageRow *found = m_rows.object(id.value))
        return found;
    readRows(at);
    return m_rows.object(id.value);
}

void OutboxModel::readRows(int around) const
{
    const int first = std::max(0, around - page / 4);
    const Base::Result<QList<Store::MessageRow>> rows = m_query.rows(m_ids.mid(first, page));
    if (!rows) {
        m_error = rows.error();
        return;
    }
    for (const Store::MessageRow &each : *rows)
        m_rows.insert(each.id.value, new Store::MessageRow(each));
}

// ── what changes
// ────────────────────────────────────────────────────────────────────────────────────────────────────

void OutboxModel::refresh(const QList<Base::MessageId> &ids)
{
    m_pending.append(ids);
    refreshSome();
}

void OutboxModel::refreshSome()
{
    QList<Base::MessageId> ids = m_pending.mid(0, page);
    m_pending.remove(0, ids.size());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    const Base::Result<QList<Store::MessageRow>> rows = m_query.rows(ids);
    if (!rows) {
        m_error = rows.error();
        return;
    }
    QHash<Base::MessageId, Store::MessageRow> byId;
    for (const Store::MessageRow &each : *rows)
        byId.insert(each.id, each);
    for (const Base::MessageId id : ids)
        refreshOne(id, byId);
    if (!m_pending.isEmpty())
        m_refresh.start(); // after what the person is doing
}

void OutboxModel::refreshOne(Base::MessageId id, const QHash<Base::MessageId, Store::MessageRow> &rows)
{
    const auto found = rows.constFind(id);
    const bool here = found != rows.constEnd() && belongs(*found);
    if (here)
        m_rows.insert(id.value, new Store::MessageRow(*found));
    else
        m_rows.remove(id.value);
    if (!here || !(found->state == Delivery::MessageState::Sending ||
                   found->state == Delivery::MessageState::Committing))
        m_progress.remove(id);

    const int at = rowOf(id);
    if (here && at >= 0) {
        Q_EMIT dataChanged(index(at, 0), index(at, ColumnCount - 1));
    } else if (at >= 0) {
        beginRemoveRows({}, at, at);
        m_ids.removeAt(at);
        endRemoveRows();
    } else if (here && (!m_more || (!m_ids.isEmpty() && id > m_ids.last()))) {
        insert(id); // what lies below the loaded part comes with its page
    }
}

void OutboxModel::insert(Base::MessageId id)
{
    const auto place = std::lower_bound(m_ids.begin(), m_ids.end(), id, std::greater<>());
    const int row = static_cast<int>(place - m_ids.begin());
    beginInsertRows({}, row, row);
    m_ids.insert(row, id);
    endInsertRows();
}

void OutboxModel::refreshAll()
{
    const int covered = static_cast<int>(std::clamp<qsizetype>(m_ids.size(), page, mostCompared));
    const Base::Result<QList<Base::MessageId>> ids = m_query.ids(m_filter, covered);
    if (!ids) {
        m_error = ids.error();
        return;
    }
    m_rows.clear();
    removeAbsent(*ids);
    for (const Base::MessageId id : *ids) {
        if (rowOf(id) < 0)
            insert(id);
    }
    m_more = m_more || ids->size() == covered;
    if (!m_ids.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(static_cast<int>(m_ids.size()) - 1, ColumnCount - 1));
}

void OutboxModel::removeAbsent(const QList<Base::MessageId> &present)
{
    const QSet<Base::MessageId> here(present.begin(), present.end());
    const bool partial = present.size() == mostCompared; // ids below the last compared one are not known
    for (int at = static_cast<int>(m_ids.size()) - 1; at >= 0; --at) {
        const Base::MessageId id = m_ids.at(at);
        if (here.contains(id) || (partial && id < present.last()))
            continue;
        beginRemoveRows({}, at, at);
        m_ids.removeAt(at);
        endRemoveRows();
    }
}

bool OutboxModel::belongs(const Store::MessageRow &row) const
{
    if (!m_filter.states.isEmpty() && !m_filter.states.contains(row.state))
        return false;
    if (!m_filter.accountName.isEmpty() && row.accountName != m_filter.accountName)
        return false;
    if (m_filter.search.isEmpty())
        return true;
    // The row holds the first few recipients only: the books decide.
    const Base::Result<QList<Base::MessageId>> probe =
        m_query.ids(m_filter, 1, Base::MessageId{row.id.value + 1});
    return probe && !probe->isEmpty() && probe->first() == row.id;
}

void OutboxModel::setProgress(const Outbox::Progress &progress)
{
    m_progress.insert(progress.message, progress);
    const int at = rowOf(progress.message);
    if (at >= 0)
        Q_EMIT dataChanged(index(at, State), index(at, State));
}

void OutboxModel::setPaused(const QSet<Base::AccountId> &accounts)
{
    m_paused = accounts;
    tick();
}

void OutboxModel::tick()
{
    if (!m_ids.isEmpty())
        Q_EMIT dataChanged(index(0, NextTry), index(static_cast<int>(m_ids.size()) - 1, Time),
                           {Qt::DisplayRole});
}

// ── how it reads
// ────────────────────────────────────────────────────────────────────────────────────────────────────

int OutboxModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_ids.size());
}

int OutboxModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant OutboxModel::data(const QModelIndex &index, int role) const
{
    const Store::MessageRow *message = index.isValid() ? row(index.row()) : nullptr;
    if (!message)
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(*message, column);
    case Qt::DecorationRole:
        return column == State ? QVariant(icon(Ui::roleOf(message->state))) : QVariant();
    case Qt::ForegroundRole:
        return column == State ? QVariant(colour(Ui::roleOf(message->state), QGuiApplication::palette()))
                               : QVariant();
    case Qt::TextAlignmentRole:
        return column == Size ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter)) : QVariant();
    case Qt::ToolTipRole:
        return plainToolTip(toolTip(*message, column));
    case Qt::AccessibleTextRole:
        return tr("%1: %2", "column, value")
            .arg(headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(), text(*message, column));
    default:
        return {};
    }
}

QString OutboxModel::stateText(const Store::MessageRow &row) const
{
    const auto progress = m_progress.constFind(row.id);
    const bool sending = row.state == Delivery::MessageState::Sending;
    if (sending && progress != m_progress.constEnd() && progress->total > 0) {
        const int percent = static_cast<int>(100 * progress->done / progress->total);
        return tr("%1 %2 %", "Sending 41 %").arg(word(row.state), QLocale().toString(percent));
    }
    return word(row.state);
}

QString OutboxModel::text(const Store::MessageRow &row, int column) const
{
    switch (column) {
    case State:
        return stateText(row);
    case Subject:
        return row.subject.isEmpty() ? tr("(no subject)") : row.subject;
    case To:
        if (row.state == Delivery::MessageState::PartlySent ||
            (row.accepted > 0 && row.accepted < row.recipientCount))
            return tr("%1 · %2 of %3 accepted", "addresses, how many")
                .arg(row.recipients, QLocale().toString(row.accepted),
                     QLocale().toString(row.recipientCount));
        return row.recipients;
    case Account:
        return row.accountName;
    case NextTry:
        if (row.state == Delivery::MessageState::Uncertain)
            return tr("you decide");
        if (!Delivery::isDueState(row.state))
            return {};
        if (m_paused.contains(row.account))
            return tr("waits for you");
        return row.nextAttempt ? relativeTime(*row.nextAttempt, m_clock.now()) : QString();
    case Size:
        return sizeText(row.size);
    case Time:
        return relativeTime(row.created, m_clock.now());
    default:
        return {};
    }
}

QString OutboxModel::toolTip(const Store::MessageRow &row, int column) const
{
    switch (column) {
    case State: {
        const bool stopped =
            row.state == Delivery::MessageState::Cancelled || row.state == Delivery::MessageState::Held;
        return row.reason.isNull() || stopped ? explain(row.state).headline : explain(row.reason).headline;
    }
    case NextTry:
        return row.nextAttempt ? exactTime(*row.nextAttempt) : QString();
    case Size:
        return row.size == 1
                   ? tr("1 octet")
                   : tr("%n octets", nullptr, static_cast<int>(std::min<qint64>(row.size, 0x7fffffff)));
    case Time:
        return exactTime(row.created);
    case Subject:
    case To:
    case Account:
        return text(row, column);
    default:
        return {};
    }
}

QVariant OutboxModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return section == Size ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter))
                               : QVariant(int(Qt::AlignLeft | Qt::AlignVCenter));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case State:
        return tr("State");
    case Subject:
        return tr("Subject");
    case To:
        return tr("To");
    case Account:
        return tr("Account");
    case NextTry:
        return tr("Next try");
    case Size:
        return tr("Size");
    case Time:
        return tr("Written");
    default:
        return {};
    }
}

} // namespace Ui
