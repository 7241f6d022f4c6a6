#include "core/delivery/retention.h"

#include <array>

namespace Delivery {

namespace {

struct Row
{
    const char *key;
    int Retention::*number;
    int most;
};

constexpr std::array rows{Row{"days", &Retention::days, Retention::mostDays},
                          Row{"megabytes", &Retention::megabytes, Retention::mostMegabytes}};

} // namespace

std::optional<QDateTime> Retention::before(const QDateTime &now) const
{
    return days > 0 ? std::optional(now.addDays(-days)) : std::nullopt;
}

std::optional<qint64> Retention::most() const
{
    return megabytes > 0 ? std::optional(megabytes * 1'000'000LL) : std::nullopt;
}

Base::Done check(const Retention &retention)
{
    for (const Row &row : rows) {
        const int number = retention.*row.number;
        if (number < 0 || number > row.most)
            return Base::Error{Base::ErrorKind::BadSetting, QString::fromLatin1(row.key),
                               QStringLiteral("a number from 0 to %1").arg(row.most)};
    }
    return {};
}

QJsonObject toJson(const Retention &retention)
{
    QJsonObject object;
    for (const Row &row : rows)
        object.insert(QString::fromLatin1(row.key), retention.*row.number);
    return object;
}

Base::Result<Retention> retentionFromJson(const QJsonObject &object)
{
    Retention retention;
    for (const Row &row : rows) {
        const QJsonValue value = object.value(QLatin1String(row.key));
        if (!value.isUndefined())
            retention.*row.number = value.toInt(-1); // what is no whole number, check() refuses
    }
    if (const Base::Done done = check(retention); !done)
        return done.error();
    return retention;
}

} // namespace Delivery
