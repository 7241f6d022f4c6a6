#pragma once

// The program with its window: makes every object once and joins them (the composition root).

#include "core/base/paths.h"

namespace App {

/// Opens the window, or raises the one that is open on the same home. With a file name in screenshot: saves a
/// picture of the main window there and ends. An exit code.
int runWindow(const Base::Paths &paths, const QString &screenshot);

} // namespace App
