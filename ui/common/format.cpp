#include "ui/common/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
#include <QTextDocument>

namespace Ui {

namespace {

struct Format
{
    Q_DECLARE_TR_FUNCTIONS(Ui::Format)
};

constexpr qint64 second = 1000;
constexpr qint64 minute = 60 * second;
constexpr qint64 hour = 60 * minute;

QString ahead(qint64 span)
{
    if (span < 10 * second)
        return Format::tr("now");
    if (span < minute)
        return Format::tr("in %1 s").arg(QLocale().toString(span / second));
    if (span < hour)
        return Format::tr("in %1 min").arg(QLocale().toString((span + minute / 2) / minute));
    return Format::tr("in %1 h").arg(QLocale().toString((span + hour / 2) / hour));
}

} // namespace

QString sizeText(qint64 octets)
{
    if (octets < 0)
        return {};
    return QLocale().formattedDataSize(octets, octets < 1'000'000 ? 0 : 1, QLocale::DataSizeSIFormat);
}

QString clockFormat()
{
    // Some locales, C among them, have seconds in their short format.
    static const QRegularExpression seconds(QStringLiteral("[:.]ss?"));
    return QLocale().timeFormat(QLocale::ShortFormat).remove(seconds);
}

QString clockText(const QTime &time)
{
    return QLocale().toString(time, clockFormat());
}

QString exactTime(const QDateTime &when)
{
    if (!when.isValid())
        return {};
    const QDateTime local = when.toLocalTime();
    return Format::tr("%1, %2", "day, time")
        .arg(QLocale().toString(local.date(), QLocale::LongFormat),
             QLocale().toString(local.time(), QStringLiteral("HH:mm:ss")));
}

QString relativeTime(const QDateTime &when, const QDateTime &now)
{
    if (!when.isValid())
        return {};
    const qint64 span = now.msecsTo(when);
    const QDateTime local = when.toLocalTime();
    const qint64 days = local.date().daysTo(now.toLocalTime().date());
    const QString clock = clockText(local.time());
    if (span > 0)
        return days == 0 || span < 12 * hour ? ahead(span) : QLocale().toString(local, QLocale::ShortFormat);
    if (-span < minute)
        return Format::tr("just now");
    if (-span < hour)
        return Format::tr("%1 min ago").arg(QLocale().toString(-span / minute));
    if (days == 0)
        return clock;
    if (days == 1)
        return Format::tr("yesterday %1").arg(clock);
    return QLocale().toString(local.date(), QLocale::ShortFormat);
}

QString relativeDue(const QDateTime &when, const QDateTime &now)
{
    return when > now ? relativeTime(when, now) : Format::tr("now");
}

QString durationText(qint64 milliseconds)
{
    if (milliseconds < second)
        return Format::tr("%1 ms").arg(QLocale().toString(milliseconds));
    if (milliseconds < minute)
        return Format::tr("%1 s").arg(QLocale().toString(static_cast<double>(milliseconds) / 1000.0, 'f', 1));
    return Format::tr("%1 min").arg(QLocale().toString((milliseconds + minute / 2) / minute));
}

QString plainToolTip(const QString &text)
{
    return Qt::mightBeRichText(text) ? Qt::convertFromPlainText(text) : text;
}

} // namespace Ui
