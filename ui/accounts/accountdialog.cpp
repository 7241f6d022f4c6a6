#include "ui/accounts/accountdialog.h"

#include "ui/accounts/accountpage.h"
#include "ui/accounts/accountproblem.h"
#include "ui/accounts/advancedpage.h"
#include "ui/accounts/certificatespage.h"
#include "ui/accounts/connectiontest.h"
#include "ui/accounts/limitspage.h"
#include "ui/common/background.h"
#include "ui/common/messagebar.h"
#include "ui/common/theme.h"

#include <QDialogButtonBox>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>
#include <QVBoxLayout>

namespace Ui {

using Accounts::SecretOf;
using Accounts::SecretPlace;

AccountDialog::AccountDialog(Outbox::Mailroom &mailroom, Preferences &preferences, Prompts &prompts,
                             const Accounts::Account &account, QWidget *parent)
    : QDialog(parent)
    , m_mailroom(mailroom)
    , m_account(account)
    , m_bar(new MessageBar(this))
    , m_scroll(new QScrollArea(this))
    , m_tabs(new QTabWidget(this))
    , m_general(new AccountPage(this))
    , m_certificates(new CertificatesPage(prompts, this))
    , m_limits(new LimitsPage(this))
    , m_advanced(new AdvancedPage(prompts, this))
    , m_connectionTest(new ConnectionTest(mailroom, preferences, prompts, this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("accountDialog"));
    setWindowTitle(account.id.isValid() ? tr("Account %1").arg(account.name) : tr("Add account"));
    m_bar->setObjectName(QStringLiteral("accountBar"));
    m_tabs->setObjectName(QStringLiteral("accountTabs"));
    m_tabs->addTab(m_general, tr("Acc&ount"));
    m_tabs->addTab(m_certificates, tr("Certi&ficates"));
    m_tabs->addTab(m_limits, tr("Limits")); // every letter of it is a field's on another page
    m_tabs->addTab(m_advanced, tr("A&dvanced"));

    auto *page = new QWidget(this);
    auto *pageColumn = new QVBoxLayout(page);
    pageColumn->setContentsMargins(0, 0, 0, 0);
    pageColumn->setSpacing(8);
    pageColumn->addWidget(m_tabs);
    pageColumn->addWidget(m_connectionTest);
    pageColumn->addStretch(1);
    m_scroll->setWidget(page);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *buttons = new QDialogButtonBox(this);
    makeButtons(buttons);
    auto *column = new QVBoxLayout(this);
    column->setSpacing(8);
    column->addWidget(m_bar);
    column->addWidget(m_scroll, 1);
    column->addWidget(buttons);
    connectPages();
    connectTest();

    m_advanced->fill(account);
    m_certificates->fill(account);
    m_limits->fill(account);
    m_general->fill(account);
    m_advanced->setSecurity(m_general->security());
    m_general->showSecret(this->account().needs(SecretOf::SignIn));
    m_general->setFocus();
    resize(windowSize(*this, 80, 34));
}

void AccountDialog::makeButtons(QDialogButtonBox *buttons)
{
    m_test = buttons->addButton(tr("&Test"), QDialogButtonBox::ActionRole);
    m_test->setObjectName(QStringLiteral("test"));
    m_test->setToolTip(tr("Try the connection and the sign-in; nothing is sent to anyone"));
    m_save = buttons->addButton(tr("&Save"), QDialogButtonBox::AcceptRole);
    m_save->setObjectName(QStringLiteral("saveAccount"));
    m_save->setDefault(true);
    // Without a letter of its own: Escape does it, and the letter is needed for a field.
    buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole)->setObjectName(QStringLiteral("cancel"));
    connect(m_test, &QPushButton::clicked, this, &AccountDialog::test);
    connect(buttons, &QDialogButtonBox::accepted, this, &AccountDialog::save);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void AccountDialog::connectPages()
{
    const auto showSecret = [this] { m_general->showSecret(account().needs(SecretOf::SignIn)); };
    connect(m_general, &AccountPage::userEdited, this, showSecret);
    connect(m_advanced, &AdvancedPage::authChosen, this, showSecret);
    connect(m_general, &AccountPage::securityChosen, this,
            [this] { m_advanced->setSecurity(m_general->security()); });
    connect(m_general, &AccountPage::serverEdited, this, [this] { m_certificates->offerKeyOf({}); });
    connect(m_general, &AccountPage::providerKnown, this,
            [this, showSecret](const std::optional<Accounts::Provider> &provider) {
                m_limits->offer(provider);
                m_advanced->offer(provider);
                showSecret();
            });
    connect(m_limits, &LimitsPage::forgetWanted, this, [this] {
        whenAnswered(m_mailroom.forgetLearned(m_account.id), this, [this](const Base::Done &done) {
            if (!done)
                return complain(done.error());
            m_limits->clearLearned();
        });
    });
    connect(m_certificates, &CertificatesPage::pinRefused, this, [this](const QString &word) {
        Explanation words = explainField({Base::ErrorKind::BadAccount, QStringLiteral("pin"), {}});
        words.words = word;
        complain(words, m_certificates->field(QStringLiteral("pin")));
    });
}

void AccountDialog::connectTest()
{
    connect(m_connectionTest, &ConnectionTest::finished, this, [this](bool, const Net::TlsFacts &facts) {
        m_test->setEnabled(true);
        m_test->setText(tr("&Test again"));
        m_certificates->offerKeyOf(facts);
        QMetaObject::invokeMethod(
            this, [this] { m_scroll->ensureWidgetVisible(m_connectionTest); }, Qt::QueuedConnection);
    });
    connect(m_connectionTest, &ConnectionTest::certificateAccepted, this,
            [this](const Net::CertificateException &exception) {
                m_certificates->accept(exception);
                test();
            });
}

void AccountDialog::askForSecret()
{
    const bool external = account().auth == Accounts::Auth::External;
    m_tabs->setCurrentWidget(external ? static_cast<QWidget *>(m_certificates) : m_general);
    (external ? m_certificates->certificateField() : m_general->passwordField())->setFocus();
}

void AccountDialog::setOthers(const QList<Accounts::Account> &others)
{
    m_advanced->setOthers(others, m_account.fallback);
}

void AccountDialog::tell(const LimitStanding &standing, const QDateTime &now)
{
    m_limits->tell(standing, now);
}

Accounts::Account AccountDialog::account() const
{
    Accounts::Account account = m_account;
    account.server.security = m_general->security();
    m_advanced->write(account);
    m_certificates->write(account);
    m_limits->write(account);
    m_general->write(account);
    if (!Accounts::isSameSignIn(account, m_account))
        account.strongestSeen.clear(); // that was learned from another one
    return account;
}

std::optional<QByteArray> AccountDialog::secret() const
{
    return account().needs(SecretOf::SignIn) ? m_general->password() : std::nullopt;
}

std::optional<QByteArray> AccountDialog::proxySecret() const
{
    return account().needs(SecretOf::Proxy) ? m_advanced->proxyPassword() : std::nullopt;
}

bool AccountDialog::check()
{
    const Base::Done done = Accounts::check(account());
    if (!done) {
        complain(done.error());
        return false;
    }
    m_bar->clear();
    return true;
}

/// Those that have to be there before anything is saved.
bool AccountDialog::hasSecrets()
{
    const Accounts::Account account = this->account();
    if (account.needs(SecretOf::SignIn) && account.secretPlace == SecretPlace::None && !secret()) {
        complain(
            {tr("The password is missing."), tr("Type it, or choose another way under “Keeping it”."), {}},
            m_general->passwordField());
        return false;
    }
    if (account.secretPlace == SecretPlace::Command && account.secretCommand.isEmpty()) {
        complain({tr("The command that prints the password is missing."),
                  tr("Type it as in a terminal, or choose another way under “Keeping it”."),
                  {}},
                 m_general->field(QStringLiteral("command")));
        return false;
    }
    if (account.needs(SecretOf::Proxy) && account.proxySecretPlace == SecretPlace::None && !proxySecret()) {
        complain({tr("The proxy's password is missing."),
                  tr("Type it, or leave “Sign in there as” empty where the proxy asks nobody."),
                  {}},
                 m_advanced->proxyPasswordField());
        return false;
    }
    return true;
}

void AccountDialog::complain(const Base::Error &error)
{
    const bool taken = error.kind == Base::ErrorKind::DuplicateAccount;
    const bool noMaildir = error.kind == Base::ErrorKind::NotMaildir;
    const QString subject = taken       ? QStringLiteral("name")
                            : noMaildir ? QStringLiteral("sent-folder")
                                        : error.subject;
    QWidget *field = nullptr;
    if (taken || noMaildir || error.kind == Base::ErrorKind::BadAccount) {
        for (QWidget *found : {m_general->field(subject), m_certificates->field(subject),
                               m_limits->field(subject), m_advanced->field(subject)})
            field = found ? found : field;
    }
    complain(explainField(error), field);
}

/// Shows the words above, and the field they are about, wherever it is.
void AccountDialog::complain(const Explanation &explanation, QWidget *field)
{
    m_bar->tell(Role::Error, explanation);
    if (!field)
        return;
    for (int page = 0; page < m_tabs->count(); ++page) {
        if (m_tabs->widget(page)->isAncestorOf(field))
            m_tabs->setCurrentIndex(page);
    }
    field->setFocus(Qt::OtherFocusReason);
    m_scroll->ensureWidgetVisible(field);
}

void AccountDialog::test()
{
    if (!check())
        return;
    m_test->setEnabled(false);
    const Accounts::Account account = this->account();
    // Nothing is stored yet for a new account, and the desk need not be asked.
    const auto typed = [](const std::optional<QByteArray> &secret, SecretPlace place) {
        return !secret && place == SecretPlace::None ? std::optional(QByteArray()) : secret;
    };
    m_connectionTest->start(account, typed(secret(), account.secretPlace),
                            typed(proxySecret(), account.proxySecretPlace));
}

void AccountDialog::save()
{
    if (!check() || !hasSecrets())
        return;
    const Accounts::Account account = this->account();
    const bool keeps =
        account.secretPlace != SecretPlace::Session && account.secretPlace != SecretPlace::Command;
    m_save->setEnabled(false);
    whenAnswered(m_mailroom.saveAccount(account, keeps ? secret() : std::nullopt, proxySecret()), this,
                 [this](const Base::Result<Accounts::Account> &done) {
                     m_save->setEnabled(true);
                     if (!done)
                         return complain(done.error());
                     m_mailroom.resumeAccount(done->id); // what was mended is tried again
                     Q_EMIT saved(*done);
                     accept();
                 });
}

} // namespace Ui
