#pragma once

// The exchange behind AUTH (RFC 4954 §4) and its limits: a hostile server may ask for ever or ask for
// nonsense; it is not followed. The session says what comes out of here and hears the answers. What must not
// be written down goes to the redactor before it can be echoed (law 7).

#include "core/delivery/serverreply.h"
#include "core/smtp/command.h"
#include "core/smtp/redactor.h"
#include "core/smtp/sasl.h"

namespace Smtp {

class SaslExchange
{
public:
    /// NotOffered when the server offers none of our mechanisms, or not the pinned one; WeakerSignIn with the
    /// mechanism that vanished when it once took a stronger one; BadAccount when the account cannot be said,
    /// or may not be said in the clear. The redactor lives longer than the exchange.
    static Base::Result<std::unique_ptr<SaslExchange>> begin(const QStringList &offered, const SignIn &signIn,
                                                             Redactor &redactor);

    QString mechanism() const { return QString::fromLatin1(m_mechanism->name()); }
    /// AUTH itself.
    Base::Result<Command> first() const;
    /// The answer to a 334 with that text, as the server said it. Protocol: more than ten rounds, or a
    /// challenge that is not base64 or makes no sense. ServerNotProved: it is not from our server.
    Base::Result<Command> answer(const QByteArray &challenge);
    /// The server says that we are signed in. ServerNotProved when it had to prove itself and did not.
    Base::Done conclude(const QByteArray &text) { return m_mechanism->conclude(text); }
    /// SignInRefused with the mechanism as its subject when the server told more than its refusing reply
    /// does, or when no password can have been wrong.
    std::optional<Base::Error> complaint(const Delivery::ServerReply &refusal) const;

    static constexpr int mostRounds = 10;
    static constexpr qsizetype longestFirstLine = 512;     ///< AUTH and its CRLF (RFC 4954 §4)
    static constexpr qsizetype longestResponse = 12 << 10; ///< octets of base64, both ways (RFC 4954 §4)

private:
    SaslExchange(std::unique_ptr<Mechanism> mechanism, Redactor &redactor);
    Base::Result<Command> say(const QByteArray &response);
    void hide();

    std::unique_ptr<Mechanism> m_mechanism;
    Redactor &m_redactor;
    std::optional<QByteArray> m_initial; ///< goes with AUTH
    std::optional<QByteArray> m_held;    ///< too long for that: goes when the server asks
    int m_rounds = 0;
};

} // namespace Smtp
