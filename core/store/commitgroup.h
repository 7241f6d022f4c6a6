#pragma once

// Commits made in one turn of the event loop, as one: what each costs, a sync of the disk, is paid once for
// all of them. What is posted is done at once, and seen by every later read of this connection; it is on disk
// when its `then` is called. Work that fails leaves no trace and harms nobody else's.
//
// A Transaction begun meanwhile commits the group first, so that one that was asked for durably never waits
// in it.

#include "core/store/database.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <vector>

namespace Store {

class CommitGroup : public QObject
{
    Q_OBJECT

public:
    using Work = std::function<Base::Done()>;
    using Then = std::function<void(const Base::Done &)>;

    explicit CommitGroup(Database &database);
    /// Commits what is open; nobody is told any more.
    ~CommitGroup() override;

    /// Does it now, and calls `then` from the event loop, with what came of it. Inside of the work a
    /// Transaction is a part of the group's.
    void post(const Work &work, Then then);
    /// Commits now. Those who wait are told from the event loop.
    void commit();
    /// Commits now and tells those who wait.
    void flush();

private:
    struct Waiting
    {
        Then then;
        Base::Done done;
    };

    Base::Done open();
    Base::Done attempt(const Work &work);

    void tell();

    Database &m_database;
    QTimer m_turn; ///< runs out when what has arrived at the sockets was dealt with
    std::vector<Waiting> m_open;
    std::vector<Waiting> m_told; ///< to be told
    bool m_isOpen = false;
};

} // namespace Store
