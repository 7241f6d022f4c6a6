#include "core/store/settingstore.h"

#include "core/base/log.h"
#include "core/store/json.h"

namespace Store {

namespace {

const QString scheduleKey = QStringLiteral("schedule");
const QString heldKey = QStringLiteral("everything-held");

Base::Result<QVariant> get(const Database &database, const QString &key)
{
    return database.value(QStringLiteral("SELECT value FROM setting WHERE key = ?"), {key});
}

} // namespace

Base::Done SettingStore::setSchedule(const Delivery::RetrySchedule &schedule)
{
    if (const Base::Done done = Delivery::check(schedule); !done)
        return done;
    return set(scheduleKey, pack(Delivery::toJson(schedule)));
}

Base::Done SettingStore::set(const QString &key, const QString &value)
{
    return m_database.write(QStringLiteral("INSERT INTO setting (key, value) VALUES (?, ?) "
                                           "ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
                            {key, value});
}

Base::Done SettingStore::setEverythingHeld(bool held)
{
    return set(heldKey, held ? QStringLiteral("true") : QStringLiteral("false"));
}

Base::Result<bool> SettingStore::readEverythingHeld(const Database &database)
{
    const Base::Result<QVariant> written = get(database, heldKey);
    return written ? Base::Result<bool>(written->toString() == QLatin1String("true"))
                   : Base::Result<bool>(written.error());
}

Base::Result<Delivery::RetrySchedule> SettingStore::readSchedule(const Database &database)
{
    const Base::Result<QVariant> written = get(database, scheduleKey);
    if (!written)
        return written.error();
    const Base::Result<Delivery::RetrySchedule> schedule =
        Delivery::scheduleFromJson(unpackObject(written->toString()));
    if (schedule)
        return schedule;
    Base::Log::warning(QStringLiteral("The schedule in the books cannot work (%1: %2); the usual one holds")
                           .arg(schedule.error().subject, schedule.error().detail));
    return Delivery::RetrySchedule();
}

} // namespace Store
