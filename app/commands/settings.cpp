// `postrider settings …`: what holds for the whole home, in the window and on the command line. Every setting
// is a row of the table: its name, what it is for, how it is told and how it is set.

#include "app/commands/command.h"
#include "app/office.h"
#include "app/terminal.h"

#include <QJsonObject>

#include <array>

namespace App {

namespace {

const QString command = QStringLiteral("settings");

int fail(const Base::Error &error)
{
    Terminal::complain(error);
    return exitCodeFor(error);
}

/// All that can be set, as it is in the books.
struct Home
{
    Delivery::Retention retention;
};

struct Row
{
    const char *name;
    const char *words;
    QString (*text)(const Home &home); ///< for people
    QJsonValue (*json)(const Home &home);
    Base::Done (*set)(Home &home, const QString &name, const QString &value);
};

/// A number from 0 that stands for itself.
template <int Delivery::Retention::*number, int most>
Base::Done setNumber(Home &home, const QString &name, const QString &value)
{
    bool ok = false;
    const int wanted = value.toInt(&ok);
    if (!ok || wanted < 0 || wanted > most)
        return Base::Error{Base::ErrorKind::BadSetting, name,
                           QStringLiteral("a number from 0 to %1").arg(most)};
    home.retention.*number = wanted;
    return {};
}

constexpr std::array rows{
    Row{"keep-days",
        QT_TRANSLATE_NOOP("Command", "Sent messages are deleted for good so many days later; 0: never."),
        [](const Home &home) {
            const int days = home.retention.days;
            return days == 0 ? tr("for ever") : days == 1 ? tr("1 day") : tr("%1 days").arg(days);
        },
        [](const Home &home) { return QJsonValue(home.retention.days); },
        setNumber<&Delivery::Retention::days, Delivery::Retention::mostDays>},
    Row{"keep-size",
        QT_TRANSLATE_NOOP("Command",
                          "The oldest sent messages are deleted for good when all of them together have "
                          "more megabytes; 0: any size will do."),
        [](const Home &home) {
            const int megabytes = home.retention.megabytes;
            return megabytes == 0 ? tr("any size") : tr("%1 MB").arg(megabytes);
        },
        [](const Home &home) { return QJsonValue(home.retention.megabytes); },
        setNumber<&Delivery::Retention::megabytes, Delivery::Retention::mostMegabytes>},
};

const Row *rowNamed(const QString &name)
{
    for (const Row &row : rows) {
        if (name == QLatin1String(row.name))
            return &row;
    }
    return nullptr;
}

QString allNames()
{
    QStringList names;
    for (const Row &row : rows)
        names.append(QString::fromLatin1(row.name));
    return names.join(QStringLiteral(", "));
}

Base::Result<Home> readHome(Office &office)
{
    const Base::Result<Delivery::Retention> retention = office.query().retention();
    if (!retention)
        return retention.error();
    return Home{*retention};
}

Base::Done writeHome(Office &office, const Home &before, const Home &home)
{
    return before.retention == home.retention ? Base::Done()
                                              : await(office.mailroom().setRetention(home.retention));
}

int show(const Home &home, bool json)
{
    QJsonObject object;
    for (const Row &row : rows) {
        if (json)
            object.insert(QString::fromLatin1(row.name), row.json(home));
        else
            Terminal::say(QStringLiteral("%1  %2").arg(QString::fromLatin1(row.name).leftJustified(12),
                                                       row.text(home)));
    }
    if (json)
        Terminal::print(QJsonDocument(object));
    return Ok;
}

int set(Office &office, const Home &before, const QStringList &words)
{
    Home home = before;
    for (const QString &word : words) {
        const QString name = word.section(QLatin1Char('='), 0, 0);
        const Base::Done done = rowNamed(name)->set(home, name, word.section(QLatin1Char('='), 1).trimmed());
        if (!done)
            return fail(done.error());
    }
    const Base::Done done = writeHome(office, before, home);
    return done ? static_cast<int>(Ok) : fail(done.error());
}

/// The exit code when what is to be set is not said as it must be.
std::optional<int> checkWords(const QStringList &words)
{
    if (words.isEmpty())
        return usageError(command, tr("Say what to set: %1.").arg(QStringLiteral("keep-days=30")));
    for (const QString &word : words) {
        if (!word.contains(QLatin1Char('=')))
            return usageError(command, tr("\"%1\" has no value. Write NAME=VALUE.").arg(word));
        if (const QString name = word.section(QLatin1Char('='), 0, 0); !rowNamed(name))
            return usageError(command,
                              tr("There is no setting \"%1\". There are: %2.").arg(name, allNames()));
    }
    return std::nullopt;
}

QString description()
{
    QStringList lines{tr("settings show [--json]\nsettings set NAME=VALUE…"), {}};
    for (const Row &row : rows)
        lines.append(
            QStringLiteral("%1  %2").arg(QString::fromLatin1(row.name).leftJustified(12), tr(row.words)));
    lines.append(QString());
    lines.append(
        tr("Messages that did not reach everybody, and those a person must decide about, are always kept."));
    return lines.join(QLatin1Char('\n'));
}

} // namespace

int runSettings(const Base::Paths &paths, const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(description());
    parser.addOption({QStringLiteral("json"), tr("Prints one JSON document and nothing else.")});
    if (const std::optional<int> over = parse(parser, command, arguments))
        return *over;
    QStringList words = parser.positionalArguments();
    const QString verb = words.isEmpty() ? QString() : words.takeFirst();
    if (verb != QLatin1String("show") && verb != QLatin1String("set"))
        return usageError(command, tr("Say what to do: show or set."));
    const bool shows = verb == QLatin1String("show");
    if (shows && !words.isEmpty())
        return usageError(command, tr("\"%1\" is one word too many.").arg(words.first()));
    if (const std::optional<int> over = shows ? std::nullopt : checkWords(words))
        return *over;
    Office office(paths);
    if (const Base::Done done = office.open(Work::Enter); !done)
        return fail(done.error());
    const Base::Result<Home> home = readHome(office);
    if (!home)
        return fail(home.error());
    return shows ? show(*home, parser.isSet(QStringLiteral("json"))) : set(office, *home, words);
}

} // namespace App
