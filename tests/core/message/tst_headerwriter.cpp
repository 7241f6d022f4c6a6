#include "core/message/headerwriter.h"

#include "core/message/addresslist.h"
#include "core/message/encodedword.h"

#include <QRandomGenerator>
#include <QTest>

using namespace Message;
using Base::ErrorKind;
using namespace Qt::StringLiterals;

namespace {

QByteArray written(const QString &value, const QByteArray &name = "Subject")
{
    HeaderWriter writer;
    const Base::Done done = writer.text(name, value);
    return done ? writer.take() : QByteArray("refused: ") + done.error().detail.toUtf8();
}

/// What stands behind the name, folds undone (RFC 5322 §2.2.3).
QString unfolded(QByteArray field)
{
    field.chop(2);
    field.replace("\r\n", "");
    return QString::fromLatin1(field.mid(field.indexOf(':') + 2));
}

/// Empty when the field keeps to the rules, else what is wrong. `within`: the longest line allowed.
QString problemOf(const QByteArray &field, qsizetype within)
{
    if (!field.endsWith("\r\n"))
        return u"does not end in CRLF"_s;
    const QList<QByteArray> lines = field.left(field.size() - 2).split('\n');
    for (qsizetype i = 0; i < lines.size(); ++i) {
        QByteArray line = lines.at(i);
        const bool last = i + 1 == lines.size();
        if (!last && !line.endsWith('\r'))
            return u"a bare LF"_s;
        if (!last)
            line.chop(1);
        if (line.contains('\r') || line.contains('\0'))
            return u"a bare CR or NUL"_s;
        if (line.size() > within)
            return u"a line of %1 octets"_s.arg(line.size());
        if (i > 0 && !line.startsWith(' '))
            return u"a line that continues nothing"_s;
        if (i > 0 && line.trimmed().isEmpty())
            return u"a line of blanks only"_s;
        for (const char c : line) {
            if (c < 0x20 || c >= 0x7f)
                return u"not printable ASCII"_s;
        }
    }
    return {};
}

/// RFC 2231 put together again, independently of the writer.
QString parameter(const QByteArray &field, const QByteArray &name)
{
    QByteArray text = field;
    text.replace("\r\n", "");
    QMap<int, QByteArray> sections;
    for (QByteArray part : text.split(';')) {
        part = part.trimmed();
        const qsizetype equals = part.indexOf('=');
        QByteArray key = part.left(equals);
        QByteArray value = part.mid(equals + 1);
        if (key == name)
            return QString::fromLatin1(value.startsWith('"') ? value.mid(1, value.size() - 2) : value);
        if (key == name + '*')
            return QString::fromUtf8(QByteArray::fromPercentEncoding(value.mid(7)));
        if (key.startsWith(name + '*') && key.endsWith('*')) {
            const int number = key.mid(name.size() + 1, key.size() - name.size() - 2).toInt();
            if (number == 0)
                value = value.mid(7);
            sections.insert(number, QByteArray::fromPercentEncoding(value));
        }
    }
    int expected = 0;
    QByteArray whole;
    for (auto it = sections.cbegin(); it != sections.cend(); ++it) {
        if (it.key() != expected++)
            return u"a section is missing"_s;
        if (!QString::fromUtf8(it.value()).isValidUtf16() ||
            QString::fromUtf8(it.value()).contains(QChar::ReplacementCharacter))
            return u"a character is split"_s;
        whole += it.value();
    }
    return QString::fromUtf8(whole);
}

} // namespace

class TestHeaderWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textIsWrittenAndComesBack_data();
    void textIsWrittenAndComesBack();
    void randomTextIsWrittenAndComesBack();
    void noLineIsEverOverTheHardLimit_data();
    void noLineIsEverOverTheHardLimit();
    void controlsAreRefusedBeforeAnythingIsWritten_data();
    void controlsAreRefusedBeforeAnythingIsWritten();
    void badNamesAreRefused_data();
    void badNamesAreRefused();
    void addressesAreWrittenAndComeBack_data();
    void addressesAreWrittenAndComeBack();
    void aThousandAddressesAreFolded();
    void noAddressesNoField();
    void parametersAreWrittenAndComeBack_data();
    void parametersAreWrittenAndComeBack();
    void law2_noWriterKnowsTheWordBcc();
};

void TestHeaderWriter::textIsWrittenAndComesBack_data()
{
    QTest::addColumn<QString>("value");
    QTest::addColumn<QByteArray>("field"); // empty: only the rules are checked
    QTest::newRow("empty") << u""_s << QByteArray("Subject: \r\n");
    QTest::newRow("short") << u"Hello"_s << QByteArray("Subject: Hello\r\n");
    QTest::newRow("blanks inside stay") << u"a  b   c"_s << QByteArray("Subject: a  b   c\r\n");
    QTest::newRow("exactly 78") << QString(60, u'a') + u" 12345678"_s
                                << QByteArray("Subject: " + QByteArray(60, 'a') + " 12345678\r\n");
    QTest::newRow("79 folds") << QString(60, u'a') + u" 1234567890"_s
                              << QByteArray("Subject: " + QByteArray(60, 'a') + "\r\n 1234567890\r\n");
    QTest::newRow("umlaut") << u"Grüße"_s << QByteArray("Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n");
    QTest::newRow("look-alike") << u"=?UTF-8?Q?x?="_s << QByteArray();
    QTest::newRow("many words") << u"word "_s.repeated(100).trimmed() << QByteArray();
    QTest::newRow("blanks where it folds") << (QString(60, u'a') + QString(8, u' ') + QString(70, u'b'))
                                           << QByteArray("Subject: " + QByteArray(60, 'a') + "\r\n" +
                                                         QByteArray(8, ' ') + QByteArray(70, 'b') + "\r\n");
    QTest::newRow("Japanese") << u"瀬戸内海の島々をめぐる旅"_s.repeated(10) << QByteArray();
    QTest::newRow("RTL") << u"שלום עולם, מה שלומך היום"_s.repeated(5) << QByteArray();
    QTest::newRow("emoji") << u"👩‍👩‍👧‍👦🎉"_s.repeated(30) << QByteArray();
    QTest::newRow("U+760D and U+760A") << u"\u760d\u760aBcc: eve@example.com"_s << QByteArray();
}

void TestHeaderWriter::textIsWrittenAndComesBack()
{
    QFETCH(QString, value);
    QFETCH(QByteArray, field);
    const QByteArray made = written(value);
    if (!field.isEmpty())
        QCOMPARE(made, field);
    QCOMPARE(problemOf(made, 78), QString());
    QCOMPARE(decodeWords(unfolded(made)), value);
}

void TestHeaderWriter::randomTextIsWrittenAndComesBack()
{
    QRandomGenerator random(5322);
    const QString alphabet = u"abc   =?_\"<>,;:ü€漢😀\uFEFF"_s;
    const auto points = alphabet.toUcs4();
    for (int round = 0; round < 3000; ++round) {
        QString value;
        for (int n = random.bounded(1, 160); n > 0; --n) {
            const char32_t point = points.at(random.bounded(static_cast<int>(points.size())));
            value += QStringView(QChar::fromUcs4(point));
        }
        value = value.trimmed();
        const QByteArray made = written(value);
        // A single word of ASCII cannot be folded; none here is that long.
        const QString problem = problemOf(made, 998);
        QVERIFY2(problem.isEmpty(), qPrintable(problem + u": "_s + QString::fromLatin1(made)));
        QCOMPARE(decodeWords(unfolded(made)), value);
    }
}

void TestHeaderWriter::noLineIsEverOverTheHardLimit_data()
{
    QTest::addColumn<QString>("value");
    for (const int size : {69, 70, 71, 900, 917, 918, 919, 980, 997, 998, 999, 1500, 20000}) {
        QTest::addRow("a word of %d", size) << QString(size, u'x');
        QTest::addRow("after a blank, a word of %d", size) << u"a "_s + QString(size, u'x');
        QTest::addRow("%d blanks inside", size) << u"a"_s + QString(size, u' ') + u'b';
        QTest::addRow("%d blanks and a word of %d", size, size)
            << u"a"_s + QString(size, u' ') + QString(size, u'b');
    }
}

void TestHeaderWriter::noLineIsEverOverTheHardLimit()
{
    QFETCH(QString, value);
    for (const QByteArray &name : {QByteArray("Subject"), QByteArray("X-") + QByteArray(198, 'n')}) {
        const QByteArray made = written(value, name);
        QCOMPARE(problemOf(made, 998), QString());
        QCOMPARE(decodeWords(unfolded(made).trimmed()), value);
    }
}

void TestHeaderWriter::controlsAreRefusedBeforeAnythingIsWritten_data()
{
    QTest::addColumn<QString>("value");
    QTest::newRow("CR LF") << u"x\r\nBcc: eve@example.com"_s;
    QTest::newRow("LF") << u"x\nBcc: eve@example.com"_s;
    QTest::newRow("CR") << u"x\rBcc: eve@example.com"_s;
    QTest::newRow("LF at the end") << u"x\n"_s;
    QTest::newRow("CR at the beginning") << u"\rx"_s;
    QTest::newRow("NUL") << u"a"_s + QChar(0);
    QTest::newRow("vertical tab") << u"a\vb"_s;
    QTest::newRow("escape") << u"a\u001bb"_s;
    QTest::newRow("DEL") << u"a\u007fb"_s;
    QTest::newRow("line separator") << u"a\u2028b"_s;
    QTest::newRow("paragraph separator") << u"a\u2029b"_s;
}

void TestHeaderWriter::controlsAreRefusedBeforeAnythingIsWritten()
{
    QFETCH(QString, value);
    QVERIFY(!isHeaderSafe(value));
    HeaderWriter writer;
    const Base::Done done = writer.text("Subject", value);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::BadHeader);
    QCOMPARE(done.error().subject, u"Subject"_s);
    QVERIFY(writer.take().isEmpty());
}

void TestHeaderWriter::badNamesAreRefused_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("colon") << QByteArray("X:Y");
    QTest::newRow("blank") << QByteArray("X Y");
    QTest::newRow("CR LF") << QByteArray("X\r\nBcc");
    QTest::newRow("NUL") << QByteArray("X\0Y", 3);
    QTest::newRow("DEL") << QByteArray("X\x7f");
    QTest::newRow("8-bit") << QByteArray("X-\xc3\xbc");
    QTest::newRow("too long") << QByteArray(201, 'x');
}

void TestHeaderWriter::badNamesAreRefused()
{
    QFETCH(QByteArray, name);
    QVERIFY(!isFieldName(name));
    HeaderWriter writer;
    const Base::Done done = writer.text(name, u"x"_s);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::BadHeader);
    QVERIFY(writer.take().isEmpty());
}

void TestHeaderWriter::addressesAreWrittenAndComeBack_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("field");
    QTest::newRow("none") << u""_s << QByteArray("To: ada@example.org\r\n");
    QTest::newRow("atom") << u"Ada"_s << QByteArray("To: Ada <ada@example.org>\r\n");
    QTest::newRow("two words") << u"Ada Lovelace"_s
                               << QByteArray("To: \"Ada Lovelace\" <ada@example.org>\r\n");
    QTest::newRow("comma") << u"Lovelace, Ada"_s << QByteArray("To: \"Lovelace, Ada\" <ada@example.org>\r\n");
    QTest::newRow("quotes") << u"A \"b\" \\ c"_s
                            << QByteArray("To: \"A \\\"b\\\" \\\\ c\" <ada@example.org>\r\n");
    QTest::newRow("umlaut") << u"Jürgen, M."_s
                            << QByteArray("To: =?UTF-8?B?SsO8cmdlbiwgTS4=?= <ada@example.org>\r\n");
    QTest::newRow("look-alike") << u"=?UTF-8?Q?eve=40example.com?="_s << QByteArray();
    QTest::newRow("long ASCII") << u"a name that never ends "_s.repeated(60).trimmed() << QByteArray();
    QTest::newRow("long ASCII without blanks") << QString(2000, u'n') << QByteArray();
    QTest::newRow("long with quotes") << u"\"\\"_s.repeated(600) << QByteArray();
    QTest::newRow("long Chinese") << u"漢字"_s.repeated(300) << QByteArray();
    QTest::newRow("emoji") << u"😀 Ada 😀"_s << QByteArray();
}

void TestHeaderWriter::addressesAreWrittenAndComeBack()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, field);
    const Base::Result<Address> address = Address::fromParts(name, u"ada"_s, u"example.org"_s);
    QVERIFY(address.ok());
    HeaderWriter writer;
    writer.addresses("To", {*address});
    const QByteArray made = writer.take();
    if (!field.isEmpty())
        QCOMPARE(made, field);
    QCOMPARE(problemOf(made, 78), QString());
    const AddressList back = AddressList::parse(unfolded(made));
    QCOMPARE(back.addresses(), QList<Address>{*address});
}

void TestHeaderWriter::aThousandAddressesAreFolded()
{
    QList<Address> addresses;
    for (int i = 0; i < 1000; ++i)
        addresses.append(*Address::fromParts(i % 3 == 0   ? u"Näme %1"_s.arg(i)
                                             : i % 3 == 1 ? u"Name, %1"_s.arg(i)
                                                          : QString(),
                                             u"person.%1"_s.arg(i), u"bücher.example"_s));
    HeaderWriter writer;
    writer.addresses("To", addresses);
    const QByteArray made = writer.take();
    QCOMPARE(problemOf(made, 78), QString());
    const AddressList back = AddressList::parse(unfolded(made));
    QVERIFY(back.problems().isEmpty());
    QCOMPARE(back.addresses().size(), addresses.size());
    for (qsizetype i = 0; i < addresses.size(); ++i) {
        QVERIFY(back.addresses().at(i).sameMailbox(addresses.at(i)));
        QCOMPARE(back.addresses().at(i).displayName(), addresses.at(i).displayName());
    }
}

void TestHeaderWriter::noAddressesNoField()
{
    HeaderWriter writer;
    writer.addresses("Cc", {});
    QVERIFY(writer.take().isEmpty());
}

void TestHeaderWriter::parametersAreWrittenAndComeBack_data()
{
    QTest::addColumn<QString>("value");
    QTest::addColumn<QByteArray>("field");
    QTest::newRow("token") << u"report.pdf"_s
                           << QByteArray("Content-Disposition: attachment; filename=report.pdf\r\n");
    QTest::newRow("blank") << u"my report.pdf"_s
                           << QByteArray("Content-Disposition: attachment; filename=\"my report.pdf\"\r\n");
    QTest::newRow("umlaut") << u"Bücher.txt"_s
                            << QByteArray(
                                   "Content-Disposition: attachment; filename*=utf-8''B%C3%BCcher.txt\r\n");
    QTest::newRow("percent and quote") << u"100% 'ü'.txt"_s << QByteArray();
    QTest::newRow("long ASCII") << QString(300, u'x') + u".txt"_s << QByteArray();
    QTest::newRow("long Japanese") << u"瀬戸内海"_s.repeated(60) + u".txt"_s << QByteArray();
    QTest::newRow("emoji") << u"👩‍👩‍👧‍👦"_s.repeated(20) << QByteArray();
    QTest::newRow("look-alike") << u"=?UTF-8?Q?x?=.txt"_s << QByteArray();
    QTest::newRow("semicolon and umlaut") << u"a;b=ü.txt"_s << QByteArray();
    QTest::newRow("tab") << u"a\tb.txt"_s << QByteArray();
}

void TestHeaderWriter::parametersAreWrittenAndComeBack()
{
    QFETCH(QString, value);
    QFETCH(QByteArray, field);
    HeaderWriter writer;
    writer.parameterised("Content-Disposition", "attachment", {{"filename", value}});
    const QByteArray made = writer.take();
    if (!field.isEmpty())
        QCOMPARE(made, field);
    QCOMPARE(problemOf(made, 78), QString());
    QCOMPARE(parameter(made, "filename"), value);
}

void TestHeaderWriter::law2_noWriterKnowsTheWordBcc()
{
    // The builder's own use of it is watched in tst_messagebuilder; here: the name itself comes only from
    // outside.
    QFile source(QStringLiteral(POSTRIDER_SOURCE "/core/message/headerwriter.cpp"));
    QVERIFY(source.open(QIODevice::ReadOnly));
    const QByteArray text = source.readAll();
    QVERIFY(!text.isEmpty());
    QVERIFY(!text.toLower().contains("\"bcc"));
}

QTEST_GUILESS_MAIN(TestHeaderWriter)
#include "tst_headerwriter.moc"
