// `postrider send …`: composes a message or takes a finished one, queues it durably and, unless --queue,
// waits for the outcome of this attempt.

#include "app/commands/command.h"
#include "app/messagejson.h"
#include "app/office.h"
#include "app/terminal.h"
#include "app/waiting.h"
#include "core/base/atomicfile.h"
#include "core/message/headerwriter.h"
#include "ui/common/explain.h"

#include <QFileInfo>
#include <QStringDecoder>
#include <QTemporaryFile>

#include <cstdio>

namespace App {

namespace {

const QString command = QStringLiteral("send");
constexpr qint64 textLimit = 64 << 20;
constexpr int waitAtMost =
    900; // s: longer than the sum of what a server may take for one message in practice

int fail(const Base::Error &error)
{
    Terminal::complain(error);
    return exitCodeFor(error);
}

void addOptions(QCommandLineParser &parser)
{
    const auto option = [&parser](const char *name, const QString &words, const char *value = nullptr) {
        QCommandLineOption made(QString::fromLatin1(name), words);
        if (value)
            made.setValueName(QString::fromLatin1(value));
        parser.addOption(made);
    };
    option("account", tr("Which account; without it the default one."), "NAME");
    option("from", tr("The sender; without it the account's own address."), "A");
    option("to", tr("A recipient, or several with commas; may be said again."), "A");
    option("cc", tr("A recipient of a copy."), "A");
    option("bcc", tr("A recipient whom the others do not see."), "A");
    option("subject", tr("The subject."), "S");
    option("text", tr("File with the text, UTF-8; - for standard input."), "FILE");
    option("attach", tr("A file to go along; may be said again."), "FILE");
    option("header", tr("A further header field, 'Name: value'."), "N: V");
    option("eml", tr("A finished message, sent as it is; - for standard input."), "FILE");
    option("notify", tr("Delivery reports: never, or some of failure,delay,success."), "WHEN");
    option("return", tr("What a report brings back: full or headers."), "WHAT");
    option("require-tls", tr("Encrypted all the way to the recipient, or not sent at all (REQUIRETLS)."));
    option("hold-until",
           tr("The server keeps it until then (FUTURERELEASE); 2026-12-24T18:00 or with a zone."), "TIME");
    option("deliver-by",
           tr("Seconds in which it has to arrive (DELIVERBY); with :return it comes back if it does not."),
           "S");
    option("priority", tr("-9 to 9, where the server knows priorities (MT-PRIORITY)."), "N");
    option("at",
           tr("It leaves then: 2026-11-22T09:00, 09:00, +2h, 2026-11-22 09:00 Europe/Berlin. This program or "
              "the "
              "window has to run at that time."),
           "TIME");
    option("queue", tr("Only queues it; whoever dispatches on this home sends it."));
    option("timeout", tr("Seconds to wait for the outcome; the message stays queued."), "S");
    option("json", tr("Prints one JSON document and nothing else."));
}

/// In the window a line break parts two addresses; in an argument it is nothing anyone types.
Base::Done checkAddressOptions(const QCommandLineParser &parser)
{
    for (const char *option : {"from", "to", "cc", "bcc"}) {
        for (const QString &value : parser.values(QString::fromLatin1(option))) {
            if (!Message::isHeaderSafe(value))
                return Base::Error{Base::ErrorKind::BadAddress, value,
                                   QStringLiteral("it holds a line break or another control character")};
        }
    }
    return {};
}

/// The DSN wishes (RFC 3461); words on what is wrong, or nothing.
std::optional<QString> readHandling(const QCommandLineParser &parser, Message::Handling &handling)
{
    const QDateTime now = QDateTime::currentDateTimeUtc();
    handling.requireTls = parser.isSet(QStringLiteral("require-tls"));
    if (parser.isSet(QStringLiteral("hold-until"))) {
        const QString text = parser.value(QStringLiteral("hold-until"));
        const QDateTime until = QDateTime::fromString(text, Qt::ISODate);
        if (!until.isValid())
            return tr("--hold-until takes a time such as 2026-12-24T18:00, not \"%1\".").arg(text);
        handling.holdUntil = until.toUTC();
    }
    if (parser.isSet(QStringLiteral("deliver-by"))) {
        const QString text = parser.value(QStringLiteral("deliver-by"));
        bool ok = false;
        const qint64 seconds = text.section(QLatin1Char(':'), 0, 0).toLongLong(&ok);
        const QString mode = text.section(QLatin1Char(':'), 1);
        constexpr qint64 longest = 999'999'999; // RFC 2852 §4
        if (!ok || seconds < 1 || seconds > longest || !(mode.isEmpty() || mode == QLatin1String("return")))
            return tr("--deliver-by takes seconds from 1, or such as 3600:return.");
        handling.deliverBy = Message::DeliverBy{now.addSecs(seconds), !mode.isEmpty()};
    }
    if (parser.isSet(QStringLiteral("priority"))) {
        bool ok = false;
        const int priority = parser.value(QStringLiteral("priority")).toInt(&ok);
        if (!ok || priority < -9 || priority > 9)
            return tr("--priority takes a number from -9 to 9.");
        handling.priority = priority;
    }
    return std::nullopt;
}

std::optional<QString> readReports(const QCommandLineParser &parser, Message::Notify &notify,
                                   Message::Return &returned)
{
    if (parser.isSet(QStringLiteral("notify"))) {
        const QStringList words =
            parser.value(QStringLiteral("notify")).toLower().split(QLatin1Char(','), Qt::SkipEmptyParts);
        for (const QString &word : words) {
            if (word == QLatin1String("never"))
                notify.never = true;
            else if (word == QLatin1String("success"))
                notify.success = true;
            else if (word == QLatin1String("failure"))
                notify.failure = true;
            else if (word == QLatin1String("delay"))
                notify.delay = true;
            else
                return tr("--notify knows never, failure, delay and success, not \"%1\".").arg(word);
        }
        if (words.isEmpty() || (notify.never && words.size() > 1))
            return tr("--notify takes either never or some of failure,delay,success.");
    }
    if (parser.isSet(QStringLiteral("return"))) {
        const QString word = parser.value(QStringLiteral("return")).toLower();
        if (word != QLatin1String("full") && word != QLatin1String("headers"))
            return tr("--return takes full or headers.");
        returned = word == QLatin1String("full") ? Message::Return::Full : Message::Return::Headers;
    }
    return std::nullopt;
}

Base::Result<QByteArray> readStdin()
{
    QFile in;
    if (!in.open(stdin, QIODevice::ReadOnly))
        return Base::Error{Base::ErrorKind::FileUnreadable, QStringLiteral("-"), in.errorString()};
    return in.readAll();
}

Base::Result<QString> readText(const QString &file)
{
    const Base::Result<QByteArray> bytes =
        file == QLatin1String("-") ? readStdin() : Base::readAll(file, textLimit);
    if (!bytes)
        return bytes.error();
    QStringDecoder utf8(QStringDecoder::Utf8);
    QString text = utf8(*bytes);
    if (utf8.hasError())
        return Base::Error{Base::ErrorKind::BadMessage, file, QStringLiteral("the text is not UTF-8")};
    return text;
}

Base::Result<Message::Draft> draftFrom(const QCommandLineParser &parser)
{
    Message::Draft draft;
    const auto all = [&parser](const char *option) {
        return parser.values(QString::fromLatin1(option)).join(QStringLiteral(", "));
    };
    draft.from = parser.value(QStringLiteral("from"));
    draft.to = all("to");
    draft.cc = all("cc");
    draft.bcc = all("bcc");
    draft.subject = parser.value(QStringLiteral("subject"));
    if (parser.isSet(QStringLiteral("text"))) {
        const Base::Result<QString> text = readText(parser.value(QStringLiteral("text")));
        if (!text)
            return text.error();
        draft.text = *text;
    }
    for (const QString &file : parser.values(QStringLiteral("attach"))) {
        const QFileInfo info(file);
        draft.attachments.append({info.absoluteFilePath(), info.fileName(), info.size()});
    }
    for (const QString &header : parser.values(QStringLiteral("header"))) {
        const qsizetype colon = header.indexOf(QLatin1Char(':'));
        if (colon < 1)
            return Base::Error{Base::ErrorKind::BadHeader, header,
                               QStringLiteral("a header field is written 'Name: value'")};
        QString value = header.mid(colon + 1);
        if (value.startsWith(QLatin1Char(' ')))
            value.remove(0, 1);
        draft.headers.append({header.left(colon), value});
    }
    return draft;
}

Base::Result<Delivery::Departure> departureFrom(const QCommandLineParser &parser)
{
    if (!parser.isSet(QStringLiteral("at")))
        return Delivery::Departure();
    const Base::Result<Delivery::ScheduledTime> time = Delivery::scheduledFrom(
        parser.value(QStringLiteral("at")), QDateTime::currentDateTimeUtc(), QTimeZone::systemTimeZone());
    return time ? Base::Result<Delivery::Departure>(Delivery::Departure{false, *time}) : time.error();
}

/// It is in the books; nobody waits for what becomes of it.
int tellEntered(Office &office, Base::MessageId id, bool json)
{
    const Base::Result<Store::MessageDetails> details = office.query().details(id);
    if (json && details)
        Terminal::print(QJsonDocument(toJson(*details)));
    else if (details && details->message.state == Delivery::MessageState::Scheduled)
        Terminal::say(
            tr("Message %1 leaves at %2.")
                .arg(id.toString(), details->message.nextAttempt->toLocalTime().toString(Qt::ISODate)));
    else
        Terminal::say(tr("Message %1 is queued.").arg(id.toString()));
    return Ok;
}

QFuture<Base::Result<Base::MessageId>> submitFinished(Office &office, const QCommandLineParser &parser,
                                                      const Accounts::Account &account, const QString &file,
                                                      Message::EnvelopeWish wish,
                                                      const Delivery::Departure &departure)
{
    wish.from = parser.value(QStringLiteral("from"));
    for (const char *option : {"to", "cc", "bcc"})
        wish.to += parser.values(QString::fromLatin1(option));
    return office.mailroom().submitFinished(file, wish, account.id, departure);
}

int tell(Office &office, Base::MessageId id, const Waited &waited, bool json)
{
    const Base::Result<Store::MessageDetails> details =
        waited.details ? *waited.details : office.query().details(id);
    if (!details)
        return fail(details.error());
    if (json)
        Terminal::print(QJsonDocument(toJson(*details)));
    const int code = waited.exitCode();
    if (!json)
        Terminal::say(toTable(*details));
    if (code == Ok)
        return code;
    if (!waited.pause.isNull())
        Terminal::complain(Ui::explain(waited.pause));
    else if (waited.timedOut)
        Terminal::complain(tr("Message %1 stays queued: its attempt is not over yet.").arg(id.toString()));
    else if (!details->message.reason.isNull())
        Terminal::complain(Ui::explain(details->message.reason));
    else
        Terminal::complain(Ui::explain(details->message.state));
    return code;
}

} // namespace

int runSend(const Base::Paths &paths, const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(tr(
        "send --to A… [--subject S] [--text FILE] [--attach FILE]…\nsend --eml FILE [--from A] [--to A]…"));
    addOptions(parser);
    if (const std::optional<int> over = parse(parser, command, arguments))
        return *over;
    if (!parser.positionalArguments().isEmpty())
        return usageError(command,
                          tr("\"%1\" is one word too many.").arg(parser.positionalArguments().first()));
    const bool finished = parser.isSet(QStringLiteral("eml"));
    for (const char *composed : {"subject", "text", "attach", "header"}) {
        if (finished && parser.isSet(QString::fromLatin1(composed)))
            return usageError(command, tr("--eml sends a message as it is: --%1 does not go with it.")
                                           .arg(QString::fromLatin1(composed)));
    }
    Message::EnvelopeWish wish;
    if (const std::optional<QString> words = readReports(parser, wish.notify, wish.returned))
        return usageError(command, *words);
    if (const std::optional<QString> words = readHandling(parser, wish.handling))
        return usageError(command, *words);
    qint64 seconds = waitAtMost;
    if (parser.isSet(QStringLiteral("timeout"))) {
        seconds = parser.value(QStringLiteral("timeout")).toLongLong();
        if (seconds < 1)
            return usageError(command, tr("--timeout takes a number of seconds from 1."));
    }
    if (const Base::Done done = checkAddressOptions(parser); !done)
        return fail(done.error());
    Message::Draft draft;
    QTemporaryFile fromStdin;
    QString file = parser.value(QStringLiteral("eml"));
    if (!finished) {
        Base::Result<Message::Draft> made = draftFrom(parser);
        if (!made)
            return fail(made.error());
        draft = std::move(*made);
        draft.notify = wish.notify;
        draft.returned = wish.returned;
        draft.handling = wish.handling;
    } else if (file == QLatin1String("-")) {
        const Base::Result<QByteArray> bytes = readStdin();
        if (!bytes || !fromStdin.open() || fromStdin.write(*bytes) != bytes->size() || !fromStdin.flush())
            return fail(bytes ? Base::Error{Base::ErrorKind::FileUnwritable, fromStdin.fileName(),
                                            fromStdin.errorString()}
                              : bytes.error());
        file = fromStdin.fileName();
    }

    const Base::Result<Delivery::Departure> departure = departureFrom(parser);
    if (!departure)
        return fail(departure.error());
    const bool queueOnly = parser.isSet(QStringLiteral("queue")) || !departure->at.isNull();
    const bool json = parser.isSet(QStringLiteral("json"));
    Office office(paths);
    if (const Base::Done done = office.open(queueOnly ? Work::Enter : Work::Dispatch); !done)
        return fail(done.error());
    const Base::Result<Accounts::Account> account =
        office.query().account(parser.value(QStringLiteral("account")));
    if (!account)
        return fail(account.error());
    draft.account = account->id;
    // Whoever waits for the outcome wants it tried now.
    if (!queueOnly)
        (void)await(office.mailroom().liftBackOff(account->id));
    const Base::Result<Base::MessageId> id =
        await(finished ? submitFinished(office, parser, *account, file, wish, *departure)
                       : office.mailroom().submit(draft, *departure));
    if (!id)
        return fail(id.error());
    if (queueOnly)
        return tellEntered(office, *id, json);
    return tell(office, *id, waitForAttempt(office, *id, seconds * 1000), json);
}

} // namespace App
