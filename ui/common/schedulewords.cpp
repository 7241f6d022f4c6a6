#include "ui/common/schedulewords.h"

#include "ui/common/format.h"
#include "ui/common/limitstanding.h"

#include <QCoreApplication>
#include <QLocale>

namespace Ui {

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Ui::ScheduleWords)
};

constexpr qint64 minute = 60'000;
constexpr qint64 hour = 60 * minute;
constexpr qint64 day = 24 * hour;

QString clockOf(const QDateTime &there)
{
    return clockText(there.time());
}

QString dayWords(const QDate &date, const QDate &today)
{
    const qint64 ahead = today.daysTo(date);
    if (ahead == 0)
        return Tr::tr("today");
    if (ahead == 1)
        return Tr::tr("tomorrow");
    if (ahead > 1 && ahead < 7)
        return QLocale().standaloneDayName(date.dayOfWeek());
    return QLocale().toString(date, date.year() == today.year() ? Tr::tr("d MMMM", "a day of this year")
                                                                : Tr::tr("d MMMM yyyy", "a day"));
}

} // namespace

QString dayAndTime(const QDateTime &when, const QDateTime &now, const QTimeZone &zone)
{
    const QDateTime there = when.toTimeZone(zone);
    return Tr::tr("%1 %2", "tomorrow, 09:12")
        .arg(dayWords(there.date(), now.toTimeZone(zone).date()), clockOf(there));
}

QString words(const Outbox::Forecast &forecast, const QDateTime &now, const QTimeZone &zone)
{
    QStringList parts;
    const QDate today = now.toTimeZone(zone).date();
    for (const Outbox::ForecastDay &each : forecast.days) {
        // What goes at once needs no time.
        const bool atOnce = each.date == today && now.msecsTo(each.first) < minute;
        const QString when = atOnce ? dayWords(each.date, today) : dayAndTime(each.first, now, zone);
        parts.append(Tr::tr("%1 %2", "460, tomorrow 09:12").arg(QLocale().toString(each.messages), when));
    }
    if (forecast.later > 0)
        parts.append(Tr::tr("%1 later", "20 later").arg(QLocale().toString(forecast.later)));
    return parts.isEmpty() ? Tr::tr("No messages") : parts.join(Tr::tr(", ", "between parts of a list"));
}

QString limitWords(const Outbox::LimitWait &wait, const QDateTime &now, const QTimeZone &zone)
{
    return Tr::tr("The account's limit of %1 is reached; the next message may go %2.", "100 messages an hour")
        .arg(words(wait.limit, wait.most), dayAndTime(wait.next, now, zone));
}

QString lateQuestion(qint64 lateMilliseconds)
{
    return Tr::tr("Late by %1: send now?").arg(spanWords(lateMilliseconds));
}

QString warningWords(const Delivery::RetrySchedule &schedule, const QDateTime &created, const QDateTime &now,
                     const QTimeZone &zone)
{
    return Tr::tr("Not delivered for %1. It is tried again until %2, then it is given up.")
        .arg(spanWords(created.msecsTo(now)), dayAndTime(created.addMSecs(schedule.giveUpAfter), now, zone));
}

QString spanWords(qint64 milliseconds)
{
    const auto number = [](qint64 count) { return QLocale().toString(count); };
    if (milliseconds >= 2 * day)
        return Tr::tr("%1 days").arg(number(milliseconds / day));
    if (milliseconds >= hour)
        return Tr::tr("%1 h").arg(number(milliseconds / hour));
    if (milliseconds >= minute)
        return Tr::tr("%1 min").arg(number(milliseconds / minute));
    return Tr::tr("%1 s").arg(number(std::max<qint64>(0, milliseconds) / 1000));
}

} // namespace Ui
