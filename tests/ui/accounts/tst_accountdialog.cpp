// Adding an account by hand: the test on unsaved values, a certificate accepted by its fingerprint, and what
// is missing named at its field.

#include "core/store/accountstore.h"
#include "tests/ui/support/world.h"
#include "ui/accounts/accountdialog.h"
#include "ui/accounts/accountlist.h"
#include "ui/accounts/certificatepanel.h"
#include "ui/common/messagebar.h"
#include "ui/common/passphrasedialog.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QSpinBox>
#include <QTreeWidget>

using namespace Ui;

class TestAccountDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_world.reset(); }
    void namesWhatIsMissing();
    void portFollowsTheSecurity();
    void testsUnsavedValues();
    void wrongPasswordIsNamed();
    void refusedCertificateIsAcceptedByItsFingerprint();
    void saves();
    void listShowsWhoWaits();
    void aWeakerSignInIsAcceptedByAPerson();
    void removingAsksOnce();
    void everyWayToSignInIsOffered();
    void aCertificateNeedsNoPassword();
    void passphrases();

private:
    Accounts::Account values() const;
    template <class T>
    static T *part(const QWidget *dialog, const char *name)
    {
        return dialog->findChild<T *>(QLatin1String(name));
    }
    QPointer<AccountDialog> open(const Accounts::Account &account);

    std::unique_ptr<World> m_world;
    quint16 m_port = 0;
};

void TestAccountDialog::init()
{
    m_world = std::make_unique<World>();
    QVERIFY(m_world->open());
    const Base::Result<quint16> port = m_world->practice.start(0);
    QVERIFY(port);
    m_port = *port;
}

Accounts::Account TestAccountDialog::values() const
{
    Accounts::Account account;
    account.name = QStringLiteral("club");
    account.server = {QStringLiteral("localhost"), m_port, Net::Security::StartTls};
    account.trust.caFile = m_world->practice.certificateFile();
    account.user = QStringLiteral("ada");
    account.fromAddress = QStringLiteral("ada@example.org");
    return account;
}

QPointer<AccountDialog> TestAccountDialog::open(const Accounts::Account &account)
{
    QPointer<AccountDialog> dialog =
        new AccountDialog(m_world->mailroom, m_world->preferences, m_world->prompts, account);
    dialog->show();
    return dialog;
}

void TestAccountDialog::namesWhatIsMissing()
{
    const QPointer<AccountDialog> dialog = open({});
    QVERIFY(QTest::qWaitForWindowActive(dialog));
    const auto *bar = part<MessageBar>(dialog, "accountBar");
    auto *save = part<QPushButton>(dialog, "saveAccount");
    QTest::keyClick(save, Qt::Key_Space);
    QVERIFY(bar->headline().contains(QStringLiteral("name")));
    QCOMPARE(QApplication::focusWidget(), part<QLineEdit>(dialog, "accountName"));
    QTest::keyClicks(part<QLineEdit>(dialog, "accountName"), QStringLiteral("work"));
    QTest::keyClicks(part<QLineEdit>(dialog, "host"), QStringLiteral("https://example.org/mail"));
    QTest::keyClick(save, Qt::Key_Space);
    QCOMPARE(QApplication::focusWidget(), part<QLineEdit>(dialog, "host"));
    delete dialog;
}

void TestAccountDialog::portFollowsTheSecurity()
{
    const QPointer<AccountDialog> dialog = open({});
    auto *security = part<QComboBox>(dialog, "security");
    auto *port = part<QSpinBox>(dialog, "port");
    QCOMPARE(port->value(), 465);
    QTest::keyClick(security, Qt::Key_Down);
    QCOMPARE(port->value(), 587);
    port->setValue(2525);
    QTest::keyClick(security, Qt::Key_Up);
    QCOMPARE(port->value(), 2525); // one's own stays
    delete dialog;
}

void TestAccountDialog::testsUnsavedValues()
{
    const QPointer<AccountDialog> dialog = open(values());
    part<QLineEdit>(dialog, "password")->setText(QStringLiteral("secret"));
    part<QPushButton>(dialog, "test")->click();
    const auto *bar = part<MessageBar>(dialog, "testBar");
    QTRY_COMPARE(bar->role(), Role::Sent);
    for (const char *step : {"finding-name", "finding-connect", "finding-tls", "finding-certificate",
                             "finding-hello", "finding-auth"})
        QVERIFY2(!part<QLabel>(dialog, step)->text().isEmpty(), step);
    QVERIFY(part<QLabel>(dialog, "finding-tls")->text().contains(QStringLiteral("TLS 1.")));
    QVERIFY(m_world->query.accounts()->isEmpty()); // nothing was saved
    delete dialog;
}

void TestAccountDialog::wrongPasswordIsNamed()
{
    m_world->practice.setScenario(Practice::Scenario::WrongPassword);
    const QPointer<AccountDialog> dialog = open(values());
    part<QLineEdit>(dialog, "password")->setText(QStringLiteral("secret"));
    dialog->test();
    const auto *bar = part<MessageBar>(dialog, "testBar");
    QTRY_COMPARE(bar->role(), Role::Failed);
    QVERIFY(bar->headline().contains(QStringLiteral("password")));
    delete dialog;
}

void TestAccountDialog::refusedCertificateIsAcceptedByItsFingerprint()
{
    Accounts::Account account = values();
    account.trust.caFile.clear();
    const QPointer<AccountDialog> dialog = open(account);
    part<QLineEdit>(dialog, "password")->setText(QStringLiteral("secret"));
    dialog->test();
    auto *panel = part<CertificatePanel>(dialog, "certificatePanel");
    QTRY_VERIFY(panel->isVisible());
    QCOMPARE(part<MessageBar>(dialog, "testBar")->role(), Role::Failed);
    QVERIFY(dialog->account().trust.exception.isNull()); // nothing is accepted by itself
    part<QPushButton>(panel, "acceptCertificate")->click();
    const Net::CertificateException exception = dialog->account().trust.exception;
    QCOMPARE(exception.sha256.size(), 64);
    QCOMPARE(exception.host, account.server.host);
    QCOMPARE(exception.port, account.server.port);
    QCOMPARE(exception.errors, QStringList(QStringLiteral("self-signed-certificate")));
    QTRY_COMPARE(part<MessageBar>(dialog, "testBar")->role(), Role::Sent);
    QCOMPARE(CertificatePanel::grouped(QStringLiteral("abcdef12")), QStringLiteral("ABCD EF12"));
    delete dialog;
}

void TestAccountDialog::saves()
{
    QPointer<AccountDialog> dialog = open(values());
    QSignalSpy saved(dialog, &AccountDialog::saved);
    dialog->save();
    QVERIFY(saved.isEmpty()); // a password is needed
    part<QLineEdit>(dialog, "password")->setText(QStringLiteral("secret"));
    dialog->save();
    QTRY_COMPARE(saved.size(), 1);
    QTRY_VERIFY(!dialog);
    const Base::Result<Accounts::Account> account = m_world->query.account(QStringLiteral("club"));
    QVERIFY(account);
    QCOMPARE(account->server.port, m_port);
    QVERIFY(account->secretPlace != Accounts::SecretPlace::None);

    dialog = open(values());
    part<QLineEdit>(dialog, "password")->setText(QStringLiteral("secret"));
    dialog->save();
    const auto *bar = part<MessageBar>(dialog, "accountBar");
    QTRY_VERIFY(bar->isVisible());
    QVERIFY(bar->headline().contains(QStringLiteral("club"))); // there is one of that name
    delete dialog;
}

void TestAccountDialog::listShowsWhoWaits()
{
    m_world->practiceAccount();
    AccountList list(m_world->mailroom, m_world->query, m_world->clock, m_world->preferences,
                     m_world->prompts);
    list.show();
    const auto *rows = part<QTreeWidget>(&list, "accountList");
    QCOMPARE(rows->topLevelItemCount(), 1);
    QCOMPARE(rows->topLevelItem(0)->text(1), QStringLiteral("Ready"));
    m_world->practice.setScenario(Practice::Scenario::WrongPassword);
    QVERIFY(World::await<Base::MessageId>(m_world->mailroom.submit(
        m_world->letter(QStringLiteral("bob@practice.example"), QStringLiteral("x")))));
    QTRY_VERIFY(part<MessageBar>(&list, "accountsBar")->isVisible());
    QVERIFY(part<QPushButton>(&list, "signInAgain"));
    QCOMPARE(rows->topLevelItem(0)->text(1), QStringLiteral("Waits for you"));
    m_world->practice.setScenario(Practice::Scenario::AcceptAll);
    part<QPushButton>(&list, "resumeAccount")->click();
    QTRY_COMPARE(m_world->practice.messages().size(), 1);
}

void TestAccountDialog::aWeakerSignInIsAcceptedByAPerson()
{
    const Accounts::Account account = m_world->practiceAccount();
    Store::Database books;
    QVERIFY(books.open(m_world->paths.database(), Store::Database::Mode::ReadWrite));
    QVERIFY(Store::AccountStore(books).setStrongestSeen(account, QStringLiteral("SCRAM-SHA-256")));
    AccountList list(m_world->mailroom, m_world->query, m_world->clock, m_world->preferences,
                     m_world->prompts);
    list.show();
    QVERIFY(World::await<Base::MessageId>(m_world->mailroom.submit(
        m_world->letter(QStringLiteral("bob@practice.example"), QStringLiteral("x")))));
    const auto *bar = part<MessageBar>(&list, "accountsBar");
    QTRY_VERIFY(bar->isVisible());
    QVERIFY(bar->headline().contains(QStringLiteral("SCRAM-SHA-256")));
    QVERIFY(part<QPushButton>(&list, "acceptWeaker"));
    m_world->prompts.yes = false;
    part<QPushButton>(&list, "acceptWeaker")->click();
    QTRY_COMPARE(m_world->prompts.asked.size(), 1);
    QVERIFY(m_world->prompts.asked.first().destructive); // Enter means no
    QVERIFY(m_world->practice.messages().isEmpty());
    m_world->prompts.yes = true;
    part<QPushButton>(&list, "acceptWeaker")->click();
    QTRY_COMPARE(m_world->practice.messages().size(), 1);
    QCOMPARE(m_world->query.account(account.id)->strongestSeen, QString());
}

void TestAccountDialog::everyWayToSignInIsOffered()
{
    for (const Accounts::Auth auth : Accounts::allAuths()) {
        Accounts::Account account = values();
        account.auth = auth;
        const QPointer<AccountDialog> dialog = open(account);
        QCOMPARE(dialog->account().auth, auth);
        const auto *box = part<QComboBox>(dialog, "auth");
        QCOMPARE(box->count(), Accounts::allAuths().size());
        QCOMPARE(box->findText(box->currentText()), box->currentIndex()); // each has its own words
        delete dialog;
    }
}

void TestAccountDialog::aCertificateNeedsNoPassword()
{
    Accounts::Account account = values();
    account.strongestSeen = QStringLiteral("SCRAM-SHA-256");
    const QPointer<AccountDialog> dialog = open(account);
    QVERIFY(part<QLineEdit>(dialog, "password")->isVisible());
    QCOMPARE(dialog->account().strongestSeen, account.strongestSeen);
    auto *box = part<QComboBox>(dialog, "auth");
    box->setCurrentIndex(box->findData(static_cast<int>(Accounts::Auth::External)));
    Q_EMIT box->activated(box->currentIndex());
    QVERIFY(!part<QLineEdit>(dialog, "password")->isVisible());
    QCOMPARE(dialog->account().secretPlace, Accounts::SecretPlace::None);
    QCOMPARE(dialog->account().strongestSeen, QString()); // learned from another way to sign in
    delete dialog;
}

void TestAccountDialog::removingAsksOnce()
{
    m_world->practiceAccount();
    AccountList list(m_world->mailroom, m_world->query, m_world->clock, m_world->preferences,
                     m_world->prompts);
    m_world->prompts.yes = false;
    part<QPushButton>(&list, "removeAccount")->click();
    QTRY_COMPARE(m_world->prompts.asked.size(), 1);
    QVERIFY(m_world->prompts.asked.first().destructive);
    QCOMPARE(m_world->query.accounts()->size(), 1);
    m_world->prompts.yes = true;
    part<QPushButton>(&list, "removeAccount")->click();
    QTRY_VERIFY(m_world->query.accounts()->isEmpty());
}

void TestAccountDialog::passphrases()
{
    const std::unique_ptr<PassphraseDialog> fresh(PassphraseDialog::forVault(true, 1, nullptr));
    auto *secret = part<QLineEdit>(fresh.get(), "secret");
    auto *again = part<QLineEdit>(fresh.get(), "secretAgain");
    auto *accept = part<QPushButton>(fresh.get(), "accept");
    QVERIFY(!accept->isEnabled());
    QTest::keyClicks(secret, QStringLiteral("four words make it good"));
    QVERIFY(!accept->isEnabled());
    QTest::keyClicks(again, QStringLiteral("four words make it good"));
    QVERIFY(accept->isEnabled());
    QCOMPARE(fresh->secret(), QByteArray("four words make it good"));
    QVERIFY(PassphraseDialog::strength(QStringLiteral("aaaaaaaaaaaa")) <= 1);
    QVERIFY(PassphraseDialog::strength(QStringLiteral("correct horse")) <= 1);
    QVERIFY(PassphraseDialog::strength(QStringLiteral("correct horse battery staple window rider")) >= 4);
}

QTEST_MAIN(TestAccountDialog)
#include "tst_accountdialog.moc"
