// Plays every file of tests/dialogues in every cut, and proves that a dialogue can fail.

#include "tests/support/dialoguerunner.h"

#include <QDir>
#include <QTest>

using Support::Cut;
using Support::Dialogue;
using Support::Played;

class TestDialogues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyDialogueHolds_data();
    void everyDialogueHolds();
    void theCutMakesNoDifference_data();
    void theCutMakesNoDifference();
    void aBrokenDialogueFails_data();
    void aBrokenDialogueFails();
    void aFailureSaysWhereAndWhat();
    void nonsenseIsNoDialogue_data();
    void nonsenseIsNoDialogue();

private:
    static QDir folder() { return QDir(QStringLiteral(POSTRIDER_SOURCE "/tests/dialogues")); }
    static QStringList files()
    {
        return folder().entryList({QStringLiteral("*.smtp")}, QDir::Files, QDir::Name);
    }
};

void TestDialogues::everyDialogueHolds_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("cut");
    QVERIFY(files().size() >= 45);
    for (const QString &file : files()) {
        for (const Cut cut : Support::allCuts())
            QTest::addRow("%s, %s", qPrintable(file), qPrintable(Support::name(cut)))
                << file << static_cast<int>(cut);
    }
}

void TestDialogues::everyDialogueHolds()
{
    QFETCH(QString, file);
    QFETCH(int, cut);
    const Base::Result<Dialogue> dialogue = Dialogue::read(folder().filePath(file));
    QVERIFY2(dialogue.ok(), dialogue.ok() ? "" : qPrintable(dialogue.error().detail));
    if (!dialogue->cuts.contains(static_cast<Cut>(cut)))
        return; // the file says why
    const Played played = Support::play(*dialogue, static_cast<Cut>(cut));
    if (!played.failure.isEmpty())
        QFAIL(qPrintable(played.failure + QStringLiteral("\n      ") +
                         played.transcript.join(QStringLiteral("\n      "))));
}

void TestDialogues::theCutMakesNoDifference_data()
{
    QTest::addColumn<QString>("file");
    for (const QString &file : files())
        QTest::newRow(qPrintable(file)) << file;
}

void TestDialogues::theCutMakesNoDifference()
{
    QFETCH(QString, file);
    const Base::Result<Dialogue> dialogue = Dialogue::read(folder().filePath(file));
    QVERIFY(dialogue.ok());
    const Played first = Support::play(*dialogue, dialogue->cuts.first());
    for (const Cut cut : dialogue->cuts) {
        const Played other = Support::play(*dialogue, cut);
        // Our own notes may differ: whether the parser or the connection sees smuggled text first is a matter
        // of the cut.
        QCOMPARE(other.said(), first.said());
        QCOMPARE(other.outcome.recipients.size(), first.outcome.recipients.size());
        for (qsizetype i = 0; i < first.outcome.recipients.size(); ++i) {
            QCOMPARE(other.outcome.recipients.at(i).verdict, first.outcome.recipients.at(i).verdict);
            QCOMPARE(other.outcome.recipients.at(i).reply, first.outcome.recipients.at(i).reply);
        }
        QCOMPARE(other.outcome.scope, first.outcome.scope);
        QCOMPARE(other.outcome.stage, first.outcome.stage);
        QCOMPARE(other.outcome.reply, first.outcome.reply);
        QCOMPARE(other.outcome.queueId, first.outcome.queueId);
    }
}

namespace {

const QByteArray sound = "> from ada@example.org\n"
                         "> to ben@example.net\n"
                         "S: 220 mail.example ESMTP\n"
                         "C: EHLO client.example\n"
                         "S: 250 mail.example\n"
                         "C: MAIL FROM:<ada@example.org>\n"
                         "S: 250 Ok\n"
                         "C: RCPT TO:<ben@example.net>\n"
                         "S: 250 Ok\n"
                         "C: DATA\n"
                         "S: 354 Go ahead\n"
                         "C: <message>\n"
                         "S: 250 Ok: queued as 4F2\n"
                         "= ben@example.net accepted\n"
                         "= queue-id 4F2\n"
                         "C: QUIT\n"
                         "S: 221 Bye\n"
                         "= closed yes\n";

QByteArray changed(const char *from, const char *to)
{
    QByteArray text = sound;
    text.replace(from, to);
    return text;
}

} // namespace

void TestDialogues::aBrokenDialogueFails_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("another verdict") << changed("net accepted", "net refused");
    QTest::newRow("another scope") << changed("net accepted", "net accepted account");
    QTest::newRow("a recipient nobody wrote to") << changed("= ben@", "= eve@");
    QTest::newRow("another queue id") << changed("queue-id 4F2", "queue-id 4F3");
    QTest::newRow("another stage") << changed("= queue-id 4F2", "= stage mail");
    QTest::newRow("an error that never was") << changed("= queue-id 4F2", "= error protocol");
    QTest::newRow("committed, denied") << changed("= queue-id 4F2", "= committed no");
    QTest::newRow("open, denied") << changed("= queue-id 4F2", "= open no");
    QTest::newRow("a person, where none is needed") << changed("= queue-id 4F2", "= needs-person yes");
    QTest::newRow("another reply") << changed("= queue-id 4F2", "= reply 250 Ok");
    QTest::newRow("in the transcript, denied") << changed("= queue-id 4F2", "= transcript-lacks EHLO");
    QTest::newRow("not in the transcript") << changed("= queue-id 4F2", "= transcript-has HELP");
    QTest::newRow("an expectation nobody knows") << changed("= queue-id 4F2", "= mood good");
    QTest::newRow("an event nobody knows") << changed("C: DATA", "S! sing\nC: DATA");
    QTest::newRow("a line the client does not say") << changed("C: DATA", "C: NOOP\nC: DATA");
    QTest::newRow("a line the client says and nobody expects")
        << changed("C: RCPT TO:<ben@example.net>\n", "");
    QTest::newRow("another command") << changed("C: DATA", "C: BDAT 10 LAST");
    QTest::newRow("another argument") << changed("EHLO client.example", "EHLO other.example");
    QTest::newRow("a command in another case") << changed("C: DATA", "C: data");
    QTest::newRow("another message") << changed("C: <message>", "C: Subject: Bye");
    QTest::newRow("the message never ends") << changed("S: 250 Ok: queued as 4F2\n", "");
    QTest::newRow("the end in the middle") << changed("C: DATA", "S! drop\nC: DATA");
    QTest::newRow("the server goes on behind the end") << changed("= closed yes", "= closed yes\nS: 250 Ok");
    QTest::newRow("QUIT is never said") << changed("S: 221 Bye\n", "S: 221 Bye\nC: QUIT\n");
    QTest::newRow("a client that speaks out of turn")
        << changed("S: 220 mail.example ESMTP\nC: EHLO client.example\n",
                   "C: EHLO client.example\nS: 220 mail.example ESMTP\n");
    QTest::newRow("TLS nobody begins") << changed("C: MAIL", "S! tls\nC: MAIL");
    QTest::newRow("a stall too long") << changed("C: DATA\n", "C: DATA\nS! stall 121s\n");
}

void TestDialogues::aBrokenDialogueFails()
{
    QFETCH(QByteArray, text);
    for (const Cut cut : Support::allCuts()) {
        const Base::Result<Dialogue> good = Dialogue::parse(sound, QStringLiteral("sound.smtp"));
        QVERIFY(good.ok());
        QCOMPARE(Support::play(*good, cut).failure, QString());
        QVERIFY(text != sound);
        const Base::Result<Dialogue> bad = Dialogue::parse(text, QStringLiteral("broken.smtp"));
        QVERIFY(bad.ok());
        QVERIFY(!Support::play(*bad, cut).failure.isEmpty());
    }
}

void TestDialogues::aFailureSaysWhereAndWhat()
{
    const Base::Result<Dialogue> dialogue =
        Dialogue::parse(changed("C: DATA", "C: NOOP"), QStringLiteral("broken.smtp"));
    QVERIFY(dialogue.ok());
    QCOMPARE(Support::play(*dialogue, Cut::Byte).failure,
             QStringLiteral(
                 "broken.smtp:10 (by byte): the client must say \"NOOP\\r\\n\" and says \"DATA\\r\\n\""));
}

void TestDialogues::nonsenseIsNoDialogue_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("a line of no kind") << sound + "X: 250 Ok\n";
    QTest::newRow("a header line too late") << sound + "> from ada@example.org\n";
    QTest::newRow("an unknown header line") << "> wish fish\n" + sound;
    QTest::newRow("an unknown account word") << "> account colour=red\n" + sound;
    QTest::newRow("an unknown content") << "> content novel\n" + sound;
    QTest::newRow("no address") << "> to nobody\n" + sound;
    QTest::newRow("an unknown cut") << "> cuts diagonal\n" + sound;
    QTest::newRow("an escape that is none") << sound + "S: 250 \\q\n";
    QTest::newRow("nothing expected") << QByteArray("> rehearse\nS: 220 hello\n");
    QTest::newRow("no recipients") << QByteArray("S: 220 hello\n= open no\n");
}

void TestDialogues::nonsenseIsNoDialogue()
{
    QFETCH(QByteArray, text);
    const Base::Result<Dialogue> dialogue = Dialogue::parse(text, QStringLiteral("nonsense.smtp"));
    QVERIFY(!dialogue.ok());
    QVERIFY(dialogue.error().detail.startsWith(QStringLiteral("nonsense.smtp:")));
}

QTEST_GUILESS_MAIN(TestDialogues)
#include "tst_dialogues.moc"
