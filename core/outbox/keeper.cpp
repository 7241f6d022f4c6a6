#include "core/outbox/keeper.h"

#include "core/base/log.h"
#include "core/store/expiry.h"
#include "core/store/settingstore.h"

namespace Outbox {

using Base::Done;
using Base::MessageId;

namespace {

/// To overwrite is to write the index anew: not for every letter that has had its days.
constexpr qint64 eraseEvery = 24LL * 3600 * 1000;

Base::Result<QList<MessageId>> readExpired(const QString &path, const Delivery::Retention &retention,
                                           const QDateTime &now)
{
    Store::Database database;
    if (const Done done = database.open(path, Store::Database::Mode::ReadOnly); !done)
        return done.error();
    return Store::expired(database, retention, now);
}

} // namespace

Keeper::Keeper(QString databasePath, Store::Database &database, Store::CommitGroup &group,
               Store::Decisions &decisions, Base::Clock &clock)
    : m_path(std::move(databasePath))
    , m_database(database)
    , m_group(group)
    , m_decisions(decisions)
    , m_clock(clock)
    , m_eraser(database)
    , m_hourly(clock.makeTimer([this] { look(); }))
    , m_removing(clock.makeTimer([this] { removeSome(); }))
    , m_erasing(clock.makeTimer([this] { erase(); }))
{
    m_reader.setMaxThreadCount(1);
}

Keeper::~Keeper()
{
    m_reader.waitForDone();
}

void Keeper::start()
{
    m_running = true;
    look();
}

void Keeper::stop()
{
    m_running = false;
    m_hourly->stop();
    m_removing->stop();
    m_erasing->stop();
}

void Keeper::look()
{
    if (!m_running)
        return;
    m_hourly->start(hour);
    const Base::Result<Delivery::Retention> retention = Store::SettingStore(m_database).retention();
    if (!retention || retention->keepsAll()) {
        m_going.clear();
        eraseToday();
        Q_EMIT looked();
        return;
    }
    if (std::exchange(m_looks, true))
        return;
    m_reader.start([this, path = m_path, retention = *retention, now = m_clock.now()] {
        QMetaObject::invokeMethod(
            this, [this, ids = readExpired(path, retention, now)] { received(ids); }, Qt::QueuedConnection);
    });
}

void Keeper::received(const Base::Result<QList<MessageId>> &ids)
{
    m_looks = false;
    if (!ids)
        Base::Log::warning(
            QStringLiteral("Which messages have had their time cannot be read: %1").arg(ids.error().detail));
    m_going = ids ? *ids : QList<MessageId>();
    std::reverse(m_going.begin(), m_going.end());
    if (!m_going.isEmpty())
        Base::Log::info(
            QStringLiteral("%1 sent messages have had their time and are deleted").arg(m_going.size()));
    removeSome();
}

/// One that was deleted meanwhile, or is sent once more, is none of ours.
void Keeper::removeSome()
{
    if (!m_running)
        return;
    for (int i = 0; i < atOnce && !m_going.isEmpty(); ++i) {
        const MessageId id = m_going.takeLast();
        m_group.post([this, id] { return m_decisions.remove(id, Delivery::MessageState::Sent); },
                     [this, id](const Done &done) {
                         if (done)
                             Q_EMIT messageChanged(id);
                     });
    }
    if (!m_going.isEmpty())
        return m_removing->start(step);
    eraseToday();
    Q_EMIT looked();
}

void Keeper::eraseToday()
{
    if (!m_erasedAt || m_clock.monotonic() - *m_erasedAt >= eraseEvery)
        m_erasing->start(step);
}

void Keeper::eraseSoon()
{
    const Base::Result<bool> owed = m_running ? m_eraser.isOwed() : Base::Result<bool>(false);
    if (owed && *owed)
        m_erasing->start(quiet);
}

void Keeper::erase()
{
    const Base::Result<bool> last = m_eraser.step();
    if (!last) {
        Base::Log::info(QStringLiteral("What was deleted is overwritten later: %1").arg(last.error().detail));
        return m_erasing->start(quiet);
    }
    if (!*last)
        return m_erasing->start(step);
    m_erasedAt = m_clock.monotonic();
    Q_EMIT erased();
}

} // namespace Outbox
