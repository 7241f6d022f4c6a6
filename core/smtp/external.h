#pragma once

// EXTERNAL (RFC 4422 appendix A): the server knows us by the certificate we showed when TLS began. What is
// said here is only as whom we want to act: nobody, unless the account names one.

#include "core/smtp/sasl.h"

namespace Smtp {

class External : public Mechanism
{
public:
    explicit External(QByteArray authorizationIdentity)
        : m_identity(std::move(authorizationIdentity))
    {
    }
    QByteArray name() const override { return "EXTERNAL"; }
    std::optional<QByteArray> initial() override { return m_identity; }
    Base::Result<QByteArray> respond(const QByteArray &challenge) override;
    QByteArrayList secrets() const override { return {}; }
    bool hasSecret() const override { return false; }

private:
    QByteArray m_identity;
};

} // namespace Smtp
