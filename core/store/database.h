#pragma once

// One SQLite connection, used in the thread that opened it. The writing one is durable (WAL,
// synchronous=FULL) and brings the schema up to date; the reading one can do nothing else. An answer from the
// disk is an Error, never an exception and never ignored.

#include "core/base/result.h"
#include "core/store/cursor.h"

#include <QSqlDatabase>

#include <QVariant>

#include <optional>

namespace Store {

class CommitGroup;

class Database
{
public:
    enum class Mode { ReadWrite, ReadOnly };

    Database() = default;
    ~Database();
    Q_DISABLE_COPY_MOVE(Database)

    /// Opens or makes the file. HomeUnwritable, DatabaseNewer, DatabaseDamaged, DiskFull, Database.
    Base::Done open(const QString &path, Mode mode);
    void close();
    bool isOpen() const { return m_database.isOpen(); }
    const QString &path() const { return m_path; }

    /// Runs one statement with values for its question marks.
    Base::Result<Cursor> run(const QString &sql, const QVariantList &values = {}) const;
    /// The same where no rows are expected.
    Base::Done exec(const QString &sql, const QVariantList &values = {}) const;
    /// One statement that stands by itself: on disk when this returns, or with the group it is a part of.
    Base::Done write(const QString &sql, const QVariantList &values = {}) const;
    /// First column of the first row; an invalid variant when there is none.
    Base::Result<QVariant> value(const QString &sql, const QVariantList &values = {}) const;

    /// Puts all that is in the log into the file and makes the log empty. False, at once, while another
    /// connection reads from it. Not within a transaction.
    Base::Result<bool> emptyLog() const;

    /// What gathers commits on this connection; null: nothing does.
    void setGroup(CommitGroup *group) { m_group = group; }

    static Base::Error errorOf(const QSqlError &error, const QString &path);

private:
    friend class CommitGroup;
    friend class Transaction;

    Base::Error failed(const QSqlError &error) const;
    Base::Done configure(Mode mode) const;
    Base::Done switchToWal() const;
    Base::Done checkWritable() const;
    /// False: a commit returns before the disk has it, until this is called again.
    void setCommitsSynced(bool synced) const;

    QString m_connection;
    QString m_path;
    QSqlDatabase m_database;
    mutable Prepared m_prepared;
    CommitGroup *m_group = nullptr;
    bool m_insideGroup = false; ///< work posted to the group is being done
};

/// Rolled back unless committed; durable when it is, except as a part of a group's work, which is durable
/// with the group.
class Transaction
{
public:
    explicit Transaction(Database &database);
    ~Transaction();
    Q_DISABLE_COPY_MOVE(Transaction)

    /// Whether it could begin.
    const Base::Done &begun() const { return m_begun; }
    Base::Done commit();

private:
    Database &m_database;
    Base::Done m_begun;
    bool m_open = false;
    bool m_isPart = false; ///< of a group's work
};

} // namespace Store
