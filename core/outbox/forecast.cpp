#include "core/outbox/forecast.h"

#include "core/outbox/limits.h"

#include <algorithm>

namespace Outbox {

namespace {

void note(Forecast &forecast, const QDateTime &when, int messages, const QTimeZone &zone)
{
    const QDate date = when.toTimeZone(zone).date();
    if (forecast.days.isEmpty() || forecast.days.last().date != date)
        forecast.days.append({date, 0, when.toUTC(), {}});
    forecast.days.last().messages += messages;
    forecast.days.last().last = when.toUTC();
}

} // namespace

Forecast forecast(int messages, const Accounts::Limits &limits, const Accounts::Usage &usage,
                  const QDateTime &now, const QTimeZone &zone, int recipientsEach)
{
    const QList<int> split = portions(recipientsEach, limits);
    const int recipients = split.isEmpty() ? 0 : split.first();
    const QDateTime horizon = now.addDays(forecastDays);
    Forecast forecast;
    Accounts::Usage sent = usage.settled(now);
    QDateTime when = now;
    int left = messages * std::max(1, static_cast<int>(split.size()));
    while (left > 0) {
        const std::optional<QDateTime> next = nextAllowed(limits, sent, recipients, when);
        if (!next || *next > horizon)
            break;
        when = *next;
        sent.forgetBefore(when.addMSecs(-longestWindow));
        const int going = room(limits, sent, recipients, when, left);
        sent.add(when, {going, going * recipients});
        note(forecast, when, going, zone);
        left -= going;
    }
    forecast.later = left;
    return forecast;
}

} // namespace Outbox
