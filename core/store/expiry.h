#pragma once

// Which sent messages the home's retention lets go. It only reads: whoever removes them asks the books again.

#include "core/base/id.h"
#include "core/delivery/retention.h"
#include "core/store/database.h"

namespace Store {

/// Those that go at `now`, the oldest first: sent messages alone, and none whose copy is still owed. Reads
/// every sent message: not for a thread that must not wait.
Base::Result<QList<Base::MessageId>> expired(const Database &database, const Delivery::Retention &retention,
                                             const QDateTime &now);

} // namespace Store
