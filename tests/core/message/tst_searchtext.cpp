#include "core/message/searchtext.h"

#include "core/message/finishedmessage.h"
#include "core/message/messagebuilder.h"
#include "tests/support/memorystore.h"

#include <QBuffer>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

using Message::searchTextIn;
using namespace Qt::StringLiterals;

namespace {

const QByteArray mixed =
    "Content-Type: multipart/mixed; boundary=\"b 1\"\r\n\r\nfor old programs\r\n--b 1\r\n";

} // namespace

class TestSearchText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textIsFound_data();
    void textIsFound();
    void itIsBounded();
    void aBuiltMessageHasIt();
    void aBuiltContentSaysTheSame();
    void aFinishedMessageHasIt();
    void anyOctetsAreTaken();
};

void TestSearchText::textIsFound_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("attached");
    QTest::newRow("nothing") << QByteArray() << QString() << false;
    QTest::newRow("header only") << "Subject: x\r\n\r\n"_ba << QString() << false;
    QTest::newRow("plain") << "Subject: x\r\n\r\nhello there\r\n"_ba << u"hello there\r\n"_s << false;
    QTest::newRow("bare line feeds") << "Subject: x\n\nhello\n"_ba << u"hello\n"_s << false;
    QTest::newRow("quoted-printable")
        << "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\nK=C3=BCm=\r\nmel =zz"_ba
        << u"Kümmel =zz"_s << false;
    QTest::newRow("base64") << "Content-Transfer-Encoding: base64\r\n\r\nS8O8bW1lbA==\r\n"_ba << u"Kümmel"_s
                            << false;
    QTest::newRow("latin-1") << "Content-Type: text/plain;\r\n charset=iso-8859-1\r\n\r\nK\xfcmmel"_ba
                             << u"Kümmel"_s << false;
    QTest::newRow("undeclared latin-1") << "\r\nK\xfcmmel"_ba << u"Kümmel"_s << false;
    QTest::newRow("unknown charset") << "Content-Type: text/plain; charset=x-none\r\n\r\nabc"_ba << u"abc"_s
                                     << false;
    QTest::newRow("html")
        << "Content-Type: text/html\r\n\r\n<style>p {}</style><p>one<br>two &amp; three</p>"_ba
        << u"  one two & three "_s << false;
    QTest::newRow("html that is never closed")
        << "Content-Type: text/html\r\n\r\none<script>two"_ba << u"one "_s << false;
    QTest::newRow("parts")
        << mixed + "\r\none\r\n--b 1\r\nContent-Type: text/plain\r\n\r\ntwo\r\n--b 1--\r\nthree"
        << u"one\r\n\ntwo\r\n"_s << false;
    QTest::newRow("plain before html")
        << "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>no</b>\r\n--b\r\n\r\nyes\r\n--b--"_ba
        << u"yes\r\n"_s << false;
    QTest::newRow("attachment")
        << mixed + "\r\none\r\n--b 1\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; "
                   "filename=\"my report.pdf\"\r\n\r\nxyz\r\n--b 1--"
        << u"my report.pdf\none\r\n"_s << true;
    QTest::newRow("attached text is not read")
        << mixed + "Content-Type: text/plain; name*=utf-8''K%C3%BCmmel.txt\r\nContent-Disposition: "
                   "attachment\r\n\r\nxyz\r\n--b 1--"
        << u"Kümmel.txt\n"_s << true;
    QTest::newRow("a picture in the text is none")
        << mixed + "Content-Type: image/png; name=\"=?utf-8?Q?f=C3=BCr?=.png\"\r\n\r\nxyz\r\n--b 1--"
        << u"für.png\n"_s << false;
    QTest::newRow("a message in it")
        << mixed + "Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\ninner\r\n--b 1--" << u"inner\r\n"_s
        << false;
    QTest::newRow("boundary that never comes")
        << "Content-Type: multipart/mixed; boundary=b\r\n\r\nlost"_ba << QString() << false;
    QTest::newRow("boundary within a line")
        << mixed + "\r\none --b 1\r\ntwo" << u"one --b 1\r\ntwo"_s << false;
}

void TestSearchText::textIsFound()
{
    QFETCH(QByteArray, message);
    QFETCH(QString, text);
    QFETCH(bool, attached);
    const Message::SearchText found = searchTextIn(message);
    QCOMPARE(found.text, text);
    QCOMPARE(found.hasAttachment, attached);
}

void TestSearchText::itIsBounded()
{
    QCOMPARE(searchTextIn("\r\n" + QByteArray(1'000'000, 'x')).text.size(), Message::longestSearchText);
    QByteArray nested;
    for (int i = 0; i < 2000; ++i)
        nested += "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
    QVERIFY(searchTextIn(nested + "\r\ndeep").text.isEmpty());
    QByteArray many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (int i = 0; i < 20'000; ++i)
        many += "--b\r\n\r\nx\r\n";
    const QString text = searchTextIn(many).text;
    QVERIFY(text.startsWith(u"x\r\n"_s) && text.size() < 1000);
}

void TestSearchText::aBuiltMessageHasIt()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath(u"minutes.txt"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("secret") == 6);
    file.close();
    Message::Draft draft;
    draft.from = u"ada@example.org"_s;
    draft.to = u"bob@example.org"_s;
    draft.subject = u"x"_s;
    draft.text = u"Grüße an alle"_s;
    Support::MemoryStore store;
    const auto context = Message::systemBuildContext(QDateTime::currentDateTime());
    QCOMPARE(Message::build(draft, context, store)->text, draft.text);
    QVERIFY(!Message::build(draft, context, store)->hasAttachment);
    draft.attachments = {{file.fileName(), u"Protokoll.txt"_s, 6}};
    const auto built = Message::build(draft, context, store);
    QVERIFY(built.ok());
    QCOMPARE(built->text, u"Protokoll.txt\nGrüße an alle"_s);
    QVERIFY(built->hasAttachment);
    draft.text = QString(100'000, u'x');
    QCOMPARE(Message::build(draft, context, store)->text.size(), Message::longestSearchText);
}

// Books from before there was an index have the content only.
void TestSearchText::aBuiltContentSaysTheSame()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath(u"a.bin"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("secret") == 6);
    file.close();
    Message::Draft draft;
    draft.from = u"ada@example.org"_s;
    draft.to = u"bob@example.org"_s;
    draft.text = u"Grüße an alle\nund "_s + QString(200, u'ü');
    draft.attachments = {{file.fileName(), u"Übersicht der Ergebnisse des vergangenen Jahres.bin"_s, 6}};
    Support::MemoryStore store;
    const auto built =
        Message::build(draft, Message::systemBuildContext(QDateTime::currentDateTime()), store);
    QVERIFY(built.ok());
    const Message::SearchText found = Message::searchTextOf(built->content);
    QVERIFY(found.hasAttachment);
    QVERIFY2(found.text.contains(draft.attachments.first().name), qPrintable(found.text));
    QVERIFY2(found.text.contains(QString(200, u'ü')), qPrintable(found.text));
}

void TestSearchText::aFinishedMessageHasIt()
{
    QBuffer file;
    file.setData("From: ada@example.org\nTo: bob@example.org\n" + QByteArray(mixed).replace("\r\n", "\n") +
                 "\nthe body\n--b 1\nContent-Disposition: attachment; filename=x.pdf\n\nxyz\n--b 1--\n");
    QVERIFY(file.open(QIODevice::ReadOnly));
    Support::MemoryStore store;
    const auto message =
        Message::finish(file, {}, Message::systemBuildContext(QDateTime::currentDateTime()), store);
    QVERIFY(message.ok());
    QCOMPARE(message->text, u"x.pdf\nthe body\r\n"_s);
    QVERIFY(message->hasAttachment);
}

void TestSearchText::anyOctetsAreTaken()
{
    static const QByteArrayList pieces{"Content-Type: ",
                                       "multipart/mixed",
                                       "; boundary=",
                                       "\"",
                                       "b",
                                       "--b",
                                       "--b--",
                                       "\r\n",
                                       "\r\n\r\n",
                                       "\n",
                                       "=",
                                       "=C3",
                                       "text/html",
                                       "text/plain",
                                       "<",
                                       ">",
                                       "<style",
                                       "charset=",
                                       "utf-16",
                                       "Content-Transfer-Encoding: ",
                                       "base64",
                                       "quoted-printable",
                                       "Content-Disposition: ",
                                       "attachment",
                                       "; filename*=",
                                       "''",
                                       "%C3",
                                       "\\",
                                       "\0",
                                       "\xff",
                                       "message/rfc822",
                                       ";",
                                       " "};
    QRandomGenerator chance(7);
    for (int round = 0; round < 20'000; ++round) {
        QByteArray message;
        for (int i = chance.bounded(0, 30); i > 0; --i)
            message += pieces.at(chance.bounded(static_cast<int>(pieces.size())));
        QVERIFY(searchTextIn(message).text.size() <= Message::longestSearchText);
    }
}

QTEST_GUILESS_MAIN(TestSearchText)
#include "tst_searchtext.moc"
