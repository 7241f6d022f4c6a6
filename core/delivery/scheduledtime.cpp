#include "core/delivery/scheduledtime.h"

#include <QRegularExpression>

#include <algorithm>

namespace Delivery {

namespace {

using Base::Error;
using Base::ErrorKind;

constexpr int farthestDays = 3660;

Error bad(const QString &text, const char *why)
{
    return {ErrorKind::BadTime, text, QString::fromLatin1(why)};
}

/// The clock's reading as if it were UTC's.
QDateTime asUtc(const QDateTime &local)
{
    return QDateTime(local.date(), local.time(), Qt::UTC);
}

QDateTime moment(const QDateTime &local, const QTimeZone &zone)
{
    const QDateTime reading = asUtc(local);
    // The offsets that hold around it: no zone changes twice within two days.
    const int before = zone.offsetFromUtc(reading.addDays(-1));
    const int after = zone.offsetFromUtc(reading.addDays(1));
    std::optional<QDateTime> first;
    for (const int offset : {before, after}) {
        const QDateTime candidate = reading.addSecs(-offset);
        if (zone.offsetFromUtc(candidate) == offset && (!first || candidate < *first))
            first = candidate;
    }
    return first ? *first : reading.addSecs(-before);
}

QTimeZone zoneNamed(const QString &name, const QTimeZone &otherwise)
{
    if (name.isEmpty())
        return otherwise;
    if (name.compare(QLatin1String("Z"), Qt::CaseInsensitive) == 0)
        return QTimeZone::utc();
    if (name.startsWith(QLatin1Char('+')) || name.startsWith(QLatin1Char('-')))
        return QTimeZone(QByteArray("UTC") + name.toLatin1());
    return QTimeZone(name.toUtf8());
}

std::optional<QTime> timeIn(const QRegularExpressionMatch &match)
{
    const QTime time(match.captured(QStringLiteral("hour")).toInt(),
                     match.captured(QStringLiteral("minute")).toInt(),
                     match.captured(QStringLiteral("second")).toInt());
    return time.isValid() ? std::optional(time) : std::nullopt;
}

ScheduledTime at(const QDateTime &moment, const QTimeZone &zone)
{
    const QDateTime there = moment.toTimeZone(zone);
    ScheduledTime time = scheduled(there.date(), there.time(), zone);
    // Within the hour that the clocks show twice, the reading alone would be the first one.
    if (momentOf(time) != moment)
        time = scheduled(moment.toUTC().date(), moment.toUTC().time(), QTimeZone::utc());
    return time;
}

Base::Result<ScheduledTime> fromNow(const QString &text, const QRegularExpressionMatch &match,
                                    const QDateTime &now, const QTimeZone &zone)
{
    const QString unit = match.captured(QStringLiteral("unit"));
    const qint64 seconds = unit == QLatin1String("m") ? 60 : unit == QLatin1String("h") ? 3600 : 86'400;
    const qint64 span = match.captured(QStringLiteral("number")).toLongLong() * seconds;
    if (span > qint64(farthestDays) * 86'400)
        return bad(text, "that is more than ten years ahead");
    return at(now.addSecs(span), zone);
}

} // namespace

ScheduledTime scheduled(const QDate &date, const QTime &time, const QTimeZone &zone)
{
    ScheduledTime scheduled{QDateTime(date, time, Qt::UTC), zone.id(), {}};
    scheduled.chosen = moment(scheduled.local, zone);
    return scheduled;
}

QDateTime momentOf(const ScheduledTime &time)
{
    const QTimeZone zone(time.zone);
    return zone.isValid() ? moment(time.local, zone) : time.chosen;
}

Base::Result<ScheduledTime> scheduledFrom(const QString &text, const QDateTime &now, const QTimeZone &zone)
{
    static const QRegularExpression ahead(QStringLiteral("^\\+(?<number>\\d{1,6})(?<unit>[mhd])$"));
    static const QRegularExpression clock(QStringLiteral(
        "^((?<date>\\d{4}-\\d{2}-\\d{2})[T ])?(?<hour>\\d{1,2}):(?<minute>\\d{2})(:(?<second>\\d{2}))?"
        "\\s*(?<offset>[Zz]|[+-]\\d{2}:\\d{2})?\\s*(\\[?(?<zone>[A-Za-z][A-Za-z0-9_+/-]*)\\]?)?$"));
    const QString trimmed = text.trimmed();
    if (const auto match = ahead.match(trimmed); match.hasMatch())
        return fromNow(text, match, now, zone);
    const QRegularExpressionMatch match = clock.match(trimmed);
    if (!match.hasMatch())
        return bad(text, "neither a date with a time, nor a time, nor a span such as +2h");
    const std::optional<QTime> time = timeIn(match);
    if (!time)
        return bad(text, "no clock shows that time");
    const QString name = match.captured(QStringLiteral("zone"));
    const QString offset = match.captured(QStringLiteral("offset"));
    if (!name.isEmpty() && !offset.isEmpty())
        return bad(text, "either an offset or a zone");
    const QTimeZone there = zoneNamed(name.isEmpty() ? offset : name, zone);
    if (!there.isValid())
        return bad(text, "no time zone has that name");
    const QString written = match.captured(QStringLiteral("date"));
    if (written.isEmpty()) {
        const QDate today = now.toTimeZone(there).date();
        const ScheduledTime first = scheduled(today, *time, there);
        return momentOf(first) > now ? first : scheduled(today.addDays(1), *time, there);
    }
    const QDate date = QDate::fromString(written, Qt::ISODate);
    if (!date.isValid())
        return bad(text, "no calendar has that day");
    const ScheduledTime scheduledTime = scheduled(date, *time, there);
    if (momentOf(scheduledTime) < now.addSecs(-60)) // who types it takes a while
        return bad(text, "that lies in the past");
    if (now.daysTo(momentOf(scheduledTime)) > farthestDays)
        return bad(text, "that is more than ten years ahead");
    return scheduledTime;
}

QJsonObject toJson(const ScheduledTime &time)
{
    if (time.isNull())
        return {};
    return {{QStringLiteral("local"), time.local.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss"))},
            {QStringLiteral("zone"), QString::fromLatin1(time.zone)},
            {QStringLiteral("chosen"), time.chosen.toString(Qt::ISODate)}};
}

ScheduledTime scheduledFromJson(const QJsonObject &object)
{
    const auto when = [&object](const char *key) {
        QDateTime read = QDateTime::fromString(object.value(QLatin1String(key)).toString(), Qt::ISODate);
        read.setTimeSpec(Qt::UTC);
        return read;
    };
    const ScheduledTime time{when("local"), object.value(QLatin1String("zone")).toString().toLatin1(),
                             when("chosen")};
    return time.local.isValid() && time.chosen.isValid() ? time : ScheduledTime();
}

} // namespace Delivery
