#pragma once

// The settings of the home by the names of the command line: one table says how each is shown and set. The
// names are a contract.

#include "core/delivery/retention.h"
#include "core/delivery/retryschedule.h"

#include <QJsonObject>

namespace App {

/// All that can be set, as it is in the books.
struct HomeSettings
{
    Delivery::RetrySchedule schedule;
    Delivery::Retention retention;
};

/// Every name, in the order in which they are shown.
QStringList settingKeys();
/// "1, 2, 5 minutes": for people.
QString settingText(const HomeSettings &home, const QString &key);
/// All of them; spans are seconds.
QJsonObject settingsJson(const HomeSettings &home);
/// BadSetting with the name in `subject` and what it may be in `detail`; "default" is a value, too. Whether
/// all of them together can work is Delivery::check()'s business.
Base::Done applySetting(HomeSettings &home, const QString &key, const QString &value);
/// The name for a field of the schedule ("warnAfter"), to tell what Delivery::check() complains of.
QString settingKeyOf(const QString &field);

} // namespace App
