#pragma once

// Sign-in mechanisms (RFC 4422): what is said first, what is answered to a challenge, and whether the server
// has proved what it had to prove. The exchange itself, its limits and its secrecy are SaslExchange's. Which
// of the mechanisms that a server offers is taken is decided here.

#include "core/base/result.h"
#include "core/net/endpoint.h"

#include <QByteArray>
#include <QStringList>

#include <memory>
#include <optional>

namespace Smtp {

struct Credentials
{
    QByteArray user;   ///< UTF-8
    QByteArray secret; ///< a password, UTF-8; for XOAUTH2 and OAUTHBEARER an access token
};

/// What a sign-in has to go by.
struct SignIn
{
    QString
        mechanism; ///< pinned: "SCRAM-SHA-256" stands for its -PLUS form too; empty: the strongest offered
    Credentials credentials;
    Net::Endpoint server;
    bool encrypted = false;
    bool allowCleartextSecret = false;
    QByteArray endPointBinding; ///< tls-server-end-point (RFC 5929 §4); empty: nothing to bind to
    QString strongestSeen;      ///< the mechanism that this server took before; empty: not known
    QByteArray clientNonce;     ///< for tests; empty: 24 random octets
};

class Mechanism
{
public:
    virtual ~Mechanism() = default;
    virtual QByteArray name() const = 0;
    /// Said with AUTH itself; nullopt: the server speaks first.
    virtual std::optional<QByteArray> initial() = 0;
    /// The answer to a decoded challenge. Protocol when the challenge makes no sense, ServerNotProved when it
    /// is not from one who knows the password.
    virtual Base::Result<QByteArray> respond(const QByteArray &challenge) = 0;
    /// The server says that we are signed in, in these words. ServerNotProved when it had to prove first that
    /// it knows the password, and did not.
    virtual Base::Done conclude(const QByteArray &text);
    /// What nobody may read in any form, as far as it is known by now.
    virtual QByteArrayList secrets() const = 0;
    /// False where it is a certificate that signs in.
    virtual bool hasSecret() const { return true; }
    /// Why it refuses us, as far as it said so before its refusing reply; foreign bytes.
    virtual QByteArray complaint() const { return {}; }
};

/// A user's name inside a message of a mechanism: "," and "=" escaped (RFC 5801 §4).
QByteArray saslName(QByteArray name);
/// nullopt for what is not base64 to the letter (RFC 4648 §3: no blanks, no missing padding, no stray bits).
std::optional<QByteArray> strictBase64(const QByteArray &text);

/// The names of ours, in upper case; those that need nothing but a password first, strongest first.
QStringList knownMechanisms();

/// How much a mechanism protects the password, for "weaker than before"; 0: not at all, or not ours.
int strengthOf(const QString &mechanism);

/// The strongest of ours among those offered, or the pinned one; empty when there is none.
QString chooseMechanism(const QStringList &offered, const SignIn &signIn);

/// The mechanism by which this server took us before, when it is gone and `chosen` protects the password
/// less; empty when all is as it was.
QString vanishedMechanism(const QString &chosen, const QStringList &offered, const SignIn &signIn);

/// `name` is one that chooseMechanism() gave. BadAccount when user or password cannot be said in it.
Base::Result<std::unique_ptr<Mechanism>> makeMechanism(const QString &name, const QStringList &offered,
                                                       const SignIn &signIn);

} // namespace Smtp
