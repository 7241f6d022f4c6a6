#pragma once

// The words for what Accounts::check() names: which field, and what belongs into it.

#include "ui/common/explain.h"

namespace Ui {

/// For BadAccount with a field in `subject`; anything else as explain() has it.
Explanation explainField(const Base::Error &error);

} // namespace Ui
