#include "app/commands/accountlimits.h"

#include "app/commands/command.h"
#include "core/accounts/providers.h"
#include "ui/common/providerwords.h"

#include <QJsonArray>

#include <array>

namespace App {

namespace {

using Base::Error;
using Base::ErrorKind;

struct Row
{
    const char *option;
    const char *words;
    int Accounts::Limits::*most;
};

constexpr std::array rows{
    Row{"per-minute", QT_TRANSLATE_NOOP("Command", "Messages a minute, any 60 seconds; 0: any number."),
        &Accounts::Limits::perMinute},
    Row{"per-hour", QT_TRANSLATE_NOOP("Command", "Messages an hour, any 60 minutes; 0: any number."),
        &Accounts::Limits::perHour},
    Row{"per-day", QT_TRANSLATE_NOOP("Command", "Messages a day, any 24 hours; 0: any number."),
        &Accounts::Limits::perDay},
    Row{"recipients-per-day", QT_TRANSLATE_NOOP("Command", "Recipients a day, any 24 hours; 0: any number."),
        &Accounts::Limits::recipientsPerDay},
    Row{"recipients-per-message",
        QT_TRANSLATE_NOOP("Command", "Recipients a message; more go in several. 0: any number."),
        &Accounts::Limits::recipientsPerMessage},
};

QString ids()
{
    QStringList ids;
    for (const Accounts::Provider &each : Accounts::providers())
        ids.append(each.id);
    return ids.join(QStringLiteral(", "));
}

std::optional<Accounts::Provider> wanted(const QCommandLineParser &parser)
{
    return Accounts::provider(parser.value(QStringLiteral("provider")));
}

/// "25000000", "25M", "500k": as disks and mail servers count.
std::optional<qint64> octets(QString text)
{
    qint64 factor = 1;
    for (const auto &[suffix, times] : {std::pair{'k', 1000}, std::pair{'M', 1'000'000}}) {
        if (text.endsWith(QLatin1Char(suffix))) {
            factor = times;
            text.chop(1);
            break;
        }
    }
    bool ok = false;
    const qint64 number = text.toInt(&ok);
    return ok && number >= 0 ? std::optional(number * factor) : std::nullopt;
}

} // namespace

void addLimitOptions(QCommandLineParser &parser)
{
    parser.addOption(
        {QStringLiteral("provider"),
         tr("Takes server, sign-in, user and limits from the table of well-known providers; what is "
            "given beside it goes before. One of %1.")
             .arg(ids()),
         QStringLiteral("ID")});
    for (const Row &row : rows)
        parser.addOption({QString::fromLatin1(row.option), tr(row.words), QStringLiteral("N")});
    parser.addOption({QStringLiteral("max-size"),
                      tr("Octets a message may have as it goes out (25M, 500k); 0: any number."),
                      QStringLiteral("N")});
}

Base::Done applyProvider(Accounts::Account &account, const QCommandLineParser &parser)
{
    if (!parser.isSet(QStringLiteral("provider")))
        return {};
    if (const std::optional<Accounts::Provider> provider = wanted(parser))
        return Accounts::fill(account, *provider);
    return Error{ErrorKind::BadAccount, QStringLiteral("provider"),
                 QStringLiteral("\"%1\" is none of %2").arg(parser.value(QStringLiteral("provider")), ids())};
}

Base::Done applyLimits(Accounts::Limits &limits, const QCommandLineParser &parser)
{
    for (const Row &row : rows) {
        const QString option = QString::fromLatin1(row.option);
        if (!parser.isSet(option))
            continue;
        bool ok = false;
        limits.*row.most = parser.value(option).toInt(&ok);
        if (!ok)
            return Error{ErrorKind::BadAccount, option, QStringLiteral("a number, or 0 for no limit")};
    }
    const QString size = QStringLiteral("max-size");
    if (!parser.isSet(size))
        return {};
    const std::optional<qint64> most = octets(parser.value(size));
    if (!most)
        return Error{ErrorKind::BadAccount, size,
                     QStringLiteral("a number of octets such as 25M or 500k, or 0 for no limit")};
    limits.messageSize = *most;
    return {};
}

void addStanding(QJsonObject &object, const Ui::LimitStanding &standing, const QDateTime &now)
{
    const auto time = [](const QDateTime &when) { return when.toUTC().toString(Qt::ISODate); };
    QJsonArray usage;
    for (const Outbox::LimitUse &use : Outbox::usesOf(standing.limits, standing.usage, now))
        usage.append(QJsonObject{{QStringLiteral("limit"), Ui::name(use.limit)},
                                 {QStringLiteral("used"), use.used},
                                 {QStringLiteral("most"), use.most}});
    const Outbox::Forecast forecast = standing.forecast(now, QTimeZone::systemTimeZone());
    QJsonArray days;
    for (const Outbox::ForecastDay &day : forecast.days)
        days.append(QJsonObject{{QStringLiteral("date"), day.date.toString(Qt::ISODate)},
                                {QStringLiteral("messages"), day.messages},
                                {QStringLiteral("first"), time(day.first)},
                                {QStringLiteral("last"), time(day.last)}});
    object.insert(QStringLiteral("learned"), Accounts::toJson(standing.learned));
    object.insert(QStringLiteral("usage"), usage);
    object.insert(QStringLiteral("sentInADay"), standing.usage.since(now.addDays(-1)).messages);
    object.insert(QStringLiteral("waiting"), standing.waiting);
    object.insert(QStringLiteral("forecast"),
                  QJsonObject{{QStringLiteral("days"), days}, {QStringLiteral("later"), forecast.later}});
}

QStringList standingLines(const Ui::LimitStanding &standing, const QDateTime &now)
{
    QStringList lines;
    for (const QString &lesson : Ui::words(standing.learned, now.toUTC().date()))
        lines.append(tr("learned from the server: %1").arg(lesson));
    lines.append(Ui::words(standing, now, QTimeZone::systemTimeZone()).split(QLatin1Char('\n')));
    return lines;
}

QString providerHint(const QString &from)
{
    const std::optional<Accounts::Provider> provider = Accounts::providerFor(from);
    return provider ? tr("--provider %1 knows the server of that address.").arg(provider->id) : QString();
}

QString signInAdvice(const QCommandLineParser &parser)
{
    const std::optional<Accounts::Provider> provider = wanted(parser);
    if (!provider)
        return {};
    const QString advice = Ui::signInAdvice(*provider);
    return provider->signIn == Accounts::SignIn::OAuth2
               ? tr("%1 Name it with --password-command.").arg(advice)
               : advice;
}

} // namespace App
