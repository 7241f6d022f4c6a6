#pragma once

// The practice server's scenarios in words.

#include "core/practice/scenario.h"

namespace Ui {

QString title(Practice::Scenario scenario);
/// What will happen to a message, in a sentence or two.
QString description(Practice::Scenario scenario);

} // namespace Ui
