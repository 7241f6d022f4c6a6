// Copies in a Maildir, with a kill between any two steps.

#include "core/store/maildir.h"

#include "tests/support/keeping.h"
#include "tests/support/memorystore.h"
#include "tests/support/smalldisk.h"

using Base::ErrorKind;
using Base::MessageId;
using Store::Maildir;
using Before = Store::Maildir::Before;
using namespace Qt::StringLiterals;

namespace {
const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'123).toUTC();
const Message::Content letter{Message::Piece{"Subject: x\r\n\r\nFrom here\r\n.\r\n", {}, false}};
} // namespace

class TestMaildir : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void theCopyIsWholeAndSeen();
    void largePartsComeFromTheSpool();
    void namesAreTheMessages();
    void whatIsNoMaildirIsRefused_data();
    void whatIsNoMaildirIsRefused();
    void law8_aKillBetweenTwoStepsMakesNoSecondCopy_data();
    void law8_aKillBetweenTwoStepsMakesNoSecondCopy();
    void whatCannotBeReadLeavesNothing();
    void aFullDiskLeavesNothing();

private:
    QString path(const char *inside = "") const
    {
        return m_folder->filePath(u"Sent"_s) + u'/' + QString::fromLatin1(inside);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    Support::MemoryStore m_store;
    QString m_name = Maildir::fileName(MessageId{7}, noon, "<a@example.org>");
};

void TestMaildir::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    Support::makeMaildir(path());
}

void TestMaildir::theCopyIsWholeAndSeen()
{
    QVERIFY(Maildir(path()).append(m_name, letter, m_store, Before::NotThere).ok());
    QCOMPARE(Support::filesIn(path("cur")), QStringList{m_name + u":2,S"_s});
    QCOMPARE(Support::filesIn(path("tmp")), QStringList());
    QCOMPARE(Support::filesIn(path("new")), QStringList());
    const QString file = path("cur") + u'/' + m_name + u":2,S"_s;
    QCOMPARE(Support::contentsOf(file), QByteArray("Subject: x\n\nFrom here\n.\n"));
    QCOMPARE(QFile::permissions(file) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
}

void TestMaildir::largePartsComeFromTheSpool()
{
    QBuffer source;
    source.setData(QByteArray(1'000'000, '\xff'));
    source.open(QIODevice::ReadOnly);
    const auto ref = m_store.put(source);
    QVERIFY(ref.ok());
    Message::Content content = letter;
    content.append(Message::Piece{{}, *ref, true});
    QVERIFY(Maildir(path()).append(m_name, content, m_store, Before::NotThere).ok());
    const QByteArray written = Support::contentsOf(path("cur") + u'/' + m_name + u":2,S"_s);
    QVERIFY(!written.contains('\r'));
    QCOMPARE(QByteArray::fromBase64(written.mid(written.indexOf(".\n") + 2)), source.data());
}

void TestMaildir::namesAreTheMessages()
{
    QCOMPARE(Maildir::fileName(MessageId{7}, noon, "<a@example.org>"), m_name);
    QVERIFY(m_name.startsWith(u"1795262400.M123000R"_s));
    QVERIFY(m_name.contains(u"Q7."_s));
    QVERIFY(!m_name.contains(u'/') && !m_name.contains(u':'));
    QVERIFY(Maildir::fileName(MessageId{8}, noon, "<a@example.org>") != m_name);
    QVERIFY(Maildir::fileName(MessageId{7}, noon, "<b@example.org>") != m_name); // of another home
    QVERIFY(Maildir::fileName(MessageId{7}, noon.addSecs(1), "<a@example.org>") != m_name);
}

void TestMaildir::whatIsNoMaildirIsRefused_data()
{
    QTest::addColumn<QString>("missing");
    QTest::newRow("no folder at all") << u"."_s;
    QTest::newRow("no tmp") << u"tmp"_s;
    QTest::newRow("no new") << u"new"_s;
    QTest::newRow("no cur") << u"cur"_s;
}

void TestMaildir::whatIsNoMaildirIsRefused()
{
    QFETCH(QString, missing);
    QVERIFY(QDir(path() + missing).removeRecursively());
    for (const Base::Done &done :
         {Maildir(path()).check(), Maildir(path()).append(m_name, letter, m_store, Before::NotThere)}) {
        QVERIFY(!done.ok());
        QCOMPARE(done.error().kind, ErrorKind::NotMaildir);
        QCOMPARE(done.error().subject, path());
    }
    QVERIFY(!QFileInfo::exists(path() + missing) || missing == u"."_s); // not made
    QCOMPARE(QFileInfo::exists(path()), missing != u"."_s);
}

void TestMaildir::law8_aKillBetweenTwoStepsMakesNoSecondCopy_data()
{
    QTest::addColumn<QString>("file"); // what the kill left; %1: the name
    QTest::addColumn<QString>("then"); // what is there at the end
    QTest::newRow("before anything") << u""_s << u"cur/%1:2,S"_s;
    QTest::newRow("half in tmp") << u"tmp/%1"_s << u"cur/%1:2,S"_s;
    QTest::newRow("behind the rename") << u"cur/%1:2,S"_s << u"cur/%1:2,S"_s;
    QTest::newRow("and answered meanwhile") << u"cur/%1:2,RS"_s << u"cur/%1:2,RS"_s;
    QTest::newRow("and moved to new") << u"new/%1"_s << u"new/%1"_s;
}

void TestMaildir::law8_aKillBetweenTwoStepsMakesNoSecondCopy()
{
    QFETCH(QString, file);
    QFETCH(QString, then);
    if (!file.isEmpty()) {
        QFile left(path() + file.arg(m_name));
        QVERIFY(left.open(QIODevice::WriteOnly));
        left.write("Sub");
    }
    // Others of the same second are other messages.
    for (const quint64 other : {1, 70, 77}) {
        QFile near(path("cur/") +
                   Maildir::fileName(MessageId{static_cast<qint64>(other)}, noon, "<a@example.org>") +
                   u":2,S"_s);
        QVERIFY(near.open(QIODevice::WriteOnly));
    }
    for (int i = 0; i < 2; ++i)
        QVERIFY(Maildir(path()).append(m_name, letter, m_store, Before::MayBeThere).ok());
    QStringList all;
    for (const char *inside : {"cur", "new", "tmp"}) {
        for (const QString &each : Support::filesIn(path(inside))) {
            if (each.contains(u"Q7."_s))
                all.append(QString::fromLatin1(inside) + u'/' + each);
        }
    }
    QCOMPARE(all, QStringList{then.arg(m_name)});
}

void TestMaildir::whatCannotBeReadLeavesNothing()
{
    Message::Content lost = letter;
    lost.append(Message::Piece{{}, {"0123", 10}, true});
    const Base::Done done = Maildir(path()).append(m_name, lost, m_store, Before::NotThere);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::FileMissing);
    for (const char *inside : {"cur", "new", "tmp"})
        QCOMPARE(Support::filesIn(path(inside)), QStringList());
}

void TestMaildir::aFullDiskLeavesNothing()
{
    const Support::SmallDisk disk(200);
    if (!disk.isThere())
        QSKIP("this user may not mount a file system");
    Support::makeMaildir(disk.path() + u"/Sent"_s);
    Message::Content large = letter;
    large.append(Message::Piece{QByteArray(500'000, 'x'), {}, false});
    const Base::Done done =
        Maildir(disk.path() + u"/Sent"_s).append(m_name, large, m_store, Before::NotThere);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::DiskFull);
    for (const QString &inside : {u"/Sent/cur"_s, u"/Sent/tmp"_s})
        QCOMPARE(Support::filesIn(disk.path() + inside), QStringList());
}

QTEST_GUILESS_MAIN(TestMaildir)
#include "tst_maildir.moc"
