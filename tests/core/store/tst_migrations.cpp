#include "core/store/migrations.h"

#include "core/store/database.h"
#include "core/store/messagequery.h"
#include "core/store/messagestore.h"
#include "tests/support/olderbooks.h"

#include <QJsonDocument>
#include <QMutex>
#include <QTemporaryDir>
#include <QThread>

using Base::ErrorKind;
using Store::Database;
using namespace Qt::StringLiterals;

namespace {

QStringList tables(const QString &path)
{
    return Support::RawBooks(path).tables();
}

void rawly(const QString &path, const QString &sql)
{
    Support::RawBooks(path).run(sql);
}

} // namespace

class TestMigrations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEmptyFileGetsTheNewestSchema();
    void aHomeOfBeforeKeepsItsAccounts();
    void aSecondRunChangesNothing();
    void aStepThatFailsLeavesNothingBehind();
    void theNewestOfTheFutureIsRefused();
    void twoProgramsMayStartTogether();
    void olderBooksCanBeSearched_data();
    void olderBooksCanBeSearched();
    void olderBooksAreSentAndCounted();
};

void TestMigrations::anEmptyFileGetsTheNewestSchema()
{
    const QTemporaryDir folder;
    Database database;
    QVERIFY(database.open(folder.filePath(u"db"_s), Database::Mode::ReadWrite).ok());
    QVERIFY(Store::newestSchema() >= 1);
    QCOMPARE(database.value(u"PRAGMA user_version"_s)->toInt(), Store::newestSchema());
    QCOMPARE(tables(folder.filePath(u"db"_s)),
             (QStringList{u"account"_s,   u"attempt"_s,       u"content"_s,      u"departure"_s,
                          u"draft"_s,     u"find"_s,          u"find_config"_s,  u"find_content"_s,
                          u"find_data"_s, u"find_docsize"_s,  u"find_idx"_s,     u"find_words"_s,
                          u"message"_s,   u"message_count"_s, u"message_hour"_s, u"recipient"_s,
                          u"sent_copy"_s, u"setting"_s,       u"spool_use"_s,    u"usage"_s}));
}

void TestMigrations::aHomeOfBeforeKeepsItsAccounts()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"db"_s);
    Support::makeSchema(path, 3);
    rawly(path, u"INSERT INTO account (name, settings) VALUES ('work', '{}')"_s);
    Database database;
    const Base::Done done = database.open(path, Database::Mode::ReadWrite);
    QVERIFY2(done.ok(), qPrintable(done.ok() ? QString() : done.error().detail));
    QCOMPARE(database
                 .value(u"SELECT name FROM account WHERE backoff_failures = 0 AND backoff_until IS NULL "
                        "AND learned = ''"_s)
                 ->toString(),
             u"work"_s);
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

void TestMigrations::olderBooksCanBeSearched_data()
{
    QTest::addColumn<int>("schema");
    for (const int schema : {1, 2, 3, 4})
        QTest::addRow("schema %d", schema) << schema;
}

void TestMigrations::olderBooksCanBeSearched()
{
    QFETCH(int, schema);
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"db"_s);
    Support::makeSchema(path, schema);
    const QString message = u"INSERT INTO message (id, account_name, message_id, sender, recipients, "
                            u"recipient_count, subject, size, envelope,"
                            " state, created, changed) VALUES (%1, 'work', '<x>', 'Ada <ada@example.org>', "
                            "'bob@example.org', 2, '%2', 1, '',"
                            " '%3', 1795262400000, 0)"_s;
    rawly(path, message.arg(1).arg(u"Minutes"_s, u"sent"_s));
    rawly(path, message.arg(7).arg(u"Übersicht"_s, u"failed"_s));
    rawly(path, u"INSERT INTO recipient (message, position, address, name, field, state) VALUES (1, 0, "
                u"'bob@example.org',"
                " '', 'to', 'accepted'), (1, 1, 'carl@example.org', 'Carl Friedrich', 'bcc', 'accepted')"_s);
    rawly(path, u"INSERT INTO content VALUES (1, '[{\"bytes\":\"Subject: x\\r\\nContent-Type: text/plain; "
                u"charset=utf-8"
                "\\r\\nContent-Transfer-Encoding: quoted-printable\\r\\n\\r\\nf=C3=BCr alle\"},"
                "{\"sha256\":\"aa\",\"size\":3,\"base64\":true}]')"_s);
    rawly(
        path,
        u"INSERT INTO content VALUES (7, '[{\"bytes\":\"Subject: x\\r\\n\\r\\nsays \\\"base64\\\":true\"}]')"_s);
    {
        Database database;
        const Base::Done done = database.open(path, Database::Mode::ReadWrite);
        QVERIFY2(done.ok(), done ? "" : qPrintable(done.error().detail));
    }
    Store::MessageQuery query;
    QVERIFY(query.open(path, folder.path()).ok());
    const auto found = [&query](const QString &typed) {
        QList<qint64> numbers;
        for (const Base::MessageId id :
             *query.ids({{}, {}, Store::parseSearch(typed, QDate(2026, 11, 22))}, 10))
            numbers.append(id.value);
        return numbers;
    };
    QCOMPARE(found(u"minut"_s), QList<qint64>{1});
    QCOMPARE(found(u"ubersicht"_s), QList<qint64>{7});
    QCOMPARE(found(u"to:friedrich"_s), QList<qint64>{1});
    QCOMPARE(found(u"from:ada"_s), (QList<qint64>{7, 1}));
    QCOMPARE(found(u"body:fur"_s), QList<qint64>{1});
    QCOMPARE(found(u"has:attachment"_s), QList<qint64>{1});
    QCOMPARE(found(u"-minutes"_s), QList<qint64>{7});
    QCOMPARE(found(u"status:failed account:work"_s), QList<qint64>{7});
    QCOMPARE(found(u"after:2026-11-20"_s), (QList<qint64>{7, 1}));
    QCOMPARE(found(u"before:2026-11-20"_s), QList<qint64>());
    QCOMPARE(query.counts()->value(Delivery::MessageState::Failed), 1);
    QCOMPARE(query.counts()->value(Delivery::MessageState::Sent), 1);
}

/// Contents in JSON, transcripts in JSON under zlib, a state of its own for what was committing.
void TestMigrations::olderBooksAreSentAndCounted()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"db"_s);
    Support::makeSchema(path, 5);
    rawly(path, u"INSERT INTO account (name, settings) VALUES ('work', '{}')"_s);
    for (const QString &state : {u"queued"_s, u"committing"_s, u"sending"_s})
        rawly(path,
              u"INSERT INTO message (account, account_name, message_id, sender, recipients, recipient_count,"
              " subject, size, envelope, state, created, changed, next_attempt) VALUES (1, 'work', '<1@x>',"
              " 'ada@example.org', 'bob@example.org', 1, 'Hello', 3, '', '%1', 1, 1, 1)"_s.arg(state));
    rawly(path, uR"(INSERT INTO content VALUES (1, '[{"bytes":"Subject: x\r\n\r\nü\r\n"}]'))"_s);
    rawly(path, u"INSERT INTO recipient (message, position, address, name, field, state)"
                " VALUES (1, 0, 'bob@example.org', '', 'to', 'waiting')"_s);
    Delivery::Transcript said;
    said.add({Delivery::Speaker::Server, QDateTime::fromMSecsSinceEpoch(1, Qt::UTC), 5, u"250 Ok"_s, 0});
    const QByteArray old = qCompress(QJsonDocument(said.toJson()).toJson(QJsonDocument::Compact));
    rawly(path, u"INSERT INTO attempt (message, number, started, transcript) VALUES (2, 1, 1, x'%1')"_s.arg(
                    QString::fromLatin1(old.toHex())));
    Database database;
    QVERIFY(database.open(path, Database::Mode::ReadWrite).ok());
    const auto counted = [&database](const QString &state) {
        return database.value(u"SELECT number FROM message_count WHERE state = ?"_s, {state})->toInt();
    };
    QCOMPARE(counted(u"queued"_s), 1);
    QCOMPARE(counted(u"sending"_s), 2);
    QCOMPARE(counted(u"committing"_s), 0);
    QCOMPARE(database.value(u"SELECT count(*) FROM message WHERE state = 'committing'"_s)->toInt(), 0);
    const auto assignment =
        Store::MessageStore(database).beginAttempt(Base::MessageId{1}, QDateTime::currentDateTimeUtc());
    QVERIFY(assignment.ok());
    QCOMPARE(assignment->content, (Message::Content{{"Subject: x\r\n\r\n\xfc\r\n", {}, false}}));
    Store::MessageQuery query;
    QVERIFY(query.open(path, folder.path()).ok());
    QCOMPARE(query.transcript(Base::MessageId{2})->lines(), said.lines());
}

QTEST_GUILESS_MAIN(TestMigrations)
#include "tst_migrations.moc"
