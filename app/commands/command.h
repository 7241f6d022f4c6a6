#pragma once

// A command of the command line: one file each. It gets its arguments without its own name and answers with
// an exit code.

#include "app/exitcodes.h"
#include "core/base/paths.h"

#include <QCommandLineParser>
#include <QString>
#include <QStringList>

#include <optional>
#include <span>

namespace App {

struct Command
{
    const char *name;
    const char *summary; ///< one line for --help, to be translated in context "Command"
    int (*run)(const Base::Paths &paths, const QStringList &arguments);
};

/// Every command, in the order of --help.
std::span<const Command> commands();
const Command *findCommand(const QString &name);

int runAccount(const Base::Paths &paths, const QStringList &arguments);
int runSend(const Base::Paths &paths, const QStringList &arguments);
int runOutbox(const Base::Paths &paths, const QStringList &arguments);
int runTranscript(const Base::Paths &paths, const QStringList &arguments);
int runSettings(const Base::Paths &paths, const QStringList &arguments);
int runPractice(const Base::Paths &paths, const QStringList &arguments);

/// Parses the arguments behind `name`. An exit code when the command is over already: --help was printed (0),
/// or the arguments are wrong (64, said why).
std::optional<int> parse(QCommandLineParser &parser, const QString &name, const QStringList &arguments);
/// Says what is wrong and how to find out more.
int usageError(const QString &command, const QString &words);

QString tr(const char *text); ///< in context "Command"

} // namespace App
