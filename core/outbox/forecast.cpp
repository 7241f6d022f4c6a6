#include "core/outbox/forecast.h"

#include "core/outbox/limits.h"

#include <algorithm>
#include <array>

namespace Outbox {

namespace {

struct Row
{
    Limit limit;
    int Accounts::Limits::*most;
    int Accounts::Tally::*counted;
    qint64 span;
};

constexpr std::array rows{
    Row{Limit::PerMinute, &Accounts::Limits::perMinute, &Accounts::Tally::messages, 60'000},
    Row{Limit::PerHour, &Accounts::Limits::perHour, &Accounts::Tally::messages, 3'600'000},
    Row{Limit::PerDay, &Accounts::Limits::perDay, &Accounts::Tally::messages, longestWindow},
    Row{Limit::RecipientsPerDay, &Accounts::Limits::recipientsPerDay, &Accounts::Tally::recipients,
        longestWindow},
};

void note(Forecast &forecast, const QDateTime &when, int messages, const QTimeZone &zone)
{
    const QDate date = when.toTimeZone(zone).date();
    if (forecast.days.isEmpty() || forecast.days.last().date != date)
        forecast.days.append({date, 0, when.toUTC(), {}});
    forecast.days.last().messages += messages;
    forecast.days.last().last = when.toUTC();
}

} // namespace

QList<LimitUse> usesOf(const Accounts::Limits &limits, const Accounts::Usage &usage, const QDateTime &now)
{
    const Accounts::Usage sent = usage.settled(now);
    QList<LimitUse> uses;
    for (const Row &row : rows) {
        if (const int most = limits.*row.most; most > 0)
            uses.append({row.limit, sent.since(now.addMSecs(-row.span)).*row.counted, most});
    }
    return uses;
}

std::optional<LimitUse> tightestUse(const Accounts::Limits &limits, const Accounts::Usage &usage,
                                    const QDateTime &now)
{
    std::optional<LimitUse> tightest;
    for (const LimitUse &use : usesOf(limits, usage, now)) {
        // Of two that are used up as far, the longer window is what people plan by.
        if (!tightest || qint64(use.used) * tightest->most >= qint64(tightest->used) * use.most)
            tightest = use;
    }
    return tightest;
}

std::optional<LimitWait> waitFor(const Accounts::Limits &limits, const Accounts::Usage &usage, int recipients,
                                 const QDateTime &now)
{
    std::optional<LimitWait> wait;
    for (const Row &row : rows) {
        Accounts::Limits alone;
        alone.*row.most = limits.*row.most;
        const std::optional<QDateTime> next = nextAllowed(alone, usage, recipients, now);
        if (!next)
            return std::nullopt;
        if (*next > now && (!wait || *next > wait->next))
            wait = {row.limit, limits.*row.most, next->toUTC()};
    }
    return wait;
}

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
