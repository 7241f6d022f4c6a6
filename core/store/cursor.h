#pragma once

// The answer to a statement: its rows, one after the other. The statement stays prepared in its Database and
// is used again when the cursor is gone, which must be before the Database is.

#include <QSqlError>
#include <QSqlQuery>
#include <QString>
#include <QVariant>

#include <unordered_map>
#include <utility>

namespace Store {

/// Of the text of a statement: a few of its characters, since each run asks for it.
struct StatementHash
{
    std::size_t operator()(const QString &sql) const noexcept
    {
        constexpr qsizetype looked = 16;
        const qsizetype step = sql.size() / looked + 1;
        auto hash = static_cast<std::size_t>(sql.size());
        for (qsizetype i = sql.size() - 1; i >= 0; i -= step)
            hash = hash * 31 + sql.at(i).unicode();
        return hash;
    }
};

/// Statements that are prepared and not in use, by their text.
using Prepared = std::unordered_map<QString, QSqlQuery, StatementHash>;

class Cursor
{
public:
    Cursor(Prepared &home, Prepared::node_type statement)
        : m_home(&home)
        , m_statement(std::move(statement))
    {
    }
    Cursor(Cursor &&) noexcept = default;
    Cursor &operator=(Cursor &&other) noexcept
    {
        giveBack();
        m_home = other.m_home;
        m_statement = std::move(other.m_statement);
        return *this;
    }
    ~Cursor() { giveBack(); }

    bool next() { return m_statement.mapped().next(); }
    QVariant value(int column) const { return m_statement.mapped().value(column); }
    QVariant lastInsertId() const { return m_statement.mapped().lastInsertId(); }
    int numRowsAffected() const { return m_statement.mapped().numRowsAffected(); }
    /// next() ended because a row could not be read.
    bool hasFailed() const { return m_statement.mapped().lastError().isValid(); }
    /// No more rows are wanted: the read ends here.
    void finish() { m_statement.mapped().finish(); }

private:
    void giveBack()
    {
        if (!m_statement)
            return;
        m_statement.mapped().finish();
        m_home->insert(std::move(m_statement)); // a second one of the same text goes
    }

    Prepared *m_home;
    Prepared::node_type m_statement;
};

} // namespace Store
