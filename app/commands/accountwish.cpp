#include "app/commands/accountwish.h"

#include "app/commands/accountlimits.h"
#include "core/net/certificatetrust.h"
#include "core/net/pin.h"

#include <QFileInfo>

namespace App {

namespace {

using Accounts::Account;
using Accounts::SecretPlace;

/// What is given of it.
void applyTrust(Account &account, const QCommandLineParser &parser)
{
    const auto value = [&parser](const char *option) { return parser.value(QString::fromLatin1(option)); };
    const auto takeFile = [&parser, &value](const char *option, QString &file) {
        if (parser.isSet(QString::fromLatin1(option)))
            file = value(option).isEmpty() ? QString() : QFileInfo(value(option)).absoluteFilePath();
    };
    Net::Trust &trust = account.trust;
    takeFile("ca-file", trust.caFile);
    takeFile("client-certificate", trust.client.certificateFile);
    takeFile("client-key", trust.client.keyFile);
    if (parser.isSet(QStringLiteral("pin")))
        trust.pins.clear();
    for (const QString &pin : parser.values(QStringLiteral("pin")))
        trust.pins.append(Net::pinFrom(pin).value_or(pin)); // check() says what is wrong with it
    if (parser.isSet(QStringLiteral("trust"))) {
        trust.exception = {value("trust").remove(QLatin1Char(':')).toLower(), account.server.host,
                           account.server.port, Net::ownServerErrorNames()};
        if (parser.isSet(QStringLiteral("trust-errors")))
            trust.exception.errors = value("trust-errors").split(QLatin1Char(','), Qt::SkipEmptyParts);
    }
}

/// A number from least to most, where it is given.
Base::Done applyNumber(int &number, const QCommandLineParser &parser, const QString &option, int least,
                       int most, const QString &words)
{
    if (!parser.isSet(option))
        return {};
    bool ok = false;
    const int given = parser.value(option).toInt(&ok);
    if (!ok || given < least || given > most)
        return Base::Error{Base::ErrorKind::BadAccount, option, words};
    number = given;
    return {};
}

Base::Done applyServer(Account &account, const QCommandLineParser &parser)
{
    const auto value = [&parser](const char *option) { return parser.value(QString::fromLatin1(option)); };
    if (parser.isSet(QStringLiteral("host")))
        account.server.host = value("host");
    if (parser.isSet(QStringLiteral("security"))) {
        const Base::Result<Net::Security> security = Accounts::securityFromName(value("security"));
        if (!security)
            return security.error();
        // A port of one's own stays.
        if (account.server.port == 0 || account.server.port == Accounts::defaultPort(account.server.security))
            account.server.port = Accounts::defaultPort(*security);
        account.server.security = *security;
    }
    if (parser.isSet(QStringLiteral("port")))
        account.server.port = value("port").toUShort(); // 0 when it is no port: check() says so
    if (parser.isSet(QStringLiteral("proxy"))) {
        const Base::Result<Net::Proxy> proxy = Net::proxyFromUrl(value("proxy"));
        if (!proxy)
            return proxy.error();
        account.server.proxy = *proxy;
    }
    return {};
}

Base::Done applySignIn(Account &account, const QCommandLineParser &parser)
{
    const auto value = [&parser](const char *option) { return parser.value(QString::fromLatin1(option)); };
    if (parser.isSet(QStringLiteral("auth"))) {
        const Base::Result<Accounts::Auth> auth = Accounts::authFromName(value("auth"));
        if (!auth)
            return auth.error();
        account.auth = *auth;
    }
    if (parser.isSet(QStringLiteral("user")))
        account.user = value("user");
    if (parser.isSet(QStringLiteral("password-command")) || parser.isSet(QStringLiteral("password-stdin"))) {
        account.secretCommand = value("password-command");
        account.secretPlace = account.secretCommand.isEmpty() ? SecretPlace::None : SecretPlace::Command;
    }
    if (parser.isSet(QStringLiteral("allow-cleartext-password")))
        account.allowCleartextPassword = true;
    return {};
}

} // namespace

Base::Done applyWish(Account &account, const QCommandLineParser &parser)
{
    const auto value = [&parser](const char *option) { return parser.value(QString::fromLatin1(option)); };
    if (parser.isSet(QStringLiteral("from"))) {
        const Base::Result<Message::Address> from = Message::Address::parse(value("from"));
        if (!from)
            return from.error();
        account.fromName = from->displayName();
        account.fromAddress = from->addrSpec();
    }
    for (const auto &part : {applyProvider, applyServer, applySignIn}) {
        if (const Base::Done done = part(account, parser); !done)
            return done;
    }
    if (const Base::Done done = applyLimits(account.limits, parser); !done)
        return done;
    if (parser.isSet(QStringLiteral("helo")))
        account.helo = value("helo");
    applyTrust(account, parser);
    if (parser.isSet(QStringLiteral("lane"))) {
        const Base::Result<Accounts::Lane> lane = Accounts::laneFromName(value("lane"));
        if (!lane)
            return lane.error();
        account.lane = *lane;
    }
    if (parser.isSet(QStringLiteral("also-from"))) {
        account.alsoFrom = parser.values(QStringLiteral("also-from"));
        account.alsoFrom.removeAll(QString());
    }
    if (parser.isSet(QStringLiteral("lmtp")))
        account.lmtp = true;
    if (parser.isSet(QStringLiteral("sent-folder"))) {
        const QString folder = parser.value(QStringLiteral("sent-folder"));
        account.sentFolder = folder.isEmpty() ? folder : QFileInfo(folder).absoluteFilePath();
    }
    if (const Base::Done done =
            applyNumber(account.maxPerConnection, parser, QStringLiteral("max-per-connection"), 0, 0x7fffffff,
                        QStringLiteral("a number from 0"));
        !done)
        return done;
    return applyNumber(account.maxConnections, parser, QStringLiteral("max-connections"), 1, 20,
                       QStringLiteral("a number from 1 to 20"));
}

} // namespace App
