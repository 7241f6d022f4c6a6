#include "app/window.h"

namespace App {
int runWindow(const Base::Paths &, const QString &) { return 70; }
} // namespace App
