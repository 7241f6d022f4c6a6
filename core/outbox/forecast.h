#pragma once

// How a queue will leave under an account's limits: so many today, so many tomorrow from 09:12 on. Pure; it
// sends in thought what core/outbox/limits would let go, and takes the sending itself for no time.

#include "core/accounts/limits.h"
#include "core/accounts/usage.h"

#include <QTimeZone>

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

/// No further ahead than this.
inline constexpr int forecastDays = 60;

/// For so many messages to so many recipients each; one that is split counts as the messages it becomes.
/// `zone` says where a day begins.
Forecast forecast(int messages, const Accounts::Limits &limits, const Accounts::Usage &usage,
                  const QDateTime &now, const QTimeZone &zone, int recipientsEach = 1);

} // namespace Outbox
