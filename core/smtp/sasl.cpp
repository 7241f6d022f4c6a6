#include "core/smtp/sasl.h"

#include "core/smtp/bearer.h"
#include "core/smtp/crammd5.h"
#include "core/smtp/external.h"
#include "core/smtp/login.h"
#include "core/smtp/plain.h"
#include "core/smtp/saslprep.h"
#include "core/smtp/scram.h"

#include <algorithm>

namespace Smtp {

namespace {

const QLatin1String plus("-PLUS");

QStringList scrams()
{
    return {QStringLiteral("SCRAM-SHA-256-PLUS"), QStringLiteral("SCRAM-SHA-256"),
            QStringLiteral("SCRAM-SHA-1-PLUS"), QStringLiteral("SCRAM-SHA-1")};
}

// Inside TLS the server has proved who it is, and CRAM-MD5 adds nothing to that
// (draft-ietf-sasl-crammd5-to-historic): it needs a server that keeps the password itself, and many offer it
// over hashed passwords and then refuse the right one, until the account is locked. So PLAIN and LOGIN come
// first there, and last in the clear, where they give the password to everyone on the way.
QStringList forPasswords(bool encrypted)
{
    const QString cramMd5 = QStringLiteral("CRAM-MD5");
    const QStringList revealing{QStringLiteral("PLAIN"), QStringLiteral("LOGIN")};
    return encrypted ? scrams() + revealing + QStringList{cramMd5}
                     : scrams() + QStringList{cramMd5} + revealing;
}

QStringList candidates(const SignIn &signIn)
{
    const QString pinned = signIn.mechanism.toUpper();
    if (pinned.isEmpty())
        return forPasswords(signIn.encrypted);
    // A sign-in that is bound to the encrypted connection is the same method, only safer.
    const QString bound = pinned + plus;
    return scrams().contains(bound) ? QStringList{bound, pinned} : QStringList{pinned};
}

bool isUsable(const QString &name, const QStringList &offered, const SignIn &signIn)
{
    return offered.contains(name) && knownMechanisms().contains(name) &&
           (!name.endsWith(plus) || !signIn.endPointBinding.isEmpty());
}

Scram::Binding bindingOf(const QString &name, const QStringList &offered, const SignIn &signIn)
{
    if (name.endsWith(plus))
        return {Scram::Binding::Bound, signIn.endPointBinding};
    // "y" tells a server that does offer -PLUS that somebody on the way took it out of its offer, and it will
    // end the sign-in (RFC 5802 §6). So it is no lie only where no -PLUS at all was offered.
    const QStringList all = scrams();
    const bool offersBinding = std::any_of(all.begin(), all.end(), [&offered](const QString &each) {
        return each.endsWith(plus) && offered.contains(each);
    });
    return {signIn.endPointBinding.isEmpty() || offersBinding ? Scram::Binding::None
                                                              : Scram::Binding::NotOffered,
            {}};
}

} // namespace

Base::Done Mechanism::conclude(const QByteArray &)
{
    return {};
}

QByteArray saslName(QByteArray name)
{
    return name.replace('=', "=3D").replace(',', "=2C");
}

std::optional<QByteArray> strictBase64(const QByteArray &text)
{
    auto octets = QByteArray::fromBase64Encoding(text, QByteArray::Base64Encoding |
                                                           QByteArray::AbortOnBase64DecodingErrors);
    if (!octets || (*octets).toBase64() != text)
        return std::nullopt;
    return *octets;
}

QStringList knownMechanisms()
{
    return forPasswords(true) +
           QStringList{QStringLiteral("OAUTHBEARER"), QStringLiteral("XOAUTH2"), QStringLiteral("EXTERNAL")};
}

int strengthOf(const QString &mechanism)
{
    QStringList rising = scrams();
    std::reverse(rising.begin(), rising.end());
    rising.prepend(QStringLiteral("CRAM-MD5"));
    return static_cast<int>(rising.indexOf(mechanism)) + 1;
}

QString chooseMechanism(const QStringList &offered, const SignIn &signIn)
{
    for (const QString &name : candidates(signIn)) {
        if (isUsable(name, offered, signIn))
            return name;
    }
    return {};
}

QString vanishedMechanism(const QString &chosen, const QStringList &offered, const SignIn &signIn)
{
    const QString &seen = signIn.strongestSeen;
    const bool gone = candidates(signIn).contains(seen) && !isUsable(seen, offered, signIn);
    return gone && strengthOf(chosen) < strengthOf(seen) ? seen : QString();
}

Base::Result<std::unique_ptr<Mechanism>> makeMechanism(const QString &name, const QStringList &offered,
                                                       const SignIn &signIn)
{
    using Made = std::unique_ptr<Mechanism>;
    const Credentials &given = signIn.credentials;
    const QString user = QStringLiteral("user");
    const QString password = QStringLiteral("password");
    if (name == QLatin1String("LOGIN"))
        return Made(new Login(given));
    if (name == QLatin1String("CRAM-MD5"))
        return Made(new CramMd5(given));
    if (name == QLatin1String("EXTERNAL"))
        return Made(new External(given.user));
    if (name == QLatin1String("XOAUTH2") || name == QLatin1String("OAUTHBEARER")) {
        if (const Base::Done done = Bearer::check(given); !done)
            return done.error();
        const bool standard = name == QLatin1String("OAUTHBEARER");
        return Made(
            new Bearer(standard ? Bearer::Dialect::Standard : Bearer::Dialect::Google, given, signIn.server));
    }
    // RFC 5802 §2.2 and §5.1: the password as what is stored, the user's name as a question for it.
    const bool plain = name == QLatin1String("PLAIN");
    const Base::Result<QByteArray> who = saslPrepared(given.user, Preparation::Query, user);
    if (!who)
        return who.error();
    const Base::Result<QByteArray> secret =
        saslPrepared(given.secret, plain ? Preparation::Query : Preparation::Stored, password);
    if (!secret)
        return secret.error();
    const Credentials prepared{*who, *secret};
    if (plain)
        return Made(new Plain(prepared));
    return Made(new Scram(name.toLatin1(), prepared, bindingOf(name, offered, signIn), signIn.clientNonce));
}

} // namespace Smtp
