// Raw octets beyond ASCII in the header of a finished message: encoded where that changes nothing but the
// form.

#include "core/message/asciiheader.h"

#include "core/message/encodedword.h"
#include "finished.h"

#include <random>

using namespace Message;
using namespace Qt::StringLiterals;

class TestAsciiHeader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rawOctetsInTheHeaderAreEncoded_data();
    void rawOctetsInTheHeaderAreEncoded();
    void aLongRawFieldIsFoldedAndReadTheSame();
    void whateverARawFieldHoldsItComesOutWellFormed();
    void whatHasNoOtherFormIsLeftAlone_data();
    void whatHasNoOtherFormIsLeftAlone();
};

void TestAsciiHeader::rawOctetsInTheHeaderAreEncoded_data()
{
    QTest::addColumn<QByteArray>("raw");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *name, const QByteArray &raw, const QByteArray &expected) {
        QTest::newRow(name) << raw + "\r\n" << expected + "\r\n";
    };
    row("a subject",
        "Subject: Gr\xc3\xbc\xc3\x9f"
        "e",
        "Subject: =?UTF-8?B?R3LDvMOfZQ==?=");
    row("the name as it was written", "sUbject:  \xc3\xbc", "sUbject:  =?UTF-8?B?w7w=?=");
    row("a word among others", "Subject: one J\xc3\xbcrgen  two",
        "Subject: one =?UTF-8?Q?J=C3=BCrgen?=  two");
    row("two words are one", "Subject: a J\xc3\xbcrgen  B\xc3\xb6ll b",
        "Subject: a =?UTF-8?B?SsO8cmdlbiAgQsO2bGw=?= b");
    row("beside an encoded word", "Subject: =?utf-8?Q?=C3=A4?= \xc3\xb6 =?utf-8?Q?=C3=BC?=",
        "Subject: =?utf-8?Q?=C3=A4?= =?UTF-8?Q?_=C3=B6_?= =?utf-8?Q?=C3=BC?=");
    row("a fold", "Subject: a\r\n \xc3\xbc", "Subject: a =?UTF-8?B?w7w=?=");
    row("a field of somebody's own", "X-A: \xc3\xbc;\xc3\xbc", "X-A: =?UTF-8?B?w7w7w7w=?=");
    row("a name", "Cc: J\xc3\xbcrgen B <a@example.org>, c@example.org",
        "Cc: =?UTF-8?Q?J=C3=BCrgen?= B <a@example.org>, c@example.org");
    row("a quoted name", "Cc: \"B\xc3\xb6ll, \\\"J\\\"\" <a@example.org>",
        "Cc: =?UTF-8?B?QsO2bGwsICJKIg==?= <a@example.org>");
    row("a name without a blank behind it", "Cc: J\xc3\xbc<a@example.org>",
        "Cc: =?UTF-8?B?SsO8?= <a@example.org>");
    row("a comment", "Cc: a@example.org (J\xc3\xbc), b@example.org",
        "Cc: a@example.org (=?UTF-8?B?SsO8?=), b@example.org");
    row("a group", "Cc: Verb\xc3\xa4nde: a@example.org, b@example.org;",
        "Cc: =?UTF-8?B?VmVyYsOkbmRl?=: a@example.org, b@example.org;");
    row("a domain",
        "Cc: a@b\xc3\xbc"
        "cher.example, Bob <b@b\xc3\xbc"
        "cher.example>",
        "Cc: a@xn--bcher-kva.example, Bob <b@xn--bcher-kva.example>");
    row("a parameter", "Content-Type: text/plain; charset=utf-8; name=\"\xc3\xbc \\\"x.txt\"",
        "Content-Type: text/plain; charset=utf-8; name*=UTF-8''%C3%BC%20%22x.txt");
    row("a parameter in the middle", "Content-Disposition: attachment; filename=\xc3\xbc; size=1",
        "Content-Disposition: attachment; filename*=UTF-8''%C3%BC; size=1");
    row("a phrase of keywords", "Keywords: Gr\xc3\xbcn, blau", "Keywords: =?UTF-8?B?R3LDvG4=?=, blau");
    row("Latin-1, declared", "Content-Type: text/plain; charset=\"ISO-8859-1\"\r\nSubject: J\xfcrgen",
        "Content-Type: text/plain; charset=\"ISO-8859-1\"\r\nSubject: =?ISO-8859-1?Q?J=FCrgen?=");
    row("nobody knows what", "Subject: J\xfcrgen", "Subject: =?unknown-8bit?Q?J=FCrgen?=");
    row("declared as what it is not", "Content-Type: text/plain; charset=utf-8\r\nSubject: J\xfcrgen",
        "Content-Type: text/plain; charset=utf-8\r\nSubject: =?unknown-8bit?Q?J=FCrgen?=");
    row("of several octets a character", "Content-Type: text/plain; charset=Shift_JIS\r\nSubject: \x93\xfa",
        "Content-Type: text/plain; charset=Shift_JIS\r\nSubject: =?unknown-8bit?B?k/o=?=");
    row("each field by itself", "X-A: \xfc\r\nX-B: \xc3\xbc",
        "X-A: =?unknown-8bit?Q?=FC?=\r\nX-B: =?UTF-8?B?w7w=?=");
}

void TestAsciiHeader::rawOctetsInTheHeaderAreEncoded()
{
    QFETCH(QByteArray, raw);
    QFETCH(QByteArray, expected);
    const QByteArray rest = "From: Ada <ada@example.org>\r\nTo: bob@example.org\r\n"
                            "Date: Sat, 21 Nov 2026 18:00:00 +0100\r\nMessage-ID: <1@example.org>\r\n";
    const Finished out = finished(raw + rest + "\r\nbody\r\n");
    QVERIFY2(out.message.ok(), qPrintable(out.message.ok() ? QString() : out.message.error().detail));
    QCOMPARE(out.bytes, expected + rest + "\r\nbody\r\n");
    QVERIFY(!out.message->envelope.utf8Header);
    QVERIFY(!out.message->envelope.eightBit);
    QCOMPARE(finished(out.bytes).bytes, out.bytes); // nothing more to do
}

void TestAsciiHeader::aLongRawFieldIsFoldedAndReadTheSame()
{
    const QString subject = u"Viele Grüße aus 東京 und Köln,"_s.repeated(20);
    const QString file = u"Grüße aus 東京"_s.repeated(20) + u".txt"_s;
    const Finished out =
        finished("Subject: " + subject.toUtf8() + "\r\nContent-Disposition: attachment; filename=\"" +
                 file.toUtf8() + "\"\r\nFrom: a@example.org\r\nTo: b@example.org\r\n\r\nx\r\n");
    QVERIFY(out.message.ok());
    QCOMPARE(out.message->subject, subject);
    for (const QByteArray &line : out.bytes.split('\n'))
        QVERIFY2(line.size() <= 79, line.constData());
    QByteArray field = out.bytes.mid(9, out.bytes.indexOf("\r\nContent-") - 9);
    QCOMPARE(decodeWords(QString::fromLatin1(field.replace("\r\n", ""))), subject);
    QByteArray name;
    for (const QByteArray &part : out.bytes.mid(0, out.bytes.indexOf("\r\nFrom:")).split(';')) {
        if (part.contains("filename*"))
            name += QByteArray(part).replace("UTF-8''", "").mid(part.indexOf('=') + 1);
    }
    QCOMPARE(QString::fromUtf8(QByteArray::fromPercentEncoding(name)), file);
}

void TestAsciiHeader::whateverARawFieldHoldsItComesOutWellFormed()
{
    static const QByteArray alphabet = "a\xc3\xbc\xfc\"\\()<>@,;:= \t?*";
    std::minstd_rand random(4711);
    int sent = 0;
    for (int i = 0; i < 4000; ++i) {
        static const QList<QByteArray> names{"Subject", "Reply-To", "Content-Type", "X-A", "Keywords"};
        QByteArray value;
        for (auto length = random() % 40; length > 0; --length)
            value += alphabet.at(static_cast<qsizetype>(random() % static_cast<unsigned>(alphabet.size())));
        const Finished out =
            finished(names.at(i % names.size()) + ": " + value + "\r\n" + head + "\r\nx\r\n");
        if (!out.message.ok()) {
            QVERIFY(out.message.error().detail.contains(u"line 1 "_s));
            continue;
        }
        ++sent;
        const bool ascii = std::all_of(out.bytes.begin(), out.bytes.end(), [](char c) { return c >= 0; });
        QCOMPARE(out.message->envelope.utf8Header, !ascii);
        QVERIFY(out.bytes.endsWith(head + "\r\nx\r\n")); // no line of it has become another field or the body
        const QList<QByteArray> lines = out.bytes.chopped(head.size() + 5).split('\n');
        for (qsizetype line = 1; line + 1 < lines.size(); ++line) {
            QVERIFY(lines.at(line).startsWith(' ') || lines.at(line).startsWith('\t'));
            QVERIFY(!lines.at(line).trimmed().isEmpty());
        }
        QCOMPARE(finished(out.bytes).bytes, out.bytes);
    }
    QVERIFY(sent > 1000);
}

void TestAsciiHeader::whatHasNoOtherFormIsLeftAlone_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::newRow("a local part") << QByteArray("Cc: J\xc3\xbc <j\xc3\xbc@example.org>\r\n");
    QTest::newRow("a quoted local part") << QByteArray("Cc: \"j\xc3\xbc\"@example.org\r\n");
    QTest::newRow("a string that never ends") << QByteArray("Cc: \"j\xc3\xbc <a@example.org>\r\n");
    QTest::newRow("an address that never ends") << QByteArray("Cc: J\xc3\xbc <a@example.org\r\n");
    QTest::newRow("a comment in a comment") << QByteArray("Cc: a@example.org (J\xc3\xbc (J))\r\n");
    QTest::newRow("no parameter") << QByteArray("Content-Type: text/plain; \xc3\xbc\r\n");
    QTest::newRow("behind a parameter") << QByteArray("Content-Type: a/b; c=\"d\" \xc3\xbc\r\n");
    QTest::newRow("an identifier") << QByteArray("References: <\xc3\xbc@example.org>\r\n");
    QTest::newRow("a trace") << QByteArray("Received: from \xc3\xbc; x\r\n");
    QTest::newRow("of a list") << QByteArray("List-Post: <mailto:\xc3\xbc@example.org>\r\n");
}

void TestAsciiHeader::whatHasNoOtherFormIsLeftAlone()
{
    QFETCH(QByteArray, field);
    QVERIFY(!asAscii(field, "UTF-8"));
    QVERIFY(!asAscii(field, "unknown-8bit"));
}

QTEST_GUILESS_MAIN(TestAsciiHeader)
#include "tst_asciiheader.moc"
