// Preferences keep their types, survive a restart, and take no nonsense from a file edited by hand.

#include "ui/settings/preferences.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace Ui;

class TestPreferences : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keysAreUnique();
    void valuesSurvive();
    void nonsenseBecomesTheDefault();
};

void TestPreferences::keysAreUnique()
{
    QSet<QString> keys;
    for (const Preference preference : Preferences::all())
        keys.insert(Preferences::key(preference));
    QCOMPARE(keys.size(), Preferences::all().size());
}

void TestPreferences::valuesSurvive()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("settings.ini"));
    {
        Preferences preferences(file);
        QCOMPARE(preferences.flag(Preference::ExplainTranscript), true);
        QSignalSpy changed(&preferences, &Preferences::changed);
        preferences.set(Preference::ExplainTranscript, false);
        preferences.set(Preference::ExplainTranscript, false);
        QCOMPARE(changed.size(), 1);
        preferences.set(Preference::WindowGeometry, QByteArray("\0\1\2", 3));
        preferences.set(Preference::PracticeScenario, QStringLiteral("greylist"));
    }
    Preferences again(file);
    QCOMPARE(again.flag(Preference::ExplainTranscript), false);
    QCOMPARE(again.bytes(Preference::WindowGeometry), QByteArray("\0\1\2", 3));
    QCOMPARE(again.text(Preference::PracticeScenario), QStringLiteral("greylist"));
    again.reset(Preference::ExplainTranscript);
    QCOMPARE(again.flag(Preference::ExplainTranscript), true);
}

void TestPreferences::nonsenseBecomesTheDefault()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("settings.ini")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[composer]\nautosaveSeconds=-7\n[practice]\nport=99999999\n[transcript]\nexplain=perhaps\n");
    file.close();
    const Preferences preferences(file.fileName());
    QCOMPARE(preferences.number(Preference::AutosaveSeconds), 3);
    QCOMPARE(preferences.number(Preference::PracticePort), 0);
    QCOMPARE(preferences.flag(Preference::ExplainTranscript), true);
}

QTEST_GUILESS_MAIN(TestPreferences)
#include "tst_preferences.moc"
