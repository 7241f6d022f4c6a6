#include "core/message/messagebuilder.h"

#include "core/message/contentreader.h"
#include "core/message/draftcheck.h"
#include "core/message/finishedmessage.h"
#include "tests/support/memorystore.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>

using namespace Message;
using Base::ErrorKind;
using namespace Qt::StringLiterals;

namespace {

QDir golden()
{
    return QDir(QStringLiteral(POSTRIDER_SOURCE "/tests/messages/golden"));
}

/// The same message every time: a fixed moment and counted tokens.
BuildContext fixedContext()
{
    const QDateTime now(QDate(2026, 11, 21), QTime(18, 0), Qt::OffsetFromUTC, 3600);
    return {now,
            [count = 0]() mutable { return "golden" + QByteArray::number(++count).rightJustified(18, '0'); }};
}

/// xorshift32 begun with 1; read_golden.py knows it too.
QByteArray randomOctets(int count)
{
    quint32 state = 1;
    QByteArray out;
    while (count-- > 0) {
        state ^= state << 13U;
        state ^= state >> 17U;
        state ^= state << 5U;
        out += static_cast<char>(state & 0xffU);
    }
    return out;
}

QByteArray octetsOf(const QJsonObject &attachment)
{
    if (attachment.contains(u"base64"_s))
        return QByteArray::fromBase64(attachment.value(u"base64"_s).toString().toLatin1());
    if (attachment.contains(u"zeros"_s))
        return QByteArray(attachment.value(u"zeros"_s).toInt(), '\0');
    if (attachment.contains(u"random"_s))
        return randomOctets(attachment.value(u"random"_s).toInt());
    return attachment.value(u"text"_s).toString().toUtf8();
}

void writeFile(const QString &path, const QByteArray &octets)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(octets), octets.size());
}

QByteArray readFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The draft of a golden message, its attachments written into the folder.
Draft draftFrom(const QString &path, const QString &folder)
{
    const QJsonObject object = QJsonDocument::fromJson(readFile(path)).object();
    Draft draft = draftFromJson(object);
    for (Attachment &attachment : draft.attachments)
        attachment.path.clear();
    const QJsonArray attachments = object.value(u"attachments"_s).toArray();
    for (qsizetype i = 0; i < attachments.size(); ++i) {
        const QJsonObject one = attachments.at(i).toObject();
        draft.attachments[i].path = QDir(folder).filePath(one.value(u"file"_s).toString());
        writeFile(draft.attachments[i].path, octetsOf(one));
    }
    return draft;
}

QByteArray bytesOf(const OutgoingMessage &message, const ContentStore &store)
{
    ContentReader reader(message.content, store);
    QByteArray all;
    for (;;) {
        const Base::Result<QByteArray> chunk = reader.read();
        if (!chunk)
            return "cannot be read: " + chunk.error().detail.toUtf8();
        if (chunk->isEmpty())
            return all;
        all += *chunk;
    }
}

QByteArray headerOf(const QByteArray &message)
{
    return message.left(message.indexOf("\r\n\r\n") + 2);
}

Draft simpleDraft()
{
    Draft draft;
    draft.from = u"Ada <ada@example.org>"_s;
    draft.to = u"bob@example.org"_s;
    draft.subject = u"Hello"_s;
    draft.text = u"Hello, Bob\n"_s;
    return draft;
}

void addGoldens()
{
    QTest::addColumn<QString>("path");
    const QStringList names = golden().entryList({u"*.draft.json"_s}, QDir::Files, QDir::Name);
    for (const QString &name : names)
        QTest::newRow(qPrintable(name.chopped(11))) << golden().filePath(name);
}

} // namespace

class TestMessageBuilder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void thereAreEnoughGoldenMessages();
    void aDraftBecomesItsGoldenMessage_data() { addGoldens(); }
    void aDraftBecomesItsGoldenMessage();
    void everyOctetKeepsToTheRules_data() { addGoldens(); }
    void everyOctetKeepsToTheRules();
    void law1_onlyFinishedContentEntersTheQueue();
    void law2_bccLivesInTheEnvelopeOnly_data() { addGoldens(); }
    void law2_bccLivesInTheEnvelopeOnly();
    void law2_bccLivesInTheEnvelopeOnlyOfFinishedMessages_data();
    void law2_bccLivesInTheEnvelopeOnlyOfFinishedMessages();
    void theEnvelopeSaysWhatTheDraftSays();
    void addressesBeyondAsciiNeedSmtpUtf8();
    void theMessageIdCarriesTheSendersDomain();
    void everyBuildHasTokensOfItsOwn();
    void datesAreEnglishWithTheirOffset_data();
    void datesAreEnglishWithTheirOffset();
    void whatCannotBeBuiltIsRefused_data();
    void whatCannotBeBuiltIsRefused();
    void aFileThatVanishedIsNamed();
    void aFullDiskIsToldAsSuch();
    void attachmentsAreKeptOnce();
    void whatTheStoreHasNeedsNoFile();
    void aCharsetIsSaidOnlyWhereItIsProved_data();
    void aCharsetIsSaidOnlyWhereItIsProved();
    void partsStandBetweenBoundaries();
    void contentAndEnvelopeSurviveTheirJson();
};

void TestMessageBuilder::thereAreEnoughGoldenMessages()
{
    QVERIFY(golden().entryList({u"*.draft.json"_s}).size() >= 12);
    QCOMPARE(golden().entryList({u"*.draft.json"_s}).size(), golden().entryList({u"*.eml"_s}).size());
}

// POSTRIDER_WRITE_GOLDEN=1 writes the messages anew; look at the difference before committing it.
void TestMessageBuilder::aDraftBecomesItsGoldenMessage()
{
    QFETCH(QString, path);
    const QTemporaryDir folder;
    Support::MemoryStore store;
    const Base::Result<OutgoingMessage> message =
        build(draftFrom(path, folder.path()), fixedContext(), store);
    QVERIFY2(message.ok(), qPrintable(message.ok() ? QString() : message.error().detail));
    const QByteArray bytes = bytesOf(*message, store);
    QCOMPARE(message->size(), bytes.size());
    const QString expected = path.chopped(11) + u".eml"_s;
    if (qEnvironmentVariableIsSet("POSTRIDER_WRITE_GOLDEN"))
        writeFile(expected, bytes);
    const QByteArray kept = readFile(expected);
    QVERIFY2(!kept.isEmpty(), qPrintable(expected));
    const QList<QByteArray> lines = bytes.split('\n');
    const QList<QByteArray> expectedLines = kept.split('\n');
    for (qsizetype i = 0; i < lines.size() && i < expectedLines.size(); ++i)
        QCOMPARE(lines.at(i), expectedLines.at(i));
    QVERIFY(bytes == kept);
}

void TestMessageBuilder::everyOctetKeepsToTheRules()
{
    QFETCH(QString, path);
    const QTemporaryDir folder;
    Support::MemoryStore store;
    const Base::Result<OutgoingMessage> message =
        build(draftFrom(path, folder.path()), fixedContext(), store);
    QVERIFY(message.ok());
    QVERIFY(!message->envelope.eightBit);
    const QByteArray bytes = bytesOf(*message, store);
    QVERIFY(bytes.endsWith("\r\n"));
    QCOMPARE(bytes.count('\r'), bytes.count("\r\n"));
    QCOMPARE(bytes.count('\n'), bytes.count("\r\n"));
    for (const char c : bytes)
        QVERIFY(static_cast<uchar>(c) < 0x80 && c != '\0');
    for (const QByteArray &line : bytes.split('\n'))
        QVERIFY2(line.size() <= 998 + 1, line.constData());
    for (QByteArray line : headerOf(bytes).split('\n')) {
        line = line.trimmed();
        // Only a single word may be longer: there is no place to fold it.
        QVERIFY2(line.size() <= 78 || !line.contains(' '), line.constData());
    }
}

void TestMessageBuilder::law1_onlyFinishedContentEntersTheQueue()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"report.txt"_s);
    writeFile(path, "as it was when it was sent\n");
    Draft draft = simpleDraft();
    draft.attachments = {{path, u"report.txt"_s, 0}};
    Support::MemoryStore store;
    const Base::Result<OutgoingMessage> message =
        build(draft, systemBuildContext(QDateTime::currentDateTime()), store);
    QVERIFY(message.ok());
    const QByteArray first = bytesOf(*message, store);
    QVERIFY(first.contains("\r\nDate: ") || first.startsWith("Date: "));
    QVERIFY(first.contains("\r\nMessage-ID: "));
    QVERIFY(first.contains(QByteArray("as it was when it was sent\n").toBase64()));
    // What becomes of the file afterwards, and how often it is tried: the same octets go out.
    writeFile(path, "changed behind our back\n");
    QCOMPARE(bytesOf(*message, store), first);
    QFile::remove(path);
    QTest::qWait(1100); // a Date written at dispatch would show
    QCOMPARE(bytesOf(*message, store), first);
    QCOMPARE(bytesOf(*message, store).size(), message->size());
}

void TestMessageBuilder::law2_bccLivesInTheEnvelopeOnly()
{
    QFETCH(QString, path);
    const QTemporaryDir folder;
    Support::MemoryStore store;
    Draft draft = draftFrom(path, folder.path());
    const Base::Result<OutgoingMessage> before = build(draft, fixedContext(), store);
    QVERIFY(before.ok());
    if (!draft.bcc.trimmed().isEmpty())
        draft.bcc += u", "_s;
    draft.bcc += u"Kurt Gödel <very-secret@hidden.example>"_s;
    const Base::Result<OutgoingMessage> after = build(draft, fixedContext(), store);
    QVERIFY(after.ok());
    // Not one octet of the content knows about a hidden recipient.
    QVERIFY(bytesOf(*after, store) == bytesOf(*before, store));
    QVERIFY(!bytesOf(*after, store).contains("very-secret"));
    const QList<Recipient> &recipients = after->envelope.recipients;
    QCOMPARE(recipients.size(), before->envelope.recipients.size() + 1);
    QCOMPARE(recipients.last().address.addrSpec(), u"very-secret@hidden.example"_s);
    QCOMPARE(recipients.last().field, Field::Bcc);
    for (const QByteArray &line : headerOf(bytesOf(*after, store)).toLower().split('\n')) {
        QVERIFY2(!line.startsWith("bcc"), line.constData());
        QVERIFY2(!line.startsWith("resent-bcc"), line.constData());
    }
    // Nor what is shown in lists.
    QVERIFY(!after->from.contains(u"secret"_s) && !after->subject.contains(u"secret"_s));
}

void TestMessageBuilder::law2_bccLivesInTheEnvelopeOnlyOfFinishedMessages_data()
{
    QTest::addColumn<QByteArray>("eml");
    const QDir folder(QStringLiteral(POSTRIDER_SOURCE "/tests/messages/eml"));
    const QStringList names = folder.entryList({u"*.eml"_s}, QDir::Files, QDir::Name);
    for (const QString &name : names)
        QTest::newRow(qPrintable(name)) << readFile(folder.filePath(name));
}

void TestMessageBuilder::law2_bccLivesInTheEnvelopeOnlyOfFinishedMessages()
{
    QFETCH(QByteArray, eml);
    EnvelopeWish wish;
    wish.to = QStringList{u"bob@example.org"_s};
    wish.from = u"ada@example.org"_s;
    for (const char *field : {"Bcc: very-secret@hidden.example", "BCC: very-secret@hidden.example",
                              "bcc:\n  very-secret@hidden.example,\n\tmore-secret@hidden.example",
                              "Bcc : very-secret@hidden.example",
                              "Resent-Bcc: very-secret@hidden.example,\n more-secret@hidden.example",
                              "Bcc: very-secret@hidden.example\nBcc: more-secret@hidden.example"}) {
        QBuffer source;
        source.setData(QByteArray(field) + '\n' + eml);
        QVERIFY(source.open(QIODevice::ReadOnly));
        Support::MemoryStore store;
        const Base::Result<OutgoingMessage> message = finish(source, wish, fixedContext(), store);
        QVERIFY2(message.ok(), qPrintable(message.ok() ? QString() : message.error().detail));
        const QByteArray bytes = bytesOf(*message, store);
        QVERIFY2(!bytes.contains("very-secret"), field);
        QVERIFY2(!bytes.contains("more-secret"), field);
        for (const QByteArray &line : headerOf("\r\n" + bytes).toLower().split('\n')) {
            QVERIFY2(!line.startsWith("bcc"), line.constData());
            QVERIFY2(!line.startsWith("resent-bcc"), line.constData());
        }
    }
}

void TestMessageBuilder::theEnvelopeSaysWhatTheDraftSays()
{
    Draft draft = simpleDraft();
    draft.from = u"Ada <ada@bücher.example>"_s;
    draft.cc = u"carol@example.org"_s;
    draft.bcc = u"dora@example.org"_s;
    draft.subject = u"  A   subject "_s;
    draft.notify = {false, true, true, false};
    draft.returned = Return::Headers;
    Support::MemoryStore store;
    const Base::Result<OutgoingMessage> message = build(draft, fixedContext(), store);
    QVERIFY(message.ok());
    QCOMPARE(message->envelope.reversePath.wire(), QByteArray("ada@xn--bcher-kva.example"));
    QStringList recipients;
    for (const Recipient &recipient : message->envelope.recipients)
        recipients.append(recipient.address.addrSpec());
    QCOMPARE(recipients, (QStringList{u"bob@example.org"_s, u"carol@example.org"_s, u"dora@example.org"_s}));
    QCOMPARE(message->envelope.notify, draft.notify);
    QCOMPARE(message->envelope.returned, Return::Headers);
    QVERIFY(!message->envelope.envelopeId.isEmpty());
    QCOMPARE(message->subject, u"A subject"_s);
    QCOMPARE(message->from, u"Ada <ada@bücher.example>"_s);
}

void TestMessageBuilder::addressesBeyondAsciiNeedSmtpUtf8()
{
    Support::MemoryStore store;
    Draft draft = simpleDraft();
    Base::Result<OutgoingMessage> message = build(draft, fixedContext(), store);
    QVERIFY(message.ok());
    QVERIFY(!message->envelope.utf8Header && !message->envelope.eightBit);

    draft.bcc = u"jürgen@bücher.example"_s; // stands in no header field: that recipient alone needs it
    message = build(draft, fixedContext(), store);
    QVERIFY(message.ok());
    QVERIFY(!message->envelope.utf8Header);
    QVERIFY(!bytesOf(*message, store).contains("rgen"));

    draft.cc = u"Jürgen <jürgen@bücher.example>"_s;
    message = build(draft, fixedContext(), store);
    QVERIFY(message.ok());
    QVERIFY(message->envelope.utf8Header && message->envelope.eightBit);
    QVERIFY(bytesOf(*message, store).contains("<j\xc3\xbcrgen@xn--bcher-kva.example>"));

    draft = simpleDraft();
    draft.from = u"jürgen@example.org"_s;
    message = build(draft, fixedContext(), store);
    QVERIFY(message.ok());
    QVERIFY(message->envelope.utf8Header);
    QVERIFY(message->messageId.endsWith("@example.org>"));
}

void TestMessageBuilder::theMessageIdCarriesTheSendersDomain()
{
    Draft draft = simpleDraft();
    draft.from = u"\"a@b\"@bücher.example"_s;
    Support::MemoryStore store;
    const Base::Result<OutgoingMessage> message = build(draft, fixedContext(), store);
    QVERIFY(message.ok());
    QCOMPARE(message->messageId, QByteArray("<golden000000000000000001@xn--bcher-kva.example>"));
    QVERIFY(bytesOf(*message, store).contains("\r\nMessage-ID: " + message->messageId + "\r\n"));
    const QByteArray host = QSysInfo::machineHostName().toUtf8();
    if (host.size() > 3)
        QVERIFY(!bytesOf(*message, store).contains(host));
}

void TestMessageBuilder::everyBuildHasTokensOfItsOwn()
{
    const BuildContext context = systemBuildContext(QDateTime::currentDateTime());
    QSet<QByteArray> seen;
    for (int i = 0; i < 1000; ++i) {
        const QByteArray token = context.token();
        QVERIFY(token.size() >= 24); // 96 bits in hexadecimal
        for (const char c : token)
            QVERIFY((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'));
        QVERIFY(!seen.contains(token));
        seen.insert(token);
    }
}

void TestMessageBuilder::datesAreEnglishWithTheirOffset_data()
{
    QTest::addColumn<QDateTime>("when");
    QTest::addColumn<QByteArray>("field");
    const QDate date(2026, 11, 1);
    const QTime time(7, 5, 9);
    QTest::newRow("UTC") << QDateTime(date, time, Qt::UTC) << QByteArray("Sun, 1 Nov 2026 07:05:09 +0000");
    QTest::newRow("east") << QDateTime(date, time, Qt::OffsetFromUTC, 3600)
                          << QByteArray("Sun, 1 Nov 2026 07:05:09 +0100");
    QTest::newRow("west") << QDateTime(date, time, Qt::OffsetFromUTC, -5 * 3600)
                          << QByteArray("Sun, 1 Nov 2026 07:05:09 -0500");
    QTest::newRow("half an hour") << QDateTime(date, time, Qt::OffsetFromUTC, 19800)
                                  << QByteArray("Sun, 1 Nov 2026 07:05:09 +0530");
    QTest::newRow("west by half an hour")
        << QDateTime(date, time, Qt::OffsetFromUTC, -12600) << QByteArray("Sun, 1 Nov 2026 07:05:09 -0330");
}

void TestMessageBuilder::datesAreEnglishWithTheirOffset()
{
    QFETCH(QDateTime, when);
    const QLocale before;
    QLocale::setDefault(QLocale(QLocale::Arabic, QLocale::Egypt));
    const QByteArray written = dateField(when);
    QLocale::setDefault(before);
    QTEST(written, "field");
}

void TestMessageBuilder::whatCannotBeBuiltIsRefused_data()
{
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("subject");
    QTest::addColumn<int>("kind");
    const auto row = [](const char *name, const QString &from, const QString &to, const QString &subject,
                        ErrorKind kind) {
        QTest::newRow(name) << from << to << subject << static_cast<int>(kind);
    };
    row("no sender", u""_s, u"bob@example.org"_s, u""_s, ErrorKind::NoSender);
    row("blank sender", u"  "_s, u"bob@example.org"_s, u""_s, ErrorKind::NoSender);
    row("bad sender", u"ada"_s, u"bob@example.org"_s, u""_s, ErrorKind::BadAddress);
    row("two senders", u"ada@example.org, eve@example.org"_s, u"bob@example.org"_s, u""_s,
        ErrorKind::BadAddress);
    row("no recipient", u"ada@example.org"_s, u""_s, u""_s, ErrorKind::NoRecipients);
    row("bad recipient", u"ada@example.org"_s, u"bob@example.org, carol"_s, u""_s, ErrorKind::BadAddress);
    row("LF in the subject", u"ada@example.org"_s, u"bob@example.org"_s, u"a\nBcc: eve@example.com"_s,
        ErrorKind::BadHeader);
}

void TestMessageBuilder::whatCannotBeBuiltIsRefused()
{
    QFETCH(QString, from);
    QFETCH(QString, to);
    QFETCH(QString, subject);
    QFETCH(int, kind);
    Draft draft = simpleDraft();
    draft.from = from;
    draft.to = to;
    draft.subject = subject;
    Support::MemoryStore store;
    const Base::Result<OutgoingMessage> message = build(draft, fixedContext(), store);
    QVERIFY(!message.ok());
    QCOMPARE(static_cast<int>(message.error().kind), kind);
}

void TestMessageBuilder::aFileThatVanishedIsNamed()
{
    Draft draft = simpleDraft();
    draft.attachments = {{u"/nonexistent/report.pdf"_s, u"report.pdf"_s, 10}};
    Support::MemoryStore store;
    const Base::Result<OutgoingMessage> message = build(draft, fixedContext(), store);
    QVERIFY(!message.ok());
    QCOMPARE(message.error().kind, ErrorKind::FileMissing);
    QCOMPARE(message.error().subject, u"/nonexistent/report.pdf"_s);
}

void TestMessageBuilder::aFullDiskIsToldAsSuch()
{
    class FullStore : public Support::MemoryStore
    {
    public:
        Base::Result<SpoolRef> put(QIODevice &) override
        {
            return Base::Error{ErrorKind::DiskFull, u"spool"_s, {}};
        }
    };
    const QTemporaryDir folder;
    writeFile(folder.filePath(u"a"_s), "x");
    Draft draft = simpleDraft();
    draft.attachments = {{folder.filePath(u"a"_s), u"a"_s, 1}};
    FullStore store;
    const Base::Result<OutgoingMessage> message = build(draft, fixedContext(), store);
    QVERIFY(!message.ok());
    QCOMPARE(message.error().kind, ErrorKind::DiskFull);
}

void TestMessageBuilder::attachmentsAreKeptOnce()
{
    const QTemporaryDir folder;
    writeFile(folder.filePath(u"a"_s), QByteArray(100000, 'a'));
    Draft draft = simpleDraft();
    draft.attachments = {{folder.filePath(u"a"_s), u"a"_s, 1}, {folder.filePath(u"a"_s), u"again"_s, 1}};
    Support::MemoryStore store;
    for (int i = 0; i < 10; ++i) {
        const Base::Result<OutgoingMessage> message = build(draft, fixedContext(), store);
        QVERIFY(message.ok());
        qint64 literal = 0;
        for (const Piece &piece : message->content)
            literal += piece.bytes.size();
        QVERIFY(literal < 2000);
        QVERIFY(message->size() > 2 * 100000 * 4 / 3);
    }
    QCOMPARE(store.kept.size(), 1);
}

void TestMessageBuilder::whatTheStoreHasNeedsNoFile()
{
    const QTemporaryDir folder;
    writeFile(folder.filePath(u"a.txt"_s), "Gr\xc3\xbc\xc3\x9f"
                                           "e\n");
    Draft draft = simpleDraft();
    draft.attachments = {{folder.filePath(u"a.txt"_s), u"a.txt"_s, 9}};
    Support::MemoryStore store;
    const Base::Result<OutgoingMessage> first = build(draft, fixedContext(), store);
    QVERIFY(first.ok());
    const SpoolRef ref = first->content.at(1).spooled;
    QVERIFY(QFile::remove(folder.filePath(u"a.txt"_s)));
    draft.attachments = {{{}, u"a.txt"_s, ref.size, ref.sha256}};
    const Base::Result<OutgoingMessage> second = build(draft, fixedContext(), store);
    QVERIFY(second.ok());
    QCOMPARE(second->content, first->content); // type and charset too
    store.kept.clear();
    const Base::Result<OutgoingMessage> gone = build(draft, fixedContext(), store);
    QVERIFY(!gone.ok());
    QCOMPARE(gone.error().kind, ErrorKind::FileMissing);
    QCOMPARE(gone.error().subject, u"a.txt"_s);
}

void TestMessageBuilder::aCharsetIsSaidOnlyWhereItIsProved_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("octets");
    QTest::addColumn<QByteArray>("type");
    const auto row = [](const char *what, const QString &name, const QByteArray &octets, const char *type) {
        QTest::newRow(what) << name << octets << QByteArray(type);
    };
    const QByteArray block(1 << 16, 'x');
    row("ASCII", u"a.txt"_s, "one\n", "text/plain; charset=us-ascii");
    row("UTF-8", u"b.csv"_s, "na\xc3\xafve;1\n", "text/csv; charset=utf-8");
    row("UTF-8 over the edge of two blocks", u"c.txt"_s, block.chopped(1) + "\xc3\xaf" + block,
        "text/plain; charset=utf-8");
    row("Latin-1", u"d.txt"_s, "na\xefve\n", "text/plain");
    row("Latin-1 at the very end", u"e.txt"_s, "caf\xe9", "text/plain");
    row("Latin-1 behind much", u"f.txt"_s, block + "caf\xe9s", "text/plain");
    row("HTML tells by itself", u"g.html"_s, "<html><meta charset=\"iso-8859-1\"></html>", "text/html");
    row("no text", u"h.pdf"_s, "%PDF-1.4 \xe2\xe3", "application/pdf");
}

void TestMessageBuilder::aCharsetIsSaidOnlyWhereItIsProved()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, octets);
    QFETCH(QByteArray, type);
    const QTemporaryDir folder;
    writeFile(folder.filePath(name), octets);
    Draft draft = simpleDraft();
    draft.attachments = {{folder.filePath(name), name, octets.size()}};
    Support::MemoryStore store;
    const Base::Result<OutgoingMessage> message = build(draft, fixedContext(), store);
    QVERIFY(message);
    QVERIFY2(bytesOf(*message, store).contains("\r\nContent-Type: " + type + "\r\n"), type.constData());
}

void TestMessageBuilder::partsStandBetweenBoundaries()
{
    const QTemporaryDir folder;
    writeFile(folder.filePath(u"a"_s), "--=_golden000000000000000002--\r\n");
    Draft draft = simpleDraft();
    draft.text = u"--=_\n--\n\n"_s;
    draft.attachments = {{folder.filePath(u"a"_s), u"a"_s, 1}, {folder.filePath(u"a"_s), u"b"_s, 1}};
    Support::MemoryStore store;
    const Base::Result<OutgoingMessage> message = build(draft, fixedContext(), store);
    QVERIFY(message.ok());
    const QByteArray bytes = bytesOf(*message, store);
    QVERIFY(bytes.contains("boundary=\"=_golden000000000000000002\""));
    QCOMPARE(bytes.count("\r\n--=_golden000000000000000002\r\n"), 3);
    QVERIFY(bytes.endsWith("\r\n--=_golden000000000000000002--\r\n"));
    QCOMPARE(bytes.count("--=_golden000000000000000002"), 4);
    QVERIFY(bytes.contains("\r\n\r\n--=_\r\n--\r\n\r\n\r\n--=_golden"));
}

void TestMessageBuilder::contentAndEnvelopeSurviveTheirJson()
{
    QByteArray all(256, '\0');
    for (int i = 0; i < 256; ++i)
        all[i] = static_cast<char>(i);
    const Content content{Piece{all, {}, false}, Piece{{}, {QByteArray(64, 'a'), 5'000'000'000}, true},
                          Piece{{}, {QByteArray(64, 'b'), 0}, false}, Piece{"\r\nend", {}, false}};
    // Through text, as the books keep it.
    const QByteArray kept = QJsonDocument(toJson(content)).toJson(QJsonDocument::Compact);
    QCOMPARE(contentFromJson(QJsonDocument::fromJson(kept).array()), content);
    Envelope envelope;
    envelope.reversePath = *Address::fromParts({}, u"a\"d a"_s, u"bücher.example"_s);
    envelope.eightBit = true;
    envelope.notify = {true, false, false, true};
    envelope.returned = Return::Full;
    envelope.envelopeId = "x+y=z";
    QCOMPARE(envelopeFromJson(toJson(envelope)), envelope);
}

QTEST_GUILESS_MAIN(TestMessageBuilder)
#include "tst_messagebuilder.moc"
