#include "ui/common/limitstanding.h"

#include "ui/common/schedulewords.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>

namespace Ui {

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Ui::LimitStanding)
};

constexpr int farEnough = 1000; // messages sent in thought; the rest is "later"

QString number(qint64 value)
{
    return QLocale().toString(value);
}

struct LessonRow
{
    Accounts::Lesson Accounts::Learned::*lesson;
    int days;
    const char *one;
    const char *many;
};

constexpr std::array lessons{
    LessonRow{&Accounts::Learned::perMinute, Accounts::Learned::daysOfRates,
              QT_TRANSLATE_NOOP("Ui::LimitStanding", "1 message a minute"),
              QT_TRANSLATE_NOOP("Ui::LimitStanding", "%1 messages a minute")},
    LessonRow{&Accounts::Learned::perHour, Accounts::Learned::daysOfRates,
              QT_TRANSLATE_NOOP("Ui::LimitStanding", "1 message an hour"),
              QT_TRANSLATE_NOOP("Ui::LimitStanding", "%1 messages an hour")},
    LessonRow{&Accounts::Learned::perDay, Accounts::Learned::daysOfRates,
              QT_TRANSLATE_NOOP("Ui::LimitStanding", "1 message a day"),
              QT_TRANSLATE_NOOP("Ui::LimitStanding", "%1 messages a day")},
    LessonRow{&Accounts::Learned::recipients, Accounts::Learned::daysOfSetUp,
              QT_TRANSLATE_NOOP("Ui::LimitStanding", "1 recipient a message"),
              QT_TRANSLATE_NOOP("Ui::LimitStanding", "%1 recipients a message")},
    LessonRow{&Accounts::Learned::letters, Accounts::Learned::daysOfSetUp,
              QT_TRANSLATE_NOOP("Ui::LimitStanding", "1 message over a connection"),
              QT_TRANSLATE_NOOP("Ui::LimitStanding", "%1 messages over a connection")},
};

QString counted(int count, const char *one, const char *many)
{
    return count == 1 ? Tr::tr(one) : Tr::tr(many).arg(number(count));
}

} // namespace

Outbox::Forecast LimitStanding::forecast(const QDateTime &now, const QTimeZone &zone) const
{
    const int looked = std::min(waiting, farEnough);
    Outbox::Forecast forecast = Outbox::forecast(
        looked, limits, usage, std::max(now, backOffUntil.isValid() ? backOffUntil : now), zone);
    forecast.later += waiting - looked;
    return forecast;
}

LimitStanding standingOf(const Store::MessageQuery &query, const Accounts::Account &account,
                         const QDateTime &now)
{
    LimitStanding standing;
    if (const Base::Result<Accounts::Learned> learned = query.learnedOf(account.id))
        standing.learned = *learned;
    standing.limits = Accounts::tightened(account.limits, standing.learned, now.toUTC().date());
    if (const Base::Result<Accounts::Usage> usage = query.usageOf(account.id, now.addDays(-1)))
        standing.usage = usage->settled(now);
    if (const Base::Result<Store::BackOff> backOff = query.backOffOf(account.id))
        standing.backOffUntil = backOff->until;
    if (const Base::Result<int> waiting = query.waitingOf(account.name))
        standing.waiting = *waiting;
    return standing;
}

std::optional<Outbox::LimitWait> limitOf(const LimitStanding &standing, const Store::MessageRow &message,
                                         const QDateTime &now)
{
    if (!Delivery::isDueState(message.state))
        return std::nullopt;
    std::optional<Outbox::LimitWait> wait = standing.waitOf(message.recipientCount, now);
    if (wait && message.nextAttempt && *message.nextAttempt >= wait->next)
        return std::nullopt; // by then there is room
    return wait;
}

std::optional<Outbox::LimitWait> LimitStandings::limitOf(const Store::MessageRow &message,
                                                         const QDateTime &now)
{
    if (!Delivery::isDueState(message.state) || !message.account.isValid())
        return std::nullopt;
    auto known = m_known.constFind(message.account);
    if (known == m_known.constEnd()) {
        const Base::Result<Accounts::Account> account = m_query.account(message.account);
        known =
            m_known.insert(message.account, account ? standingOf(m_query, *account, now) : LimitStanding());
    }
    return Ui::limitOf(*known, message, now);
}

QString name(Outbox::Limit limit)
{
    switch (limit) {
    case Outbox::Limit::PerMinute:
        return QStringLiteral("per-minute");
    case Outbox::Limit::PerHour:
        return QStringLiteral("per-hour");
    case Outbox::Limit::PerDay:
        return QStringLiteral("per-day");
    case Outbox::Limit::RecipientsPerDay:
        break;
    }
    return QStringLiteral("recipients-per-day");
}

QString words(Outbox::Limit limit, int most)
{
    switch (limit) {
    case Outbox::Limit::PerMinute:
        return counted(most, lessons[0].one, lessons[0].many);
    case Outbox::Limit::PerHour:
        return counted(most, lessons[1].one, lessons[1].many);
    case Outbox::Limit::PerDay:
        return counted(most, lessons[2].one, lessons[2].many);
    case Outbox::Limit::RecipientsPerDay:
        break;
    }
    return most == 1 ? Tr::tr("1 recipient a day") : Tr::tr("%1 recipients a day").arg(number(most));
}

QString words(const Outbox::LimitUse &use)
{
    return Tr::tr("%1 of %2", "312 of 500 messages a day").arg(number(use.used), words(use.limit, use.most));
}

QStringList words(const Accounts::Learned &learned, const QDate &today)
{
    QStringList lines;
    for (const LessonRow &row : lessons) {
        const Accounts::Lesson &lesson = learned.*row.lesson;
        if (const int most = lesson.within(row.days, today); most > 0)
            lines.append(Tr::tr("%1 (%2)", "10 messages an hour, date")
                             .arg(counted(most, row.one, row.many),
                                  QLocale().toString(lesson.on, QLocale::ShortFormat)));
    }
    return lines;
}

QString words(const LimitStanding &standing, const QDateTime &now, const QTimeZone &zone)
{
    QStringList lines;
    for (const Outbox::LimitUse &use : Outbox::usesOf(standing.limits, standing.usage, now))
        lines.append(words(use));
    if (lines.isEmpty())
        lines.append(Tr::tr("%1 sent in the last 24 hours; no limit")
                         .arg(number(standing.usage.since(now.addDays(-1)).messages)));
    if (standing.waiting > 0)
        lines.append(Tr::tr("Waiting: %1", "460 today, 20 tomorrow 09:12")
                         .arg(words(standing.forecast(now, zone), now, zone)));
    return lines.join(QLatin1Char('\n'));
}

} // namespace Ui
