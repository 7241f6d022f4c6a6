#pragma once

// Waits for what becomes of a message: for commands that say it. The attempt may be made by this program or
// by another one on the same home; the books tell either way.

#include "app/exitcodes.h"
#include "app/office.h"

namespace App {

struct Waited
{
    std::optional<Store::MessageDetails> details;
    Delivery::Reason pause; ///< the account waits for a person, so nothing was tried
    bool timedOut = false;

    int exitCode() const;
};

/// Until one attempt is over, the account turns out to be paused, or `milliseconds` have passed.
Waited waitForAttempt(Office &office, Base::MessageId id, qint64 milliseconds);

/// Until nothing is under way or due (untilEmpty: until nothing waits at all), or `milliseconds` (0: for
/// ever) have passed. True when that came.
bool waitUntilSettled(Office &office, bool untilEmpty, qint64 milliseconds);

} // namespace App
