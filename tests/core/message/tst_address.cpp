#include "core/message/address.h"
#include "core/message/addresslist.h"

#include <QRandomGenerator>
#include <QTest>

using Base::ErrorKind;
using Message::Address;
using namespace Qt::StringLiterals;

class TestAddress : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aGoodAddressIsTakenApart_data();
    void aGoodAddressIsTakenApart();
    void aBadAddressIsRefusedAndNamed_data();
    void aBadAddressIsRefusedAndNamed();
    void noControlOrOverrideGetsInByAnyDoor_data();
    void noControlOrOverrideGetsInByAnyDoor();
    void nothingInvisibleStandsInAMailbox();
    void whatIsPastedAlongAroundAnAddressIsLeftOut();
    void halfACharacterIsRefused();
    void theWireFormIsAsciiWithALabels_data();
    void theWireFormIsAsciiWithALabels();
    void lookAlikesOfCrAndLfStayWhatTheyAre();
    void aLocalPartOutsideAsciiNeedsSmtpUtf8();
    void lengthsAreThoseOfTheRfc();
    void whatIsShownParsesBackToTheSameAddress_data();
    void whatIsShownParsesBackToTheSameAddress();
    void sameMailboxLooksAtCaseOnlyInTheDomain();
    void aNullAddressIsNull();
    void whatIsPlainIsReadAsInAList();
};

void TestAddress::aGoodAddressIsTakenApart_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("local");
    QTest::addColumn<QString>("domain");
    QTest::newRow("bare") << u"ada@example.org"_s << u""_s << u"ada"_s << u"example.org"_s;
    QTest::newRow("blanks around") << u"  ada@example.org \t"_s << u""_s << u"ada"_s << u"example.org"_s;
    QTest::newRow("named") << u"Ada Lovelace <ada@example.org>"_s << u"Ada Lovelace"_s << u"ada"_s
                           << u"example.org"_s;
    QTest::newRow("quoted name") << u"\"Lovelace, Ada\" <ada@example.org>"_s << u"Lovelace, Ada"_s << u"ada"_s
                                 << u"example.org"_s;
    QTest::newRow("quotes in the name") << u"\"Ada \\\"the first\\\" L\" <ada@example.org>"_s
                                        << u"Ada \"the first\" L"_s << u"ada"_s << u"example.org"_s;
    QTest::newRow("tab in the name") << u"Ada\tLovelace <ada@example.org>"_s << u"Ada Lovelace"_s << u"ada"_s
                                     << u"example.org"_s;
    QTest::newRow("angle only") << u"<ada@example.org>"_s << u""_s << u"ada"_s << u"example.org"_s;
    QTest::newRow("comment as name") << u"ada@example.org (Ada Lovelace)"_s << u"Ada Lovelace"_s << u"ada"_s
                                     << u"example.org"_s;
    QTest::newRow("encoded name") << u"=?UTF-8?Q?J=C3=BCrgen_M=C3=BCller?= <j@example.org>"_s
                                  << u"Jürgen Müller"_s << u"j"_s << u"example.org"_s;
    QTest::newRow("name in another script")
        << u"瀬戸内海 <seto@example.jp>"_s << u"瀬戸内海"_s << u"seto"_s << u"example.jp"_s;
    QTest::newRow("all of atext") << u"!#$%&'*+-/=?^_`{|}~@example.org"_s << u""_s << u"!#$%&'*+-/=?^_`{|}~"_s
                                  << u"example.org"_s;
    QTest::newRow("plus") << u"ada+lists@example.org"_s << u""_s << u"ada+lists"_s << u"example.org"_s;
    QTest::newRow("dots") << u"a.d.a@mail.example.org"_s << u""_s << u"a.d.a"_s << u"mail.example.org"_s;
    QTest::newRow("quoted local") << u"\"ada lovelace\"@example.org"_s << u""_s << u"ada lovelace"_s
                                  << u"example.org"_s;
    QTest::newRow("quoted local in angle")
        << u"Ada <\"ada lovelace\"@example.org>"_s << u"Ada"_s << u"ada lovelace"_s << u"example.org"_s;
    QTest::newRow("at in quoted local")
        << u"<\"a@b\"@example.org>"_s << u""_s << u"a@b"_s << u"example.org"_s;
    QTest::newRow("quoted pair in local")
        << u"\"a\\\"b\\\\c\"@example.org"_s << u""_s << u"a\"b\\c"_s << u"example.org"_s;
    QTest::newRow("quoted pair in local in angle")
        << u"<\"a\\\"b\\\\c\"@example.org>"_s << u""_s << u"a\"b\\c"_s << u"example.org"_s;
    QTest::newRow("needless quoted pair") << u"\"\\a\"@example.org"_s << u""_s << u"a"_s << u"example.org"_s;
    QTest::newRow("needless quoted pair in angle")
        << u"<\"\\a\"@example.org>"_s << u""_s << u"a"_s << u"example.org"_s;
    QTest::newRow("greater-than in quoted local")
        << u"<\"a>b\"@example.org>"_s << u""_s << u"a>b"_s << u"example.org"_s;
    QTest::newRow("literal") << u"ada@[192.0.2.1]"_s << u""_s << u"ada"_s << u"[192.0.2.1]"_s;
    QTest::newRow("IPv6 literal") << u"ada@[IPv6:2001:db8::1]"_s << u""_s << u"ada"_s
                                  << u"[IPv6:2001:db8::1]"_s;
    QTest::newRow("IDN") << u"post@bücher.example"_s << u""_s << u"post"_s << u"bücher.example"_s;
    QTest::newRow("one label") << u"root@localhost"_s << u""_s << u"root"_s << u"localhost"_s;
    QTest::newRow("source route") << u"<@a.example,@b.example:ada@example.org>"_s << u""_s << u"ada"_s
                                  << u"example.org"_s;
    QTest::newRow("address as name") << u"\"bob@example.com\" <ada@example.org>"_s << u"bob@example.com"_s
                                     << u"ada"_s << u"example.org"_s;
}

void TestAddress::aGoodAddressIsTakenApart()
{
    QFETCH(QString, text);
    const Base::Result<Address> address = Address::parse(text);
    QVERIFY2(address.ok(), qPrintable(address.ok() ? QString() : address.error().detail));
    QTEST(address->displayName(), "name");
    QTEST(address->localPart(), "local");
    QTEST(address->domain(), "domain");
    QVERIFY(!address->isNull());
}

void TestAddress::aBadAddressIsRefusedAndNamed_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("named");
    for (const char *bad : {"ada",
                            "@example.org",
                            "ada@",
                            "ada@@example.org",
                            "a@b@example.org",
                            "ada @example.org",
                            "ada@exam ple.org",
                            ".ada@example.org",
                            "ada.@example.org",
                            "a..b@example.org",
                            "ada@.example.org",
                            "ada@example..org",
                            "ada@-example.org",
                            "ada@example-.org",
                            "ada@exa_mple!.org",
                            "ada@[192.0.2.1",
                            "ada@[]",
                            "ada@[a b]",
                            "ada@[192.0.2.1>]",
                            "ada@[a\"b]",
                            "Ada <ada@example.org",
                            "Ada <>",
                            "<@example.org>",
                            "<ada>",
                            "\"ada@example.org",
                            "ada(@example.org",
                            "ada@example.org bob@example.org",
                            "ada@example.org <bob@example.org> <c@example.org>",
                            "a\\b@example.org",
                            "a@b:c",
                            "\"\"@example.org"}) {
        const QString text = QString::fromLatin1(bad);
        QTest::newRow(bad) << text << text;
    }
    QTest::newRow("nothing") << u""_s << u""_s;
    QTest::newRow("blanks") << u"   "_s << u"   "_s;
    QTest::newRow("two") << u"ada@example.org, bob@example.org"_s << u"ada@example.org, bob@example.org"_s;
    QTest::newRow("label of 64") << u"a@"_s + QString(64, u'x') + u".org"_s
                                 << u"a@"_s + QString(64, u'x') + u".org"_s;
}

void TestAddress::aBadAddressIsRefusedAndNamed()
{
    QFETCH(QString, text);
    const Base::Result<Address> address = Address::parse(text);
    QVERIFY2(!address.ok(), qPrintable(address.ok() ? address->toString() : QString()));
    QCOMPARE(address.error().kind, ErrorKind::BadAddress);
    QVERIFY(!address.error().detail.isEmpty());
    // The part a person wrote is named, not a guess at it.
    QTEST(address.error().subject, "named");
}

void TestAddress::noControlOrOverrideGetsInByAnyDoor_data()
{
    QTest::addColumn<QString>("intruder");
    QTest::newRow("CR LF") << u"\r\nBcc: eve@example.com"_s;
    QTest::newRow("LF") << u"\nBcc: eve@example.com"_s;
    QTest::newRow("CR") << u"\rx"_s;
    QTest::newRow("NUL") << QString(QChar(0)) + u"x"_s;
    QTest::newRow("backspace") << u"\bx"_s;
    QTest::newRow("escape") << u"\u001b[2Jx"_s;
    QTest::newRow("DEL") << u"\u007fx"_s;
    QTest::newRow("NEL") << QString(QChar(0x85)) + u"x"_s;
    QTest::newRow("CSI") << QString(QChar(0x9b)) + u"x"_s;
    QTest::newRow("line separator") << u"\u2028x"_s;
    QTest::newRow("paragraph separator") << u"\u2029x"_s;
    for (const char16_t c :
         {u'\u202a', u'\u202b', u'\u202c', u'\u202d', u'\u202e', u'\u2066', u'\u2067', u'\u2068', u'\u2069'})
        QTest::addRow("override U+%04X", static_cast<unsigned>(c)) << QString(QChar(c)) + u"x"_s;
}

void TestAddress::noControlOrOverrideGetsInByAnyDoor()
{
    QFETCH(QString, intruder);
    QVERIFY(!Address::fromParts(u"Ada"_s + intruder, u"ada"_s, u"example.org"_s).ok());
    QVERIFY(!Address::fromParts(u"Ada"_s, u"ada"_s + intruder, u"example.org"_s).ok());
    QVERIFY(!Address::fromParts(u"Ada"_s, u"ada"_s, u"example.org"_s + intruder).ok());
    QVERIFY(!Address::fromParts(u"Ada"_s, u"ada"_s, u"[192.0.2.1"_s + intruder + u']').ok());
    for (const QString &text :
         {u"\"Ada"_s + intruder + u"\" <ada@example.org>"_s, u"\"ada"_s + intruder + u"\"@example.org"_s,
          u"<ada"_s + intruder + u"@example.org>"_s, u"ada@example.org"_s + intruder,
          u"ada@[192.0.2.1"_s + intruder + u']'}) {
        const Base::Result<Address> address = Address::parse(text);
        QVERIFY2(!address.ok(), qPrintable(text.toHtmlEscaped()));
        QCOMPARE(address.error().kind, ErrorKind::BadAddress);
    }
    // Hidden in an encoded word, it is a control character all the same.
    const QByteArray base64 = (u"Ada"_s + intruder).toUtf8().toBase64();
    QVERIFY(!Address::parse(u"=?UTF-8?B?"_s + QString::fromLatin1(base64) + u"?= <ada@example.org>"_s).ok());
}

void TestAddress::nothingInvisibleStandsInAMailbox()
{
    for (const char16_t c :
         {u'\u061c', u'\u200b', u'\u200c', u'\u200e', u'\u200f', u'\u2060', u'\ufeff', u'\ufff9'}) {
        const QString mark{QChar(c)};
        QVERIFY(!Address::fromParts({}, u"a"_s + mark + u"da"_s, u"example.org"_s).ok());
        QVERIFY(!Address::parse(u"a"_s + mark + u"da@example.org"_s).ok());
        QVERIFY(!Address::parse(u"\"ada"_s + mark + u"\"@example.org"_s).ok());
    }
    QVERIFY(Address::parse(u"\u05d0\u200f\u05d1 <ada@example.org>"_s).ok()); // in a name it is writing
}

void TestAddress::whatIsPastedAlongAroundAnAddressIsLeftOut()
{
    for (const QString &text : {u"\u202aada@example.org\u202c"_s, u"\u200bada@example.org\u200b"_s,
                                u"\ufeffada@example.org"_s, u"\u00a0ada@example.org\u00a0"_s,
                                u" \u200e ada@example.org \u2069"_s, u"<\u2068ada@example.org\u2069>"_s}) {
        const Base::Result<Address> address = Address::parse(text);
        QVERIFY2(address.ok(), qPrintable(text.toHtmlEscaped()));
        QCOMPARE(address->addrSpec(), u"ada@example.org"_s);
    }
}

void TestAddress::halfACharacterIsRefused()
{
    // It would leave as "?", and "ada?" is another mailbox.
    for (const char16_t half : {u'\xd800', u'\xdbff', u'\xdc00', u'\xdfff'}) {
        const QString broken{QChar(half)};
        QVERIFY(!Address::fromParts({}, u"ada"_s + broken, u"example.org"_s).ok());
        QVERIFY(!Address::fromParts({}, broken + u"ada"_s, u"example.org"_s).ok());
        QVERIFY(!Address::fromParts(u"Ada"_s + broken, u"ada"_s, u"example.org"_s).ok());
        QVERIFY(!Address::parse(u"ada"_s + broken + u"@example.org"_s).ok());
    }
    QVERIFY(Address::parse(u"ada\U0001F4EE@example.org"_s).ok());
}

void TestAddress::theWireFormIsAsciiWithALabels_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("wire");
    QTest::newRow("ASCII") << u"Ada <ada@example.org>"_s << QByteArray("ada@example.org");
    QTest::newRow("German") << u"post@bücher.example"_s << QByteArray("post@xn--bcher-kva.example");
    QTest::newRow("upper case") << u"post@BÜCHER.example"_s << QByteArray("post@xn--bcher-kva.example");
    QTest::newRow("Japanese") << u"a@例え.テスト"_s << QByteArray("a@xn--r8jz45g.xn--zckzah");
    QTest::newRow("Arabic") << u"a@مثال.إختبار"_s << QByteArray("a@xn--mgbh0fb.xn--kgbechtv");
    QTest::newRow("A-label kept") << u"a@xn--bcher-kva.example"_s << QByteArray("a@xn--bcher-kva.example");
    QTest::newRow("quoted local") << u"\"ada lovelace\"@example.org"_s
                                  << QByteArray("\"ada lovelace\"@example.org");
    QTest::newRow("escapes") << u"\"a\\\"b\\\\c\"@example.org"_s << QByteArray("\"a\\\"b\\\\c\"@example.org");
    QTest::newRow("needless quotes go") << u"\"ada\"@example.org"_s << QByteArray("ada@example.org");
    QTest::newRow("literal") << u"ada@[IPv6:2001:db8::1]"_s << QByteArray("ada@[IPv6:2001:db8::1]");
}

void TestAddress::theWireFormIsAsciiWithALabels()
{
    QFETCH(QString, text);
    const Base::Result<Address> address = Address::parse(text);
    QVERIFY(address.ok());
    QTEST(address->wire(), "wire");
    QVERIFY(!address->needsSmtpUtf8());
}

void TestAddress::lookAlikesOfCrAndLfStayWhatTheyAre()
{
    // U+760D and U+760A end in the octets of CR and LF: whoever cuts a character down to eight bits writes a
    // line end.
    const QString evil = u"\u760d\u760aBcc:\u7620eve@example.com"_s;
    const Base::Result<Address> named = Address::fromParts(evil, u"ada"_s, u"example.org"_s);
    QVERIFY(named.ok());
    QCOMPARE(named->wire(), QByteArray("ada@example.org"));
    QCOMPARE(named->displayName(), evil);

    const Base::Result<Address> local = Address::fromParts({}, u"a\u760d\u760ab"_s, u"example.org"_s);
    QVERIFY(local.ok());
    QVERIFY(local->needsSmtpUtf8());

    const Base::Result<Address> domain = Address::fromParts({}, u"ada"_s, u"ex\u760d\u760aample.org"_s);
    QVERIFY(domain.ok());
    for (const char c : domain->wire())
        QVERIFY(c > 0x20 && c < 0x7f);

    QVERIFY(!Address::fromParts({}, u"ada"_s, u"[192.0.2.\u760d\u760a1]"_s).ok());
}

void TestAddress::aLocalPartOutsideAsciiNeedsSmtpUtf8()
{
    QVERIFY(Address::parse(u"jürgen@example.org"_s)->needsSmtpUtf8());
    QVERIFY(Address::parse(u"用户@例え.テスト"_s)->needsSmtpUtf8());
    QVERIFY(!Address::parse(u"Jürgen <juergen@bücher.example>"_s)->needsSmtpUtf8());
}

void TestAddress::lengthsAreThoseOfTheRfc()
{
    const auto parts = [](qsizetype local, qsizetype domain) {
        QString name;
        while (name.size() + 51 < domain)
            name += QString(50, u'd') + u'.';
        name += QString(domain - name.size(), u'd');
        return Address::fromParts({}, QString(local, u'a'), name);
    };
    QVERIFY(parts(64, 100).ok());
    QVERIFY(!parts(65, 100).ok());
    QVERIFY(parts(64, 254 - 65).ok());
    QVERIFY(!parts(64, 254 - 64).ok());
    QVERIFY(!parts(1, 256).ok());
    // 64 is counted in octets, not in characters.
    QVERIFY(!Address::fromParts({}, QString(33, u'ü'), u"example.org"_s).ok());
}

void TestAddress::whatIsShownParsesBackToTheSameAddress_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("local");
    QTest::newRow("plain") << u"Ada Lovelace"_s << u"ada"_s;
    QTest::newRow("comma") << u"Lovelace, Ada"_s << u"ada"_s;
    QTest::newRow("quotes and backslash") << u"A \"b\" \\ c"_s << u"ada"_s;
    QTest::newRow("angle brackets") << u"<eve@example.com>"_s << u"ada"_s;
    QTest::newRow("parentheses") << u"Ada (home)"_s << u"ada"_s;
    QTest::newRow("semicolon and colon") << u"club: a; b"_s << u"ada"_s;
    QTest::newRow("dot") << u"Dr. Ada"_s << u"ada"_s;
    QTest::newRow("Hebrew") << u"עדה"_s << u"ada"_s;
    QTest::newRow("local with blank") << u"Ada"_s << u"ada lovelace"_s;
    QTest::newRow("local with everything") << u"Ada"_s << u"a\"b\\c,d;e:f<g>(h)[i]@j"_s;
    QTest::newRow("local with dots") << u""_s << u".a..b."_s;
}

void TestAddress::whatIsShownParsesBackToTheSameAddress()
{
    QFETCH(QString, name);
    QFETCH(QString, local);
    const Base::Result<Address> made = Address::fromParts(name, local, u"example.org"_s);
    QVERIFY(made.ok());
    const Base::Result<Address> shown = Address::parse(made->toString());
    QVERIFY2(shown.ok(), qPrintable(made->toString()));
    QCOMPARE(shown->displayName(), made->displayName());
    QCOMPARE(shown->localPart(), local);
    const Base::Result<Address> bare = Address::parse(made->addrSpec());
    QVERIFY2(bare.ok(), qPrintable(made->addrSpec()));
    QCOMPARE(bare->localPart(), local);
    const Base::Result<Address> wire = Address::parse(QString::fromLatin1(made->wire()));
    QVERIFY(wire.ok());
    QVERIFY(wire->sameMailbox(*made));
}

void TestAddress::sameMailboxLooksAtCaseOnlyInTheDomain()
{
    const Address ada = *Address::parse(u"Ada <ada@Example.ORG>"_s);
    QVERIFY(ada.sameMailbox(*Address::parse(u"ada@example.org"_s)));
    QVERIFY(!ada.sameMailbox(*Address::parse(u"Ada@example.org"_s)));
    QVERIFY(!ada.sameMailbox(*Address::parse(u"ada@example.com"_s)));
    QVERIFY(
        Address::parse(u"a@BÜCHER.example"_s)->sameMailbox(*Address::parse(u"a@xn--bcher-kva.example"_s)));
    QVERIFY(Address::parse(u"\"ada\"@example.org"_s)->sameMailbox(ada));
    // Two literals are not the same because neither is a name.
    QVERIFY(!Address::parse(u"a@[192.0.2.1]"_s)->sameMailbox(*Address::parse(u"a@[192.0.2.2]"_s)));
}

void TestAddress::aNullAddressIsNull()
{
    QVERIFY(Address().isNull());
    QCOMPARE(Address(), Address());
}

/// Plain mailboxes are taken without the grammar: it would say the same of every one.
void TestAddress::whatIsPlainIsReadAsInAList()
{
    QRandomGenerator chance(11);
    const QStringList parts{u"a"_s,  u"Z"_s,  u"0"_s,   u"."_s,       u".."_s,   u"-"_s,
                            u"--"_s, u"_"_s,  u"@"_s,   u" "_s,       u"xn"_s,   u"ü"_s,
                            u"+"_s,  u"\""_s, u"("_s,   u":"_s,       u"<"_s,    u">"_s,
                            u","_s,  u"["_s,  u"ada"_s, u"example"_s, u".org"_s, u"x"_s.repeated(63)};
    int good = 0;
    for (int round = 0; round < 20'000; ++round) {
        QString text;
        const auto add = [&](int most) {
            // Mostly from the plain ones, so that many are good.
            for (int i = chance.bounded(1, most); i > 0; --i)
                text += chance.bounded(4) == 0
                            ? parts.at(chance.bounded(static_cast<int>(parts.size())))
                            : parts.at(QList{0, 1, 2, 3, 5, 12, 20, 21, 22, 23}.at(chance.bounded(10)));
        };
        add(4);
        text += u'@';
        add(7);
        const Message::AddressList list = Message::AddressList::parse(text);
        const auto one = Address::parse(text);
        const bool isGood = list.problems().isEmpty() && list.addresses().size() == 1;
        QVERIFY2(one.ok() == isGood, qPrintable(text));
        if (isGood) {
            QCOMPARE(*one, list.addresses().first());
            QCOMPARE(one->wire(), list.addresses().first().wire());
        }
        good += isGood ? 1 : 0;
    }
    QVERIFY2(good > 2'000 && good < 18'000, qPrintable(QString::number(good)));
}

QTEST_GUILESS_MAIN(TestAddress)
#include "tst_address.moc"
