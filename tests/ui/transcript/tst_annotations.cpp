// Every line of an ordinary conversation means something, replies find their command even when pipelined, and
// the deciding line is found.

#include "ui/transcript/annotations.h"

#include <QtTest>

using namespace Ui;

class TestAnnotations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void conversation();
    void pipelined();
    void decides();
    void anotherLetterOverTheSameLine();
    void chunks();
    void lmtpAnswersForEveryone();
    void aLineThatWasReplaced();
    void elided();
};

namespace {

QList<Delivery::TranscriptLine> lines(const QStringList &script)
{
    QList<Delivery::TranscriptLine> out;
    for (const QString &each : script) {
        Delivery::TranscriptLine line;
        line.speaker = each.startsWith(QStringLiteral("S "))   ? Delivery::Speaker::Server
                       : each.startsWith(QStringLiteral("C ")) ? Delivery::Speaker::Client
                                                               : Delivery::Speaker::Note;
        line.text = each.mid(2);
        out.append(line);
    }
    return out;
}

const QStringList script{
    QStringLiteral("* connecting to mx.example, port 587"),
    QStringLiteral("* connected to 192.0.2.7:587"),
    QStringLiteral("S 220 mx.example ESMTP"),
    QStringLiteral("C EHLO laptop"),
    QStringLiteral("S 250-mx.example"),
    QStringLiteral("S 250-PIPELINING"),
    QStringLiteral("S 250-SIZE 26214400"),
    QStringLiteral("S 250 STARTTLS"),
    QStringLiteral("C STARTTLS"),
    QStringLiteral("S 220 go ahead"),
    QStringLiteral("* TLS 1.3, TLS_AES_256_GCM_SHA384, certificate for mx.example"),
    QStringLiteral("C AUTH LOGIN"),
    QStringLiteral("S 334 VXNlcm5hbWU6"),
    QStringLiteral("C ****"),
    QStringLiteral("S 235 2.7.0 fine"),
    QStringLiteral("C MAIL FROM:<a@b.example>"),
    QStringLiteral("C RCPT TO:<c@d.example>"),
    QStringLiteral("C RCPT TO:<nobody@d.example>"),
    QStringLiteral("S 250 2.1.0 fine"),
    QStringLiteral("S 250 2.1.5 fine"),
    QStringLiteral("S 550 5.1.1 No such user"),
    QStringLiteral("C DATA"),
    QStringLiteral("S 354 go ahead"),
    QStringLiteral("* (message, 400 octets)"),
    QStringLiteral("C ."),
    QStringLiteral("S 250 2.0.0 queued as 4F2"),
    QStringLiteral("C QUIT"),
    QStringLiteral("S 221 bye"),
};

} // namespace

void TestAnnotations::conversation()
{
    const QList<Delivery::TranscriptLine> said = lines(script);
    const QStringList meanings = annotate(said);
    QCOMPARE(meanings.size(), said.size());
    for (qsizetype i = 0; i < said.size(); ++i)
        QVERIFY2(!meanings.at(i).isEmpty(), qPrintable(said.at(i).text));
    QVERIFY(meanings.at(2).contains(QStringLiteral("greets")));
    QVERIFY(meanings.at(6).contains(QStringLiteral("26")));
    QVERIFY(meanings.at(12).contains(QStringLiteral("next part")));
    QVERIFY(meanings.at(14).contains(QStringLiteral("signed in")));
}

void TestAnnotations::pipelined()
{
    const QStringList meanings = annotate(lines(script));
    QVERIFY(meanings.at(18).contains(QStringLiteral("sender")));
    QVERIFY(meanings.at(19).contains(QStringLiteral("recipient")));
    QVERIFY(meanings.at(20).contains(QStringLiteral("no such mailbox")));
    QVERIFY(meanings.at(25).contains(QStringLiteral("took the message")));
}

void TestAnnotations::decides()
{
    const QList<Delivery::TranscriptLine> said = lines(script);
    const Delivery::Reason refused{Delivery::Stage::Rcpt,
                                   Delivery::Scope::Recipient,
                                   Delivery::ServerReply(550, {QStringLiteral("5.1.1 No such user")}),
                                   {}};
    QCOMPARE(decidingLine(said, refused), 20);
    const Delivery::Reason lost{Delivery::Stage::Content,
                                Delivery::Scope::Session,
                                {},
                                Base::Error{Base::ErrorKind::ConnectionLost, {}, {}}};
    QCOMPARE(decidingLine(said, lost), 23);
    QCOMPARE(decidingLine(said, {}), -1);
    QCOMPARE(decidingLine({}, refused), -1);
    const Delivery::Reason another{Delivery::Stage::Rcpt,
                                   Delivery::Scope::Recipient,
                                   Delivery::ServerReply(554, {QStringLiteral("x")}),
                                   {}};
    QCOMPARE(decidingLine(said, another), -1);
}

void TestAnnotations::anotherLetterOverTheSameLine()
{
    const QStringList meanings = annotate(lines({
        QStringLiteral("* using the open connection to 192.0.2.7:587"),
        QStringLiteral("C RSET"),
        QStringLiteral("C MAIL FROM:<a@b.example>"),
        QStringLiteral("C RCPT TO:<c@d.example>"),
        QStringLiteral("C DATA"),
        QStringLiteral("S 250 2.0.0 fine"),
        QStringLiteral("S 250 2.1.0 fine"),
        QStringLiteral("S 250 2.1.5 fine"),
        QStringLiteral("S 354 go ahead"),
    }));
    QVERIFY(meanings.at(5).contains(QStringLiteral("afresh")));
    QVERIFY(meanings.at(6).contains(QStringLiteral("sender")));
    QVERIFY(meanings.at(7).contains(QStringLiteral("recipient")));
    QVERIFY(meanings.at(8).contains(QStringLiteral("ready")));
}

void TestAnnotations::chunks()
{
    const QStringList meanings = annotate(lines({
        QStringLiteral("* using the open connection to 192.0.2.7:587"),
        QStringLiteral("C MAIL FROM:<a@b.example>"),
        QStringLiteral("C BDAT 262144"),
        QStringLiteral("C BDAT 12 LAST"),
        QStringLiteral("S 250 2.1.0 fine"),
        QStringLiteral("S 250 2.0.0 262144 octets"),
        QStringLiteral("S 250 2.0.0 queued as 4F2"),
    }));
    QVERIFY(meanings.at(2).contains(QStringLiteral("piece")));
    QVERIFY(meanings.at(5).contains(QStringLiteral("part")));
    QVERIFY(meanings.at(6).contains(QStringLiteral("took the message")));
}

void TestAnnotations::lmtpAnswersForEveryone()
{
    const QStringList meanings = annotate(lines({
        QStringLiteral("* using the open connection to 192.0.2.7:24"),
        QStringLiteral("C ."),
        QStringLiteral("S 250 2.1.5 a delivered"),
        QStringLiteral("S 250 2.1.5 b delivered"),
        QStringLiteral("C QUIT"),
        QStringLiteral("S 221 bye"),
    }));
    QVERIFY(meanings.at(2).contains(QStringLiteral("took the message")));
    QVERIFY(meanings.at(3).contains(QStringLiteral("took the message")));
    QVERIFY(meanings.at(5).contains(QStringLiteral("goodbye")));
}

void TestAnnotations::aLineThatWasReplaced()
{
    const QStringList meanings = annotate(lines({
        QStringLiteral("* using the open connection to 192.0.2.7:587"),
        QStringLiteral("C MAIL FROM:<a@b.example>"),
        QStringLiteral("C RCPT TO:<c@d.example>"),
        QStringLiteral("* the open connection had gone"),
        QStringLiteral("* connecting to mx.example, port 587"),
        QStringLiteral("S 220 mx.example ESMTP"),
        QStringLiteral("C EHLO laptop"),
        QStringLiteral("S 250 mx.example"),
    }));
    QVERIFY(meanings.at(3).contains(QStringLiteral("nothing was lost")));
    QVERIFY(meanings.at(5).contains(QStringLiteral("greets")));
    QVERIFY(meanings.at(7).contains(QStringLiteral("name")));
}

void TestAnnotations::elided()
{
    QList<Delivery::TranscriptLine> said = lines(script);
    said[16].elided = 40;
    const QStringList meanings = annotate(said);
    QVERIFY(!meanings.at(16).isEmpty());
    QVERIFY(!meanings.at(25).isEmpty());
}

QTEST_GUILESS_MAIN(TestAnnotations)
#include "tst_annotations.moc"
