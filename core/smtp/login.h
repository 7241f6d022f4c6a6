#pragma once

// LOGIN (draft-murchison-sasl-login): two questions whose wording differs from server to server; only their
// order counts. It protects no more than PLAIN and is here for servers that know nothing else.

#include "core/smtp/sasl.h"

namespace Smtp {

class Login : public Mechanism
{
public:
    explicit Login(Credentials credentials)
        : m_credentials(std::move(credentials))
    {
    }
    QByteArray name() const override { return "LOGIN"; }
    std::optional<QByteArray> initial() override { return std::nullopt; }
    Base::Result<QByteArray> respond(const QByteArray &challenge) override;
    QByteArrayList secrets() const override { return {m_credentials.secret}; }

private:
    Credentials m_credentials;
    int m_asked = 0;
};

} // namespace Smtp
