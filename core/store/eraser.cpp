#include "core/store/eraser.h"

namespace Store {

using Base::Done;

namespace {
constexpr int pages = 200; // of the index, rewritten in a step
}

/// Counted, so that what is deleted while a merge is under way is owed a further one.
Done Eraser::owe(const Database &database)
{
    return database.exec(
        QStringLiteral("INSERT INTO setting (key, value) VALUES ('erase', '1') ON CONFLICT (key)"
                       " DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"));
}

Base::Result<QString> Eraser::debt() const
{
    const Base::Result<QVariant> value =
        m_database.value(QStringLiteral("SELECT value FROM setting WHERE key = 'erase'"));
    return value ? Base::Result<QString>(value->toString()) : Base::Result<QString>(value.error());
}

Base::Result<bool> Eraser::isOwed() const
{
    const Base::Result<QString> owed = debt();
    return owed ? Base::Result<bool>(!owed->isEmpty()) : Base::Result<bool>(owed.error());
}

Base::Result<bool> Eraser::step()
{
    const Base::Result<QString> owed = debt();
    if (!owed)
        return owed.error();
    if (owed->isEmpty()) {
        m_debt.clear();
        return true;
    }
    const Base::Result<bool> merged = merge();
    if (!merged || !*merged)
        return merged;
    // Pages as they were before lie in the log until it is written over.
    const Base::Result<bool> emptied = m_database.emptyLog();
    if (!emptied || !*emptied)
        return emptied;
    if (const Done done = m_database.write(
            QStringLiteral("DELETE FROM setting WHERE key = 'erase' AND value = ?"), {m_debt});
        !done)
        return done.error();
    m_debt.clear();
    const Base::Result<bool> again = isOwed();
    return again ? Base::Result<bool>(!*again) : again;
}

/// A negative number makes all parts of the index one merge's, positive ones go on with it, and it is over
/// when hardly anything was written (sqlite.org/fts5.html#the_merge_command).
Base::Result<bool> Eraser::merge()
{
    const bool begins = m_debt.isEmpty();
    if (begins) {
        const Base::Result<QString> owed = debt();
        if (!owed)
            return owed.error();
        m_debt = *owed;
    }
    const QString written = QStringLiteral("SELECT total_changes()");
    const Base::Result<QVariant> before = m_database.value(written);
    if (const Done done = m_database.write(QStringLiteral("INSERT INTO find(find, rank) VALUES ('merge', ?)"),
                                           {begins ? -pages : pages});
        !done)
        return done.error();
    const Base::Result<QVariant> after = m_database.value(written);
    if (!before || !after)
        return before ? after.error() : before.error();
    return after->toLongLong() - before->toLongLong() < 2;
}

} // namespace Store
