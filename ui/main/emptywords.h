#pragma once

// What an empty folder says: what will be here, and the first step.

#include "ui/common/explain.h"
#include "ui/main/navigation.h"

namespace Ui {

Explanation emptyWords(Folder folder);

} // namespace Ui
