#include "core/outbox/limits.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace Outbox {

namespace {

using Accounts::Limits;
using Accounts::Tally;
using Accounts::Usage;
using Accounts::UsageMinute;

constexpr qint64 minute = 60'000;
constexpr qint64 hour = 60 * minute;
constexpr int leastToLearnFrom = 10;

/// A rolling window over one of the two counts.
struct Window
{
    int Limits::*most;
    int UsageMinute::*sent;
    int Tally::*added;
    qint64 span;
};

constexpr std::array windows{
    Window{&Limits::perMinute, &UsageMinute::messages, &Tally::messages, minute},
    Window{&Limits::perHour, &UsageMinute::messages, &Tally::messages, hour},
    Window{&Limits::perDay, &UsageMinute::messages, &Tally::messages, longestWindow},
    Window{&Limits::recipientsPerDay, &UsageMinute::recipients, &Tally::recipients, longestWindow},
};

/// When the window has room for `more`: once enough of what it holds has left it. What went at s is in the
/// window of t while s > t - span.
QDateTime opens(const Window &window, const Usage &usage, int room, const QDateTime &now)
{
    const QList<UsageMinute> &minutes = usage.minutes();
    qint64 held = 0;
    for (auto each = minutes.crbegin(); each != minutes.crend(); ++each) {
        const QDateTime left = each->last.addMSecs(window.span);
        if (left <= now)
            break;
        held += (*each).*window.sent;
        if (held > room)
            return left;
    }
    return now;
}

bool says(const QString &text, const char *pattern)
{
    return QRegularExpression(QString::fromLatin1(pattern), QRegularExpression::CaseInsensitiveOption)
        .match(text)
        .hasMatch();
}

} // namespace

Tally counted(const Delivery::Outcome &outcome, const Limits &limits)
{
    const qsizetype recipients =
        outcome.count(Delivery::Verdict::Accepted) + outcome.count(Delivery::Verdict::Uncertain);
    const int taken = static_cast<int>(recipients);
    return {static_cast<int>(portions(taken, limits).size()), taken};
}

QList<int> portions(int recipients, const Limits &limits)
{
    if (recipients <= 0)
        return {};
    int most = recipients;
    for (const int limit : {limits.recipientsPerMessage, limits.recipientsPerDay}) {
        if (limit > 0)
            most = std::min(most, limit);
    }
    const int count = (recipients - 1) / most + 1;
    QList<int> sizes(count, recipients / count);
    for (int i = 0; i < recipients % count; ++i)
        ++sizes[i];
    return sizes;
}

std::optional<QDateTime> nextAllowed(const Limits &limits, const Usage &usage, int recipients,
                                     const QDateTime &now, const Tally &underWay)
{
    const Usage sent = usage.settled(now);
    const Tally more{1, recipients};
    QDateTime when = now;
    for (const Window &window : windows) {
        const int most = limits.*window.most;
        if (most == 0)
            continue;
        const int needed = more.*window.added;
        if (needed > most)
            return std::nullopt;
        const int room = most - needed - underWay.*window.added;
        // What is under way fills it alone: the window begins anew when that has gone.
        when = std::max(when, room < 0 ? now.addMSecs(window.span) : opens(window, sent, room, now));
    }
    return when;
}

int room(const Limits &limits, const Usage &usage, int recipients, const QDateTime &now, int wanted)
{
    const Usage sent = usage.settled(now);
    const Tally each{1, recipients};
    qint64 fit = wanted;
    for (const Window &window : windows) {
        if (limits.*window.most == 0)
            continue;
        const qint64 left = limits.*window.most - sent.since(now.addMSecs(-window.span)).*window.added;
        fit = std::min(fit, left / std::max(1, each.*window.added));
    }
    return static_cast<int>(std::max<qint64>(0, fit));
}

LimitNamed limitNamedBy(const Delivery::ServerReply &reply)
{
    if (!reply.isTransient() && !reply.isPermanent())
        return LimitNamed::None;
    const QString text = reply.text();
    const QString enhanced = reply.enhanced().mid(1);
    if (enhanced == QLatin1String(".2.2") || enhanced == QLatin1String(".5.3") ||
        says(text, "gr[ea]ylist|mailbox|recipient|receiving|trying to contact|connections?\\b"))
        return LimitNamed::None;
    const bool speaksOfLimits =
        says(text, "\\b(limits?|quota|exceed(ed|s|ing)?|too (many|much|fast|quickly)|rate)\\b");
    if (reply.enhanced() == QLatin1String("5.4.5") ||
        (speaksOfLimits && says(text, "\\b(daily|per day|a day|24[ -]?h(ours?|rs?)?)\\b")))
        return LimitNamed::Day;
    if (speaksOfLimits && says(text, "\\b(hourly|(per|an|last) hour)\\b"))
        return LimitNamed::Hour;
    if (speaksOfLimits && says(text, "\\b(per|a|last) minute\\b"))
        return LimitNamed::Minute;
    if (enhanced == QLatin1String(".7.28") ||
        says(text, "\\bsend(ing)? (too (fast|quickly)|(rate|limit|quota))|\\brate[ -]limit|submission quota|"
                   "too many messages|message rate|messages? (limit|quota)"))
        return LimitNamed::Rate;
    return LimitNamed::None;
}

LimitNamed limitNamedBy(const Delivery::Outcome &outcome)
{
    LimitNamed named = LimitNamed::None;
    for (const Delivery::RecipientResult &each : outcome.recipients) {
        // Before MAIL it is the sign-in or the connection that somebody has too much of.
        if (each.stage >= Delivery::Stage::Mail && !each.reply.isNull())
            named = std::max(named, limitNamedBy(each.reply));
    }
    return named;
}

Delivery::Outcome deferredAtLimits(Delivery::Outcome outcome)
{
    for (Delivery::RecipientResult &each : outcome.recipients) {
        if (each.verdict == Delivery::Verdict::Refused && each.stage >= Delivery::Stage::Mail &&
            limitNamedBy(each.reply) != LimitNamed::None)
            each.verdict = Delivery::Verdict::Deferred;
    }
    return outcome;
}

Accounts::Learned taught(Accounts::Learned known, LimitNamed named, const Usage &usage, const QDateTime &now)
{
    const auto learn = [&](Accounts::Lesson &lesson, qint64 span) {
        const int sent = usage.settled(now).since(now.addMSecs(-span)).messages;
        if (sent >= leastToLearnFrom)
            lesson = {sent, now.toUTC().date()};
    };
    switch (named) {
    case LimitNamed::Minute:
        learn(known.perMinute, minute);
        break;
    case LimitNamed::Hour:
        learn(known.perHour, hour);
        break;
    case LimitNamed::Day:
        learn(known.perDay, longestWindow);
        break;
    case LimitNamed::None:
    case LimitNamed::Rate:
        break; // no number follows from it: the account backs off
    }
    return known;
}

} // namespace Outbox
