// Deleted for good: no word of a deleted message is in the files of the database.

#include "core/store/eraser.h"

#include "tests/support/keeping.h"

using Base::MessageId;
using Store::Decisions;
using Store::Eraser;
using namespace Qt::StringLiterals;

namespace {

const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();
const QByteArray secretWord = "xylophonquark";
const QByteArray keptWord = "bleibtbestehen";

Message::OutgoingMessage letterSaying(const QByteArray &word)
{
    Message::OutgoingMessage message =
        Support::Books::letter({QString::fromLatin1(word) + u"-to@example.org"_s}, QString::fromLatin1(word));
    message.text = u"Dear Ada, "_s + QString::fromLatin1(word);
    message.content.append(Message::Piece{"Dear Ada, " + word.repeated(500) + "\r\n", {}, false});
    return message;
}

} // namespace

class TestEraser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void noWordOfItIsLeft();
    void whatIsDeletedMeanwhileGoesToo();
    void itIsOwedOverAKill();
    void aReaderIsNotDisturbed();
    void withoutADeletionNothingIsDone();

private:
    /// How often it stands in the files of the database.
    int found(const QByteArray &word) const
    {
        int times = 0;
        for (const QString &suffix : {u""_s, u"-wal"_s})
            times += static_cast<int>(Support::contentsOf(m_books->databasePath() + suffix).count(word));
        return times;
    }
    bool finish(Eraser &eraser) const
    {
        for (int i = 0; i < 10'000; ++i) {
            const Base::Result<bool> last = eraser.step();
            if (!last || *last)
                return last.ok();
        }
        return false;
    }
    MessageId add(const QByteArray &word)
    {
        return Support::deliver(*m_books, m_account, letterSaying(word), noon);
    }

    std::unique_ptr<Support::Books> m_books;
    Accounts::Account m_account;
};

void TestEraser::init()
{
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_account = m_books->addAccount();
}

void TestEraser::noWordOfItIsLeft()
{
    const MessageId before = add(keptWord);
    const MessageId id = add(secretWord);
    for (int i = 0; i < 200; ++i)
        QVERIFY(add("others" + QByteArray::number(i)).isValid());
    QVERIFY(found(secretWord) > 500);
    QVERIFY(Decisions(m_books->database).remove(id).ok());
    QVERIFY(m_books->database.emptyLog().ok());
    QVERIFY(found(secretWord) > 0); // in the index of words
    Eraser eraser(m_books->database);
    QVERIFY(*eraser.isOwed());
    QVERIFY(finish(eraser));
    QCOMPARE(found(secretWord), 0);
    QVERIFY(!*eraser.isOwed());
    QVERIFY(found(keptWord) > 500);

    Store::MessageQuery query;
    QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
    const auto find = [&query](const QByteArray &word) {
        const auto ids = query.ids({{}, {}, Store::parseSearch(QString::fromLatin1(word), noon.date())}, 10);
        return ids ? *ids : QList<MessageId>{MessageId{-1}};
    };
    QCOMPARE(find(keptWord), QList<MessageId>{before});
    QCOMPARE(find(secretWord), QList<MessageId>());
    QCOMPARE(find("others199").size(), 1);
}

void TestEraser::whatIsDeletedMeanwhileGoesToo()
{
    const MessageId first = add("quarkxylophon");
    const MessageId second = add(secretWord);
    for (int i = 0; i < 100; ++i)
        QVERIFY(add("others" + QByteArray::number(i)).isValid());
    Decisions decisions(m_books->database);
    QVERIFY(decisions.remove(first).ok());
    Eraser eraser(m_books->database);
    QVERIFY(!*eraser.step()); // the merge has begun
    QVERIFY(decisions.remove(second).ok());
    QVERIFY(finish(eraser));
    QCOMPARE(found("quarkxylophon"), 0);
    QCOMPARE(found(secretWord), 0);
}

void TestEraser::itIsOwedOverAKill()
{
    const MessageId id = add(secretWord);
    QVERIFY(add(keptWord).isValid());
    QVERIFY(Decisions(m_books->database).remove(id).ok());
    {
        Eraser eraser(m_books->database);
        QVERIFY(eraser.step().ok());
    }
    Eraser next(m_books->database);
    QVERIFY(finish(next));
    QCOMPARE(found(secretWord), 0);
}

void TestEraser::aReaderIsNotDisturbed()
{
    const MessageId id = add(secretWord);
    Store::Database reader;
    QVERIFY(reader.open(m_books->databasePath(), Store::Database::Mode::ReadOnly).ok());
    Base::Result<Store::Cursor> reading = reader.run(u"SELECT id FROM recipient UNION SELECT 2"_s);
    QVERIFY(reading.ok() && reading->next());
    QVERIFY(Decisions(m_books->database).remove(id).ok());
    Eraser eraser(m_books->database);
    for (int i = 0; i < 20; ++i) {
        const Base::Result<bool> last = eraser.step();
        QVERIFY(last.ok() && !*last);
    }
    QVERIFY(*eraser.isOwed());
    QVERIFY(reading->next()); // what it began to read is still there
    reading->finish();
    QVERIFY(finish(eraser));
    QCOMPARE(found(secretWord), 0);
}

void TestEraser::withoutADeletionNothingIsDone()
{
    QVERIFY(add(keptWord).isValid());
    Eraser eraser(m_books->database);
    QVERIFY(!*eraser.isOwed());
    const int before = m_books->number(u"SELECT total_changes()"_s);
    QVERIFY(*eraser.step());
    QCOMPARE(m_books->number(u"SELECT total_changes()"_s), before);
}

QTEST_GUILESS_MAIN(TestEraser)
#include "tst_eraser.moc"
