#include "core/store/searchquery.h"

#include <QRandomGenerator>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QTest>

using Delivery::MessageState;
using Store::parseSearch;
using Store::SearchHint;
using Store::SearchQuery;
using Where = Store::SearchTerm::Where;
using Kind = SearchHint::Kind;
using namespace Qt::StringLiterals;

namespace {

const QDate today(2026, 11, 22);

/// "+subject=word* -*=two words": wanted or not, where, what; a star where the word may go on.
QString told(const SearchQuery &query)
{
    static const QStringList names{u"*"_s, u"subject"_s, u"sender"_s, u"recipients"_s, u"body"_s};
    QStringList words;
    for (const Store::SearchTerm &term : query.terms)
        words.append((term.isNegated ? u"-"_s : u"+"_s) + names.at(static_cast<int>(term.where)) + u'=' +
                     term.text + (term.isPhrase ? QString() : u"…"_s));
    return words.join(u' ');
}

QList<Kind> kinds(const SearchQuery &query)
{
    QList<Kind> kinds;
    for (const SearchHint &hint : query.hints)
        kinds.append(hint.kind);
    return kinds;
}

qint64 startOf(int year, int month, int day)
{
    return QDate(year, month, day).startOfDay().toMSecsSinceEpoch();
}

qint64 stamp(const std::optional<QDateTime> &when)
{
    return when ? when->toMSecsSinceEpoch() : -1;
}

} // namespace

class TestSearchQuery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void termsAreRead_data();
    void termsAreRead();
    void statesAreRead_data();
    void statesAreRead();
    void everyStateHasItsWord();
    void datesAreRead_data();
    void datesAreRead();
    void aSignTurnsADayAround();
    void accountsAndAttachmentsAreRead();
    void hintsAreGiven_data();
    void hintsAreGiven();
    void nothingRestrictsNothing_data();
    void nothingRestrictsNothing();
    void expressionsAreQuoted_data();
    void expressionsAreQuoted();
    void longBeginningsAreCompleted();
    void noInputIsEverAnError();
    void longInputIsBounded();
};

void TestSearchQuery::termsAreRead_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("expected");
    QTest::newRow("word") << u"invoice"_s << u"+*=invoice…"_s;
    QTest::newRow("words") << u"  two \t words\n"_s << u"+*=two… +*=words…"_s;
    QTest::newRow("phrase") << u"\"two words\""_s << u"+*=two words"_s;
    QTest::newRow("typographic quotes") << u"“two words” „three“"_s << u"+*=two words +*=three"_s;
    QTest::newRow("open phrase") << u"a \"two words"_s << u"+*=a… +*=two words"_s;
    QTest::newRow("not") << u"-draft"_s << u"-*=draft…"_s;
    QTest::newRow("not a phrase") << u"-\"a b\" c"_s << u"-*=a b +*=c…"_s;
    QTest::newRow("hyphen in a word") << u"e-mail - x"_s << u"+*=e-mail… +*=x…"_s;
    QTest::newRow("tokens") << u"to:ada from:bob subject:c body:d text:e"_s
                            << u"+recipients=ada… +sender=bob… +subject=c… +body=d… +body=e…"_s;
    QTest::newRow("capitals") << u"TO:Ada Subject:X"_s << u"+recipients=Ada… +subject=X…"_s;
    QTest::newRow("token with a phrase") << u"subject:\"minutes of may\""_s << u"+subject=minutes of may"_s;
    QTest::newRow("not a token") << u"-to:ada"_s << u"-recipients=ada…"_s;
    QTest::newRow("space behind the colon") << u"to: ada"_s << u"+recipients=ada…"_s;
    QTest::newRow("address") << u"to:ada@example.org"_s << u"+recipients=ada@example.org…"_s;
    QTest::newRow("a link") << u"https://example.org"_s << u"+*=https://example.org…"_s;
    QTest::newRow("a time") << u"12:30"_s << u"+*=12:30…"_s;
    QTest::newRow("unknown token") << u"foo:bar"_s << u"+*=foo:bar…"_s;
    QTest::newRow("two colons") << u"subject:to:ada"_s << u"+subject=to:ada…"_s;
    QTest::newRow("operators are words")
        << u"a OR b AND NOT c"_s << u"+*=a… +*=OR… +*=b… +*=AND… +*=NOT… +*=c…"_s;
    QTest::newRow("NUL") << u"a"_s + QChar(0) + u"b"_s << u"+*=a… +*=b…"_s;
    QTest::newRow("a mark") << QString(Store::everyMark) + u"b"_s << u"+*=b…"_s;
    QTest::newRow("half a character") << u"a b"_s + QChar(0xD800) << u"+*=a… +*=b\uFFFD…"_s;
}

void TestSearchQuery::termsAreRead()
{
    QFETCH(QString, typed);
    QFETCH(QString, expected);
    const SearchQuery query = parseSearch(typed, today);
    QCOMPARE(told(query), expected);
    QVERIFY(!query.isEmpty());
}

void TestSearchQuery::statesAreRead_data()
{
    using enum MessageState;
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QList<MessageState>>("states");
    QTest::addColumn<QList<MessageState>>("except");
    using States = QList<MessageState>;
    QTest::newRow("one") << u"status:failed"_s << States{Failed} << States{};
    QTest::newRow("sending") << u"status:sending"_s << States{Sending} << States{};
    QTest::newRow("two") << u"status:held,queued"_s << States{Held, Undoable, Queued} << States{};
    QTest::newRow("said twice") << u"status:held status:queued"_s << States{Held, Undoable, Queued}
                                << States{};
    QTest::newRow("not") << u"-status:sent"_s << States{} << States{Sent};
    QTest::newRow("other names") << u"state:Partly is:canceled"_s << States{PartlySent, Cancelled}
                                 << States{};
    QTest::newRow("in quotes") << u"status:\"partly sent\""_s << States{PartlySent} << States{};
    QTest::newRow("unsent") << u"is:unsent"_s << States{Undoable, Scheduled, Queued, Sending, Deferred, Held}
                            << States{};
}

void TestSearchQuery::statesAreRead()
{
    QFETCH(QString, typed);
    QFETCH(QList<MessageState>, states);
    QFETCH(QList<MessageState>, except);
    const SearchQuery query = parseSearch(typed, today);
    QCOMPARE(query.states.value_or(QList<MessageState>()), states);
    QCOMPARE(query.states.has_value(), !states.isEmpty());
    QCOMPARE(query.exceptStates, except);
    QVERIFY(query.hints.isEmpty());
    QVERIFY(!query.hasText());
}

void TestSearchQuery::everyStateHasItsWord()
{
    for (const MessageState state : Delivery::allMessageStates()) {
        const SearchQuery query = parseSearch(u"status:"_s + Delivery::name(state), today);
        QVERIFY2(query.states && query.states->contains(state), qPrintable(Delivery::name(state)));
    }
}

void TestSearchQuery::datesAreRead_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<qint64>("since");
    QTest::addColumn<qint64>("before");
    constexpr qint64 none = -1;
    QTest::newRow("after a day") << u"after:2026-11-21"_s << startOf(2026, 11, 21) << none;
    QTest::newRow("before a day") << u"before:2026-11-21"_s << none << startOf(2026, 11, 21);
    QTest::newRow("short figures") << u"after:2026-3-5"_s << startOf(2026, 3, 5) << none;
    QTest::newRow("a month") << u"after:2026-10 before:2026-11"_s << startOf(2026, 10, 1)
                             << startOf(2026, 11, 1);
    QTest::newRow("a year") << u"before:2026"_s << none << startOf(2026, 1, 1);
    QTest::newRow("today") << u"since:today"_s << startOf(2026, 11, 22) << none;
    QTest::newRow("yesterday") << u"after:Yesterday before:TODAY"_s << startOf(2026, 11, 21)
                               << startOf(2026, 11, 22);
    QTest::newRow("the narrowest counts")
        << u"after:2020 after:2024 before:2026 before:2025"_s << startOf(2024, 1, 1) << startOf(2025, 1, 1);
    QTest::newRow("leap day") << u"after:2024-02-29"_s << startOf(2024, 2, 29) << none;
}

void TestSearchQuery::datesAreRead()
{
    QFETCH(QString, typed);
    QFETCH(qint64, since);
    QFETCH(qint64, before);
    const SearchQuery query = parseSearch(typed, today);
    QCOMPARE(stamp(query.since), since);
    QCOMPARE(stamp(query.before), before);
    QVERIFY(query.hints.isEmpty());
    QVERIFY(!query.isEmpty());
}

void TestSearchQuery::aSignTurnsADayAround()
{
    QCOMPARE(stamp(parseSearch(u"-before:2026-11-01"_s, today).since), startOf(2026, 11, 1));
    QCOMPARE(stamp(parseSearch(u"-after:2026-11-01"_s, today).before), startOf(2026, 11, 1));
}

void TestSearchQuery::accountsAndAttachmentsAreRead()
{
    const SearchQuery query =
        parseSearch(u"account:work -account:\"old one\" has:attachment account:home"_s, today);
    QCOMPARE(query.accounts, (QStringList{u"work"_s, u"home"_s}));
    QCOMPARE(query.exceptAccounts, QStringList{u"old one"_s});
    QCOMPARE(query.hasAttachment, std::optional(true));
    QCOMPARE(parseSearch(u"-has:file"_s, today).hasAttachment, std::optional(false));
    QVERIFY(!parseSearch(u"x"_s, today).hasAttachment);
}

void TestSearchQuery::hintsAreGiven_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QList<Kind>>("hints");
    QTest::addColumn<bool>("restricts");
    using Kinds = QList<Kind>;
    QTest::newRow("unknown token") << u"foo:bar"_s << Kinds{Kind::UnknownToken} << true;
    QTest::newRow("no state") << u"status:lost"_s << Kinds{Kind::UnknownState} << false;
    QTest::newRow("one of two states") << u"status:lost,held"_s << Kinds{Kind::UnknownState} << true;
    QTest::newRow("no thing") << u"has:wings"_s << Kinds{Kind::UnknownThing} << false;
    QTest::newRow("no date") << u"before:soon"_s << Kinds{Kind::BadDate} << false;
    QTest::newRow("no such day") << u"after:2026-02-30"_s << Kinds{Kind::BadDate} << false;
    QTest::newRow("no year") << u"after:0000"_s << Kinds{Kind::BadDate} << false;
    QTest::newRow("too many figures") << u"after:2026-1-1-1"_s << Kinds{Kind::BadDate} << false;
    QTest::newRow("foreign figures") << u"after:٢٠٢٦"_s << Kinds{Kind::BadDate} << false;
    QTest::newRow("a sign in a date") << u"after:2026--1"_s << Kinds{Kind::BadDate} << false;
    QTest::newRow("no value") << u"to:"_s << Kinds{Kind::NoValue} << false;
    QTest::newRow("no value before a token") << u"to: status:held"_s << Kinds{Kind::NoValue} << true;
    QTest::newRow("empty quotes") << u"to:\"\""_s << Kinds{Kind::NoValue} << false;
    QTest::newRow("signs") << u"%%% x"_s << Kinds{Kind::NothingToFind} << true;
    QTest::newRow("told once") << u"foo:a foo:b"_s << Kinds{Kind::UnknownToken} << true;
    QTest::newRow("a link is no token") << u"mailto://x"_s << Kinds{} << true;
    QTest::newRow("a drive is no token") << u"C:\\x"_s << Kinds{} << true;
    QTest::newRow("a colon at the end") << u"Hello:"_s << Kinds{} << true;
}

void TestSearchQuery::hintsAreGiven()
{
    QFETCH(QString, typed);
    QFETCH(QList<Kind>, hints);
    QFETCH(bool, restricts);
    const SearchQuery query = parseSearch(typed, today);
    QCOMPARE(kinds(query), hints);
    QCOMPARE(query.isEmpty(), !restricts);
}

void TestSearchQuery::nothingRestrictsNothing_data()
{
    QTest::addColumn<QString>("typed");
    for (const QString &typed : {QString(), u"   "_s, u"\""_s, u"-"_s, u"- -"_s, u":"_s, u"*"_s, u"\"\""_s})
        QTest::newRow(qPrintable(u"["_s + typed + u"]"_s)) << typed;
}

void TestSearchQuery::nothingRestrictsNothing()
{
    QFETCH(QString, typed);
    QVERIFY(parseSearch(typed, today).isEmpty());
    QCOMPARE(Store::expressionFor(parseSearch(typed, today)), QString());
}

void TestSearchQuery::expressionsAreQuoted_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("expected");
    QTest::newRow("word") << u"ada"_s << u"\"ada\"*"_s;
    QTest::newRow("one letter is itself") << u"a"_s << u"\"a\""_s;
    QTest::newRow("one letter at the end") << u"plan-b"_s << u"\"plan-b\""_s;
    QTest::newRow("one ideograph is a word") << u"信"_s << u"\"信\"*"_s;
    QTest::newRow("phrase") << u"\"a b\""_s << u"\"a b\""_s;
    QTest::newRow("quote inside") << u"so\"called"_s << u"\"so\"\"called\"*"_s;
    QTest::newRow("column") << u"to:ada x1"_s << u"recipients : \"ada\"* AND \"x1\"*"_s;
    QTest::newRow("not") << u"aa -bb -cc"_s << u"(\"aa\"*) NOT (\"bb\"* OR \"cc\"*)"_s;
    QTest::newRow("only not") << u"-bb"_s << u"(marks : \""_s + Store::everyMark + u"\") NOT (\"bb\"*)"_s;
    QTest::newRow("attachment") << u"aa has:attachment"_s
                                << u"\"aa\"* AND marks : \""_s + Store::attachedMark + u"\""_s;
    QTest::newRow("attachment without text") << u"has:attachment"_s << QString();
}

void TestSearchQuery::expressionsAreQuoted()
{
    QFETCH(QString, typed);
    QFETCH(QString, expected);
    QCOMPARE(Store::expressionFor(parseSearch(typed, today)), expected);
}

void TestSearchQuery::longBeginningsAreCompleted()
{
    QStringList begun;
    const Store::Completions complete = [&begun](const QString &beginning) -> std::optional<QStringList> {
        begun.append(beginning);
        if (beginning == u"invoic"_s)
            return QStringList{u"invoice"_s, u"invoices"_s};
        return beginning == u"manymany"_s ? std::nullopt : std::optional(QStringList());
    };
    const auto expression = [&complete](const QString &typed) {
        return Store::expressionFor(parseSearch(typed, today), complete);
    };
    QCOMPARE(expression(u"Invoic"_s), u"(\"invoice\" OR \"invoices\")"_s);
    QCOMPARE(expression(u"subject:invoic -xx"_s),
             u"(subject : (\"invoice\" OR \"invoices\")) NOT (\"xx\"*)"_s);
    QCOMPARE(expression(u"manymany nothing"_s), u"\"manymany\"* AND \"nothing\"*"_s);
    begun.clear();
    // In the index as they are, whole words, more than one word, or spelled otherwise there.
    QCOMPARE(expression(u"invoi \"invoic\" a@invoic Grüße-s größeres"_s).count(u" AND "_s), 4);
    QCOMPARE(begun, QStringList());
}

// Whatever is typed, FTS5 takes the expression, and it finds what a word that is in the text says.
void TestSearchQuery::noInputIsEverAnError()
{
    static const QStringList pieces{
        u"\""_s,
        u"'"_s,
        u"-"_s,
        u"*"_s,
        u"("_s,
        u")"_s,
        u"{"_s,
        u"}"_s,
        u":"_s,
        u"^"_s,
        u"+"_s,
        u"\\"_s,
        u" "_s,
        u"\n"_s,
        u"NEAR("_s,
        u" AND "_s,
        u" OR "_s,
        u" NOT "_s,
        u"to:"_s,
        u"-to:"_s,
        u"status:"_s,
        u"before:"_s,
        u"has:"_s,
        u"marks:"_s,
        u"a"_s,
        u"wörter"_s,
        u"2026-"_s,
        u";"_s,
        u"--"_s,
        u"/*"_s,
        u"%"_s,
        u"_"_s,
        u"“"_s,
        u"信"_s,
        u"🙂"_s,
        QString(QChar(0)),
        QString(QChar(0xD83D)),
        QString(Store::everyMark),
        u"e\u0301"_s,
        u"नमस्ते"_s,
        u"?"_s,
    };
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"fts"_s);
        database.setDatabaseName(u":memory:"_s);
        QVERIFY(database.open());
        QSqlQuery make(database);
        QVERIFY(
            make.exec(u"CREATE VIRTUAL TABLE find USING fts5(subject, sender, recipients, body, marks)"_s));
        QVERIFY(make.exec(u"INSERT INTO find VALUES ('needle', '', '', '', '\uE000')"_s));
        QRandomGenerator chance(4);
        for (int round = 0; round < 4000; ++round) {
            QString typed;
            for (int i = chance.bounded(1, 12); i > 0; --i)
                typed += pieces.at(chance.bounded(static_cast<int>(pieces.size())));
            const QString expression = Store::expressionFor(parseSearch(typed, today));
            if (expression.isEmpty())
                continue;
            QSqlQuery query(database);
            QVERIFY(query.prepare(u"SELECT rowid FROM find WHERE find MATCH ?"_s));
            query.addBindValue(expression);
            QVERIFY2(query.exec(), qPrintable(typed + u" → "_s + expression + query.lastError().text()));
            while (query.next()) {
            }
            QVERIFY2(!query.lastError().isValid(), qPrintable(typed + u" → "_s + expression));
        }
        QSqlQuery query(database);
        QVERIFY(query.prepare(u"SELECT rowid FROM find WHERE find MATCH ?"_s));
        query.addBindValue(Store::expressionFor(parseSearch(u"needl -hay"_s, today)));
        QVERIFY(query.exec() && query.next());
    }
    QSqlDatabase::removeDatabase(u"fts"_s);
}

void TestSearchQuery::longInputIsBounded()
{
    const QStringList inputs{QString(100'000, u'a'),
                             QString(100'000, u'"'),
                             u"word "_s.repeated(20'000),
                             u"a.b "_s.repeated(20'000),
                             u"-x:y "_s.repeated(20'000),
                             QString(300, u'.') + u"end"_s,
                             u"status:x,"_s + u"y,"_s.repeated(50'000)};
    for (const QString &typed : inputs) {
        const SearchQuery query = parseSearch(typed, today);
        QVERIFY(query.terms.size() <= Store::mostSearchTerms);
        QVERIFY(query.hints.size() <= Store::mostSearchTerms);
        QVERIFY(query.typed.size() <= Store::longestSearch);
        for (const Store::SearchTerm &term : query.terms)
            QVERIFY(term.text.size() <= Store::longestSearchTerm);
        QVERIFY(!query.hints.isEmpty());
        for (const SearchHint &hint : query.hints)
            QVERIFY(hint.word.size() <= 40);
    }
    QVERIFY(kinds(parseSearch(inputs.first(), today)).contains(Kind::TooLong));
    QVERIFY(kinds(parseSearch(u"word "_s.repeated(60), today)).contains(Kind::TooLong));
}

QTEST_GUILESS_MAIN(TestSearchQuery)
#include "tst_searchquery.moc"
