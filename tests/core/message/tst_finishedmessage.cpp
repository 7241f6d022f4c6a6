#include "finished.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <cstring>

using namespace Message;
using Base::ErrorKind;
using namespace Qt::StringLiterals;

namespace {

QStringList recipientsOf(const OutgoingMessage &message)
{
    QStringList out;
    for (const Recipient &recipient : message.envelope.recipients)
        out.append(recipient.address.addrSpec());
    return out;
}

/// Gives some octets, then an error, as a disk or a network share that goes away does.
class FailingDevice : public QIODevice
{
public:
    FailingDevice(QByteArray bytes, qint64 promised)
        : m_bytes(std::move(bytes))
        , m_promised(promised)
    {
        open(QIODevice::ReadOnly);
    }
    qint64 size() const override { return m_promised; }
    bool atEnd() const override { return false; }

protected:
    qint64 readData(char *data, qint64 maximum) override
    {
        const qint64 count = qMin(maximum, m_bytes.size() - m_at);
        if (count <= 0) {
            setErrorString(u"Input/output error"_s);
            return -1;
        }
        std::memcpy(data, m_bytes.constData() + m_at, static_cast<std::size_t>(count));
        m_at += count;
        return count;
    }
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    QByteArray m_bytes;
    qint64 m_promised;
    qint64 m_at = 0;
};

} // namespace

class TestFinishedMessage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aGoodMessageIsNotTouched_data();
    void aGoodMessageIsNotTouched();
    void theDocumentedRepairsAreMade_data();
    void theDocumentedRepairsAreMade();
    void whatCannotBeSentIsRefusedWithItsLine_data();
    void whatCannotBeSentIsRefusedWithItsLine();
    void realMessagesComeThrough_data();
    void realMessagesComeThrough();
    void theEnvelopeComesFromTheHeader_data();
    void theEnvelopeComesFromTheHeader();
    void theCallersEnvelopeWins();
    void addressesBeyondAsciiNeedSmtpUtf8_data();
    void addressesBeyondAsciiNeedSmtpUtf8();
    void badAddressesInTheHeaderAreNamed_data();
    void badAddressesInTheHeaderAreNamed();
    void eightBitIsNoticed_data();
    void eightBitIsNoticed();
    void listsAreTold();
    void aLargeBodyIsNotHeldInTheContent();
    void aSourceThatBreaksOffIsNotSentShortened_data();
    void aSourceThatBreaksOffIsNotSentShortened();
    void lineEndsAreRightWhereverTheSourceIsCut();
};

void TestFinishedMessage::aGoodMessageIsNotTouched_data()
{
    QTest::addColumn<QByteArray>("eml");
    QTest::newRow("simple") << head + "\r\nHello\r\n";
    QTest::newRow("dots, blanks, From") << head + "\r\n.\r\n..\r\ntrailing  \r\nFrom here\r\n\r\n\r\n";
    QTest::newRow("strange but legal fields") << "X-A:x\r\nX-B: \r\nx-b:\ty \r\n" + head + "\r\n\r\n";
    QTest::newRow("folded") << "X-A: a\r\n\tb\r\n  c\r\n" + head + "\r\nx\r\n";
    QTest::newRow("998 octets in the body") << head + "\r\n" + QByteArray(998, 'x') + "\r\n";
    QTest::newRow("998 octets in the header") << "X-A: " + QByteArray(993, 'x') + "\r\n" + head + "\r\nx\r\n";
    QTest::newRow("8-bit") << head + "\r\nGr\xc3\xbc\xc3\x9f\xe9\r\n";
    QTest::newRow("UTF-8 in a signed header")
        << "DKIM-Signature: v=1; b=x\r\nX-A: \xc3\xbc\r\n" + head + "\r\nx\r\n";
    QTest::newRow("UTF-8 in a header an authority vouches for")
        << "ARC-Seal: i=1; b=x\r\nX-A: \xc3\xbc\r\n" + head + "\r\nx\r\n";
    QTest::newRow("UTF-8 where it has no other form")
        << "In-Reply-To: <\xc3\xbc@example.org>\r\n" + head + "\r\nx\r\n";
    QTest::newRow("controls in the body") << head + "\r\na\x1b\x7f\t\x01\r\n";
    QTest::newRow("Received on top") << "Received: from a by b; x\r\n" + head + "\r\nx\r\n";
    QTest::newRow("a field named like Bcc")
        << "X-Bcc: a@example.org\r\nBcc-X: b@example.org\r\n" + head + "\r\nBcc: c\r\n";
    QTest::newRow("no body, empty line") << head + "\r\n";
}

void TestFinishedMessage::aGoodMessageIsNotTouched()
{
    QFETCH(QByteArray, eml);
    const Finished out = finished(eml);
    QVERIFY2(out.message.ok(), qPrintable(out.message.ok() ? QString() : out.message.error().detail));
    QCOMPARE(out.bytes, eml);
    QCOMPARE(out.message->size(), eml.size());
    QCOMPARE(out.message->messageId, QByteArray("<1@example.org>"));
}

void TestFinishedMessage::theDocumentedRepairsAreMade_data()
{
    QTest::addColumn<QByteArray>("eml");
    QTest::addColumn<QByteArray>("expected");
    const QByteArray body = "\r\none\r\ntwo\r\n";
    QByteArray lf = head + body;
    lf.replace("\r\n", "\n");
    QTest::newRow("LF everywhere") << lf << head + body;
    QTest::newRow("LF in the header only") << QByteArray(head).replace("\r\n", "\n") + body << head + body;
    QTest::newRow("CR in the body") << head + "\r\none\rtwo\r" << head + body;
    QTest::newRow("mixed body") << head + "\r\none\ntwo\r\nthree\rfour\n\r\n\n"
                                << head + "\r\none\r\ntwo\r\nthree\r\nfour\r\n\r\n\r\n";
    QTest::newRow("no final line end") << head + "\r\none\r\ntwo" << head + body;
    QTest::newRow("header only, no empty line") << head << head + "\r\n";
    QTest::newRow("header only, no line end") << head.chopped(2) << head + "\r\n";
    QTest::newRow("mbox line") << "From ada@example.org Sat Nov 21 18:00:00 2026\n" + head + body
                               << head + body;
    QTest::newRow("Bcc in the middle")
        << "X-A: 1\r\nBcc: eve@example.com\r\n" + head + body << "X-A: 1\r\n" + head + body;
    QTest::newRow("Bcc last") << head + "bCC: eve@example.com\r\n" + body << head + body;
    QTest::newRow("Bcc folded")
        << "Bcc: eve@example.com,\r\n mallory@example.com,\r\n\ttrudy@example.com\r\n" + head + body
        << head + body;
    QTest::newRow("Bcc twice") << "Bcc: eve@example.com\r\nBCC:\r\n mallory@example.com\r\n" + head + body
                               << head + body;
    QTest::newRow("Bcc with a blank before the colon")
        << "Bcc : eve@example.com\r\n" + head + body << head + body;
    QTest::newRow("empty Bcc") << "Bcc:\r\n" + head + body << head + body;
    QTest::newRow("Resent-Bcc") << "Resent-Bcc: eve@example.com,\r\n mallory@example.com\r\n" + head + body
                                << head + body;
    const QByteArray from = "From: ada@example.org\r\nTo: bob@example.org\r\n";
    QTest::newRow("no Date, no Message-ID")
        << from + body
        << from + "Date: Sat, 21 Nov 2026 18:00:00 +0100\r\nMessage-ID: <token2@example.org>\r\n" + body;
    QTest::newRow("no Message-ID") << from + "date: x\r\n" + body
                                   << from + "date: x\r\nMessage-ID: <token2@example.org>\r\n" + body;
    QTest::newRow("no Date") << from + "message-id: <x@y>\r\n" + body
                             << from + "message-id: <x@y>\r\nDate: Sat, 21 Nov 2026 18:00:00 +0100\r\n" +
                                    body;
}

void TestFinishedMessage::theDocumentedRepairsAreMade()
{
    QFETCH(QByteArray, eml);
    const Finished out = finished(eml);
    QVERIFY2(out.message.ok(), qPrintable(out.message.ok() ? QString() : out.message.error().detail));
    QTEST(out.bytes, "expected");
    QVERIFY(out.bytes.contains(out.message->messageId));
    // Repairing what was repaired changes nothing more.
    const Finished again = finished(out.bytes);
    QVERIFY(again.message.ok());
    QCOMPARE(again.bytes, out.bytes);
}

void TestFinishedMessage::whatCannotBeSentIsRefusedWithItsLine_data()
{
    QTest::addColumn<QByteArray>("eml");
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("line"); // 0: no line can be named
    const int bad = static_cast<int>(ErrorKind::BadMessage);
    const int longLine = static_cast<int>(ErrorKind::LineTooLong);
    QTest::newRow("empty") << QByteArray() << bad << 0;
    QTest::newRow("only an empty line") << QByteArray("\r\n") << bad << 0;
    QTest::newRow("no header") << QByteArray("\r\nHello\r\n") << bad << 0;
    QTest::newRow("text for a header") << QByteArray("Hello, Bob\r\n\r\nx\r\n") << bad << 1;
    QTest::newRow("text in the header") << head + "Hello, Bob\r\n\r\nx\r\n" << bad << 6;
    QTest::newRow("mbox line in the middle") << head + "From ada@example.org Sat\r\n\r\nx\r\n" << bad << 6;
    QTest::newRow("fold without a field") << " folded\r\n" + head + "\r\nx\r\n" << bad << 1;
    QTest::newRow("blank in a name") << head + "X A: b\r\n\r\nx\r\n" << bad << 6;
    QTest::newRow("8-bit name") << head + "X-\xc3\xbc: b\r\n\r\nx\r\n" << bad << 6;
    QTest::newRow("nameless") << head + ": b\r\n\r\nx\r\n" << bad << 6;
    QTest::newRow("NUL in the header") << head + QByteArray("X-A: a\0b\r\n", 10) + "\r\nx\r\n" << bad << 6;
    QTest::newRow("bare CR in the header") << head + "X-A: a\rBcc: eve@example.com\r\n\r\nx\r\n" << bad << 6;
    QTest::newRow("NUL in the body") << head + "\r\none\r\n" + QByteArray("t\0wo\r\n", 6) << bad << 8;
    QTest::newRow("NUL in a body of LF")
        << QByteArray(head).replace("\r\n", "\n") + "\none\n" + QByteArray("t\0wo\n", 5) << bad << 8;
    QTest::newRow("999 octets in the body") << head + "\r\none\r\n" + QByteArray(999, 'x') + "\r\n"
                                            << longLine << 8;
    QTest::newRow("999 octets without line end") << head + "\r\n" + QByteArray(999, 'x') << longLine << 7;
    QTest::newRow("a megabyte in one line") << head + "\r\n" + QByteArray(1 << 20, 'x') << longLine << 7;
    QTest::newRow("999 octets in the header") << "X-A: " + QByteArray(994, 'x') + "\r\n" + head + "\r\nx\r\n"
                                              << longLine << 1;
    QTest::newRow("999 octets in a fold") << head + "X-A: a\r\n " + QByteArray(998, 'x') + "\r\n\r\nx\r\n"
                                          << longLine << 7;
    QTest::newRow("Latin-1 in an address") << head + "Cc: J\xfc@example.org\r\n\r\nx\r\n" << bad << 6;
    QTest::newRow("Latin-1 under a signature")
        << "DKIM-Signature: v=1\r\n" + head + "X-A: a\r\n b\r\nX-B: \xfc\r\n\r\nx\r\n"
        << bad << 9;
    QTest::newRow("Latin-1 beside an address of UTF-8")
        << head + "Cc: J\xc3\xbc@example.org\r\nX-B: \xfc\r\n\r\nx\r\n"
        << bad << 7;
    QTest::newRow("a header that never ends")
        << QByteArray("X-A: " + QByteArray(900, 'x') + "\r\n").repeated(2000) << bad << 1157;
}

void TestFinishedMessage::whatCannotBeSentIsRefusedWithItsLine()
{
    QFETCH(QByteArray, eml);
    QFETCH(int, kind);
    QFETCH(int, line);
    const Finished out = finished(eml);
    QVERIFY(!out.message.ok());
    QCOMPARE(static_cast<int>(out.message.error().kind), kind);
    QVERIFY(!out.message.error().detail.isEmpty());
    if (line > 0)
        QVERIFY2(out.message.error().detail.contains(u"line %1 "_s.arg(line)),
                 qPrintable(out.message.error().detail));
}

void TestFinishedMessage::realMessagesComeThrough_data()
{
    QTest::addColumn<QByteArray>("eml");
    const QDir folder(QStringLiteral(POSTRIDER_SOURCE "/tests/messages/eml"));
    const QStringList names = folder.entryList({u"*.eml"_s}, QDir::Files, QDir::Name);
    QVERIFY(names.size() >= 10);
    for (const QString &name : names) {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QTest::newRow(qPrintable(name)) << file.readAll();
    }
}

void TestFinishedMessage::realMessagesComeThrough()
{
    QFETCH(QByteArray, eml);
    const Finished out = finished(eml);
    QVERIFY2(out.message.ok(), qPrintable(out.message.ok() ? QString() : out.message.error().detail));
    QVERIFY(!out.message->envelope.recipients.isEmpty());
    // Below the header nothing but line ends may differ.
    QByteArray before = eml;
    before.replace("\r\n", "\n");
    const qsizetype end = before.indexOf("\n\n");
    QByteArray body = end < 0 ? QByteArray() : before.mid(end + 2);
    if (!body.isEmpty() && !body.endsWith('\n'))
        body += '\n';
    body.replace("\n", "\r\n");
    QCOMPARE(out.bytes.mid(out.bytes.indexOf("\r\n\r\n") + 4), body);
    // And no field but Bcc is gone.
    const QByteArray header = out.bytes.left(out.bytes.indexOf("\r\n\r\n") + 2);
    bool gone = false;
    for (const QByteArray &line : before.left(end < 0 ? before.size() : end).split('\n')) {
        if (line.isEmpty() || line.startsWith("From "))
            continue;
        if (!line.startsWith(' ') && !line.startsWith('\t'))
            gone = line.toLower().startsWith("bcc:");
        QCOMPARE(QByteArray("\r\n" + header).contains("\r\n" + line + "\r\n"), !gone);
    }
}

void TestFinishedMessage::theEnvelopeComesFromTheHeader_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QString>("from");
    QTest::addColumn<QStringList>("to");
    const QStringList bob{u"bob@example.org"_s};
    QTest::newRow("From and To") << QByteArray("From: Ada <ada@example.org>\nTo: bob@example.org\n")
                                 << u"ada@example.org"_s << bob;
    QTest::newRow("Sender wins")
        << QByteArray(
               "From: ada@example.org, carl@example.org\nSender: office@example.org\nTo: bob@example.org\n")
        << u"office@example.org"_s << bob;
    QTest::newRow("the first From") << QByteArray(
                                           "From: ada@example.org, carl@example.org\nTo: bob@example.org\n")
                                    << u"ada@example.org"_s << bob;
    QTest::newRow("all three fields")
        << QByteArray(
               "From: ada@example.org\nTo: bob@example.org\nCc: carl@example.org\nBcc: dora@example.org\n")
        << u"ada@example.org"_s
        << QStringList{u"bob@example.org"_s, u"carl@example.org"_s, u"dora@example.org"_s};
    QTest::newRow("each once")
        << QByteArray(
               "From: ada@example.org\nTo: bob@example.org, Bob <bob@EXAMPLE.org>\nCc: bob@example.org\n")
        << u"ada@example.org"_s << bob;
    QTest::newRow("folded with a tab inside a name")
        << QByteArray("From: Ada\n\tLovelace <ada@example.org>\nTo: Bob\n\tB <bob@example.org>\n")
        << u"ada@example.org"_s << bob;
    QTest::newRow("folded list")
        << QByteArray("From: ada@example.org\nTo: bob@example.org,\n carl@example.org,\n\tdora@example.org\n")
        << u"ada@example.org"_s
        << QStringList{u"bob@example.org"_s, u"carl@example.org"_s, u"dora@example.org"_s};
    QTest::newRow("folded inside angle brackets")
        << QByteArray("From: ada@example.org\nTo: Bob <\n bob@example.org>\n") << u"ada@example.org"_s << bob;
    QTest::newRow("several To fields")
        << QByteArray("From: ada@example.org\nTo: bob@example.org\nTo: carl@example.org\n")
        << u"ada@example.org"_s << QStringList{u"bob@example.org"_s, u"carl@example.org"_s};
    QTest::newRow("group") << QByteArray(
                                  "From: ada@example.org\nTo: club: bob@example.org, carl@example.org;\n")
                           << u"ada@example.org"_s
                           << QStringList{u"bob@example.org"_s, u"carl@example.org"_s};
    QTest::newRow("encoded name with a comma")
        << QByteArray(
               "From: =?utf-8?Q?L=2C_A?= <ada@example.org>\nTo: =?utf-8?Q?B=2C_B?= <bob@example.org>\n")
        << u"ada@example.org"_s << bob;
    QTest::newRow("raw UTF-8 name") << QByteArray(
                                           "From: J\xc3\xbcrgen <ada@example.org>\nTo: bob@example.org\n")
                                    << u"ada@example.org"_s << bob;
    QTest::newRow("raw Latin-1 name")
        << QByteArray("From: J\xfcrgen <ada@example.org>\nTo: bob@example.org\n") << u"ada@example.org"_s
        << bob;
    QTest::newRow("undisclosed and Bcc")
        << QByteArray("From: ada@example.org\nTo: undisclosed-recipients:;\nBcc: bob@example.org\n")
        << u"ada@example.org"_s << bob;
}

void TestFinishedMessage::theEnvelopeComesFromTheHeader()
{
    QFETCH(QByteArray, header);
    const Finished out = finished(header + "\nx\n");
    QVERIFY2(out.message.ok(), qPrintable(out.message.ok() ? QString() : out.message.error().detail));
    QTEST(out.message->envelope.reversePath.addrSpec(), "from");
    QTEST(recipientsOf(*out.message), "to");
}

void TestFinishedMessage::theCallersEnvelopeWins()
{
    EnvelopeWish wish;
    wish.from = u"bounces@example.org"_s;
    wish.to = QStringList{u"x@example.com, y@example.com"_s, u"z@example.com"_s, u"x@EXAMPLE.com"_s};
    wish.notify = {false, false, true, true};
    wish.returned = Return::Headers;
    const Finished out =
        finished("From: nobody at all\r\nTo: \"broken\r\nBcc: eve@example.com\r\n\r\nx\r\n", wish);
    QVERIFY2(out.message.ok(), qPrintable(out.message.ok() ? QString() : out.message.error().detail));
    QCOMPARE(out.message->envelope.reversePath.addrSpec(), wish.from);
    QCOMPARE(recipientsOf(*out.message),
             (QStringList{u"x@example.com"_s, u"y@example.com"_s, u"z@example.com"_s}));
    QCOMPARE(out.message->envelope.notify, wish.notify);
    QCOMPARE(out.message->envelope.returned, Return::Headers);
    QVERIFY(out.bytes.contains("From: nobody at all\r\nTo: \"broken\r\n"));
    QVERIFY(!out.bytes.contains("eve@"));
    QCOMPARE(out.message->messageId, QByteArray("<token2@example.org>"));
}

void TestFinishedMessage::addressesBeyondAsciiNeedSmtpUtf8_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<bool>("needed");
    QTest::newRow("To") << QByteArray("From: a@example.org\nTo: j\xc3\xbcrgen@example.org\n") << true;
    QTest::newRow("From") << QByteArray("From: j\xc3\xbcrgen@example.org\nTo: a@example.org\n") << true;
    QTest::newRow("Reply-To")
        << QByteArray("From: a@example.org\nTo: b@example.org\nReply-To: j\xc3\xbcrgen@example.org\n")
        << true;
    QTest::newRow("only a name") << QByteArray("From: J\xc3\xbcrgen <a@example.org>\nTo: b@example.org\n")
                                 << false;
    QTest::newRow("only a subject")
        << QByteArray("From: a@example.org\nTo: b@example.org\nSubject: Gr\xc3\xbc\xc3\x9f"
                      "e\n")
        << false;
    QTest::newRow("only a domain") << QByteArray("From: a@b\xc3\xbc"
                                                 "cher.example\nTo: b@example.org\n")
                                   << false;
    QTest::newRow("a signed subject")
        << QByteArray("DKIM-Signature: v=1\nFrom: a@example.org\nTo: b@example.org\nSubject: \xc3\xbc\n")
        << true;
    QTest::newRow("a signed subject in ASCII")
        << QByteArray("DKIM-Signature: v=1\nFrom: a@example.org\nTo: b@example.org\nSubject: u\n") << false;
    QTest::newRow("only a Bcc")
        << QByteArray("From: a@example.org\nTo: b@example.org\nBcc: J\xc3\xbcrgen <c@example.org>\n")
        << false;
    QTest::newRow("a trace field")
        << QByteArray("Received: by m\xc3\xbcll; x\nFrom: a@example.org\nTo: b@example.org\n") << true;
}

void TestFinishedMessage::addressesBeyondAsciiNeedSmtpUtf8()
{
    QFETCH(QByteArray, header);
    QFETCH(bool, needed);
    const Finished made = finished(header + "\nHello\n");
    QVERIFY(made.message.ok());
    QCOMPARE(made.message->envelope.utf8Header, needed);
    QCOMPARE(made.message->envelope.eightBit, needed);
}

void TestFinishedMessage::badAddressesInTheHeaderAreNamed_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("named");
    const int bad = static_cast<int>(ErrorKind::BadAddress);
    QTest::newRow("bad To") << QByteArray("From: a@example.org\nTo: b@example.org, carl\n") << bad
                            << u"carl"_s;
    QTest::newRow("bad Bcc") << QByteArray("From: a@example.org\nTo: b@example.org\nBcc: carl@\n") << bad
                             << u"carl@"_s;
    QTest::newRow("bad From") << QByteArray("From: ada\nTo: b@example.org\n") << bad << u"ada"_s;
    QTest::newRow("no From") << QByteArray("To: b@example.org\n") << static_cast<int>(ErrorKind::NoSender)
                             << u""_s;
    QTest::newRow("no recipients") << QByteArray("From: a@example.org\nSubject: x\n")
                                   << static_cast<int>(ErrorKind::NoRecipients) << u""_s;
    QTest::newRow("an injection in an encoded word")
        << QByteArray("From: a@example.org\nTo: =?utf-8?Q?x=0D=0ABcc=3A_eve?= <b@example.org>\n") << bad
        << u"=?utf-8?Q?x=0D=0ABcc=3A_eve?= <b@example.org>"_s;
}

void TestFinishedMessage::badAddressesInTheHeaderAreNamed()
{
    QFETCH(QByteArray, header);
    QFETCH(int, kind);
    const Finished out = finished(header + "\nx\n");
    QVERIFY(!out.message.ok());
    QCOMPARE(static_cast<int>(out.message.error().kind), kind);
    QTEST(out.message.error().subject, "named");
}

void TestFinishedMessage::eightBitIsNoticed_data()
{
    QTest::addColumn<QByteArray>("eml");
    QTest::addColumn<bool>("eightBit");
    QTest::newRow("7-bit") << head + "\r\nHello\r\n" << false;
    QTest::newRow("body") << head + "\r\nHell\xf6\r\n" << true;
    QTest::newRow("last octet of a long body")
        << head + "\r\n" + QByteArray("line\r\n").repeated(100000) + "\xff" << true;
    QTest::newRow("header") << "X-A: \xc3\xbc\r\n" + head + "\r\nHello\r\n" << false; // encoded
    QTest::newRow("signed header") << "ARC-Seal: x\r\nX-A: \xc3\xbc\r\n" + head + "\r\nHello\r\n" << true;
}

void TestFinishedMessage::eightBitIsNoticed()
{
    QFETCH(QByteArray, eml);
    const Finished out = finished(eml);
    QVERIFY(out.message.ok());
    QTEST(out.message->envelope.eightBit, "eightBit");
}

void TestFinishedMessage::listsAreTold()
{
    const Finished out = finished(
        "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\nTo: b@example.org\nSubject: =?utf-8?Q?Gr=C3=BC?=\n"
        " =?utf-8?Q?=C3=9Fe?=  und\n\tmehr\n\nx\n");
    QVERIFY(out.message.ok());
    QCOMPARE(out.message->from, u"Jürgen <j@example.org>"_s);
    QCOMPARE(out.message->subject, u"Grüße und mehr"_s);
}

void TestFinishedMessage::aLargeBodyIsNotHeldInTheContent()
{
    const Finished out = finished(head + "\r\n" + QByteArray("0123456789\r\n").repeated(500000));
    QVERIFY(out.message.ok());
    for (const Piece &piece : out.message->content)
        QVERIFY(piece.bytes.size() < 10000);
    QCOMPARE(out.message->size(), head.size() + 2 + 6000000);
}

void TestFinishedMessage::aSourceThatBreaksOffIsNotSentShortened_data()
{
    QTest::addColumn<QByteArray>("read");
    QTest::newRow("in the body") << head + "\r\nThe first half of\r\n";
    QTest::newRow("in the header") << head;
}

void TestFinishedMessage::aSourceThatBreaksOffIsNotSentShortened()
{
    QFETCH(QByteArray, read);
    FailingDevice source(read, 100000);
    Support::MemoryStore store;
    const Base::Result<OutgoingMessage> message = finish(source, {}, fixedContext(), store);
    QVERIFY(!message.ok());
    QCOMPARE(message.error().kind, ErrorKind::FileUnreadable);
}

void TestFinishedMessage::lineEndsAreRightWhereverTheSourceIsCut()
{
    // The body is read in pieces of 64 KB: every kind of line end is moved over the border.
    for (const QByteArray &end : {QByteArray("\r\n"), QByteArray("\n"), QByteArray("\r"),
                                  QByteArray("\r\n\r\n"), QByteArray("\n\r\n")}) {
        for (qsizetype before = 65530; before < 65540; ++before) {
            QByteArray lines =
                QByteArray("0123456789\n").repeated(before / 11) + QByteArray(before % 11, 'x');
            const Finished out = finished(head + "\r\n" + lines + end + "tail");
            QVERIFY(out.message.ok());
            QByteArray expected =
                lines + QByteArray(end).replace("\r\n", "\n").replace("\r", "\n") + "tail\n";
            expected.replace("\n", "\r\n");
            QVERIFY(out.bytes == head + "\r\n" + expected);
        }
    }
}

QTEST_GUILESS_MAIN(TestFinishedMessage)
#include "tst_finishedmessage.moc"
