// The home's schedule: written by one program, gone by in all.

#include "core/store/settingstore.h"

#include "tests/support/books.h"

using Delivery::RetrySchedule;
using Store::SettingStore;
using namespace Qt::StringLiterals;

class TestSettingStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void aNewHomeHasTheUsualOne();
    void itIsSeenByAll();
    void whatCannotWorkIsNotWritten();
    void theRetentionIsKeptBesideIt();
    void aRetentionThatCannotBeReadKeepsAll();
    void whatIsDamagedDoesNotStopMail_data();
    void whatIsDamagedDoesNotStopMail();

private:
    std::unique_ptr<Support::Books> m_books;
};

void TestSettingStore::init()
{
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    QVERIFY(m_books->database.exec(u"DELETE FROM setting"_s).ok()); // as a new home
}

void TestSettingStore::aNewHomeHasTheUsualOne()
{
    QCOMPARE(*SettingStore(m_books->database).schedule(), RetrySchedule());
}

void TestSettingStore::itIsSeenByAll()
{
    RetrySchedule patient;
    patient.delays = {30'000};
    patient.giveUpAfter = 10 * RetrySchedule::day;
    patient.undoDelay = 0;
    SettingStore store(m_books->database);
    QVERIFY(store.setSchedule(RetrySchedule()).ok());
    QVERIFY(store.setSchedule(patient).ok());
    QCOMPARE(*store.schedule(), patient);
    Store::MessageQuery query;
    QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
    QCOMPARE(*query.schedule(), patient);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM setting"_s), 1);
}

void TestSettingStore::whatCannotWorkIsNotWritten()
{
    SettingStore store(m_books->database);
    RetrySchedule schedule;
    schedule.jitterPercent = 20;
    QVERIFY(store.setSchedule(schedule).ok());
    RetrySchedule bad;
    bad.undoDelay = 121'000;
    const Base::Done done = store.setSchedule(bad);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, Base::ErrorKind::BadSetting);
    QCOMPARE(done.error().subject, u"undoDelay"_s);
    QCOMPARE(*store.schedule(), schedule);
}

void TestSettingStore::theRetentionIsKeptBesideIt()
{
    SettingStore store(m_books->database);
    QVERIFY(store.retention()->keepsAll());
    QVERIFY(store.setRetention({30, 500}).ok());
    QVERIFY(store.setSchedule(RetrySchedule()).ok());
    Store::MessageQuery query;
    QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
    QCOMPARE(*query.retention(), Delivery::Retention(30, 500));
    const Base::Done refused = store.setRetention({-1, 0});
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().kind, Base::ErrorKind::BadSetting);
    QCOMPARE(*store.retention(), Delivery::Retention(30, 500));
}

void TestSettingStore::aRetentionThatCannotBeReadKeepsAll()
{
    for (const QString &written : {u""_s, u"{\"days\": "_s, u"{\"days\": -5}"_s, u"{\"days\": \"1\"}"_s}) {
        QVERIFY(m_books->database
                    .exec(u"INSERT OR REPLACE INTO setting (key, value) VALUES ('retention', ?)"_s, {written})
                    .ok());
        QVERIFY(SettingStore(m_books->database).retention()->keepsAll());
    }
}

void TestSettingStore::whatIsDamagedDoesNotStopMail_data()
{
    QTest::addColumn<QString>("written");
    QTest::newRow("empty") << QString(u""_s);
    QTest::newRow("no JSON") << u"{\"repeat\": "_s;
    QTest::newRow("another kind of JSON") << u"[1, 2]"_s;
    QTest::newRow("out of range") << u"{\"repeat\": 1}"_s;
    QTest::newRow("texts for numbers") << u"{\"giveUpAfter\": \"5 days\"}"_s;
}

void TestSettingStore::whatIsDamagedDoesNotStopMail()
{
    QFETCH(QString, written);
    QVERIFY(
        m_books->database.exec(u"INSERT INTO setting (key, value) VALUES ('schedule', ?)"_s, {written}).ok());
    SettingStore store(m_books->database);
    const Base::Result<RetrySchedule> read = store.schedule();
    QVERIFY(read.ok());
    QCOMPARE(*read, RetrySchedule());
}

QTEST_GUILESS_MAIN(TestSettingStore)
#include "tst_settingstore.moc"
