#pragma once

// A damaged database: set aside as it is, and everything that can still be read put into a new one. Nothing
// of the damaged one is changed or removed, so that whatever is missing may still be looked for there.
//
// The caller holds the lock of the home: no other program may have the books open.

#include "core/base/result.h"
#include "core/store/rows.h"

namespace Store {

class Database;

/// Whether SQLite finds nothing wrong: DatabaseDamaged with what it found. Reads the whole file.
Base::Done checkIntegrity(const Database &database);
/// Whether the last program to use it ended without closing it, or another one has it open, or a damaged
/// place was met.
bool isSuspicious(const QString &path);
/// It was looked at, or put right.
void clearSuspicion(const QString &path);

/// The database at `path` must not be open here. Where an error comes back, the damaged file lies at its
/// place again or beside it, unchanged.
Base::Result<SalvageReport> salvage(const QString &path, const QDateTime &now);

} // namespace Store
