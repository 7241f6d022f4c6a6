#include "core/store/migrations.h"

#include "core/store/database.h"

#include <QMutex>
#include <QSqlError>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

using Base::ErrorKind;
using Store::Database;
using namespace Qt::StringLiterals;

namespace {

QStringList tables(const QString &path)
{
    QStringList names;
    const QString connection = u"raw"_s;
    {
        QSqlDatabase raw = QSqlDatabase::addDatabase(u"QSQLITE"_s, connection);
        raw.setDatabaseName(path);
        if (raw.open()) {
            QSqlQuery query(
                u"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"_s,
                raw);
            while (query.next())
                names.append(query.value(0).toString());
        }
    }
    QSqlDatabase::removeDatabase(connection);
    return names;
}

void rawly(const QString &path, const QString &sql)
{
    {
        QSqlDatabase raw = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"raw"_s);
        raw.setDatabaseName(path);
        QVERIFY(raw.open());
        QSqlQuery query(raw);
        QVERIFY2(query.exec(sql), qPrintable(query.lastError().text()));
    }
    QSqlDatabase::removeDatabase(u"raw"_s);
}

} // namespace

class TestMigrations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEmptyFileGetsTheNewestSchema();
    void aSecondRunChangesNothing();
    void aStepThatFailsLeavesNothingBehind();
    void theNewestOfTheFutureIsRefused();
    void twoProgramsMayStartTogether();
};

void TestMigrations::anEmptyFileGetsTheNewestSchema()
{
    const QTemporaryDir folder;
    Database database;
    QVERIFY(database.open(folder.filePath(u"db"_s), Database::Mode::ReadWrite).ok());
    QVERIFY(Store::newestSchema() >= 1);
    QCOMPARE(database.value(u"PRAGMA user_version"_s)->toInt(), Store::newestSchema());
    QCOMPARE(tables(folder.filePath(u"db"_s)),
             (QStringList{u"account"_s, u"attempt"_s, u"content"_s, u"draft"_s, u"find"_s, u"find_config"_s,
                          u"find_content"_s, u"find_data"_s, u"find_docsize"_s, u"find_idx"_s, u"message"_s,
                          u"message_count"_s, u"message_hour"_s, u"recipient"_s, u"spool_use"_s}));
}

void TestMigrations::aSecondRunChangesNothing()
{
    const QTemporaryDir folder;
    Database database;
    QVERIFY(database.open(folder.filePath(u"db"_s), Database::Mode::ReadWrite).ok());
    QVERIFY(database.exec(u"INSERT INTO draft (content, changed) VALUES ('x', 1)"_s).ok());
    const int before = database.value(u"PRAGMA schema_version"_s)->toInt();
    QVERIFY(Store::migrate(database).ok());
    QVERIFY(Store::migrate(database).ok());
    QCOMPARE(database.value(u"PRAGMA schema_version"_s)->toInt(), before);
    QCOMPARE(database.value(u"SELECT content FROM draft"_s)->toString(), u"x"_s);
}

void TestMigrations::aStepThatFailsLeavesNothingBehind()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"db"_s);
    rawly(path, u"CREATE TABLE message (somebody TEXT)"_s); // in the way of the third statement
    {
        Database database;
        QVERIFY(!database.open(path, Database::Mode::ReadWrite).ok());
        QCOMPARE(database.value(u"PRAGMA user_version"_s)->toInt(), 0);
    }
    QCOMPARE(tables(path), QStringList{u"message"_s});
    rawly(path, u"DROP TABLE message"_s);
    Database database;
    QVERIFY(database.open(path, Database::Mode::ReadWrite).ok());
}

void TestMigrations::theNewestOfTheFutureIsRefused()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"db"_s);
    rawly(path, u"CREATE TABLE future (x)"_s);
    rawly(path, u"PRAGMA user_version=2000000000"_s);
    Database database;
    const Base::Done done = database.open(path, Database::Mode::ReadWrite);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::DatabaseNewer);
    database.close();
    QCOMPARE(tables(path), QStringList{u"future"_s});
}

void TestMigrations::twoProgramsMayStartTogether()
{
    for (int round = 0; round < 10; ++round) {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"db"_s);
        std::atomic<int> opened = 0;
        QList<QThread *> threads;
        QString problem;
        QMutex mutex;
        for (int i = 0; i < 4; ++i) {
            threads.append(QThread::create([&] {
                Database database;
                const Base::Done done = database.open(path, Database::Mode::ReadWrite);
                if (done)
                    ++opened;
                const QMutexLocker lock(&mutex);
                if (!done)
                    problem = done.error().detail;
            }));
            threads.last()->start();
        }
        for (QThread *thread : threads) {
            thread->wait();
            delete thread;
        }
        QVERIFY2(opened == 4, qPrintable(problem));
    }
}

QTEST_GUILESS_MAIN(TestMigrations)
#include "tst_migrations.moc"
