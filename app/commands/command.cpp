#include "app/commands/command.h"

#include "app/terminal.h"

#include <QCoreApplication>

#include <array>

namespace App {

namespace {

constexpr std::array all{
    Command{"send",
            QT_TRANSLATE_NOOP("Command", "composes or takes a message, queues it and waits for the outcome"),
            runSend},
    Command{"outbox",
            QT_TRANSLATE_NOOP("Command", "lists messages, shows one, retries, holds, cancels, dispatches"),
            runOutbox},
    Command{"transcript", QT_TRANSLATE_NOOP("Command", "the conversation of an attempt"), runTranscript},
    Command{"account", QT_TRANSLATE_NOOP("Command", "adds, lists, shows, removes and tests accounts"),
            runAccount},
    Command{"settings",
            QT_TRANSLATE_NOOP("Command", "how long messages are tried, and when a person is told"),
            runSettings},
    Command{"practice",
            QT_TRANSLATE_NOOP("Command", "runs the built-in SMTP server and prints what it receives"),
            runPractice},
};

} // namespace

std::span<const Command> commands()
{
    return all;
}

const Command *findCommand(const QString &name)
{
    for (const Command &command : all) {
        if (name == QLatin1String(command.name))
            return &command;
    }
    return nullptr;
}

QString tr(const char *text)
{
    return QCoreApplication::translate("Command", text);
}

std::optional<int> parse(QCommandLineParser &parser, const QString &name, const QStringList &arguments)
{
    QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                            tr("Says what there is to say about this command."));
    parser.addOption(help);
    // The parser takes the first argument for the program's name.
    if (!parser.parse(QStringList{QStringLiteral("postrider ") + name} + arguments))
        return usageError(name, parser.errorText());
    if (parser.isSet(help)) {
        QString text = parser.helpText();
        text.replace(QCoreApplication::applicationFilePath(), QStringLiteral("postrider ") + name);
        text.replace(QCoreApplication::arguments().value(0), QStringLiteral("postrider ") + name);
        Terminal::say(text.trimmed());
        return Ok;
    }
    return std::nullopt;
}

int usageError(const QString &command, const QString &words)
{
    Terminal::complain(words);
    Terminal::complain(tr("\"postrider %1 --help\" tells what can be said.").arg(command));
    return Usage;
}

} // namespace App
