#include "core/delivery/retryschedule.h"

#include <QJsonArray>

#include <algorithm>
#include <array>
#include <cmath>

namespace Delivery {

namespace {

using Base::Error;
using Base::ErrorKind;

constexpr qint64 second = RetrySchedule::second;
constexpr qint64 minute = RetrySchedule::minute;
constexpr qint64 hour = RetrySchedule::hour;
constexpr qint64 day = RetrySchedule::day;
constexpr qsizetype mostDelays = 50;
constexpr int mostJitter = 50;

/// A span of the schedule: its name in the JSON and what it may be.
struct Row
{
    const char *key;
    qint64 RetrySchedule::*span;
    qint64 least;
    qint64 most;
    bool orNone; ///< 0 is a choice, too
    const char *words;
};

constexpr std::array rows{
    Row{"repeat", &RetrySchedule::repeat, minute, day, false, "from one minute to a day"},
    Row{"warnAfter", &RetrySchedule::warnAfter, minute, 30 * day, true,
        "from one minute to 30 days, or 0 for never"},
    Row{"giveUpAfter", &RetrySchedule::giveUpAfter, hour, 30 * day, false, "from one hour to 30 days"},
    Row{"undoDelay", &RetrySchedule::undoDelay, second, 120 * second, true, "from 0 to 120 seconds"},
    Row{"lateAfter", &RetrySchedule::lateAfter, minute, 30 * day, true,
        "from one minute to 30 days, or 0 for never"},
};

Error bad(const char *field, const QString &why)
{
    return {ErrorKind::BadSetting, QString::fromLatin1(field), why};
}

bool isWithin(qint64 span, qint64 least, qint64 most)
{
    return span >= least && span <= most && span % second == 0;
}

/// splitmix64: every bit of the input moves every bit of the answer.
quint64 mixed(quint64 value)
{
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

/// Seconds in a JSON value; none when it is no whole number that a span could hold.
std::optional<qint64> spanIn(const QJsonValue &value)
{
    const double seconds = value.toDouble(-1);
    if (!value.isDouble() || seconds < 0 || seconds > 1e9 || seconds != std::floor(seconds))
        return std::nullopt;
    return static_cast<qint64>(seconds) * second;
}

} // namespace

Base::Done check(const RetrySchedule &schedule)
{
    if (schedule.delays.size() > mostDelays)
        return bad(
            "delays",
            QStringLiteral("%1 delays are too many: at most %2").arg(schedule.delays.size()).arg(mostDelays));
    for (const qint64 delay : schedule.delays) {
        if (!isWithin(delay, 10 * second, day))
            return bad("delays", QStringLiteral("a delay is whole seconds, from 10 seconds to a day"));
    }
    if (schedule.jitterPercent < 0 || schedule.jitterPercent > mostJitter)
        return bad("jitterPercent", QStringLiteral("a number from 0 to %1").arg(mostJitter));
    for (const Row &row : rows) {
        const qint64 span = schedule.*row.span;
        if (!(row.orNone && span == 0) && !isWithin(span, row.least, row.most))
            return bad(row.key, QStringLiteral("whole seconds, ") + QString::fromLatin1(row.words));
    }
    if (schedule.warnAfter >= schedule.giveUpAfter)
        return bad("warnAfter", QStringLiteral("the warning comes before a message is given up"));
    if (longestDelay(schedule) > schedule.giveUpAfter)
        return bad("giveUpAfter", QStringLiteral("a message is given up before its longest delay is over"));
    return {};
}

QJsonObject toJson(const RetrySchedule &schedule)
{
    QJsonArray delays;
    for (const qint64 delay : schedule.delays)
        delays.append(delay / second);
    QJsonObject object{{QStringLiteral("delays"), delays},
                       {QStringLiteral("jitterPercent"), schedule.jitterPercent}};
    for (const Row &row : rows)
        object.insert(QString::fromLatin1(row.key), schedule.*row.span / second);
    return object;
}

Base::Result<RetrySchedule> scheduleFromJson(const QJsonObject &object)
{
    RetrySchedule schedule;
    const QJsonValue delays = object.value(QLatin1String("delays"));
    if (!delays.isUndefined()) {
        if (!delays.isArray())
            return bad("delays", QStringLiteral("a list of seconds"));
        schedule.delays.clear();
        for (const QJsonValue each : delays.toArray()) {
            const std::optional<qint64> span = spanIn(each);
            if (!span)
                return bad("delays", QStringLiteral("a list of seconds"));
            schedule.delays.append(*span);
        }
    }
    const QJsonValue jitter = object.value(QLatin1String("jitterPercent"));
    if (!jitter.isUndefined())
        schedule.jitterPercent = jitter.toInt(-1); // what is no whole number, check() refuses
    for (const Row &row : rows) {
        const QJsonValue value = object.value(QLatin1String(row.key));
        if (value.isUndefined())
            continue;
        const std::optional<qint64> span = spanIn(value);
        if (!span)
            return bad(row.key, QStringLiteral("whole seconds, ") + QString::fromLatin1(row.words));
        schedule.*row.span = *span;
    }
    if (const Base::Done done = check(schedule); !done)
        return done.error();
    return schedule;
}

quint64 jitterSeed(QByteArrayView messageId)
{
    quint64 hash = 0xcbf29ce484222325ULL; // FNV-1a; qHash() may be another one tomorrow
    for (const char octet : messageId)
        hash = (hash ^ static_cast<unsigned char>(octet)) * 0x100000001b3ULL;
    return hash;
}

qint64 plainDelayAfter(const RetrySchedule &schedule, int attempts)
{
    if (attempts < 1)
        return 0;
    return attempts <= schedule.delays.size() ? schedule.delays.at(attempts - 1) : schedule.repeat;
}

qint64 delayAfter(const RetrySchedule &schedule, int attempts, quint64 seed)
{
    const qint64 delay = plainDelayAfter(schedule, attempts);
    const qint64 most = delay * schedule.jitterPercent / 100;
    if (most <= 0)
        return delay;
    const quint64 rolled = mixed(seed ^ mixed(static_cast<quint64>(attempts)));
    return delay + static_cast<qint64>(rolled % (static_cast<quint64>(most) + 1));
}

qint64 longestDelay(const RetrySchedule &schedule)
{
    qint64 longest = schedule.repeat;
    for (const qint64 delay : schedule.delays)
        longest = std::max(longest, delay);
    return longest + longest * schedule.jitterPercent / 100;
}

QDateTime soundDue(const RetrySchedule &schedule, const QDateTime &due, int attempts, quint64 seed,
                   const QDateTime &now)
{
    return std::min(due, now.addMSecs(delayAfter(schedule, attempts, seed)));
}

int attemptsWithin(const RetrySchedule &schedule, qint64 span)
{
    int attempts = 1;
    qint64 passed = 0;
    while (attempts <= schedule.delays.size()) {
        passed += schedule.delays.at(attempts - 1);
        if (passed > span)
            return attempts;
        ++attempts;
    }
    return attempts + static_cast<int>((span - passed) / schedule.repeat);
}

Patience patienceWith(const RetrySchedule &schedule, const QDateTime &created, int attempts,
                      const QDateTime &now)
{
    const qint64 age = created.msecsTo(now);
    const auto isOver = [&](qint64 span, int least) {
        return age < 0 ? attempts > attemptsWithin(schedule, span) : age > span && attempts > least;
    };
    if (isOver(schedule.giveUpAfter, static_cast<int>(schedule.delays.size())))
        return Patience::GivenUp;
    return schedule.warnAfter > 0 && isOver(schedule.warnAfter, 0) ? Patience::Warned : Patience::Waiting;
}

QDateTime undoUntil(const RetrySchedule &schedule, const QDateTime &sent)
{
    return sent.addMSecs(schedule.undoDelay);
}

QDateTime soundUndoUntil(const RetrySchedule &schedule, const QDateTime &until, const QDateTime &now)
{
    return std::min(until, now.addMSecs(schedule.undoDelay));
}

qint64 lateness(const RetrySchedule &schedule, const QDateTime &due, const QDateTime &now)
{
    const qint64 late = due.msecsTo(now);
    return schedule.lateAfter > 0 && late > schedule.lateAfter ? late : 0;
}

} // namespace Delivery
