#pragma once

// How an account stands with its limits, and how a queue will leave under them: so many today, so many
// tomorrow from 09:12 on. Pure; it sends in thought what core/outbox/limits would let go, and takes the
// sending itself for no time.

#include "core/accounts/limits.h"
#include "core/accounts/usage.h"

#include <QTimeZone>

#include <optional>

namespace Outbox {

struct ForecastDay
{
    QDate date; ///< in the zone that was asked for
    int messages = 0;
    QDateTime first; ///< UTC
    QDateTime last;

    friend bool operator==(const ForecastDay &, const ForecastDay &) = default;
};

struct Forecast
{
    QList<ForecastDay> days; ///< those on which something leaves, in their order
    int later = 0;           ///< messages that leave behind the horizon, or never as they are

    friend bool operator==(const Forecast &, const Forecast &) = default;
};

/// The limits that messages are counted by, the shortest window first.
enum class Limit { PerMinute, PerHour, PerDay, RecipientsPerDay };

/// How far one of them is used up.
struct LimitUse
{
    Limit limit = Limit::PerDay;
    int used = 0; ///< messages or recipients; more than `most` after the limit was made smaller
    int most = 0;

    friend bool operator==(const LimitUse &, const LimitUse &) = default;
};

/// Of those that are set, in the order of the enum.
QList<LimitUse> usesOf(const Accounts::Limits &limits, const Accounts::Usage &usage, const QDateTime &now);
/// The one that is nearest to its end; none: there is no limit.
std::optional<LimitUse> tightestUse(const Accounts::Limits &limits, const Accounts::Usage &usage,
                                    const QDateTime &now);

/// A limit that lets nothing go for a while.
struct LimitWait
{
    Limit limit = Limit::PerDay;
    int most = 0;
    QDateTime next; ///< UTC: when a message may go

    friend bool operator==(const LimitWait &, const LimitWait &) = default;
};

/// The limit that holds a message to so many recipients up for the longest; none: it may go, or (more
/// recipients than a day takes) never will.
std::optional<LimitWait> waitFor(const Accounts::Limits &limits, const Accounts::Usage &usage, int recipients,
                                 const QDateTime &now);

/// No further ahead than this.
inline constexpr int forecastDays = 60;

/// For so many messages to so many recipients each; one that is split counts as the messages it becomes.
/// `zone` says where a day begins.
Forecast forecast(int messages, const Accounts::Limits &limits, const Accounts::Usage &usage,
                  const QDateTime &now, const QTimeZone &zone, int recipientsEach = 1);

} // namespace Outbox
