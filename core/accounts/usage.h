#pragma once

// What an account has sent lately, as counts a minute: 10,000 letters a day are at most 1,440 small numbers.
// Each minute knows when its last letter went, and all of its letters count as if they had gone then: a
// window never holds more than it seems, and opens at most a minute later than it could.

#include <QDateTime>
#include <QList>

namespace Accounts {

/// One minute. Its key is `last` in whole minutes since 1970, so there is at most one a minute.
struct UsageMinute
{
    QDateTime last; ///< UTC: when the last letter of this minute was taken
    int messages = 0;
    int recipients = 0;

    friend bool operator==(const UsageMinute &, const UsageMinute &) = default;
};

/// What counts together.
struct Tally
{
    int messages = 0;
    int recipients = 0;

    friend bool operator==(const Tally &, const Tally &) = default;
};

class Usage
{
public:
    Usage() = default;
    /// In any order, minutes as they come.
    explicit Usage(const QList<UsageMinute> &minutes);

    void add(const QDateTime &when, const Tally &tally);
    /// Takes out what no window at `now` or later sees.
    void forgetBefore(const QDateTime &then);
    /// With what lies ahead of `now` as if it had gone now: the clock was set back, and what was sent is not
    /// unsent by that. It is to be kept, or it goes "now" again and again.
    Usage settled(const QDateTime &now) const;

    /// All that went later than `then`.
    Tally since(const QDateTime &then) const;
    /// Oldest first.
    const QList<UsageMinute> &minutes() const { return m_minutes; }

    /// The number of the minute a moment lies in.
    static qint64 minuteOf(const QDateTime &when);

    friend bool operator==(const Usage &, const Usage &) = default;

private:
    QList<UsageMinute> m_minutes;
};

} // namespace Accounts
