#include "ui/common/scheduletext.h"

#include "ui/common/schedulewords.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>

#include <array>

namespace Ui {

namespace {

using Base::Error;
using Base::ErrorKind;
using Delivery::RetrySchedule;

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Ui::ScheduleText)
};

struct Unit
{
    qint64 length;
    const char *beginnings; ///< of what may be typed for it
    const char *one;
    const char *many;
};

constexpr std::array units{
    Unit{RetrySchedule::day, "d days", QT_TRANSLATE_NOOP("Ui::ScheduleText", "day"),
         QT_TRANSLATE_NOOP("Ui::ScheduleText", "days")},
    Unit{RetrySchedule::hour, "h hrs hours", QT_TRANSLATE_NOOP("Ui::ScheduleText", "hour"),
         QT_TRANSLATE_NOOP("Ui::ScheduleText", "hours")},
    Unit{RetrySchedule::minute, "m mins minutes", QT_TRANSLATE_NOOP("Ui::ScheduleText", "minute"),
         QT_TRANSLATE_NOOP("Ui::ScheduleText", "minutes")},
    Unit{RetrySchedule::second, "s secs seconds", QT_TRANSLATE_NOOP("Ui::ScheduleText", "second"),
         QT_TRANSLATE_NOOP("Ui::ScheduleText", "seconds")},
};

constexpr int mostDigits = 9; // no span of that many of any unit overflows

const Unit &unitOf(qint64 span)
{
    for (const Unit &unit : units) {
        if (span > 0 && span % unit.length == 0)
            return unit;
    }
    return units.back();
}

QString unitText(const Unit &unit, qint64 count)
{
    return Tr::tr(count == 1 ? unit.one : unit.many);
}

/// "m", "min", "mins", "minute", "minutes", and the person's own words.
const Unit *unitNamed(const QString &name)
{
    for (const Unit &unit : units) {
        QStringList forms = QString::fromLatin1(unit.beginnings).split(QLatin1Char(' '));
        for (const QString &plural : QStringList(forms)) {
            if (plural.endsWith(QLatin1Char('s')) && plural.size() > 1)
                forms.append(plural.chopped(1));
        }
        forms.append({Tr::tr(unit.one), Tr::tr(unit.many)});
        if (forms.contains(name, Qt::CaseInsensitive))
            return &unit;
    }
    return nullptr;
}

struct Part
{
    qint64 number = 0;
    const Unit *unit = nullptr; ///< null: none was written
};

std::optional<Part> partFrom(const QString &text)
{
    static const QRegularExpression form(QStringLiteral("^(\\d{1,%1})\\s*(\\p{L}*)\\.?$").arg(mostDigits));
    const QRegularExpressionMatch match = form.match(text.trimmed());
    if (!match.hasMatch())
        return std::nullopt;
    const QString name = match.captured(2);
    const Part part{match.captured(1).toLongLong(), name.isEmpty() ? nullptr : unitNamed(name)};
    return name.isEmpty() || part.unit ? std::optional(part) : std::nullopt;
}

struct Problem
{
    const char *field;
    const char *detail; ///< a word of the error's detail that tells two troubles of a field apart; or empty
    const char *words;
};

constexpr std::array problems{
    Problem{"delays", "too many", QT_TRANSLATE_NOOP("Ui::ScheduleText", "At most 50 delays.")},
    Problem{
        "delays", "",
        QT_TRANSLATE_NOOP("Ui::ScheduleText",
                          "Numbers and units, such as “1, 2, 5, 10 minutes, 1 hour”; each from 10 seconds "
                          "to a day.")},
    Problem{"repeat", "", QT_TRANSLATE_NOOP("Ui::ScheduleText", "From one minute to a day.")},
    Problem{"jitterPercent", "", QT_TRANSLATE_NOOP("Ui::ScheduleText", "From 0 to 50.")},
    Problem{"warnAfter", "before",
            QT_TRANSLATE_NOOP("Ui::ScheduleText", "The warning has to come before a message is given up.")},
    Problem{"warnAfter", "",
            QT_TRANSLATE_NOOP("Ui::ScheduleText", "From one minute to 30 days, or 0 for never.")},
    Problem{"giveUpAfter", "longest",
            QT_TRANSLATE_NOOP("Ui::ScheduleText",
                              "A message would be given up before its longest delay is over: give it more "
                              "time, or make that delay shorter.")},
    Problem{"giveUpAfter", "", QT_TRANSLATE_NOOP("Ui::ScheduleText", "From one hour to 30 days.")},
    Problem{"undoDelay", "", QT_TRANSLATE_NOOP("Ui::ScheduleText", "From 0 to 120 seconds.")},
    Problem{"lateAfter", "",
            QT_TRANSLATE_NOOP("Ui::ScheduleText", "From one minute to 30 days, or 0 for never.")},
};

} // namespace

QString delaysText(const QList<qint64> &delays)
{
    QStringList parts;
    for (qsizetype i = 0; i < delays.size(); ++i) {
        const Unit &unit = unitOf(delays.at(i));
        const qint64 count = delays.at(i) / unit.length;
        const bool isLast = i + 1 == delays.size() || unitOf(delays.at(i + 1)).length != unit.length;
        const QString number = QString::number(count);
        parts.append(isLast ? Tr::tr("%1 %2", "30 minutes").arg(number, unitText(unit, count)) : number);
    }
    return parts.join(QStringLiteral(", "));
}

Base::Result<QList<qint64>> delaysFrom(const QString &text)
{
    static const QRegularExpression between(QStringLiteral("[,;]"));
    QList<qint64> delays;
    if (text.trimmed().isEmpty())
        return delays;
    QStringList words = text.split(between);
    const Unit *unit = unitNamed(QStringLiteral("minutes"));
    while (!words.isEmpty()) { // from the end: a unit counts for those before it
        const QString word = words.takeLast();
        const std::optional<Part> part = partFrom(word);
        if (!part)
            return Error{ErrorKind::BadSetting, QStringLiteral("delays"), word.trimmed()};
        unit = part->unit ? part->unit : unit;
        delays.prepend(part->number * unit->length);
    }
    return delays;
}

QString spanText(qint64 milliseconds)
{
    const Unit &unit = unitOf(milliseconds);
    const qint64 count = milliseconds / unit.length;
    return Tr::tr("%1 %2", "30 minutes").arg(QLocale().toString(count), unitText(unit, count));
}

std::optional<qint64> spanFrom(const QString &text, qint64 bare)
{
    const std::optional<Part> part = partFrom(text);
    return part ? std::optional(part->number * (part->unit ? part->unit->length : bare)) : std::nullopt;
}

QString scheduleText(const Delivery::RetrySchedule &schedule, const QDateTime &now, const QTimeZone &zone)
{
    const qint64 early = std::min(5 * RetrySchedule::hour, schedule.giveUpAfter);
    const int first = Delivery::attemptsWithin(schedule, early);
    const QString times = first == 1
                              ? Tr::tr("Tried once in the first %1, then every %2")
                              : Tr::tr("Tried %n times in the first %1, then every %2", nullptr, first);
    const Unit &unit = unitOf(schedule.repeat);
    const QString every = schedule.repeat == unit.length ? unitText(unit, 1) : spanText(schedule.repeat);
    return Tr::tr("%1; given up %2, after %3 attempts.", "what is tried, Thursday 12:00, number")
        .arg(times.arg(spanText(early), every), dayAndTime(now.addMSecs(schedule.giveUpAfter), now, zone),
             QLocale().toString(Delivery::attemptsWithin(schedule, schedule.giveUpAfter)));
}

QString scheduleProblem(const Base::Error &error)
{
    for (const Problem &problem : problems) {
        if (error.subject == QLatin1String(problem.field) &&
            error.detail.contains(QLatin1String(problem.detail)))
            return Tr::tr(problem.words);
    }
    return {};
}

} // namespace Ui
