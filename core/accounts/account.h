#pragma once

// Who sends through what: a server, a sign-in, the addresses one may send as. No secret is in here, only
// where it lies.

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/net/endpoint.h"

#include <QDateTime>
#include <QJsonObject>
#include <QString>

namespace Accounts {

/// How to sign in (RFC 4954). Auto takes the strongest the server offers.
enum class Auth { Auto, None, Plain, Login };

/// Where the account's secret lies. It is recorded so that a keychain that is away for a day does not look
/// like a lost password.
enum class SecretPlace {
    None,     ///< the account needs none
    Keychain, ///< the desktop's keychain
    Vault,    ///< the home's sealed vault
    Command,  ///< printed by a command
    Session,  ///< nowhere: asked once a run
};

/// Which of an account's secrets.
enum class SecretOf {
    SignIn, ///< its password at the server
    Proxy,  ///< its password at the proxy; never printed by a command
};

struct Account
{
    Base::AccountId id;
    QString name; ///< unique, what the person calls it
    Net::Endpoint server;
    Net::Trust trust;
    Auth auth = Auth::Auto;
    QString user; ///< empty: no sign-in
    SecretPlace secretPlace = SecretPlace::None;
    QString
        secretCommand; ///< for SecretPlace::Command, run by the shell; its first output line is the secret
    SecretPlace proxySecretPlace = SecretPlace::None;
    QString fromName;    ///< display name of the sender, may be empty
    QString fromAddress; ///< the sender's address
    QString helo;        ///< name said in EHLO; empty: an address literal (RFC 5321 §4.1.3)
    bool allowCleartextPassword = false;
    int maxConnections = 2; ///< 1–20
    bool isDefault = false;

    bool needsSignIn() const { return auth != Auth::None && !user.isEmpty(); }
    bool needs(SecretOf which) const
    {
        return which == SecretOf::SignIn ? needsSignIn() : server.proxy.needsSignIn();
    }
    SecretPlace placeOf(SecretOf which) const
    {
        return which == SecretOf::SignIn ? secretPlace : proxySecretPlace;
    }

    friend bool operator==(const Account &, const Account &) = default;
};

/// The secrets of an account, where they are needed; empty where not.
struct Secrets
{
    QByteArray signIn;
    QByteArray proxy;
};

/// The key under which a secret store keeps the account's secret: stable over renames.
QString secretKey(const Account &account, SecretOf which = SecretOf::SignIn);

/// BadAccount with the field in `subject` ("host", "port", "from", "name", "security", …) when it cannot
/// work.
Base::Done check(const Account &account);

QString name(Net::Security security); ///< "tls", "starttls", "none": the words of the command line
QString name(Auth auth);              ///< "auto", "none", "plain", "login"
QString name(SecretPlace place);      ///< "none", "keychain", "vault", "command", "session"
Base::Result<Net::Security> securityFromName(const QString &name);
Base::Result<Auth> authFromName(const QString &name);
SecretPlace secretPlaceFromName(const QString &name); ///< None when unknown
quint16 defaultPort(Net::Security security);          ///< 465, 587, 25

/// All but id and isDefault, for storing and showing.
QJsonObject toJson(const Account &account);
Account fromJson(const QJsonObject &object);

} // namespace Accounts
