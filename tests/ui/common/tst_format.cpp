// What is shown of foreign words outside of labels: as it stands, never as markup (law 9).

#include "ui/common/format.h"
#include "ui/outbox/recipientmodel.h"

#include <QTextDocumentFragment>
#include <QtTest>

using namespace Ui;

class TestFormat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void law9_aTooltipIsNeverMarkup_data();
    void law9_aTooltipIsNeverMarkup();
    void law9_aRefusalIsNoMarkupInItsTooltip();
    void whatIsDueIsNeverInThePast();
    void clocksShowNoSeconds_data();
    void clocksShowNoSeconds();
};

namespace {

/// The words that QToolTip draws: it takes for markup what looks like some.
QString drawn(const QVariant &toolTip)
{
    const QString text = toolTip.toString();
    return Qt::mightBeRichText(text) ? QTextDocumentFragment::fromHtml(text).toPlainText() : text;
}

} // namespace

void TestFormat::law9_aTooltipIsNeverMarkup_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("plain") << QStringLiteral("550 5.1.1 No such user");
    QTest::newRow("bold") << QStringLiteral("550 <b>No</b> such user");
    QTest::newRow("image") << QStringLiteral("<img src=\"file:///etc/hostname\"> No such user");
    QTest::newRow("document") << QStringLiteral("<html><body>Accepted</body></html>");
    QTest::newRow("link") << QStringLiteral("See <a href=\"http://example.net\">here</a>");
    QTest::newRow("entity") << QStringLiteral("a &lt;b&gt; c");
    QTest::newRow("address") << QStringLiteral("RCPT TO:<ben@example.net>");
}

void TestFormat::law9_aTooltipIsNeverMarkup()
{
    QFETCH(QString, text);
    QCOMPARE(drawn(plainToolTip(text)), text);
}

void TestFormat::law9_aRefusalIsNoMarkupInItsTooltip()
{
    Store::RecipientRow row;
    row.address = QStringLiteral("ben@example.net");
    row.name = QStringLiteral("<b>Ben</b>");
    row.state = Delivery::RecipientState::Refused;
    row.reason = {Delivery::Stage::Rcpt,
                  Delivery::Scope::Recipient,
                  Delivery::ServerReply(550, {QStringLiteral("5.1.1 <img src=\"x\"> <b>Accepted</b>")}),
                  {}};
    RecipientModel model;
    model.set({row});
    QVERIFY(Qt::mightBeRichText(model.index(0, RecipientModel::Who).data(Qt::DisplayRole).toString()));
    QVERIFY(drawn(model.index(0, RecipientModel::Who).data(Qt::ToolTipRole)).contains(row.name));
    QVERIFY(drawn(model.index(0, RecipientModel::Why).data(Qt::ToolTipRole))
                .contains(QStringLiteral("<img src=\"x\"> <b>Accepted</b>")));
}

void TestFormat::whatIsDueIsNeverInThePast()
{
    const QDateTime now(QDate(2026, 11, 22), QTime(12, 0), Qt::UTC);
    QCOMPARE(relativeDue(now, now), QStringLiteral("now"));
    QCOMPARE(relativeDue(now.addSecs(-40), now), QStringLiteral("now"));
    QCOMPARE(relativeDue(now.addDays(-40), now), QStringLiteral("now"));
    QCOMPARE(relativeDue(now.addSecs(240), now), relativeTime(now.addSecs(240), now));
}

void TestFormat::clocksShowNoSeconds_data()
{
    QTest::addColumn<QString>("locale");
    QTest::addColumn<QString>("text");
    QTest::newRow("C") << QStringLiteral("C") << QStringLiteral("14:03");
    QTest::newRow("German") << QStringLiteral("de_DE") << QStringLiteral("14:03");
    QTest::newRow("American") << QStringLiteral("en_US") << QStringLiteral("2:03 PM");
    QTest::newRow("Finnish") << QStringLiteral("fi_FI") << QStringLiteral("14.03");
}

void TestFormat::clocksShowNoSeconds()
{
    QFETCH(QString, locale);
    QFETCH(QString, text);
    const QLocale before;
    QLocale::setDefault(QLocale(locale));
    const QString shown = clockText(QTime(14, 3, 59)).replace(QChar(0x202F), QLatin1Char(' '));
    QLocale::setDefault(before);
    QCOMPARE(shown, text);
}

QTEST_MAIN(TestFormat)
#include "tst_format.moc"
