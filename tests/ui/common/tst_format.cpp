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

QTEST_MAIN(TestFormat)
#include "tst_format.moc"
