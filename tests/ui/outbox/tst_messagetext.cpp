// What our own builder wrote is read back for people: text, fields, names of attachments; and any other bytes
// are survived.

#include "core/message/messagebuilder.h"
#include "ui/outbox/messagerules.h"
#include "ui/outbox/messagetext.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace Ui;

namespace {

/// Keeps what it is given in memory, as the spool would on disk.
class HeldContent : public Message::ContentStore
{
public:
    Base::Result<Message::SpoolRef> put(QIODevice &source) override
    {
        bytes = source.readAll();
        return Message::SpoolRef{QByteArray(64, 'a'), bytes.size()};
    }
    Base::Result<std::unique_ptr<QIODevice>> open(const Message::SpoolRef &) const override
    {
        return Base::Error{Base::ErrorKind::FileMissing, {}, {}};
    }
    QByteArray bytes;
};

QByteArray literal(const Message::OutgoingMessage &message)
{
    QByteArray out;
    for (const Message::Piece &piece : message.content)
        out += piece.spooled.isNull() ? piece.bytes : QByteArray("AAAA\r\n");
    return out;
}

} // namespace

class TestMessageText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsItsOwn_data();
    void readsItsOwn();
    void readsAttachments();
    void survivesAnything();
    void rulesFollowTheStates();
};

void TestMessageText::readsItsOwn_data()
{
    QTest::addColumn<QString>("text");
    QTest::addRow("plain") << QStringLiteral("Hello\n\n.\nbye\n");
    QTest::addRow("accents") << QStringLiteral("Grüße aus Köln\nund mehr = gleich\n");
    QTest::addRow("arabic") << QStringLiteral("مرحبا بالعالم\n");
    QTest::addRow("long") << QString(5000, QLatin1Char('x')) + QLatin1Char('\n');
}

void TestMessageText::readsItsOwn()
{
    QFETCH(QString, text);
    Message::Draft draft;
    draft.from = QStringLiteral("Ada <ada@example.org>");
    draft.to = QStringLiteral("Jürgen <j@example.org>");
    draft.subject = QStringLiteral(
        "Über alles, was lang genug ist, um gefaltet zu werden, und noch ein wenig länger als das");
    draft.text = text;
    HeldContent store;
    const auto message =
        Message::build(draft, Message::systemBuildContext(QDateTime::currentDateTime()), store);
    QVERIFY(message);
    const MessageText read = readMessageText(literal(*message));
    QVERIFY(read.readable);
    QCOMPARE(read.text, text);
    QCOMPARE(read.field(QStringLiteral("subject")), draft.subject);
    QVERIFY(read.field(QStringLiteral("To")).contains(QStringLiteral("Jürgen")));
}

void TestMessageText::readsAttachments()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("f")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("x");
    file.close();
    Message::Draft draft;
    draft.from = QStringLiteral("ada@example.org");
    draft.to = QStringLiteral("bob@example.org");
    draft.text = QStringLiteral("See the files.\n");
    draft.attachments = {
        {file.fileName(), QStringLiteral("plain.txt"), 1},
        {file.fileName(),
         QStringLiteral(
             "Übersicht „lang“ mit einem Namen, der in mehrere Abschnitte zerlegt werden muss.pdf"),
         1}};
    HeldContent store;
    const auto message =
        Message::build(draft, Message::systemBuildContext(QDateTime::currentDateTime()), store);
    QVERIFY(message);
    const MessageText read = readMessageText(literal(*message));
    QCOMPARE(read.text.trimmed(), QStringLiteral("See the files."));
    QCOMPARE(read.attachments, (QStringList{draft.attachments.at(0).name, draft.attachments.at(1).name}));
}

void TestMessageText::survivesAnything()
{
    for (const QByteArray &bytes :
         {QByteArray(), QByteArray("\r\n"), QByteArray(": : :\n ="),
          QByteArray("Content-Type: multipart/mixed; boundary=\"a\"\n\n--a"),
          QByteArray("Content-Type: multipart/mixed; boundary=a\n\n--a\n--a\n--a--"),
          QByteArray(3000, '\xff'), QByteArray(3000, '='),
          QByteArray("Content-Transfer-Encoding: quoted-printable\n\n=")})
        readMessageText(bytes);
    // Every cut of a message with parts is survived too.
    const QByteArray whole = "Content-Type: multipart/mixed; boundary=\"=_x\"\r\n\r\n--=_x\r\nContent-Type: "
                             "text/plain\r\n\r\nHi =C3=BC\r\n--=_x--\r\n";
    for (qsizetype cut = 0; cut <= whole.size(); ++cut)
        readMessageText(whole.left(cut));
    QCOMPARE(readMessageText(whole).text, QStringLiteral("Hi =C3=BC"));
}

void TestMessageText::rulesFollowTheStates()
{
    using enum Delivery::MessageState;
    for (const Delivery::MessageState state : Delivery::allMessageStates()) {
        const MessageRules rules = rulesFor(state);
        const bool underWay = state == Sending;
        QVERIFY(!underWay || !(rules.retry || rules.cancel || rules.hold || rules.remove));
        QCOMPARE(rules.resolve, state == Uncertain);
        QVERIFY(!rules.retry || Delivery::mayMove(state, Queued));
        QVERIFY(!rules.cancel || Delivery::mayMove(state, Cancelled));
    }
    QVERIFY(!rulesFor(Sent).retry);
    QVERIFY(!rulesFor(Uncertain).retry); // law 5: the person chooses
    QVERIFY(allows(rulesFor(Failed), MessageWish::Edit));
}

QTEST_GUILESS_MAIN(TestMessageText)
#include "tst_messagetext.moc"
