#pragma once

// A secret that a command prints: a password manager, `pass show …`, a token helper. The command is run by
// the shell with nothing on its input; the first line of its output is the secret. What it prints there is
// never told, whatever goes wrong; what it says on its error output is.

#include "core/accounts/secretstore.h"

namespace Accounts {

/// Answers later, in the caller's thread; never, if `context` is gone by then (the command is ended).
/// CommandFailed with the exit code and the first error line in `detail` when it fails, prints nothing,
/// prints over 64 KiB, or takes too long.
void runSecretCommand(const QString &command, int timeoutMs, QObject *context, SecretStore::Got then);

} // namespace Accounts
