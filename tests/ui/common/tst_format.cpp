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
};

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
    const QString tip = plainToolTip(text);
    // As QToolTip draws it: markup where it looks like some, else as it is.
    QCOMPARE(Qt::mightBeRichText(tip) ? QTextDocumentFragment::fromHtml(tip).toPlainText() : tip, text);
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
    for (const int column : {RecipientModel::Who, RecipientModel::Why}) {
        const QString tip = model.index(0, column).data(Qt::ToolTipRole).toString();
        QVERIFY(!tip.isEmpty());
        QVERIFY2(!tip.contains(QStringLiteral("<img")) && !tip.contains(QStringLiteral("<b>")),
                 qPrintable(tip));
    }
    const QString why = model.index(0, RecipientModel::Why).data(Qt::ToolTipRole).toString();
    QVERIFY(QTextDocumentFragment::fromHtml(why).toPlainText().contains(QStringLiteral("<b>Accepted</b>")));
}

QTEST_MAIN(TestFormat)
#include "tst_format.moc"
