#include "core/store/usagestore.h"

namespace Store {

Base::Done UsageStore::add(Base::AccountId account, const QDateTime &when, const Accounts::Tally &tally)
{
    if (tally.messages <= 0 && tally.recipients <= 0)
        return {};
    const qint64 minute = Accounts::Usage::minuteOf(when);
    const qint64 at = when.toMSecsSinceEpoch();
    // Mostly the minute is there: no "on conflict", for which SQLite would keep a journal of the statement.
    const Base::Result<Cursor> counted =
        m_database.run(QStringLiteral("UPDATE OR FAIL usage SET last = max(last, ?), messages = messages + ?,"
                                      " recipients = recipients + ? WHERE account = ? AND minute = ?"),
                       {at, tally.messages, tally.recipients, account.value, minute});
    if (!counted || counted->numRowsAffected() > 0)
        return counted ? Base::Done() : counted.error();
    return m_database.exec(QStringLiteral("INSERT INTO usage (account, minute, last, messages, recipients)"
                                          " SELECT id, ?, ?, ?, ? FROM account WHERE id = ?"),
                           {minute, at, tally.messages, tally.recipients, account.value});
}

Base::Done UsageStore::tidy(const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    if (const Base::Done done = settle(now); !done)
        return done;
    const qint64 oldest = now.addDays(-keptDays).toMSecsSinceEpoch();
    if (const Base::Done done = m_database.exec(QStringLiteral("DELETE FROM usage WHERE last < ?"), {oldest});
        !done)
        return done;
    return transaction.commit();
}

Base::Done UsageStore::settle(const QDateTime &now)
{
    struct Row
    {
        Base::AccountId account;
        Accounts::Tally tally;
    };
    QList<Row> ahead;
    Base::Result<Cursor> query =
        m_database.run(QStringLiteral("SELECT account, messages, recipients FROM usage WHERE last > ?"),
                       {now.toMSecsSinceEpoch()});
    if (!query)
        return query.error();
    while (query->next())
        ahead.append({Base::AccountId{query->value(0).toLongLong()},
                      {query->value(1).toInt(), query->value(2).toInt()}});
    if (const Base::Done done =
            m_database.exec(QStringLiteral("DELETE FROM usage WHERE last > ?"), {now.toMSecsSinceEpoch()});
        !done)
        return done;
    for (const Row &row : ahead) {
        if (const Base::Done done = add(row.account, now, row.tally); !done)
            return done;
    }
    return {};
}

Base::Result<Accounts::Usage> UsageStore::read(const Database &database, Base::AccountId account,
                                               const QDateTime &since)
{
    Base::Result<Cursor> query =
        database.run(QStringLiteral("SELECT last, messages, recipients FROM usage "
                                    "WHERE account = ? AND minute >= ? AND last > ? ORDER BY minute"),
                     {account.value, Accounts::Usage::minuteOf(since), since.toMSecsSinceEpoch()});
    if (!query)
        return query.error();
    QList<Accounts::UsageMinute> minutes;
    while (query->next())
        minutes.append({QDateTime::fromMSecsSinceEpoch(query->value(0).toLongLong(), Qt::UTC),
                        query->value(1).toInt(), query->value(2).toInt()});
    return Accounts::Usage(minutes);
}

} // namespace Store
