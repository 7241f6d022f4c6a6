// What is written by hand for nearly every recipient is what the library would write.

#include "core/store/reasonwords.h"

#include <QTest>

using namespace Qt::StringLiterals;
using Delivery::Reason;
using Delivery::Scope;
using Delivery::ServerReply;
using Delivery::Stage;

class TestReasonWords : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void areTheLibrarys_data();
    void areTheLibrarys();
    void anotherReasonHasOtherWords();
};

void TestReasonWords::areTheLibrarys_data()
{
    QTest::addColumn<QStringList>("lines");
    QTest::newRow("one line") << QStringList{u"2.0.0 Ok: queued as 4F2"_s};
    QTest::newRow("two lines") << QStringList{u"5.1.1 no such user"_s,
                                              u"5.1.1 see https://example.org/a?b=c&d"_s};
    QTest::newRow("no line") << QStringList();
    QTest::newRow("an empty line") << QStringList{u""_s};
    QTest::newRow("quotation marks") << QStringList{u"no \"mailbox\" here"_s};
    QTest::newRow("a backslash") << QStringList{u"C:\\mail"_s};
    QTest::newRow("a control") << QStringList{u"tab\there"_s};
    QTest::newRow("delete") << QStringList{u"\x7f"_s};
    QTest::newRow("not ASCII") << QStringList{u"Empfänger unbekannt – 📪"_s};
    QTest::newRow("the second line needs it") << QStringList{u"plain"_s, u"\"quoted\""_s};
    QTest::newRow("all of ASCII") << QStringList{u" !#$%&'()*+,-./0123456789:;<=>?@AZ[]^_`az{|}~"_s};
}

void TestReasonWords::areTheLibrarys()
{
    QFETCH(QStringList, lines);
    for (const Stage stage : {Stage::Mail, Stage::Rcpt, Stage::Content}) {
        for (const Scope scope : {Scope::Recipient, Scope::Message, Scope::Account, Scope::Session}) {
            Reason reason{stage, scope, ServerReply(550, lines), {}};
            QCOMPARE(Store::ReasonWords::words(reason), Store::pack(Delivery::toJson(reason)));
            reason.error = Base::Error{Base::ErrorKind::TimedOut, u"mail.example.org"_s, u"no \"answer\""_s};
            QCOMPARE(Store::ReasonWords::words(reason), Store::pack(Delivery::toJson(reason)));
            reason.reply = {};
            QCOMPARE(Store::ReasonWords::words(reason), Store::pack(Delivery::toJson(reason)));
            reason.error.reset();
            QCOMPARE(Store::ReasonWords::words(reason), Store::pack(Delivery::toJson(reason)));
        }
    }
}

void TestReasonWords::anotherReasonHasOtherWords()
{
    Store::ReasonWords spoken;
    const Reason first{Stage::Rcpt, Scope::Recipient, ServerReply(250, {u"2.1.5 Ok"_s}), {}};
    const Reason second{Stage::Rcpt, Scope::Recipient, ServerReply(550, {u"5.1.1 No"_s}), {}};
    for (const Reason &reason : {first, second, second, first})
        QCOMPARE(spoken.of(reason), Store::pack(Delivery::toJson(reason)));
}

QTEST_GUILESS_MAIN(TestReasonWords)

#include "tst_reasonwords.moc"
