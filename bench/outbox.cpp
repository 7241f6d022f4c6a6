// The whole way of letters that are queued: the books on disk, every state recorded before what it announces,
// sessions run by the dispatcher, outcomes and transcripts recorded. Puts so many letters into the books of a
// folder, new or with books in it, then times how long the dispatcher takes until all are sent. Prints one
// line of JSON.

#include "core/base/log.h"
#include "core/net/tlsconnection.h"
#include "core/outbox/dispatcher.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include <sys/resource.h>

#include <cstdio>

namespace {

Accounts::Account accountOf(const QCommandLineParser &parser)
{
    Accounts::Account account;
    account.name = QStringLiteral("bench");
    account.server = {QStringLiteral("127.0.0.1"), parser.value(QStringLiteral("port")).toUShort(),
                      Net::Security::None};
    account.auth = Accounts::Auth::None;
    account.fromAddress = QStringLiteral("ada@example.org");
    account.maxConnections = parser.value(QStringLiteral("connections")).toInt();
    const Base::Result<Accounts::Lane> lane = Accounts::laneFromName(parser.value(QStringLiteral("lane")));
    account.lane = lane ? *lane : Accounts::Lane::Default;
    return account;
}

/// What a letter is found by, so that its entry costs what it does: 300 words, no two letters the same.
QString words(int number)
{
    QString text;
    for (int i = 0; i < 300; ++i)
        text += QStringLiteral("word%1 ").arg((number * 31 + i * i) % 5000);
    return text;
}

Message::OutgoingMessage letter(int number, const Message::Content &content)
{
    Message::OutgoingMessage message;
    message.envelope.reversePath = *Message::Address::parse(QStringLiteral("ada@example.org"));
    message.envelope.recipients.append(
        {*Message::Address::parse(QStringLiteral("bob@example.org")), Message::Field::To});
    message.messageId = '<' + QByteArray::number(number) + "@example.org>";
    message.from = QStringLiteral("ada@example.org");
    message.subject = QStringLiteral("bench");
    message.text = words(number);
    message.content = content;
    return message;
}

constexpr int together = 200; // letters entered in one commit: how they came in is not what is measured

Base::Done fill(Store::Database &database, Store::CommitGroup &group, int letters,
                const Accounts::Account &account, const Message::Content &content)
{
    Store::MessageStore store(database);
    Base::Done filled;
    for (int i = 0; i < letters && filled; ++i) {
        group.post(
            [&store, &account, &content, i]() -> Base::Done {
                const auto id = store.enqueue(letter(i, content), account, QDateTime::currentDateTimeUtc());
                return id ? Base::Done() : Base::Done(id.error());
            },
            [&filled](const Base::Done &done) { filled = filled ? done : filled; });
        if (i % together == together - 1)
            group.flush();
    }
    group.flush();
    return filled;
}

/// Seconds of a processor, the kernel's included.
double spent(const rusage &usage)
{
    const auto seconds = [](const timeval &time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int fail(const QString &why)
{
    std::fprintf(stderr, "%s\n", qPrintable(why));
    return 2;
}

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_NO_GLIB", "1"); // as in the program's mail thread
    QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addOptions(
        {{QStringLiteral("port"), {}, QStringLiteral("n")},
         {QStringLiteral("home"), QStringLiteral("empty, or with books.db"), QStringLiteral("folder")},
         {QStringLiteral("connections"), {}, QStringLiteral("n"), QStringLiteral("1")},
         {QStringLiteral("letters"), {}, QStringLiteral("n"), QStringLiteral("1")},
         {QStringLiteral("size"), {}, QStringLiteral("octets"), QStringLiteral("5120")},
         {QStringLiteral("attach"), {}, QStringLiteral("file")},
         {QStringLiteral("lane"), {}, QStringLiteral("lane"), QStringLiteral("default")}});
    parser.process(app);

    const QDir home(parser.value(QStringLiteral("home")));
    home.mkpath(QStringLiteral("spool"));
    Store::Database database;
    const Base::Done opened =
        database.open(home.filePath(QStringLiteral("books.db")), Store::Database::Mode::ReadWrite);
    if (!opened)
        return fail(opened.error().detail);
    Store::CommitGroup group(database);
    Store::Spool spool(home.filePath(QStringLiteral("spool")));
    const Base::Result<Accounts::Account> account = Store::AccountStore(database).save(accountOf(parser));
    if (!account)
        return fail(account.error().detail);

    Message::Content content{{"Subject: bench\r\n\r\n", {}, false}};
    while (Message::sizeOf(content) < parser.value(QStringLiteral("size")).toLongLong())
        content.first().bytes += QByteArray(70, 'x') + "\r\n";
    if (parser.isSet(QStringLiteral("attach"))) {
        QFile file(parser.value(QStringLiteral("attach")));
        const bool readable = file.open(QIODevice::ReadOnly);
        const Base::Result<Message::SpoolRef> ref = spool.put(file);
        if (!readable || !ref)
            return fail(QStringLiteral("the attachment cannot be kept"));
        content.append({{}, *ref, true});
    }
    const int letters = parser.value(QStringLiteral("letters")).toInt();
    QElapsedTimer time;
    time.start();
    if (const Base::Done done = fill(database, group, letters, *account, content); !done)
        return fail(done.error().detail);
    const qint64 queued = time.nsecsElapsed();
    rusage filled{};
    getrusage(RUSAGE_SELF, &filled);

    Base::Log::start(home.path()); // as the program does, and Postfix
    Base::SystemClock clock;
    Outbox::Dispatcher dispatcher(database, group, spool, clock, [&clock](const QByteArray &) {
        return std::make_unique<Net::TlsConnection>(clock);
    });
    qint64 sent = 0;
    QObject::connect(
        &dispatcher, &Outbox::Dispatcher::settled, &dispatcher,
        [&] {
            if (sent == 0)
                sent = time.nsecsElapsed();
            dispatcher.stop();
        },
        Qt::QueuedConnection);
    QObject::connect(&dispatcher, &Outbox::Dispatcher::drained, &app, &QCoreApplication::quit,
                     Qt::QueuedConnection);
    time.restart();
    QMetaObject::invokeMethod(&dispatcher, &Outbox::Dispatcher::start, Qt::QueuedConnection);
    QCoreApplication::exec();

    const Base::Result<QVariant> accepted = database.value(
        QStringLiteral("SELECT COUNT(*) FROM message WHERE account_name = 'bench' AND state = 'sent'"));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const QJsonObject result{{QStringLiteral("letters"), letters},
                             {QStringLiteral("accepted"), accepted ? accepted->toInt() : -1},
                             {QStringLiteral("octets"), Message::sizeOf(content)},
                             {QStringLiteral("queueing"), static_cast<double>(queued) / 1e9},
                             {QStringLiteral("seconds"), static_cast<double>(sent) / 1e9},
                             {QStringLiteral("processor"), spent(usage) - spent(filled)},
                             {QStringLiteral("peakKb"), static_cast<qint64>(usage.ru_maxrss)}};
    std::printf("%s\n", QJsonDocument(result).toJson(QJsonDocument::Compact).constData());
    return accepted && accepted->toInt() == letters ? 0 : 1;
}
