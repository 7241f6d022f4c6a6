#include "core/store/spool.h"

#include "tests/support/smalldisk.h"

#include <QBuffer>
#include <QCryptographicHash>
#include <QDateTime>
#include <QDirIterator>
#include <QFile>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>
#include <QThreadPool>

#include <cstring>
#include <functional>

using Base::ErrorKind;
using Message::SpoolRef;
using Store::Spool;
using namespace Qt::StringLiterals;

namespace {

Base::Result<SpoolRef> put(Spool &spool, const QByteArray &octets)
{
    QBuffer source;
    source.setData(octets);
    source.open(QIODevice::ReadOnly);
    return spool.put(source);
}

QByteArray get(const Spool &spool, const SpoolRef &ref)
{
    const auto file = spool.open(ref);
    return file ? (*file)->readAll() : QByteArray("error: ") + Base::name(file.error().kind).toLatin1();
}

/// A device that ends in the middle without saying why, as QFile does when its disk goes away.
class BrokenFile : public QFile
{
public:
    using QFile::QFile;

protected:
    qint64 readData(char *data, qint64 maximum) override
    {
        if (m_read)
            return QFile::readData(data, -1);
        m_read = true;
        return QFile::readData(data, qMin<qint64>(maximum, 100));
    }

private:
    bool m_read = false;
};

/// A file of somebody's, and how often its octets were read.
class CountedFile : public QFile
{
public:
    using QFile::QFile;
    int reads = 0;

protected:
    qint64 readData(char *data, qint64 maximum) override
    {
        ++reads;
        return QFile::readData(data, maximum);
    }
};

struct Taken
{
    SpoolRef ref;
    bool wasRead = false;
};

Taken take(Spool &spool, const QString &path)
{
    CountedFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return {};
    const Base::Result<SpoolRef> ref = spool.put(file);
    return {ref ? *ref : SpoolRef(), file.reads > 0};
}

bool write(const QString &path, const QByteArray &octets)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(octets) == octets.size();
}

/// Until it is read once and known from then on: its last change has to be past.
bool becomesKnown(Spool &spool, const QString &path)
{
    return QTest::qWaitFor([&spool, &path] { return !take(spool, path).wasRead; }, 30'000);
}

} // namespace

class TestSpool : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void whatIsPutComesBack_data();
    void whatIsPutComesBack();
    void theSameContentIsKeptOnce();
    void aFileIsNamedByItsHashAndReadableByItsOwnerAlone();
    void nothingHalfIsLeftBehind();
    void aFileThatWasThereIsNeverChanged();
    void aSpoiledFileUnderTheNameIsReplaced();
    void missingAndChangedFilesAreToldApart();
    void collectTakesOnlyWhatNobodyNeedsAndIsOld();
    void whatIsUsedAgainIsYoungAgain();
    void collectLeavesForeignFilesAlone();
    void aFileThatWasPutIsKnownAgainUnread();
    void aFileThatChangedInBetweenIsReadAnew_data();
    void aFileThatChangedInBetweenIsReadAnew();
    void whatTheSpoolLostIsReadAnew();
    void aFreshFileIsNotTrusted();
    void manyThreadsMayPutTheSame();
    void aFullDiskIsToldAndNothingIsLeftBehind();
    void aFolderThatIsGoneIsAnError();

private:
    QStringList files() const
    {
        QStringList names;
        QDirIterator iterator(m_folder->path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (iterator.hasNext())
            names.append(QDir(m_folder->path()).relativeFilePath(iterator.next()));
        return names;
    }
    void age(const QString &relative, qint64 seconds) const
    {
        QFile file(m_folder->filePath(relative));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.setFileTime(QDateTime::currentDateTimeUtc().addSecs(-seconds),
                                 QFileDevice::FileModificationTime));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestSpool::whatIsPutComesBack_data()
{
    QTest::addColumn<QByteArray>("octets");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a word") << QByteArray("word");
    QTest::newRow("zeros") << QByteArray(1000, '\0');
    QTest::newRow("just a chunk") << QByteArray(256 << 10, 'x');
    QTest::newRow("some chunks") << QByteArray((1 << 20) + 7, 'y');
}

void TestSpool::whatIsPutComesBack()
{
    QFETCH(QByteArray, octets);
    Spool spool(m_folder->path());
    const Base::Result<SpoolRef> ref = put(spool, octets);
    QVERIFY(ref.ok());
    QCOMPARE(ref->size, octets.size());
    QCOMPARE(ref->sha256, QCryptographicHash::hash(octets, QCryptographicHash::Sha256).toHex());
    QVERIFY(get(spool, *ref) == octets);
    QVERIFY(get(Spool(m_folder->path()), *ref) == octets); // another run
}

void TestSpool::theSameContentIsKeptOnce()
{
    Spool spool(m_folder->path());
    const Base::Result<SpoolRef> first = put(spool, "the same");
    for (int i = 0; i < 20; ++i)
        QCOMPARE(*put(spool, "the same"), *first);
    QCOMPARE(files().size(), 1);
    QVERIFY(put(spool, "another").ok());
    QCOMPARE(files().size(), 2);
}

void TestSpool::aFileIsNamedByItsHashAndReadableByItsOwnerAlone()
{
    Spool spool(m_folder->path());
    const Base::Result<SpoolRef> ref = put(spool, "secret");
    const QString name = QString::fromLatin1(ref->sha256);
    QCOMPARE(files(), QStringList{name.left(2) + u'/' + name});
    const QFile::Permissions others =
        QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
    QVERIFY((QFile::permissions(m_folder->filePath(files().first())) & others) == 0);
}

void TestSpool::nothingHalfIsLeftBehind()
{
    // While it is written it has another name: whoever is killed in the middle leaves no file that looks
    // whole.
    class Watched : public QBuffer
    {
    public:
        std::function<void()> whileReading;

    protected:
        qint64 readData(char *data, qint64 maximum) override
        {
            whileReading();
            return QBuffer::readData(data, maximum);
        }
    } source;
    source.setData(QByteArray(600 << 10, 'x'));
    int looks = 0;
    source.whileReading = [&] {
        ++looks;
        for (const QString &file : files())
            QVERIFY2(file.startsWith(u"incoming-"_s), qPrintable(file));
    };
    QVERIFY(source.open(QIODevice::ReadOnly | QIODevice::Unbuffered));
    Spool spool(m_folder->path());
    QVERIFY(spool.put(source).ok());
    QVERIFY(looks >= 3);
    QCOMPARE(files().size(), 1);
    QVERIFY(!files().first().contains(u"incoming"_s));

    // A source that breaks off is refused and leaves nothing.
    QFile whole(m_folder->filePath(u"source"_s));
    QVERIFY(whole.open(QIODevice::WriteOnly));
    whole.write(QByteArray(1000, 'z'));
    whole.close();
    BrokenFile broken(whole.fileName());
    QVERIFY(broken.open(QIODevice::ReadOnly | QIODevice::Unbuffered));
    const Base::Result<SpoolRef> ref = spool.put(broken);
    QVERIFY(!ref.ok());
    QCOMPARE(ref.error().kind, ErrorKind::FileUnreadable);
    whole.remove();
    QCOMPARE(files().size(), 1);
}

void TestSpool::aFileThatWasThereIsNeverChanged()
{
    Spool spool(m_folder->path());
    const Base::Result<SpoolRef> ref = put(spool, "the same");
    const auto open = spool.open(*ref);
    QVERIFY(open.ok());
    QVERIFY(put(spool, "the same").ok());
    QVERIFY(put(spool, "another").ok());
    QCOMPARE((*open)->readAll(), QByteArray("the same"));
    QVERIFY(!(*open)->isWritable());
}

void TestSpool::aSpoiledFileUnderTheNameIsReplaced()
{
    Spool spool(m_folder->path());
    const Base::Result<SpoolRef> ref = put(spool, "the content");
    QFile file(m_folder->filePath(files().first()));
    QVERIFY(file.resize(3)); // after a power cut on a careless disk
    QCOMPARE(get(spool, *ref), QByteArray("error: file-changed"));
    QVERIFY(put(spool, "the content").ok());
    QCOMPARE(get(spool, *ref), QByteArray("the content"));
}

void TestSpool::missingAndChangedFilesAreToldApart()
{
    Spool spool(m_folder->path());
    const Base::Result<SpoolRef> ref = put(spool, "the content");
    QFile file(m_folder->filePath(files().first()));
    QVERIFY(file.open(QIODevice::Append));
    file.write("x");
    file.close();
    auto opened = spool.open(*ref);
    QVERIFY(!opened.ok());
    QCOMPARE(opened.error().kind, ErrorKind::FileChanged);
    QVERIFY(!opened.error().subject.isEmpty());
    QVERIFY(file.remove());
    opened = spool.open(*ref);
    QVERIFY(!opened.ok());
    QCOMPARE(opened.error().kind, ErrorKind::FileMissing);
}

void TestSpool::collectTakesOnlyWhatNobodyNeedsAndIsOld()
{
    Spool spool(m_folder->path());
    const SpoolRef needed = *put(spool, "needed and old");
    for (const QString &file : files())
        age(file, 5000);
    const SpoolRef old = *put(spool, "old");
    for (const QString &file : files()) {
        if (file.contains(QString::fromLatin1(old.sha256)))
            age(file, 5000);
    }
    const SpoolRef young = *put(spool, "young");
    QCOMPARE(spool.collect({needed.sha256}, 10000), 0);
    QCOMPARE(spool.collect({needed.sha256}, 3600), 1);
    QCOMPARE(get(spool, needed), QByteArray("needed and old"));
    QCOMPARE(get(spool, young), QByteArray("young"));
    QCOMPARE(get(spool, old), QByteArray("error: file-missing"));
}

void TestSpool::whatIsUsedAgainIsYoungAgain()
{
    Spool spool(m_folder->path());
    const SpoolRef ref = *put(spool, "again");
    age(files().first(), 100000);
    QVERIFY(put(spool, "again").ok()); // its row is not written yet
    QCOMPARE(spool.collect({}, 3600), 0);
    QCOMPARE(get(spool, ref), QByteArray("again"));
}

void TestSpool::collectLeavesForeignFilesAlone()
{
    for (const QString &name : {u"notes.txt"_s, u"incoming-abc"_s}) {
        QFile file(m_folder->filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        age(name, 100000);
    }
    Spool spool(m_folder->path());
    QCOMPARE(spool.collect({}, 3600), 1); // what a killed program was writing
    QCOMPARE(files(), QStringList{u"notes.txt"_s});
}

void TestSpool::aFileThatWasPutIsKnownAgainUnread()
{
    Spool spool(m_folder->path());
    const QString path = m_folder->filePath(u"letter.pdf"_s);
    const QByteArray octets(300'000, 'p');
    QVERIFY(write(path, octets));
    QVERIFY(becomesKnown(spool, path));
    const Taken again = take(spool, path);
    QVERIFY(!again.wasRead);
    QCOMPARE(get(spool, again.ref), octets);
    Spool copy(spool); // a search through the spool takes one along
    QVERIFY(!take(copy, path).wasRead);
    Spool other(m_folder->path());
    QVERIFY(take(other, path).wasRead);
}

void TestSpool::aFileThatChangedInBetweenIsReadAnew_data()
{
    using Change = std::function<bool(const QString &)>;
    QTest::addColumn<Change>("change");
    const QByteArray other(300'000, 'o');
    QTest::newRow("written over") << Change([other](const QString &path) { return write(path, other); });
    QTest::newRow("written over, its old time put back") << Change([other](const QString &path) {
        const QDateTime before = QFileInfo(path).lastModified();
        QFile file(path);
        return write(path, other) && file.open(QIODevice::ReadWrite) &&
               file.setFileTime(before, QFileDevice::FileModificationTime);
    });
    QTest::newRow("one octet") << Change([](const QString &path) {
        QFile file(path);
        return file.open(QIODevice::ReadWrite) && file.seek(150'000) && file.write("x") == 1;
    });
    QTest::newRow("replaced by another file, which takes its time") << Change([other](const QString &path) {
        const QDateTime before = QFileInfo(path).lastModified();
        QFile file(path + u".new"_s);
        return write(file.fileName(), other) && file.open(QIODevice::ReadWrite) &&
               file.setFileTime(before, QFileDevice::FileModificationTime) && QFile::remove(path) &&
               file.rename(path);
    });
}

void TestSpool::aFileThatChangedInBetweenIsReadAnew()
{
    QFETCH(const std::function<bool(const QString &)>, change);
    Spool spool(m_folder->path());
    const QString path = m_folder->filePath(u"letter.pdf"_s);
    QVERIFY(write(path, QByteArray(300'000, 'p')));
    QVERIFY(becomesKnown(spool, path));
    const SpoolRef before = take(spool, path).ref;
    QVERIFY(change(path));
    const Taken after = take(spool, path);
    QVERIFY(after.wasRead);
    QVERIFY(after.ref != before);
    QFile now(path);
    QVERIFY(now.open(QIODevice::ReadOnly));
    QCOMPARE(get(spool, after.ref), now.readAll());
}

void TestSpool::whatTheSpoolLostIsReadAnew()
{
    Spool spool(m_folder->path());
    const QString path = m_folder->filePath(u"letter.pdf"_s);
    const QByteArray octets(300'000, 'p');
    QVERIFY(write(path, octets));
    QVERIFY(becomesKnown(spool, path));
    const QDateTime future = QDateTime::currentDateTimeUtc().addDays(1);
    QCOMPARE(spool.collect({}, QDateTime::currentDateTimeUtc().secsTo(future) * -1), 1);
    const Taken again = take(spool, path);
    QVERIFY(again.wasRead);
    QCOMPARE(get(spool, again.ref), octets);
}

/// The next change could bear the time of the last.
void TestSpool::aFreshFileIsNotTrusted()
{
    Spool spool(m_folder->path());
    const QString path = m_folder->filePath(u"letter.pdf"_s);
    QVERIFY(write(path, "first"));
    const QDateTime ahead = QDateTime::currentDateTimeUtc().addDays(1);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.setFileTime(ahead, QFileDevice::FileModificationTime));
    file.close();
    QVERIFY(take(spool, path).wasRead);
    QVERIFY(take(spool, path).wasRead);
}

void TestSpool::manyThreadsMayPutTheSame()
{
    Spool spool(m_folder->path());
    QThreadPool pool;
    pool.setMaxThreadCount(8);
    std::atomic<int> good = 0;
    for (int i = 0; i < 64; ++i) {
        pool.start([&spool, &good, i] {
            const QByteArray octets = QByteArray(300000, 'x') + QByteArray::number(i % 4);
            const Base::Result<SpoolRef> ref = put(spool, octets);
            if (ref && get(spool, *ref) == octets)
                ++good;
        });
    }
    pool.waitForDone();
    QCOMPARE(good.load(), 64);
    QCOMPARE(files().size(), 4);
}

void TestSpool::aFullDiskIsToldAndNothingIsLeftBehind()
{
    Support::SmallDisk disk(256);
    if (!disk.isThere())
        QSKIP("this user may not mount a file system");
    Spool spool(disk.path());
    const Base::Result<SpoolRef> small = put(spool, "small");
    QVERIFY(small.ok());
    const Base::Result<SpoolRef> large = put(spool, QByteArray(1 << 20, 'x'));
    QVERIFY(!large.ok());
    QCOMPARE(large.error().kind, ErrorKind::DiskFull);
    QCOMPARE(get(spool, *small), QByteArray("small"));
    QVERIFY(QDir(disk.path()).entryList({u"incoming-*"_s}).isEmpty());
    QVERIFY(put(spool, QByteArray(1000, 'y')).ok()); // the room is free again
}

void TestSpool::aFolderThatIsGoneIsAnError()
{
    Spool spool(m_folder->filePath(u"gone"_s));
    const Base::Result<SpoolRef> ref = put(spool, "x");
    QVERIFY(!ref.ok());
    QCOMPARE(ref.error().kind, ErrorKind::FileUnwritable);
}

QTEST_GUILESS_MAIN(TestSpool)
#include "tst_spool.moc"
