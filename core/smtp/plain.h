#pragma once

// PLAIN (RFC 4616): user and password at once. Whoever reads the line has both, so it is for TLS.

#include "core/smtp/sasl.h"

namespace Smtp {

class Plain : public Mechanism
{
public:
    /// Prepared with SASLprep.
    explicit Plain(Credentials credentials)
        : m_credentials(std::move(credentials))
    {
    }
    QByteArray name() const override { return "PLAIN"; }
    std::optional<QByteArray> initial() override { return message(); }
    Base::Result<QByteArray> respond(const QByteArray &challenge) override;
    QByteArrayList secrets() const override { return {m_credentials.secret, message()}; }

private:
    QByteArray message() const;

    Credentials m_credentials;
};

} // namespace Smtp
