#pragma once

// The outbox's patience as a person reads and writes it: delays as a list, spans with their units, what the
// whole comes to, and what is wrong with it. No widgets: the command line uses it too.

#include "core/delivery/retryschedule.h"

#include <QTimeZone>

namespace Ui {

/// "1, 2, 5, 10, 15, 30 minutes", "30 seconds, 1, 2 minutes, 1 hour": a unit stands behind the last of its
/// numbers. Empty for none.
QString delaysText(const QList<qint64> &delays);
/// What delaysText() writes, in the person's words or in English, and its likes ("60s, 5m; 1 h"). A number
/// without a unit has the one of the next that has one, and minutes at the end. BadSetting ("delays") with
/// what cannot be read in `detail`.
Base::Result<QList<qint64>> delaysFrom(const QString &text);

/// "4 hours", "90 seconds": the largest unit that comes out even.
QString spanText(qint64 milliseconds);
/// "4h", "90 s", "5 days"; without a unit in `bare`. None when it is no such thing.
std::optional<qint64> spanFrom(const QString &text, qint64 bare);

/// "Tried 10 times in the first 5 hours, then every hour; given up Thursday 12:00, after 126 attempts." For a
/// message that is deferred from now on.
QString scheduleText(const Delivery::RetrySchedule &schedule, const QDateTime &now, const QTimeZone &zone);

/// What Delivery::check() has against a schedule, and what to write instead.
QString scheduleProblem(const Base::Error &error);

} // namespace Ui
