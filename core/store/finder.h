#pragma once

// Finds messages in the books, newest first and page by page: a filter becomes one statement that walks an
// index from the id below which the page lies, and stops when the page is full. It neither sorts nor counts
// what it does not return. Which indexes there are stands in resources/sql; what is in the one for texts, in
// findindex.h.

#include "core/store/database.h"
#include "core/store/rows.h"

namespace Store {

class Finder
{
public:
    struct Statement
    {
        QString sql; ///< empty: nothing can match
        QVariantList values;
    };

    Finder(const Database &database, const Filter &filter)
        : m_database(database)
        , m_filter(filter)
    {
    }

    /// At most limit ids, descending; only those below `below` when it is valid.
    Base::Result<QList<Base::MessageId>> page(int limit, Base::MessageId below = {}) const;
    /// Those of the ids that the filter lets through, descending.
    Base::Result<QList<Base::MessageId>> among(const QList<Base::MessageId> &ids) const;

    /// What page() runs.
    Base::Result<Statement> pageStatement(int limit, Base::MessageId below) const;

private:
    struct Group
    {
        QString account;
        QString state;
        qint64 number = 0; ///< of messages in that state of that account
    };
    struct Scope;

    Base::Result<Scope> scope(Base::MessageId below) const;
    Base::Result<QList<Group>> groups() const;
    std::optional<QStringList> completions(const QString &beginning) const;
    Base::Done narrowByTime(Scope &scope) const;
    Base::Done narrowToFew(Scope &scope) const;
    bool wants(const Group &group) const;
    bool wantsState(const QString &key) const;
    bool wantsAccount(const QString &name) const;
    Base::Result<QList<Base::MessageId>> run(const Statement &statement) const;

    const Database &m_database;
    Filter m_filter;
};

} // namespace Store
