#pragma once

// When the next message may go through an account that has limits: pure functions of the limits, what was
// sent, and the time. They promise that no rolling window ever holds more than its limit, as the server
// counts it, which takes a letter before we hear that it did. What they give away for that is at most a
// minute.

#include "core/accounts/limits.h"
#include "core/accounts/usage.h"
#include "core/delivery/outcome.h"

#include <optional>

namespace Outbox {

/// What an attempt adds to the account's usage: recipients the server took or may have taken (accepted,
/// uncertain), and the messages it took them in. Nothing when there are none.
Accounts::Tally counted(const Delivery::Outcome &outcome, const Accounts::Limits &limits);

/// Sizes of the messages that so many recipients are split into, as even as they can be.
QList<int> portions(int recipients, const Accounts::Limits &limits);

/// When a message to so many recipients may go, `now` at the earliest. Letters that are under way count as
/// sent now. None: never, more recipients than a whole day takes (split them first).
std::optional<QDateTime> nextAllowed(const Accounts::Limits &limits, const Accounts::Usage &usage,
                                     int recipients, const QDateTime &now,
                                     const Accounts::Tally &underWay = {});

/// How many messages to so many recipients each may go now, at most `wanted`.
int room(const Accounts::Limits &limits, const Accounts::Usage &usage, int recipients, const QDateTime &now,
         int wanted);

/// No window reaches further back.
inline constexpr qint64 longestWindow = 24LL * 3600 * 1000;

/// Which of the sender's limits a refusal speaks of: "550 5.4.5 Daily user sending limit exceeded". None for
/// greylisting and for what a recipient's mailbox takes.
enum class LimitNamed { None, Rate, Minute, Hour, Day };
LimitNamed limitNamedBy(const Delivery::ServerReply &reply);
/// The same of an attempt, of all that was said about its letter; what decides is the longest window.
LimitNamed limitNamedBy(const Delivery::Outcome &outcome);

/// With those deferred whom a limit of the sender's refused: that passes, whatever the code says.
Delivery::Outcome deferredAtLimits(Delivery::Outcome outcome);

/// What such a refusal at `now` teaches, beside what was known: the server takes what it took, and no more.
/// Fewer than 10 teach nothing: other programs send through the same account, too.
Accounts::Learned taught(Accounts::Learned known, LimitNamed named, const Accounts::Usage &usage,
                         const QDateTime &now);

} // namespace Outbox
