#include "core/base/paths.h"

#include "tests/support/smalldisk.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using Base::ErrorKind;
using Base::Paths;
using namespace Qt::StringLiterals;

namespace {

QStringList all(const Paths &paths)
{
    return {paths.home(),     paths.database(), paths.spool(),    paths.vault(),
            paths.practice(), paths.logs(),     paths.settings(), paths.dispatcherLock()};
}

} // namespace

class TestPaths : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void oneHomeHoldsEverything();
    void noTwoThingsShareAPlace();
    void arelativeHomeIsMadeAbsolute();
    void withoutAHomeTheStandardFoldersDo();
    void aRelativeStateFolderIsIgnored();
    void preparingMakesThemForTheOwnerAlone();
    void preparingTwiceIsPreparingOnce();
    void whatStandsInTheWayIsNamed_data();
    void whatStandsInTheWayIsNamed();
    void aReadOnlyHomeIsNoticedBeforehand();
    void theSocketIsShortAndTheHomesOwn();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestPaths::oneHomeHoldsEverything()
{
    const Paths paths = Paths::inHome(m_folder->filePath(u"home"_s));
    for (const QString &path : all(paths))
        QVERIFY2(path == paths.home() || path.startsWith(paths.home() + u'/'), qPrintable(path));
    QVERIFY(!QFile::exists(paths.home())); // asking makes nothing
}

void TestPaths::noTwoThingsShareAPlace()
{
    for (const Paths &paths : {Paths::inHome(m_folder->path()), Paths::standard()}) {
        const QStringList places = all(paths);
        QCOMPARE(QSet<QString>(places.begin(), places.end()).size(), places.size());
    }
}

void TestPaths::arelativeHomeIsMadeAbsolute()
{
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(m_folder->path()));
    const Paths relative = Paths::inHome(u"a/../b//c/"_s);
    const Paths absolute = Paths::inHome(QDir::currentPath() + u"/b/c"_s);
    QVERIFY(QDir::setCurrent(before));
    QCOMPARE(relative.home(), absolute.home());
    QCOMPARE(relative.socketName(), absolute.socketName());
}

void TestPaths::withoutAHomeTheStandardFoldersDo()
{
    qputenv("XDG_DATA_HOME", QFile::encodeName(m_folder->filePath(u"data"_s)));
    qputenv("XDG_CONFIG_HOME", QFile::encodeName(m_folder->filePath(u"config"_s)));
    qputenv("XDG_STATE_HOME", QFile::encodeName(m_folder->filePath(u"state"_s)));
    const Paths paths = Paths::standard();
#ifdef Q_OS_LINUX
    QCOMPARE(paths.home(), m_folder->filePath(u"data/postrider"_s));
    QVERIFY(paths.database().startsWith(m_folder->filePath(u"data/postrider/"_s)));
    QVERIFY(paths.settings().startsWith(m_folder->filePath(u"config/postrider/"_s)));
    QVERIFY(paths.logs().startsWith(m_folder->filePath(u"state/postrider/"_s)));
#endif
    QVERIFY(paths.prepare().ok());
    QVERIFY(QDir(paths.spool()).exists());
    QVERIFY(QDir(paths.logs()).exists());
    for (const char *name : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"})
        qunsetenv(name);
}

void TestPaths::aRelativeStateFolderIsIgnored()
{
    qputenv("XDG_STATE_HOME", "relative/state"); // the specification says: to be ignored
    const Paths paths = Paths::standard();
    qunsetenv("XDG_STATE_HOME");
    QVERIFY(QDir::isAbsolutePath(paths.logs()));
    QVERIFY(!paths.logs().contains(u"relative"_s));
}

void TestPaths::preparingMakesThemForTheOwnerAlone()
{
    const Paths paths = Paths::inHome(m_folder->filePath(u"deep/er/home"_s));
    QVERIFY(paths.prepare().ok());
    for (const QString &folder : {paths.home(), paths.spool(), paths.logs()}) {
        QVERIFY2(QDir(folder).exists(), qPrintable(folder));
        const QFile::Permissions others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup |
                                          QFile::ReadOther | QFile::WriteOther | QFile::ExeOther;
        QVERIFY2((QFile::permissions(folder) & others) == 0, qPrintable(folder));
    }
    QVERIFY(QDir(paths.home()).entryList(QDir::Files | QDir::Hidden).isEmpty()); // no probe is left
}

void TestPaths::preparingTwiceIsPreparingOnce()
{
    const Paths paths = Paths::inHome(m_folder->filePath(u"home"_s));
    QVERIFY(paths.prepare().ok());
    QFile file(paths.spool() + u"/kept"_s);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(paths.prepare().ok());
    QVERIFY(file.exists());
}

void TestPaths::whatStandsInTheWayIsNamed_data()
{
    QTest::addColumn<QString>("file");
    QTest::newRow("the home") << u"home"_s;
    QTest::newRow("above the home") << u"."_s;
    QTest::newRow("the spool") << u"home/spool"_s;
    QTest::newRow("the log") << u"home/log"_s;
}

void TestPaths::whatStandsInTheWayIsNamed()
{
    QFETCH(QString, file);
    QString home = m_folder->filePath(u"home"_s);
    QString inTheWay = m_folder->filePath(file);
    if (file == u"."_s) {
        inTheWay = m_folder->filePath(u"plain"_s);
        home = inTheWay + u"/home"_s;
    } else if (file.contains(u'/')) {
        QVERIFY(QDir().mkpath(home));
    }
    QFile plain(inTheWay);
    QVERIFY(plain.open(QIODevice::WriteOnly));
    plain.write("precious");
    plain.close();
    const Base::Done done = Paths::inHome(home).prepare();
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::HomeUnwritable);
    QVERIFY2(done.error().subject.startsWith(inTheWay), qPrintable(done.error().subject));
    QVERIFY(!done.error().detail.isEmpty());
    QCOMPARE(plain.size(), 8); // and not a hair of it is bent
}

void TestPaths::aReadOnlyHomeIsNoticedBeforehand()
{
    Support::SmallDisk disk(256);
    if (!disk.isThere())
        QSKIP("this user may not mount a file system");
    const Paths paths = Paths::inHome(disk.path() + u"/home"_s);
    QVERIFY(paths.prepare().ok());
    QVERIFY(disk.makeReadOnly());
    const Base::Done done = paths.prepare();
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::HomeUnwritable);
    QCOMPARE(done.error().subject, paths.home());
    QVERIFY(!Paths::inHome(disk.path() + u"/other"_s).prepare().ok());
}

void TestPaths::theSocketIsShortAndTheHomesOwn()
{
    // A path of a local socket may have about a hundred octets, however deep the home lies.
    const QString deep = m_folder->filePath(QString(200, u'x') + u'/' + QString(200, u'y'));
    const Paths paths = Paths::inHome(deep);
    QVERIFY(paths.socketName().size() < 60);
    QVERIFY(paths.socketName() != Paths::inHome(deep + u'z').socketName());
    QVERIFY(!paths.socketName().contains(u'/'));
    // The same home by another name is the same home.
    const Paths real = Paths::inHome(m_folder->filePath(u"real"_s));
    QVERIFY(real.prepare().ok());
    QVERIFY(QFile::link(real.home(), m_folder->filePath(u"link"_s)));
    QCOMPARE(Paths::inHome(m_folder->filePath(u"link"_s)).socketName(), real.socketName());
}

QTEST_GUILESS_MAIN(TestPaths)
#include "tst_paths.moc"
