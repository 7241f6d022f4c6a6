#include "core/accounts/providers.h"

#include "core/message/address.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <array>

// Resources of a static library are linked in only when they are asked for.
static void initialiseResources()
{
    Q_INIT_RESOURCE(accounts_providers);
}

namespace Accounts {

namespace {

constexpr std::array signIns{
    std::pair{SignIn::Password, "password"}, std::pair{SignIn::AppPassword, "app-password"},
    std::pair{SignIn::OAuth2, "oauth2"},     std::pair{SignIn::BridgePassword, "bridge-password"},
    std::pair{SignIn::Token, "token"},
};

SignIn signInFrom(const QString &name)
{
    for (const auto &[signIn, text] : signIns) {
        if (name == QLatin1String(text))
            return signIn;
    }
    return SignIn::Password;
}

Provider providerFrom(const QJsonObject &object)
{
    const auto text = [&object](const char *key) { return object.value(QLatin1String(key)).toString(); };
    Provider provider;
    provider.id = text("id");
    provider.name = text("name");
    for (const QJsonValue domain : object.value(QLatin1String("domains")).toArray())
        provider.domains.append(domain.toString());
    provider.server.host = text("host");
    provider.server.port = static_cast<quint16>(object.value(QLatin1String("port")).toInt());
    provider.server.security =
        securityFromName(text("security")).ok() ? *securityFromName(text("security")) : Net::Security::Tls;
    provider.localUser = text("user") == QLatin1String("local");
    const Base::Result<Auth> auth = authFromName(text("auth"));
    provider.auth = auth ? *auth : Auth::Auto;
    provider.signIn = signInFrom(text("signIn"));
    provider.enableFirst = object.value(QLatin1String("enableFirst")).toBool();
    provider.hasNoSmtp = object.contains(QLatin1String("refused"));
    provider.help = text("help");
    provider.limits = limitsFrom(object.value(QLatin1String("limits")).toObject());
    provider.source = text("source");
    provider.checked = QDate::fromString(text("checked"), Qt::ISODate);
    return provider;
}

QList<Provider> readProviders()
{
    initialiseResources();
    QFile file(QStringLiteral(":/providers.json"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QList<Provider> all;
    const QJsonObject document = QJsonDocument::fromJson(file.readAll()).object();
    for (const QJsonValue each : document.value(QLatin1String("providers")).toArray())
        all.append(providerFrom(each.toObject()));
    return all;
}

bool isOf(const QString &pattern, const QString &domain)
{
    return pattern.startsWith(QLatin1String("*.")) ? domain.endsWith(QStringView(pattern).mid(1))
                                                   : domain == pattern;
}

} // namespace

const QList<Provider> &providers()
{
    static const QList<Provider> all = readProviders();
    return all;
}

std::optional<Provider> provider(const QString &id)
{
    for (const Provider &each : providers()) {
        if (each.id.compare(id, Qt::CaseInsensitive) == 0)
            return each;
    }
    return std::nullopt;
}

std::optional<Provider> providerFor(const QString &address)
{
    const Base::Result<Message::Address> parsed = Message::Address::parse(address);
    if (!parsed)
        return std::nullopt;
    const QString domain = parsed->domain().toLower();
    for (const Provider &each : providers()) {
        for (const QString &pattern : each.domains) {
            if (isOf(pattern, domain))
                return each;
        }
    }
    return std::nullopt;
}

Base::Done fill(Account &account, const Provider &provider)
{
    if (provider.hasNoSmtp)
        return Base::Error{Base::ErrorKind::BadAccount, QStringLiteral("provider"),
                           QStringLiteral("%1 takes mail from its own programs only").arg(provider.name)};
    const Base::Result<Message::Address> address = Message::Address::parse(account.fromAddress);
    if (!address)
        return Base::Error{Base::ErrorKind::BadAccount, QStringLiteral("from"), address.error().detail};
    const Net::Proxy proxy = account.server.proxy;
    account.server = provider.server;
    account.server.proxy = proxy;
    account.auth = provider.auth;
    account.user = provider.localUser ? address->localPart() : address->addrSpec();
    account.limits = provider.limits;
    return {};
}

QString name(SignIn signIn)
{
    for (const auto &[each, text] : signIns) {
        if (each == signIn)
            return QString::fromLatin1(text);
    }
    return {};
}

} // namespace Accounts
