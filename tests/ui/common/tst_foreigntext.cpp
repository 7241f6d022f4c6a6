// Law 9 in the window: names, subjects, addresses, replies and certificates that look like markup are shown
// as they were written. Qt guesses at two places, labels and tooltips; every one there is looked at.

#include "tests/ui/support/world.h"
#include "ui/accounts/accountdialog.h"
#include "ui/accounts/accountlist.h"
#include "ui/accounts/certificatepanel.h"
#include "ui/common/dialogprompts.h"
#include "ui/common/messagebar.h"
#include "ui/common/passphrasedialog.h"
#include "ui/common/plainlabel.h"
#include "ui/compose/composewindow.h"
#include "ui/main/mainwindow.h"

#include <QAbstractItemView>
#include <QHeaderView>
#include <QMessageBox>
#include <QTextDocumentFragment>
#include <QTreeView>

using namespace Ui;

namespace {

const QString evil = QStringLiteral("<img src=x> <b>EVIL</b>");
const QString mark = QStringLiteral("EVIL");

/// What a label or a tooltip would draw of a text whose form it guesses.
QString drawn(const QString &text)
{
    return Qt::mightBeRichText(text) ? QTextDocumentFragment::fromHtml(text).toPlainText() : text;
}

struct Found
{
    int foreign = 0;     ///< places where the foreign words are
    QStringList guessed; ///< and would be shown as something else
};

void look(const QString &toolTip, const QString &where, Found &found)
{
    if (!toolTip.contains(mark))
        return;
    ++found.foreign;
    if (!drawn(toolTip).contains(evil))
        found.guessed.append(where + QStringLiteral(": ") + toolTip);
}

void lookAtRows(const QAbstractItemModel &model, const QModelIndex &parent, const QString &where,
                Found &found)
{
    for (int row = 0; row < model.rowCount(parent); ++row) {
        for (int column = 0; column < model.columnCount(parent); ++column) {
            const QModelIndex index = model.index(row, column, parent);
            look(index.data(Qt::ToolTipRole).toString(), where, found);
            if (column == 0)
                lookAtRows(model, index, where, found);
        }
    }
}

Found lookAt(QWidget &top)
{
    Found found;
    QList<QWidget *> all = top.findChildren<QWidget *>();
    all.append(&top);
    for (const QWidget *widget : std::as_const(all)) {
        const QString where =
            QLatin1String(widget->metaObject()->className()) + QLatin1Char(' ') + widget->objectName();
        look(widget->toolTip(), where, found);
        if (const auto *view = qobject_cast<const QAbstractItemView *>(widget); view && view->model())
            lookAtRows(*view->model(), {}, where, found);
        const auto *label = qobject_cast<const QLabel *>(widget);
        if (!label || !label->text().contains(mark))
            continue;
        ++found.foreign;
        if (label->textFormat() != Qt::PlainText)
            found.guessed.append(where + QStringLiteral(": ") + label->text());
    }
    return found;
}

/// Empty when all is well; `least` keeps a window from passing in which the words are not shown at all.
QByteArray trouble(const Found &found, int least)
{
    if (found.foreign < least)
        return "found at " + QByteArray::number(found.foreign) + " places only";
    return found.guessed.join(QLatin1Char('\n')).toUtf8();
}

} // namespace

class TestForeignText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void law9_theSearchWouldFindIt();
    void law9_questions();
    void law9_barsAndCertificates();
    void law9_accounts();
    void law9_messages();
    void law9_compositions();
};

void TestForeignText::law9_theSearchWouldFindIt()
{
    QWidget top;
    auto *label = new QLabel(evil, &top);
    QCOMPARE(lookAt(top).guessed.size(), 1);
    label->setText(QStringLiteral("harmless"));
    label->setToolTip(evil);
    QCOMPARE(lookAt(top).guessed.size(), 1);
    delete label;
    new PlainLabel(evil, &top);
    QCOMPARE(lookAt(top).guessed.size(), 0);
    QCOMPARE(lookAt(top).foreign, 1);
}

void TestForeignText::law9_questions()
{
    DialogPrompts prompts;
    QWidget parent;
    parent.show();
    prompts.ask(&parent, {evil, evil, QStringLiteral("&Do it"), {}, true}, [](bool) {});
    auto *box = parent.findChild<QMessageBox *>(QStringLiteral("question"));
    QVERIFY(box);
    const Found found = lookAt(*box);
    QCOMPARE(trouble(found, 2), QByteArray()); // the question and the advice
    const std::unique_ptr<PassphraseDialog> password(PassphraseDialog::forAccount(evil, 2, nullptr));
    const Found asked = lookAt(*password);
    QCOMPARE(trouble(asked, 1), QByteArray());
}

void TestForeignText::law9_barsAndCertificates()
{
    MessageBar bar;
    bar.tell(Role::Failed, {evil, evil, evil});
    const Found told = lookAt(bar);
    QCOMPARE(trouble(told, 3), QByteArray());
    Net::TlsFacts facts;
    facts.names = {evil};
    facts.issuer = evil;
    facts.sha256 = QString(64, QLatin1Char('a'));
    facts.problems = {evil};
    CertificatePanel panel;
    panel.show(facts);
    const Found shown = lookAt(panel);
    QCOMPARE(trouble(shown, 3), QByteArray());
}

void TestForeignText::law9_accounts()
{
    World world;
    QVERIFY(world.open());
    Accounts::Account account;
    account.name = evil;
    account.server = {QStringLiteral("127.0.0.1"), 1, Net::Security::Tls};
    account.fromName = evil;
    account.fromAddress = QStringLiteral("ada@example.org");
    account.trust.caFile = QStringLiteral("/nowhere/") + QString(evil).remove(QLatin1Char('/'));
    QVERIFY(World::await<Accounts::Account>(world.mailroom.saveAccount(account)));
    AccountDialog dialog(world.mailroom, world.preferences, world.prompts, account);
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show();
    dialog.save(); // there is one of that name, and the bar says so
    const auto *bar = dialog.findChild<MessageBar *>(QStringLiteral("accountBar"));
    QTRY_VERIFY(bar->headline().contains(mark));
    const Found taken = lookAt(dialog);
    QCOMPARE(trouble(taken, 1), QByteArray());
    dialog.test(); // its file is not there
    const auto *testBar = dialog.findChild<MessageBar *>(QStringLiteral("testBar"));
    QTRY_COMPARE(testBar->role(), Role::Failed);
    const Found found = lookAt(dialog);
    QCOMPARE(trouble(found, 1), QByteArray());
    AccountList list(world.mailroom, world.query, world.clock, world.preferences, world.prompts);
    const Found listed = lookAt(list);
    QCOMPARE(trouble(listed, 0), QByteArray());
}

void TestForeignText::law9_messages()
{
    World world;
    QVERIFY(world.open());
    world.practiceAccount();
    world.practice.setScenario(Practice::Scenario::WrongPassword);
    MainWindow window(world.mailroom, world.query, world.preferences, world.prompts, world.practice,
                      world.clock);
    window.show();
    const Base::Result<Base::MessageId> id = World::await<Base::MessageId>(
        world.mailroom.submit(world.letter(QStringLiteral("\"%1\" <bob@practice.example>").arg(evil), evil)));
    QVERIFY(id);
    window.select(*id);
    Found found;
    QTRY_VERIFY((found = lookAt(window)).foreign >= 2); // the subject and the recipient, in tooltips at least
    QCOMPARE(trouble(found, 2), QByteArray());
}

void TestForeignText::law9_compositions()
{
    World world;
    QVERIFY(world.open());
    world.practiceAccount();
    MainWindow window(world.mailroom, world.query, world.preferences, world.prompts, world.practice,
                      world.clock);
    window.show();
    ComposeWindow *composer = window.compose(world.letter(evil, evil));
    QVERIFY(composer);
    composer->askForAttachments({evil}); // the bar names what is missing
    const Found asked = lookAt(*composer);
    QCOMPARE(trouble(asked, 1), QByteArray());
    composer->send(); // that is no address, and it says so
    const Found refused = lookAt(*composer);
    QCOMPARE(trouble(refused, 1), QByteArray());
}

QTEST_MAIN(TestForeignText)
#include "tst_foreigntext.moc"
