#include "core/accounts/limits.h"

#include <algorithm>
#include <array>

namespace Accounts {

namespace {

struct Row
{
    const char *key;
    const char *option;
    int Limits::*most;
};

constexpr std::array rows{
    Row{"perMinute", "per-minute", &Limits::perMinute},
    Row{"perHour", "per-hour", &Limits::perHour},
    Row{"perDay", "per-day", &Limits::perDay},
    Row{"recipientsPerDay", "recipients-per-day", &Limits::recipientsPerDay},
    Row{"recipientsPerMessage", "recipients-per-message", &Limits::recipientsPerMessage},
};
constexpr int mostOfAll = 100'000'000;

struct LessonRow
{
    const char *key;
    Lesson Learned::*lesson;
};

constexpr std::array lessons{
    LessonRow{"recipients", &Learned::recipients}, LessonRow{"letters", &Learned::letters},
    LessonRow{"perMinute", &Learned::perMinute},   LessonRow{"perHour", &Learned::perHour},
    LessonRow{"perDay", &Learned::perDay},
};

Base::Error bad(const char *option, const QString &why)
{
    return {Base::ErrorKind::BadAccount, QString::fromLatin1(option), why};
}

int tighter(int one, int other)
{
    return one == 0 || other == 0 ? std::max(one, other) : std::min(one, other);
}

} // namespace

Base::Done check(const Limits &limits)
{
    for (const Row &row : rows) {
        if (limits.*row.most < 0 || limits.*row.most > mostOfAll)
            return bad(row.option, QStringLiteral("a number from 1 to %1, or 0 for no limit").arg(mostOfAll));
    }
    if (limits.messageSize < 0 || (limits.messageSize > 0 && limits.messageSize < 1000))
        return bad("max-size", QStringLiteral("a number of octets from 1000, or 0 for no limit"));
    return {};
}

void write(QJsonObject &object, const Limits &limits)
{
    for (const Row &row : rows)
        object.insert(QString::fromLatin1(row.key), limits.*row.most);
    object.insert(QStringLiteral("messageSize"), limits.messageSize);
}

Limits limitsFrom(const QJsonObject &object)
{
    Limits limits;
    for (const Row &row : rows)
        limits.*row.most = std::clamp(object.value(QLatin1String(row.key)).toInt(), 0, mostOfAll);
    const qint64 size = object.value(QLatin1String("messageSize")).toInteger();
    limits.messageSize = size < 1000 ? 0 : size;
    return limits;
}

int Lesson::within(int days, const QDate &today) const
{
    const qint64 age = on.daysTo(today);
    return on.isValid() && age >= -1 && age < days ? most : 0;
}

QJsonObject toJson(const Learned &learned)
{
    QJsonObject object;
    for (const LessonRow &row : lessons) {
        const Lesson &lesson = learned.*row.lesson;
        if (lesson.most > 0)
            object.insert(QString::fromLatin1(row.key),
                          QJsonObject{{QStringLiteral("most"), lesson.most},
                                      {QStringLiteral("on"), lesson.on.toString(Qt::ISODate)}});
    }
    return object;
}

Learned learnedFromJson(const QJsonObject &object)
{
    Learned learned;
    for (const LessonRow &row : lessons) {
        const QJsonObject written = object.value(QLatin1String(row.key)).toObject();
        const int most = written.value(QLatin1String("most")).toInt();
        const QDate on = QDate::fromString(written.value(QLatin1String("on")).toString(), Qt::ISODate);
        if (most > 0 && on.isValid())
            learned.*row.lesson = {most, on};
    }
    return learned;
}

Limits tightened(const Limits &limits, const Learned &learned, const QDate &today)
{
    const auto rate = [&today](int most, const Lesson &lesson) {
        return tighter(most, lesson.within(Learned::daysOfRates, today));
    };
    Limits tight = limits;
    tight.recipientsPerMessage = tighter(limits.recipientsPerMessage, learned.recipientsAt(today));
    tight.perMinute = rate(limits.perMinute, learned.perMinute);
    tight.perHour = rate(limits.perHour, learned.perHour);
    tight.perDay = rate(limits.perDay, learned.perDay);
    return tight;
}

} // namespace Accounts
