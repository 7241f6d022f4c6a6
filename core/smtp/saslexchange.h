#pragma once

// The exchange behind AUTH (RFC 4954 §4) and its limits: a hostile server may ask for ever or ask for
// nonsense; it is not followed. The session says what comes out of here and hears the answers.

#include "core/delivery/serverreply.h"
#include "core/smtp/command.h"
#include "core/smtp/sasl.h"

namespace Smtp {

class SaslExchange
{
public:
    /// NotOffered when the server offers none of our mechanisms, or not the pinned one.
    static Base::Result<std::unique_ptr<SaslExchange>>
    begin(const QStringList &offered, const QString &pinned, const Credentials &credentials);

    /// AUTH itself.
    Base::Result<Command> first() const;
    /// What the initial response holds, for the redactor; empty when there is none.
    QByteArray initialSecret() const { return m_initial.value_or(QByteArray()); }
    /// The answer to a 334. Protocol: more than ten rounds, or a challenge that is not base64 or makes no
    /// sense.
    Base::Result<Command> answer(const Delivery::ServerReply &challenge);

    static constexpr int mostRounds = 10;

private:
    explicit SaslExchange(std::unique_ptr<Mechanism> mechanism);

    std::unique_ptr<Mechanism> m_mechanism;
    std::optional<QByteArray> m_initial;
    int m_rounds = 0;
};

} // namespace Smtp
