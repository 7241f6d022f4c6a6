// A transcript is bounded: the middle gives way, never the beginning and never the last words.

#include "core/delivery/transcript.h"

#include <QTest>

using Delivery::Speaker;
using Delivery::Transcript;
using Delivery::TranscriptLine;

class TestTranscript : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aShortOneIsKeptWhole();
    void law9_aLongOneLosesItsMiddle();
    void whatRefusedSomebodyIsNeverElided();
    void refusalsAreBoundedToo();
    void law9_aLongLineIsCut();
    void jsonReadsBack();
    void textIsFitForALetter();
};

namespace {

TranscriptLine line(int number, Speaker speaker = Speaker::Server)
{
    const QDateTime start = QDateTime::fromMSecsSinceEpoch(1'795'280'400'123).toUTC();
    return {speaker, start.addMSecs(number), number, QStringLiteral("line %1").arg(number), 0};
}

Transcript of(int lines)
{
    Transcript transcript;
    for (int i = 0; i < lines; ++i)
        transcript.add(line(i));
    return transcript;
}

} // namespace

void TestTranscript::aShortOneIsKeptWhole()
{
    QVERIFY(Transcript().isEmpty());
    const Transcript transcript = of(Transcript::longest);
    QCOMPARE(transcript.lines().size(), Transcript::longest);
    for (int i = 0; i < Transcript::longest; ++i)
        QCOMPARE(transcript.lines().at(i), line(i));
}

void TestTranscript::law9_aLongOneLosesItsMiddle()
{
    for (const int count : {Transcript::longest + 1, Transcript::longest + 2, 5'000}) {
        const Transcript transcript = of(count);
        const QList<TranscriptLine> &lines = transcript.lines();
        QCOMPARE(lines.size(), Transcript::longest);
        for (int i = 0; i < Transcript::headKept; ++i)
            QCOMPARE(lines.at(i), line(i));
        const TranscriptLine &marker = lines.at(Transcript::headKept);
        QCOMPARE(marker.speaker, Speaker::Note);
        QCOMPARE(marker.elided, count - Transcript::longest + 1);
        const int tail = Transcript::longest - Transcript::headKept - 1;
        for (int i = 0; i < tail; ++i)
            QCOMPARE(lines.at(Transcript::headKept + 1 + i), line(count - tail + i));
    }
}

// A thousand recipients, and one in the middle was refused: that line decided.
void TestTranscript::whatRefusedSomebodyIsNeverElided()
{
    Transcript transcript;
    for (int i = 0; i < 2'000; ++i) {
        TranscriptLine next = line(i);
        if (i == 700)
            next.text = QStringLiteral("550 5.1.1 No such user");
        transcript.add(next);
    }
    const QList<TranscriptLine> &lines = transcript.lines();
    QCOMPARE(lines.size(), Transcript::longest);
    const TranscriptLine &before = lines.at(Transcript::headKept);
    QCOMPARE(before.elided, 700 - Transcript::headKept);
    QCOMPARE(lines.at(Transcript::headKept + 1).text, QStringLiteral("550 5.1.1 No such user"));
    const TranscriptLine &behind = lines.at(Transcript::headKept + 2);
    const int tail = Transcript::longest - Transcript::headKept - 3;
    QCOMPARE(behind.elided, 2'000 - 701 - tail);
    QCOMPARE(lines.last(), line(1'999));
}

void TestTranscript::refusalsAreBoundedToo()
{
    Transcript transcript;
    int elided = 0;
    for (int i = 0; i < 5'000; ++i) {
        TranscriptLine next = line(i);
        next.text = QStringLiteral("450 4.2.1 Not now, number %1").arg(i);
        transcript.add(next);
    }
    QCOMPARE(transcript.lines().size(), Transcript::longest);
    for (const TranscriptLine &each : transcript.lines())
        elided += each.elided;
    QCOMPARE(elided, 5'000 - Transcript::longest + 1);
    QCOMPARE(transcript.lines().last().text, QStringLiteral("450 4.2.1 Not now, number 4999"));
}

void TestTranscript::law9_aLongLineIsCut()
{
    Transcript transcript;
    TranscriptLine longLine = line(0);
    longLine.text = QString(Transcript::longestLine, QLatin1Char('x'));
    transcript.add(longLine);
    QCOMPARE(transcript.lines().last().text, longLine.text);
    longLine.text += QLatin1Char('y');
    transcript.add(longLine);
    QCOMPARE(transcript.lines().last().text.size(), Transcript::longestLine + 1);
    QVERIFY(transcript.lines().last().text.endsWith(QChar(0x2026)));
}

void TestTranscript::jsonReadsBack()
{
    Transcript transcript = of(Transcript::longest + 7);
    transcript.add(line(9'999, Speaker::Client));
    transcript.add(
        {Speaker::Note, line(1).when, 1, QString::fromUtf8("gr\xc3\xbc\xc3\x9f \"quoted\" \\"), 0});
    const Transcript back = Transcript::fromJson(transcript.toJson());
    QCOMPARE(back.lines(), transcript.lines());
    QVERIFY(Transcript::fromJson({}).isEmpty());
}

void TestTranscript::textIsFitForALetter()
{
    Transcript transcript;
    transcript.add({Speaker::Client, line(0).when, 0, QStringLiteral("EHLO client.example"), 0});
    transcript.add({Speaker::Server, line(0).when, 0, QStringLiteral("250 Ok"), 0});
    transcript.add({Speaker::Note, line(0).when, 0, {}, 12});
    QCOMPARE(transcript.toText(), QStringLiteral("17:00:00.123 C EHLO client.example\n"
                                                 "17:00:00.123 S 250 Ok\n"
                                                 "17:00:00.123 * [12 lines]\n"));
}

QTEST_GUILESS_MAIN(TestTranscript)
#include "tst_transcript.moc"
