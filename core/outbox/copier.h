#pragma once

// Makes the copies that are owed to Maildirs. A copy that fails changes nothing about its message: it is on
// record with the reason, and tried again every hour and at every start. Lives in the mail thread; files are
// written in a thread of its own, since a folder may lie on a slow disk or far away.

#include "core/base/clock.h"
#include "core/store/commitgroup.h"
#include "core/store/maildir.h"
#include "core/store/sentcopies.h"
#include "core/store/spool.h"

#include <QObject>
#include <QThreadPool>

namespace Outbox {

class Copier : public QObject
{
    Q_OBJECT

public:
    Copier(Store::Database &database, Store::CommitGroup &group, const Store::Spool &spool,
           Base::Clock &clock);
    ~Copier() override;

    /// From here on copies are made; first those that earlier runs left.
    void start();
    /// A message was accepted: something may be owed.
    void wake();
    /// What failed is tried again.
    void retry();
    /// The program ends: makes what is still owed. Waits for it.
    void finish();

    static constexpr qint64 again = 3600 * 1000;      ///< ms until what failed is tried again
    static constexpr qint64 booksRefused = 60 * 1000; ///< the same where the books took no record of it

Q_SIGNALS:
    void messageChanged(Base::MessageId id); ///< what became of its copy did

private:
    struct Made
    {
        Base::MessageId message;
        Base::Done done;
    };

    QList<Store::OwedCopy> nextOnes();
    QList<Made> make(const QList<Store::OwedCopy> &copies) const;
    void look();
    void suspectAll();
    void record(const QList<Made> &made);
    Base::Done note(const Made &made);

    Store::SentCopies m_copies;
    Store::Database &m_database;
    Store::CommitGroup &m_group;
    const Store::Spool m_spool;
    std::unique_ptr<Base::Timer> m_retry;
    QThreadPool m_writer;     ///< one thread
    Base::MessageId m_newest; ///< at the start: an earlier run may have copied up to this one
    bool m_running = false;
    bool m_refused = false; ///< the books took no record of a copy
    bool m_looks = false;   ///< soon, or copies are being made
};

} // namespace Outbox
