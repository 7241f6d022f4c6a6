#include "core/smtp/saslexchange.h"

#include "core/smtp/saslprep.h"

namespace Smtp {

using Base::Error;
using Base::ErrorKind;

namespace {

Error notOffered(const QStringList &offered, const SignIn &signIn)
{
    const QString words = offered.isEmpty()
                              ? QStringLiteral("the server offers no sign-in")
                              : QStringLiteral("the server offers %1").arg(offered.join(QLatin1Char(' ')));
    const QString wanted =
        signIn.mechanism.isEmpty() ? knownMechanisms().join(QLatin1Char(' ')) : signIn.mechanism;
    return {ErrorKind::NotOffered, QStringLiteral("AUTH ") + wanted, words};
}

} // namespace

SaslExchange::SaslExchange(std::unique_ptr<Mechanism> mechanism, Redactor &redactor)
    : m_mechanism(std::move(mechanism))
    , m_redactor(redactor)
    , m_initial(m_mechanism->initial())
{
    hide();
    if (!m_initial)
        return;
    const Base::Result<Command> whole = Commands::auth(m_mechanism->name(), m_initial);
    if (whole && whole->wire.size() > longestFirstLine)
        m_held = std::exchange(m_initial, std::nullopt);
}

Base::Result<std::unique_ptr<SaslExchange>> SaslExchange::begin(const QStringList &offered,
                                                                const SignIn &signIn, Redactor &redactor)
{
    // Also for mechanisms that do not say the password: whoever hears both sides can try passwords at
    // leisure.
    if (!signIn.encrypted && !signIn.allowCleartextSecret)
        return Error{ErrorKind::BadAccount, QStringLiteral("security"),
                     QStringLiteral("the password would travel unencrypted")};
    const QString chosen = chooseMechanism(offered, signIn);
    // A server whose offer shrinks may be somebody else's who wants the password (CVE-2026-41319 had that
    // effect): nothing is tried, a person decides.
    const QString vanished = vanishedMechanism(chosen, offered, signIn);
    if (!chosen.isEmpty() && !vanished.isEmpty())
        return Error{ErrorKind::WeakerSignIn, vanished,
                     QStringLiteral("the server offers %1").arg(offered.join(QLatin1Char(' ')))};
    if (chosen.isEmpty())
        return notOffered(offered, signIn);
    Base::Result<std::unique_ptr<Mechanism>> mechanism = makeMechanism(chosen, offered, signIn);
    if (!mechanism)
        return mechanism.error();
    // As the person typed it, and as a server may keep it; the mechanism adds the form in which it is said.
    // Only now: before it was said nobody can echo it, and a password like "PLAIN" would hide what is
    // offered.
    const QByteArray &secret = signIn.credentials.secret;
    redactor.addSecret(secret);
    if (const auto prepared = saslPrepared(secret, Preparation::Query, QStringLiteral("password")); prepared)
        redactor.addSecret(*prepared);
    return std::unique_ptr<SaslExchange>(new SaslExchange(std::move(*mechanism), redactor));
}

void SaslExchange::hide()
{
    for (const QByteArray &secret : m_mechanism->secrets())
        m_redactor.addSecret(secret);
}

Base::Result<Command> SaslExchange::first() const
{
    return Commands::auth(m_mechanism->name(), m_initial);
}

Base::Result<Command> SaslExchange::answer(const QByteArray &challenge)
{
    const auto protocol = [](const QString &why) { return Error{ErrorKind::Protocol, {}, why}; };
    if (++m_rounds > mostRounds)
        return protocol(QStringLiteral("the server asks more than %1 questions").arg(mostRounds));
    QByteArray text = challenge.trimmed();
    text.replace('\n', QByteArray()); // between the lines of one reply
    const std::optional<QByteArray> octets =
        text.size() > longestResponse ? std::nullopt : strictBase64(text);
    if (!octets)
        return protocol(QStringLiteral("the server's question is not base64"));
    if (m_held)
        return say(*std::exchange(m_held, std::nullopt));
    const Base::Result<QByteArray> response = m_mechanism->respond(*octets);
    if (!response)
        return response.error();
    hide();
    return say(*response);
}

Base::Result<Command> SaslExchange::say(const QByteArray &response)
{
    Command command = Commands::authResponse(response);
    if (command.wire.size() > longestResponse + 2)
        return Error{ErrorKind::BadAccount, QStringLiteral("password"),
                     QStringLiteral("it is longer than a sign-in over SMTP can be")};
    return command;
}

std::optional<Error> SaslExchange::complaint(const Delivery::ServerReply &refusal) const
{
    const QByteArray told = m_mechanism->complaint();
    if (!refusal.isPermanent()) // what passes by itself needs no person
        return std::nullopt;
    if (!m_mechanism->hasSecret()) // the reply alone reads as if a password were wrong
        return Error{ErrorKind::SignInRefused, mechanism(), refusal.toString()};
    if (told.isEmpty())
        return std::nullopt;
    // Filtered on both sides of the stripping, as every word of a server is (see ReplyParser).
    const QString harmless = Delivery::sanitised(m_redactor.redact(told), 1024);
    return Error{ErrorKind::SignInRefused, mechanism(),
                 refusal.toString() + QStringLiteral(" (") +
                     QString::fromUtf8(m_redactor.redact(harmless.toUtf8())) + QLatin1Char(')')};
}

} // namespace Smtp
