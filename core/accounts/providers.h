#pragma once

// The well-known providers and their submission servers, from resources/providers.json, which also says where
// each row comes from. Nothing is looked up on the network, and nothing here is a promise: the server
// decides.

#include "core/accounts/account.h"

#include <QDate>

#include <optional>

namespace Accounts {

/// What a provider wants for a password.
enum class SignIn {
    Password,
    AppPassword,    ///< one made for this program on the provider's pages
    OAuth2,         ///< an access token
    BridgePassword, ///< of a program on this computer that stands in between
    Token,          ///< the provider's own kind of password for programs
};

struct Provider
{
    QString id; ///< "gmail", for the command line
    QString name;
    QStringList domains; ///< of addresses, in lower case; "*.example.org" is all below example.org
    Net::Endpoint server;
    bool localUser = false; ///< the user's name is what stands before the @
    Auth auth = Auth::Auto;
    SignIn signIn = SignIn::Password;
    bool enableFirst = false; ///< sending through programs is switched on in the webmail first
    bool hasNoSmtp = false;   ///< mail can be sent through their own programs only: no server
    QString help;             ///< their page about it; may be empty
    Limits limits;            ///< those they publish
    QString source;
    QDate checked;
};

/// In the order of the file.
const QList<Provider> &providers();
/// By id, without case.
std::optional<Provider> provider(const QString &id);
/// By the domain of an address, with or without a name before it. A domain of one's own tells nothing.
std::optional<Provider> providerFor(const QString &address);

/// Server, way to sign in, user and limits as the provider has them, for the address the account sends as.
/// What the person wants otherwise is set behind it. BadAccount ("provider") when it takes no mail from other
/// programs.
Base::Done fill(Account &account, const Provider &provider);

QString name(SignIn signIn); ///< "password", "app-password", "oauth2", "bridge-password", "token"

} // namespace Accounts
