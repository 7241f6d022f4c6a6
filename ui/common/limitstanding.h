#pragma once

// How an account stands with its limits, read from the books, and the words for it. A few small reads; no
// widgets: the command line uses it too.

#include "core/outbox/forecast.h"
#include "core/store/messagequery.h"

namespace Ui {

struct LimitStanding
{
    Accounts::Limits limits; ///< in force: the tighter of what is set and what was learned
    Accounts::Learned learned;
    Accounts::Usage usage;  ///< of the last 24 hours
    QDateTime backOffUntil; ///< its server is left alone until then; null or past: it is not
    int waiting = 0;        ///< messages that have still to go

    std::optional<Outbox::LimitUse> tightest(const QDateTime &now) const
    {
        return Outbox::tightestUse(limits, usage, now);
    }
    /// What holds a message up that is due; none: no limit does.
    std::optional<Outbox::LimitWait> waitOf(int recipients, const QDateTime &now) const
    {
        return Outbox::waitFor(limits, usage, recipients, now);
    }
    Outbox::Forecast forecast(const QDateTime &now, const QTimeZone &zone) const;
};

LimitStanding standingOf(const Store::MessageQuery &query, const Accounts::Account &account,
                         const QDateTime &now);
/// The limit of its account that holds that message up for longer than its own time does; none: no limit.
std::optional<Outbox::LimitWait> limitOf(const LimitStanding &standing, const Store::MessageRow &message,
                                         const QDateTime &now);

/// How several accounts stand, each read once: for lists.
class LimitStandings
{
public:
    explicit LimitStandings(const Store::MessageQuery &query)
        : m_query(query)
    {
    }

    std::optional<Outbox::LimitWait> limitOf(const Store::MessageRow &message, const QDateTime &now);
    void clear() { m_known.clear(); }

private:
    const Store::MessageQuery &m_query;
    QHash<Base::AccountId, LimitStanding> m_known;
};

/// "per-minute", …: the words of the command line.
QString name(Outbox::Limit limit);

/// "100 messages an hour".
QString words(Outbox::Limit limit, int most);
/// "312 of 500 messages a day".
QString words(const Outbox::LimitUse &use);
/// "10 messages an hour (21 November 2026)", a line each; empty: nothing was learned that is still believed.
QStringList words(const Accounts::Learned &learned, const QDate &today);
/// The whole account for a tooltip: what is used up, what waits and when it goes. Lines.
QString words(const LimitStanding &standing, const QDateTime &now, const QTimeZone &zone);

} // namespace Ui
