#pragma once

// Who sends through what: a server, a sign-in, the addresses one may send as. No secret is in here, only
// where it lies.

#include "core/accounts/limits.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/net/endpoint.h"

#include <QDateTime>
#include <QJsonObject>
#include <QString>

namespace Accounts {

/// How to sign in (RFC 4954).
enum class Auth {
    Auto, ///< the strongest that the server offers and that takes a password
    None,
    Plain,
    Login,
    CramMd5,
    ScramSha1,   ///< bound to the connection where that is possible
    ScramSha256, ///< the same
    XOAuth2,     ///< the secret is an access token
    OAuthBearer, ///< the same
    External,    ///< the certificate that is shown for TLS; there is no secret
};
QList<Auth> allAuths();

/// How many messages are on their way at once over one connection. What is in flight when it breaks is
/// uncertain.
enum class Lane {
    Default, ///< one
    Bulk,    ///< the next one's envelope goes out with this one's content (RFC 2920 §3.1)
    Window,  ///< several whole ones, where the server offers CHUNKING (RFC 3030)
};

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
    QString user; ///< empty: no sign-in, except with Auth::External
    SecretPlace secretPlace = SecretPlace::None;
    QString
        secretCommand; ///< for SecretPlace::Command, run by the shell; its first output line is the secret
    SecretPlace proxySecretPlace = SecretPlace::None;
    QString fromName;    ///< display name of the sender, may be empty
    QString fromAddress; ///< the sender's address
    QString helo;        ///< name said in EHLO; empty: an address literal (RFC 5321 §4.1.3)
    bool allowCleartextPassword = false;
    int maxConnections = 2;   ///< 1–20
    int maxPerConnection = 0; ///< messages over one connection; 0: any number
    Limits limits;
    Lane lane = Lane::Default;
    bool lmtp = false; ///< the server speaks LMTP (RFC 2033)
    Base::AccountId
        fallback;         ///< sends instead while this one cannot, where the sender may; invalid: none does
    QStringList alsoFrom; ///< further addresses its server lets it send as
    QString sentFolder;   ///< path of a Maildir that gets a copy of what was sent; empty: none does
    bool isDefault = false;
    QString
        strongestSeen;  ///< the mechanism by which its server took it, if it protects the password; learned
    QStringList offers; ///< keywords of EHLO, as last seen; empty: never seen; learned

    bool needsSignIn() const { return auth == Auth::External || (auth != Auth::None && !user.isEmpty()); }
    bool needs(SecretOf which) const
    {
        return which == SecretOf::SignIn ? auth != Auth::External && needsSignIn()
                                         : server.proxy.needsSignIn();
    }
    bool needsSecret() const { return needs(SecretOf::SignIn) || needs(SecretOf::Proxy); }
    SecretPlace placeOf(SecretOf which) const
    {
        return which == SecretOf::SignIn ? secretPlace : proxySecretPlace;
    }
    /// The secret is an access token, which runs out within the hour: it is fetched for every connection.
    bool usesToken() const { return auth == Auth::XOAuth2 || auth == Auth::OAuthBearer; }

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

/// Whether what was learned from the sign-in of one holds for the other: same server, same user, same way.
bool isSameSignIn(const Account &one, const Account &other);
/// The name of the mechanism that the account pins, in upper case; empty: none.
QString mechanism(Auth auth);

/// Whether its server lets it send as that address ("ada@example.org"; domains without case).
bool maySendAs(const Account &account, const QString &address);

/// BadAccount with the field in `subject` ("host", "port", "from", "name", "user", "security", …) when it
/// cannot work.
Base::Done check(const Account &account);

QString name(Net::Security security); ///< "tls", "starttls", "none": the words of the command line
QString name(Auth auth);              ///< "auto", "none", "plain", … "scram-sha-256", … "external"
QString name(Lane lane);              ///< "default", "bulk", "window"
QString name(SecretPlace place);      ///< "none", "keychain", "vault", "command", "session"
Base::Result<Net::Security> securityFromName(const QString &name);
Base::Result<Auth> authFromName(const QString &name);
Base::Result<Lane> laneFromName(const QString &name);
SecretPlace secretPlaceFromName(const QString &name); ///< None when unknown
quint16 defaultPort(Net::Security security);          ///< 465, 587, 25

/// All but id, isDefault, strongestSeen and offers, for storing and showing.
QJsonObject toJson(const Account &account);
Account fromJson(const QJsonObject &object);

} // namespace Accounts
