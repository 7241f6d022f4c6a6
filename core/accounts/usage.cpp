#include "core/accounts/usage.h"

#include <algorithm>

namespace Accounts {

namespace {

constexpr qint64 minute = 60'000;

} // namespace

Usage::Usage(const QList<UsageMinute> &minutes)
{
    for (const UsageMinute &each : minutes)
        add(each.last, {each.messages, each.recipients});
}

qint64 Usage::minuteOf(const QDateTime &when)
{
    const qint64 since1970 = when.toMSecsSinceEpoch();
    return since1970 >= 0 ? since1970 / minute : (since1970 + 1) / minute - 1;
}

void Usage::add(const QDateTime &when, const Tally &tally)
{
    if (tally.messages <= 0 && tally.recipients <= 0)
        return;
    const qint64 number = minuteOf(when);
    // Nearly always behind the last one.
    auto place = m_minutes.end();
    while (place != m_minutes.begin() && minuteOf(std::prev(place)->last) >= number)
        --place;
    if (place == m_minutes.end() || minuteOf(place->last) != number)
        place = m_minutes.insert(place, UsageMinute{when.toUTC(), 0, 0});
    place->last = std::max(place->last, when.toUTC());
    place->messages += tally.messages;
    place->recipients += tally.recipients;
}

void Usage::forgetBefore(const QDateTime &then)
{
    const auto kept = std::find_if(m_minutes.begin(), m_minutes.end(),
                                   [&then](const UsageMinute &each) { return each.last > then; });
    m_minutes.erase(m_minutes.begin(), kept);
}

Usage Usage::settled(const QDateTime &now) const
{
    if (m_minutes.isEmpty() || m_minutes.last().last <= now)
        return *this;
    Usage settled;
    for (const UsageMinute &each : m_minutes)
        settled.add(std::min(each.last, now), {each.messages, each.recipients});
    return settled;
}

Tally Usage::since(const QDateTime &then) const
{
    Tally tally;
    for (auto each = m_minutes.crbegin(); each != m_minutes.crend() && each->last > then; ++each) {
        tally.messages += each->messages;
        tally.recipients += each->recipients;
    }
    return tally;
}

} // namespace Accounts
