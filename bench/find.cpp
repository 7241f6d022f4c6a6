// Pages and searches of an outbox with so many messages. --prepare makes the books: the messages in a few
// statements of one transaction, since a million take long enough. Without it, reads as the window does,
// every question a few times at several depths, and prints the milliseconds of each as one line of JSON.

#include "core/accounts/secretdesk.h"
#include "core/accounts/sessionsecretstore.h"
#include "core/base/paths.h"
#include "core/outbox/mailroom.h"
#include "core/store/accountstore.h"
#include "core/store/messagequery.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QSqlQuery>

#include <cmath>
#include <cstdio>

namespace {

using Base::MessageId;
using Store::Filter;
using enum Delivery::MessageState;

constexpr int page = 200;
constexpr int vocabulary = 20'000;
constexpr int bodies = 5'000;
constexpr int wordsInABody = 40;
constexpr int repetitions = 5;

int fail(const Base::Error &error)
{
    std::fprintf(stderr, "%s %s\n", qPrintable(Base::name(error.kind)), qPrintable(error.detail));
    return 2;
}

QString wordNumber(int number)
{
    static const QStringList syllables =
        QStringLiteral("ta ri mo ne sul ka ver lin do pas er qui bel zan ho").split(QLatin1Char(' '));
    QString word;
    for (int left = number + 3; left > 0; left /= static_cast<int>(syllables.size()))
        word += syllables.at(left % syllables.size());
    return word;
}

/// Frequent words are frequent, most are rare.
int wordByChance(QRandomGenerator &chance)
{
    return static_cast<int>(std::pow(vocabulary, chance.generateDouble())) - 1;
}

/// Texts of the messages, to be taken up by number.
Base::Done makeTexts(Store::Database &database)
{
    if (const Base::Done done =
            database.exec(QStringLiteral("CREATE TEMP TABLE body (id INTEGER PRIMARY KEY, text TEXT)"));
        !done)
        return done;
    QRandomGenerator chance(118);
    for (int i = 0; i < bodies; ++i) {
        QStringList words;
        for (int k = 0; k < wordsInABody; ++k)
            words.append(wordNumber(wordByChance(chance)));
        if (const Base::Done done = database.exec(QStringLiteral("INSERT INTO body VALUES (?, ?)"),
                                                  {i, words.join(QLatin1Char(' '))});
            !done)
            return done;
    }
    return {};
}

/// Three years; three accounts; nearly all sent; every tenth with an attachment; nothing due for half an
/// hour.
const QStringList statements{
    QStringLiteral("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                   " INSERT INTO message (id, account, account_name, message_id, sender, recipients, "
                   "recipient_count, subject, size,"
                   " envelope, state, created, changed, next_attempt, attempts, accepted, attached)"
                   " SELECT i, 1 + i % 3, CASE i % 3 WHEN 0 THEN 'work' WHEN 1 THEN 'home' ELSE 'club' END, "
                   "'<' || i || '@example.org>',"
                   " 'Ada Lovelace <ada@example.org>', 'user' || (i * 7919 % 50000) || '@example' || (i % "
                   "300) || '.org', 1,"
                   " 'Newsletter ' || i || ' for customer', 3000, '',"
                   " CASE WHEN i % 10007 = 0 THEN 'held' WHEN i % 1009 = 0 THEN 'deferred' WHEN i % 211 = 0 "
                   "THEN 'failed'"
                   " WHEN i % 503 = 0 THEN 'partly-sent' WHEN i % 401 = 0 THEN 'cancelled' ELSE 'sent' END,"
                   " 1700000000000 + i * (94608000000 / ?), 1700000000000 + i * (94608000000 / ?), "
                   "CASE WHEN i % 1009 = 0 THEN (strftime('%s') + 1800) * 1000 END, 1, 1, i % 10 = 0 FROM n"),
    QStringLiteral("INSERT INTO recipient (message, position, address, name, field, state)"
                   " SELECT id, 0, recipients, '', 'to', CASE state WHEN 'deferred' THEN state"
                   " WHEN 'held' THEN 'waiting' ELSE 'accepted' END FROM message"),
    QStringLiteral("INSERT INTO content (message, pieces) SELECT id, '[]' FROM message"),
    QStringLiteral("INSERT INTO find (rowid, subject, sender, recipients, body, marks)"
                   " SELECT message.id, subject, sender, recipients, body.text,"
                   " CASE attached WHEN 1 THEN char(0xE000) || ' ' || char(0xE001) ELSE char(0xE000) END"
                   " FROM message JOIN body ON body.id = message.id % 5000 ORDER BY message.id"),
};

Base::Done prepare(const Base::Paths &paths, qint64 rows)
{
    if (const Base::Done done = paths.prepare(); !done)
        return done;
    Store::Database database;
    if (const Base::Done done = database.open(paths.database(), Store::Database::Mode::ReadWrite); !done)
        return done;
    for (const char *name : {"work", "home", "club"}) {
        Accounts::Account account;
        account.name = QString::fromLatin1(name);
        account.server = {QStringLiteral("127.0.0.1"), 9, Net::Security::None};
        account.auth = Accounts::Auth::None;
        account.fromAddress = QStringLiteral("ada@example.org");
        if (const auto saved = Store::AccountStore(database).save(account); !saved)
            return saved.error();
    }
    Store::Transaction transaction(database);
    if (const Base::Done done = makeTexts(database); !done)
        return done;
    for (const QString &sql : statements) {
        const QVariantList values(sql.count(QLatin1Char('?')), rows);
        if (const Base::Done done = database.exec(sql, values); !done)
            return done;
    }
    return transaction.commit();
}

struct Question
{
    QString name;
    Filter filter;
    double depth = 0; ///< where the page lies: 0 the newest, 1 the oldest
};

Question asked(const char *name, const QString &search, QList<Delivery::MessageState> states = {},
               double depth = 0)
{
    return {QString::fromUtf8(name),
            {std::move(states), {}, Store::parseSearch(search, QDate(2026, 11, 22))},
            depth};
}

QList<Question> questions()
{
    const auto text = [](const char *typed) { return QString::fromUtf8(typed); };
    return {
        asked("page: all", {}),
        asked("page: all, in the middle", {}, {}, 0.5),
        asked("page: all, at the end", {}, {}, 0.999),
        asked("page: Outbox (waiting, deferred, held …)", {}, {Queued, Sending, Deferred, Held, Uncertain}),
        asked("page: Sent", {}, {Sent, PartlySent}),
        asked("page: Sent, in the middle", {}, {Sent, PartlySent}, 0.5),
        asked("page: Failed, at the end", {}, {Failed}, 0.9),
        asked("page: account:work, in the middle", text("account:work"), {}, 0.5),
        asked("page: account:work status:failed", text("account:work status:failed")),
        asked("page: -status:sent, in the middle", text("-status:sent"), {}, 0.5),
        asked("page: one month two years ago", text("after:2024-11 before:2024-12")),
        asked("page: account:home status:sent before:2025", text("account:home status:sent before:2025")),
        asked("page: has:attachment account:club", text("has:attachment account:club"), {}, 0.3),
        asked("text: in every message (newsletter)", text("newsletter")),
        asked("text: in every message, in the middle", text("\"newsletter\""), {}, 0.5),
        asked("text: a frequent word (\"sul\")", text("\"sul\"")),
        asked("text: two words (tari sulka)", text("tari sulka")),
        asked("text: a phrase of every message", text("\"for customer\"")),
        asked("text: one message (subject:\"500\")", text("subject:\"500\"")),
        asked("text: a beginning of two letters (su)", text("su")),
        asked("text: a beginning of four letters (tari)", text("tari")),
        asked("text: a beginning of six letters (sulkav)", text("sulkav")),
        asked("text: the beginning of a word of every message (newslett)", text("newslett")),
        asked("text: part of an address (to:user4242@exam)", text("to:user4242@exam")),
        asked("text: a whole address", text("to:\"user4242@example14.org\"")),
        asked("text: without a word (-sul)", text("-sul")),
        asked("text: a word, in Failed", text("sulka"), {Failed}),
        asked("text: a word of every message, in Held", text("newsletter"), {Held}),
        asked("text: a word, an account, a month", text("tari account:work after:2025-03 before:2025-04")),
        asked("text: a word and has:attachment", text("sulka has:attachment")),
    };
}

Base::Result<qint64> newest(const Store::MessageQuery &query)
{
    const auto ids = query.ids({}, 1);
    if (!ids)
        return ids.error();
    return ids->isEmpty() ? 0 : ids->first().value;
}

/// Milliseconds for a page, its rows included.
Base::Result<double> timeOf(const Store::MessageQuery &query, const Question &question, qint64 last)
{
    const MessageId below{
        question.depth > 0 ? static_cast<qint64>(static_cast<double>(last) * (1 - question.depth)) : 0};
    QElapsedTimer time;
    time.start();
    const auto ids = query.ids(question.filter, page, below);
    const auto rows = ids ? query.rows(*ids) : Base::Result<QList<Store::MessageRow>>(ids.error());
    if (!rows)
        return rows.error();
    return static_cast<double>(time.nsecsElapsed()) / 1e6;
}

/// What a search cost before there was an index.
Base::Result<double> timeOfLike(const Store::Database &database)
{
    QElapsedTimer time;
    time.start();
    const Base::Result<QVariant> found =
        database.value(QStringLiteral("SELECT id FROM message WHERE subject LIKE '%nowhere%' OR sender LIKE "
                                      "'%nowhere%' OR EXISTS (SELECT 1 FROM "
                                      "recipient WHERE recipient.message = message.id AND address LIKE "
                                      "'%nowhere%') ORDER BY id DESC LIMIT 200"));
    if (!found)
        return found.error();
    return static_cast<double>(time.nsecsElapsed()) / 1e6;
}

int measure(const Base::Paths &paths)
{
    Store::MessageQuery query;
    if (const Base::Done done = query.open(paths.database(), paths.spool()); !done)
        return fail(done.error());
    const Base::Result<qint64> last = newest(query);
    if (!last)
        return fail(last.error());
    QJsonObject times;
    for (const Question &question : questions()) {
        QJsonArray each;
        for (int i = 0; i < repetitions; ++i) {
            const Base::Result<double> took = timeOf(query, question, *last);
            if (!took)
                return fail(took.error());
            each.append(*took);
        }
        times.insert(question.name, each);
    }
    QJsonArray counting;
    for (int i = 0; i < repetitions; ++i) {
        QElapsedTimer time;
        time.start();
        if (const auto counts = query.counts(); !counts)
            return fail(counts.error());
        counting.append(static_cast<double>(time.nsecsElapsed()) / 1e6);
    }
    times.insert(QStringLiteral("counts of all folders"), counting);
    Store::Database database;
    if (const Base::Done done = database.open(paths.database(), Store::Database::Mode::ReadOnly); !done)
        return fail(done.error());
    const Base::Result<double> like = timeOfLike(database);
    if (!like)
        return fail(like.error());
    times.insert(QStringLiteral("(a word by LIKE, without an index, for scale)"), QJsonArray{*like});
    std::printf("%s\n", QJsonDocument(times).toJson(QJsonDocument::Compact).constData());
    return 0;
}

/// From nothing to the first page: the mail thread with its books, the reading connection, counts and rows.
int start(const Base::Paths &paths)
{
    QElapsedTimer time;
    time.start();
    Base::SystemClock clock;
    Accounts::SecretDesk secrets(
        std::make_unique<Accounts::SessionSecretStore>(), std::make_unique<Accounts::SessionSecretStore>(),
        [](const Accounts::Account &, Accounts::SecretOf, const Accounts::SecretDesk::PasswordGiven &given) {
            given(std::nullopt);
        });
    Outbox::Mailroom mailroom(paths, secrets, clock);
    if (const Base::Done done = mailroom.open(); !done)
        return fail(done.error());
    Store::MessageQuery query;
    if (const Base::Done done = query.open(paths.database(), paths.spool()); !done)
        return fail(done.error());
    const auto counts = query.counts();
    const auto ids = query.ids({{Sent, PartlySent}, {}, {}}, page);
    const auto rows = ids ? query.rows(*ids) : Base::Result<QList<Store::MessageRow>>(ids.error());
    if (!rows || !counts || rows->size() != page)
        return fail(rows ? Base::Error{Base::ErrorKind::Internal, {}, QStringLiteral("no page")}
                         : rows.error());
    std::printf("{\"start to the first page\": [%f]}\n", static_cast<double>(time.nsecsElapsed()) / 1e6);
    query.close(); // as the window does: who writes is the last to close
    mailroom.close();
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addOptions({{QStringLiteral("home"), {}, QStringLiteral("folder")},
                       {QStringLiteral("prepare"), {}, QStringLiteral("messages")},
                       {QStringLiteral("start"), {}}});
    parser.process(app);
    const Base::Paths paths = Base::Paths::inHome(parser.value(QStringLiteral("home")));
    if (parser.isSet(QStringLiteral("prepare"))) {
        const Base::Done done = prepare(paths, parser.value(QStringLiteral("prepare")).toLongLong());
        return done ? 0 : fail(done.error());
    }
    return parser.isSet(QStringLiteral("start")) ? start(paths) : measure(paths);
}
