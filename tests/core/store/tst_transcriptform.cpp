// How transcripts lie in the books: whatever a session can write comes back as it was, also from older books.

#include "core/store/transcriptform.h"

#include <QJsonDocument>
#include <QTest>

using Delivery::Speaker;
using Delivery::Transcript;
using Delivery::TranscriptLine;
using namespace Qt::StringLiterals;

namespace {

const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();

Transcript transcriptOf(const QList<TranscriptLine> &lines)
{
    Transcript transcript;
    for (const TranscriptLine &line : lines)
        transcript.add(line);
    return transcript;
}

/// As books of before hold it.
QByteArray oldForm(const Transcript &transcript)
{
    return qCompress(QJsonDocument(transcript.toJson()).toJson(QJsonDocument::Compact));
}

/// What is said for a letter over a connection of its own.
Transcript normal()
{
    const QList<std::pair<Speaker, QString>> said{
        {Speaker::Note, u"connecting to mail.example.org, port 587"_s},
        {Speaker::Note, u"connected to 192.0.2.25:587"_s},
        {Speaker::Server, u"220 mail.example.org ESMTP Postfix"_s},
        {Speaker::Client, u"EHLO [192.0.2.7]"_s},
        {Speaker::Server, u"250-mail.example.org"_s},
        {Speaker::Server, u"250-PIPELINING"_s},
        {Speaker::Server, u"250-SIZE 52428800"_s},
        {Speaker::Server, u"250-STARTTLS"_s},
        {Speaker::Server, u"250-ENHANCEDSTATUSCODES"_s},
        {Speaker::Server, u"250 8BITMIME"_s},
        {Speaker::Client, u"STARTTLS"_s},
        {Speaker::Server, u"220 2.0.0 Ready to start TLS"_s},
        {Speaker::Note, u"encrypted: TLSv1.3, TLS_AES_256_GCM_SHA384"_s},
        {Speaker::Client, u"EHLO [192.0.2.7]"_s},
        {Speaker::Server, u"250-mail.example.org"_s},
        {Speaker::Server, u"250-PIPELINING"_s},
        {Speaker::Server, u"250-AUTH PLAIN LOGIN SCRAM-SHA-256"_s},
        {Speaker::Server, u"250 CHUNKING"_s},
        {Speaker::Client, u"AUTH PLAIN (secret)"_s},
        {Speaker::Server, u"235 2.7.0 Authentication successful"_s},
        {Speaker::Client, u"MAIL FROM:<ada@example.org>"_s},
        {Speaker::Client, u"RCPT TO:<bob@example.com>"_s},
        {Speaker::Client, u"DATA"_s},
        {Speaker::Server, u"250 2.1.0 Ok"_s},
        {Speaker::Server, u"250 2.1.5 Ok"_s},
        {Speaker::Server, u"354 End data with <CR><LF>.<CR><LF>"_s},
        {Speaker::Note, u"(message, 5130 octets)"_s},
        {Speaker::Client, u"."_s},
        {Speaker::Server, u"250 2.0.0 Ok: queued as 4F1C23A0B"_s}};
    Transcript transcript;
    qint64 after = 0;
    for (const auto &[speaker, text] : said) {
        after += 7;
        transcript.add({speaker, noon.addMSecs(after), after, text, 0});
    }
    return transcript;
}

} // namespace

class TestTranscriptForm : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasSaidComesBack_data();
    void whatWasSaidComesBack();
    void olderBooksAreRead_data() { whatWasSaidComesBack_data(); }
    void olderBooksAreRead();
    void aNormalOneIsHardlyLargerThanBefore();
    void aLongOneIsCompressed();
    void whatIsCutOffIsReadAsFarAsItGoes();
    void nonsenseIsNoTranscript();
};

void TestTranscriptForm::whatWasSaidComesBack_data()
{
    QTest::addColumn<Transcript>("transcript");
    QTest::newRow("nothing") << Transcript();
    QTest::newRow("a normal one") << normal();
    QTest::newRow("no words") << transcriptOf({{Speaker::Server, noon, 0, {}, 0}});
    QTest::newRow("all scripts and what is no letter")
        << transcriptOf({{Speaker::Server, noon, 3, u"550 Grüße \U0001F600 \u202e\t\u0001"_s, 0}});
    QTest::newRow("no time") << transcriptOf({{Speaker::Note, {}, 5, u"x"_s, 0},
                                              {Speaker::Client, noon, 6, u"y"_s, 0},
                                              {Speaker::Note, {}, 9, u"z"_s, 0}});
    QTest::newRow("a clock set back, far ahead, before 1970")
        << transcriptOf({{Speaker::Client, noon, 1, u"a"_s, 0},
                         {Speaker::Server, noon.addDays(-400), 2, u"b"_s, 0},
                         {Speaker::Server, noon.addYears(900), 86'400'000, u"c"_s, 0},
                         {Speaker::Server, QDateTime::fromMSecsSinceEpoch(-5, Qt::UTC), -7, u"d"_s, 0}});
    QTest::newRow("lines that gave way")
        << transcriptOf({{Speaker::Note, noon, 3, {}, 4711}, {Speaker::Client, noon, 4, u"QUIT"_s, 0}});
    Transcript longest;
    for (int i = 0; i < 3 * Transcript::longest; ++i)
        longest.add({i % 2 == 0 ? Speaker::Client : Speaker::Server, noon.addMSecs(i), i,
                     u"%1 "_s.arg(250 + i % 300) + QString(i, u'ü'), 0});
    QTest::newRow("as long as they get") << longest;
}

void TestTranscriptForm::whatWasSaidComesBack()
{
    QFETCH(const Transcript, transcript);
    QCOMPARE(Store::transcriptFrom(Store::packed(transcript)).lines(), transcript.lines());
}

void TestTranscriptForm::olderBooksAreRead()
{
    QFETCH(const Transcript, transcript);
    QCOMPARE(Store::transcriptFrom(oldForm(transcript)).lines(), transcript.lines());
}

void TestTranscriptForm::aNormalOneIsHardlyLargerThanBefore()
{
    const qsizetype before = oldForm(normal()).size();
    const qsizetype now = Store::packed(normal()).size();
    QVERIFY2(now * 10 <= before * 13, qPrintable(u"%1 octets instead of %2"_s.arg(now).arg(before)));
}

void TestTranscriptForm::aLongOneIsCompressed()
{
    Transcript transcript;
    for (int i = 0; i < 200; ++i)
        transcript.add({Speaker::Client, noon, i, u"RCPT TO:<customer%1@example.org>"_s.arg(i), 0});
    const QByteArray stored = Store::packed(transcript);
    QVERIFY2(stored.size() < oldForm(transcript).size(), qPrintable(QString::number(stored.size())));
    QCOMPARE(Store::transcriptFrom(stored).lines(), transcript.lines());
}

void TestTranscriptForm::whatIsCutOffIsReadAsFarAsItGoes()
{
    const QByteArray whole = Store::packed(normal());
    for (qsizetype size = 0; size < whole.size(); ++size) {
        const QList<TranscriptLine> lines = Store::transcriptFrom(whole.first(size)).lines();
        QVERIFY(lines.size() <= normal().lines().size());
        if (lines.size() > 1)
            QCOMPARE(lines.first(lines.size() - 1), normal().lines().first(lines.size() - 1));
    }
}

void TestTranscriptForm::nonsenseIsNoTranscript()
{
    for (const char *nonsense : {"", "\x7f", "\x02\x02\x03", "\x03 later"})
        QVERIFY(Store::transcriptFrom(nonsense).isEmpty());
}

QTEST_GUILESS_MAIN(TestTranscriptForm)
#include "tst_transcriptform.moc"
