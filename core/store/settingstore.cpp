#include "core/store/settingstore.h"

#include "core/base/log.h"
#include "core/store/json.h"

namespace Store {

namespace {

const QString scheduleKey = QStringLiteral("schedule");
const QString retentionKey = QStringLiteral("retention");
const QString holdKey = QStringLiteral("hold");

Base::Result<QJsonObject> written(const Database &database, const QString &key)
{
    const Base::Result<QVariant> value =
        database.value(QStringLiteral("SELECT value FROM setting WHERE key = ?"), {key});
    if (!value)
        return value.error();
    return unpackObject(value->toString());
}

} // namespace

Base::Done SettingStore::write(const QString &key, const QJsonObject &value)
{
    return m_database.write(QStringLiteral("INSERT INTO setting (key, value) VALUES (?, ?) "
                                           "ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
                            {key, pack(value)});
}

Base::Done SettingStore::setSchedule(const Delivery::RetrySchedule &schedule)
{
    const Base::Done done = Delivery::check(schedule);
    return done ? write(scheduleKey, Delivery::toJson(schedule)) : done;
}

Base::Done SettingStore::setEverythingHeld(bool held)
{
    return write(holdKey, {{QStringLiteral("everything"), held}});
}

Base::Result<bool> SettingStore::readEverythingHeld(const Database &database)
{
    const Base::Result<QJsonObject> object = written(database, holdKey);
    return object ? Base::Result<bool>(object->value(QLatin1String("everything")).toBool())
                  : Base::Result<bool>(object.error());
}

Base::Result<Delivery::RetrySchedule> SettingStore::readSchedule(const Database &database)
{
    const Base::Result<QJsonObject> object = written(database, scheduleKey);
    if (!object)
        return object.error();
    const Base::Result<Delivery::RetrySchedule> schedule = Delivery::scheduleFromJson(*object);
    if (schedule)
        return schedule;
    Base::Log::warning(QStringLiteral("The schedule in the books cannot work (%1: %2); the usual one holds")
                           .arg(schedule.error().subject, schedule.error().detail));
    return Delivery::RetrySchedule();
}

Base::Done SettingStore::setRetention(const Delivery::Retention &retention)
{
    const Base::Done done = Delivery::check(retention);
    return done ? write(retentionKey, Delivery::toJson(retention)) : done;
}

Base::Result<Delivery::Retention> SettingStore::readRetention(const Database &database)
{
    const Base::Result<QJsonObject> object = written(database, retentionKey);
    if (!object)
        return object.error();
    const Base::Result<Delivery::Retention> retention = Delivery::retentionFromJson(*object);
    if (retention)
        return retention;
    Base::Log::warning(QStringLiteral("How long to keep messages cannot be read (%1: %2); all are kept")
                           .arg(retention.error().subject, retention.error().detail));
    return Delivery::Retention();
}

} // namespace Store
