// `postrider account …`: adds, lists, shows, removes and tests accounts. A password comes from stdin, from a
// command, or from a prompt; never from the command line, where every other user of the machine could read it
// (law 7).

#include "app/commands/accountlimits.h"
#include "app/commands/accountwish.h"
#include "app/commands/command.h"
#include "app/messagejson.h"
#include "app/office.h"
#include "app/terminal.h"
#include "ui/common/explain.h"

#include <QJsonArray>

namespace App {

namespace {

using Accounts::Account;
using Accounts::SecretPlace;

const QString command = QStringLiteral("account");

int fail(const Base::Error &error)
{
    Terminal::complain(error);
    return exitCodeFor(error);
}

struct Wish
{
    Account account;
    std::optional<QByteArray> secret;
    std::optional<QByteArray> proxySecret;
};

void addOptions(QCommandLineParser &parser)
{
    const auto option = [&parser](const char *name, const QString &words, const char *value = nullptr) {
        QCommandLineOption made(QString::fromLatin1(name), words);
        if (value)
            made.setValueName(QString::fromLatin1(value));
        parser.addOption(made);
    };
    option("host", tr("The server's name or address."), "H");
    option("port", tr("Its port; without it the usual one for the security chosen."), "P");
    option("security",
           tr("tls: encrypted from the start; starttls: turned to TLS before anything else; none: never "
              "encrypted."),
           "S");
    option("auth",
           tr("auto, none, plain, login, cram-md5, scram-sha-1, scram-sha-256, xoauth2, oauthbearer or "
              "external. With xoauth2 and oauthbearer the password is an access token."),
           "A");
    option("user", tr("The user name for signing in."), "U");
    option("password-stdin",
           tr("Reads the password from the first line of standard input and keeps it safe."));
    option("password-command", tr("Keeps only this command; the first line it prints is the password."),
           "CMD");
    option("from", tr("The sender's address, with or without a name."), "ADDRESS");
    option("ca-file", tr("PEM file with certificates to believe beside the system's."), "F");
    option(
        "trust",
        tr("SHA-256 of the one certificate of this server that is accepted although its issuer is unknown or "
           "its name another."),
        "SHA256");
    option("trust-errors",
           tr("With --trust: accept it with exactly these errors instead, separated by commas, such as "
              "self-signed-certificate,certificate-expired."),
           "ERRORS");
    option(
        "pin",
        tr("SHA-256 of a public key, in base64 or hexadecimal digits, that must vouch for the server beside "
           "everything else. May be given several times: one of them must."),
        "SHA256");
    option("client-certificate", tr("PEM file with the certificate that tells the server who you are."),
           "FILE");
    option("client-key", tr("PEM file with its key, without a passphrase."), "FILE");
    option("proxy",
           tr("Connects through this proxy: socks5://[USER@]HOST:PORT or http://[USER@]HOST:PORT. It looks "
              "up the "
              "server's name; without this no proxy is used, whatever the desktop has set."),
           "URL");
    option("proxy-password-stdin",
           tr("Reads the proxy's password from a line of standard input, behind the account's."));
    option("helo", tr("The name said in EHLO; without it an address literal that tells nothing."), "NAME");
    option("max-connections", tr("Connections at a time, 1 to 20."), "N");
    option("max-per-connection", tr("Messages over one connection; 0: any number."), "N");
    addLimitOptions(parser);
    option("lane",
           tr("default: one message after the other; bulk: the next one's envelope goes out with this one's "
              "content; "
              "window: several at once. What is on its way when the connection breaks is uncertain."),
           "LANE");
    option("lmtp", tr("The server speaks LMTP instead of SMTP."));
    option("sent-folder",
           tr("A Maildir that gets a copy of everything sent, for another program to read. It must be there, "
              "with "
              "the folders cur, new and tmp."),
           "DIR");
    option("also-from", tr("Another address the server lets it send as; may be said again. Empty: none."),
           "A");
    option(
        "fallback",
        tr("The account that sends instead while this one's server cannot be reached or does not let it in, "
           "where it may send as the sender. Empty: none."),
        "NAME");
    option("accept-weaker-auth",
           tr("With test: a weaker sign-in than the server offered before will do from here on."));
    option("allow-cleartext-password",
           tr("Lets a password travel unencrypted where --security none is chosen."));
}

/// The exit code when one is missing.
std::optional<int> askSecrets(Wish &wish, const QCommandLineParser &parser)
{
    const Account &account = wish.account;
    if (parser.isSet(QStringLiteral("password-stdin"))) {
        wish.secret = Terminal::readLine();
        if (!wish.secret || wish.secret->isEmpty())
            return usageError(command, tr("There was no password on standard input."));
    } else if (account.needs(Accounts::SecretOf::SignIn) && account.secretPlace == SecretPlace::None) {
        wish.secret = Terminal::askHidden(tr("Password for %1:").arg(account.user));
        if (!wish.secret)
            return usageError(command, tr("Give the password with --password-stdin or --password-command."));
    }
    if (parser.isSet(QStringLiteral("proxy-password-stdin"))) {
        wish.proxySecret = Terminal::readLine();
        if (!wish.proxySecret || wish.proxySecret->isEmpty())
            return usageError(command, tr("There was no password for the proxy on standard input."));
    } else if (account.needs(Accounts::SecretOf::Proxy) && account.proxySecretPlace == SecretPlace::None) {
        wish.proxySecret =
            Terminal::askHidden(tr("Password for %1 at the proxy:").arg(account.server.proxy.user));
        if (!wish.proxySecret)
            return usageError(command, tr("Give the proxy's password with --proxy-password-stdin."));
    }
    return std::nullopt;
}

/// The exit code when what is said about a password does not go together.
std::optional<int> checkSecrets(const Account &account, const QCommandLineParser &parser)
{
    const bool fromStdin = parser.isSet(QStringLiteral("password-stdin"));
    if (fromStdin && parser.isSet(QStringLiteral("password-command")))
        return usageError(command, tr("Take either --password-stdin or --password-command."));
    if (parser.isSet(QStringLiteral("trust-errors")) && !parser.isSet(QStringLiteral("trust")))
        return usageError(command, tr("--trust-errors needs a --trust."));
    const bool givesSecret = fromStdin || !account.secretCommand.isEmpty();
    if (givesSecret && account.auth == Accounts::Auth::External)
        return usageError(command, tr("With --auth external there is no password."));
    if (account.user.isEmpty() && givesSecret)
        return usageError(command, tr("A password needs a --user."));
    if (parser.isSet(QStringLiteral("proxy-password-stdin")) && !account.needs(Accounts::SecretOf::Proxy))
        return usageError(command, tr("--proxy-password-stdin needs a --proxy with a user name."));
    if (account.server.security == Net::Security::None && account.needsSignIn() &&
        !account.allowCleartextPassword)
        return usageError(command,
                          tr("With --security none the password would travel unencrypted, readable for "
                             "everyone on the way. "
                             "Choose --security starttls or tls, or say --allow-cleartext-password."));
    return std::nullopt;
}

/// Applies what is given and asks for what is missing; an exit code when it is over already.
std::optional<int> complete(Wish &wish, const QCommandLineParser &parser)
{
    if (const Base::Done done = applyWish(wish.account, parser); !done)
        return fail(done.error());
    if (const std::optional<int> over = checkSecrets(wish.account, parser))
        return over;
    if (const Base::Done done = Accounts::check(wish.account); !done)
        return fail(done.error());
    return askSecrets(wish, parser);
}

/// Which account is meant is known by name only.
Base::Done applyFallback(Account &account, Office &office, const QCommandLineParser &parser)
{
    if (!parser.isSet(QStringLiteral("fallback")))
        return {};
    const QString name = parser.value(QStringLiteral("fallback"));
    account.fallback = {};
    if (name.isEmpty())
        return {};
    const Base::Result<Account> other = office.query().account(name);
    if (!other)
        return other.error();
    account.fallback = other->id;
    return Accounts::check(account);
}

int add(const Base::Paths &paths, const QString &name, const QCommandLineParser &parser)
{
    const bool known = parser.isSet(QStringLiteral("provider"));
    for (const char *needed : {"from", "host", "security"}) {
        const QString option = QString::fromLatin1(needed);
        if (parser.isSet(option) || (known && option != QLatin1String("from")))
            continue;
        return usageError(command, QStringList{tr("--%1 is missing.").arg(option),
                                               providerHint(parser.value(QStringLiteral("from")))}
                                       .join(QLatin1Char(' '))
                                       .trimmed());
    }
    Wish wish;
    wish.account.name = name;
    if (const std::optional<int> over = complete(wish, parser))
        return *over;
    Office office(paths);
    if (const Base::Done done = office.open(Work::Enter); !done)
        return fail(done.error());
    if (const Base::Done done = applyFallback(wish.account, office, parser); !done)
        return fail(done.error());
    const Base::Result<Account> saved =
        await(office.mailroom().saveAccount(wish.account, wish.secret, wish.proxySecret));
    if (!saved)
        return fail(saved.error());
    switch (saved->secretPlace) {
    case SecretPlace::Keychain:
        Terminal::say(
            tr("Account \"%1\" was added. Its password is in the desktop's keychain.").arg(saved->name));
        break;
    case SecretPlace::Vault:
        Terminal::say(
            tr("Account \"%1\" was added. No keychain answered, so its password is in the sealed vault %2.")
                .arg(saved->name, paths.vault()));
        break;
    default:
        Terminal::say(tr("Account \"%1\" was added.").arg(saved->name));
        break;
    }
    if (const QString advice = signInAdvice(parser); !advice.isEmpty())
        Terminal::say(advice);
    return Ok;
}

int set(Office &office, const Account &account, const QCommandLineParser &parser)
{
    const QStringList given = parser.optionNames();
    if (given.isEmpty())
        return usageError(command, tr("What is to change? Give the options that \"account add\" has."));
    Wish wish{account, {}, {}};
    if (const std::optional<int> over = complete(wish, parser))
        return *over;
    if (const Base::Done done = applyFallback(wish.account, office, parser); !done)
        return fail(done.error());
    const Base::Result<Account> saved =
        await(office.mailroom().saveAccount(wish.account, wish.secret, wish.proxySecret));
    if (!saved)
        return fail(saved.error());
    if (const QString advice = signInAdvice(parser); !advice.isEmpty())
        Terminal::say(advice);
    return Ok;
}

int list(Office &office, bool json)
{
    const Base::Result<QList<Account>> accounts = office.query().accounts();
    if (!accounts)
        return fail(accounts.error());
    QJsonArray array;
    for (const Account &account : *accounts) {
        const QString server = QStringLiteral("%1:%2").arg(account.server.host).arg(account.server.port);
        if (json) {
            QJsonObject object = Accounts::toJson(account);
            object.insert(QStringLiteral("default"), account.isDefault);
            array.append(object);
        } else {
            Terminal::say(QStringLiteral("%1 %2  %3  %4  %5")
                              .arg(account.isDefault ? QStringLiteral("*") : QStringLiteral(" "),
                                   account.name, account.fromAddress, server,
                                   Accounts::name(account.server.security)));
        }
    }
    if (json)
        Terminal::print(QJsonDocument(array));
    else if (accounts->isEmpty())
        Terminal::complain(tr("There is no account yet. \"postrider account add\" makes one."));
    return Ok;
}

int show(Office &office, const Account &account, bool json)
{
    const Base::Result<Delivery::Reason> pause = office.query().pauseOf(account.id);
    QJsonObject object = Accounts::toJson(account);
    const Base::Result<Account> fallback = office.query().account(account.fallback);
    object.insert(QStringLiteral("fallback"),
                  account.fallback.isValid() && fallback ? QJsonValue(fallback->name) : QJsonValue());
    object.insert(QStringLiteral("default"), account.isDefault);
    object.insert(QStringLiteral("paused"), pause && !pause->isNull());
    object.insert(QStringLiteral("strongestAuth"), account.strongestSeen.toLower());
    const QDateTime now = office.clock().now();
    const Ui::LimitStanding standing = Ui::standingOf(office.query(), account, now);
    if (json) {
        addStanding(object, standing, now);
        Terminal::print(QJsonDocument(object));
        return Ok;
    }
    for (auto field = object.constBegin(); field != object.constEnd(); ++field) {
        const QString value = field->isArray() ? field->toVariant().toStringList().join(QStringLiteral(", "))
                                               : field->toVariant().toString();
        if (!value.isEmpty())
            Terminal::say(QStringLiteral("%1: %2").arg(field.key(), value));
    }
    for (const QString &line : standingLines(standing, now))
        Terminal::say(line);
    if (pause && !pause->isNull())
        Terminal::complain(Ui::explain(*pause));
    return Ok;
}

int remove(Office &office, const Account &account)
{
    const Base::Result<void> done = await(office.mailroom().removeAccount(account.id));
    const bool gone = !office.query().account(account.id);
    if (gone)
        Terminal::say(
            tr("Account \"%1\" was removed. What was sent through it stays in the books.").arg(account.name));
    return done ? static_cast<int>(Ok) : fail(done.error());
}

int test(Office &office, Account account, bool json, bool acceptWeaker)
{
    if (acceptWeaker) {
        const Base::Result<void> done = await(office.mailroom().acceptWeakerSignIn(account.id));
        if (!done)
            return fail(done.error());
        account.strongestSeen.clear();
    }
    if (!json) {
        QObject::connect(
            &office.mailroom(), &Outbox::Mailroom::testFound, [](int, const Outbox::TestFinding &finding) {
                const Ui::Explanation words = Ui::explain(finding.step, finding.ok);
                const QString mark = finding.ok ? QStringLiteral("ok  ") : QStringLiteral("FAIL");
                const QString detail =
                    finding.detail.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(finding.detail);
                Terminal::say(QStringLiteral("%1 %2%3  %4 ms")
                                  .arg(mark, words.headline, detail)
                                  .arg(finding.milliseconds));
            });
    }
    const Outbox::TestReport report = await(office.mailroom().testAccount(account, {}, 1));
    if (json) {
        Terminal::print(QJsonDocument(toJson(account.name, report)));
    } else {
        Terminal::say(report.transcript.toText().trimmed());
    }
    if (report.ok())
        return Ok;
    Terminal::complain(Ui::explain(report.reason));
    return exitCodeFor(report.reason);
}

} // namespace

int runAccount(const Base::Paths &paths, const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        tr("account add NAME --host H --security tls|starttls|none --from ADDRESS …\n"
           "account add NAME --provider ID --from ADDRESS …\n"
           "account set NAME …   the options of add; only what is given changes\n"
           "account list | show NAME | remove NAME | default NAME | test NAME   [--json]"));
    addOptions(parser);
    parser.addOption({QStringLiteral("json"), tr("Prints one JSON document and nothing else.")});
    if (const std::optional<int> over = parse(parser, command, arguments))
        return *over;
    const QStringList words = parser.positionalArguments();
    const QString verb = words.value(0);
    const QString name = words.value(1);
    const bool json = parser.isSet(QStringLiteral("json"));
    static const QStringList verbs{
        QStringLiteral("add"),    QStringLiteral("set"),     QStringLiteral("list"), QStringLiteral("show"),
        QStringLiteral("remove"), QStringLiteral("default"), QStringLiteral("test")};
    if (!verbs.contains(verb))
        return usageError(command,
                          verb.isEmpty()
                              ? tr("Say what to do: %1.").arg(verbs.join(QStringLiteral(", ")))
                              : tr("\"%1\" is none of %2.").arg(verb, verbs.join(QStringLiteral(", "))));
    if (verb != QLatin1String("list") && name.isEmpty())
        return usageError(command, tr("Which account? Its name is missing."));
    if (words.size() > 2)
        return usageError(command, tr("\"%1\" is one word too many.").arg(words.at(2)));
    if (verb == QLatin1String("add"))
        return add(paths, name, parser);
    Office office(paths);
    if (const Base::Done done = office.open(Work::Enter); !done)
        return fail(done.error());
    if (verb == QLatin1String("list"))
        return list(office, json);
    const Base::Result<Account> account = office.query().account(name);
    if (!account)
        return fail(account.error());
    if (verb == QLatin1String("set"))
        return set(office, *account, parser);
    if (verb == QLatin1String("show"))
        return show(office, *account, json);
    if (verb == QLatin1String("remove"))
        return remove(office, *account);
    if (verb == QLatin1String("test"))
        return test(office, *account, json, parser.isSet(QStringLiteral("accept-weaker-auth")));
    const Base::Result<void> done = await(office.mailroom().setDefaultAccount(account->id));
    return done ? static_cast<int>(Ok) : fail(done.error());
}

} // namespace App
