#include "core/base/atomicfile.h"

#include "tests/support/smalldisk.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

using Base::Done;
using Base::ErrorKind;
using Base::readAll;
using Base::Result;
using Base::writeAtomically;
using namespace Qt::StringLiterals;

class TestAtomicFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void whatIsWrittenIsThere_data();
    void whatIsWrittenIsThere();
    void onlyTheOwnerMayReadIt();
    void nobodyEverSeesHalfOfIt();
    void aFullDiskLeavesTheOldOne();
    void whatCannotBeWrittenIsToldAndNamed();
    void whatCannotBeReadIsToldAndNamed();
    void theLimitHolds();
    void aNameThatIsTakenStaysAsItIs_data();
    void aNameThatIsTakenStaysAsItIs();

private:
    QString path() const { return m_folder->filePath(u"file"_s); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestAtomicFile::whatIsWrittenIsThere_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("text") << QByteArray("text\r\n");
    QTest::newRow("zeros") << QByteArray(10, '\0');
    QTest::newRow("a megabyte") << QByteArray(1 << 20, 'x');
}

void TestAtomicFile::whatIsWrittenIsThere()
{
    QFETCH(QByteArray, bytes);
    QVERIFY(writeAtomically(path(), "something longer that was there before").ok());
    QVERIFY(writeAtomically(path(), bytes).ok());
    const Result<QByteArray> read = readAll(path(), 2 << 20);
    QVERIFY(read.ok());
    QVERIFY(*read == bytes);
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden), QStringList{u"file"_s});
}

void TestAtomicFile::aNameThatIsTakenStaysAsItIs_data()
{
    QTest::addColumn<QString>("there");
    QTest::newRow("nothing") << QString();
    QTest::newRow("a file") << u"file"_s;
    QTest::newRow("a folder") << u"folder"_s;
    QTest::newRow("a link to nowhere") << u"link"_s;
}

void TestAtomicFile::aNameThatIsTakenStaysAsItIs()
{
    QFETCH(QString, there);
    const QString from = m_folder->filePath(u"from"_s);
    QVERIFY(writeAtomically(from, "new").ok());
    if (there == u"file"_s)
        QVERIFY(writeAtomically(path(), "old").ok());
    if (there == u"folder"_s)
        QVERIFY(QDir().mkdir(path()));
    if (there == u"link"_s)
        QVERIFY(QFile::link(u"/nowhere"_s, path()));
    const Base::Result<bool> renamed = Base::renameIfFree(from, path());
    QVERIFY(renamed.ok());
    QCOMPARE(*renamed, there.isEmpty());
    QCOMPARE(QFileInfo::exists(from), !there.isEmpty());
    if (there.isEmpty() || there == u"file"_s)
        QCOMPARE(*readAll(path(), 10), QByteArray(there.isEmpty() ? "new" : "old"));
    QVERIFY(!Base::renameIfFree(m_folder->filePath(u"gone"_s), m_folder->filePath(u"other"_s)).ok());
}

void TestAtomicFile::onlyTheOwnerMayReadIt()
{
    QFile old(path());
    QVERIFY(old.open(QIODevice::WriteOnly));
    old.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther);
    old.close();
    for (int i = 0; i < 2; ++i) {
        QVERIFY(writeAtomically(path(), "secret").ok());
        const QFile::Permissions others =
            QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
        QVERIFY((QFile::permissions(path()) & others) == 0);
        QFile::remove(path());
    }
}

void TestAtomicFile::nobodyEverSeesHalfOfIt()
{
    const QByteArray one(200'000, 'a');
    const QByteArray two(100'000, 'b');
    QVERIFY(writeAtomically(path(), one).ok());
    std::atomic<bool> stop = false;
    const std::unique_ptr<QThread> writer(QThread::create([&] {
        for (int i = 0; !stop; ++i)
            (void)writeAtomically(path(), i % 2 == 0 ? two : one);
    }));
    writer->start();
    bool whole = true;
    for (int i = 0; i < 300 && whole; ++i) {
        const Result<QByteArray> read = readAll(path(), 1 << 20);
        whole = read && (*read == one || *read == two);
    }
    stop = true;
    writer->wait();
    QVERIFY(whole);
}

void TestAtomicFile::aFullDiskLeavesTheOldOne()
{
    Support::SmallDisk disk(256);
    if (!disk.isThere())
        QSKIP("this user may not mount a file system");
    const QString there = disk.path() + u"/file"_s;
    QVERIFY(writeAtomically(there, "the old one").ok());
    const Done done = writeAtomically(there, QByteArray(1 << 20, 'x'));
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::DiskFull);
    QCOMPARE(done.error().subject, there);
    QCOMPARE(*readAll(there, 100), QByteArray("the old one"));
    QCOMPARE(QDir(disk.path()).entryList(QDir::Files | QDir::Hidden), QStringList{u"file"_s});
    QVERIFY(writeAtomically(there, "a new one").ok());
}

void TestAtomicFile::whatCannotBeWrittenIsToldAndNamed()
{
    const QString nowhere = m_folder->filePath(u"gone/file"_s);
    for (const QString &target : {nowhere, m_folder->path()}) {
        const Done done = writeAtomically(target, "x");
        QVERIFY(!done.ok());
        QCOMPARE(done.error().kind, ErrorKind::FileUnwritable);
        QCOMPARE(done.error().subject, target);
        QVERIFY(!done.error().detail.isEmpty());
    }
}

void TestAtomicFile::whatCannotBeReadIsToldAndNamed()
{
    const Result<QByteArray> missing = readAll(path(), 100);
    QCOMPARE(missing.error().kind, ErrorKind::FileMissing);
    QCOMPARE(missing.error().subject, path());
    const Result<QByteArray> folder = readAll(m_folder->path(), 100);
    QCOMPARE(folder.error().kind, ErrorKind::FileUnreadable);
    QCOMPARE(folder.error().subject, m_folder->path());
}

void TestAtomicFile::theLimitHolds()
{
    QVERIFY(writeAtomically(path(), QByteArray(100, 'x')).ok());
    QCOMPARE(readAll(path(), 100)->size(), 100);
    const Result<QByteArray> over = readAll(path(), 99);
    QVERIFY(!over.ok());
    QCOMPARE(over.error().kind, ErrorKind::TooBig);
    QCOMPARE(over.error().subject, path());
}

QTEST_GUILESS_MAIN(TestAtomicFile)
#include "tst_atomicfile.moc"
