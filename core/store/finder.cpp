#include "core/store/finder.h"

#include <QRegularExpression>

#include <algorithm>
#include <limits>

namespace Store {

using Base::MessageId;

namespace {

constexpr qint64 hour = 3'600'000;      // milliseconds
constexpr qsizetype mostBranches = 300; // of one statement; SQLite takes 500
constexpr qsizetype mostCompletions = 40;
constexpr qint64 fewEnoughToAsk = 1'000;   // messages
constexpr qint64 fewEnoughToList = 20'000; // messages

QString marksFor(qsizetype number)
{
    return QStringList(number, QStringLiteral("?")).join(QLatin1Char(','));
}

} // namespace

/// The filter and what the books know about it: which groups it can let through, and ids between two bounds.
struct Finder::Scope
{
    bool byState = false;
    bool byAccount = false;
    std::optional<bool> attached;
    QStringList states;   ///< of the groups that match
    QStringList accounts; ///< of the groups that match
    QList<Group> groups;  ///< that match
    qint64 number = 0;    ///< of messages in them
    qint64 above = 0;     ///< ids lie between these two, both excluded
    qint64 below = std::numeric_limits<qint64>::max();
    std::optional<qint64> since;
    std::optional<qint64> before;
    QString expression; ///< of FTS5; empty: no text is looked for

    bool isEmpty() const { return groups.isEmpty() || above + 1 >= below; }
    bool isNarrow() const { return byState || byAccount; }
    bool hasFew() const { return isNarrow() && number <= fewEnoughToList; }

    /// Bounds and times, which every branch has.
    void restrict(Statement &statement, const QString &id, const QString &created) const
    {
        statement.sql += QStringLiteral("%1 > ? AND %1 < ?").arg(id);
        statement.values << above << below;
        if (since) {
            statement.sql += QStringLiteral(" AND %1 >= ?").arg(created);
            statement.values << *since;
        }
        if (before) {
            statement.sql += QStringLiteral(" AND %1 < ?").arg(created);
            statement.values << *before;
        }
    }

    /// One state, one account, or one state of one account: a stretch of an index, in the order of ids.
    void addBranch(Statement &statement, const QString &account, const QString &state) const
    {
        const bool isPartial = attached == true;
        if (!statement.sql.isEmpty())
            statement.sql += QStringLiteral(" UNION ALL ");
        statement.sql += QStringLiteral("SELECT id FROM message INDEXED BY %1 WHERE ")
                             .arg(byAccount ? (isPartial ? QStringLiteral("message_attached_account")
                                                         : QStringLiteral("message_account_state"))
                                            : (isPartial ? QStringLiteral("message_attached_state")
                                                         : QStringLiteral("message_state")));
        if (byAccount) {
            statement.sql += QStringLiteral("account_name = ? AND ");
            statement.values << account;
        }
        statement.sql += QStringLiteral("state = ? AND ");
        statement.values << state;
        addAttached(statement, QStringLiteral("attached"));
        restrict(statement, QStringLiteral("id"), QStringLiteral("created"));
    }

    void addAttached(Statement &statement, const QString &column) const
    {
        if (attached)
            statement.sql += QStringLiteral("%1 = %2 AND ").arg(column).arg(*attached ? 1 : 0);
    }

    /// Walks stretches of an index side by side; where there are too many, or nothing to choose by, the
    /// table.
    Statement messages() const
    {
        Statement statement;
        const bool branches = isNarrow() || attached == true;
        if (branches && !byAccount && states.size() <= mostBranches) {
            for (const QString &state : states)
                addBranch(statement, {}, state);
        } else if (branches && byAccount && groups.size() <= mostBranches) {
            for (const Group &group : groups)
                addBranch(statement, group.account, group.state);
        } else {
            statement.sql = QStringLiteral("SELECT id FROM message NOT INDEXED WHERE ");
            addAttached(statement, QStringLiteral("attached"));
            addLists(statement, QString());
            restrict(statement, QStringLiteral("id"), QStringLiteral("created"));
        }
        return statement;
    }

    void addLists(Statement &statement, const QString &table) const
    {
        if (byState) {
            statement.sql += QStringLiteral("%1state IN (%2) AND ").arg(table, marksFor(states.size()));
            for (const QString &state : states)
                statement.values << state;
        }
        if (byAccount) {
            statement.sql +=
                QStringLiteral("%1account_name IN (%2) AND ").arg(table, marksFor(accounts.size()));
            for (const QString &account : accounts)
                statement.values << account;
        }
    }

    /// Whether it costs little to ask the index about one message: no word of it is a beginning that has to
    /// be looked for among all words (searchquery.h).
    bool isQuickToAsk() const
    {
        static const QRegularExpression longBeginning(QStringLiteral("\\w{6}\"\\*"),
                                                      QRegularExpression::UseUnicodePropertiesOption);
        return !expression.contains(longBeginning);
    }

    /// Walks what the words lead to. Where few messages are in question these are asked about or listed
    /// first, so that a frequent word costs no look at every message it stands in.
    Statement texts() const
    {
        Statement statement;
        if (hasFew() && number <= fewEnoughToAsk && isQuickToAsk()) {
            Statement few = messages();
            statement.sql =
                QStringLiteral("SELECT id FROM (%1) AS few WHERE EXISTS (SELECT 1 FROM find WHERE "
                               "find MATCH ? AND rowid = few.id)")
                    .arg(few.sql);
            statement.values << few.values << expression;
            return statement;
        }
        if (hasFew()) {
            Statement few = messages();
            statement.sql = QStringLiteral("SELECT rowid FROM find WHERE find MATCH ? AND rowid > ? AND "
                                           "rowid < ? AND +rowid IN (%1)")
                                .arg(few.sql);
            statement.values << expression << above << below << few.values;
            return statement;
        }
        if (!isNarrow() && !since && !before) {
            statement.sql =
                QStringLiteral("SELECT rowid FROM find WHERE find MATCH ? AND rowid > ? AND rowid < ?");
            statement.values << expression << above << below;
            return statement;
        }
        statement.sql = QStringLiteral("SELECT find.rowid FROM find CROSS JOIN message ON message.id = "
                                       "find.rowid WHERE find MATCH ? AND ");
        statement.values << expression;
        addLists(statement, QStringLiteral("message."));
        restrict(statement, QStringLiteral("find.rowid"), QStringLiteral("message.created"));
        return statement;
    }
};

bool Finder::wantsState(const QString &key) const
{
    const std::optional<Delivery::MessageState> state = Delivery::messageStateFromKey(key);
    if (!state)
        return m_filter.states.isEmpty() && !m_filter.search.states;
    if (!m_filter.states.isEmpty() && !m_filter.states.contains(*state))
        return false;
    if (m_filter.search.states && !m_filter.search.states->contains(*state))
        return false;
    return !m_filter.search.exceptStates.contains(*state);
}

bool Finder::wantsAccount(const QString &name) const
{
    const auto begins = [&name](const QString &typed) { return name.startsWith(typed, Qt::CaseInsensitive); };
    const SearchQuery &search = m_filter.search;
    if (!m_filter.accountName.isEmpty() && name.compare(m_filter.accountName, Qt::CaseInsensitive) != 0)
        return false;
    if (!search.accounts.isEmpty() && std::none_of(search.accounts.begin(), search.accounts.end(), begins))
        return false;
    return std::none_of(search.exceptAccounts.begin(), search.exceptAccounts.end(), begins);
}

bool Finder::wants(const Group &group) const
{
    return wantsState(group.state) && wantsAccount(group.account);
}

Base::Result<QList<Finder::Group>> Finder::groups() const
{
    Base::Result<Cursor> query = m_database.run(
        QStringLiteral("SELECT account_name, state, number FROM message_count WHERE number > 0"));
    if (!query)
        return query.error();
    QList<Group> groups;
    while (query->next())
        groups.append({query->value(0).toString(), query->value(1).toString(), query->value(2).toLongLong()});
    return groups;
}

/// Leaps from word to word: each is one look into the index, however many messages have it.
std::optional<QStringList> Finder::completions(const QString &beginning) const
{
    QStringList words;
    QString next = beginning;
    while (words.size() <= mostCompletions) {
        const Base::Result<QVariant> word =
            m_database.value(QStringLiteral("SELECT term FROM find_words WHERE term >= ? LIMIT 1"), {next});
        if (!word)
            return std::nullopt;
        if (!word->toString().startsWith(beginning))
            return words;
        words.append(word->toString());
        next = words.last() + QChar(1); // no word has one
    }
    return std::nullopt;
}

Base::Result<Finder::Scope> Finder::scope(MessageId below) const
{
    const SearchQuery &search = m_filter.search;
    Scope scope;
    scope.byState = !m_filter.states.isEmpty() || search.states || !search.exceptStates.isEmpty();
    scope.byAccount =
        !m_filter.accountName.isEmpty() || !search.accounts.isEmpty() || !search.exceptAccounts.isEmpty();
    scope.attached = search.hasAttachment;
    scope.expression =
        expressionFor(search, [this](const QString &beginning) { return completions(beginning); });
    if (below.isValid())
        scope.below = below.value;
    const Base::Result<QList<Group>> all = groups();
    if (!all)
        return all.error();
    for (const Group &group : *all) {
        if (!wants(group))
            continue;
        scope.groups.append(group);
        scope.number += group.number;
        if (!scope.states.contains(group.state))
            scope.states.append(group.state);
        if (!scope.accounts.contains(group.account))
            scope.accounts.append(group.account);
    }
    if (const Base::Done done = narrowByTime(scope); !done)
        return done.error();
    return scope;
}

/// Ids rise with time, but for a clock that was set back; so an hour's bounds narrow, and the time decides.
Base::Done Finder::narrowByTime(Scope &scope) const
{
    const SearchQuery &search = m_filter.search;
    if (!search.since && !search.before)
        return {};
    const qint64 first = search.since ? search.since->toMSecsSinceEpoch() : 0;
    const qint64 last =
        search.before ? search.before->toMSecsSinceEpoch() : std::numeric_limits<qint64>::max();
    if (search.since)
        scope.since = first;
    if (search.before)
        scope.before = last;
    // Every hour there is costs a look: a bound that is not asked for is not looked for.
    Base::Result<Cursor> query =
        m_database.run(QStringLiteral("SELECT %1, %2 FROM message_hour WHERE hour >= ? AND hour <= ?")
                           .arg(search.since ? QStringLiteral("min(first)") : QStringLiteral("1"),
                                search.before ? QStringLiteral("max(last)") : QStringLiteral("max(hour)")),
                       {first / hour, last / hour});
    if (!query)
        return query.error();
    if (!query->next() || query->value(1).isNull()) {
        scope.below = 0; // nothing was written then
        return {};
    }
    if (search.since)
        scope.above = std::max(scope.above, query->value(0).toLongLong() - 1);
    if (search.before)
        scope.below = std::min(scope.below, query->value(1).toLongLong() + 1);
    return {};
}

/// What a frequent word has outside of the ids in question need not be walked; those not sent are mostly new.
Base::Done Finder::narrowToFew(Scope &scope) const
{
    const Statement few = scope.messages();
    Base::Result<Cursor> query =
        m_database.run(QStringLiteral("SELECT min(id), max(id) FROM (%1)").arg(few.sql), few.values);
    if (!query)
        return query.error();
    if (!query->next() || query->value(0).isNull()) {
        scope.below = 0;
        return {};
    }
    scope.above = query->value(0).toLongLong() - 1;
    scope.below = query->value(1).toLongLong() + 1;
    return {};
}

Base::Result<Finder::Statement> Finder::pageStatement(int limit, MessageId below) const
{
    Base::Result<Scope> found = scope(below);
    if (!found)
        return found.error();
    if (found->isEmpty())
        return Statement();
    const bool byText = !found->expression.isEmpty();
    if (byText && found->hasFew()) {
        if (const Base::Done done = narrowToFew(*found); !done)
            return done.error();
        if (found->isEmpty())
            return Statement();
    }
    Statement statement = byText ? found->texts() : found->messages();
    statement.sql += QStringLiteral(" ORDER BY 1 DESC LIMIT ?");
    statement.values << limit;
    return statement;
}

Base::Result<QList<MessageId>> Finder::page(int limit, MessageId below) const
{
    const Base::Result<Statement> statement = pageStatement(limit, below);
    if (!statement)
        return statement.error();
    return run(*statement);
}

Base::Result<QList<MessageId>> Finder::among(const QList<MessageId> &ids) const
{
    if (ids.isEmpty())
        return QList<MessageId>();
    const auto [lowest, highest] = std::minmax_element(ids.begin(), ids.end());
    Base::Result<Scope> found = scope({highest->value + 1});
    if (!found)
        return found.error();
    found->above = std::max(found->above, lowest->value - 1);
    if (found->isEmpty())
        return QList<MessageId>();
    QStringList numbers;
    for (const MessageId id : ids)
        numbers.append(id.toString());
    const QString list = numbers.join(QLatin1Char(','));
    Statement statement;
    if (found->expression.isEmpty()) {
        statement.sql = QStringLiteral("SELECT id FROM message WHERE id IN (%1) AND ").arg(list);
        found->addAttached(statement, QStringLiteral("attached"));
        found->addLists(statement, QString());
        found->restrict(statement, QStringLiteral("id"), QStringLiteral("created"));
        statement.sql += QStringLiteral(" ORDER BY id DESC");
    } else {
        // The plus: one look through the index, not one for each id.
        statement.sql = QStringLiteral("SELECT find.rowid FROM find CROSS JOIN message ON message.id = "
                                       "find.rowid WHERE find MATCH ? AND +find.rowid IN (%1) AND ")
                            .arg(list);
        statement.values << found->expression;
        found->addLists(statement, QStringLiteral("message."));
        found->restrict(statement, QStringLiteral("find.rowid"), QStringLiteral("message.created"));
        statement.sql += QStringLiteral(" ORDER BY find.rowid DESC");
    }
    return run(statement);
}

Base::Result<QList<MessageId>> Finder::run(const Statement &statement) const
{
    QList<MessageId> ids;
    if (statement.sql.isEmpty())
        return ids;
    Base::Result<Cursor> query = m_database.run(statement.sql, statement.values);
    if (!query)
        return query.error();
    while (query->next())
        ids.append(MessageId{query->value(0).toLongLong()});
    return ids;
}

} // namespace Store
