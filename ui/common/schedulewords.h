#pragma once

// When messages leave, for people: what limits allow and when, what is late, what takes long. The command
// line uses it too.

#include "core/delivery/retryschedule.h"
#include "core/outbox/forecast.h"

#include <QTimeZone>

namespace Ui {

/// "460 today, 20 tomorrow 09:12, 5 Tuesday 09:12", "480 today 15:40" when none goes at once; "No messages"
/// for none. `zone` is the one the forecast was made for.
QString words(const Outbox::Forecast &forecast, const QDateTime &now, const QTimeZone &zone);

/// "The account's limit of 100 messages an hour is reached; the next message may go today 14:06."
QString limitWords(const Outbox::LimitWait &wait, const QDateTime &now, const QTimeZone &zone);

/// "Late by 3 h: send now?"
QString lateQuestion(qint64 lateMilliseconds);

/// "Not delivered for 4 h. It is tried again until 26 November 18:00, then it is given up."
QString warningWords(const Delivery::RetrySchedule &schedule, const QDateTime &created, const QDateTime &now,
                     const QTimeZone &zone);

/// "2 days", "3 h", "45 min", "20 s": the largest unit that is full.
QString spanWords(qint64 milliseconds);

/// "today 15:40", "tomorrow 09:12", "Tuesday 09:12" within a week, "1 December 09:12" behind it.
QString dayAndTime(const QDateTime &when, const QDateTime &now, const QTimeZone &zone);

} // namespace Ui
