// A damaged database is set aside as it is, and what can be read is put into a new one: page for page, cut,
// and unreadable.

#include "core/store/salvage.h"

#include "tests/support/books.h"
#include "tests/support/smalldisk.h"

using Base::MessageId;
using Store::Database;
using Store::SalvageReport;
using namespace Qt::StringLiterals;

namespace {

constexpr int letters = 200;
const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();

} // namespace

class TestSalvage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aSoundOneIsFoundSound();
    void aDamagedOneIsFoundDamaged();
    void everyPageInTurn();
    void aFileThatWasCut_data();
    void aFileThatWasCut();
    void whatWasUnderWayIsUnderWayStill();
    void whatAPersonHasSetHoldsOn();
    void theDamagedOneIsKeptAsItWas();
    void whatIsNotADatabaseIsSetAsideToo();
    void aFullDiskLeavesItWhereItWas();
    void anUncleanStopIsSeen();
    void aDamagedPlaceThatWasMetIsLookedAtAtTheNextStart();

private:
    QString path() const { return m_folder->filePath(u"postrider.db"_s); }
    void place(const QByteArray &octets)
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(octets);
    }
    void checkBooks(const SalvageReport &report);

    QByteArray m_sound;
    int m_pageSize = 0;
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestSalvage::initTestCase()
{
    QString made;
    Support::Books books;
    {
        QVERIFY(books.opened.ok());
        const Accounts::Account account = books.addAccount();
        for (int i = 0; i < letters; ++i) {
            Message::OutgoingMessage letter = Support::Books::letter(
                {u"ben%1@example.net"_s.arg(i), u"eve@example.net"_s}, u"number %1"_s.arg(i));
            letter.content = {
                {"Subject: number " + QByteArray::number(i) + "\r\n\r\n" + QByteArray(1500, 'x') + "\r\n",
                 {},
                 false}};
            const Base::Result<MessageId> id =
                Store::MessageStore(books.database).enqueue(letter, account, noon);
            QVERIFY(id.ok());
            if (i % 4 == 0)
                QVERIFY(Store::MessageStore(books.database).beginAttempt(*id, noon).ok());
        }
        QVERIFY(Store::SettingStore(books.database).setEverythingHeld(true).ok());
        QVERIFY(
            books.database.exec(u"INSERT INTO usage VALUES (?, 5, 300000, 7, 9)"_s, {account.id.value}).ok());
        m_pageSize = books.database.value(u"PRAGMA page_size"_s)->toInt();
        books.database.close();
    }
    QFile file(books.databasePath());
    QVERIFY(file.open(QIODevice::ReadOnly));
    m_sound = file.readAll();
    QVERIFY(m_sound.size() > 50 * m_pageSize);
}

void TestSalvage::checkBooks(const SalvageReport &report)
{
    Database database;
    const Base::Done opened = database.open(path(), Database::Mode::ReadWrite);
    QVERIFY2(opened.ok(), opened ? "" : qPrintable(opened.error().detail));
    QVERIFY(Store::checkIntegrity(database).ok());
    QVERIFY(!database.value(u"SELECT 1 FROM pragma_foreign_key_check"_s)->isValid());
    QCOMPARE(database.value(u"SELECT count(*) FROM message"_s)->toInt(), report.messages);
    // What was held back is, whatever page is gone.
    if (report.messages > 0)
        QVERIFY(*Store::SettingStore::readEverythingHeld(database));
    // What is due is whole, and is what it was.
    auto due = database.run(u"SELECT message.id, message.subject, content.pieces,"
                            " (SELECT group_concat(address, ' ') FROM recipient WHERE message = message.id)"
                            " FROM message LEFT JOIN content ON content.message = message.id"
                            " WHERE state IN ('queued', 'sending')"_s);
    QVERIFY(due.ok());
    while (due->next()) {
        const QString number = QString::number(due->value(0).toInt() - 1);
        QCOMPARE(due->value(1).toString(), u"number "_s + number);
        QVERIFY(due->value(2).toString().contains(u"number "_s + number));
        QCOMPARE(due->value(3).toString(), u"ben%1@example.net eve@example.net"_s.arg(number));
    }
}

void TestSalvage::aSoundOneIsFoundSound()
{
    place(m_sound);
    Database database;
    QVERIFY(database.open(path(), Database::Mode::ReadOnly).ok());
    QVERIFY(Store::checkIntegrity(database).ok());
}

void TestSalvage::aDamagedOneIsFoundDamaged()
{
    QByteArray damaged = m_sound;
    damaged.replace(20 * m_pageSize, m_pageSize, QByteArray(m_pageSize, '\xa5'));
    place(damaged);
    Database database;
    QVERIFY(database.open(path(), Database::Mode::ReadOnly).ok());
    const Base::Done found = Store::checkIntegrity(database);
    QVERIFY(!found.ok());
    QCOMPARE(found.error().kind, Base::ErrorKind::DatabaseDamaged);
}

void TestSalvage::everyPageInTurn()
{
    const qsizetype pages = m_sound.size() / m_pageSize;
    qint64 recovered = 0;
    for (qsizetype page = 0; page < pages; ++page) {
        QByteArray damaged = m_sound;
        damaged.replace(page * m_pageSize, m_pageSize, QByteArray(m_pageSize, '\xa5'));
        place(damaged);
        const Base::Result<SalvageReport> report = Store::salvage(path(), noon);
        QVERIFY2(report.ok(), qPrintable(u"page %1"_s.arg(page)));
        if (report->lostMessages)
            QCOMPARE(report->messages + *report->lostMessages, letters);
        checkBooks(*report);
        if (QTest::currentTestFailed())
            QFAIL(qPrintable(u"page %1"_s.arg(page)));
        recovered += report->messages - report->incomplete;
    }
    // A page holds a few messages, and few pages hold the way to many.
    QVERIFY2(recovered > pages * letters * 9 / 10,
             qPrintable(u"%1 of %2 on average"_s.arg(recovered / pages).arg(letters)));
}

void TestSalvage::aFileThatWasCut_data()
{
    QTest::addColumn<double>("part");
    for (const double part : {0.0, 0.0001, 0.1, 0.5, 0.9, 0.999})
        QTest::addRow("%g", part) << part;
}

void TestSalvage::aFileThatWasCut()
{
    QFETCH(double, part);
    place(m_sound.left(static_cast<qsizetype>(part * static_cast<double>(m_sound.size()))));
    const Base::Result<SalvageReport> report = Store::salvage(path(), noon);
    QVERIFY(report.ok());
    checkBooks(*report);
    if (part > 0.4) // the beginning of every table is there
        QVERIFY2(report->messages > letters / 4, qPrintable(QString::number(report->messages)));
}

void TestSalvage::whatWasUnderWayIsUnderWayStill()
{
    place(m_sound);
    QVERIFY(Store::salvage(path(), noon).ok());
    Database database;
    QVERIFY(database.open(path(), Database::Mode::ReadWrite).ok());
    QCOMPARE(database.value(u"SELECT count(*) FROM message WHERE state = 'sending'"_s)->toInt(), letters / 4);
    QCOMPARE(Store::Decisions(database).recover(noon)->size(), letters / 4);
}

void TestSalvage::whatAPersonHasSetHoldsOn()
{
    place(m_sound);
    QVERIFY(Store::salvage(path(), noon).ok());
    Database database;
    QVERIFY(database.open(path(), Database::Mode::ReadWrite).ok());
    QVERIFY(*Store::SettingStore::readEverythingHeld(database));
    QCOMPARE(Store::SettingStore::readSchedule(database)->jitterPercent, 0); // as the books were made
    QCOMPARE(database.value(u"SELECT messages FROM usage"_s)->toInt(), 7);
}

void TestSalvage::theDamagedOneIsKeptAsItWas()
{
    QByteArray damaged = m_sound;
    damaged.replace(9 * m_pageSize, m_pageSize, QByteArray(m_pageSize, '\0'));
    place(damaged);
    const Base::Result<SalvageReport> first = Store::salvage(path(), noon);
    QVERIFY(first.ok());
    QFile aside(first->aside);
    QVERIFY(aside.open(QIODevice::ReadOnly));
    QCOMPARE(aside.readAll(), damaged);
    // Within the same second once more: the first one is not written over.
    const Base::Result<SalvageReport> second = Store::salvage(path(), noon);
    QVERIFY(second.ok());
    QVERIFY(second->aside != first->aside);
    QVERIFY(QFile::exists(first->aside));
}

void TestSalvage::whatIsNotADatabaseIsSetAsideToo()
{
    place("This is not a database, it is a shopping list.\n");
    Database database;
    QCOMPARE(database.open(path(), Database::Mode::ReadWrite).error().kind, Base::ErrorKind::DatabaseDamaged);
    database.close();
    const Base::Result<SalvageReport> report = Store::salvage(path(), noon);
    QVERIFY(report.ok());
    QCOMPARE(report->messages, 0);
    QVERIFY(!report->lostMessages);
    checkBooks(*report);
}

void TestSalvage::aFullDiskLeavesItWhereItWas()
{
    Support::SmallDisk disk(static_cast<int>(m_sound.size() / 1024) + 120);
    if (!disk.isThere())
        QSKIP("a small disk cannot be mounted here");
    QByteArray damaged = m_sound;
    damaged.replace(20 * m_pageSize, m_pageSize, QByteArray(m_pageSize, '\xa5'));
    const QString there = disk.path() + u"/postrider.db"_s;
    QFile file(there);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(damaged), damaged.size());
    file.close();
    const Base::Result<SalvageReport> report = Store::salvage(there, noon);
    QVERIFY2(!report.ok(),
             qPrintable(u"%1 octets before, %2 now"_s.arg(damaged.size()).arg(QFileInfo(there).size())));
    QCOMPARE(report.error().kind, Base::ErrorKind::DiskFull);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), damaged);
    QVERIFY(QDir(disk.path()).entryList({u"*.damaged-*"_s}, QDir::Files).isEmpty());
}

void TestSalvage::anUncleanStopIsSeen()
{
    Support::Books books;
    QVERIFY(Store::isSuspicious(books.databasePath())); // it is open
    books.database.close();
    QVERIFY(!Store::isSuspicious(books.databasePath()));
}

void TestSalvage::aDamagedPlaceThatWasMetIsLookedAtAtTheNextStart()
{
    QByteArray damaged = m_sound;
    damaged.replace(20 * m_pageSize, 10 * m_pageSize, QByteArray(10 * m_pageSize, '\xa5'));
    place(damaged);
    QVERIFY(!Store::isSuspicious(path())); // nobody has seen it
    {
        Database database;
        QVERIFY(database.open(path(), Database::Mode::ReadOnly).ok());
        bool met = false;
        for (const QString &table : {u"message"_s, u"content"_s, u"recipient"_s, u"attempt"_s})
            met = !database.value(u"SELECT count(*) FROM %1 NOT INDEXED"_s.arg(table)).ok() || met;
        QVERIFY(met);
    }
    QVERIFY(Store::isSuspicious(path()));
    Store::clearSuspicion(path());
    QVERIFY(!Store::isSuspicious(path()));
}

QTEST_GUILESS_MAIN(TestSalvage)
#include "tst_salvage.moc"
