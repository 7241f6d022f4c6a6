#include "core/store/salvage.h"

#include "core/base/log.h"
#include "core/message/outgoingmessage.h"
#include "core/store/contentform.h"
#include "core/store/database.h"
#include "core/store/findindex.h"
#include "core/store/settingstore.h"

#include <QFile>
#include <QFileInfo>

#include <array>

namespace Store {

using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::Result;

namespace {

constexpr std::array<const char *, 3> companions{"", "-wal",
                                                 "-shm"}; // of a database: its log and the log's index
constexpr qint64 page = 256;                              // rows read at a time, as long as all goes well

/// Moves the files of a database. An error puts back what was moved.
Done moveAside(const QString &from, const QString &to)
{
    for (std::size_t i = 0; i < companions.size(); ++i) {
        const QString suffix = QString::fromLatin1(companions.at(i));
        if (!QFile::exists(from + suffix) || QFile::rename(from + suffix, to + suffix))
            continue;
        for (std::size_t k = 0; k < i; ++k)
            QFile::rename(to + QString::fromLatin1(companions.at(k)),
                          from + QString::fromLatin1(companions.at(k)));
        return Error{ErrorKind::HomeUnwritable, from + suffix, QStringLiteral("it cannot be renamed")};
    }
    return {};
}

QStringList columnsOf(const Database &database, const QString &table)
{
    QStringList columns;
    Result<Cursor> query = database.run(QStringLiteral("SELECT name FROM pragma_table_info(?)"), {table});
    while (query && query->next())
        columns.append(query->value(0).toString());
    return columns;
}

/// One table, as far as it can be read: whole pages of rows while that goes well, and around every place that
/// cannot be read in ever smaller steps.
class TableCopy
{
public:
    TableCopy(const Database &from, const Database &to, const QString &table)
        : m_from(from)
        , m_to(to)
    {
        const QStringList there = columnsOf(from, table);
        for (const QString &column : columnsOf(to, table)) {
            if (there.contains(column))
                m_columns.append(column);
        }
        QStringList marks;
        for (qsizetype i = 0; i < m_columns.size(); ++i)
            marks.append(QStringLiteral("?"));
        m_key = m_columns.value(0); // the first column of each is its integer key
        m_select = QStringLiteral("SELECT %1 FROM %2 WHERE %3 BETWEEN ? AND ? ORDER BY %3")
                       .arg(m_columns.join(QLatin1Char(',')), table, m_key);
        m_insert = QStringLiteral("INSERT OR IGNORE INTO %1 (%2) VALUES (%3)")
                       .arg(table, m_columns.join(QLatin1Char(',')), marks.join(QLatin1Char(',')));
        m_last = lastKey(table);
    }

    /// How many rows were copied. An error is of the new database.
    Result<int> run()
    {
        if (m_columns.isEmpty())
            return 0;
        for (qint64 low = 1; low <= m_last; low += page) {
            if (const Done done = copy(low, std::min(low + page - 1, m_last)); !done)
                return done.error();
        }
        return m_copied;
    }

private:
    /// The largest key there can be; a damaged index or end of the table does not hide it.
    qint64 lastKey(const QString &table) const
    {
        const std::array queries{
            QStringLiteral("SELECT max(seq) FROM sqlite_sequence WHERE name = '%1'").arg(table),
            QStringLiteral("SELECT max(seq) FROM sqlite_sequence WHERE name = 'message' AND '%1' = 'content'")
                .arg(table),
            QStringLiteral("SELECT max(%2) FROM %1").arg(table, m_key)};
        qint64 last = 0;
        for (const QString &query : queries) {
            if (const Result<QVariant> value = m_from.value(query))
                last = std::max(last, value->toLongLong());
        }
        return last;
    }

    Done copy(qint64 low, qint64 high)
    {
        QList<QVariantList> rows;
        if (read(low, high, rows)) {
            for (const QVariantList &row : rows) {
                const Result<Cursor> inserted = m_to.run(m_insert, row);
                // What does not fit is as good as unreadable; a full disk is another matter.
                if (inserted)
                    m_copied += inserted->numRowsAffected() > 0 ? 1 : 0;
                else if (inserted.error().kind != ErrorKind::Database)
                    return inserted.error();
            }
            return {};
        }
        if (low == high)
            return {}; // lost
        const qint64 middle = low + (high - low) / 2;
        if (const Done done = copy(low, middle); !done)
            return done;
        return copy(middle + 1, high);
    }

    bool read(qint64 low, qint64 high, QList<QVariantList> &rows) const
    {
        Result<Cursor> query = m_from.run(m_select, {low, high});
        if (!query)
            return false;
        while (query->next()) {
            QVariantList row;
            for (int i = 0; i < m_columns.size(); ++i) {
                const QVariant value = query->value(i);
                row.append(value.isNull() ? QVariant() : value); // NULL has no type
            }
            rows.append(row);
        }
        return !query->hasFailed();
    }

    const Database &m_from;
    const Database &m_to;
    QStringList m_columns;
    QString m_key;
    QString m_select;
    QString m_insert;
    qint64 m_last = 0;
    int m_copied = 0;
};

/// The tables of rows with an integer key; what others hold follows from these (message_hour by triggers).
QStringList keyedTables(const Database &database)
{
    QStringList tables;
    Result<Cursor> query = database.run(QStringLiteral(
        "SELECT name FROM pragma_table_list AS t WHERE schema = 'main' AND t.type = 'table' AND NOT wr"
        " AND name NOT LIKE 'sqlite_%' AND name <> 'message_hour'"
        " AND (SELECT c.type FROM pragma_table_info(t.name) AS c WHERE c.pk = 1) = 'INTEGER'"));
    while (query && query->next())
        tables.append(query->value(0).toString());
    return tables;
}

/// A small table whose key is no integer, as far as it can be read. False: that was not all of it.
Result<bool> copySmall(const Database &from, const Database &to, const QString &table)
{
    const QStringList columns = columnsOf(to, table);
    const QString names = columns.join(QLatin1Char(','));
    Result<Cursor> rows = from.run(QStringLiteral("SELECT %1 FROM %2").arg(names, table));
    if (!rows)
        return columnsOf(from, table).isEmpty(); // books from before there was such a table
    const QStringList marks(columns.size(), QStringLiteral("?"));
    const QString insert = QStringLiteral("INSERT OR IGNORE INTO %1 (%2) VALUES (%3)")
                               .arg(table, names, marks.join(QLatin1Char(',')));
    while (rows->next()) {
        QVariantList row;
        for (int i = 0; i < columns.size(); ++i)
            row.append(rows->value(i));
        const Result<Cursor> inserted = to.run(insert, row);
        if (!inserted && inserted.error().kind != ErrorKind::Database)
            return inserted.error();
    }
    return !rows->hasFailed();
}

/// What the person has set holds on. Where that cannot be read nothing goes out that may have been held back.
Done recoverSettings(const Database &damaged, Database &fresh)
{
    if (const Result<bool> usage = copySmall(damaged, fresh, QStringLiteral("usage")); !usage)
        return usage.error();
    const Result<bool> whole = copySmall(damaged, fresh, QStringLiteral("setting"));
    if (!whole)
        return whole.error();
    return *whole ? Done() : SettingStore(fresh).setEverythingHeld(true);
}

/// Which spooled parts the messages need is written in their contents.
Done rebuildSpoolUse(const Database &database)
{
    QList<std::pair<qint64, QString>> uses;
    Result<Cursor> contents =
        database.run(QStringLiteral("SELECT message, CAST(pieces AS BLOB) FROM content"));
    if (!contents)
        return contents.error();
    while (contents->next()) {
        for (const Message::Piece &piece :
             contentFrom(contents->value(1).toByteArray()).value_or(Message::Content())) {
            if (!piece.spooled.isNull())
                uses.append({contents->value(0).toLongLong(), QString::fromLatin1(piece.spooled.sha256)});
        }
    }
    for (const auto &[message, sha256] : uses) {
        if (const Done done = database.exec(
                QStringLiteral("INSERT OR IGNORE INTO spool_use (message, sha256) VALUES (?, ?)"),
                {message, sha256});
            !done)
            return done;
    }
    return {};
}

/// Rows that point to nothing go; a message that cannot be sent as it was meant waits for a person.
Result<int> mendReferences(const Database &database)
{
    const QString lone = QStringLiteral("DELETE FROM %1 WHERE message NOT IN (SELECT id FROM message)");
    const QString incomplete =
        QStringLiteral("id NOT IN (SELECT message FROM content) OR recipient_count <>"
                       " (SELECT count(*) FROM recipient WHERE recipient.message = message.id)");
    const QStringList statements{
        lone.arg(QStringLiteral("content")), lone.arg(QStringLiteral("recipient")),
        lone.arg(QStringLiteral("attempt")), lone.arg(QStringLiteral("departure")),
        lone.arg(QStringLiteral("sent_copy")),
        QStringLiteral("UPDATE message SET account = NULL WHERE account NOT IN (SELECT id FROM account)"),
        QStringLiteral("DELETE FROM usage WHERE account NOT IN (SELECT id FROM account)"),
        // A state of older books (resources/sql/0009_fewer_pages.sql).
        QStringLiteral("UPDATE attempt SET committing = 1 WHERE finished IS NULL AND committing = 0"
                       " AND message IN (SELECT id FROM message WHERE state = 'committing')"),
        QStringLiteral("UPDATE message SET state = 'sending' WHERE state = 'committing'"),
        // Pages of different age: its attempt went further than the message itself tells.
        QStringLiteral("UPDATE message SET state = 'sending', next_attempt = NULL"
                       " WHERE state IN ('queued', 'deferred') AND id IN"
                       " (SELECT message FROM attempt WHERE finished IS NULL AND committing > 0)"),
        // What may have been sent is not held: nobody knows, and a person decides (Decisions::recover).
        QStringLiteral(
            "UPDATE message SET state = 'held', next_attempt = NULL"
            " WHERE (state IN ('undoable', 'scheduled', 'queued', 'deferred') OR (state = 'sending'"
            " AND EXISTS (SELECT 1 FROM attempt WHERE attempt.message = message.id"
            " AND finished IS NULL AND committing = 0))) AND (%1)")
            .arg(incomplete)};
    for (const QString &statement : statements) {
        if (const Done done = database.exec(statement); !done)
            return done.error();
    }
    const Result<QVariant> count =
        database.value(QStringLiteral("SELECT count(*) FROM message WHERE %1").arg(incomplete));
    return count ? Result<int>(count->toInt()) : Result<int>(count.error());
}

/// By an index that may have survived where the table has not.
std::optional<int> messagesThatWere(const Database &damaged)
{
    const Result<QVariant> count =
        damaged.value(QStringLiteral("SELECT count(*) FROM message INDEXED BY message_state"));
    return count ? std::optional(count->toInt()) : std::nullopt;
}

Result<SalvageReport> recoverInto(const QString &path, const QString &aside)
{
    SalvageReport report{aside, 0, 0, 0, 0, {}};
    Database fresh;
    if (const Done done = fresh.open(path, Database::Mode::ReadWrite); !done)
        return done.error();
    Database damaged;
    Done readable = damaged.open(aside, Database::Mode::ReadOnly);
    // Else SQLite reads nothing of a file that is shorter than it says of itself.
    if (readable)
        readable = damaged.exec(QStringLiteral("PRAGMA writable_schema=ON"));
    if (readable)
        readable = damaged.exec(QStringLiteral("SELECT count(*) FROM sqlite_schema"));
    if (!readable && readable.error().kind != ErrorKind::DatabaseDamaged)
        return readable.error(); // it may be sound: the disk, or who may read it, is the matter
    if (!readable) {
        Base::Log::error(QStringLiteral("Nothing of %1 can be read").arg(aside));
        return report;
    }
    if (const Done done = fresh.exec(QStringLiteral("PRAGMA foreign_keys=OFF")); !done)
        return done.error();
    Transaction transaction(fresh);
    if (!transaction.begun())
        return transaction.begun().error();
    for (const QString &table : keyedTables(fresh)) {
        const Result<int> copied = TableCopy(damaged, fresh, table).run();
        if (!copied)
            return copied.error();
        Base::Log::info(QStringLiteral("Recovered from \"%1\": %2 rows").arg(table).arg(*copied));
        if (table == QLatin1String("message"))
            report.messages = *copied;
        else if (table == QLatin1String("draft"))
            report.drafts = *copied;
        else if (table == QLatin1String("account"))
            report.accounts = *copied;
    }
    if (const Done done = recoverSettings(damaged, fresh); !done)
        return done.error();
    if (const Done done = rebuildSpoolUse(fresh); !done)
        return done.error();
    const Result<int> incomplete = mendReferences(fresh);
    if (!incomplete)
        return incomplete.error();
    report.incomplete = *incomplete;
    if (const Done done = fillIndex(fresh); !done)
        return done.error();
    if (const std::optional<int> were = messagesThatWere(damaged))
        report.lostMessages = std::max(0, *were - report.messages);
    if (const Done done = transaction.commit(); !done)
        return done.error();
    return report;
}

} // namespace

Done checkIntegrity(const Database &database)
{
    const Result<QVariant> found = database.value(QStringLiteral("PRAGMA quick_check(1)"));
    if (!found)
        return found.error();
    if (found->toString() == QLatin1String("ok"))
        return {};
    return Error{ErrorKind::DatabaseDamaged, {}, found->toString()};
}

bool isSuspicious(const QString &path)
{
    return QFileInfo(path + QStringLiteral("-wal")).size() > 0 ||
           QFile::exists(path + QStringLiteral(".suspect"));
}

void clearSuspicion(const QString &path)
{
    QFile::remove(path + QStringLiteral(".suspect"));
}

Result<SalvageReport> salvage(const QString &path, const QDateTime &now)
{
    const QString stamp = now.toUTC().toString(QStringLiteral("yyyyMMdd-hhmmss"));
    QString aside = path + QStringLiteral(".damaged-") + stamp;
    for (int i = 2; QFile::exists(aside); ++i)
        aside = path + QStringLiteral(".damaged-%1-%2").arg(stamp).arg(i);
    Base::Log::error(QStringLiteral("The database is damaged; it is set aside as %1").arg(aside));
    if (const Done done = moveAside(path, aside); !done)
        return done.error();
    Result<SalvageReport> report = recoverInto(path, aside);
    clearSuspicion(aside); // it was met, and is known

    if (!report) {
        for (const char *suffix : companions)
            QFile::remove(path + QString::fromLatin1(suffix));
        (void)moveAside(aside, path);
    }
    return report;
}

} // namespace Store
