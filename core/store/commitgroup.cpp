#include "core/store/commitgroup.h"

#include <utility>

namespace Store {

using Base::Done;

CommitGroup::CommitGroup(Database &database)
    : m_database(database)
{
    m_database.setGroup(this);
    m_turn.setSingleShot(true);
    m_turn.setInterval(0);
    connect(&m_turn, &QTimer::timeout, this, &CommitGroup::flush);
}

CommitGroup::~CommitGroup()
{
    commit();
    m_database.setGroup(nullptr);
}

void CommitGroup::post(const Work &work, Then then)
{
    Done done = open();
    if (done)
        done = attempt(work);
    (m_isOpen ? m_open : m_told).push_back({std::move(then), std::move(done)});
    m_turn.start();
}

Done CommitGroup::open()
{
    if (m_isOpen)
        return {};
    const Done begun = m_database.exec(QStringLiteral("BEGIN IMMEDIATE"));
    m_isOpen = begun.ok();
    return begun;
}

Done CommitGroup::attempt(const Work &work)
{
    if (const Done point = m_database.exec(QStringLiteral("SAVEPOINT member")); !point)
        return point;
    m_database.m_insideGroup = true;
    const Done done = work();
    m_database.m_insideGroup = false;
    if (done)
        return m_database.exec(QStringLiteral("RELEASE member"));
    // A disk that is full, or fails, undoes the whole transaction (sqlite.org/lang_transaction.html): then
    // commit() fails and all the others hear of it.
    (void)m_database.exec(QStringLiteral("ROLLBACK TO member"));
    (void)m_database.exec(QStringLiteral("RELEASE member"));
    return done;
}

void CommitGroup::commit()
{
    if (!std::exchange(m_isOpen, false))
        return;
    const Done done = m_database.exec(QStringLiteral("COMMIT"));
    if (!done)
        (void)m_database.exec(QStringLiteral("ROLLBACK"));
    for (Waiting &each : m_open) {
        if (each.done && !done)
            each.done = done;
        m_told.push_back(std::move(each));
    }
    m_open.clear();
    m_turn.start();
}

void CommitGroup::flush()
{
    commit();
    m_turn.stop();
    tell();
}

/// What they post in their turn makes the next group.
void CommitGroup::tell()
{
    const std::vector<Waiting> told = std::exchange(m_told, {});
    for (const Waiting &each : told)
        each.then(each.done);
}

} // namespace Store
