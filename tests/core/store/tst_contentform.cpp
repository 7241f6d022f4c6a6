// How contents lie in the books: to the octet, also those of older books, and what is not whole is not sent.

#include "core/store/contentform.h"

#include "tests/support/books.h"

#include <QJsonDocument>

using Message::Content;
using Message::Piece;
using namespace Qt::StringLiterals;

namespace {

QByteArray allOctets()
{
    QByteArray all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    return all;
}

const Message::SpoolRef kept{QByteArray(64, 'a'), 12345};

} // namespace

class TestContentForm : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyOctetComesBack_data();
    void everyOctetComesBack();
    void olderBooksAreRead_data() { everyOctetComesBack_data(); }
    void olderBooksAreRead();
    void whatIsNotWholeIsNoContent();
    void aTornContentIsNotTakenUp();
};

void TestContentForm::everyOctetComesBack_data()
{
    QTest::addColumn<Content>("content");
    QTest::newRow("nothing") << Content();
    QTest::newRow("all octets") << Content{{allOctets(), {}, false}};
    QTest::newRow("an empty piece") << Content{{{}, {}, false}, {"x", {}, false}};
    QTest::newRow("line ends first") << Content{{"\n\n[{\"octets\":3}]\n", {}, false}};
    QTest::newRow("in between from the spool") << Content{
        {allOctets(), {}, false}, {{}, kept, true}, {"\r\n--end--\r\n", {}, false}, {{}, kept, false}};
}

void TestContentForm::everyOctetComesBack()
{
    QFETCH(const Content, content);
    const QByteArray stored = Store::packed(content);
    QCOMPARE(QString::fromUtf8(stored).toUtf8(), stored); // the column holds text
    const std::optional<Content> back = Store::contentFrom(stored);
    QVERIFY(back.has_value());
    QCOMPARE(*back, content);
}

void TestContentForm::olderBooksAreRead()
{
    QFETCH(const Content, content);
    const std::optional<Content> back =
        Store::contentFrom(QJsonDocument(Message::toJson(content)).toJson(QJsonDocument::Compact));
    QVERIFY(back.has_value());
    QCOMPARE(*back, content);
}

void TestContentForm::whatIsNotWholeIsNoContent()
{
    const QByteArray whole = Store::packed({{allOctets(), {}, false}, {{}, kept, true}});
    for (qsizetype size = 0; size < whole.size(); ++size)
        QVERIFY2(!Store::contentFrom(whole.first(size)), qPrintable(QString::number(size)));
    QVERIFY(!Store::contentFrom(whole + 'x'));
    QVERIFY(!Store::contentFrom("[{\"octets\":-1}]\n"));
}

/// An attempt would send an empty letter, or half a one.
void TestContentForm::aTornContentIsNotTakenUp()
{
    Support::Books books;
    QVERIFY(books.opened.ok());
    const Accounts::Account account = books.addAccount();
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const Base::MessageId id = books.enqueue(account, {u"bob@example.org"_s}, now);
    QVERIFY(id.isValid());
    QVERIFY(books.database.exec(u"UPDATE content SET pieces = substr(pieces, 1, length(pieces) - 1)"_s).ok());
    const auto begun = Store::MessageStore(books.database).beginAttempt(id, now);
    QVERIFY(!begun.ok());
    QCOMPARE(begun.error().kind, Base::ErrorKind::DatabaseDamaged);
    QCOMPARE(books.state(id), u"queued"_s);
}

QTEST_GUILESS_MAIN(TestContentForm)
#include "tst_contentform.moc"
