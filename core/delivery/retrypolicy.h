#pragma once

// What a failure means for the next attempt: pure functions, one place. Mechanism is the connection's, the
// conversation is the session's; here is the policy.

#include "core/delivery/outcome.h"
#include "core/delivery/retryschedule.h"

#include <QDateTime>

namespace Delivery {

/// Milliseconds until the next attempt when `attempts` have been made (1 or more), by the schedule of a new
/// home and without jitter.
qint64 delayAfter(int attempts);

/// A message is given up when it has been tried for this long, by the same schedule.
inline constexpr qint64 giveUpAfter = 5 * RetrySchedule::day;

/// What the server's reply at that stage means for a recipient who has no other verdict.
Verdict verdictOf(Stage stage, const ServerReply &reply);

/// Whether this reply to RCPT says "enough for one message, give me the others in the next" (RFC 5321
/// §4.5.3.1.10).
bool isTooManyRecipients(const ServerReply &reply);

/// Whom a refusing reply at that stage concerns.
Scope scopeOf(Stage stage, const ServerReply &reply);
/// Whom a failure without a reply concerns.
Scope scopeOf(Base::ErrorKind kind);
/// Whether a failure without a reply may pass by itself. A refused certificate or a missing secret may not: a
/// person is needed, and the messages wait meanwhile.
bool isTransient(Base::ErrorKind kind);

/// Whether the account must ask the person before anything else is tried with it: a wrong password must not
/// be repeated, or the server locks the account.
bool needsPerson(const Outcome &outcome);

} // namespace Delivery
