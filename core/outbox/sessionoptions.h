#pragma once

// How a session speaks for an account.

#include "core/accounts/account.h"
#include "core/smtp/session.h"

namespace Outbox {

Smtp::SessionOptions sessionOptions(const Accounts::Account &account, const QByteArray &secret);

} // namespace Outbox
