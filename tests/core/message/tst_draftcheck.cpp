#include "core/message/draftcheck.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Message;
using Base::ErrorKind;
using namespace Qt::StringLiterals;

namespace {

Draft goodDraft()
{
    Draft draft;
    draft.from = u"ada@example.org"_s;
    draft.to = u"bob@example.org"_s;
    draft.subject = u"Hello"_s;
    draft.text = u"Hello, Bob"_s;
    return draft;
}

} // namespace

class TestDraftCheck : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aGoodDraftHasNoProblem();
    void theRecipientsMayStandInAnyField_data();
    void theRecipientsMayStandInAnyField();
    void noRecipientAtAllIsAProblem();
    void aBadAddressIsNamedWithItsPlace_data();
    void aBadAddressIsNamedWithItsPlace();
    void allProblemsAreToldInTheOrderOfTheFields();
    void aLocalPartOutsideAsciiIsNoProblem();
    void controlsInHeadersAreProblems_data();
    void controlsInHeadersAreProblems();
    void fieldsOfTheProgramAreNotGivenByHand_data();
    void fieldsOfTheProgramAreNotGivenByHand();
    void filesAreLookedAt();
    void filesAreNotLookedAtAtEveryKeyStroke();
    void eachMailboxIsWrittenToOnce();
    void hintsDoNotMissAndDoNotNag_data();
    void hintsDoNotMissAndDoNotNag();
    void aDraftSurvivesItsJson();
};

void TestDraftCheck::aGoodDraftHasNoProblem()
{
    QVERIFY(problemsIn(goodDraft()).isEmpty());
    Draft draft = goodDraft();
    draft.from.clear(); // the account's own
    draft.subject.clear();
    draft.text.clear();
    QVERIFY(problemsIn(draft).isEmpty());
    draft.to = u"club: ada@example.org; Bücher <post@bücher.example>\n\"x y\"@example.org"_s;
    QVERIFY(problemsIn(draft).isEmpty());
}

void TestDraftCheck::theRecipientsMayStandInAnyField_data()
{
    QTest::addColumn<int>("field");
    QTest::newRow("to") << 0;
    QTest::newRow("cc") << 1;
    QTest::newRow("bcc") << 2;
}

void TestDraftCheck::theRecipientsMayStandInAnyField()
{
    QFETCH(int, field);
    Draft draft = goodDraft();
    draft.to.clear();
    (field == 0 ? draft.to : field == 1 ? draft.cc : draft.bcc) = u"bob@example.org"_s;
    QVERIFY(problemsInText(draft).isEmpty());
    QCOMPARE(recipientsOf(draft).size(), 1);
    QCOMPARE(static_cast<int>(recipientsOf(draft).first().field), field);
}

void TestDraftCheck::noRecipientAtAllIsAProblem()
{
    Draft draft = goodDraft();
    for (const QString &nobody : {u""_s, u"  "_s, u",;\n"_s, u"undisclosed-recipients:;"_s}) {
        draft.to = nobody;
        const QList<Issue> issues = problemsInText(draft);
        QCOMPARE(issues.size(), 1);
        QCOMPARE(issues.first().error.kind, ErrorKind::NoRecipients);
        QCOMPARE(issues.first().place, Place::To);
    }
}

void TestDraftCheck::aBadAddressIsNamedWithItsPlace_data()
{
    QTest::addColumn<int>("field");
    QTest::addColumn<int>("place");
    QTest::newRow("from") << 0 << static_cast<int>(Place::From);
    QTest::newRow("to") << 1 << static_cast<int>(Place::To);
    QTest::newRow("cc") << 2 << static_cast<int>(Place::Cc);
    QTest::newRow("bcc") << 3 << static_cast<int>(Place::Bcc);
}

void TestDraftCheck::aBadAddressIsNamedWithItsPlace()
{
    QFETCH(int, field);
    QFETCH(int, place);
    Draft draft = goodDraft();
    QString *fields[] = {&draft.from, &draft.to, &draft.cc, &draft.bcc};
    *fields[field] = u"no-address"_s;
    const QList<Issue> issues = problemsInText(draft);
    QCOMPARE(issues.size(), 1);
    QCOMPARE(issues.first().error.kind, ErrorKind::BadAddress);
    QCOMPARE(issues.first().error.subject, u"no-address"_s);
    QCOMPARE(static_cast<int>(issues.first().place), place);
}

void TestDraftCheck::allProblemsAreToldInTheOrderOfTheFields()
{
    Draft draft = goodDraft();
    draft.from = u"x"_s;
    draft.to = u"bad one, bob@example.org, bad two"_s;
    draft.cc = u"\"open"_s;
    draft.bcc = u"@"_s;
    draft.subject = u"a\nb"_s;
    draft.headers = {{u"X Y"_s, u"1"_s}};
    draft.attachments = {{u"/nonexistent/file"_s, u"file"_s, 0}};
    QList<Place> places;
    for (const Issue &issue : problemsIn(draft))
        places.append(issue.place);
    QCOMPARE(places, (QList<Place>{Place::From, Place::To, Place::To, Place::Cc, Place::Bcc, Place::Subject,
                                   Place::Headers, Place::Attachments}));
}

// Whether the server takes it (SMTPUTF8) is known only when it has said so.
void TestDraftCheck::aLocalPartOutsideAsciiIsNoProblem()
{
    Draft draft = goodDraft();
    draft.from = u"jürgen@example.org"_s;
    draft.cc = u"jürgen@bücher.example"_s;
    QVERIFY(problemsInText(draft).isEmpty());
}

void TestDraftCheck::controlsInHeadersAreProblems_data()
{
    QTest::addColumn<QString>("value");
    QTest::newRow("CR LF") << u"x\r\nBcc: eve@example.com"_s;
    QTest::newRow("LF") << u"x\ny"_s;
    QTest::newRow("CR") << u"x\ry"_s;
    QTest::newRow("NUL") << u"x"_s + QChar(0);
    QTest::newRow("line separator") << u"x\u2028y"_s;
}

void TestDraftCheck::controlsInHeadersAreProblems()
{
    QFETCH(QString, value);
    Draft draft = goodDraft();
    draft.subject = value;
    QCOMPARE(problemsInText(draft).size(), 1);
    QCOMPARE(problemsInText(draft).first().error.kind, ErrorKind::BadHeader);
    QCOMPARE(problemsInText(draft).first().place, Place::Subject);
    draft = goodDraft();
    draft.headers = {{u"X-Good"_s, u"good"_s}, {u"X-Bad"_s, value}};
    QCOMPARE(problemsInText(draft).size(), 1);
    QCOMPARE(problemsInText(draft).first().error.kind, ErrorKind::BadHeader);
    QCOMPARE(problemsInText(draft).first().error.subject, u"X-Bad"_s);
    draft.headers = {{u"X"_s + value, u"good"_s}};
    QCOMPARE(problemsInText(draft).size(), 1);
    QCOMPARE(problemsInText(draft).first().place, Place::Headers);
    draft = goodDraft();
    QTemporaryDir folder;
    QFile file(folder.filePath(u"file"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    draft.attachments = {{file.fileName(), value, 0}};
    QCOMPARE(problemsIn(draft).size(), 1);
    QCOMPARE(problemsIn(draft).first().place, Place::Attachments);
}

void TestDraftCheck::fieldsOfTheProgramAreNotGivenByHand_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name : {"From", "to", "CC", "Bcc", "bcc", "BCC", "Date", "Subject", "Message-ID",
                             "MIME-Version", "Resent-Bcc", "Received", "Return-Path", "Content-Type",
                             "content-transfer-encoding", "Content-Anything"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestDraftCheck::fieldsOfTheProgramAreNotGivenByHand()
{
    QFETCH(QString, name);
    QVERIFY(isReservedField(name));
    Draft draft = goodDraft();
    draft.headers = {{name, u"eve@example.com"_s}};
    QCOMPARE(problemsInText(draft).size(), 1);
    QCOMPARE(problemsInText(draft).first().error.kind, ErrorKind::BadHeader);
    QCOMPARE(problemsInText(draft).first().error.subject, name);
    for (const QString &spaced : {name + u' ', u' ' + name, name + u'\t', name + u':'}) {
        draft.headers = {{spaced, u"eve@example.com"_s}};
        QCOMPARE(problemsInText(draft).size(), 1);
    }
    QVERIFY(!isReservedField(u"X-"_s + name));
    QVERIFY(!isReservedField(u"Reply-To"_s));
}

void TestDraftCheck::filesAreLookedAt()
{
    QTemporaryDir folder;
    QFile file(folder.filePath(u"report.txt"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    Draft draft = goodDraft();
    draft.attachments = {{file.fileName(), u"report.txt"_s, 0}};
    QVERIFY(problemsIn(draft).isEmpty());
    draft.attachments = {{folder.filePath(u"gone"_s), u"gone"_s, 0}, {folder.path(), u"folder"_s, 0}};
    const QList<Issue> issues = problemsIn(draft);
    QCOMPARE(issues.size(), 2);
    QCOMPARE(issues.at(0).error.kind, ErrorKind::FileMissing);
    QCOMPARE(issues.at(0).error.subject, folder.filePath(u"gone"_s));
    QCOMPARE(issues.at(1).error.kind, ErrorKind::FileUnreadable);
    QCOMPARE(issues.at(1).error.subject, folder.path());
}

void TestDraftCheck::filesAreNotLookedAtAtEveryKeyStroke()
{
    Draft draft = goodDraft();
    draft.attachments = {{u"/nonexistent/file"_s, u"file"_s, 0}};
    QVERIFY(problemsInText(draft).isEmpty());
    QCOMPARE(problemsIn(draft).size(), 1);
}

void TestDraftCheck::eachMailboxIsWrittenToOnce()
{
    Draft draft = goodDraft();
    draft.to = u"bob@example.org, Bob <bob@EXAMPLE.org>"_s;
    draft.cc = u"carl@example.org, bob@example.org"_s;
    draft.bcc = u"dora@example.org, carl@example.org, bob@example.org, Bob@example.org"_s;
    const QList<Recipient> recipients = recipientsOf(draft);
    QStringList told;
    for (const Recipient &recipient : recipients)
        told.append(recipient.address.addrSpec() + u' ' + QString::number(static_cast<int>(recipient.field)));
    QCOMPARE(told, (QStringList{u"bob@example.org 0"_s, u"carl@example.org 1"_s, u"dora@example.org 2"_s,
                                u"Bob@example.org 2"_s}));
}

void TestDraftCheck::hintsDoNotMissAndDoNotNag_data()
{
    QTest::addColumn<QString>("subject");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("attached");
    QTest::addColumn<QList<int>>("hints");
    const QList<int> none;
    const int noSubject = static_cast<int>(Hint::NoSubject);
    const int noText = static_cast<int>(Hint::NoText);
    const int forgotten = static_cast<int>(Hint::AttachmentForgotten);
    QTest::newRow("all well") << u"Hello"_s << u"Hello"_s << false << none;
    QTest::newRow("no subject") << u" "_s << u"Hello"_s << false << QList<int>{noSubject};
    QTest::newRow("no text") << u"Hello"_s << u"\n "_s << false << QList<int>{noText};
    QTest::newRow("no text but a file") << u"Hello"_s << u""_s << true << none;
    QTest::newRow("forgotten") << u"Hello"_s << u"See the Attached file"_s << false << QList<int>{forgotten};
    QTest::newRow("forgotten in the subject")
        << u"Report ATTACHED"_s << u"x"_s << false << QList<int>{forgotten};
    QTest::newRow("in German") << u"x"_s << u"im Anhang"_s << false << QList<int>{forgotten};
    QTest::newRow("attached") << u"Hello"_s << u"See the attached file"_s << true << none;
    QTest::newRow("somebody else's words")
        << u"Hello"_s << u"> see the attached file\nwhich file?"_s << false << none;
}

void TestDraftCheck::hintsDoNotMissAndDoNotNag()
{
    QFETCH(bool, attached);
    Draft draft = goodDraft();
    QFETCH(QString, subject);
    QFETCH(QString, text);
    draft.subject = subject;
    draft.text = text;
    if (attached)
        draft.attachments = {{u"/nonexistent/file"_s, u"file"_s, 0}};
    QList<int> found;
    for (const Hint hint : hintsFor(draft, {u"attach"_s, u"anhang"_s}))
        found.append(static_cast<int>(hint));
    QTEST(found, "hints");
}

void TestDraftCheck::aDraftSurvivesItsJson()
{
    Draft draft = goodDraft();
    draft.account = Base::AccountId{7};
    draft.cc = u"not an address, \"open"_s;
    draft.bcc = u"eve@example.com"_s;
    draft.text = u"Zeile\nשלום 😀\t\u2028"_s;
    draft.attachments = {{u"/tmp/a b.pdf"_s, u"ä.pdf"_s, 5'000'000'000},
                         {{}, u"kept.pdf"_s, 7, QByteArray(64, 'a')}};
    draft.headers = {{u"X-One"_s, u"1"_s}, {u"X-One"_s, u"2"_s}};
    draft.notify = {false, true, true, false};
    draft.returned = Return::Headers;
    QCOMPARE(draftFromJson(toJson(draft)), draft);
    QCOMPARE(draftFromJson({}), Draft());
    QVERIFY(!draft.isEmpty());
    QVERIFY(Draft().isEmpty());
}

QTEST_GUILESS_MAIN(TestDraftCheck)
#include "tst_draftcheck.moc"
