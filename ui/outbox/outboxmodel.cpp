#include "ui/outbox/outboxmodel.h"

#include "ui/common/background.h"
#include "ui/common/explain.h"
#include "ui/common/format.h"
#include "ui/common/schedulewords.h"
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
    , m_standings(query)
    , m_turn(std::make_shared<std::atomic<quint64>>(0))
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
    ++*m_turn;
    m_filter = filter;
    m_rows.clear();
    m_pending.clear();
    m_ids.clear();
    m_error.reset();
    m_more = false;
    m_refreshing = false;
    m_allPending = false;
    readPatience();
    endResetModel();
    readPage();
}

bool OutboxModel::canFetchMore(const QModelIndex &parent) const
{
    return !parent.isValid() && m_more && !m_searching;
}

void OutboxModel::fetchMore(const QModelIndex &parent)
{
    if (canFetchMore(parent))
        readPage();
}

void OutboxModel::ask(std::function<Ids(const Store::MessageQuery &)> work,
                      std::function<void(const Ids &)> then)
{
    if (!m_filter.search.hasText())
        return then(work(m_query));
    const quint64 turn = *m_turn;
    const auto away = [books = m_query.books(), work = std::move(work), turn, current = m_turn]() -> Ids {
        if (*current != turn)
            return QList<Base::MessageId>(); // the person has typed on
        Store::MessageQuery query;
        if (const Base::Done done = query.open(books.database, books.spool); !done)
            return done.error();
        return work(query);
    };
    whenAnswered(inBackground(away), this, [this, turn, then = std::move(then)](const Ids &ids) {
        if (*m_turn == turn)
            then(ids);
    });
}

void OutboxModel::readPage()
{
    m_searching = m_filter.search.hasText();
    const Base::MessageId below = m_ids.isEmpty() ? Base::MessageId{} : m_ids.last();
    ask([filter = m_filter,
         below](const Store::MessageQuery &query) { return query.ids(filter, page, below); },
        [this](const Ids &ids) { append(ids); });
}

void OutboxModel::append(const Ids &ids)
{
    m_searching = false;
    m_more = ids && ids->size() == page;
    if (!ids)
        m_error = ids.error();
    QList<Base::MessageId> added = ids ? *ids : QList<Base::MessageId>();
    // What came in by itself meanwhile is there already.
    added.removeIf([this](Base::MessageId id) { return !m_ids.isEmpty() && id >= m_ids.last(); });
    if (!added.isEmpty()) {
        const int first = static_cast<int>(m_ids.size());
        beginInsertRows({}, first, first + static_cast<int>(added.size()) - 1);
        m_ids.append(added);
        endInsertRows();
    }
    Q_EMIT loaded();
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
    if (m_refreshing || m_pending.isEmpty())
        return;
    QList<Base::MessageId> ids = m_pending.mid(0, page);
    m_pending.remove(0, ids.size());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    m_refreshing = true;
    ask([filter = m_filter, ids](const Store::MessageQuery &query) { return query.among(filter, ids); },
        [this, ids](const Ids &here) {
            take(ids, here);
            refreshed();
        });
}

void OutboxModel::refreshed()
{
    m_refreshing = false;
    if (std::exchange(m_allPending, false))
        refreshAll();
    else if (!m_pending.isEmpty())
        m_refresh.start(); // after what the person is doing
}

void OutboxModel::take(const QList<Base::MessageId> &changed, const Ids &here)
{
    m_standings.clear();
    const Base::Result<QList<Store::MessageRow>> rows =
        here ? m_query.rows(*here) : Base::Result<QList<Store::MessageRow>>(here.error());
    if (!rows) {
        m_error = rows.error();
        return;
    }
    QHash<Base::MessageId, const Store::MessageRow *> byId;
    for (const Store::MessageRow &each : *rows)
        byId.insert(each.id, &each);
    for (const Base::MessageId id : changed)
        refreshOne(id, byId.value(id));
}

/// row: what it is now; none: it is gone, or the filter does not let it through.
void OutboxModel::refreshOne(Base::MessageId id, const Store::MessageRow *row)
{
    const bool here = row != nullptr;
    if (here)
        m_rows.insert(id.value, new Store::MessageRow(*row));
    else
        m_rows.remove(id.value);
    if (!here || row->state != Delivery::MessageState::Sending)
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
    if (m_refreshing) {
        m_allPending = true;
        return;
    }
    m_refreshing = true;
    const int covered = static_cast<int>(std::clamp<qsizetype>(m_ids.size(), page, mostCompared));
    ask([filter = m_filter, covered](const Store::MessageQuery &query) { return query.ids(filter, covered); },
        [this, covered](const Ids &ids) {
            takeAll(ids, covered);
            refreshed();
        });
}

void OutboxModel::takeAll(const Ids &ids, int covered)
{
    if (!ids) {
        m_error = ids.error();
        return;
    }
    readPatience();
    const bool isPartial = ids->size() == covered; // ids below the last one are not known
    m_rows.clear();
    removeAbsent(*ids, isPartial);
    for (const Base::MessageId id : *ids) {
        if (rowOf(id) < 0)
            insert(id);
    }
    m_more = m_more || isPartial;
    if (!m_ids.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(static_cast<int>(m_ids.size()) - 1, ColumnCount - 1));
}

void OutboxModel::removeAbsent(const QList<Base::MessageId> &present, bool isPartial)
{
    const QSet<Base::MessageId> here(present.begin(), present.end());
    for (int at = static_cast<int>(m_ids.size()) - 1; at >= 0; --at) {
        const Base::MessageId id = m_ids.at(at);
        if (here.contains(id) || (isPartial && id < present.last()))
            continue;
        beginRemoveRows({}, at, at);
        m_ids.removeAt(at);
        endRemoveRows();
    }
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
    readPatience();
    if (!m_ids.isEmpty())
        Q_EMIT dataChanged(index(0, State), index(static_cast<int>(m_ids.size()) - 1, Time),
                           {Qt::DisplayRole});
}

void OutboxModel::readPatience()
{
    m_standings.clear();
    if (const Base::Result<Delivery::RetrySchedule> schedule = m_query.schedule())
        m_schedule = *schedule;
}

bool OutboxModel::takesLong(const Store::MessageRow &row) const
{
    return row.state == Delivery::MessageState::Deferred &&
           Delivery::patienceWith(m_schedule, row.since, row.attempts, m_clock.now()) !=
               Delivery::Patience::Waiting;
}

Role OutboxModel::roleOf(const Store::MessageRow &row) const
{
    return takesLong(row) ? Role::Warning : Ui::roleOf(row.state);
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
        return column == State ? QVariant(icon(roleOf(*message))) : QVariant();
    case Qt::ForegroundRole:
        return column == State ? QVariant(colour(roleOf(*message), QGuiApplication::palette())) : QVariant();
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
    if (takesLong(row))
        return tr("%1 %2", "Retrying 4 h").arg(word(row.state), spanWords(row.since.msecsTo(m_clock.now())));
    return word(row.state);
}

QString OutboxModel::nextText(const Store::MessageRow &row) const
{
    if (row.state == Delivery::MessageState::Uncertain)
        return tr("you decide");
    if (Delivery::isBeforeLeaving(row.state) && row.nextAttempt)
        return relativeDue(*row.nextAttempt, m_clock.now());
    if (!Delivery::isDueState(row.state))
        return {};
    if (m_paused.contains(row.account))
        return tr("waits for you");
    if (const std::optional<Outbox::LimitWait> wait = m_standings.limitOf(row, m_clock.now()))
        return tr("limit, %1", "in 20 min").arg(relativeDue(wait->next, m_clock.now()));
    return row.nextAttempt ? relativeDue(*row.nextAttempt, m_clock.now()) : QString();
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
        return nextText(row);
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
        if (takesLong(row))
            return warningWords(m_schedule, row.since, m_clock.now(), QTimeZone::systemTimeZone());
        const bool stopped =
            row.state == Delivery::MessageState::Cancelled || row.state == Delivery::MessageState::Held;
        return row.reason.isNull() || stopped ? explain(row.state).headline : explain(row.reason).headline;
    }
    case NextTry:
        if (const std::optional<Outbox::LimitWait> wait = m_standings.limitOf(row, m_clock.now()))
            return limitWords(*wait, m_clock.now(), QTimeZone::systemTimeZone());
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
