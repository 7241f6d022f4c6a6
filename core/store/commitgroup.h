#pragma once

// Commits made in one turn of the event loop, as one: what each costs, a sync of the disk, is paid once for
// all of them. What is posted is done at once, and seen by every later read of this connection; it is on disk
// when its `then` is called. Work that fails leaves no trace and harms nobody else's: where that happens,
// which is seldom, the whole group is undone and done again, each by itself. So work may be done twice, and
// takes along what it needs.
//
// What is recorded goes on meanwhile: the disk is waited for in another thread, and what is recorded until it
// is through makes the next group. Once committed it is not undone when the disk fails; its `then` comes when
// the disk has it after all.
//
// A Transaction begun meanwhile commits the group first, so that one that was asked for durably never waits
// in it.

#include "core/store/database.h"
#include "core/store/logsync.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <optional>
#include <vector>

namespace Store {

class CommitGroup : public QObject
{
    Q_OBJECT

public:
    using Work = std::function<Base::Done()>;
    using Then = std::function<void(const Base::Done &)>;

    /// `sync`: LogSync::ofBooks, unless a test brings its own.
    explicit CommitGroup(Database &database, LogSync::Sync sync = {});
    /// Commits what is open; nobody is told any more.
    ~CommitGroup() override;

    /// Does it now, and calls `then` from the event loop, with what came of it. Inside of the work a
    /// Transaction is a part of the group's.
    void post(const Work &work, Then then) { add(Durability::InCommit, work, std::move(then)); }
    /// The same for who can wait as long as the disk needs, and must never hear that what was done was not.
    void record(const Work &work, Then then) { add(Durability::Behind, work, std::move(then)); }
    /// Commits now. Those who wait are told from the event loop.
    void commit();
    /// Commits now and tells those who wait.
    void flush();
    /// The disk is at work for somebody.
    bool isSyncing() const { return m_sync.isUnderWay(); }

    static constexpr int again = 2'000; ///< ms until a disk that failed is tried once more

private:
    enum class Durability {
        InCommit, ///< COMMIT returns when the disk has it, or fails and undoes it
        Behind    ///< COMMIT returns at once, and LogSync follows
    };
    struct Waiting
    {
        Work work;
        Then then;
        Base::Done done;
    };

    void add(Durability durability, const Work &work, Then then);
    Base::Done open(Durability durability);
    Base::Done perform(const Work &work);
    Base::Done attempt(const Work &work);
    void startOver();

    void endTurn();
    void startSync();
    void onSynced(bool ok);
    void insist();
    void tell();

    Database &m_database;
    LogSync m_sync;
    QTimer m_turn;  ///< runs out when what has arrived at the sockets was dealt with
    QTimer m_again; ///< until the disk is tried once more
    std::vector<Waiting> m_open;
    std::vector<Waiting> m_unsynced; ///< committed behind the sync under way
    std::vector<Waiting> m_syncing;  ///< of those the sync under way makes durable
    std::vector<Waiting> m_told;     ///< to be told
    Durability m_durability = Durability::InCommit;
    bool m_isOpen = false;
    bool m_isCareful = false;          ///< something failed in the group that is open
    std::optional<Base::Error> m_lost; ///< why the open group cannot be committed any more
};

} // namespace Store
