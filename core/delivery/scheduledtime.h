#pragma once

// "Send on the 29th of March at half past two, Berlin's time": what a person chose, kept as it was chosen.
// The moment it stands for is worked out when it is needed, so that a change of summer time, or of the rules
// for it, in between does not move it by an hour.

#include "core/base/result.h"

#include <QDateTime>
#include <QJsonObject>
#include <QTimeZone>

namespace Delivery {

struct ScheduledTime
{
    QDateTime local;  ///< date and time on the clocks of the zone; its own time spec means nothing
    QByteArray zone;  ///< IANA name, or "UTC+01:00"
    QDateTime chosen; ///< UTC: the moment, as it was when it was chosen

    bool isNull() const { return !local.isValid(); }
    friend bool operator==(const ScheduledTime &, const ScheduledTime &) = default;
};

/// When a message leaves: at once, in a moment unless it is taken back, or at a time a person chose.
struct Departure
{
    bool isUndoable = false; ///< without a time: after the home's undo delay
    ScheduledTime at;        ///< null: none was chosen

    friend bool operator==(const Departure &, const Departure &) = default;
};

/// That date and time on the clocks of that zone.
ScheduledTime scheduled(const QDate &date, const QTime &time, const QTimeZone &zone);

/// UTC. A time that the clocks leap over is read by those of before (02:30 becomes 03:30), one that they show
/// twice is the first (RFC 5545 §3.3.5). Where the zone is not known any more, the moment that was chosen.
QDateTime momentOf(const ScheduledTime &time);

/// "2026-11-22T09:00", with seconds or without, a space for the T, behind it nothing (the zone given), "Z",
/// an offset ("+01:00") or a zone ("Europe/Berlin", also in brackets as in RFC 9557); "09:00", which is the
/// next one; "+90m", "+2h", "+3d" from now. BadTime with the text in `subject` when it is none of these, or
/// lies in the past.
Base::Result<ScheduledTime> scheduledFrom(const QString &text, const QDateTime &now, const QTimeZone &zone);

QJsonObject toJson(const ScheduledTime &time); ///< empty for a null one
ScheduledTime scheduledFromJson(const QJsonObject &object);

} // namespace Delivery
