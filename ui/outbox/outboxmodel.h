#pragma once

// The messages of one folder, newest first. It holds the ids of the pages scrolled to and reads rows through
// the read-only query, so that only what is looked at is read. Looking for text may take longer than a small
// read: that is done in the background, on a read-only connection of its own, and the pages come in when they
// are found (law 10). Changes come in as ids and go out as single insertions, removals and updates: a
// selected row stays selected.

#include "core/base/clock.h"
#include "core/outbox/events.h"
#include "core/store/messagequery.h"
#include "ui/common/limitstanding.h"
#include "ui/common/theme.h"

#include <QAbstractTableModel>
#include <QCache>
#include <QHash>
#include <QSet>
#include <QTimer>

#include <atomic>
#include <functional>
#include <memory>

namespace Ui {

class OutboxModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { State, Subject, To, Account, NextTry, Size, Time, ColumnCount };

    OutboxModel(const Store::MessageQuery &query, const Base::Clock &clock, QObject *parent = nullptr);

    /// Reads the first page of what the filter lets through; loaded() says when it is there.
    void setFilter(const Store::Filter &filter);
    const Store::Filter &filter() const { return m_filter; }
    void reload() { setFilter(m_filter); }

    /// These messages are new, changed or gone. Reads at most a page at a time; the rest a moment later.
    void refresh(const QList<Base::MessageId> &ids);
    /// Any message may have changed: another program wrote.
    void refreshAll();
    void setProgress(const Outbox::Progress &progress);
    /// Messages of these accounts wait for a person.
    void setPaused(const QSet<Base::AccountId> &accounts);

    /// A page of a text search is under way.
    bool isSearching() const { return m_searching; }
    Base::MessageId idAt(int row) const;
    int rowOf(Base::MessageId id) const; ///< -1: not here, or not loaded yet
    std::optional<Store::MessageRow> message(int row) const;
    /// The error of the last read; none when all went well.
    std::optional<Base::Error> error() const { return m_error; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;

    static constexpr int page = 200;

Q_SIGNALS:
    /// A page came in, or could not be read.
    void loaded();

private:
    using Ids = Base::Result<QList<Base::MessageId>>;

    /// Does that work: at once, or in the background when the filter looks for text. An answer to a filter
    /// that was replaced meanwhile is dropped.
    void ask(std::function<Ids(const Store::MessageQuery &)> work, std::function<void(const Ids &)> then);
    void readPage();
    void append(const Ids &ids);
    void take(const QList<Base::MessageId> &changed, const Ids &here);
    void takeAll(const Ids &ids, int covered);
    const Store::MessageRow *row(int at) const;
    void readRows(int around) const;
    void refreshSome();
    void refreshed();
    void refreshOne(Base::MessageId id, const Store::MessageRow *row);
    void removeAbsent(const QList<Base::MessageId> &present, bool isPartial);
    void insert(Base::MessageId id);
    void tick();

    /// What holds messages up besides themselves may have changed.
    void readPatience();
    /// It is tried for so long that the person is told.
    bool takesLong(const Store::MessageRow &row) const;
    Role roleOf(const Store::MessageRow &row) const;
    QString nextText(const Store::MessageRow &row) const;
    QString text(const Store::MessageRow &row, int column) const;
    QString stateText(const Store::MessageRow &row) const;
    QString toolTip(const Store::MessageRow &row, int column) const;

    const Store::MessageQuery &m_query;
    const Base::Clock &m_clock;
    Store::Filter m_filter;
    QList<Base::MessageId> m_ids; ///< descending
    mutable QCache<qint64, Store::MessageRow> m_rows;
    QHash<Base::MessageId, Outbox::Progress> m_progress;
    QSet<Base::AccountId> m_paused;
    mutable LimitStandings m_standings;
    Delivery::RetrySchedule m_schedule;
    QList<Base::MessageId> m_pending;
    QTimer m_refresh;
    QTimer m_ticker; ///< relative times grow old
    mutable std::optional<Base::Error> m_error;
    bool m_more = false;
    bool m_searching = false;
    bool m_refreshing = false; ///< one at a time: the rest waits in m_pending
    bool m_allPending = false;
    std::shared_ptr<std::atomic<quint64>> m_turn; ///< of the filter; the background looks at it
};

} // namespace Ui
