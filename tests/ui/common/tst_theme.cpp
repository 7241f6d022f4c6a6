// Colours are readable in light and dark, and icons are there and follow the palette.

#include "ui/common/format.h"
#include "ui/common/theme.h"

#include <QtTest>

using namespace Ui;

class TestTheme : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void coloursAreReadable();
    void everyStateHasAnIcon();
    void iconsFollowThePalette();
    void sizesAndTimes();
};

namespace {

QPalette darkPalette()
{
    QPalette palette;
    palette.setColor(QPalette::Base, QColor(0x2d, 0x2d, 0x2d));
    palette.setColor(QPalette::Text, QColor(0xf0, 0xf0, 0xf0));
    return palette;
}

} // namespace

void TestTheme::coloursAreReadable()
{
    for (const Role role : allRoles()) {
        for (const char *ground : {"#ffffff", "#f5f5f5", "#fcfcfc"})
            QVERIFY2(contrast(colour(role, false), QColor(QLatin1String(ground))) >= 4.5,
                     qPrintable(QString::number(int(role))));
        for (const char *ground : {"#1b1e20", "#232629", "#2d2d2d", "#353535"})
            QVERIFY2(contrast(colour(role, true), QColor(QLatin1String(ground))) >= 4.5,
                     qPrintable(QString::number(int(role))));
        for (const bool dark : {false, true}) {
            QPalette palette = dark ? darkPalette() : QPalette(Qt::white);
            palette.setColor(QPalette::Base, dark ? QColor(0x2d, 0x2d, 0x2d) : QColor(Qt::white));
            palette.setColor(QPalette::Text, dark ? QColor(Qt::white) : QColor(Qt::black));
            QCOMPARE(isDark(palette), dark);
            QVERIFY(contrast(ground(role, palette), palette.color(QPalette::Text)) >= 4.5);
        }
    }
    QVERIFY(contrast(Qt::black, Qt::white) > 20.9);
}

void TestTheme::everyStateHasAnIcon()
{
    for (const Role role : allRoles())
        QVERIFY2(!icon(role).pixmap(16, 16).isNull(), qPrintable(QString::number(int(role))));
    for (const Delivery::MessageState state : Delivery::allMessageStates())
        QVERIFY(!icon(roleOf(state)).pixmap(24, 24).isNull());
    for (const Delivery::RecipientState state : Delivery::allRecipientStates())
        QVERIFY(!icon(roleOf(state)).pixmap(24, 24).isNull());
    QVERIFY(!applicationIcon().pixmap(16, 16).isNull());
}

void TestTheme::iconsFollowThePalette()
{
    const QIcon drawn = icon(QStringLiteral("send"));
    const QPalette before = QGuiApplication::palette();
    QPalette red = before;
    red.setColor(QPalette::ButtonText, Qt::red);
    QGuiApplication::setPalette(red);
    const QImage picture = drawn.pixmap(64, 64).toImage();
    QGuiApplication::setPalette(before);
    bool hasRed = false;
    bool hasOther = false;
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) {
            const QColor pixel = picture.pixelColor(x, y);
            if (pixel.alpha() < 200)
                continue;
            (pixel.red() > 200 && pixel.green() < 60 ? hasRed : hasOther) = true;
        }
    }
    QVERIFY(hasRed);
    QVERIFY(!hasOther);
}

void TestTheme::sizesAndTimes()
{
    QLocale::setDefault(QLocale::c());
    QVERIFY(sizeText(214'000).startsWith(QStringLiteral("214")));
    const QDateTime now = QDateTime(QDate(2026, 11, 21), QTime(12, 0), Qt::UTC);
    QCOMPARE(relativeTime(now.addSecs(240), now), QStringLiteral("in 4 min"));
    QCOMPARE(relativeTime(now.addSecs(-20), now), QStringLiteral("just now"));
    QCOMPARE(relativeTime(now.addSecs(-300), now), QStringLiteral("5 min ago"));
    QVERIFY(relativeTime(now.addDays(-1), now).startsWith(QStringLiteral("yesterday")));
    QVERIFY(relativeTime({}, now).isEmpty());
    QCOMPARE(durationText(12), QStringLiteral("12 ms"));
    QVERIFY(durationText(1'400).startsWith(QStringLiteral("1.4")));
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
