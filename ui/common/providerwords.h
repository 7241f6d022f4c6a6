#pragma once

// What to know before signing in with a provider, for people.

#include "core/accounts/providers.h"

namespace Ui {

/// "Gmail wants an app password, made on its pages for this program: https://…". Empty when the usual
/// password will do.
QString signInAdvice(const Accounts::Provider &provider);

} // namespace Ui
