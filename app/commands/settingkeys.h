#pragma once

// The settings of the home by the names of the command line: one table says how each is shown and set. The
// names are a contract.

#include "core/delivery/retryschedule.h"

#include <QJsonObject>

namespace App {

/// Every name, in the order in which they are shown.
QStringList settingKeys();
/// "1, 2, 5 minutes": for people.
QString settingText(const Delivery::RetrySchedule &schedule, const QString &key);
/// All of them; spans are seconds.
QJsonObject settingsJson(const Delivery::RetrySchedule &schedule);
/// BadSetting with the name in `subject` and what it may be in `detail`; "default" is a value, too. Whether
/// all of them together can work is Delivery::check()'s business.
Base::Done applySetting(Delivery::RetrySchedule &schedule, const QString &key, const QString &value);
/// The name for a field of the schedule ("warnAfter"), to tell what Delivery::check() complains of.
QString settingKeyOf(const QString &field);

} // namespace App
