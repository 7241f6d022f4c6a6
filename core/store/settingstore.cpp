#include "core/store/settingstore.h"

#include "core/base/log.h"
#include "core/store/json.h"

namespace Store {

namespace {

const QString scheduleKey = QStringLiteral("schedule");

} // namespace

Base::Done SettingStore::setSchedule(const Delivery::RetrySchedule &schedule)
{
    if (const Base::Done done = Delivery::check(schedule); !done)
        return done;
    return m_database.write(QStringLiteral("INSERT INTO setting (key, value) VALUES (?, ?) "
                                           "ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
                            {scheduleKey, pack(Delivery::toJson(schedule))});
}

Base::Result<Delivery::RetrySchedule> SettingStore::readSchedule(const Database &database)
{
    const Base::Result<QVariant> written =
        database.value(QStringLiteral("SELECT value FROM setting WHERE key = ?"), {scheduleKey});
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
