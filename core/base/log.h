#pragma once

// The program's log: real sentences, untranslated, written before what they announce. One line a stage of a
// delivery, never the dialogue, never a secret. The only file of the project that knows spdlog.

#include <QString>

namespace Base::Log {

/// Rotating file (5 files of 4 MB) in that folder; also catches Qt's own messages. Without it, warnings go to
/// stderr.
void start(const QString &folder);
/// Flushes and closes the file.
void stop();

void info(const QString &line);
void warning(const QString &line);
void error(const QString &line);

} // namespace Base::Log
