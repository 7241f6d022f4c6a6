#pragma once

// Numbered steps from each schema to the next, kept as SQL in resources/sql. Each runs in a transaction of
// its own; the number of the last one stands in PRAGMA user_version.

#include "core/base/result.h"

namespace Store {

class Database;

/// The schema this program writes.
int newestSchema();

/// DatabaseNewer when a newer program wrote it. Writes nothing.
Base::Done checkVersion(const Database &database);

/// Brings an open database up to date. DatabaseNewer when a newer program wrote it: it is left untouched.
Base::Done migrate(Database &database);

} // namespace Store
