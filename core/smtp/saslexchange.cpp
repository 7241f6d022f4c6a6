#include "core/smtp/saslexchange.h"

namespace Smtp {

using Base::Error;
using Base::ErrorKind;

SaslExchange::SaslExchange(std::unique_ptr<Mechanism> mechanism)
    : m_mechanism(std::move(mechanism))
    , m_initial(m_mechanism->initial())
{
}

Base::Result<std::unique_ptr<SaslExchange>>
SaslExchange::begin(const QStringList &offered, const QString &pinned, const Credentials &credentials)
{
    std::unique_ptr<Mechanism> mechanism = chooseMechanism(offered, pinned, credentials);
    if (mechanism)
        return std::unique_ptr<SaslExchange>(new SaslExchange(std::move(mechanism)));
    const QString wanted = pinned.isEmpty() ? knownMechanisms().join(QLatin1Char(' ')) : pinned;
    const QString words = offered.isEmpty()
                              ? QStringLiteral("the server offers no sign-in")
                              : QStringLiteral("the server offers %1").arg(offered.join(QLatin1Char(' ')));
    return Error{ErrorKind::NotOffered, QStringLiteral("AUTH ") + wanted, words};
}

Base::Result<Command> SaslExchange::first() const
{
    return Commands::auth(m_mechanism->name(), m_initial);
}

Base::Result<Command> SaslExchange::answer(const Delivery::ServerReply &challenge)
{
    if (++m_rounds > mostRounds)
        return Error{ErrorKind::Protocol,
                     {},
                     QStringLiteral("the server asks more than %1 questions").arg(mostRounds)};
    const auto octets =
        QByteArray::fromBase64Encoding(challenge.lines().join(QString()).toLatin1().trimmed(),
                                       QByteArray::Base64Encoding | QByteArray::AbortOnBase64DecodingErrors);
    if (!octets)
        return Error{ErrorKind::Protocol, {}, QStringLiteral("the server's question is not base64")};
    const Base::Result<QByteArray> response = m_mechanism->respond(*octets);
    if (!response)
        return response.error();
    return Commands::authResponse(*response);
}

} // namespace Smtp
