// `postrider outbox …`: what is in the books and what became of it; decisions about messages; dispatching
// without a window.

#include "app/commands/command.h"
#include "app/commands/export.h"
#include "app/messagejson.h"
#include "app/office.h"
#include "app/terminal.h"
#include "app/waiting.h"
#include "ui/common/explainkeeping.h"
#include "ui/common/explainsearch.h"
#include "ui/common/limitstanding.h"
#include "ui/common/schedulewords.h"

#include <QJsonArray>

namespace App {

namespace {

const QString command = QStringLiteral("outbox");
constexpr int erasePatience = 2000; // ms for a large index; whoever dispatches does the rest

int fail(const Base::Error &error)
{
    Terminal::complain(error);
    return exitCodeFor(error);
}

/// A message with the limit that holds it up.
QJsonObject withLimit(QJsonObject message, const std::optional<Outbox::LimitWait> &wait)
{
    QJsonValue waitsFor;
    if (wait)
        waitsFor = QJsonObject{{QStringLiteral("limit"), Ui::name(wait->limit)},
                               {QStringLiteral("most"), wait->most},
                               {QStringLiteral("next"), wait->next.toString(Qt::ISODate)}};
    message.insert(QStringLiteral("waitsFor"), waitsFor);
    return message;
}

QString dayAndTime(const Outbox::LimitWait &wait, const QDateTime &now)
{
    return Ui::dayAndTime(wait.next, now, QTimeZone::systemTimeZone());
}

/// What --state, --account and --search say; or the exit code.
std::optional<int> readFilter(const QCommandLineParser &parser, Store::Filter &filter)
{
    for (const QString &word : parser.values(QStringLiteral("state"))) {
        const std::optional<Delivery::MessageState> state = Delivery::messageStateFromKey(word);
        if (!state)
            return usageError(command, tr("There is no state \"%1\".").arg(word));
        filter.states.append(*state);
        for (const Delivery::MessageState other : Delivery::allMessageStates()) {
            if (other != *state && Delivery::name(other) == Delivery::name(*state))
                filter.states.append(other);
        }
    }
    filter.accountName = parser.value(QStringLiteral("account"));
    filter.search = Store::parseSearch(parser.value(QStringLiteral("search")), QDate::currentDate());
    for (const Store::SearchHint &hint : filter.search.hints)
        Terminal::complain(Ui::explain(hint));
    return std::nullopt;
}

/// The exit code when a word is none.
std::optional<int> readIds(const QStringList &words, QList<Base::MessageId> &ids)
{
    for (const QString &word : words) {
        const auto id = Base::MessageId::fromString(word);
        if (!id.isValid())
            return usageError(command, tr("\"%1\" is not the id of a message.").arg(word));
        ids.append(id);
    }
    return std::nullopt;
}

int list(Office &office, const QCommandLineParser &parser)
{
    Store::Filter filter;
    if (const std::optional<int> over = readFilter(parser, filter))
        return *over;
    int limit = 100;
    if (parser.isSet(QStringLiteral("limit"))) {
        limit = parser.value(QStringLiteral("limit")).toInt();
        if (limit < 1)
            return usageError(command, tr("--limit takes a number from 1."));
    }
    const Base::Result<QList<Base::MessageId>> ids = office.query().ids(filter, limit);
    if (!ids)
        return fail(ids.error());
    const Base::Result<QList<Store::MessageRow>> rows = office.query().rows(*ids);
    if (!rows)
        return fail(rows.error());
    QJsonArray array;
    const QDateTime now = office.clock().now();
    Ui::LimitStandings standings(office.query());
    for (const Store::MessageRow &row : *rows) {
        const std::optional<Outbox::LimitWait> wait = standings.limitOf(row, now);
        if (parser.isSet(QStringLiteral("json"))) {
            array.append(withLimit(toJson(row), wait));
            continue;
        }
        const QString more =
            row.recipientCount > 3 ? QStringLiteral(" +%1").arg(row.recipientCount - 3) : QString();
        Terminal::say(QStringLiteral("%1  %2  %3  %4  %5")
                          .arg(row.id.toString().rightJustified(5),
                               Delivery::name(row.state).leftJustified(11),
                               row.created.toLocalTime().toString(QStringLiteral("yyyy-MM-dd HH:mm")),
                               row.recipients + more, row.subject));
        if (wait)
            Terminal::say(QStringLiteral("       ") +
                          tr("waits for the limit of %1, next %2")
                              .arg(Ui::words(wait->limit, wait->most), dayAndTime(*wait, now)));
    }
    if (parser.isSet(QStringLiteral("json")))
        Terminal::print(QJsonDocument(array));
    return Ok;
}

int show(Office &office, Base::MessageId id, bool json)
{
    const Base::Result<Store::MessageDetails> details = office.query().details(id);
    if (!details)
        return fail(details.error());
    const Store::MessageRow &row = details->message;
    const QDateTime now = office.clock().now();
    const std::optional<Outbox::LimitWait> wait = Ui::LimitStandings(office.query()).limitOf(row, now);
    if (json) {
        Terminal::print(QJsonDocument(withLimit(toJson(*details), wait)));
        return Ok;
    }
    Terminal::say(tr("Message %1: %2").arg(row.id.toString(), Delivery::name(row.state)));
    Terminal::say(tr("Subject: %1").arg(row.subject));
    Terminal::say(tr("From: %1, through account \"%2\"").arg(row.from, row.accountName));
    if (!row.queueId.isEmpty())
        Terminal::say(tr("The server calls it %1.").arg(row.queueId));
    if (row.nextAttempt)
        Terminal::say(tr("Next attempt: %1").arg(row.nextAttempt->toLocalTime().toString(Qt::ISODate)));
    if (wait)
        Terminal::say(Ui::limitWords(*wait, now, QTimeZone::systemTimeZone()));
    Terminal::say(toTable(*details));
    if (details->copy && details->copy->problem)
        Terminal::complain(Ui::explain(*details->copy));
    if (!row.reason.isNull())
        Terminal::say(Ui::explain(row.reason).toText());
    return Ok;
}

int decide(Office &office, const QString &verb, const QList<Base::MessageId> &ids,
           const QCommandLineParser &parser)
{
    Outbox::Mailroom &mailroom = office.mailroom();
    for (const Base::MessageId id : ids) {
        QFuture<Base::Result<void>> answer;
        if (verb == QLatin1String("resend") && parser.isSet(QStringLiteral("all")))
            answer = mailroom.resendToAll(id);
        else if (verb == QLatin1String("retry") || verb == QLatin1String("resend"))
            answer = mailroom.retry(id);
        else if (verb == QLatin1String("hold"))
            answer = mailroom.hold(id);
        else if (verb == QLatin1String("release"))
            answer = mailroom.release(id);
        else if (verb == QLatin1String("cancel"))
            answer = mailroom.cancel(id);
        else if (verb == QLatin1String("delete"))
            answer = mailroom.remove(id);
        else
            answer =
                mailroom.resolve(id, parser.isSet(QStringLiteral("arrived")) ? Outbox::Resolution::Arrived
                                                                             : Outbox::Resolution::Resend);
        if (const Base::Result<void> done = await(answer); !done)
            return fail(done.error());
    }
    if (verb == QLatin1String("delete")) {
        if (const Base::Result<bool> erased = await(mailroom.erase(erasePatience)); !erased)
            return fail(erased.error());
    }
    return Ok;
}

/// hold or release of all that goes through an account, or through any.
int decideForAll(Office &office, bool hold, const QCommandLineParser &parser)
{
    if (parser.isSet(QStringLiteral("all"))) {
        const Base::Done done = await(office.mailroom().holdEverything(hold));
        return done ? Ok : fail(done.error());
    }
    const Base::Result<Accounts::Account> account =
        office.query().account(parser.value(QStringLiteral("account")));
    if (!account)
        return fail(account.error());
    const Base::Done done = await(office.mailroom().holdAccount(account->id, hold));
    return done ? Ok : fail(done.error());
}

int schedule(Office &office, const QList<Base::MessageId> &ids, const QCommandLineParser &parser)
{
    const Base::Result<Delivery::ScheduledTime> time = Delivery::scheduledFrom(
        parser.value(QStringLiteral("at")), QDateTime::currentDateTimeUtc(), QTimeZone::systemTimeZone());
    if (!time)
        return fail(time.error());
    for (const Base::MessageId id : ids) {
        if (const Base::Done done = await(office.mailroom().schedule(id, *time)); !done)
            return fail(done.error());
    }
    return Ok;
}

int undo(Office &office, const QList<Base::MessageId> &ids)
{
    for (const Base::MessageId id : ids) {
        if (const Base::Result<Base::DraftId> draft = await(office.mailroom().takeBack(id)); !draft)
            return fail(draft.error());
    }
    return Ok;
}

int exportThem(Office &office, const QList<Base::MessageId> &ids, const QCommandLineParser &parser)
{
    Store::Filter filter;
    if (const std::optional<int> over = readFilter(parser, filter))
        return *over;
    return runExport(office, parser, filter, ids);
}

int dispatch(Office &office, const QCommandLineParser &parser)
{
    qint64 seconds = 0;
    if (parser.isSet(QStringLiteral("timeout"))) {
        seconds = parser.value(QStringLiteral("timeout")).toLongLong();
        if (seconds < 1)
            return usageError(command, tr("--timeout takes a number of seconds from 1."));
    }
    if (!office.mailroom().isDispatching())
        Terminal::complain(tr("Another program dispatches for this home; waiting for it."));
    const bool untilEmpty = parser.isSet(QStringLiteral("until-empty"));
    if (waitUntilSettled(office, untilEmpty, seconds * 1000))
        return Ok;
    Terminal::complain(tr("The time is over; what is not sent stays queued."));
    return TemporaryFailure;
}

} // namespace

int runOutbox(const Base::Paths &paths, const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        tr("outbox list [--state S]… [--account N] [--search TEXT] [--limit N] [--json]\n"
           "outbox show ID [--json]\n"
           "outbox retry|hold|release|cancel|delete|undo ID… · outbox resend ID --failed|--all\n"
           "outbox schedule ID… --at TIME · outbox hold|release --all|--account N\n"
           "outbox resolve ID --arrived|--resend\n"
           "outbox export ID…|--all|[--state S]… [--account N] [--search TEXT] --to DIR|--mbox FILE "
           "[--with-envelope] "
           "[--json]\n"
           "outbox run [--until-empty] [--timeout S]\n\n"
           "delete is for good: the message, its transcripts and its words in the index are overwritten. "
           "Files that "
           "no message needs any more go a day later."));
    addExportOptions(parser);
    parser.addOption({QStringLiteral("state"), tr("Only messages in this state; may be said again."),
                      QStringLiteral("S")});
    parser.addOption({QStringLiteral("account"), tr("Only messages of this account."), QStringLiteral("N")});
    parser.addOption({QStringLiteral("search"),
                      tr("Only messages that match; as in the window's search field:") + QLatin1Char('\n') +
                          Ui::searchHelp(),
                      QStringLiteral("TEXT")});
    parser.addOption({QStringLiteral("limit"), tr("At most so many, the newest."), QStringLiteral("N")});
    parser.addOption({QStringLiteral("failed"), tr("resend: only to those recipients that were refused.")});
    parser.addOption({QStringLiteral("at"),
                      tr("schedule: when it leaves, as 2026-11-22T09:00, 09:00, +2h; a zone may follow."),
                      QStringLiteral("TIME")});
    parser.addOption({QStringLiteral("arrived"), tr("resolve: the message did arrive.")});
    parser.addOption({QStringLiteral("resend"), tr("resolve: send it again, under the same Message-ID.")});
    parser.addOption(
        {QStringLiteral("until-empty"), tr("run: until nothing waits any more, later retries included.")});
    parser.addOption({QStringLiteral("timeout"), tr("run: at most so many seconds."), QStringLiteral("S")});
    parser.addOption({QStringLiteral("json"), tr("Prints one JSON document and nothing else.")});
    if (const std::optional<int> over = parse(parser, command, arguments))
        return *over;
    QStringList words = parser.positionalArguments();
    const QString verb = words.isEmpty() ? QString() : words.takeFirst();
    static const QStringList aboutIds{QStringLiteral("show"),   QStringLiteral("retry"),
                                      QStringLiteral("hold"),   QStringLiteral("release"),
                                      QStringLiteral("cancel"), QStringLiteral("delete"),
                                      QStringLiteral("resend"), QStringLiteral("resolve"),
                                      QStringLiteral("undo"),   QStringLiteral("schedule")};
    const bool exports = verb == QLatin1String("export");
    const bool known =
        aboutIds.contains(verb) || exports || verb == QLatin1String("list") || verb == QLatin1String("run");
    if (!known)
        return usageError(
            command, tr("Say what to do: list, run, export, %1.").arg(aboutIds.join(QStringLiteral(", "))));
    const bool hold = verb == QLatin1String("hold");
    const bool forAll = (hold || verb == QLatin1String("release")) && words.isEmpty() &&
                        parser.isSet(QStringLiteral("all")) != parser.isSet(QStringLiteral("account"));
    if (!exports && aboutIds.contains(verb) == words.isEmpty() && !forAll)
        return usageError(command, words.isEmpty() ? tr("Which message? Its id is missing.")
                                                   : tr("\"%1\" is one word too many.").arg(words.first()));
    if (exports) {
        if (const std::optional<int> over = checkExport(parser, !words.isEmpty()))
            return *over;
    }
    if (verb == QLatin1String("resend") &&
        parser.isSet(QStringLiteral("failed")) == parser.isSet(QStringLiteral("all")))
        return usageError(command, tr("resend needs either --failed or --all."));
    if (verb == QLatin1String("schedule") && !parser.isSet(QStringLiteral("at")))
        return usageError(command, tr("schedule needs --at."));
    if (verb == QLatin1String("resolve") &&
        parser.isSet(QStringLiteral("arrived")) == parser.isSet(QStringLiteral("resend")))
        return usageError(command, tr("resolve needs either --arrived or --resend."));

    QList<Base::MessageId> ids;
    if (const std::optional<int> over = readIds(words, ids))
        return *over;

    Office office(paths);
    if (const Base::Done done = office.open(verb == QLatin1String("run") ? Work::Dispatch : Work::Enter);
        !done)
        return fail(done.error());
    if (verb == QLatin1String("list"))
        return list(office, parser);
    if (verb == QLatin1String("run"))
        return dispatch(office, parser);
    if (exports)
        return exportThem(office, ids, parser);
    if (verb == QLatin1String("show"))
        return show(office, ids.first(), parser.isSet(QStringLiteral("json")));
    if (forAll)
        return decideForAll(office, hold, parser);
    if (verb == QLatin1String("schedule"))
        return schedule(office, ids, parser);
    if (verb == QLatin1String("undo"))
        return undo(office, ids);
    return decide(office, verb, ids, parser);
}

} // namespace App
