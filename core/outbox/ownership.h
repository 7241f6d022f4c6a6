#pragma once

// Of the programs on one home, one dispatches: the one that holds the lock file. The others enter their work
// into the same books and wake it through a local socket. When the owner dies, its lock is void and another
// takes over. Lives in the mail thread.

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/paths.h"

#include <QLocalServer>
#include <QLockFile>
#include <QObject>

#include <optional>

namespace Outbox {

class Ownership : public QObject
{
    Q_OBJECT

public:
    Ownership(const Base::Paths &paths, Base::Clock &clock);
    ~Ownership() override;

    /// Tries to become the owner now, and again every two seconds until it is. acquired() tells.
    void seek();
    bool isOwner() const { return m_owner; }
    /// Keeps others from becoming it, without being it yet. False: another program is.
    bool hold() { return m_owner || tryLock(); }
    /// Ends hold(); an owner stays it.
    void letGo();
    /// Tells the owner, if it is another program, to look at the books; with an account: that it was changed
    /// or resumed.
    void wakeOwner(Base::AccountId account = {});
    void release();

Q_SIGNALS:
    void acquired();
    void woken(Base::AccountId account); ///< invalid: no account in particular

private:
    bool tryLock();
    void listen();

    QString m_socketName;
    QLockFile m_lock;
    std::optional<QByteArray> m_left; ///< what stood in it when it was another's the last time
    QLocalServer m_server;
    std::unique_ptr<Base::Timer> m_again;
    bool m_owner = false;
};

} // namespace Outbox
