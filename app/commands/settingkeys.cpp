#include "app/commands/settingkeys.h"

#include "app/commands/command.h"
#include "ui/common/scheduletext.h"

#include <QJsonArray>

#include <array>

namespace App {

namespace {

using Base::Error;
using Base::ErrorKind;
using Delivery::RetrySchedule;

const QString defaultWord = QStringLiteral("default");

/// A span of the schedule.
struct SpanRow
{
    const char *key;
    const char *field; ///< as Delivery::check() calls it
    qint64 RetrySchedule::*span;
    const char *none; ///< what 0 means; null: it cannot be 0
};

constexpr std::array spans{
    SpanRow{"retry-every", "repeat", &RetrySchedule::repeat, nullptr},
    SpanRow{"warn-after", "warnAfter", &RetrySchedule::warnAfter, QT_TRANSLATE_NOOP("Command", "never")},
    SpanRow{"give-up-after", "giveUpAfter", &RetrySchedule::giveUpAfter, nullptr},
    SpanRow{"undo", "undoDelay", &RetrySchedule::undoDelay, QT_TRANSLATE_NOOP("Command", "off")},
    SpanRow{"ask-when-late", "lateAfter", &RetrySchedule::lateAfter, QT_TRANSLATE_NOOP("Command", "never")},
};

const QString delaysKey = QStringLiteral("retry-delays");
const QString jitterKey = QStringLiteral("retry-jitter");

/// A number from 0 that stands for itself.
struct NumberRow
{
    const char *key;
    int Delivery::Retention::*number;
    int most;
    const char *none;
    const char *text; ///< %1: the number
};

constexpr std::array numbers{
    NumberRow{"keep-days", &Delivery::Retention::days, Delivery::Retention::mostDays,
              QT_TRANSLATE_NOOP("Command", "for ever"), QT_TRANSLATE_NOOP("Command", "%1 days")},
    NumberRow{"keep-size", &Delivery::Retention::megabytes, Delivery::Retention::mostMegabytes,
              QT_TRANSLATE_NOOP("Command", "any size"), QT_TRANSLATE_NOOP("Command", "%1 MB")},
};

const NumberRow *numberOf(const QString &key)
{
    for (const NumberRow &row : numbers) {
        if (key == QLatin1String(row.key))
            return &row;
    }
    return nullptr;
}

const SpanRow *spanOf(const QString &key)
{
    for (const SpanRow &row : spans) {
        if (key == QLatin1String(row.key))
            return &row;
    }
    return nullptr;
}

Error bad(const QString &key, const QString &why)
{
    return {ErrorKind::BadSetting, key, why};
}

Base::Done applyDelays(RetrySchedule &schedule, const QString &value)
{
    QList<qint64> delays;
    for (const QString &each : value.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        const std::optional<qint64> span = Ui::spanFrom(each, RetrySchedule::second);
        if (!span)
            return bad(delaysKey, QStringLiteral("a list such as 60,120,5m,1h"));
        delays.append(*span);
    }
    schedule.delays = delays;
    return {};
}

Base::Done applyJitter(RetrySchedule &schedule, const QString &value)
{
    bool ok = false;
    const int percent = value.toInt(&ok);
    if (!ok)
        return bad(jitterKey, QStringLiteral("a number from 0 to 50"));
    schedule.jitterPercent = percent;
    return {};
}

Base::Done applyNumber(int &number, const NumberRow &row, const QString &value)
{
    bool ok = false;
    const int wanted = value.toInt(&ok);
    if (!ok || wanted < 0 || wanted > row.most)
        return bad(QString::fromLatin1(row.key), QStringLiteral("a number from 0 to %1").arg(row.most));
    number = wanted;
    return {};
}

/// One of the schedule's.
Base::Done applySpan(RetrySchedule &schedule, const QString &key, const QString &value)
{
    const bool isDefault = value == defaultWord;
    if (key == delaysKey && !isDefault)
        return applyDelays(schedule, value);
    if (key == jitterKey && !isDefault)
        return applyJitter(schedule, value);
    if (key == delaysKey)
        schedule.delays = RetrySchedule().delays;
    if (key == jitterKey)
        schedule.jitterPercent = RetrySchedule().jitterPercent;
    const SpanRow *row = spanOf(key);
    if (!row)
        return {};
    const std::optional<qint64> span =
        isDefault ? std::optional(RetrySchedule().*row->span) : Ui::spanFrom(value, RetrySchedule::second);
    if (!span)
        return bad(key, QStringLiteral("a number of seconds, or one with a unit such as 90s, 15m, 4h or 5d"));
    schedule.*row->span = *span;
    return {};
}

} // namespace

QStringList settingKeys()
{
    QStringList keys{delaysKey};
    for (const SpanRow &row : spans)
        keys.append(QString::fromLatin1(row.key));
    keys.insert(2, jitterKey);
    for (const NumberRow &row : numbers)
        keys.append(QString::fromLatin1(row.key));
    return keys;
}

QString settingText(const HomeSettings &home, const QString &key)
{
    if (key == delaysKey)
        return Ui::delaysText(home.schedule.delays);
    if (key == jitterKey)
        return tr("up to %1 % longer").arg(home.schedule.jitterPercent);
    if (const NumberRow *row = numberOf(key)) {
        const int number = home.retention.*row->number;
        return number == 0 ? tr(row->none) : tr(row->text).arg(number);
    }
    const SpanRow *row = spanOf(key);
    if (!row)
        return {};
    const qint64 span = home.schedule.*row->span;
    return span == 0 && row->none ? tr(row->none) : Ui::spanText(span);
}

QJsonObject settingsJson(const HomeSettings &home)
{
    QJsonArray delays;
    for (const qint64 delay : home.schedule.delays)
        delays.append(delay / RetrySchedule::second);
    QJsonObject object{{delaysKey, delays}, {jitterKey, home.schedule.jitterPercent}};
    for (const SpanRow &row : spans)
        object.insert(QString::fromLatin1(row.key), home.schedule.*row.span / RetrySchedule::second);
    for (const NumberRow &row : numbers)
        object.insert(QString::fromLatin1(row.key), home.retention.*row.number);
    return object;
}

Base::Done applySetting(HomeSettings &home, const QString &key, const QString &value)
{
    if (const NumberRow *row = numberOf(key))
        return applyNumber(home.retention.*row->number, *row,
                           value == defaultWord ? QStringLiteral("0") : value);
    return applySpan(home.schedule, key, value);
}

QString settingKeyOf(const QString &field)
{
    for (const SpanRow &row : spans) {
        if (field == QLatin1String(row.field))
            return QString::fromLatin1(row.key);
    }
    return field == QLatin1String("delays") ? delaysKey : jitterKey;
}

} // namespace App
