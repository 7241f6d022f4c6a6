#pragma once

// What stands in front of a command: --home, --help, --version, --screenshot. Everything behind it belongs to
// the command.

#include "app/commands/command.h"

namespace App {

struct CommandLine
{
    Base::Paths paths;
    QString home;       ///< as given; empty: the standard folders
    QString screenshot; ///< --screenshot FILE: a picture of the main window, then the end
    const Command *command = nullptr;
    QStringList arguments;   ///< the command's
    std::optional<int> over; ///< the exit code when there is nothing more to do
};

/// arguments: without the program's name.
CommandLine readCommandLine(QStringList arguments);

} // namespace App
