#pragma once

// The words for what is kept beside the outbox: exported files, and the copies in a Maildir.

#include "core/store/exportwish.h"
#include "ui/common/explain.h"

namespace Ui {

/// What an export came to: how many, where, and why not all of them.
Explanation explain(const Store::ExportReport &report);
/// Why the copy of a sent message is not there; empty when nothing is wrong.
Explanation explain(const Store::SentCopy &copy);

} // namespace Ui
