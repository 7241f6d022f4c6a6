#include "core/store/database.h"

#include "core/store/migrations.h"
#include "tests/support/smalldisk.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QSemaphore>
#include <QSqlError>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

using Base::ErrorKind;
using Store::Database;
using Store::Transaction;
using namespace Qt::StringLiterals;

namespace {

QByteArray octets(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

int drafts(const Database &database)
{
    const Base::Result<QVariant> count = database.value(u"SELECT count(*) FROM draft"_s);
    return count ? count->toInt() : -1;
}

Base::Done addDraft(const Database &database, const QString &content = u"{}"_s)
{
    return database.exec(u"INSERT INTO draft (content, changed) VALUES (?, 1)"_s, {content});
}

} // namespace

class TestDatabase : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void questionMarksOfATextAreNoFields();
    void aStatementMayHaveManyFields();
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void theWritingConnectionIsDurable();
    void theReadingConnectionCanOnlyRead();
    void whatIsKeptIsReadableByItsOwnerAlone();
    void whatWasWrittenIsThereAfterwards();
    void aTransactionNotCommittedLeavesNothing();
    void aTransactionInsideAnotherIsRefused();
    void aFailedStatementIsAnErrorWithItsPath();
    void connectionsSeeEachOthersCommits();
    void aTransactionWaitsForAnotherProgram();
    void aNewerSchemaIsRefusedAndTheFileUntouched();
    void aDamagedFileIsToldAsSuch_data();
    void aDamagedFileIsToldAsSuch();
    void aPageThatIsDamagedIsFound();
    void whatCannotBeOpenedIsAHomeThatCannotBeWritten_data();
    void whatCannotBeOpenedIsAHomeThatCannotBeWritten();
    void aReadOnlyDiskIsAHomeThatCannotBeWritten();
    void aFullDiskIsToldAndNothingIsLost();
    void everyOpenDatabaseIsAConnectionOfItsOwn();

private:
    QString path() const { return m_folder->filePath(u"postrider.db"_s); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestDatabase::questionMarksOfATextAreNoFields()
{
    const QTemporaryDir folder;
    Database database;
    QVERIFY(database.open(folder.filePath(u"db"_s), Database::Mode::ReadWrite).ok());
    const QString sql = u"SELECT 'who? it''s ' || ? || '?' || ?"_s;
    for (const QString &name : {u"Ada"_s, u"Bob"_s}) // the second time the statement is there already
        QCOMPARE(database.value(sql, {name, u"!"_s})->toString(), u"who? it's "_s + name + u"?!"_s);
}

void TestDatabase::aStatementMayHaveManyFields()
{
    const QTemporaryDir folder;
    Database database;
    QVERIFY(database.open(folder.filePath(u"db"_s), Database::Mode::ReadWrite).ok());
    QStringList marks;
    QVariantList values;
    for (int i = 0; i < 200; ++i) {
        marks.append(u"?"_s);
        values.append(i);
    }
    QCOMPARE(database.value(u"SELECT "_s + marks.join(u" + "_s), values)->toInt(), 199 * 100);
}

void TestDatabase::theWritingConnectionIsDurable()
{
    Database database;
    QVERIFY(database.open(path(), Database::Mode::ReadWrite).ok());
    QCOMPARE(database.value(u"PRAGMA journal_mode"_s)->toString(), u"wal"_s);
    QCOMPARE(database.value(u"PRAGMA synchronous"_s)->toInt(), 2); // FULL
    QCOMPARE(database.value(u"PRAGMA foreign_keys"_s)->toInt(), 1);
    QCOMPARE(database.value(u"PRAGMA query_only"_s)->toInt(), 0);
    QVERIFY(database.value(u"PRAGMA busy_timeout"_s)->toInt() >= 5000);
}

void TestDatabase::theReadingConnectionCanOnlyRead()
{
    Database writer;
    QVERIFY(writer.open(path(), Database::Mode::ReadWrite).ok());
    QVERIFY(addDraft(writer).ok());
    Database reader;
    QVERIFY(reader.open(path(), Database::Mode::ReadOnly).ok());
    QCOMPARE(drafts(reader), 1);
    QVERIFY(!addDraft(reader).ok());
    QVERIFY(!reader.exec(u"DELETE FROM draft"_s).ok());
    QVERIFY(!reader.exec(u"CREATE TABLE x (y)"_s).ok());
    // Not even when somebody lifts the first of the two locks.
    QVERIFY(reader.exec(u"PRAGMA query_only=OFF"_s).ok());
    QVERIFY(!addDraft(reader).ok());
    QCOMPARE(drafts(writer), 1);
}

void TestDatabase::whatIsKeptIsReadableByItsOwnerAlone()
{
    QFile::setPermissions(m_folder->path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner |
                                                QFile::ReadOther | QFile::ExeOther);
    Database database;
    QVERIFY(database.open(path(), Database::Mode::ReadWrite).ok());
    QVERIFY(addDraft(database).ok());
    const QStringList files = QDir(m_folder->path()).entryList(QDir::Files);
    QVERIFY(files.size() >= 2); // the write-ahead log holds letters too
    for (const QString &file : files) {
        const QFile::Permissions others =
            QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
        QVERIFY2((QFile::permissions(m_folder->filePath(file)) & others) == 0, qPrintable(file));
    }
}

void TestDatabase::whatWasWrittenIsThereAfterwards()
{
    {
        Database database;
        QVERIFY(database.open(path(), Database::Mode::ReadWrite).ok());
        QVERIFY(addDraft(database, u"שלום 😀 \"'; DROP TABLE draft; --"_s).ok());
    }
    Database database;
    QVERIFY(database.open(path(), Database::Mode::ReadWrite).ok());
    QCOMPARE(database.value(u"SELECT content FROM draft"_s)->toString(),
             u"שלום 😀 \"'; DROP TABLE draft; --"_s);
    QVERIFY(!database.value(u"SELECT content FROM draft WHERE id = 99"_s)->isValid());
}

void TestDatabase::aTransactionNotCommittedLeavesNothing()
{
    Database database;
    QVERIFY(database.open(path(), Database::Mode::ReadWrite).ok());
    {
        Transaction transaction(database);
        QVERIFY(transaction.begun().ok());
        QVERIFY(addDraft(database).ok());
        QCOMPARE(drafts(database), 1);
    }
    QCOMPARE(drafts(database), 0);
    {
        Transaction transaction(database);
        QVERIFY(addDraft(database).ok());
        QVERIFY(transaction.commit().ok());
    }
    QCOMPARE(drafts(database), 1);
}

void TestDatabase::aTransactionInsideAnotherIsRefused()
{
    Database database;
    QVERIFY(database.open(path(), Database::Mode::ReadWrite).ok());
    Transaction outer(database);
    QVERIFY(addDraft(database).ok());
    {
        Transaction inner(database);
        QVERIFY(!inner.begun().ok());
        QVERIFY(!inner.commit().ok());
    }
    QVERIFY(outer.commit().ok()); // untouched by the inner one
    QCOMPARE(drafts(database), 1);
}

void TestDatabase::aFailedStatementIsAnErrorWithItsPath()
{
    Database database;
    QVERIFY(database.open(path(), Database::Mode::ReadWrite).ok());
    for (const QString &sql :
         {u"SELECT * FROM nowhere"_s, u"nonsense"_s, u"INSERT INTO draft (content) VALUES (NULL)"_s}) {
        const Base::Result<Store::Cursor> query = database.run(sql);
        QVERIFY(!query.ok());
        QCOMPARE(query.error().kind, ErrorKind::Database);
        QCOMPARE(query.error().subject, path());
        QVERIFY(!query.error().detail.isEmpty());
    }
    // Types are kept: a text is no number (STRICT).
    QVERIFY(!database.exec(u"INSERT INTO draft (content, changed) VALUES ('', 'yesterday')"_s).ok());
    // What refers to nothing is refused.
    QVERIFY(!database.exec(u"INSERT INTO content (message, pieces) VALUES (99, '')"_s).ok());
}

void TestDatabase::connectionsSeeEachOthersCommits()
{
    Database one;
    Database two;
    QVERIFY(one.open(path(), Database::Mode::ReadWrite).ok());
    QVERIFY(two.open(path(), Database::Mode::ReadWrite).ok());
    QVERIFY(addDraft(one).ok());
    QCOMPARE(drafts(two), 1);
    Transaction transaction(two);
    QVERIFY(addDraft(two).ok());
    QCOMPARE(drafts(one), 1); // not yet
    QVERIFY(transaction.commit().ok());
    QCOMPARE(drafts(one), 2);
}

void TestDatabase::aTransactionWaitsForAnotherProgram()
{
    Database here;
    QVERIFY(here.open(path(), Database::Mode::ReadWrite).ok());
    QSemaphore holds;
    const std::unique_ptr<QThread> other(QThread::create([this, &holds] {
        Database there;
        (void)there.open(path(), Database::Mode::ReadWrite);
        Transaction transaction(there);
        (void)addDraft(there);
        holds.release();
        QThread::msleep(300);
        (void)transaction.commit();
    }));
    other->start();
    holds.acquire();
    Transaction transaction(here);
    QVERIFY(transaction.begun().ok());
    QCOMPARE(drafts(here), 1); // the other one is through
    QVERIFY(addDraft(here).ok());
    QVERIFY(transaction.commit().ok());
    other->wait();
    QCOMPARE(drafts(here), 2);
}

void TestDatabase::aNewerSchemaIsRefusedAndTheFileUntouched()
{
    for (const bool wal : {true, false}) {
        {
            Database database;
            QVERIFY(database.open(path(), Database::Mode::ReadWrite).ok());
            QVERIFY(addDraft(database).ok());
            QVERIFY(database.exec(u"PRAGMA user_version=%1"_s.arg(Store::newestSchema() + 1)).ok());
            if (!wal) // whatever a later version may think of
                QVERIFY(database.exec(u"PRAGMA journal_mode=DELETE"_s).ok());
        }
        const QByteArray before = octets(path());
        QVERIFY(before.size() > 1000);
        Database database;
        const Base::Done done = database.open(path(), Database::Mode::ReadWrite);
        QVERIFY(!done.ok());
        QCOMPARE(done.error().kind, ErrorKind::DatabaseNewer);
        QVERIFY(!done.error().detail.isEmpty());
        database.close();
        QVERIFY(octets(path()) == before);
        QFile::remove(path());
    }
}

void TestDatabase::aDamagedFileIsToldAsSuch_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::newRow("text") << QByteArray("This is a letter and no database.\n").repeated(200);
    QTest::newRow("zeros") << QByteArray(8192, '\0');
    QTest::newRow("a few octets") << QByteArray("SQL");
    QTest::newRow("the right beginning and no more")
        << QByteArray("SQLite format 3\0", 16) + QByteArray(4080, '\xff');
}

void TestDatabase::aDamagedFileIsToldAsSuch()
{
    QFETCH(QByteArray, file);
    write(path(), file);
    Database database;
    const Base::Done done = database.open(path(), Database::Mode::ReadWrite);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::DatabaseDamaged);
    QCOMPARE(done.error().subject, path());
    database.close();
    QVERIFY(octets(path()) == file); // somebody may still save something from it
}

void TestDatabase::aPageThatIsDamagedIsFound()
{
    {
        Database database;
        QVERIFY(database.open(path(), Database::Mode::ReadWrite).ok());
        for (int i = 0; i < 200; ++i)
            QVERIFY(addDraft(database, QString(1000, u'x')).ok());
    }
    QFile file(path());
    QVERIFY(file.open(QIODevice::ReadWrite));
    const qint64 size = file.size();
    QVERIFY(file.seek(4096));
    QVERIFY(file.write(QByteArray(static_cast<qsizetype>(size) - 4096, '\x5a')) > 0);
    file.close();
    Database database;
    const Base::Done opened = database.open(path(), Database::Mode::ReadWrite);
    const Base::Result<QVariant> read = database.value(u"SELECT count(content) FROM draft"_s);
    QVERIFY(!opened.ok() || !read.ok());
    QCOMPARE((opened.ok() ? read.error() : opened.error()).kind, ErrorKind::DatabaseDamaged);
}

void TestDatabase::whatCannotBeOpenedIsAHomeThatCannotBeWritten_data()
{
    QTest::addColumn<QString>("below");
    QTest::newRow("a folder") << u""_s;
    QTest::newRow("in a folder that is not there") << u"gone/postrider.db"_s;
}

void TestDatabase::whatCannotBeOpenedIsAHomeThatCannotBeWritten()
{
    QFETCH(QString, below);
    Database database;
    const Base::Done done = database.open(below.isEmpty() ? m_folder->path() : m_folder->filePath(below),
                                          Database::Mode::ReadWrite);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::HomeUnwritable);
    QVERIFY(!done.error().subject.isEmpty());
}

void TestDatabase::aReadOnlyDiskIsAHomeThatCannotBeWritten()
{
    Support::SmallDisk disk(2048);
    if (!disk.isThere())
        QSKIP("this user may not mount a file system");
    const QString there = disk.path() + u"/postrider.db"_s;
    {
        Database database;
        QVERIFY(database.open(there, Database::Mode::ReadWrite).ok());
        QVERIFY(addDraft(database).ok());
    }
    QVERIFY(disk.makeReadOnly());
    Database database;
    const Base::Done done = database.open(there, Database::Mode::ReadWrite);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::HomeUnwritable);
}

void TestDatabase::aFullDiskIsToldAndNothingIsLost()
{
    Support::SmallDisk disk(1024);
    if (!disk.isThere())
        QSKIP("this user may not mount a file system");
    Database database;
    QVERIFY(database.open(disk.path() + u"/postrider.db"_s, Database::Mode::ReadWrite).ok());
    QVERIFY(addDraft(database, u"precious"_s).ok());
    int written = 1;
    Base::Done done;
    while (done && written < 1000) {
        done = addDraft(database, QString(20000, u'x'));
        written += done ? 1 : 0;
    }
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::DiskFull);
    QCOMPARE(drafts(database), written);
    QCOMPARE(database.value(u"SELECT content FROM draft WHERE id = 1"_s)->toString(), u"precious"_s);
    QCOMPARE(database.value(u"PRAGMA integrity_check"_s)->toString(), u"ok"_s);
}

void TestDatabase::everyOpenDatabaseIsAConnectionOfItsOwn()
{
    const qsizetype before = QSqlDatabase::connectionNames().size();
    {
        Database one;
        Database two;
        QVERIFY(one.open(path(), Database::Mode::ReadWrite).ok());
        QVERIFY(two.open(path(), Database::Mode::ReadOnly).ok());
        QVERIFY(one.isOpen() && two.isOpen());
        QCOMPARE(QSqlDatabase::connectionNames().size(), before + 2);
        two.close();
        QVERIFY(!two.isOpen());
        QVERIFY(one.isOpen());
        two.close(); // twice is once
    }
    QCOMPARE(QSqlDatabase::connectionNames().size(), before);
    Database failed;
    QVERIFY(!failed.open(m_folder->path(), Database::Mode::ReadWrite).ok());
    failed.close();
    QCOMPARE(QSqlDatabase::connectionNames().size(), before);
}

QTEST_GUILESS_MAIN(TestDatabase)
#include "tst_database.moc"
