#pragma once

// How long to wait, and when to stop: every number of the outbox's patience, with the functions that apply
// them. All are pure, so that a restart, a sleep or a clock that was set comes to the same answer from what
// is in the books. Who waits (a message or its account) is decided elsewhere.

#include "core/base/result.h"

#include <QByteArrayView>
#include <QDateTime>
#include <QJsonObject>
#include <QList>

namespace Delivery {

/// Spans are milliseconds, whole seconds each. What is here by default is what a new home does.
struct RetrySchedule
{
    static constexpr qint64 second = 1000;
    static constexpr qint64 minute = 60 * second;
    static constexpr qint64 hour = 60 * minute;
    static constexpr qint64 day = 24 * hour;

    /// After the first attempt, the second, … A submission server's greylisting is over in minutes.
    QList<qint64> delays{minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute};
    qint64 repeat = hour;           ///< behind the last of them (RFC 5321 §4.5.4.1 asks for patience)
    int jitterPercent = 10;         ///< 0–50: a delay is up to this much longer, never shorter
    qint64 warnAfter = 4 * hour;    ///< the person is told that it takes long; 0: never
    qint64 giveUpAfter = 5 * day;   ///< RFC 5321 §4.5.4.1: at least 4 to 5 days
    qint64 undoDelay = 10 * second; ///< 0–120 s in which "Send" can be taken back; 0: none
    qint64 lateAfter = hour; ///< a scheduled message that is later than this asks first; 0: it never asks

    friend bool operator==(const RetrySchedule &, const RetrySchedule &) = default;
};

/// BadSetting with the field in `subject`, as in the JSON, and what it may be in `detail`.
Base::Done check(const RetrySchedule &schedule);

/// In seconds: {"delays": [60, …], "repeat": 3600, "jitterPercent": 10, "warnAfter": …, …}.
QJsonObject toJson(const RetrySchedule &schedule);
/// A field that is missing has its default. BadSetting when one is no number, or check() says so.
Base::Result<RetrySchedule> scheduleFromJson(const QJsonObject &object);

/// What makes one message's jitter another than the next one's: the same in every run, everywhere.
quint64 jitterSeed(QByteArrayView messageId);

/// Milliseconds until the next attempt when `attempts` have been made; 0 when none has. The same for the same
/// seed and number of attempts, so that a restart does not roll again. From the schedule's delay up to
/// jitterPercent more: greylisting counts from a server's clock, and coming early starts it again.
qint64 delayAfter(const RetrySchedule &schedule, int attempts, quint64 seed);
/// Without jitter.
qint64 plainDelayAfter(const RetrySchedule &schedule, int attempts);
/// No delay is longer.
qint64 longestDelay(const RetrySchedule &schedule);

/// When to try what was deferred, or whose account backs off, and is on record as due at `due`. That was once
/// "now, and the delay" – further ahead than the delay it cannot be, unless the clock was set back or the
/// schedule made shorter meanwhile. A clock set forward makes it due, which costs one early attempt. Not for
/// the time a person chose.
QDateTime soundDue(const RetrySchedule &schedule, const QDateTime &due, int attempts, quint64 seed,
                   const QDateTime &now);

enum class Patience { Waiting, Warned, GivenUp };

/// What a message deserves that is deferred again, `attempts` having been made since `created`. Time alone
/// gives nothing up: a computer that slept for a week, or whose clock leapt, first goes through all the
/// delays. Nor does a message outlive the schedule because its beginning lies ahead of a clock that was set
/// back: then the attempts stand for the time.
Patience patienceWith(const RetrySchedule &schedule, const QDateTime &created, int attempts,
                      const QDateTime &now);

/// How many attempts the schedule makes within that span, the first included.
int attemptsWithin(const RetrySchedule &schedule, qint64 span);

/// Until when a message sent at `sent` can still be taken back. It is on record, so it holds over a restart.
QDateTime undoUntil(const RetrySchedule &schedule, const QDateTime &sent);
/// That moment as it is to be read now: never further ahead than the delay, whatever became of the clock.
QDateTime soundUndoUntil(const RetrySchedule &schedule, const QDateTime &until, const QDateTime &now);

/// By how many milliseconds a message scheduled for `due` is too late to go without asking; 0: it may go.
qint64 lateness(const RetrySchedule &schedule, const QDateTime &due, const QDateTime &now);

} // namespace Delivery
