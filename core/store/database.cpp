#include "core/store/database.h"

#include "core/store/commitgroup.h"
#include "core/store/migrations.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QSqlError>
#include <QStorageInfo>
#include <QThread>

#include <atomic>

namespace Store {

using Base::Error;
using Base::ErrorKind;

namespace {
constexpr qint64 leastSpace = 1 << 20; // octets below which a disk counts as full
const QString suspectSuffix = QStringLiteral(".suspect");
constexpr int busyTimeout = 10'000; // milliseconds
constexpr int cache = 16 << 10;     // KB: what the letters under way touch, of all tables and indexes
constexpr int logPages = 4'000; // until the log goes over into the file: a page is often changed again soon

/// By names: with question marks Qt composes the name of each again whenever a value is bound (Qt 6.4
/// to 6.9).
QString fieldName(qsizetype index)
{
    static const QStringList first = [] {
        QStringList names;
        for (int i = 0; i < 32; ++i)
            names.append(QStringLiteral(":f%1").arg(i));
        return names;
    }();
    return index < first.size() ? first.at(index) : QStringLiteral(":f%1").arg(index);
}

/// With a name for each question mark that stands in no text.
QString withNames(const QString &sql)
{
    QString named;
    qsizetype index = 0;
    QChar quote;
    for (const QChar c : sql) {
        if (quote.isNull() && c == QLatin1Char('?')) {
            named += fieldName(index++);
            continue;
        }
        named += c;
        if (quote.isNull() && (c == QLatin1Char('\'') || c == QLatin1Char('"')))
            quote = c;
        else if (c == quote)
            quote = QChar();
    }
    return named;
}
} // namespace

Database::~Database()
{
    close();
}

Base::Error Database::errorOf(const QSqlError &error, const QString &path)
{
    // SQLite's primary result codes (sqlite.org/rescode.html); extended ones carry them in the low octet.
    const int code = error.nativeErrorCode().toInt() & 0xff;
    ErrorKind kind = ErrorKind::Database;
    if (code == 13) // SQLITE_FULL
        kind = ErrorKind::DiskFull;
    else if (code == 10 && QStorageInfo(QFileInfo(path).absolutePath()).bytesAvailable() < leastSpace)
        kind = ErrorKind::DiskFull;    // SQLITE_IOERR: the log's index could not grow
    else if (code == 11 || code == 26) // SQLITE_CORRUPT, SQLITE_NOTADB
        kind = ErrorKind::DatabaseDamaged;
    else if (code == 8 || code == 14) // SQLITE_READONLY, SQLITE_CANTOPEN
        kind = ErrorKind::HomeUnwritable;
    QString words = error.databaseText().isEmpty() ? error.driverText() : error.databaseText();
    return {kind, path, words};
}

Base::Done Database::open(const QString &path, Mode mode)
{
    static std::atomic<int> serial = 0;
    m_path = path;
    m_connection = QStringLiteral("postrider-%1").arg(++serial);
    m_database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_connection);
    if (!m_database.isValid())
        return Error{ErrorKind::Database, path, QStringLiteral("Qt's SQLite driver is not installed")};
    m_database.setDatabaseName(path);
    m_database.setConnectOptions(mode == Mode::ReadOnly
                                     ? QStringLiteral("QSQLITE_OPEN_READONLY;QSQLITE_BUSY_TIMEOUT=5000")
                                     : QStringLiteral("QSQLITE_BUSY_TIMEOUT=%1").arg(busyTimeout));
    if (!m_database.open())
        return errorOf(m_database.lastError(), path);
    if (mode == Mode::ReadOnly)
        return configure(mode);
    // Asked before anything is written: a newer program's books are left as they are, to the last octet.
    if (const Base::Done done = checkVersion(*this); !done)
        return done;
    if (const Base::Done done = configure(mode); !done)
        return done;
    // What is kept here is somebody's mail; the log that is about to be made gets the same mode.
    QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner);
    if (const Base::Done done = checkWritable(); !done)
        return done;
    if (const Base::Done done = migrate(*this); !done)
        return done;
    // What a savepoint would undo is remembered in memory: else it goes into a file as soon as it is a little
    // more, for every letter. Not before the migrations, which sort whole tables.
    return exec(QStringLiteral("PRAGMA temp_store=MEMORY"));
}

Base::Done Database::configure(Mode mode) const
{
    QStringList pragmas{QStringLiteral("PRAGMA foreign_keys=ON")};
    if (mode == Mode::ReadWrite) {
        if (const Base::Done done = switchToWal(); !done)
            return done;
        // What is deleted is overwritten: it was somebody's mail.
        pragmas << QStringLiteral("PRAGMA synchronous=FULL") << QStringLiteral("PRAGMA secure_delete=ON")
                << QStringLiteral("PRAGMA cache_size=-%1").arg(cache)
                << QStringLiteral("PRAGMA wal_autocheckpoint=%1").arg(logPages);
    } else
        pragmas << QStringLiteral("PRAGMA query_only=ON");
    for (const QString &pragma : pragmas) {
        if (const Base::Done done = exec(pragma); !done)
            return done;
    }
    return {};
}

/// SQLite opens what it may not write for reading only (sqlite.org/c3ref/open.html), and it stays so even
/// when the disk recovers. Only a write shows it: BEGIN IMMEDIATE is a read there. What is written is undone.
Base::Done Database::checkWritable() const
{
    if (const Base::Done done = exec(QStringLiteral("BEGIN IMMEDIATE")); !done)
        return done;
    const Base::Result<QVariant> version = value(QStringLiteral("PRAGMA user_version"));
    const Base::Done written = version ? exec(QStringLiteral("PRAGMA user_version=%1").arg(version->toInt()))
                                       : Base::Done(version.error());
    const Base::Done undone = exec(QStringLiteral("ROLLBACK"));
    return written ? undone : written;
}

/// Two programs that begin at the same moment stand in each other's way here, and SQLite gives up at once
/// instead of waiting (sqlite.org/rescode.html#busy: where waiting could be for ever, the busy timeout is not
/// honoured).
Base::Done Database::switchToWal() const
{
    QElapsedTimer since;
    since.start();
    while (true) {
        QSqlQuery query(m_database);
        if (query.exec(QStringLiteral("PRAGMA journal_mode=WAL")))
            return {};
        constexpr int busy = 5; // SQLITE_BUSY
        if ((query.lastError().nativeErrorCode().toInt() & 0xff) != busy || since.elapsed() > busyTimeout)
            return errorOf(query.lastError(), m_path);
        QThread::msleep(5 + QRandomGenerator::global()->bounded(20U));
    }
}

void Database::close()
{
    if (m_connection.isEmpty())
        return;
    m_prepared.clear();
    m_database.close();
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(m_connection);
    m_connection.clear();
}

/// A damaged place may be met long after the start: the next start looks at the whole file.
Base::Error Database::failed(const QSqlError &error) const
{
    Base::Error told = errorOf(error, m_path);
    if (told.kind == ErrorKind::DatabaseDamaged)
        (void)QFile(m_path + suspectSuffix).open(QIODevice::WriteOnly);
    return told;
}

Base::Result<Cursor> Database::run(const QString &sql, const QVariantList &values) const
{
    Prepared::node_type statement = m_prepared.extract(sql);
    if (!statement) {
        QSqlQuery query(m_database);
        query.setForwardOnly(true);
        if (!query.prepare(withNames(sql)))
            return failed(query.lastError());
        Prepared fresh;
        statement = fresh.extract(fresh.emplace(sql, std::move(query)).first);
    }
    QSqlQuery &query = statement.mapped();
    for (qsizetype i = 0; i < values.size(); ++i) {
        const QVariant &value = values.at(i);
        // A null QString is an empty text here, not SQL's NULL.
        const bool emptyText = value.typeId() == QMetaType::QString && value.toString().isEmpty();
        query.bindValue(fieldName(i), emptyText ? QVariant(QStringLiteral("")) : value);
    }
    if (!query.exec())
        return failed(query.lastError());
    return Cursor(m_prepared, std::move(statement));
}

Base::Done Database::exec(const QString &sql, const QVariantList &values) const
{
    const Base::Result<Cursor> query = run(sql, values);
    if (!query)
        return query.error();
    return {};
}

Base::Done Database::write(const QString &sql, const QVariantList &values) const
{
    if (m_group && !m_insideGroup)
        m_group->commit();
    return exec(sql, values);
}

Base::Result<QVariant> Database::value(const QString &sql, const QVariantList &values) const
{
    Base::Result<Cursor> query = run(sql, values);
    if (!query)
        return query.error();
    if (!query->next())
        return QVariant();
    return query->value(0);
}

/// By statements of its own: SQLite sets the timeout when it compiles the statement, so a kept one does
/// nothing.
Base::Result<bool> Database::emptyLog() const
{
    QSqlQuery query(m_database);
    const auto wait = [&query](int milliseconds) {
        return query.exec(QStringLiteral("PRAGMA busy_timeout=%1").arg(milliseconds));
    };
    const bool asked =
        wait(0) && query.exec(QStringLiteral("PRAGMA wal_checkpoint(TRUNCATE)")) && query.next();
    const bool isEmpty = asked && query.value(0).toInt() == 0;
    const QSqlError problem = query.lastError();
    query.finish();
    wait(busyTimeout);
    if (!asked)
        return failed(problem);
    return isEmpty;
}

/// Not with a kept statement either.
void Database::setCommitsSynced(bool synced) const
{
    QSqlQuery query(m_database);
    query.exec(synced ? QStringLiteral("PRAGMA synchronous=FULL")
                      : QStringLiteral("PRAGMA synchronous=NORMAL"));
}

Transaction::Transaction(Database &database)
    : m_database(database)
    , m_isPart(database.m_insideGroup)
{
    if (m_isPart)
        return;
    if (database.m_group)
        database.m_group->commit();
    // Waits for another program now, not in the middle.
    m_begun = database.exec(QStringLiteral("BEGIN IMMEDIATE"));
    m_open = m_begun.ok();
}

Transaction::~Transaction()
{
    if (m_open)
        (void)m_database.exec(QStringLiteral("ROLLBACK"));
}

Base::Done Transaction::commit()
{
    if (!m_open)
        return m_begun;
    const Base::Done done = m_database.exec(QStringLiteral("COMMIT"));
    if (done)
        m_open = false;
    return done;
}

} // namespace Store
