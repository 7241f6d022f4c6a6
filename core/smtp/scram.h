#pragma once

// SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password and neither says it. With -PLUS
// the proof also covers the server's certificate (RFC 5929 §4), so that nobody can stand in between even with
// a certificate that is believed. Nothing a server says here is taken on trust: its nonce must extend ours,
// its iterations stay within limits, and it must have proved itself before it may say yes.

#include "core/smtp/sasl.h"

namespace Smtp {

class Scram : public Mechanism
{
public:
    struct Binding
    {
        enum Flag : char {
            None = 'n',       ///< we cannot bind
            NotOffered = 'y', ///< we could, and the server did not offer it
            Bound = 'p',
        };
        Flag flag = None;
        QByteArray data; ///< tls-server-end-point, where Bound
    };

    /// name: "SCRAM-SHA-1" or "SCRAM-SHA-256", "-PLUS" behind it where bound. The credentials are prepared
    /// with SASLprep. An empty nonce: 24 octets of the system's randomness.
    Scram(QByteArray name, Credentials credentials, Binding binding, const QByteArray &clientNonce);

    QByteArray name() const override { return m_name; }
    std::optional<QByteArray> initial() override { return header() + firstBare(); }
    Base::Result<QByteArray> respond(const QByteArray &challenge) override;
    Base::Done conclude(const QByteArray &text) override;
    QByteArrayList secrets() const override { return m_secrets; }
    QByteArray complaint() const override { return m_complaint; }

    /// RFC 7677 §4 asks for 4,096 at least; fewer, and the password is cheap to guess from what we answer.
    static constexpr int fewestIterations = 4096;
    /// Half a second's work (see pbkdf2.h); a server that asks for more would hang us.
    static constexpr int mostIterations = 1'000'000;

private:
    enum class Step { First, Final, Proved, Refused };

    QByteArray header() const;
    QByteArray firstBare() const;
    Base::Result<QByteArray> answerFirst(const QByteArray &challenge);
    Base::Result<QByteArray> prove(const QByteArray &serverFirst, const QByteArray &nonce,
                                   const QByteArray &salt, int iterations);
    Base::Done verify(const QByteArray &serverFinal);
    QByteArray hmac(const QByteArray &key, const QByteArray &text) const;

    QByteArray m_name;
    Credentials m_credentials;
    Binding m_binding;
    QByteArray m_nonce;
    Step m_step = Step::First;
    QByteArray m_serverSignature; ///< what the server must show
    QByteArrayList m_secrets;
    QByteArray m_complaint;
};

} // namespace Smtp
