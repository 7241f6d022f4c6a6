#pragma once

// Exit codes of the command line (sysexits.h), a contract with scripts: docs of `postrider --help` and
// CHANGELOG.md speak of any change.

#include "core/store/rows.h"

namespace App {

enum ExitCode {
    Ok = 0,
    Usage = 64,
    DataError = 65,   ///< the message or an address is wrong
    NoInput = 66,     ///< a file cannot be read, or there is no such message
    Unavailable = 69, ///< at least one recipient refused for good
    Software = 70,
    CannotCreate = 73, ///< the home cannot be written
    IoError = 74,
    TemporaryFailure = 75, ///< queued for retry
    ProtocolError = 76,    ///< the server broke the protocol, or the outcome is uncertain
    SignInRefused = 77,
    ConfigError = 78, ///< account or configuration wrong
};

ExitCode exitCodeFor(const Base::Error &error);
/// Why an account or a message still waits.
ExitCode exitCodeFor(const Delivery::Reason &reason);
/// What became of a message whose attempt is over.
ExitCode exitCodeFor(const Store::MessageDetails &details);

} // namespace App
