#pragma once

// CRAM-MD5 (RFC 2195): the password is not said, only used. Yet whoever hears question and answer can try
// passwords against them at the speed of MD5, and the server proves nothing.

#include "core/smtp/sasl.h"

namespace Smtp {

class CramMd5 : public Mechanism
{
public:
    explicit CramMd5(Credentials credentials)
        : m_credentials(std::move(credentials))
    {
    }
    QByteArray name() const override { return "CRAM-MD5"; }
    std::optional<QByteArray> initial() override { return std::nullopt; }
    Base::Result<QByteArray> respond(const QByteArray &challenge) override;
    QByteArrayList secrets() const override { return {m_credentials.secret, m_digest}; }

private:
    Credentials m_credentials;
    QByteArray m_digest; ///< in hexadecimal; with the question it is as good as the password's hash
};

} // namespace Smtp
