#include "core/message/encodedword.h"

#include <QRandomGenerator>
#include <QTest>

using namespace Message;
using namespace Qt::StringLiterals;

namespace {

QString joined(const QList<QByteArray> &words)
{
    return QString::fromLatin1(words.join(' '));
}

QString randomText(QRandomGenerator &random, int length)
{
    QString text;
    while (length-- > 0) {
        char32_t point = 0;
        switch (random.bounded(6)) {
        case 0:
            point = static_cast<char32_t>(random.bounded(0x20, 0x7f));
            break;
        case 1:
            point = static_cast<char32_t>(random.bounded(0xa0, 0x600));
            break;
        case 2:
            point = static_cast<char32_t>(random.bounded(0x4e00, 0x9fff));
            break;
        case 3:
            point = static_cast<char32_t>(random.bounded(0x1f300, 0x1fa00));
            break;
        case 4:
            point = U" =?_\"<,\uFEFF"[random.bounded(8)];
            break;
        default:
            point = static_cast<char32_t>(random.bounded(0xe000, 0xfffd));
            break;
        }
        text += QStringView(QChar::fromUcs4(point));
    }
    return text;
}

} // namespace

class TestEncodedWord : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wordsAreReadAsTheyWereMeant_data();
    void wordsAreReadAsTheyWereMeant();
    void whatIsEncodedComesBack_data();
    void whatIsEncodedComesBack();
    void everyWordKeepsToTheRules();
    void noCharacterIsSplit();
    void aPhraseKeepsToItsCharacters();
    void theShorterEncodingIsTaken();
    void theFirstWordKeepsToItsLimit();
    void onlyPlainTextIsPlain();
    void anythingAtAllIsSurvived();
};

void TestEncodedWord::wordsAreReadAsTheyWereMeant_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("decoded");
    QTest::newRow("nothing to do") << u"a = b? c"_s << u"a = b? c"_s;
    // RFC 2047 §8
    QTest::newRow("(a)") << u"=?ISO-8859-1?Q?a?="_s << u"a"_s;
    QTest::newRow("(a b)") << u"=?ISO-8859-1?Q?a?= b"_s << u"a b"_s;
    QTest::newRow("(ab)") << u"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?="_s << u"ab"_s;
    QTest::newRow("(ab) two blanks") << u"=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?="_s << u"ab"_s;
    QTest::newRow("(ab) folded") << u"=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?="_s << u"ab"_s;
    QTest::newRow("(a b) underscore") << u"=?ISO-8859-1?Q?a_b?="_s << u"a b"_s;
    QTest::newRow("(a b) in the second") << u"=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?="_s << u"a b"_s;
    QTest::newRow("Latin-1") << u"=?iso-8859-1?q?Andr=E9?= Pirard"_s << u"André Pirard"_s;
    QTest::newRow("base64") << u"=?utf-8?B?4oKs?="_s << u"€"_s;
    QTest::newRow("language") << u"=?utf-8*de?Q?M=C3=BCller?="_s << u"Müller"_s;
    QTest::newRow("lower-case hex") << u"=?utf-8?q?=c3=bc?="_s << u"ü"_s;
    QTest::newRow("empty") << u"x =?utf-8?Q?"
                              "?= y"_s
                           << u"x  y"_s;
    QTest::newRow("between words") << u"Re: =?utf-8?Q?=C3=BC?= und =?utf-8?Q?=C3=A4?="_s << u"Re: ü und ä"_s;
    // What cannot be decoded stays.
    QTest::newRow("unknown charset") << u"=?x-klingon?Q?abc?="_s << u"=?x-klingon?Q?abc?="_s;
    QTest::newRow("broken UTF-8") << u"=?utf-8?Q?=C3?="_s << u"=?utf-8?Q?=C3?="_s;
    QTest::newRow("unknown encoding") << u"=?utf-8?X?abc?="_s << u"=?utf-8?X?abc?="_s;
    QTest::newRow("unfinished") << u"=?utf-8?Q?abc"_s << u"=?utf-8?Q?abc"_s;
    QTest::newRow("blank inside") << u"=?utf-8?Q?a b?="_s << u"=?utf-8?Q?a b?="_s;
    QTest::newRow("a word, then an undecodable one")
        << u"=?utf-8?Q?a?= =?x-klingon?Q?b?="_s << u"a =?x-klingon?Q?b?="_s;
}

void TestEncodedWord::wordsAreReadAsTheyWereMeant()
{
    QFETCH(QString, text);
    QTEST(decodeWords(text), "decoded");
}

void TestEncodedWord::whatIsEncodedComesBack_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("one letter") << u"ü"_s;
    QTest::newRow("blanks at both ends") << u"  ü  "_s;
    QTest::newRow("blanks inside") << u"a  ü   b"_s;
    QTest::newRow("look-alike") << u"=?UTF-8?Q?=C3=BC?="_s;
    QTest::newRow("a byte order mark is a character") << u"\uFEFFabc"_s;
    QTest::newRow("marks in every word") << QString(60, QChar(0xfeff)) + u"ü"_s;
    QTest::newRow("long ASCII") << QString(2000, u'x');
    QTest::newRow("long Arabic") << QString(500, QChar(0x0645));
    QTest::newRow("long emoji") << u"👩‍👩‍👧‍👦"_s.repeated(100);
    QTest::newRow("U+760D and U+760A") << u"\u760d\u760aBcc: x"_s;
    QRandomGenerator random(20470231);
    for (int i = 0; i < 500; ++i)
        QTest::addRow("random %d", i) << randomText(random, random.bounded(1, 120));
}

void TestEncodedWord::whatIsEncodedComesBack()
{
    QFETCH(QString, text);
    for (const bool phrase : {false, true}) {
        for (const qsizetype first : {1, 24, 40, 75, 200})
            QCOMPARE(decodeWords(joined(encodeWords(text, first, phrase))), text);
    }
}

void TestEncodedWord::everyWordKeepsToTheRules()
{
    QRandomGenerator random(1);
    for (int i = 0; i < 300; ++i) {
        const QString text = randomText(random, random.bounded(1, 200));
        const QList<QByteArray> words = encodeWords(text, 75, i % 2);
        QVERIFY(!words.isEmpty());
        for (const QByteArray &word : words) {
            QVERIFY2(word.size() <= 75, word.constData()); // RFC 2047 §2
            QVERIFY(word.startsWith("=?UTF-8?Q?") || word.startsWith("=?UTF-8?B?"));
            QVERIFY(word.endsWith("?="));
            QCOMPARE(word.count('?'), 4);
            for (const char c : word)
                QVERIFY(c > 0x20 && c < 0x7f);
        }
    }
}

void TestEncodedWord::noCharacterIsSplit()
{
    // RFC 2047 §5: each word stands for whole characters, so each decodes on its own.
    for (const QString &text :
         {u"äöü€"_s.repeated(50), u"😀漢"_s.repeated(50), u"😀"_s.repeated(50) + QString(300, u'a')}) {
        QString together;
        for (const QByteArray &word : encodeWords(text, 50, false)) {
            const QString part = decodeWords(QString::fromLatin1(word));
            QVERIFY2(!part.startsWith(u"=?"_s), word.constData());
            QVERIFY(!part.contains(QChar::ReplacementCharacter));
            QVERIFY(part.isValidUtf16());
            together += part;
        }
        QCOMPARE(together, text);
    }
}

void TestEncodedWord::aPhraseKeepsToItsCharacters()
{
    QString text = u"ü"_s;
    for (char16_t c = 0x20; c < 0x7f; ++c)
        text += QChar(c);
    text += QString(300, u'a'); // so that Q is the shorter one
    for (const QByteArray &word : encodeWords(text, 75, true)) {
        QVERIFY(word.startsWith("=?UTF-8?Q?"));
        const QByteArray inner = word.mid(10, word.size() - 12);
        for (const char c : inner) { // RFC 2047 §5 (3)
            const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                 QByteArray("!*+-/=_").contains(c);
            QVERIFY2(allowed, inner.constData());
        }
    }
}

void TestEncodedWord::theShorterEncodingIsTaken()
{
    QVERIFY(
        encodeWords(u"Grüße aus der kleinen Stadt am Fluss"_s, 75, false).first().startsWith("=?UTF-8?Q?"));
    QVERIFY(encodeWords(u"瀬戸内海の島々"_s, 75, false).first().startsWith("=?UTF-8?B?"));
}

void TestEncodedWord::theFirstWordKeepsToItsLimit()
{
    const QString text = u"ü"_s + QString(300, u'a');
    for (qsizetype limit = 24; limit <= 75; ++limit)
        QVERIFY(encodeWords(text, limit, false).first().size() <= limit);
    QVERIFY(encodeWords(text, 0, false).first().size() <= 75);
    QVERIFY(encodeWords({}, 75, false).isEmpty());
}

void TestEncodedWord::onlyPlainTextIsPlain()
{
    QVERIFY(isPlain({}));
    QVERIFY(isPlain(u"Hello, \"world\" = ?"_s));
    QVERIFY(!isPlain(u"a =?b"_s));
    QVERIFY(!isPlain(u"ü"_s));
    QVERIFY(!isPlain(u"a\tb"_s));
    QVERIFY(!isPlain(u"a\u007f"_s));
    QVERIFY(!isPlain(u"\u760d"_s));
}

void TestEncodedWord::anythingAtAllIsSurvived()
{
    QRandomGenerator random(3);
    const QString alphabet = u"=?=?=?utf-8QBqb_AZ09+/ \u00fc\r\n\t*"_s + QChar(0) + QChar(0xd800);
    for (int round = 0; round < 20000; ++round) {
        QString text;
        for (int n = random.bounded(0, 40); n > 0; --n)
            text += alphabet.at(random.bounded(static_cast<int>(alphabet.size())));
        (void)decodeWords(text);
    }
    // Time must not explode either.
    (void)decodeWords(u"=?utf-8?Q?"_s.repeated(20000));
    (void)decodeWords(u"=?"_s.repeated(100000));
}

QTEST_GUILESS_MAIN(TestEncodedWord)
#include "tst_encodedword.moc"
