#pragma once

// Has the log of the books written to disk in a thread of its own, so that those who write into it need not
// stand still meanwhile. Knows nothing of what is in it.

#include <QObject>
#include <QThreadPool>

#include <atomic>
#include <functional>

namespace Store {

class LogSync : public QObject
{
    Q_OBJECT

public:
    /// Does it; false when the disk refused. Never called twice at a time.
    using Sync = std::function<bool()>;

    explicit LogSync(Sync sync);
    /// Waits for the one under way.
    ~LogSync() override;

    /// fdatasync of the log of the books at `path`.
    static Sync ofBooks(const QString &path);

    /// What is in the log now will be on disk; done() follows. Not while another one is under way.
    void start();
    bool isUnderWay() const { return m_isUnderWay; }
    /// Waits for the one under way, of which done() then says nothing. Whether it went well; also when there
    /// is none.
    bool wait();

Q_SIGNALS:
    void done(bool ok);

private:
    Sync m_sync;
    QThreadPool m_pool;
    std::atomic<bool> m_ok = true;
    quint64 m_turn = 0;
    bool m_isUnderWay = false;
};

} // namespace Store
