#pragma once

// What holds for the whole home, in the books: the window and the command line go by the same. What concerns
// a window alone stands in ui/settings/preferences.

#include "core/delivery/retention.h"
#include "core/delivery/retryschedule.h"
#include "core/store/database.h"

namespace Store {

class SettingStore
{
public:
    explicit SettingStore(Database &database)
        : m_database(database)
    {
    }

    /// BadSetting, and the old one holds, when check() refuses it.
    Base::Done setSchedule(const Delivery::RetrySchedule &schedule);
    Base::Result<Delivery::RetrySchedule> schedule() const { return readSchedule(m_database); }
    /// The same.
    Base::Done setRetention(const Delivery::Retention &retention);
    Base::Result<Delivery::Retention> retention() const { return readRetention(m_database); }

    /// Nothing more begins through any account until a person says so.
    Base::Done setEverythingHeld(bool held);

    // shared with the reading side
    static Base::Result<bool> readEverythingHeld(const Database &database);
    /// The default where nothing is written, or what is written cannot work: mail goes on.
    static Base::Result<Delivery::RetrySchedule> readSchedule(const Database &database);
    /// Where it cannot be read everything is kept.
    static Base::Result<Delivery::Retention> readRetention(const Database &database);

private:
    Base::Done write(const QString &key, const QJsonObject &value);

    Database &m_database;
};

} // namespace Store
