#pragma once

// Files that are there whole or not at all: written beside, flushed to the disk, renamed.

#include "core/base/result.h"

#include <QByteArray>
#include <QString>

class QFileDevice;

namespace Base {

/// Replaces the file at path, readable by its owner alone. DiskFull or FileUnwritable.
Done writeAtomically(const QString &path, const QByteArray &bytes);

/// The whole file, up to limit octets. FileMissing, FileUnreadable or TooBig.
Result<QByteArray> readAll(const QString &path, qint64 limit);

/// Gives a file its final name; false, and nothing happened, when something is there under that name. The
/// file is whole and on disk already. FileUnwritable.
Result<bool> renameIfFree(const QString &from, const QString &to);

/// fsync of an open file; false when the disk refused.
bool syncToDisk(QFileDevice &file);
/// The same for what is in it, where only that matters.
bool syncOctetsToDisk(QFileDevice &file);

/// fsync of the folder that holds a renamed file, so that the name survives a power cut. Best effort off
/// POSIX.
void syncFolder(const QString &folder);

/// DiskFull where errno-like words of a file say so, else the kind given.
Error fileError(const QFileDevice &file, ErrorKind otherwise);

} // namespace Base
