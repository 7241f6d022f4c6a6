#include "app/commandline.h"

#include "app/terminal.h"

namespace App {

namespace {

void printHelp()
{
    Terminal::say(tr("postrider [--home DIR] [COMMAND] …\n\n"
                     "Without a command the window opens. Commands:\n"));
    for (const Command &command : commands())
        Terminal::say(QStringLiteral("  %1 %2").arg(QString::fromLatin1(command.name).leftJustified(12),
                                                    tr(command.summary)));
    Terminal::say(tr(
        "\n  --home DIR          keeps everything in DIR (or POSTRIDER_HOME)\n"
        "  --screenshot FILE   saves a picture of the main window and ends\n"
        "  --help, --version\n\n"
        "\"postrider COMMAND --help\" tells more. Exit codes: 0 accepted or queued, 64 usage, 65 message or "
        "address wrong,\n"
        "66 file cannot be read, 69 a recipient refused for good, 73 home cannot be written, 74 I/O, 75 "
        "queued for retry,\n"
        "76 protocol broken or outcome uncertain, 77 sign-in refused, 78 account or configuration wrong."));
}

CommandLine over(CommandLine line, int code)
{
    line.over = code;
    return line;
}

} // namespace

CommandLine readCommandLine(QStringList arguments)
{
    CommandLine line;
    line.home = qEnvironmentVariable("POSTRIDER_HOME");
    while (!arguments.isEmpty() && arguments.first().startsWith(QLatin1Char('-'))) {
        QString option = arguments.takeFirst();
        QString value;
        const bool takesValue =
            option.startsWith(QLatin1String("--home")) || option.startsWith(QLatin1String("--screenshot"));
        if (const qsizetype equals = option.indexOf(QLatin1Char('=')); takesValue && equals > 0) {
            value = option.mid(equals + 1);
            option.truncate(equals);
        } else if (takesValue && !arguments.isEmpty()) {
            value = arguments.takeFirst();
        }
        if (option == QLatin1String("--help") || option == QLatin1String("-h")) {
            printHelp();
            return over(std::move(line), Ok);
        }
        if (option == QLatin1String("--version") || option == QLatin1String("-v")) {
            Terminal::say(QStringLiteral("Postrider " POSTRIDER_VERSION));
            return over(std::move(line), Ok);
        }
        if (!takesValue || value.isEmpty()) {
            Terminal::complain(takesValue ? tr("%1 needs a value.").arg(option)
                                          : tr("There is no option %1.").arg(option));
            Terminal::complain(tr("\"postrider --help\" tells what can be said."));
            return over(std::move(line), Usage);
        }
        (option == QLatin1String("--home") ? line.home : line.screenshot) = value;
    }
    line.paths = line.home.isEmpty() ? Base::Paths::standard() : Base::Paths::inHome(line.home);
    if (arguments.isEmpty())
        return line;
    line.command = findCommand(arguments.first());
    if (!line.command) {
        Terminal::complain(tr("There is no command \"%1\".").arg(arguments.first()));
        Terminal::complain(tr("\"postrider --help\" tells what can be said."));
        return over(std::move(line), Usage);
    }
    line.arguments = arguments.mid(1);
    return line;
}

} // namespace App
