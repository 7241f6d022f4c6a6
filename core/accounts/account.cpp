#include "core/accounts/account.h"

#include "core/message/address.h"
#include "core/net/certificatetrust.h"
#include "core/net/pin.h"

#include <QDir>
#include <QJsonArray>

#include <algorithm>
#include <array>
#include <utility>

namespace Accounts {

namespace {

using Base::Error;
using Base::ErrorKind;

constexpr std::array securities{
    std::pair{Net::Security::Tls, "tls"},
    std::pair{Net::Security::StartTls, "starttls"},
    std::pair{Net::Security::None, "none"},
};
constexpr std::array auths{
    std::pair{Auth::Auto, "auto"},
    std::pair{Auth::None, "none"},
    std::pair{Auth::Plain, "plain"},
    std::pair{Auth::Login, "login"},
    std::pair{Auth::CramMd5, "cram-md5"},
    std::pair{Auth::ScramSha1, "scram-sha-1"},
    std::pair{Auth::ScramSha256, "scram-sha-256"},
    std::pair{Auth::XOAuth2, "xoauth2"},
    std::pair{Auth::OAuthBearer, "oauthbearer"},
    std::pair{Auth::External, "external"},
};
constexpr std::array lanes{
    std::pair{Lane::Default, "default"},
    std::pair{Lane::Bulk, "bulk"},
    std::pair{Lane::Window, "window"},
};
constexpr std::array places{
    std::pair{SecretPlace::None, "none"},       std::pair{SecretPlace::Keychain, "keychain"},
    std::pair{SecretPlace::Vault, "vault"},     std::pair{SecretPlace::Command, "command"},
    std::pair{SecretPlace::Session, "session"},
};

template <class Table, class Value>
QString nameIn(const Table &table, Value value)
{
    for (const auto &[each, text] : table) {
        if (each == value)
            return QString::fromLatin1(text);
    }
    return {};
}

template <class Table>
auto valueIn(const Table &table, const QString &name) -> std::optional<decltype(table.front().first)>
{
    for (const auto &[each, text] : table) {
        if (name == QLatin1String(text))
            return each;
    }
    return std::nullopt;
}

bool hasControls(const QString &text)
{
    return std::any_of(text.begin(), text.end(),
                       [](QChar c) { return c.unicode() < 0x20 || c.unicode() == 0x7f; });
}

Error bad(const char *field, const QString &why)
{
    return {ErrorKind::BadAccount, QString::fromLatin1(field), why};
}

bool isHex64(const QString &text)
{
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](QChar c) {
               return (c >= QLatin1Char('0') && c <= QLatin1Char('9')) ||
                      (c >= QLatin1Char('a') && c <= QLatin1Char('f'));
           });
}

Base::Done check(const Net::Trust &trust)
{
    if (!trust.exception.isNull() && !isHex64(trust.exception.sha256))
        return bad("trust", QStringLiteral("a certificate's SHA-256 is 64 hexadecimal digits"));
    for (const QString &error : trust.exception.errors) {
        if (!Net::certificateErrorNames().contains(error))
            return bad("trust-errors",
                       QStringLiteral("no error of a certificate is called \"%1\"; they are %2")
                           .arg(error, Net::certificateErrorNames().join(QStringLiteral(", "))));
    }
    for (const QString &pin : trust.pins) {
        if (Net::pinFrom(pin) != pin)
            return bad("pin", QStringLiteral(
                                  "a pin is the base64 of a key's SHA-256, or its 64 hexadecimal digits"));
    }
    if (trust.client.certificateFile.isEmpty() != trust.client.keyFile.isEmpty())
        return bad(trust.client.keyFile.isEmpty() ? "client-key" : "client-certificate",
                   QStringLiteral("a client certificate and its key go together"));
    return {};
}

void writeTrust(QJsonObject &object, const Net::Trust &trust)
{
    object.insert(QStringLiteral("caFile"), trust.caFile);
    object.insert(QStringLiteral("trust"), trust.exception.sha256);
    if (!trust.exception.isNull()) {
        object.insert(QStringLiteral("trustHost"), trust.exception.host);
        object.insert(QStringLiteral("trustPort"), trust.exception.port);
        object.insert(QStringLiteral("trustErrors"), QJsonArray::fromStringList(trust.exception.errors));
    }
    object.insert(QStringLiteral("pins"), QJsonArray::fromStringList(trust.pins));
    object.insert(QStringLiteral("clientCertificate"), trust.client.certificateFile);
    object.insert(QStringLiteral("clientKey"), trust.client.keyFile);
}

Net::Trust readTrust(const QJsonObject &object, const Net::Endpoint &server)
{
    const auto text = [&object](const char *key) { return object.value(QLatin1String(key)).toString(); };
    const auto list = [&object](const char *key) {
        QStringList texts;
        for (const QJsonValue each : object.value(QLatin1String(key)).toArray())
            texts.append(each.toString());
        return texts;
    };
    Net::Trust trust;
    trust.caFile = text("caFile");
    trust.pins = list("pins");
    trust.client = {text("clientCertificate"), text("clientKey")};
    const QString sha256 = text("trust");
    if (sha256.isEmpty())
        return trust;
    if (object.contains(QLatin1String("trustHost")))
        trust.exception = {sha256, text("trustHost"),
                           static_cast<quint16>(object.value(QLatin1String("trustPort")).toInt()),
                           list("trustErrors")};
    else // written before exceptions knew for what they are
        trust.exception = {sha256, server.host, server.port, Net::ownServerErrorNames()};
    return trust;
}

} // namespace

QList<Auth> allAuths()
{
    QList<Auth> all;
    for (const auto &[auth, text] : auths)
        all.append(auth);
    return all;
}

QString mechanism(Auth auth)
{
    return auth == Auth::Auto || auth == Auth::None ? QString() : name(auth).toUpper();
}

bool isSameSignIn(const Account &one, const Account &other)
{
    return one.server == other.server && one.user == other.user && one.auth == other.auth;
}

QString secretKey(const Account &account, SecretOf which)
{
    const QString key = QStringLiteral("account-%1").arg(account.id.value);
    return which == SecretOf::SignIn ? key : key + QStringLiteral("-proxy");
}

bool maySendAs(const Account &account, const QString &address)
{
    const Base::Result<Message::Address> wanted = Message::Address::parse(address);
    const auto isIt = [&wanted](const QString &own) {
        const Base::Result<Message::Address> parsed = Message::Address::parse(own);
        return parsed && parsed->localPart() == wanted->localPart() &&
               parsed->domain().compare(wanted->domain(), Qt::CaseInsensitive) == 0;
    };
    return wanted &&
           (isIt(account.fromAddress) || std::any_of(account.alsoFrom.begin(), account.alsoFrom.end(), isIt));
}

Base::Done check(const Account &account)
{
    if (account.name.trimmed().isEmpty() || hasControls(account.name))
        return bad("name", QStringLiteral("an account needs a name of printable characters"));
    if (account.server.host.isEmpty() || hasControls(account.server.host) ||
        account.server.host.contains(QLatin1Char(' ')) || account.server.host.contains(QLatin1Char('/')))
        return bad("host", QStringLiteral("not a server's name or address"));
    if (account.server.port == 0)
        return bad("port", QStringLiteral("a port is a number from 1 to 65535"));
    if (hasControls(account.user))
        return bad("user", QStringLiteral("a user name cannot hold control characters"));
    for (const QChar c : account.helo) {
        if (c.unicode() <= 0x20 || c.unicode() >= 0x7f)
            return bad("helo", QStringLiteral("the name said in EHLO is a host name or an address literal"));
    }
    for (const QString &address : account.alsoFrom) {
        if (!Message::Address::parse(address))
            return bad("also-from", QStringLiteral("\"%1\" is no address").arg(address));
    }
    if (account.fallback.isValid() && account.fallback == account.id)
        return bad("fallback", QStringLiteral("an account does not stand in for itself"));
    if (!account.sentFolder.isEmpty() &&
        (!QDir::isAbsolutePath(account.sentFolder) || hasControls(account.sentFolder)))
        return bad("sent-folder", QStringLiteral("the folder for copies is a whole path"));
    const Base::Result<Message::Address> from = Message::Address::parse(account.fromAddress);
    if (!from)
        return bad("from", from.error().detail);
    if (const Base::Done done = check(account.trust); !done)
        return done;
    if (const auto proxy = Net::proxyFromUrl(Net::toUrl(account.server.proxy)); !proxy)
        return proxy.error();
    else if (*proxy != account.server.proxy)
        return bad("proxy", QStringLiteral("not a proxy's name or address"));
    if (const Base::Done done = check(account.limits); !done)
        return done;
    if (account.usesToken() && account.user.isEmpty())
        return bad("user", QStringLiteral("an access token needs a user's name"));
    if (account.auth == Auth::External && account.server.security == Net::Security::None)
        return bad("security", QStringLiteral("without TLS no certificate is shown that could sign us in"));
    if (account.auth == Auth::External && account.trust.client.certificateFile.isEmpty())
        return bad("client-certificate", QStringLiteral("it is the certificate that signs in"));
    if (account.server.security == Net::Security::None && account.needsSignIn() &&
        !account.allowCleartextPassword)
        return bad("security", QStringLiteral("a password would travel unencrypted"));
    return {};
}

QString name(Net::Security security)
{
    return nameIn(securities, security);
}
QString name(Auth auth)
{
    return nameIn(auths, auth);
}
QString name(Lane lane)
{
    return nameIn(lanes, lane);
}
QString name(SecretPlace place)
{
    return nameIn(places, place);
}

Base::Result<Net::Security> securityFromName(const QString &name)
{
    if (const auto found = valueIn(securities, name))
        return *found;
    return bad("security", QStringLiteral("\"%1\" is none of tls, starttls, none").arg(name));
}

Base::Result<Auth> authFromName(const QString &name)
{
    if (const auto found = valueIn(auths, name))
        return *found;
    QStringList known;
    for (const auto &[auth, text] : auths)
        known.append(QString::fromLatin1(text));
    return bad("auth", QStringLiteral("\"%1\" is none of %2").arg(name, known.join(QStringLiteral(", "))));
}

Base::Result<Lane> laneFromName(const QString &name)
{
    if (const auto found = valueIn(lanes, name))
        return *found;
    return bad("lane", QStringLiteral("\"%1\" is none of default, bulk, window").arg(name));
}

SecretPlace secretPlaceFromName(const QString &name)
{
    return valueIn(places, name).value_or(SecretPlace::None);
}

quint16 defaultPort(Net::Security security)
{
    switch (security) {
    case Net::Security::Tls:
        return 465;
    case Net::Security::StartTls:
        return 587;
    case Net::Security::None:
        break;
    }
    return 25;
}

QJsonObject toJson(const Account &account)
{
    QJsonObject object{
        {QStringLiteral("name"), account.name},
        {QStringLiteral("host"), account.server.host},
        {QStringLiteral("port"), account.server.port},
        {QStringLiteral("security"), name(account.server.security)},
        {QStringLiteral("proxy"), Net::toUrl(account.server.proxy)},
        {QStringLiteral("auth"), name(account.auth)},
        {QStringLiteral("user"), account.user},
        {QStringLiteral("secretPlace"), name(account.secretPlace)},
        {QStringLiteral("proxySecretPlace"), name(account.proxySecretPlace)},
        {QStringLiteral("passwordCommand"), account.secretCommand},
        {QStringLiteral("fromName"), account.fromName},
        {QStringLiteral("from"), account.fromAddress},
        {QStringLiteral("helo"), account.helo},
        {QStringLiteral("allowCleartextPassword"), account.allowCleartextPassword},
        {QStringLiteral("maxConnections"), account.maxConnections},
        {QStringLiteral("maxPerConnection"), account.maxPerConnection},
        {QStringLiteral("lane"), name(account.lane)},
        {QStringLiteral("lmtp"), account.lmtp},
        {QStringLiteral("sentFolder"), account.sentFolder},
        {QStringLiteral("fallback"), account.fallback.value},
        {QStringLiteral("alsoFrom"), QJsonArray::fromStringList(account.alsoFrom)},
    };
    write(object, account.limits);
    writeTrust(object, account.trust);
    return object;
}

Account fromJson(const QJsonObject &object)
{
    const auto text = [&object](const char *key) { return object.value(QLatin1String(key)).toString(); };
    Account account;
    account.name = text("name");
    account.server.host = text("host");
    account.server.port = static_cast<quint16>(object.value(QLatin1String("port")).toInt());
    account.server.security = valueIn(securities, text("security")).value_or(Net::Security::StartTls);
    // What cannot be read is no reason to go around it: a proxy without a port connects to nothing.
    const Base::Result<Net::Proxy> proxy = Net::proxyFromUrl(text("proxy"));
    account.server.proxy = proxy ? *proxy : Net::Proxy{Net::Proxy::Kind::Socks5, text("proxy"), 0, {}};
    account.trust = readTrust(object, account.server);
    account.auth = valueIn(auths, text("auth")).value_or(Auth::Auto);
    account.user = text("user");
    account.secretPlace = secretPlaceFromName(text("secretPlace"));
    account.proxySecretPlace = secretPlaceFromName(text("proxySecretPlace"));
    account.secretCommand = text("passwordCommand");
    account.fromName = text("fromName");
    account.fromAddress = text("from");
    account.helo = text("helo");
    account.allowCleartextPassword = object.value(QLatin1String("allowCleartextPassword")).toBool();
    account.maxPerConnection = std::max(0, object.value(QLatin1String("maxPerConnection")).toInt());
    account.limits = limitsFrom(object);
    account.lane = valueIn(lanes, text("lane")).value_or(Lane::Default);
    account.lmtp = object.value(QLatin1String("lmtp")).toBool();
    account.sentFolder = text("sentFolder");
    account.fallback = Base::AccountId{object.value(QLatin1String("fallback")).toInteger()};
    for (const QJsonValue &address : object.value(QLatin1String("alsoFrom")).toArray())
        account.alsoFrom.append(address.toString());
    account.maxConnections = qBound(1, object.value(QLatin1String("maxConnections")).toInt(2), 20);
    return account;
}

} // namespace Accounts
