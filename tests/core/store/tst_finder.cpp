#include "core/store/finder.h"

#include "tests/support/books.h"

#include <QRandomGenerator>

#include <algorithm>

using Base::MessageId;
using Delivery::MessageState;
using Store::Filter;
using Store::Finder;
using namespace Qt::StringLiterals;

namespace {

const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();
const QStringList vocabulary{u"invoice"_s, u"invoices"_s, u"minutes"_s, u"münster"_s, u"agenda"_s};
const QStringList names{u"work"_s, u"Home office"_s, u"homeopath"_s};

Filter asked(const QString &text, const QList<MessageState> &states = {})
{
    return {states, {}, Store::parseSearch(text, noon.toLocalTime().date())};
}

QString plain(const QString &text)
{
    return text.toLower().replace(u"ü"_s, u"u"_s);
}

/// What the test knows about a message, to say by itself whether a filter lets it through.
struct Known
{
    MessageId id;
    MessageState state = MessageState::Queued;
    QString account;
    QString subject;
    QString text;
    QString to;
    qint64 created = 0;
    bool attached = false;
};

bool hasWord(const QString &text, const Store::SearchTerm &term)
{
    const QStringList words = plain(text).split(QRegularExpression(u"[^a-z0-9]+"_s), Qt::SkipEmptyParts);
    return std::any_of(words.begin(), words.end(), [&term](const QString &word) {
        return term.isPhrase ? word == plain(term.text) : word.startsWith(plain(term.text));
    });
}

bool meets(const Known &message, const Store::SearchTerm &term)
{
    using Where = Store::SearchTerm::Where;
    bool found = false;
    if (term.where == Where::Anywhere || term.where == Where::Subject)
        found = found || hasWord(message.subject, term);
    if (term.where == Where::Anywhere || term.where == Where::Body)
        found = found || hasWord(message.text, term);
    if (term.where == Where::Anywhere || term.where == Where::Recipients)
        found = found || hasWord(message.to, term);
    if (term.where == Where::Anywhere || term.where == Where::Sender)
        found = found || hasWord(u"Ada ada@example.org"_s, term);
    return found != term.isNegated;
}

bool isLetThrough(const Known &message, const Filter &filter)
{
    const Store::SearchQuery &search = filter.search;
    const auto begins = [&message](const QString &typed) {
        return message.account.startsWith(typed, Qt::CaseInsensitive);
    };
    const auto &all = search.terms;
    return (filter.states.isEmpty() || filter.states.contains(message.state)) &&
           (!search.states || search.states->contains(message.state)) &&
           !search.exceptStates.contains(message.state) &&
           (search.accounts.isEmpty() ||
            std::any_of(search.accounts.begin(), search.accounts.end(), begins)) &&
           std::none_of(search.exceptAccounts.begin(), search.exceptAccounts.end(), begins) &&
           (!search.hasAttachment || *search.hasAttachment == message.attached) &&
           (!search.since || message.created >= search.since->toMSecsSinceEpoch()) &&
           (!search.before || message.created < search.before->toMSecsSinceEpoch()) &&
           std::all_of(all.begin(), all.end(),
                       [&message](const Store::SearchTerm &term) { return meets(message, term); });
}

} // namespace

class TestFinder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void everyFilterSaysWhatTheMessagesSay();
    void plansWalkAnIndex_data();
    void plansWalkAnIndex();
    void whatIsDueIsFoundByItsIndex();
    void aDeletedMessageLeavesNothing();
    void countsFollowEveryMove();
    void anAccountHasACountForEveryState();
    void aClockSetBackHidesNothing();
    void nobodysAccountFindsNothing();

private:
    QList<Known> enterMany(int number);
    Known enter(const Accounts::Account &account, const QDateTime &when, QRandomGenerator &chance);
    void makeTwentyFiveThousand();
    QList<MessageId> found(const Filter &filter) const
    {
        return *Finder(m_books->database, filter).page(1000);
    }

    std::unique_ptr<Support::Books> m_books;
};

void TestFinder::init()
{
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
}

Known TestFinder::enter(const Accounts::Account &account, const QDateTime &when, QRandomGenerator &chance)
{
    const auto word = [&chance] {
        return vocabulary.at(chance.bounded(static_cast<int>(vocabulary.size())));
    };
    Known known;
    known.account = account.name;
    known.subject = word();
    known.text = word() + u", "_s + word();
    known.to = u"user%1@example.org"_s.arg(chance.bounded(5));
    known.created = when.toMSecsSinceEpoch();
    known.attached = chance.bounded(3) == 0;
    Message::OutgoingMessage letter = Support::Books::letter({known.to}, known.subject);
    letter.text = known.text;
    letter.hasAttachment = known.attached;
    known.id = *Store::MessageStore(m_books->database).enqueue(letter, account, when);
    return known;
}

QList<Known> TestFinder::enterMany(int number)
{
    QRandomGenerator chance(12);
    QList<Accounts::Account> accounts;
    for (const QString &name : names)
        accounts.append(m_books->addAccount(name));
    Store::Decisions decisions(m_books->database);
    QList<Known> all;
    for (int i = 0; i < number; ++i) {
        all.prepend(enter(accounts.at(chance.bounded(3)), noon.addSecs(3600LL * (i - number)), chance));
        Known &known = all.first();
        if (const int fate = chance.bounded(4); fate == 1 && decisions.hold(known.id, noon))
            known.state = MessageState::Held;
        else if (fate == 2 && decisions.cancel(known.id, noon))
            known.state = MessageState::Cancelled;
    }
    return all;
}

// Random filters over random messages, page by page, beside what the test itself thinks of each message.
void TestFinder::everyFilterSaysWhatTheMessagesSay()
{
    const QList<Known> all = enterMany(150);
    static const QStringList pieces{u"invoice"_s,           u"inv"_s,
                                    u"\"invoice\""_s,       u"-invoice"_s,
                                    u"münster"_s,           u"MUNST"_s,
                                    u"-agenda"_s,           u"subject:minutes"_s,
                                    u"body:minutes"_s,      u"-to:user1"_s,
                                    u"to:user2"_s,          u"from:ada"_s,
                                    u"-from:bob"_s,         u"status:held"_s,
                                    u"-status:held"_s,      u"status:queued,cancelled"_s,
                                    u"account:home"_s,      u"-account:home"_s,
                                    u"account:work"_s,      u"has:attachment"_s,
                                    u"-has:attachment"_s,   u"after:2026-11-18"_s,
                                    u"before:2026-11-20"_s, u"before:yesterday"_s,
                                    u"after:today"_s,       u"nowhere"_s};
    const QList<QList<MessageState>> folders{
        {}, {MessageState::Held}, {MessageState::Queued, MessageState::Cancelled, MessageState::Sent}};
    QRandomGenerator chance(9);
    int found = 0;
    for (int round = 0; round < 600; ++round) {
        QStringList typed;
        for (int i = chance.bounded(0, 5); i > 0; --i)
            typed.append(pieces.at(chance.bounded(static_cast<int>(pieces.size()))));
        const Filter filter = asked(typed.join(u' '), folders.at(chance.bounded(3)));
        QList<MessageId> expected;
        for (const Known &known : all) {
            if (isLetThrough(known, filter))
                expected.append(known.id);
        }
        const Finder finder(m_books->database, filter);
        QList<MessageId> paged;
        QList<MessageId> page;
        do {
            const auto read = finder.page(7, paged.isEmpty() ? MessageId() : paged.last());
            QVERIFY2(read.ok(), qPrintable(filter.search.typed));
            page = *read;
            paged += page;
        } while (!page.isEmpty());
        QVERIFY2(
            paged == expected,
            qPrintable(
                u"%1: %2 instead of %3"_s.arg(filter.search.typed).arg(paged.size()).arg(expected.size())));
        QList<MessageId> some{MessageId{9999}};
        for (int i = 0; i < 20; ++i)
            some.append(all.at(chance.bounded(static_cast<int>(all.size()))).id);
        QList<MessageId> among;
        for (const MessageId id : expected) {
            if (some.contains(id))
                among.append(id);
        }
        QCOMPARE(*finder.among(some), among);
        found += static_cast<int>(expected.size());
    }
    QVERIFY(found > 2000); // the filters were no empty ones
}

void TestFinder::makeTwentyFiveThousand()
{
    Store::Database &database = m_books->database;
    Store::Transaction transaction(database);
    for (const char *sql :
         {"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000) INSERT INTO "
          "message (account_name,"
          " message_id, sender, recipients, recipient_count, subject, size, envelope, state, created, "
          "changed, next_attempt,"
          " attached) SELECT CASE i % 3 WHEN 0 THEN 'work' ELSE 'home' END, '<x>', 'ada', 'bob', 1, "
          "'newsletter ' || i, 1, '',"
          " CASE i % 50 WHEN 0 THEN 'failed' WHEN 1 THEN 'held' WHEN 2 THEN 'deferred' ELSE 'sent' END,"
          " 1700000000000 + i * 3600000, 0, 4102444800000, i % 7 = 0 FROM n",
          "INSERT INTO find (rowid, subject, sender, recipients, body, marks) SELECT id, subject, sender, "
          "recipients, '',"
          " char(57344) FROM message"}) {
        const Base::Done done = database.exec(QString::fromLatin1(sql));
        QVERIFY2(done.ok(), done ? "" : qPrintable(done.error().detail));
    }
    QVERIFY(transaction.commit().ok());
}

void TestFinder::plansWalkAnIndex_data()
{
    using enum MessageState;
    using States = QList<MessageState>;
    QTest::addColumn<QString>("typed");
    QTest::addColumn<States>("states");
    QTest::newRow("all") << QString() << States{};
    QTest::newRow("one state") << QString() << States{Failed};
    QTest::newRow("states") << QString() << States{Queued, Deferred, Held, Failed};
    QTest::newRow("account") << u"account:work"_s << States{};
    QTest::newRow("account and states") << u"account:home"_s << States{Held, Sent};
    QTest::newRow("not a state") << u"-status:sent"_s << States{};
    QTest::newRow("time") << u"after:2024-02-01 before:2024-02-03"_s << States{};
    QTest::newRow("time and account") << u"after:2024-02-01 account:work"_s << States{Sent};
    QTest::newRow("attachment") << u"has:attachment"_s << States{};
    QTest::newRow("attachment, account, state") << u"has:attachment account:work"_s << States{Held};
    QTest::newRow("no attachment") << u"-has:attachment"_s << States{};
    QTest::newRow("text") << u"newsletter"_s << States{};
    QTest::newRow("text among very few") << u"\"newsletter\""_s << States{Failed};
    QTest::newRow("text among few") << u"newsletter"_s << States{Failed, Held, Deferred};
    QTest::newRow("a hard text among very few") << u"-xÿzüxyz"_s << States{Failed};
    QTest::newRow("text among many") << u"newsletter"_s << States{Sent};
    QTest::newRow("text and time") << u"newsletter after:2024-02-01"_s << States{};
    QTest::newRow("text and all else")
        << u"-agenda account:home before:2025 -has:attachment"_s << States{Sent, Failed};
}

void TestFinder::plansWalkAnIndex()
{
    QFETCH(QString, typed);
    QFETCH(QList<MessageState>, states);
    makeTwentyFiveThousand();
    const Finder finder(m_books->database, asked(typed, states));
    for (const MessageId below : {MessageId(), MessageId{12'000}}) {
        const Base::Result<Finder::Statement> statement = finder.pageStatement(200, below);
        QVERIFY(statement.ok());
        QVERIFY(!statement->sql.isEmpty());
        Base::Result<Store::Cursor> plan =
            m_books->database.run(u"EXPLAIN QUERY PLAN "_s + statement->sql, statement->values);
        QVERIFY2(plan.ok(), qPrintable(statement->sql));
        int steps = 0;
        for (; plan->next(); ++steps) {
            const QString step = plan->value(3).toString();
            QVERIFY2(!step.contains(u"SCAN message"_s), qPrintable(step));
            QVERIFY2(!step.contains(u"TEMP B-TREE"_s), qPrintable(step));
        }
        QVERIFY(steps > 0);
        QCOMPARE(finder.page(200, below)->isEmpty(), false);
    }
}

// The statements name their index: one that SQLite could not use there would be an error.
void TestFinder::whatIsDueIsFoundByItsIndex()
{
    makeTwentyFiveThousand();
    const Store::MessageStore store(m_books->database);
    QVERIFY(store.due(noon, 10)->isEmpty());
    QCOMPARE(store.nextDue(noon)->value().toMSecsSinceEpoch(), 4'102'444'800'000);
    QCOMPARE(store.due(QDateTime::fromMSecsSinceEpoch(4'102'444'800'000).toUTC(), 10)->size(), 10);
}

void TestFinder::aDeletedMessageLeavesNothing()
{
    const QList<Known> all = enterMany(12);
    Store::Decisions decisions(m_books->database);
    for (const Known &known : all)
        QVERIFY(decisions.remove(known.id).ok());
    for (const QString &word : vocabulary)
        QVERIFY(found(asked(word)).isEmpty());
    QCOMPARE(m_books->number(u"SELECT count(*) FROM find"_s), 0);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM find_content"_s), 0);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM find_docsize"_s), 0);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM message_count WHERE number <> 0"_s), 0);
    // The index agrees with itself.
    QVERIFY(m_books->database.exec(u"INSERT INTO find(find) VALUES('integrity-check')"_s).ok());
    QVERIFY(m_books->database.exec(u"INSERT INTO find(find) VALUES('optimize')"_s).ok());
    QVERIFY(m_books->database.exec(u"CREATE VIRTUAL TABLE words USING fts5vocab(find, row)"_s).ok());
    QCOMPARE(m_books->number(u"SELECT count(*) FROM words"_s), 0);
}

void TestFinder::countsFollowEveryMove()
{
    const QList<Known> all = enterMany(60);
    Store::Decisions decisions(m_books->database);
    QRandomGenerator chance(3);
    for (int round = 0; round < 200; ++round) {
        const MessageId id = all.at(chance.bounded(static_cast<int>(all.size()))).id;
        switch (chance.bounded(4)) { // what is not allowed changes nothing
        case 0:
            (void)decisions.hold(id, noon);
            break;
        case 1:
            (void)decisions.release(id, noon);
            break;
        case 2:
            (void)decisions.cancel(id, noon);
            break;
        default:
            (void)(round % 5 == 0 ? decisions.remove(id) : decisions.retry(id, noon));
        }
    }
    QVERIFY(m_books->number(u"SELECT count(*) FROM message"_s) > 0);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM (SELECT account_name, state, number FROM message_count "
                             u"WHERE number <> 0 EXCEPT"
                             " SELECT account_name, state, count(*) FROM message GROUP BY 1, 2)"_s),
             0);
    QCOMPARE(m_books->number(u"SELECT sum(number) FROM message_count"_s),
             m_books->number(u"SELECT count(*) FROM message"_s));
}

/// What moves a message adds to a row that is there: none is made then.
void TestFinder::anAccountHasACountForEveryState()
{
    const Accounts::Account first = m_books->addAccount(u"first"_s);
    const Accounts::Account other = m_books->addAccount(u"other"_s);
    const auto rows = [this](const QString &name) {
        QStringList all;
        auto query = m_books->database.run(
            u"SELECT state, number FROM message_count WHERE account_name = ? ORDER BY state"_s, {name});
        while (query && query->next())
            all.append(query->value(0).toString() + u' ' + query->value(1).toString());
        return all;
    };
    const auto expected = [](const QString &one) {
        QStringList all;
        for (const Delivery::MessageState state : Delivery::allMessageStates()) {
            all.append(Delivery::key(state) + (Delivery::key(state) == one ? u" 1"_s : u" 0"_s));
        }
        all.sort();
        return all;
    };
    (void)m_books->enqueue(first, {u"bob@example.org"_s}, noon);
    QCOMPARE(rows(u"first"_s), expected(u"queued"_s));
    QCOMPARE(rows(u"other"_s), QStringList());
    Store::Decisions decisions(m_books->database);
    QCOMPARE(decisions.handOver(first.id, other, noon)->size(), 1);
    QCOMPARE(rows(u"first"_s), expected(u""_s));
    QCOMPARE(rows(u"other"_s), expected(u"queued"_s));
    QCOMPARE(decisions.handOver(other.id, first, noon)->size(), 1);
    QCOMPARE(rows(u"first"_s), expected(u"queued"_s));
    QCOMPARE(rows(u"other"_s), expected(u""_s));
}

void TestFinder::aClockSetBackHidesNothing()
{
    const Accounts::Account account = m_books->addAccount();
    QRandomGenerator chance(1);
    const MessageId first = enter(account, noon, chance).id;
    const MessageId back = enter(account, noon.addYears(-1), chance).id;
    const MessageId last = enter(account, noon.addSecs(1), chance).id;
    QCOMPARE(found(asked(u"before:2026"_s)), QList<MessageId>{back});
    QCOMPARE(found(asked(u"after:2026"_s)), (QList<MessageId>{last, first}));
    QCOMPARE(found(asked(u"status:queued before:2026"_s)), QList<MessageId>{back});
    QVERIFY(found(asked(u"before:2020"_s)).isEmpty());
    QVERIFY(found(asked(u"after:2040"_s)).isEmpty());
}

void TestFinder::nobodysAccountFindsNothing()
{
    enterMany(5);
    QVERIFY(found(asked(u"account:nobody"_s)).isEmpty());
    QVERIFY(found(asked(u"account:nobody inv"_s)).isEmpty());
    QCOMPARE(found(asked(u"-account:nobody"_s)).size(), 5);
    Filter filter;
    filter.accountName = u"home"_s; // the whole name, here
    QVERIFY(found(filter).isEmpty());
    filter.accountName = u"HOMEOPATH"_s;
    QVERIFY(found(filter).size() < 5);
}

QTEST_GUILESS_MAIN(TestFinder)
#include "tst_finder.moc"
