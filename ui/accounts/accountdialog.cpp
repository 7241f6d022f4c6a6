#include "ui/accounts/accountdialog.h"

#include "core/message/address.h"
#include "ui/accounts/certificatepanel.h"
#include "ui/accounts/connectiontest.h"
#include "ui/common/background.h"
#include "ui/common/explain.h"
#include "ui/common/messagebar.h"
#include "ui/common/prompts.h"
#include "ui/common/theme.h"
#include "ui/common/words.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QTabWidget>
#include <QVBoxLayout>

namespace Ui {

namespace {

constexpr int mostConnections = 20;

/// What is wrong with a field that Accounts::check() names.
Explanation explainField(const Base::Error &error)
{
    Explanation explanation = explain(error);
    const QString &field = error.subject;
    if (field == QLatin1String("name"))
        explanation = {AccountDialog::tr("The account has no name yet."),
                       AccountDialog::tr("Call it what you like, such as “work”."),
                       {}};
    else if (field == QLatin1String("host"))
        explanation = {
            AccountDialog::tr("The server's name is missing or not a name."),
            AccountDialog::tr(
                "Your provider tells it, often smtp.example.org. Without https:// and without a path."),
            {}};
    else if (field == QLatin1String("port"))
        explanation = {
            AccountDialog::tr("The port is missing."), AccountDialog::tr("Usually 465 or 587."), {}};
    else if (field == QLatin1String("from"))
        explanation = {AccountDialog::tr("Your address is missing or not whole."),
                       AccountDialog::tr("Write it as name@example.org."),
                       {}};
    else if (field == QLatin1String("user"))
        explanation = {AccountDialog::tr("The user name is missing or holds what it may not hold."),
                       AccountDialog::tr("Often it is your address."),
                       {}};
    else if (field == QLatin1String("security") && error.detail.contains(QLatin1String("certificate")))
        explanation = {AccountDialog::tr("Without encryption there is no certificate to sign in with."),
                       AccountDialog::tr("Choose an encrypted connection, or another sign-in method."),
                       {}};
    else if (field == QLatin1String("security"))
        explanation = {AccountDialog::tr("The password would travel unencrypted."),
                       AccountDialog::tr("Choose an encrypted connection, or allow it under Advanced."),
                       {}};
    return explanation;
}

} // namespace

AccountDialog::AccountDialog(Outbox::Mailroom &mailroom, Preferences &preferences, Prompts &prompts,
                             const Accounts::Account &account, QWidget *parent)
    : QDialog(parent)
    , m_mailroom(mailroom)
    , m_prompts(prompts)
    , m_account(account)
    , m_bar(new MessageBar(this))
    , m_tabs(new QTabWidget(this))
    , m_name(makeLine(QStringLiteral("accountName"), tr("such as “work”")))
    , m_fromName(makeLine(QStringLiteral("fromName"), tr("as recipients see it")))
    , m_address(makeLine(QStringLiteral("address"), tr("name@example.org")))
    , m_host(makeLine(QStringLiteral("host"), tr("smtp.example.org")))
    , m_security(new QComboBox(this))
    , m_port(new QSpinBox(this))
    , m_user(makeLine(QStringLiteral("user"), tr("often your address; empty: no sign-in")))
    , m_password(makeLine(QStringLiteral("password"), {}))
    , m_place(new QComboBox(this))
    , m_placeWords(new QLabel(this))
    , m_command(makeLine(QStringLiteral("command"), tr("pass show mail/work")))
    , m_auth(new QComboBox(this))
    , m_caFile(makeLine(QStringLiteral("caFile"), tr("none: those of the system only")))
    , m_trusted(new QLabel(this))
    , m_forget(new QPushButton(tr("&Forget it"), this))
    , m_helo(makeLine(QStringLiteral("helo"), tr("automatic")))
    , m_connections(new QSpinBox(this))
    , m_cleartext(new QCheckBox(tr("&Allow the password to travel unencrypted"), this))
    , m_connectionTest(new ConnectionTest(mailroom, preferences, prompts, this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("accountDialog"));
    setWindowTitle(account.id.isValid() ? tr("Account %1").arg(account.name) : tr("Add account"));
    m_bar->setObjectName(QStringLiteral("accountBar"));
    m_tabs->addTab(makeGeneral(), tr("Acc&ount"));
    m_tabs->addTab(makeAdvanced(), tr("A&dvanced"));

    auto *buttons = new QDialogButtonBox(this);
    m_test = buttons->addButton(tr("&Test"), QDialogButtonBox::ActionRole);
    m_test->setObjectName(QStringLiteral("test"));
    m_test->setToolTip(tr("Try the connection and the sign-in; nothing is sent to anyone"));
    m_save = buttons->addButton(tr("&Save"), QDialogButtonBox::AcceptRole);
    m_save->setObjectName(QStringLiteral("saveAccount"));
    m_save->setDefault(true);
    buttons->addButton(QDialogButtonBox::Cancel);
    connect(m_test, &QPushButton::clicked, this, &AccountDialog::test);
    connect(buttons, &QDialogButtonBox::accepted, this, &AccountDialog::save);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto *page = new QWidget(this);
    auto *pageColumn = new QVBoxLayout(page);
    pageColumn->setContentsMargins(0, 0, 0, 0);
    pageColumn->setSpacing(8);
    pageColumn->addWidget(m_tabs);
    pageColumn->addWidget(m_connectionTest);
    pageColumn->addStretch(1);
    auto *scroll = new QScrollArea(this);
    scroll->setWidget(page);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *column = new QVBoxLayout(this);
    column->setSpacing(8);
    column->addWidget(m_bar);
    column->addWidget(scroll, 1);
    column->addWidget(buttons);
    connect(m_connectionTest, &ConnectionTest::finished, this, [this, scroll] {
        m_test->setEnabled(true);
        m_test->setText(tr("&Test again"));
        QMetaObject::invokeMethod(
            this, [this, scroll] { scroll->ensureWidgetVisible(m_connectionTest); }, Qt::QueuedConnection);
    });
    connect(m_connectionTest, &ConnectionTest::certificateAccepted, this,
            [this](const Net::CertificateException &exception) {
                m_account.trust.exception = exception;
                showTrust();
                test();
            });
    fill(account);
    resize(windowSize(*this, 80, 34));
}

QLineEdit *AccountDialog::makeLine(const QString &objectName, const QString &placeholder)
{
    auto *line = new QLineEdit(this);
    line->setObjectName(objectName);
    line->setPlaceholderText(placeholder);
    return line;
}

QWidget *AccountDialog::makeGeneral()
{
    auto *page = new QWidget(this);
    m_general = new QFormLayout(page);
    for (const Net::Security security : {Net::Security::Tls, Net::Security::StartTls, Net::Security::None})
        m_security->addItem(word(security), static_cast<int>(security));
    m_security->setObjectName(QStringLiteral("security"));
    m_port->setObjectName(QStringLiteral("port"));
    m_port->setRange(1, 65535);
    m_port->setGroupSeparatorShown(false);
    m_port->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_password->setEchoMode(QLineEdit::Password);
    QAction *reveal = m_password->addAction(icon(QStringLiteral("eye")), QLineEdit::TrailingPosition);
    reveal->setCheckable(true);
    reveal->setText(tr("Show the password"));
    reveal->setToolTip(reveal->text());
    connect(reveal, &QAction::toggled, this, [this, reveal](bool on) {
        m_password->setEchoMode(on ? QLineEdit::Normal : QLineEdit::Password);
        reveal->setIcon(icon(on ? QStringLiteral("eye-off") : QStringLiteral("eye")));
    });
    m_place->setObjectName(QStringLiteral("secretPlace"));
    m_place->addItem(tr("Keep it safely on this computer"),
                     static_cast<int>(Accounts::SecretPlace::Keychain));
    m_place->addItem(tr("Ask me once each time the program runs"),
                     static_cast<int>(Accounts::SecretPlace::Session));
    m_place->addItem(tr("A command prints it"), static_cast<int>(Accounts::SecretPlace::Command));
    m_placeWords->setObjectName(QStringLiteral("placeWords"));
    m_placeWords->setWordWrap(true);
    m_placeWords->setTextFormat(Qt::PlainText);

    m_general->addRow(tr("Account &name:"), m_name);
    m_general->addRow(tr("&Your name:"), m_fromName);
    m_general->addRow(tr("Your add&ress:"), m_address);
    m_general->addRow(tr("S&erver:"), m_host);
    m_general->addRow(tr("Connect&ion:"), m_security);
    m_general->addRow(tr("&Port:"), m_port);
    m_general->addRow(tr("&User name:"), m_user);
    m_general->addRow(tr("Pass&word:"), m_password);
    m_general->addRow(tr("&Keeping it:"), m_place);
    m_general->addRow(tr("Co&mmand:"), m_command);
    m_general->addRow(QString(), m_placeWords);
    connect(m_security, &QComboBox::activated, this, &AccountDialog::securityChanged);
    connect(m_place, &QComboBox::activated, this, &AccountDialog::secretChanged);
    connect(m_user, &QLineEdit::textChanged, this, &AccountDialog::secretChanged);
    connect(m_address, &QLineEdit::editingFinished, this, &AccountDialog::guess);
    return page;
}

QWidget *AccountDialog::makeAdvanced()
{
    auto *page = new QWidget(this);
    m_advanced = new QFormLayout(page);
    m_auth->setObjectName(QStringLiteral("auth"));
    for (const Accounts::Auth auth : Accounts::allAuths())
        m_auth->addItem(word(auth), static_cast<int>(auth));
    connect(m_auth, &QComboBox::activated, this, &AccountDialog::secretChanged);
    m_cleartext->setObjectName(QStringLiteral("allowCleartext"));
    m_connections->setObjectName(QStringLiteral("connections"));
    m_connections->setRange(1, mostConnections);
    m_connections->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_trusted->setTextFormat(Qt::PlainText);
    m_trusted->setWordWrap(true);
    m_trusted->setFont(fixedFont());
    m_forget->setObjectName(QStringLiteral("forgetCertificate"));
    connect(m_forget, &QPushButton::clicked, this, [this] {
        m_account.trust.exception = {};
        showTrust();
    });
    auto *browse = new QPushButton(tr("Choos&e…"), this);
    connect(browse, &QPushButton::clicked, this, [this] {
        m_prompts.openFile(this, tr("Choose a file of authorities"),
                           tr("Certificates (*.pem *.crt *.cer);;All files (*)"),
                           [this](const QString &file) {
                               if (!file.isEmpty())
                                   m_caFile->setText(file);
                           });
    });
    auto *authorities = new QHBoxLayout;
    authorities->addWidget(m_caFile, 1);
    authorities->addWidget(browse);
    auto *trusted = new QHBoxLayout;
    trusted->addWidget(m_trusted, 1);
    trusted->addWidget(m_forget, 0, Qt::AlignTop);
    m_advanced->addRow(tr("Sign-&in method:"), m_auth);
    m_advanced->addRow(QString(), m_cleartext);
    m_advanced->addRow(tr("Further aut&horities:"), authorities);
    qobject_cast<QLabel *>(m_advanced->labelForField(authorities))->setBuddy(m_caFile);
    m_advanced->addRow(tr("Accepted certificate:"), trusted);
    m_advanced->addRow(tr("Name said in EH&LO:"), m_helo);
    m_advanced->addRow(tr("Connections at o&nce:"), m_connections);
    return page;
}

void AccountDialog::fill(const Accounts::Account &account)
{
    m_name->setText(account.name);
    m_fromName->setText(account.fromName);
    m_address->setText(account.fromAddress);
    m_host->setText(account.server.host);
    const bool isNew = !account.id.isValid() && account.server.host.isEmpty();
    m_security->setCurrentIndex(
        m_security->findData(static_cast<int>(isNew ? Net::Security::Tls : account.server.security)));
    m_port->setValue(account.server.port != 0 ? account.server.port
                                              : Accounts::defaultPort(static_cast<Net::Security>(
                                                    m_security->currentData().toInt())));
    m_user->setText(account.user);
    if (account.id.isValid() && account.needsSignIn() && account.secretPlace != Accounts::SecretPlace::None)
        m_password->setPlaceholderText(tr("unchanged"));
    const Accounts::SecretPlace place = account.secretPlace == Accounts::SecretPlace::Command ||
                                                account.secretPlace == Accounts::SecretPlace::Session
                                            ? account.secretPlace
                                            : Accounts::SecretPlace::Keychain;
    m_place->setCurrentIndex(m_place->findData(static_cast<int>(place)));
    m_command->setText(account.secretCommand);
    m_auth->setCurrentIndex(m_auth->findData(static_cast<int>(account.auth)));
    m_caFile->setText(account.trust.caFile);
    m_helo->setText(account.helo);
    m_connections->setValue(account.maxConnections);
    m_cleartext->setChecked(account.allowCleartextPassword);
    showTrust();
    secretChanged();
    m_advanced->setRowVisible(m_cleartext, static_cast<Net::Security>(m_security->currentData().toInt()) ==
                                               Net::Security::None);
    m_name->setFocus();
}

void AccountDialog::askForPassword()
{
    m_tabs->setCurrentIndex(0);
    m_password->setFocus();
}

/// From the address: what most providers use. Only into fields that are still empty.
void AccountDialog::guess()
{
    const Base::Result<Message::Address> address = Message::Address::parse(m_address->text());
    if (!address)
        return;
    if (m_user->text().isEmpty() && !m_account.id.isValid())
        m_user->setText(address->addrSpec());
    if (m_host->text().isEmpty())
        m_host->setPlaceholderText(tr("perhaps smtp.%1").arg(address->domain()));
    if (m_name->text().isEmpty())
        m_name->setText(address->domain());
}

void AccountDialog::securityChanged()
{
    const auto security = static_cast<Net::Security>(m_security->currentData().toInt());
    bool usual = false;
    for (const Net::Security each : {Net::Security::Tls, Net::Security::StartTls, Net::Security::None})
        usual = usual || m_port->value() == Accounts::defaultPort(each);
    if (usual) // a port of one's own stays
        m_port->setValue(Accounts::defaultPort(security));
    m_advanced->setRowVisible(m_cleartext, security == Net::Security::None);
}

void AccountDialog::secretChanged()
{
    const auto place = static_cast<Accounts::SecretPlace>(m_place->currentData().toInt());
    const bool signIn = account().needs(Accounts::SecretOf::SignIn);
    m_general->setRowVisible(m_password, signIn && place != Accounts::SecretPlace::Command);
    m_general->setRowVisible(m_place, signIn);
    m_general->setRowVisible(m_command, signIn && place == Accounts::SecretPlace::Command);
    m_general->setRowVisible(m_placeWords, signIn);
    const bool stored = m_account.secretPlace == Accounts::SecretPlace::Vault ||
                        m_account.secretPlace == Accounts::SecretPlace::Keychain;
    if (place != Accounts::SecretPlace::Keychain)
        m_placeWords->setText(sentence(place));
    else if (stored)
        m_placeWords->setText(sentence(m_account.secretPlace));
    else
        m_placeWords->setText(
            tr("In the desktop's keychain; where none answers, in a sealed file that a passphrase opens."));
}

void AccountDialog::showTrust()
{
    const QString &sha256 = m_account.trust.exception.sha256;
    m_trusted->setText(sha256.isEmpty() ? tr("none") : CertificatePanel::grouped(sha256));
    m_forget->setVisible(!sha256.isEmpty());
}

Accounts::Account AccountDialog::account() const
{
    Accounts::Account account = m_account;
    account.name = m_name->text().trimmed();
    account.fromName = m_fromName->text().trimmed();
    account.fromAddress = m_address->text().trimmed();
    account.server.host = m_host->text().trimmed();
    account.server.port = static_cast<quint16>(m_port->value());
    account.server.security = static_cast<Net::Security>(m_security->currentData().toInt());
    account.user = m_user->text().trimmed();
    account.auth = static_cast<Accounts::Auth>(m_auth->currentData().toInt());
    account.trust.caFile = m_caFile->text().trimmed();
    account.helo = m_helo->text().trimmed();
    account.maxConnections = m_connections->value();
    account.allowCleartextPassword =
        account.server.security == Net::Security::None && m_cleartext->isChecked();
    const auto place = static_cast<Accounts::SecretPlace>(m_place->currentData().toInt());
    if (!Accounts::isSameSignIn(account, m_account))
        account.strongestSeen.clear(); // that was learned from another one
    if (!account.needs(Accounts::SecretOf::SignIn)) {
        account.secretPlace = Accounts::SecretPlace::None;
    } else if (place != Accounts::SecretPlace::Keychain) {
        account.secretPlace = place;
    } else if (account.secretPlace != Accounts::SecretPlace::Vault &&
               account.secretPlace != Accounts::SecretPlace::Keychain) {
        account.secretPlace = Accounts::SecretPlace::None; // where it goes is known once it is there
    }
    account.secretCommand =
        account.secretPlace == Accounts::SecretPlace::Command ? m_command->text().trimmed() : QString();
    return account;
}

std::optional<QByteArray> AccountDialog::secret() const
{
    if (m_password->text().isEmpty() || !account().needs(Accounts::SecretOf::SignIn))
        return std::nullopt;
    return m_password->text().toUtf8();
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

void AccountDialog::complain(const Base::Error &error)
{
    const bool field = error.kind == Base::ErrorKind::BadAccount;
    m_bar->tell(Role::Error, field ? explainField(error) : explain(error));
    const QHash<QString, QWidget *> fields{
        {QStringLiteral("name"), m_name}, {QStringLiteral("host"), m_host},
        {QStringLiteral("port"), m_port}, {QStringLiteral("from"), m_address},
        {QStringLiteral("user"), m_user}, {QStringLiteral("security"), m_security}};
    QWidget *widget =
        fields.value(error.subject, error.kind == Base::ErrorKind::DuplicateAccount ? m_name : nullptr);
    if (!widget)
        return;
    m_tabs->setCurrentIndex(0);
    widget->setFocus(Qt::OtherFocusReason);
}

void AccountDialog::test()
{
    if (!check())
        return;
    m_test->setEnabled(false);
    std::optional<QByteArray> typed = secret();
    // Nothing is stored yet for a new account, and the desk need not be asked.
    if (!typed && account().secretPlace == Accounts::SecretPlace::None)
        typed = QByteArray();
    m_connectionTest->start(account(), typed);
}

void AccountDialog::save()
{
    if (!check())
        return;
    const Accounts::Account account = this->account();
    if (account.needs(Accounts::SecretOf::SignIn) && account.secretPlace == Accounts::SecretPlace::None &&
        !secret()) {
        m_bar->tell(
            Role::Error,
            {tr("The password is missing."), tr("Type it, or choose another way under “Keeping it”."), {}});
        return askForPassword();
    }
    const bool keeps = account.secretPlace != Accounts::SecretPlace::Session &&
                       account.secretPlace != Accounts::SecretPlace::Command;
    m_save->setEnabled(false);
    whenAnswered(m_mailroom.saveAccount(account, keeps ? secret() : std::nullopt), this,
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
