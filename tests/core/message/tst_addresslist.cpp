#include "core/message/addresslist.h"

#include <QRandomGenerator>
#include <QTest>

using Message::Address;
using Message::AddressList;
using namespace Qt::StringLiterals;

namespace {

QStringList shown(const AddressList &list)
{
    QStringList out;
    for (const Address &address : list.addresses())
        out.append(address.toString());
    return out;
}

QStringList problems(const AddressList &list)
{
    QStringList out;
    for (const AddressList::Problem &problem : list.problems())
        out.append(problem.text);
    return out;
}

} // namespace

class TestAddressList : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsAreTakenApart_data();
    void listsAreTakenApart();
    void everyProblemHasItsReason();
    void nothingWrittenIsLost_data();
    void nothingWrittenIsLost();
    void anythingAtAllIsSurvived();
    void goodAddressesAmongRubbishAreAllFound();
    void theListIsShownSoThatItParsesBack();
};

void TestAddressList::listsAreTakenApart_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("addresses");
    QTest::addColumn<QStringList>("bad");
    const QStringList none;
    QTest::newRow("nothing") << u""_s << none << none;
    QTest::newRow("commas only") << u" , ,;\n, "_s << none << none;
    QTest::newRow("two") << u"ada@example.org, bob@example.org"_s
                         << QStringList{u"ada@example.org"_s, u"bob@example.org"_s} << none;
    QTest::newRow("semicolons") << u"ada@example.org; Bob <bob@example.org>;"_s
                                << QStringList{u"ada@example.org"_s, u"Bob <bob@example.org>"_s} << none;
    QTest::newRow("lines") << u"ada@example.org\nbob@example.org\r\ncarl@example.org\n"_s
                           << QStringList{u"ada@example.org"_s, u"bob@example.org"_s, u"carl@example.org"_s}
                           << none;
    QTest::newRow("a pasted column with names")
        << u"Ada L <ada@example.org>\n\"B, ob\" <bob@example.org>\n"_s
        << QStringList{u"Ada L <ada@example.org>"_s, u"\"B, ob\" <bob@example.org>"_s} << none;
    QTest::newRow("folded field") << u"Ada\tL <ada@example.org>,\tbob@example.org"_s
                                  << QStringList{u"Ada L <ada@example.org>"_s, u"bob@example.org"_s} << none;
    // RFC 5322, appendix A.1.2
    QTest::newRow("A.1.2 From") << u"\"Joe Q. Public\" <john.q.public@example.com>"_s
                                << QStringList{u"\"Joe Q. Public\" <john.q.public@example.com>"_s} << none;
    QTest::newRow("A.1.2 To") << u"Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>"_s
                              << QStringList{u"Mary Smith <mary@x.test>"_s, u"jdoe@example.org"_s,
                                             u"Who? <one@y.test>"_s}
                              << none;
    QTest::newRow("A.1.2 Cc") << u"<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>"_s
                              << QStringList{u"boss@nil.test"_s,
                                             u"\"Giant; \\\"Big\\\" Box\" <sysservices@example.net>"_s}
                              << none;
    // A.1.3
    QTest::newRow("A.1.3 group") << u"A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;"_s
                                 << QStringList{u"Ed Jones <c@a.test>"_s, u"joe@where.test"_s,
                                                u"John <jdoe@one.test>"_s}
                                 << none;
    QTest::newRow("A.1.3 empty group") << u"Undisclosed recipients:;"_s << none << none;
    QTest::newRow("A.5 comments") << u"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>"_s
                                  << none
                                  << QStringList{
                                         u"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>"_s};
    QTest::newRow("A.5 group with comments")
        << u"(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;"_s << none << none;
    QTest::newRow("A.6.1 route") << u"Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example"_s
                                 << QStringList{u"Mary Smith <mary@example.net>"_s}
                                 << QStringList{u"jdoe@test  . example"_s};
    QTest::newRow("group and after") << u"club: ada@example.org, bob@example.org; carl@example.org"_s
                                     << QStringList{u"ada@example.org"_s, u"bob@example.org"_s,
                                                    u"carl@example.org"_s}
                                     << none;
    QTest::newRow("nested comment") << u"ada@example.org (Ada (really))"_s
                                    << QStringList{u"\"Ada (really)\" <ada@example.org>"_s} << none;
    QTest::newRow("comment with a comma")
        << u"ada@example.org (Lovelace, Ada), bob@example.org"_s
        << QStringList{u"\"Lovelace, Ada\" <ada@example.org>"_s, u"bob@example.org"_s} << none;
    QTest::newRow("encoded word with an encoded comma")
        << u"=?iso-8859-1?Q?M=FCller=2C_J=FCrgen?= <j@example.org>, b@example.org"_s
        << QStringList{u"\"Müller, Jürgen\" <j@example.org>"_s, u"b@example.org"_s} << none;
    QTest::newRow("two encoded words") << u"=?UTF-8?B?SsO8?= =?UTF-8?B?cmdlbg==?= <j@example.org>"_s
                                       << QStringList{u"Jürgen <j@example.org>"_s} << none;
    QTest::newRow("comma in a quoted local part")
        << u"\"a,b\"@example.org, c@example.org"_s
        << QStringList{u"\"a,b\"@example.org"_s, u"c@example.org"_s} << none;
    QTest::newRow("one bad among good")
        << u"ada@example.org, bob, carl@example.org"_s
        << QStringList{u"ada@example.org"_s, u"carl@example.org"_s} << QStringList{u"bob"_s};
    QTest::newRow("missing comma") << u"ada@example.org bob@example.org"_s << none
                                   << QStringList{u"ada@example.org bob@example.org"_s};
    QTest::newRow("missing comma behind an angle") << u"<ada@example.org> bob@example.org"_s << none
                                                   << QStringList{u"<ada@example.org> bob@example.org"_s};
    QTest::newRow("missing comma between named ones")
        << u"Ada <ada@example.org> Bob <bob@example.org>"_s << none
        << QStringList{u"Ada <ada@example.org> Bob <bob@example.org>"_s};
    QTest::newRow("group behind an angle without comma")
        << u"<ada@example.org> club: bob@example.org"_s << none
        << QStringList{u"<ada@example.org> club: bob@example.org"_s};
    QTest::newRow("unclosed quote") << u"ada@example.org, \"Bob <bob@example.org>, c@example.org"_s
                                    << QStringList{u"ada@example.org"_s}
                                    << QStringList{u"\"Bob <bob@example.org>, c@example.org"_s};
    QTest::newRow("unclosed angle") << u"Ada <ada@example.org, bob@example.org"_s << none
                                    << QStringList{u"Ada <ada@example.org, bob@example.org"_s};
    QTest::newRow("unclosed angle ends with its line")
        << u"Ada <ada@example.org\nbob@example.org"_s << QStringList{u"bob@example.org"_s}
        << QStringList{u"Ada <ada@example.org"_s};
    QTest::newRow("unclosed comment") << u"ada@example.org (Ada, bob@example.org"_s << none
                                      << QStringList{u"ada@example.org (Ada, bob@example.org"_s};
    QTest::newRow("unclosed literal")
        << u"ada@[192.0.2.1, bob@example.org"_s << none << QStringList{u"ada@[192.0.2.1, bob@example.org"_s};
    QTest::newRow("comment alone") << u"(nobody)"_s << none << QStringList{u"(nobody)"_s};
    QTest::newRow("empty angle") << u"Ada <>"_s << none << QStringList{u"Ada <>"_s};
    QTest::newRow("empty quotes") << u"\"\", ada@example.org"_s << QStringList{u"ada@example.org"_s}
                                  << QStringList{u"\"\""_s};
    QTest::newRow("colon behind an address") << u"ada@example.org: bob@example.org"_s << none
                                             << QStringList{u"ada@example.org: bob@example.org"_s};
}

void TestAddressList::listsAreTakenApart()
{
    QFETCH(QString, text);
    const AddressList list = AddressList::parse(text);
    QTEST(shown(list), "addresses");
    QTEST(problems(list), "bad");
}

void TestAddressList::everyProblemHasItsReason()
{
    for (const QString &text : {u"bob"_s, u"\"x"_s, u"(x"_s, u"<x"_s, u"a b@c"_s, u"<>"_s, u"@"_s, u"a@"_s,
                                u"@b"_s, u"a@b@c"_s, u"(x)"_s}) {
        const AddressList list = AddressList::parse(text);
        QVERIFY2(list.addresses().isEmpty(), qPrintable(text));
        QCOMPARE(list.problems().size(), 1);
        QVERIFY2(!list.problems().first().why.isEmpty(), qPrintable(text));
    }
}

void TestAddressList::nothingWrittenIsLost_data()
{
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 40; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

// Words w0@…, w1@…, … are strewn between every kind of punctuation: each must come out in an address or in a
// problem.
void TestAddressList::nothingWrittenIsLost()
{
    QFETCH(quint32, seed);
    QRandomGenerator random(seed);
    const QStringList glue{u" "_s, u","_s,  u";"_s, u"\n"_s, u"\""_s, u"<"_s,   u">"_s,   u"("_s,
                           u")"_s, u": "_s, u"["_s, u"]"_s,  u"\\"_s, u" , "_s, u"> <"_s, u"\t"_s};
    for (int round = 0; round < 100; ++round) {
        QString text;
        const int words = random.bounded(1, 7);
        for (int i = 0; i < words; ++i) {
            for (int n = random.bounded(0, 3); n > 0; --n)
                text += glue.at(random.bounded(static_cast<int>(glue.size())));
            text += QStringLiteral("w%1@example.org").arg(i);
        }
        for (int n = random.bounded(0, 3); n > 0; --n)
            text += glue.at(random.bounded(static_cast<int>(glue.size())));
        const AddressList list = AddressList::parse(text);
        QString out;
        for (const Address &address : list.addresses())
            out += address.localPart() + u'@' + address.domain() + u' ' + address.displayName() + u'\n';
        for (const AddressList::Problem &problem : list.problems())
            out += problem.text + u'\n';
        for (int i = 0; i < words; ++i) {
            // A comment is the one thing that may say something beside an address.
            if (text.contains(u'('))
                continue;
            QVERIFY2(out.contains(QStringLiteral("w%1@example.org").arg(i)),
                     qPrintable(text.toHtmlEscaped() + u"\n→ "_s + out));
        }
        // Only what stands in front of an @ of its own may become somebody who gets the message.
        for (const Address &address : list.addresses())
            QVERIFY2(text.contains(address.domain()), qPrintable(text));
    }
}

void TestAddressList::anythingAtAllIsSurvived()
{
    QRandomGenerator random(7);
    const QString alphabet =
        u"ab@.,;:<>()[]\"\\ \t\r\n=?_\u00fc\u202e😀"_s + QChar(0) + QChar(0xd800) + QChar(0xfdd0);
    for (int round = 0; round < 20000; ++round) {
        QString text;
        for (int n = random.bounded(0, 24); n > 0; --n)
            text += alphabet.at(random.bounded(static_cast<int>(alphabet.size())));
        const AddressList list = AddressList::parse(text);
        for (const Address &address : list.addresses()) {
            QVERIFY(!address.isNull());
            if (address.needsSmtpUtf8())
                continue;
            for (const char c : address.wire())
                QVERIFY2(c >= 0x20 && c < 0x7f, qPrintable(text));
        }
    }
}

void TestAddressList::goodAddressesAmongRubbishAreAllFound()
{
    QString text;
    QStringList expected;
    for (int i = 0; i < 1000; ++i) {
        expected.append(QStringLiteral("person%1@example.org").arg(i));
        text += (i % 2 ? u"\"Person, the %1\" <"_s.arg(i) : u"<"_s) + expected.last() +
                (i % 3 ? u">, "_s : u">\n"_s);
        if (i % 10 == 0)
            text += u"rubbish, "_s;
    }
    const AddressList list = AddressList::parse(text);
    QStringList found;
    for (const Address &address : list.addresses())
        found.append(address.addrSpec());
    QCOMPARE(found, expected);
    QCOMPARE(list.problems().size(), 100);
}

void TestAddressList::theListIsShownSoThatItParsesBack()
{
    const QString text = u"\"Lovelace, Ada\" <ada@example.org>, bob@example.org, 瀬戸 <s@example.jp>"_s;
    const AddressList list = AddressList::parse(text);
    QCOMPARE(toString(list.addresses()), text);
    QCOMPARE(AddressList::parse(toString(list.addresses())).addresses(), list.addresses());
}

QTEST_GUILESS_MAIN(TestAddressList)
#include "tst_addresslist.moc"
