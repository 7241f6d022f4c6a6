#pragma once

// What the options of `postrider account add` and `account set` make of an account.

#include "core/accounts/account.h"

#include <QCommandLineParser>

namespace App {

/// What is given, into an account that is new or in the books; the rest of it stays. BadAccount names the
/// option. Whether the account can work is Accounts::check()'s business.
Base::Done applyWish(Accounts::Account &account, const QCommandLineParser &parser);

} // namespace App
