#pragma once

// What a person should know about a search that was not understood to the last word, and how to search at
// all. No widgets: the command line says the same.

#include "core/store/searchquery.h"
#include "ui/common/explain.h"

namespace Ui {

Explanation explain(const Store::SearchHint &hint);
/// All that can be typed, a line each.
QString searchHelp();

} // namespace Ui
