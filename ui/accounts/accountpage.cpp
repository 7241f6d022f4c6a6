#include "ui/accounts/accountpage.h"

#include "core/message/address.h"
#include "ui/accounts/formfields.h"
#include "ui/common/plainlabel.h"
#include "ui/common/providerwords.h"
#include "ui/common/theme.h"
#include "ui/common/words.h"

#include <QAction>
#include <QComboBox>
#include <QFormLayout>
#include <QHash>
#include <QLineEdit>
#include <QSpinBox>
#include <QVBoxLayout>

namespace Ui {

using Accounts::SecretPlace;

AccountPage::AccountPage(QWidget *parent)
    : QWidget(parent)
    , m_form(new QFormLayout)
    , m_name(makeLine(this, "accountName", tr("such as “work”")))
    , m_fromName(makeLine(this, "fromName", tr("as recipients see it")))
    , m_address(makeLine(this, "address", tr("name@example.org")))
    , m_host(makeLine(this, "host", tr("smtp.example.org")))
    , m_security(makeBox(this, "security"))
    , m_port(makeNumber(this, "port", 1, 65535))
    , m_user(makeLine(this, "user", tr("often your address; empty: no sign-in")))
    , m_password(makeLine(this, "password", {}))
    , m_place(makeBox(this, "secretPlace"))
    , m_command(makeLine(this, "command", tr("pass show mail/work")))
    , m_placeWords(new PlainLabel(this))
    , m_providerWords(new PlainLabel(this))
{
    for (const Net::Security security : {Net::Security::Tls, Net::Security::StartTls, Net::Security::None})
        m_security->addItem(word(security), static_cast<int>(security));
    makeSecret();
    m_form->addRow(tr("Account &name:"), m_name);
    m_form->addRow(tr("Your na&me:"), m_fromName);
    m_form->addRow(tr("Your add&ress:"), m_address);
    m_form->addRow(tr("Mai&l server:"), m_host);
    m_form->addRow(tr("Encrypt&ion:"), m_security);
    m_form->addRow(tr("&Port:"), m_port);
    m_form->addRow(tr("&User name:"), m_user);
    m_form->addRow(tr("Pass&word:"), m_password);
    m_form->addRow(tr("&Keeping it:"), m_place);
    m_form->addRow(tr("&Command:"), m_command);
    m_form->addRow(QString(), m_placeWords);
    connect(m_security, &QComboBox::activated, this, &AccountPage::followSecurity);
    connect(m_place, &QComboBox::activated, this, &AccountPage::showPlace);
    connect(m_user, &QLineEdit::textChanged, this, &AccountPage::userEdited);
    connect(m_host, &QLineEdit::textChanged, this, &AccountPage::serverEdited);
    connect(m_port, &QSpinBox::valueChanged, this, &AccountPage::serverEdited);
    connect(m_address, &QLineEdit::editingFinished, this, &AccountPage::guess);
    m_providerWords->setObjectName(QStringLiteral("providerWords"));
    m_providerWords->setWordWrap(true);
    m_providerWords->setTextInteractionFlags(Qt::TextSelectableByMouse); // there is an address in it
    m_providerWords->hide();
    auto *column = new QVBoxLayout(this);
    column->addLayout(m_form);
    column->addWidget(m_providerWords);
    column->addStretch(1);
    setFocusProxy(m_name);
}

void AccountPage::makeSecret()
{
    makeSecretLine(m_password, tr("Show the password"));
    m_place->addItem(tr("Keep it safely on this computer"), static_cast<int>(SecretPlace::Keychain));
    m_place->addItem(tr("Ask me once each time the program runs"), static_cast<int>(SecretPlace::Session));
    m_place->addItem(tr("A command prints it"), static_cast<int>(SecretPlace::Command));
    m_placeWords->setObjectName(QStringLiteral("placeWords"));
    m_placeWords->setWordWrap(true);
}

void AccountPage::fill(const Accounts::Account &account)
{
    m_isNew = !account.id.isValid();
    m_stored = account.secretPlace;
    m_name->setText(account.name);
    m_fromName->setText(account.fromName);
    m_address->setText(account.fromAddress);
    m_host->setText(account.server.host);
    const bool isBlank = m_isNew && account.server.host.isEmpty();
    choose(m_security, isBlank ? Net::Security::Tls : account.server.security);
    m_port->setValue(account.server.port != 0 ? account.server.port : Accounts::defaultPort(security()));
    m_user->setText(account.user);
    if (!m_isNew && account.needs(Accounts::SecretOf::SignIn) && m_stored != SecretPlace::None)
        m_password->setPlaceholderText(tr("unchanged"));
    const bool isElsewhere = m_stored == SecretPlace::Command || m_stored == SecretPlace::Session;
    choose(m_place, isElsewhere ? m_stored : SecretPlace::Keychain);
    m_command->setText(account.secretCommand);
    write(m_filled);
    m_provider.clear();
    follow(Accounts::providerFor(account.fromAddress));
}

void AccountPage::write(Accounts::Account &account) const
{
    account.name = m_name->text().trimmed();
    account.fromName = m_fromName->text().trimmed();
    account.fromAddress = m_address->text().trimmed();
    account.server.host = m_host->text().trimmed();
    account.server.port = static_cast<quint16>(m_port->value());
    account.server.security = security();
    account.user = m_user->text().trimmed();
    const auto place = chosen<SecretPlace>(m_place);
    if (!account.needs(Accounts::SecretOf::SignIn)) {
        account.secretPlace = SecretPlace::None;
    } else if (place != SecretPlace::Keychain) {
        account.secretPlace = place;
    } else if (account.secretPlace != SecretPlace::Vault && account.secretPlace != SecretPlace::Keychain) {
        account.secretPlace = SecretPlace::None; // where it goes is known once it is there
    }
    account.secretCommand =
        account.secretPlace == SecretPlace::Command ? m_command->text().trimmed() : QString();
}

QWidget *AccountPage::field(const QString &subject) const
{
    const QHash<QString, QWidget *> fields{
        {QStringLiteral("name"), m_name},      {QStringLiteral("host"), m_host},
        {QStringLiteral("port"), m_port},      {QStringLiteral("from"), m_address},
        {QStringLiteral("user"), m_user},      {QStringLiteral("security"), m_security},
        {QStringLiteral("command"), m_command}};
    return fields.value(subject);
}

std::optional<QByteArray> AccountPage::password() const
{
    return m_password->text().isEmpty() ? std::nullopt : std::optional(m_password->text().toUtf8());
}

QLineEdit *AccountPage::passwordField() const
{
    return m_password;
}

Net::Security AccountPage::security() const
{
    return chosen<Net::Security>(m_security);
}

void AccountPage::showSecret(bool needed)
{
    m_needsSecret = needed;
    showPlace();
}

/// From the address: what most providers use. Only into fields that are still empty.
void AccountPage::guess()
{
    const Base::Result<Message::Address> address = Message::Address::parse(m_address->text());
    if (!address)
        return;
    const std::optional<Accounts::Provider> provider = Accounts::providerFor(address->addrSpec());
    if (provider && m_isNew && provider->id != m_provider)
        take(*provider, *address);
    follow(provider);
    if (m_user->text().isEmpty() && m_isNew)
        m_user->setText(address->addrSpec());
    if (m_host->text().isEmpty())
        m_host->setPlaceholderText(tr("perhaps smtp.%1").arg(address->domain()));
    if (m_name->text().isEmpty())
        m_name->setText(address->domain());
}

/// Server, port, security and user, each where it is still what the program put there.
void AccountPage::take(const Accounts::Provider &provider, const Message::Address &address)
{
    Accounts::Account wanted;
    wanted.fromAddress = address.addrSpec();
    if (!Accounts::fill(wanted, provider))
        return; // it takes no mail from here
    Accounts::Account now = m_filled;
    write(now);
    if (now.server.host == m_filled.server.host)
        m_host->setText(wanted.server.host);
    if (now.server.security == m_filled.server.security && now.server.port == m_filled.server.port) {
        choose(m_security, wanted.server.security);
        m_port->setValue(wanted.server.port);
        Q_EMIT securityChosen();
    }
    if (now.user == m_filled.user)
        m_user->setText(wanted.user);
    if (provider.signIn == Accounts::SignIn::OAuth2 && m_command->text().isEmpty())
        choose(m_place, SecretPlace::Command);
    const QString name = m_name->text();
    write(m_filled);
    m_name->setText(name.isEmpty() ? provider.name : name);
}

void AccountPage::follow(const std::optional<Accounts::Provider> &provider)
{
    const QString advice = provider ? signInAdvice(*provider) : QString();
    m_providerWords->setText(advice);
    m_providerWords->setVisible(!advice.isEmpty());
    const QString id = provider ? provider->id : QString();
    if (id != std::exchange(m_provider, id))
        Q_EMIT providerKnown(provider);
}

void AccountPage::followSecurity()
{
    bool usual = false;
    for (const Net::Security each : {Net::Security::Tls, Net::Security::StartTls, Net::Security::None})
        usual = usual || m_port->value() == Accounts::defaultPort(each);
    if (usual) // a port of one's own stays
        m_port->setValue(Accounts::defaultPort(security()));
    Q_EMIT securityChosen();
}

void AccountPage::showPlace()
{
    const auto place = chosen<SecretPlace>(m_place);
    m_form->setRowVisible(m_password, m_needsSecret && place != SecretPlace::Command);
    m_form->setRowVisible(m_place, m_needsSecret);
    m_form->setRowVisible(m_command, m_needsSecret && place == SecretPlace::Command);
    m_form->setRowVisible(m_placeWords, m_needsSecret);
    const bool isStored = m_stored == SecretPlace::Vault || m_stored == SecretPlace::Keychain;
    if (place != SecretPlace::Keychain)
        m_placeWords->setText(sentence(place));
    else if (isStored)
        m_placeWords->setText(sentence(m_stored));
    else
        m_placeWords->setText(
            tr("In the desktop's keychain; where none answers, in a sealed file that a passphrase opens."));
}

} // namespace Ui
