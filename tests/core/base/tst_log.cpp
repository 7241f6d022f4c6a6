#include "core/base/log.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

class TestLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsSaidIsWritten();
    void oneLineStaysOneLine();
    void theLogIsBounded();
    void aFolderThatIsNotThereIsNoTrouble();

private:
    static QByteArray written(const QString &folder)
    {
        QByteArray all;
        for (const QString &name : QDir(folder).entryList(QDir::Files)) {
            QFile file(QDir(folder).filePath(name));
            if (file.open(QIODevice::ReadOnly))
                all += file.readAll();
        }
        return all;
    }
};

void TestLog::whatIsSaidIsWritten()
{
    const QTemporaryDir folder;
    Base::Log::start(folder.path());
    Base::Log::info(u"Message 1: queued -> sending"_s);
    Base::Log::warning(u"Grüße 😀 {} %s %n {0}"_s); // nothing is a pattern
    Base::Log::error(u"broken"_s);
    qWarning("from Qt");
    Base::Log::stop();
    const QByteArray log = written(folder.path());
    QVERIFY(log.contains("Message 1: queued -> sending"));
    QVERIFY(log.contains(QStringLiteral("Grüße 😀 {} %s %n {0}").toUtf8()));
    QVERIFY(log.contains("broken"));
    QVERIFY(log.contains("from Qt"));
    QCOMPARE(log.count('\n'), 4);
}

void TestLog::oneLineStaysOneLine()
{
    const QTemporaryDir folder;
    Base::Log::start(folder.path());
    Base::Log::info(u"said: 550 no\r\n2026-01-01 I forged\u001b[2J\u007f"_s + QChar(0) + u"end"_s);
    Base::Log::stop();
    const QByteArray log = written(folder.path());
    QCOMPARE(log.count('\n'), 1);
    for (const char c : log.chopped(1))
        QVERIFY(static_cast<uchar>(c) >= 0x20 && c != 0x7f);
    QVERIFY(log.contains("end"));
}

void TestLog::theLogIsBounded()
{
    const QTemporaryDir folder;
    Base::Log::start(folder.path());
    const QString line(100'000, u'x');
    for (int i = 0; i < 400; ++i) // 40 MB
        Base::Log::info(line);
    Base::Log::stop();
    QVERIFY(written(folder.path()).size() < 26 << 20);
    QVERIFY(QDir(folder.path()).entryList(QDir::Files).size() <= 6);
}

void TestLog::aFolderThatIsNotThereIsNoTrouble()
{
    Base::Log::start(u"/proc/no/such/folder"_s);
    Base::Log::info(u"nobody hears it"_s);
    Base::Log::stop();
    Base::Log::stop();
}

QTEST_GUILESS_MAIN(TestLog)
#include "tst_log.moc"
