#include "core/store/commitgroup.h"

#include "core/base/log.h"

#include <iterator>
#include <utility>

namespace Store {

using Base::Done;

namespace {

template <class T>
void moveTo(std::vector<T> &to, std::vector<T> &from)
{
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    from.clear();
}

} // namespace

CommitGroup::CommitGroup(Database &database, LogSync::Sync sync)
    : m_database(database)
    , m_sync(sync ? std::move(sync) : [this, log = LogSync::Sync()]() mutable {
        if (!log)
            log = LogSync::ofBooks(m_database.path());
        return log();
    })
{
    m_database.setGroup(this);
    m_turn.setSingleShot(true);
    m_turn.setInterval(0);
    m_again.setSingleShot(true);
    m_again.setInterval(again);
    connect(&m_turn, &QTimer::timeout, this, &CommitGroup::endTurn);
    connect(&m_again, &QTimer::timeout, this, &CommitGroup::insist);
    connect(&m_sync, &LogSync::done, this, &CommitGroup::onSynced);
}

CommitGroup::~CommitGroup()
{
    commit();
    (void)m_sync.wait();
    if (!m_unsynced.empty() || !m_syncing.empty())
        (void)m_database.emptyLog();
    m_database.setGroup(nullptr);
}

void CommitGroup::add(Durability durability, const Work &work, Then then)
{
    if (m_isOpen && m_durability == Durability::Behind && durability == Durability::InCommit)
        commit();
    if (const Done begun = open(durability); begun) {
        m_open.push_back({work, std::move(then), m_isCareful ? attempt(work) : perform(work)});
        if (!m_open.back().done && !m_isCareful)
            startOver();
    } else {
        m_told.push_back({{}, std::move(then), begun});
    }
    m_turn.start();
}

Done CommitGroup::open(Durability durability)
{
    if (m_isOpen)
        return {};
    m_durability = durability;
    if (durability == Durability::Behind)
        m_database.setCommitsSynced(false);
    const Done begun = m_database.exec(QStringLiteral("BEGIN IMMEDIATE"));
    m_isOpen = begun.ok();
    if (!begun)
        m_database.setCommitsSynced(true);
    return begun;
}

Done CommitGroup::perform(const Work &work)
{
    m_database.m_insideGroup = true;
    const Done done = work();
    m_database.m_insideGroup = false;
    return done;
}

/// So that it can be undone alone.
Done CommitGroup::attempt(const Work &work)
{
    if (m_lost)
        return *m_lost;
    if (const Done point = m_database.exec(QStringLiteral("SAVEPOINT member")); !point)
        return point;
    const Done done = perform(work);
    if (done) {
        const Done kept = m_database.exec(QStringLiteral("RELEASE member"));
        if (!kept)
            m_lost = kept.error();
        return kept;
    }
    const Done undone = m_database.exec(QStringLiteral("ROLLBACK TO member"));
    const Done released = m_database.exec(QStringLiteral("RELEASE member"));
    // A disk that is full, or fails, undoes the whole transaction (sqlite.org/lang_transaction.html). What
    // comes now would be a transaction of its own, and be told with the others that it failed.
    if (!undone || !released)
        m_lost = done.error();
    return done;
}

/// What failed may have left half of itself: nobody was told anything yet, so all of them begin again.
void CommitGroup::startOver()
{
    (void)m_database.exec(QStringLiteral("ROLLBACK"));
    const Done begun = m_database.exec(QStringLiteral("BEGIN IMMEDIATE"));
    if (!begun)
        m_lost = begun.error();
    m_isCareful = true;
    for (Waiting &each : m_open)
        each.done = attempt(each.work);
}

void CommitGroup::commit()
{
    if (!std::exchange(m_isOpen, false))
        return;
    m_isCareful = false;
    const std::optional<Base::Error> lost = std::exchange(m_lost, {});
    const Done done = lost ? Done(*lost) : m_database.exec(QStringLiteral("COMMIT"));
    if (!done)
        (void)m_database.exec(QStringLiteral("ROLLBACK"));
    const bool isBehind = m_durability == Durability::Behind;
    if (isBehind)
        m_database.setCommitsSynced(true);
    for (Waiting &each : m_open) {
        if (each.done && !done)
            each.done = done;
    }
    // While the log is in doubt a commit that went well may stand behind a hole in it.
    const bool waits = done && (isBehind || m_again.isActive());
    moveTo(waits ? m_unsynced : m_told, m_open);
    m_turn.start();
}

void CommitGroup::flush()
{
    commit();
    if (m_again.isActive()) {
        insist();
    } else if (!m_unsynced.empty() || !m_syncing.empty()) {
        bool ok = m_sync.wait();
        if (!m_unsynced.empty()) {
            moveTo(m_syncing, m_unsynced);
            m_sync.start();
            ok = m_sync.wait() && ok;
        }
        onSynced(ok);
    }
    m_turn.stop();
    tell();
}

/// While the disk is at work those who can wait gather: their commit would come no sooner for it.
void CommitGroup::endTurn()
{
    if (m_durability == Durability::InCommit || !m_sync.isUnderWay())
        commit();
    m_turn.stop();
    startSync();
    tell();
}

void CommitGroup::startSync()
{
    if (m_unsynced.empty() || !m_syncing.empty())
        return;
    m_syncing.swap(m_unsynced);
    m_sync.start();
}

void CommitGroup::onSynced(bool ok)
{
    if (!ok)
        return insist();
    moveTo(m_told, m_syncing);
    startSync();
    m_turn.start();
}

/// A sync that failed must not be believed when it goes well the next time: the kernel may have dropped what
/// it could not write. What the log holds is written once more, into the file.
void CommitGroup::insist()
{
    m_again.start();
    commit();
    const Base::Result<bool> written = m_database.emptyLog();
    if (written && *written) {
        m_again.stop();
        moveTo(m_syncing, m_unsynced);
        return onSynced(true);
    }
    Base::Log::error(
        QStringLiteral("The books cannot be written to disk: %1")
            .arg(written ? QStringLiteral("another program reads them") : written.error().detail));
}

/// What they post in their turn makes the next group.
void CommitGroup::tell()
{
    const std::vector<Waiting> told = std::exchange(m_told, {});
    for (const Waiting &each : told)
        each.then(each.done);
}

} // namespace Store
