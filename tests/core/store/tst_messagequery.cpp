#include "core/store/messagequery.h"

#include "tests/support/books.h"

using Base::ErrorKind;
using Base::MessageId;
using Delivery::MessageState;
using Delivery::Stage;
using Delivery::Verdict;
using Store::Filter;
using Store::MessageQuery;
using Support::outcome;
using Support::result;
using namespace Qt::StringLiterals;

namespace {

const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();

Store::SearchQuery asked(const QString &text)
{
    return Store::parseSearch(text, noon.toLocalTime().date());
}

} // namespace

class TestMessageQuery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void aRowSaysWhatWasEntered();
    void statesRestrict();
    void accountsRestrict();
    void searchLooksEverywhere_data();
    void searchLooksEverywhere();
    void punctuationSeparatesWords_data();
    void punctuationSeparatesWords();
    void pagesFollowEachOtherWithoutGapOrRepeat();
    void rowsComeInTheOrderAskedFor();
    void theSourceIsWhatGoesOut();
    void theSourceIsReadOnlyAsFarAsAsked();
    void aMissingPartIsTold();
    void transcriptsAreFoundByNumber();
    void countsAreThoseOfTheStates();
    void accountsAreFoundByName();
    void whatIsNotThereIsNotFound();
    void booksThatAreNotThereCannotBeOpened();
    void whatOthersWriteIsSeen();

private:
    QList<MessageId> found(const Filter &filter) const { return *m_query->ids(filter, 100); }
    QList<MessageId> searched(const QString &text) const { return found({{}, {}, asked(text)}); }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<MessageQuery> m_query;
    Accounts::Account m_account;
};

void TestMessageQuery::init()
{
    m_query.reset();
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_account = m_books->addAccount();
    m_query = std::make_unique<MessageQuery>();
    QVERIFY(m_query->open(m_books->databasePath(), m_books->spoolPath()).ok());
}

void TestMessageQuery::aRowSaysWhatWasEntered()
{
    const Message::OutgoingMessage letter = Support::Books::letter(
        {u"a@example.org"_s, u"\"b b\"@bücher.example"_s, u"c@example.org"_s, u"d@example.org"_s},
        u"Grüße"_s);
    const MessageId id = *Store::MessageStore(m_books->database).enqueue(letter, m_account, noon);
    const Base::Result<Store::MessageRow> row = m_query->row(id);
    QVERIFY(row.ok());
    QCOMPARE(row->id, id);
    QCOMPARE(row->account, m_account.id);
    QCOMPARE(row->accountName, m_account.name);
    QCOMPARE(row->messageId, letter.messageId);
    QCOMPARE(row->from, letter.from);
    QCOMPARE(row->recipients, u"a@example.org, \"b b\"@bücher.example, c@example.org"_s);
    QCOMPARE(row->recipientCount, 4);
    QCOMPARE(row->subject, u"Grüße"_s);
    QCOMPARE(row->size, letter.size());
    QCOMPARE(row->state, MessageState::Queued);
    QCOMPARE(row->created, noon);
    QCOMPARE(row->changed, noon);
    QCOMPARE(row->nextAttempt, std::optional<QDateTime>(noon));
    QCOMPARE(row->attempts, 0);
    QVERIFY(row->reason.isNull());
    const Base::Result<Store::MessageDetails> details = m_query->details(id);
    QCOMPARE(details->message, *row);
    QCOMPARE(details->recipients.size(), 4);
    QCOMPARE(details->recipients.at(1).address, u"\"b b\"@bücher.example"_s);
    QCOMPARE(details->recipients.at(1).state, Delivery::RecipientState::Waiting);
    QVERIFY(details->attempts.isEmpty());
}

void TestMessageQuery::statesRestrict()
{
    Store::Decisions decisions(m_books->database);
    const MessageId queued = m_books->enqueue(m_account, {u"a@example.org"_s}, noon);
    const MessageId held = m_books->enqueue(m_account, {u"a@example.org"_s}, noon);
    const MessageId cancelled = m_books->enqueue(m_account, {u"a@example.org"_s}, noon);
    QVERIFY(decisions.hold(held, noon).ok());
    QVERIFY(decisions.cancel(cancelled, noon).ok());
    QCOMPARE(found({}), (QList<MessageId>{cancelled, held, queued})); // newest first
    QCOMPARE(found({{MessageState::Held}, {}, {}}), QList<MessageId>{held});
    QCOMPARE(found({{MessageState::Queued, MessageState::Cancelled}, {}, {}}),
             (QList<MessageId>{cancelled, queued}));
    QVERIFY(found({{MessageState::Sent}, {}, {}}).isEmpty());
}

void TestMessageQuery::accountsRestrict()
{
    const Accounts::Account other = m_books->addAccount(u"Other"_s);
    const MessageId mine = m_books->enqueue(m_account, {u"a@example.org"_s}, noon);
    const MessageId others = m_books->enqueue(other, {u"a@example.org"_s}, noon);
    QCOMPARE(found({{}, u"work"_s, {}}), QList<MessageId>{mine});
    QCOMPARE(found({{}, u"OTHER"_s, {}}), QList<MessageId>{others});
    QVERIFY(found({{}, u"Oth"_s, {}}).isEmpty());
    QCOMPARE(found({{MessageState::Queued}, u"work"_s, asked(u"hello"_s)}), QList<MessageId>{mine});
    QVERIFY(found({{MessageState::Sent}, u"work"_s, asked(u"hello"_s)}).isEmpty());
}

void TestMessageQuery::searchLooksEverywhere_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("hit");
    QTest::newRow("subject") << u"quarterly"_s << true;
    QTest::newRow("beginning of a word") << u"quart"_s << true;
    QTest::newRow("middle of a word") << u"uarter"_s << false;
    QTest::newRow("other case") << u"QUARTERLY REPORT"_s << true;
    QTest::newRow("other order") << u"report quarterly"_s << true;
    QTest::newRow("not beside each other") << u"\"report quarterly\""_s << false;
    QTest::newRow("a phrase has whole words") << u"\"quarterly rep\""_s << false;
    QTest::newRow("sender") << u"ada@"_s << true;
    QTest::newRow("sender's name") << u"Ada <"_s << true;
    QTest::newRow("first recipient") << u"first@"_s << true;
    QTest::newRow("last of many recipients") << u"fifth@example.org"_s << true;
    QTest::newRow("a recipient's name") << u"Vivian"_s << true;
    QTest::newRow("a word in another script") << u"отчёт"_s << true;
    QTest::newRow("nowhere") << u"nowhere"_s << false;
    QTest::newRow("no SQL") << u"' OR 1=1 --"_s << false;
    QTest::newRow("no operator of the index") << u"nowhere OR quarterly"_s << false;
    QTest::newRow("no column of the index") << u"subject:quarterly"_s << true;
    QTest::newRow("no column that is no token") << u"recipients:quarterly"_s << false;
    QTest::newRow("no marks") << QString(Store::everyMark) + u" nowhere"_s << false;
    QTest::newRow("text") << u"agenda"_s << true;
    QTest::newRow("without accents") << u"munster"_s << true;
    QTest::newRow("with other accents") << u"MÚNSTER"_s << true;
}

void TestMessageQuery::searchLooksEverywhere()
{
    QFETCH(QString, text);
    QFETCH(bool, hit);
    m_books->enqueue(m_account, {u"other@example.net"_s}, noon, u"Other"_s);
    Message::OutgoingMessage letter =
        Support::Books::letter({u"first@example.org"_s, u"b@example.org"_s, u"c@example.org"_s,
                                u"d@example.org"_s, u"Vivian <fifth@example.org>"_s},
                               u"Quarterly report, отчёт"_s);
    letter.text = u"The agenda for Münster"_s;
    const MessageId id = *Store::MessageStore(m_books->database).enqueue(letter, m_account, noon);
    // The sender is the same for both.
    QList<MessageId> ids = searched(text);
    if (!text.startsWith(u"ada"_s, Qt::CaseInsensitive))
        QCOMPARE(ids, hit ? QList<MessageId>{id} : QList<MessageId>());
    QCOMPARE(ids.contains(id), hit);
}

void TestMessageQuery::punctuationSeparatesWords_data()
{
    QTest::addColumn<QString>("subject");
    QTest::newRow("percent") << u"100% sure"_s;
    QTest::newRow("underscore") << u"snake_case"_s;
    QTest::newRow("backslash") << u"C:\\mail"_s;
    QTest::newRow("star") << u"sn*ke"_s;
    QTest::newRow("quote") << u"it's \"so\""_s;
    QTest::newRow("operators") << u"NEAR(a b, 2) NOT ^c + d"_s;
    QTest::newRow("address") << u"ada.l+x@example.org"_s;
}

void TestMessageQuery::punctuationSeparatesWords()
{
    QFETCH(QString, subject);
    const MessageId other =
        m_books->enqueue(m_account, {u"b@example.net"_s}, noon, u"snakecase snXke its mail"_s);
    const MessageId id = m_books->enqueue(m_account, {u"b@example.net"_s}, noon, subject);
    QCOMPARE(searched(subject), QList<MessageId>{id});
    for (const QString &none : {u"%"_s, u"_"_s, u"*"_s, u"\""_s, u"("_s}) // nothing to look for: no filter
        QCOMPARE(searched(none), (QList<MessageId>{id, other}));
}

void TestMessageQuery::pagesFollowEachOtherWithoutGapOrRepeat()
{
    QList<MessageId> all;
    for (int i = 0; i < 53; ++i)
        all.prepend(m_books->enqueue(m_account, {u"a@example.org"_s}, noon));
    QList<MessageId> paged;
    MessageId below;
    for (;;) {
        const QList<MessageId> page = *m_query->ids({}, 10, below);
        if (page.isEmpty())
            break;
        QVERIFY(page.size() <= 10);
        paged += page;
        below = page.last();
        // New ones above and one gone below do not disturb the pages that follow.
        m_books->enqueue(m_account, {u"a@example.org"_s}, noon);
    }
    QCOMPARE(paged, all);
}

void TestMessageQuery::rowsComeInTheOrderAskedFor()
{
    const MessageId one = m_books->enqueue(m_account, {u"a@example.org"_s}, noon, u"one"_s);
    const MessageId two = m_books->enqueue(m_account, {u"a@example.org"_s}, noon, u"two"_s);
    const MessageId three = m_books->enqueue(m_account, {u"a@example.org"_s}, noon, u"three"_s);
    QStringList subjects;
    for (const Store::MessageRow &row : *m_query->rows({two, MessageId{99}, three, one}))
        subjects.append(row.subject);
    QCOMPARE(subjects, (QStringList{u"two"_s, u"three"_s, u"one"_s}));
    QVERIFY(m_query->rows({})->isEmpty());
}

void TestMessageQuery::theSourceIsWhatGoesOut()
{
    Store::Spool spool(m_books->spoolPath());
    QBuffer file;
    file.setData(QByteArray(1000, 'x'));
    QVERIFY(file.open(QIODevice::ReadOnly));
    Message::OutgoingMessage letter = Support::Books::letter({u"a@example.org"_s});
    letter.content = {Message::Piece{QByteArray("Subject: x\r\n\r\n\0\xff", 16), {}, false},
                      Message::Piece{{}, *spool.put(file), true}};
    const MessageId id = *Store::MessageStore(m_books->database).enqueue(letter, m_account, noon);
    const Base::Result<QByteArray> source = m_query->source(id, 1 << 20);
    QVERIFY(source.ok());
    QCOMPARE(*source,
             QByteArray("Subject: x\r\n\r\n\0\xff", 16) + Message::encodeBase64Lines(QByteArray(1000, 'x')));
    QCOMPARE(source->size(), letter.size());
    QCOMPARE(*m_query->source(id, 12), QByteArray("Subject: x\r\n"));
    QCOMPARE(*m_query->source(id, 0), QByteArray());
}

void TestMessageQuery::theSourceIsReadOnlyAsFarAsAsked()
{
    Message::OutgoingMessage letter = Support::Books::letter({u"a@example.org"_s});
    letter.content = {Message::Piece{"Subject: x\r\n\r\n", {}, false},
                      Message::Piece{{}, {QByteArray(64, 'a'), 5'000'000'000}, true}};
    const MessageId id = *Store::MessageStore(m_books->database).enqueue(letter, m_account, noon);
    QCOMPARE(*m_query->source(id, 14), QByteArray("Subject: x\r\n\r\n")); // the missing part is not touched
}

void TestMessageQuery::aMissingPartIsTold()
{
    Message::OutgoingMessage letter = Support::Books::letter({u"a@example.org"_s});
    letter.content.append(Message::Piece{{}, {QByteArray(64, 'a'), 10}, true});
    const MessageId id = *Store::MessageStore(m_books->database).enqueue(letter, m_account, noon);
    QCOMPARE(m_query->source(id, 1 << 20).error().kind, ErrorKind::FileMissing);
}

void TestMessageQuery::transcriptsAreFoundByNumber()
{
    Store::MessageStore store(m_books->database);
    m_books->enqueue(m_account, {u"b@example.org"_s}, noon);
    const MessageId id = m_books->enqueue(m_account, {u"a@example.org"_s}, noon);
    for (const QString &said : {u"451 first"_s, u"451 second"_s}) {
        const Base::Result<Store::Assignment> assignment = store.beginAttempt(id, noon);
        QVERIFY(assignment.ok());
        Delivery::Transcript transcript;
        transcript.add({Delivery::Speaker::Server, noon, 1, said, 0});
        QVERIFY(store
                    .finishAttempt(id, *assignment, outcome({result(Verdict::Deferred, Stage::Rcpt, 451)}),
                                   transcript, {noon, true, false}, noon)
                    .ok());
    }
    QCOMPARE(m_query->transcript(id, 1)->lines().first().text, u"451 first"_s);
    QCOMPARE(m_query->transcript(id, 2)->lines().first().text, u"451 second"_s);
    QCOMPARE(m_query->transcript(id)->lines().first().text, u"451 second"_s);
    QCOMPARE(m_query->transcript(id, 3).error().kind, ErrorKind::NotFound);
    // One under way has none yet.
    QVERIFY(store.beginAttempt(id, noon).ok());
    QVERIFY(m_query->transcript(id)->isEmpty());
    QCOMPARE(m_query->details(id)->attempts.size(), 3);
    QVERIFY(!m_query->details(id)->attempts.last().finished);
}

void TestMessageQuery::countsAreThoseOfTheStates()
{
    QVERIFY(m_query->counts()->isEmpty());
    Store::Decisions decisions(m_books->database);
    for (int i = 0; i < 5; ++i)
        m_books->enqueue(m_account, {u"a@example.org"_s}, noon);
    QVERIFY(decisions.hold(MessageId{1}, noon).ok());
    QVERIFY(decisions.hold(MessageId{2}, noon).ok());
    QCOMPARE(*m_query->counts(),
             (QHash<MessageState, int>{{MessageState::Queued, 3}, {MessageState::Held, 2}}));
}

void TestMessageQuery::accountsAreFoundByName()
{
    const Accounts::Account other = m_books->addAccount(u"Other"_s);
    QCOMPARE(m_query->account(QString())->id, m_account.id);
    QCOMPARE(m_query->account(u"OTHER"_s)->id, other.id);
    QCOMPARE(m_query->account(other.id)->name, u"Other"_s);
    QCOMPARE(m_query->account(u"nobody"_s).error().kind, ErrorKind::UnknownAccount);
    QCOMPARE(m_query->account(Base::AccountId{99}).error().kind, ErrorKind::UnknownAccount);
    Store::AccountStore store(m_books->database);
    QVERIFY(store.remove(m_account.id).ok());
    QVERIFY(store.remove(other.id).ok());
    QCOMPARE(m_query->account(QString()).error().kind, ErrorKind::NoAccount);
    QCOMPARE(m_query->account(u"work"_s).error().kind, ErrorKind::NoAccount);
}

void TestMessageQuery::whatIsNotThereIsNotFound()
{
    const MessageId none{99};
    QCOMPARE(m_query->row(none).error().kind, ErrorKind::NotFound);
    QCOMPARE(m_query->details(none).error().kind, ErrorKind::NotFound);
    QCOMPARE(m_query->transcript(none).error().kind, ErrorKind::NotFound);
    QCOMPARE(m_query->source(none, 10).error().kind, ErrorKind::NotFound);
    QCOMPARE(m_query->draft(Base::DraftId{99}).error().kind, ErrorKind::NotFound);
    QVERIFY(m_query->drafts()->isEmpty());
}

void TestMessageQuery::booksThatAreNotThereCannotBeOpened()
{
    MessageQuery query;
    const QString path = m_books->folder.filePath(u"none.db"_s);
    QVERIFY(!query.open(path, m_books->spoolPath()).ok());
    QVERIFY(!QFile::exists(path)); // reading makes nothing
}

void TestMessageQuery::whatOthersWriteIsSeen()
{
    QVERIFY(found({}).isEmpty());
    const MessageId id = m_books->enqueue(m_account, {u"a@example.org"_s}, noon);
    QCOMPARE(found({}), QList<MessageId>{id});
    QVERIFY(Store::Decisions(m_books->database).remove(id).ok());
    QVERIFY(found({}).isEmpty());
}

QTEST_GUILESS_MAIN(TestMessageQuery)
#include "tst_messagequery.moc"
