#pragma once

// Books as older programs left them: the schema step by step as far as it went then, and rows in every table
// in the forms of that time. Written past the program, which knows only the newest.

#include "core/store/database.h"

#include <QDir>
#include <QFile>
#include <QSqlError>
#include <QSqlQuery>
#include <QTest>

#include <array>

namespace Support {

class RawBooks
{
public:
    explicit RawBooks(const QString &path)
        : m_database(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("raw")))
    {
        m_database.setDatabaseName(path);
        m_database.open();
    }
    ~RawBooks()
    {
        m_database = QSqlDatabase();
        QSqlDatabase::removeDatabase(QStringLiteral("raw"));
    }
    Q_DISABLE_COPY_MOVE(RawBooks)

    void run(const QString &sql, const QVariantList &values = {})
    {
        QSqlQuery query(m_database);
        QVERIFY2(query.prepare(sql), qPrintable(sql + query.lastError().text()));
        for (const QVariant &value : values)
            query.addBindValue(value);
        QVERIFY2(query.exec(), qPrintable(sql + query.lastError().text()));
    }

    /// Rows as text, their columns between bars.
    QStringList rows(const QString &sql)
    {
        QSqlQuery query(sql, m_database);
        QStringList rows;
        while (query.next()) {
            QStringList columns;
            for (int i = 0; query.value(i).isValid(); ++i)
                columns.append(query.isNull(i) ? QStringLiteral("null")
                                               : QString::fromLatin1(query.value(i).toByteArray()));
            rows.append(columns.join(QLatin1Char('|')));
        }
        if (query.lastError().isValid())
            qWarning("%s: %s", qPrintable(sql), qPrintable(query.lastError().text()));
        return rows;
    }

    QStringList tables()
    {
        return rows(QStringLiteral("SELECT name FROM sqlite_schema WHERE type = 'table'"
                                   " AND name NOT LIKE 'sqlite_%' ORDER BY name"));
    }

private:
    QSqlDatabase m_database;
};

inline void makeSchema(const QString &path, int schema)
{
    {
        Store::Database newest; // so that the resources are there
        QVERIFY(newest.open(path + QStringLiteral(".newest"), Store::Database::Mode::ReadWrite).ok());
    }
    RawBooks books(path);
    const QStringList steps = QDir(QStringLiteral(":/sql")).entryList(QDir::Files, QDir::Name);
    for (const QString &name : steps.mid(0, schema)) {
        QFile file(QStringLiteral(":/sql/") + name);
        QVERIFY(file.open(QIODevice::ReadOnly));
        for (const QString &statement :
             QString::fromUtf8(file.readAll()).split(QStringLiteral("\n-- next\n")))
            books.run(statement);
    }
    books.run(QStringLiteral("PRAGMA user_version=%1").arg(schema));
}

} // namespace Support
