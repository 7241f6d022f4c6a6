#include "ui/accounts/advancedpage.h"

#include "ui/accounts/fileline.h"
#include "ui/accounts/formfields.h"
#include "ui/common/plainlabel.h"
#include "ui/common/words.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QHash>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>

namespace Ui {

using Kind = Net::Proxy::Kind;

namespace {

constexpr int mostConnections = 20;
constexpr int mostPerConnection = 100'000;

int usualPort(Kind kind)
{
    return kind == Kind::HttpConnect ? 8080 : 1080;
}

QLabel *makeWords(QWidget *parent, const char *objectName)
{
    auto *words = new PlainLabel(parent);
    words->setObjectName(QLatin1String(objectName));
    words->setWordWrap(true);
    return words;
}

} // namespace

AdvancedPage::AdvancedPage(Prompts &prompts, QWidget *parent)
    : QWidget(parent)
    , m_form(new QFormLayout(this))
    , m_auth(makeBox(this, "auth"))
    , m_authWords(makeWords(this, "authWords"))
    , m_cleartext(new QCheckBox(tr("Allow the password to travel &unencrypted"), this))
    , m_helo(makeLine(this, "helo", tr("automatic: tells nothing of this computer")))
    , m_lmtp(new QCheckBox(tr("The server speaks &LMTP instead of SMTP"), this))
    , m_proxyKind(makeBox(this, "proxyKind"))
    , m_proxyHost(makeLine(this, "proxyHost", tr("proxy.example.org")))
    , m_proxyPort(makeNumber(this, "proxyPort", 1, 65535))
    , m_proxyUser(makeLine(this, "proxyUser", tr("empty: the proxy asks nobody")))
    , m_proxyPassword(makeLine(this, "proxyPassword", {}))
    , m_lane(makeBox(this, "lane"))
    , m_laneWords(makeWords(this, "laneWords"))
    , m_connections(makeNumber(this, "connections", 1, mostConnections))
    , m_perConnection(makeNumber(this, "perConnection", 0, mostPerConnection))
    , m_fallback(makeBox(this, "fallback"))
    , m_alsoFrom(makeLine(this, "alsoFrom", tr("no other address")))
    , m_sentFolder(new FileLine(prompts, QStringLiteral("sentFolder"),
                                tr("Folder for copies of sent messages"), {}, this))
{
    makeSignIn();
    makeProxy();
    makePace();
    makeFallback();
    makeSentFolder();
}

void AdvancedPage::makeSignIn()
{
    for (const Accounts::Auth auth : Accounts::allAuths())
        m_auth->addItem(word(auth), static_cast<int>(auth));
    m_cleartext->setObjectName(QStringLiteral("allowCleartext"));
    m_lmtp->setObjectName(QStringLiteral("lmtp"));
    m_form->addRow(tr("Sign-in &method:"), m_auth);
    m_form->addRow(QString(), m_authWords);
    m_form->addRow(QString(), m_cleartext);
    m_form->addRow(tr("&Name said in EHLO:"), m_helo);
    m_form->addRow(QString(), m_lmtp);
    connect(m_auth, &QComboBox::activated, this, [this] {
        showAuth();
        Q_EMIT authChosen();
    });
}

void AdvancedPage::makeProxy()
{
    for (const Kind kind : {Kind::None, Kind::Socks5, Kind::HttpConnect})
        m_proxyKind->addItem(word(kind), static_cast<int>(kind));
    makeSecretLine(m_proxyPassword, tr("Show the proxy's password"));
    m_form->addRow(tr("&Proxy:"), m_proxyKind);
    m_form->addRow(tr("Proxy &host:"), m_proxyHost);
    m_form->addRow(tr("Proxy po&rt:"), m_proxyPort);
    m_form->addRow(tr("S&ign in there as:"), m_proxyUser);
    m_form->addRow(tr("Pass&word there:"), m_proxyPassword);
    connect(m_proxyKind, &QComboBox::activated, this, &AdvancedPage::followProxy);
    connect(m_proxyUser, &QLineEdit::textChanged, this, &AdvancedPage::showProxy);
    connect(m_proxyHost, &QLineEdit::editingFinished, this, &AdvancedPage::takeProxyUrl);
}

void AdvancedPage::makePace()
{
    using Accounts::Lane;
    for (const Lane lane : {Lane::Default, Lane::Bulk, Lane::Window})
        m_lane->addItem(word(lane), static_cast<int>(lane));
    m_perConnection->setSpecialValueText(tr("any number"));
    m_form->addRow(tr("Pa&ce:"), m_lane);
    m_form->addRow(QString(), m_laneWords);
    m_form->addRow(tr("Num&ber of connections:"), m_connections);
    m_form->addRow(tr("Messa&ges over each:"), m_perConnection);
    connect(m_lane, &QComboBox::currentIndexChanged, this,
            [this] { m_laneWords->setText(sentence(chosen<Lane>(m_lane))); });
}

void AdvancedPage::makeFallback()
{
    setOthers({}, {});
    // Without letters of their own: all are taken.
    m_form->addRow(tr("When it cannot send:"), m_fallback);
    QLabel *words = makeWords(this, "fallbackWords");
    words->setText(
        tr("While the server cannot be reached, or does not let you in, the other account sends instead, if "
           "it may send as the same address and the server has seen nothing of the message."));
    m_form->addRow(QString(), words);
    m_form->addRow(tr("May also send as:"), m_alsoFrom);
}

void AdvancedPage::setOthers(const QList<Accounts::Account> &others, Base::AccountId chosen)
{
    m_fallback->clear();
    m_fallback->addItem(tr("Messages wait"), qint64(0));
    for (const Accounts::Account &other : others)
        m_fallback->addItem(tr("“%1” sends instead").arg(other.name), other.id.value);
    m_fallback->setCurrentIndex(std::max(0, m_fallback->findData(chosen.value)));
}

void AdvancedPage::makeSentFolder()
{
    m_sentFolder->setPlaceholderText(tr("in no other program"));
    m_form->addRow(tr("&Keep sent messages in:"), m_sentFolder);
    qobject_cast<QLabel *>(m_form->labelForField(m_sentFolder))->setBuddy(m_sentFolder->line());
    QLabel *words = makeWords(this, "sentFolderWords");
    words->setText(
        tr("A Maildir folder that your mail program reads: everything sent through this account appears "
           "there too."));
    m_form->addRow(QString(), words);
}

void AdvancedPage::fill(const Accounts::Account &account)
{
    m_isNew = !account.id.isValid();
    m_filled = account.auth;
    choose(m_auth, account.auth);
    m_cleartext->setChecked(account.allowCleartextPassword);
    m_helo->setText(account.helo);
    m_lmtp->setChecked(account.lmtp);
    const Net::Proxy &proxy = account.server.proxy;
    choose(m_proxyKind, proxy.kind);
    m_proxyHost->setText(proxy.host);
    m_proxyPort->setValue(proxy.port != 0 ? proxy.port : usualPort(proxy.kind));
    m_proxyUser->setText(proxy.user);
    if (account.proxySecretPlace != Accounts::SecretPlace::None)
        m_proxyPassword->setPlaceholderText(tr("unchanged"));
    choose(m_lane, account.lane);
    m_laneWords->setText(sentence(account.lane));
    m_connections->setValue(account.maxConnections);
    m_perConnection->setValue(account.maxPerConnection);
    m_alsoFrom->setText(account.alsoFrom.join(QStringLiteral(", ")));
    m_sentFolder->setPath(account.sentFolder);
    setSecurity(account.server.security);
    showAuth();
    showProxy();
}

void AdvancedPage::write(Accounts::Account &account) const
{
    account.auth = chosen<Accounts::Auth>(m_auth);
    account.allowCleartextPassword =
        account.server.security == Net::Security::None && m_cleartext->isChecked();
    account.helo = m_helo->text().trimmed();
    account.lmtp = m_lmtp->isChecked();
    account.server.proxy = proxy();
    account.lane = chosen<Accounts::Lane>(m_lane);
    account.maxConnections = m_connections->value();
    account.maxPerConnection = m_perConnection->value();
    account.fallback = Base::AccountId{m_fallback->currentData().toLongLong()};
    account.alsoFrom.clear();
    for (const QString &address : m_alsoFrom->text().split(QLatin1Char(','), Qt::SkipEmptyParts))
        account.alsoFrom.append(address.trimmed());
    account.sentFolder = m_sentFolder->path();
}

/// In the form in which it is kept, where it has one: a name's capital letters are no mistake.
Net::Proxy AdvancedPage::proxy() const
{
    const auto kind = chosen<Kind>(m_proxyKind);
    if (kind == Kind::None)
        return {};
    const Net::Proxy typed{kind, m_proxyHost->text().trimmed(), static_cast<quint16>(m_proxyPort->value()),
                           m_proxyUser->text().trimmed()};
    const Base::Result<Net::Proxy> kept = Net::proxyFromUrl(Net::toUrl(typed));
    return kept ? *kept : typed;
}

QWidget *AdvancedPage::field(const QString &subject) const
{
    const QHash<QString, QWidget *> fields{
        {QStringLiteral("helo"), m_helo},         {QStringLiteral("auth"), m_auth},
        {QStringLiteral("lane"), m_lane},         {QStringLiteral("also-from"), m_alsoFrom},
        {QStringLiteral("fallback"), m_fallback}, {QStringLiteral("sent-folder"), m_sentFolder->line()}};
    if (subject != QLatin1String("proxy"))
        return fields.value(subject);
    Net::Proxy nobody = proxy();
    nobody.user.clear();
    const auto known = Net::proxyFromUrl(Net::toUrl(nobody));
    return known && *known == nobody ? m_proxyUser : m_proxyHost;
}

void AdvancedPage::offer(const std::optional<Accounts::Provider> &provider)
{
    if (!m_isNew || chosen<Accounts::Auth>(m_auth) != m_filled)
        return;
    m_filled = provider ? provider->auth : Accounts::Auth::Auto;
    choose(m_auth, m_filled);
    showAuth();
}

std::optional<QByteArray> AdvancedPage::proxyPassword() const
{
    return m_proxyPassword->text().isEmpty() ? std::nullopt : std::optional(m_proxyPassword->text().toUtf8());
}

QLineEdit *AdvancedPage::proxyPasswordField() const
{
    return m_proxyPassword;
}

void AdvancedPage::setSecurity(Net::Security security)
{
    m_form->setRowVisible(m_cleartext, security == Net::Security::None);
}

void AdvancedPage::showAuth()
{
    const bool external = chosen<Accounts::Auth>(m_auth) == Accounts::Auth::External;
    m_authWords->setText(external ? tr("Choose your certificate and its key under Certificates.")
                                  : QString());
    m_form->setRowVisible(m_authWords, external);
}

void AdvancedPage::followProxy()
{
    const int port = m_proxyPort->value();
    if (port == usualPort(Kind::Socks5) || port == usualPort(Kind::HttpConnect)) // one's own stays
        m_proxyPort->setValue(usualPort(chosen<Kind>(m_proxyKind)));
    showProxy();
}

void AdvancedPage::showProxy()
{
    const bool used = chosen<Kind>(m_proxyKind) != Kind::None;
    m_form->setRowVisible(m_proxyHost, used);
    m_form->setRowVisible(m_proxyPort, used);
    m_form->setRowVisible(m_proxyUser, used);
    m_form->setRowVisible(m_proxyPassword, used && !m_proxyUser->text().trimmed().isEmpty());
}

/// Whoever pastes "socks5://ada@proxy.example:1080" has said everything.
void AdvancedPage::takeProxyUrl()
{
    if (!m_proxyHost->text().contains(QLatin1String("://")))
        return;
    const Base::Result<Net::Proxy> proxy = Net::proxyFromUrl(m_proxyHost->text().trimmed());
    if (!proxy || proxy->isNull())
        return; // Accounts::check() says so
    choose(m_proxyKind, proxy->kind);
    m_proxyHost->setText(proxy->host);
    m_proxyPort->setValue(proxy->port);
    m_proxyUser->setText(proxy->user);
    showProxy();
}

} // namespace Ui
