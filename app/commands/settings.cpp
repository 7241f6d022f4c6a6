// `postrider settings …`: shows and changes what holds for the whole home, whichever program sends: how long
// a message is tried, when a person is told, how long sent ones are kept.

#include "app/commands/command.h"
#include "app/commands/settingkeys.h"
#include "app/office.h"
#include "app/terminal.h"
#include "ui/common/scheduletext.h"

#include <QJsonDocument>

namespace App {

namespace {

const QString command = QStringLiteral("settings");

int fail(const Base::Error &error)
{
    Terminal::complain(error);
    return exitCodeFor(error);
}

Base::Result<HomeSettings> read(Office &office)
{
    const Base::Result<Delivery::RetrySchedule> schedule = office.query().schedule();
    const Base::Result<Delivery::Retention> retention = office.query().retention();
    if (!schedule || !retention)
        return schedule ? retention.error() : schedule.error();
    return HomeSettings{*schedule, *retention};
}

int show(Office &office, bool json)
{
    const Base::Result<HomeSettings> home = read(office);
    if (!home)
        return fail(home.error());
    if (json) {
        Terminal::print(QJsonDocument(settingsJson(*home)));
        return Ok;
    }
    for (const QString &key : settingKeys())
        Terminal::say(QStringLiteral("%1 %2").arg(key.leftJustified(14), settingText(*home, key)));
    Terminal::say(Ui::scheduleText(home->schedule, office.clock().now(), QTimeZone::systemTimeZone()));
    return Ok;
}

/// What is said is right in form: NAME=VALUE, each name known and said once.
std::optional<int> checkWords(const QStringList &words)
{
    QStringList seen;
    for (const QString &word : words) {
        const QString key = word.section(QLatin1Char('='), 0, 0);
        if (!word.contains(QLatin1Char('=')))
            return usageError(command, tr("\"%1\" is no NAME=VALUE.").arg(word));
        if (!settingKeys().contains(key))
            return usageError(command, tr("There is no setting \"%1\". There are %2.")
                                           .arg(key, settingKeys().join(QStringLiteral(", "))));
        if (seen.contains(key))
            return usageError(command, tr("\"%1\" is said twice.").arg(key));
        seen.append(key);
    }
    return std::nullopt;
}

int set(Office &office, const QStringList &words)
{
    const Base::Result<HomeSettings> before = read(office);
    if (!before)
        return fail(before.error());
    HomeSettings home = *before;
    for (const QString &word : words) {
        const Base::Done done = applySetting(home, word.section(QLatin1Char('='), 0, 0),
                                             word.section(QLatin1Char('='), 1).trimmed());
        if (!done)
            return fail(done.error());
    }
    if (const Base::Done done = Delivery::check(home.schedule); !done) {
        Base::Error error = done.error();
        if (const QString problem = Ui::scheduleProblem(error); !problem.isEmpty())
            error.detail = problem;
        error.subject = settingKeyOf(error.subject);
        return fail(error);
    }
    if (home.schedule != before->schedule) {
        if (const Base::Done done = await(office.mailroom().setSchedule(home.schedule)); !done)
            return fail(done.error());
    }
    if (home.retention != before->retention) {
        if (const Base::Done done = await(office.mailroom().setRetention(home.retention)); !done)
            return fail(done.error());
    }
    return Ok;
}

} // namespace

int runSettings(const Base::Paths &paths, const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        tr("settings show [--json]\n"
           "settings set NAME=VALUE…\n\n"
           "retry-delays=60,120,5m   after the first attempt, the second, …\n"
           "retry-every=1h           behind the last of them\n"
           "retry-jitter=10          up to so many percent longer, each message its own\n"
           "warn-after=4h            the window says that a message takes long; 0: never\n"
           "give-up-after=5d         then a message has failed\n"
           "undo=10                  seconds in which sending can be taken back; 0: none\n"
           "ask-when-late=1h         a scheduled message that is later asks first; 0: never\n"
           "keep-days=30             sent messages are deleted for good so many days later; 0: never\n"
           "keep-size=500            the oldest ones are when all have more megabytes; 0: any size\n\n"
           "A span without a unit is seconds; s, m, h and d are units. NAME=default restores one.\n"
           "Messages that did not reach everybody, and those a person must decide about, are always kept."));
    parser.addOption({QStringLiteral("json"), tr("Prints one JSON document and nothing else.")});
    if (const std::optional<int> over = parse(parser, command, arguments))
        return *over;
    QStringList words = parser.positionalArguments();
    const QString verb = words.isEmpty() ? QString() : words.takeFirst();
    if (verb != QLatin1String("show") && verb != QLatin1String("set"))
        return usageError(command, verb.isEmpty() ? tr("Say what to do: show or set.")
                                                  : tr("\"%1\" is neither show nor set.").arg(verb));
    if (verb == QLatin1String("show") && !words.isEmpty())
        return usageError(command, tr("\"%1\" is one word too many.").arg(words.first()));
    if (verb == QLatin1String("set") && words.isEmpty())
        return usageError(command, tr("Which setting? Write NAME=VALUE."));
    if (verb == QLatin1String("set")) {
        if (const std::optional<int> over = checkWords(words))
            return *over;
    }
    Office office(paths);
    if (const Base::Done done = office.open(Work::Enter); !done)
        return fail(done.error());
    return verb == QLatin1String("show") ? show(office, parser.isSet(QStringLiteral("json")))
                                         : set(office, words);
}

} // namespace App
