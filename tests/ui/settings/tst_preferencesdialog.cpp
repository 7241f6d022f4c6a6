// Patience in the window: what is read there is what is typed, what cannot work is refused beside its field,
// and what is saved holds for the home.

#include "tests/ui/support/world.h"
#include "ui/common/messagebar.h"
#include "ui/settings/preferencesdialog.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>

using namespace Ui;
using Delivery::RetrySchedule;
using namespace Qt::StringLiterals;

class TestPreferencesDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void whatIsThereIsShown();
    void whatIsSavedHolds();
    void whatCannotWorkIsRefusedBesideItsField_data();
    void whatCannotWorkIsRefusedBesideItsField();
    void thePreviewFollows();
    void defaultsComeBack();
    void neverIsZero();
    void lettersAreUnique();
    void theKeyboardGetsEverywhere();

private:
    void open();
    template <class T>
    T *part(const char *name) const
    {
        return m_dialog->findChild<T *>(QLatin1String(name));
    }
    QLabel *problem(const char *field) const
    {
        return m_dialog->findChild<QLabel *>(QLatin1String(field) + u"Problem"_s);
    }
    RetrySchedule stored() const { return m_world->query.schedule().value(); }

    std::unique_ptr<World> m_world;
    QPointer<PreferencesDialog> m_dialog;
};

void TestPreferencesDialog::init()
{
    m_world = std::make_unique<World>();
    m_world->undoDelay = RetrySchedule().undoDelay;
    QVERIFY(m_world->open());
    open();
}

void TestPreferencesDialog::cleanup()
{
    delete m_dialog;
    m_world.reset();
}

void TestPreferencesDialog::open()
{
    delete m_dialog;
    m_dialog = new PreferencesDialog(m_world->mailroom, m_world->query, m_world->clock, m_world->prompts);
    m_dialog->show();
    QVERIFY(QTest::qWaitForWindowActive(m_dialog));
}

void TestPreferencesDialog::whatIsThereIsShown()
{
    QCOMPARE(part<QLineEdit>("delays")->text(), u"1, 2, 5, 10, 15, 30 minutes"_s);
    QCOMPARE(part<QSpinBox>("repeat")->value(), 1);
    QCOMPARE(part<QComboBox>("repeatUnit")->currentText(), u"hours"_s);
    QCOMPARE(part<QSpinBox>("warnAfter")->value(), 4);
    QCOMPARE(part<QSpinBox>("giveUpAfter")->value(), 5);
    QCOMPARE(part<QComboBox>("giveUpAfterUnit")->currentText(), u"days"_s);
    QCOMPARE(part<QSpinBox>("undoDelay")->value(), 10);
    part<QPushButton>("savePreferences")->click();
    QTRY_VERIFY(!m_dialog);
    QVERIFY(stored() == RetrySchedule()); // to look at it changes nothing
}

void TestPreferencesDialog::whatIsSavedHolds()
{
    QSignalSpy changed(&m_world->mailroom, &Outbox::Mailroom::messageChanged);
    auto *delays = part<QLineEdit>("delays");
    QCOMPARE(QApplication::focusWidget(), delays);
    delays->selectAll();
    QTest::keyClicks(delays, u"30 s, 1, 5 min; 2h"_s);
    part<QSpinBox>("repeat")->setValue(90);
    part<QComboBox>("repeatUnit")->setCurrentText(u"minutes"_s);
    part<QSpinBox>("undoDelay")->setValue(30);
    QTest::keyClick(delays, Qt::Key_Return);
    QTRY_VERIFY(!m_dialog);
    RetrySchedule expected;
    expected.delays = {30 * RetrySchedule::second, RetrySchedule::minute, 5 * RetrySchedule::minute,
                       2 * RetrySchedule::hour};
    expected.repeat = 90 * RetrySchedule::minute;
    expected.undoDelay = 30 * RetrySchedule::second;
    QVERIFY(stored() == expected);
    QTRY_VERIFY(!changed.isEmpty()); // the lists read anew
    open();
    QCOMPARE(part<QLineEdit>("delays")->text(), u"30 seconds, 1, 5 minutes, 2 hours"_s);
    QCOMPARE(part<QSpinBox>("repeat")->value(), 90);
}

void TestPreferencesDialog::whatCannotWorkIsRefusedBesideItsField_data()
{
    QTest::addColumn<QString>("delays");
    QTest::addColumn<int>("warnHours");
    QTest::addColumn<int>("giveUpDays");
    QTest::addColumn<QByteArray>("field");
    QTest::newRow("no number") << u"1, soon, 5"_s << 4 << 5 << QByteArray("delays");
    QTest::newRow("no unit") << u"1, 2 moons"_s << 4 << 5 << QByteArray("delays");
    QTest::newRow("too short") << u"1 s"_s << 4 << 5 << QByteArray("delays");
    QTest::newRow("too long") << u"2 days"_s << 4 << 5 << QByteArray("delays");
    QTest::newRow("a gap") << u"1,,2"_s << 4 << 5 << QByteArray("delays");
    QTest::newRow("warned behind the end") << u"1"_s << 121 << 5 << QByteArray("warnAfter");
    QTest::newRow("too much patience") << u"1"_s << 4 << 31 << QByteArray("giveUpAfter");
    QTest::newRow("given up before the longest delay") << u"1 day"_s << 4 << 1 << QByteArray("giveUpAfter");
}

void TestPreferencesDialog::whatCannotWorkIsRefusedBesideItsField()
{
    QFETCH(QString, delays);
    QFETCH(int, warnHours);
    QFETCH(int, giveUpDays);
    QFETCH(QByteArray, field);
    part<QLineEdit>("delays")->setText(delays);
    part<QSpinBox>("warnAfter")->setValue(warnHours);
    part<QSpinBox>("giveUpAfter")->setValue(giveUpDays);
    QVERIFY(problem(field)->isVisible()); // while typing already
    QVERIFY(!problem(field)->text().isEmpty());
    for (const char *other : {"delays", "warnAfter", "giveUpAfter"})
        QVERIFY(field == other || !problem(other)->isVisible());
    QVERIFY(part<QLabel>("schedulePreview")->text().isEmpty());
    part<QPushButton>("savePreferences")->click();
    QVERIFY(m_dialog && m_dialog->isVisible());
    QCOMPARE(QApplication::focusWidget()->objectName(), QString::fromLatin1(field));
    QVERIFY(stored() == RetrySchedule());
}

void TestPreferencesDialog::thePreviewFollows()
{
    const auto *preview = part<QLabel>("schedulePreview");
    QVERIFY2(preview->text().startsWith(u"Tried 10 times in the first 5 hours, then every hour; given up"_s),
             qPrintable(preview->text()));
    part<QLineEdit>("delays")->setText({});
    QVERIFY(preview->text().startsWith(u"Tried 6 times in the first 5 hours"_s));
    part<QLineEdit>("delays")->setText(u"x"_s);
    QVERIFY(preview->text().isEmpty());
}

void TestPreferencesDialog::defaultsComeBack()
{
    part<QLineEdit>("delays")->setText(u"nonsense"_s);
    part<QSpinBox>("lateAfter")->setValue(7);
    part<QPushButton>("restoreDefaults")->click();
    QCOMPARE(part<QLineEdit>("delays")->text(), u"1, 2, 5, 10, 15, 30 minutes"_s);
    QCOMPARE(part<QSpinBox>("lateAfter")->value(), 1);
    QVERIFY(!problem("delays")->isVisible());
    QVERIFY(m_dialog->isVisible()); // it holds when it is saved
}

void TestPreferencesDialog::neverIsZero()
{
    part<QSpinBox>("warnAfter")->setValue(0);
    part<QSpinBox>("undoDelay")->setValue(0);
    QCOMPARE(part<QSpinBox>("warnAfter")->text(), u"never"_s);
    QVERIFY(!part<QComboBox>("warnAfterUnit")->isEnabled());
    part<QPushButton>("savePreferences")->click();
    QTRY_VERIFY(!m_dialog);
    QCOMPARE(stored().warnAfter, 0);
    QCOMPARE(stored().undoDelay, 0);
}

void TestPreferencesDialog::lettersAreUnique()
{
    QHash<QString, QString> seen;
    const auto take = [&seen](const QString &text) {
        const QString letter = QKeySequence::mnemonic(text).toString();
        if (letter.isEmpty())
            return;
        QVERIFY2(!seen.contains(letter), qPrintable(text + u" and "_s + seen.value(letter)));
        seen.insert(letter, text);
    };
    take(part<QTabWidget>("preferencesTabs")->tabText(0));
    for (const QLabel *label : m_dialog->findChildren<QLabel *>()) {
        if (label->isVisible() && label->buddy())
            take(label->text());
    }
    for (const QAbstractButton *button : m_dialog->findChildren<QAbstractButton *>()) {
        if (button->isVisible())
            take(button->text());
    }
    QVERIFY(seen.size() >= 9);
}

void TestPreferencesDialog::theKeyboardGetsEverywhere()
{
    QSet<QString> met;
    for (int i = 0; i < 40; ++i) {
        met.insert(QApplication::focusWidget()->objectName());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    }
    for (const char *name : {"delays", "repeat", "repeatUnit", "jitterPercent", "warnAfter", "giveUpAfter",
                             "undoDelay", "lateAfter", "lateAfterUnit", "savePreferences", "restoreDefaults"})
        QVERIFY2(met.contains(QLatin1String(name)), name);
}

QTEST_MAIN(TestPreferencesDialog)
#include "tst_preferencesdialog.moc"
