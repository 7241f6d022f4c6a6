// Messages in files: .eml octet by octet, an mbox that gives back what went in, and nothing overwritten.

#include "core/store/exporter.h"

#include "tests/support/keeping.h"
#include "tests/support/smalldisk.h"

using Base::ErrorKind;
using Base::MessageId;
using Store::Exporter;
using Store::ExportReport;
using Store::ExportWish;
using namespace Qt::StringLiterals;

namespace {

const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC(); // 2026-11-21 12:00
using Form = ExportWish::Form;

/// What a reader of mboxrd makes of it.
QList<QByteArray> entriesOf(const QByteArray &mbox)
{
    QList<QByteArray> entries;
    for (QByteArray line : mbox.split('\n')) {
        if (line.startsWith("From ")) {
            entries.append(QByteArray());
            continue;
        }
        QByteArray bare = line;
        while (bare.startsWith('>'))
            bare = bare.mid(1);
        if (entries.isEmpty())
            return {"no From_ line at the beginning"};
        entries.last() += (line.startsWith('>') && bare.startsWith("From ") ? line.mid(1) : line) + "\r\n";
    }
    for (qsizetype i = 0; i < entries.size(); ++i)
        entries[i].chop(i + 1 < entries.size() ? 2 : 4); // the empty line behind it; and the end of the file
    return entries;
}

} // namespace

class TestExporter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void emlIsWhatWentOut();
    void mboxGivesBackWhatWentIn();
    void theFromLineIsAsReadersExpectIt();
    void namesAreReadableAndSafe_data();
    void namesAreReadableAndSafe();
    void nothingIsOverwritten();
    void aFileThatWasMeantIsReplaced();
    void theFilterSays_data();
    void theFilterSays();
    void law2_blindCopiesAreNamedOnlyWhenAsked();
    void oneThatCannotBeReadStopsNoOther();
    void largePartsAreNotInMemory();
    void aPlaceThatCannotBeWrittenIsTold_data();
    void aPlaceThatCannotBeWrittenIsTold();
    void aFullDiskLeavesWhatIsWhole();
    void itCanBeCancelled();

private:
    ExportReport run(const ExportWish &wish) const
    {
        const std::atomic<bool> end = false;
        return Exporter({m_books->databasePath(), m_books->spoolPath()}, wish)
            .run(end, [](const Store::ExportProgress &) {});
    }
    MessageId add(const QByteArray &body, const QString &subject = u"Hello"_s)
    {
        Message::OutgoingMessage message = Support::Books::letter({u"one@example.org"_s}, subject);
        message.content = {Message::Piece{"Subject: x\r\n\r\n" + body, {}, false}};
        return Support::deliver(*m_books, m_account, message, noon);
    }
    QString path(const QString &name = {}) const { return m_folder->filePath(name); }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<QTemporaryDir> m_folder;
    Accounts::Account m_account;
};

void TestExporter::init()
{
    m_books = std::make_unique<Support::Books>();
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_books->opened.ok());
    m_account = m_books->addAccount();
}

void TestExporter::emlIsWhatWentOut()
{
    const MessageId id = add("From a\r\n.\r\n>From b\r\nend\r\n", u"Minutes"_s);
    const ExportReport report = run({Form::Eml, path(), QList{id}, {}});
    QVERIFY(report.isComplete());
    QCOMPARE(report.written, 1);
    QCOMPARE(Support::filesIn(path()), QStringList{u"2026-11-21 12.00 Minutes (1).eml"_s});
    QCOMPARE(report.file, path(u"2026-11-21 12.00 Minutes (1).eml"_s));
    QCOMPARE(Support::contentsOf(report.file),
             QByteArray("Subject: x\r\n\r\nFrom a\r\n.\r\n>From b\r\nend\r\n"));
}

void TestExporter::mboxGivesBackWhatWentIn()
{
    const QList<QByteArray> bodies{"From a\r\n>From b\r\n>>From c\r\n", ".\r\n..\r\n\r\n",
                                   "no more\r\nFrom \r\n", "\r\n\r\nFrom\r\nFr\xc3\xb6m ada\r\n"};
    QList<MessageId> ids;
    for (const QByteArray &body : bodies)
        ids.append(add(body));
    const ExportReport report = run({Form::Mbox, path(u"all.mbox"_s), ids, {}});
    QVERIFY(report.isComplete());
    QCOMPARE(report.written, 4);
    QCOMPARE(Support::filesIn(path()), QStringList{u"all.mbox"_s});
    const QByteArray mbox = Support::contentsOf(path(u"all.mbox"_s));
    QVERIFY(!mbox.contains('\r'));
    const QList<QByteArray> entries = entriesOf(mbox);
    QCOMPARE(entries.size(), bodies.size());
    for (qsizetype i = 0; i < bodies.size(); ++i)
        QCOMPARE(entries.at(i), "Subject: x\r\n\r\n" + bodies.at(i));
}

void TestExporter::theFromLineIsAsReadersExpectIt()
{
    const QDateTime early(QDate(2026, 3, 5), QTime(4, 5, 6), Qt::UTC);
    const MessageId id =
        Support::deliver(*m_books, m_account, Support::Books::letter({u"one@example.org"_s}), early);
    Message::OutgoingMessage bounce = Support::Books::letter({u"two@example.org"_s});
    bounce.envelope.reversePath = {};
    const MessageId second = Support::deliver(*m_books, m_account, bounce, early);
    QVERIFY(run({Form::Mbox, path(u"m"_s), QList{id, second}, {}}).isComplete());
    const QByteArray mbox = Support::contentsOf(path(u"m"_s));
    QVERIFY(mbox.startsWith("From ada@example.org Thu Mar  5 04:05:06 2026\nSubject: Hello\n"));
    QVERIFY(mbox.contains("\n\nFrom MAILER-DAEMON Thu Mar  5 04:05:06 2026\n"));
}

void TestExporter::namesAreReadableAndSafe_data()
{
    QTest::addColumn<QString>("subject");
    QTest::addColumn<QString>("name");
    QTest::newRow("plain") << u"Minutes of May"_s << u"2026-11-21 12.00 Minutes of May (7)"_s;
    QTest::newRow("none") << QString(u""_s) << u"2026-11-21 12.00 (7)"_s;
    QTest::newRow("a path") << u"../../etc/passwd"_s << u"2026-11-21 12.00 .. .. etc passwd (7)"_s;
    QTest::newRow("what disks refuse")
        << u"a\\b:c*d?e\"f<g>h|i"_s << u"2026-11-21 12.00 a b c d e f g h i (7)"_s;
    QTest::newRow("controls") << u"a\nb\tc\x7f"_s << u"2026-11-21 12.00 a b c (7)"_s;
    QTest::newRow("text turned around") << u"gpj.\u202Exe"_s << u"2026-11-21 12.00 gpj. xe (7)"_s;
    QTest::newRow("umlauts") << u"Grüße"_s << u"2026-11-21 12.00 Grüße (7)"_s;
    QTest::newRow("long") << QString(200, u'x') << u"2026-11-21 12.00 "_s + QString(60, u'x') + u" (7)"_s;
    QTest::newRow("long and wide") << QString(200, u'語')
                                   << u"2026-11-21 12.00 "_s + QString(50, u'語') + u" (7)"_s;
    QTest::newRow("no half of a character")
        << QString(59, u'x') + u"😀"_s << u"2026-11-21 12.00 "_s + QString(59, u'x') + u" (7)"_s;
}

void TestExporter::namesAreReadableAndSafe()
{
    QFETCH(QString, subject);
    QFETCH(QString, name);
    Store::MessageRow row;
    row.id = MessageId{7};
    row.subject = subject;
    row.created = noon;
    QCOMPARE(Exporter::fileName(row), name);
    QVERIFY(Exporter::fileName(row).toUtf8().size() < 240);
}

void TestExporter::nothingIsOverwritten()
{
    const MessageId id = add("body\r\n");
    for (const QString &name : {u"2026-11-21 12.00 Hello (1).eml"_s, u"there.mbox"_s}) {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("mine");
    }
    QVERIFY(run({Form::Eml, path(), QList{id}, {}}).isComplete());
    QVERIFY(run({Form::Eml, path(), QList{id}, {}}).isComplete());
    const ExportReport refused = run({Form::Mbox, path(u"there.mbox"_s), QList{id}, {}});
    QVERIFY(refused.stopped && refused.stopped->kind == ErrorKind::FileUnwritable);
    QCOMPARE(refused.written, 0);
    QCOMPARE(Support::filesIn(path()),
             (QStringList{u"2026-11-21 12.00 Hello (1) 2.eml"_s, u"2026-11-21 12.00 Hello (1) 3.eml"_s,
                          u"2026-11-21 12.00 Hello (1).eml"_s, u"there.mbox"_s}));
    QCOMPARE(Support::contentsOf(path(u"2026-11-21 12.00 Hello (1).eml"_s)), QByteArray("mine"));
    QCOMPARE(Support::contentsOf(path(u"there.mbox"_s)), QByteArray("mine"));
}

void TestExporter::aFileThatWasMeantIsReplaced()
{
    const MessageId id = add("body\r\n");
    QFile file(path(u"there.mbox"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    ExportWish wish{Form::Mbox, path(u"there.mbox"_s), QList{id}, {}};
    wish.replace = true;
    QVERIFY(run(wish).isComplete());
    QVERIFY(Support::contentsOf(wish.path).startsWith("From "));
    wish.path = path();
    QVERIFY(run(wish).stopped); // a folder is no file
    QVERIFY(QFileInfo(path()).isDir());
}

void TestExporter::theFilterSays_data()
{
    QTest::addColumn<QString>("search");
    QTest::addColumn<bool>("onlySent");
    QTest::addColumn<QString>("account");
    QTest::addColumn<QByteArray>("order"); // the bodies, oldest first
    QTest::newRow("all") << QString() << false << QString() << QByteArray("abc");
    QTest::newRow("sent") << QString() << true << QString() << QByteArray("ab");
    QTest::newRow("search") << u"second"_s << false << QString() << QByteArray("b");
    QTest::newRow("account") << QString() << false << u"work"_s << QByteArray("abc");
    QTest::newRow("no such account") << QString() << false << u"home"_s << QByteArray();
}

void TestExporter::theFilterSays()
{
    QFETCH(QString, search);
    QFETCH(bool, onlySent);
    QFETCH(QString, account);
    QFETCH(QByteArray, order);
    add("a\r\n", u"first"_s);
    add("b\r\n", u"second"_s);
    Message::OutgoingMessage waiting = Support::Books::letter({u"one@example.org"_s}, u"third"_s);
    waiting.content = {Message::Piece{"Subject: x\r\n\r\nc\r\n", {}, false}};
    QVERIFY(Store::MessageStore(m_books->database).enqueue(waiting, m_account, noon).ok());
    Store::Filter filter;
    if (onlySent)
        filter.states = {Delivery::MessageState::Sent};
    filter.accountName = account;
    filter.search = Store::parseSearch(search, noon.date());
    const ExportReport report = run({Form::Mbox, path(u"m"_s), {}, filter});
    QVERIFY(report.isComplete());
    QCOMPARE(report.written, order.size());
    QByteArray got;
    for (const QByteArray &entry :
         entriesOf(Support::contentsOf(path(u"m"_s)).isEmpty() ? QByteArray("From \n\n\n")
                                                               : Support::contentsOf(path(u"m"_s))))
        got += entry.trimmed().right(1);
    QCOMPARE(got, order);
}

void TestExporter::law2_blindCopiesAreNamedOnlyWhenAsked()
{
    Message::OutgoingMessage message = Support::Books::letter({u"one@example.org"_s, u"blind@example.org"_s});
    message.envelope.recipients[1].field = Message::Field::Bcc;
    const MessageId id = Support::deliver(*m_books, m_account, message, noon,
                                          {Delivery::Verdict::Accepted, Delivery::Verdict::Accepted});
    ExportWish wish{Form::Eml, path(), QList{id}, {}};
    QVERIFY(!Support::contentsOf(run(wish).file).contains("blind"));
    wish.withEnvelope = true;
    const QByteArray named = Support::contentsOf(run(wish).file);
    QVERIFY(named.startsWith("X-Envelope-From: <ada@example.org>\r\nX-Envelope-To: <one@example.org>\r\n"
                             "X-Envelope-To: <blind@example.org>\r\nSubject: Hello\r\n"));
    wish.form = Form::Mbox;
    wish.path = path(u"m"_s);
    QVERIFY(Support::contentsOf(run(wish).file).contains("\nX-Envelope-To: <blind@example.org>\nSubject:"));
    wish.withEnvelope = false;
    wish.path = path(u"n"_s);
    QVERIFY(!Support::contentsOf(run(wish).file).contains("blind"));
}

void TestExporter::oneThatCannotBeReadStopsNoOther()
{
    const MessageId first = add("first\r\n");
    Message::OutgoingMessage lost = Support::Books::letter({u"one@example.org"_s});
    lost.content.append(Message::Piece{{}, {QByteArray(64, 'a'), 10}, true});
    const MessageId second = Support::deliver(*m_books, m_account, lost, noon);
    const MessageId third = add("third\r\n");
    const QList<MessageId> ids{first, second, MessageId{99}, third};
    for (const Form form : {Form::Eml, Form::Mbox}) {
        const ExportReport report = run({form, form == Form::Eml ? path() : path(u"m"_s), ids, {}});
        QVERIFY(!report.isComplete());
        QVERIFY(!report.stopped);
        QCOMPARE(report.written, 2);
        QCOMPARE(report.left.size(), 2);
        QCOMPARE(report.left.first().message, second);
        QCOMPARE(report.left.first().problem.kind, ErrorKind::FileMissing);
        QCOMPARE(report.left.last().problem.kind, ErrorKind::NotFound);
    }
    QCOMPARE(Support::filesIn(path()).size(), 3);
    const QList<QByteArray> entries = entriesOf(Support::contentsOf(path(u"m"_s)));
    QCOMPARE(entries.size(), 2);
    QVERIFY(entries.last().endsWith("third\r\n"));
}

void TestExporter::largePartsAreNotInMemory()
{
#ifdef __SANITIZE_ADDRESS__
    QSKIP("the sanitizer keeps what was freed");
#endif
    Store::Spool spool(m_books->spoolPath());
    QTemporaryFile large;
    QVERIFY(large.open() && large.resize(120LL << 20));
    const auto ref = spool.put(large);
    QVERIFY(ref.ok());
    Message::OutgoingMessage message = Support::Books::letter({u"one@example.org"_s});
    message.content.append(Message::Piece{{}, *ref, true});
    const MessageId id = Support::deliver(*m_books, m_account, message, noon);
    const auto peak = [] {
        QFile status(u"/proc/self/status"_s);
        if (!status.open(QIODevice::ReadOnly))
            return 0LL;
        const QByteArray all = status.readAll();
        return all.mid(all.indexOf("VmHWM:") + 6, 20).trimmed().split(' ').first().toLongLong();
    };
    const qint64 before = peak();
    if (before == 0)
        QSKIP("there is no /proc here");
    const ExportReport report = run({Form::Mbox, path(u"m"_s), QList{id}, {}});
    QVERIFY(report.isComplete());
    QVERIFY(QFileInfo(report.file).size() > 160LL << 20);
    QVERIFY2(peak() - before < 50'000, "kilobytes");
}

void TestExporter::aPlaceThatCannotBeWrittenIsTold_data()
{
    QTest::addColumn<bool>("mbox");
    QTest::addColumn<QString>("place");
    QTest::newRow("no such folder") << false << u"/nowhere/at/all"_s;
    QTest::newRow("a file for a folder") << false << u"file"_s;
    QTest::newRow("mbox in no folder") << true << u"/nowhere/at/all.mbox"_s;
    QTest::newRow("mbox in a file") << true << u"file/all.mbox"_s;
    QTest::newRow("mbox over a device") << true << u"/dev/full"_s;
}

void TestExporter::aPlaceThatCannotBeWrittenIsTold()
{
    QFETCH(bool, mbox);
    QFETCH(QString, place);
    QFile file(path(u"file"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    ExportWish wish{mbox ? Form::Mbox : Form::Eml,
                    place.startsWith(u'/') ? place : path(place),
                    QList{add("body\r\n")},
                    {}};
    wish.replace = true;
    const ExportReport report = run(wish);
    QVERIFY(report.stopped);
    QCOMPARE(report.stopped->kind, ErrorKind::FileUnwritable);
    QCOMPARE(report.written, 0);
    QVERIFY(!report.isComplete());
    QCOMPARE(Support::filesIn(path()), QStringList{u"file"_s});
}

void TestExporter::aFullDiskLeavesWhatIsWhole()
{
    const Support::SmallDisk disk(300);
    if (!disk.isThere())
        QSKIP("this user may not mount a file system");
    const QList<MessageId> ids{add(QByteArray(60'000, 'a') + "\r\n"), add(QByteArray(60'000, 'b') + "\r\n"),
                               add(QByteArray(500'000, 'c') + "\r\n"), add("small\r\n")};
    const ExportReport files = run({Form::Eml, disk.path(), ids, {}});
    QVERIFY(files.stopped);
    QCOMPARE(files.stopped->kind, ErrorKind::DiskFull);
    QCOMPARE(files.written, 2);
    QCOMPARE(Support::filesIn(disk.path()).size(), 2);
    QCOMPARE(Support::contentsOf(disk.path() + u"/2026-11-21 12.00 Hello (2).eml"_s).size(), 14 + 60'002);
    const ExportReport mbox = run({Form::Mbox, disk.path() + u"/all.mbox"_s, ids, {}});
    QVERIFY(mbox.stopped);
    QCOMPARE(mbox.written, 0);
    QCOMPARE(Support::filesIn(disk.path()).size(), 2);
}

void TestExporter::itCanBeCancelled()
{
    QList<MessageId> ids;
    for (int i = 0; i < 20; ++i)
        ids.append(add("body\r\n"));
    const std::atomic<bool> end = true;
    for (const Form form : {Form::Eml, Form::Mbox}) {
        const ExportReport report = Exporter({m_books->databasePath(), m_books->spoolPath()},
                                             {form, form == Form::Eml ? path() : path(u"m"_s), ids, {}})
                                        .run(end, [](const Store::ExportProgress &) {});
        QVERIFY(report.cancelled);
        QVERIFY(!report.isComplete());
        QCOMPARE(report.wanted, 20);
        QCOMPARE(report.written, 0);
        QCOMPARE(Support::filesIn(path()), QStringList());
    }
}

QTEST_GUILESS_MAIN(TestExporter)
#include "tst_exporter.moc"
