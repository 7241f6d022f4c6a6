#pragma once

// Keeps the books as small as the home's retention says, and has what was deleted overwritten. Looks at the
// start and every hour; what goes, goes in small steps between which mail is sent. Which messages go is read
// in another thread, since it takes a look at every sent one. Lives in the mail thread of the program that
// dispatches.

#include "core/base/clock.h"
#include "core/store/commitgroup.h"
#include "core/store/decisions.h"
#include "core/store/eraser.h"

#include <QObject>
#include <QThreadPool>

namespace Outbox {

class Keeper : public QObject
{
    Q_OBJECT

public:
    Keeper(QString databasePath, Store::Database &database, Store::CommitGroup &group,
           Store::Decisions &decisions, Base::Clock &clock);
    ~Keeper() override;

    void start();
    void stop();
    /// The retention changed.
    void look();
    /// A person deleted something, or another program did.
    void eraseSoon();

    static constexpr qint64 hour = 3600 * 1000; ///< ms
    static constexpr qint64 quiet = 60 * 1000;  ///< ms from what was deleted last until it is overwritten
    static constexpr qint64 step = 100;         ///< ms between two steps
    static constexpr int atOnce = 200;          ///< messages in a step

Q_SIGNALS:
    void messageChanged(Base::MessageId id); ///< it is gone
    void looked();                           ///< and nothing goes any more
    void erased();

private:
    void received(const Base::Result<QList<Base::MessageId>> &ids);
    void removeSome();
    void erase();
    void eraseToday();

    QString m_path;
    Store::Database &m_database;
    Store::CommitGroup &m_group;
    Store::Decisions &m_decisions;
    Base::Clock &m_clock;
    Store::Eraser m_eraser;
    std::unique_ptr<Base::Timer> m_hourly;
    std::unique_ptr<Base::Timer> m_removing;
    std::unique_ptr<Base::Timer> m_erasing;
    QThreadPool m_reader;             ///< one thread
    QList<Base::MessageId> m_going;   ///< the next to go is the last
    std::optional<qint64> m_erasedAt; ///< of the monotonic clock
    bool m_running = false;
    bool m_looks = false;
};

} // namespace Outbox
