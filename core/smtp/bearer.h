#pragma once

// Access tokens in the place of a password: OAUTHBEARER (RFC 7628) and Google's XOAUTH2, which Microsoft
// speaks too. Both say everything at once. When the server does not want it, it first tells why, in JSON
// inside a challenge, and refuses only when that was answered.

#include "core/smtp/sasl.h"

namespace Smtp {

class Bearer : public Mechanism
{
public:
    enum class Dialect { Standard, Google };

    Bearer(Dialect dialect, Credentials credentials, Net::Endpoint server)
        : m_dialect(dialect)
        , m_credentials(std::move(credentials))
        , m_server(std::move(server))
    {
    }
    /// BadAccount ("user", "password") for what could not be said, or would be read as another field of it.
    static Base::Done check(const Credentials &credentials);

    QByteArray name() const override;
    std::optional<QByteArray> initial() override { return message(); }
    Base::Result<QByteArray> respond(const QByteArray &challenge) override;
    Base::Done conclude(const QByteArray &text) override;
    QByteArrayList secrets() const override { return {m_credentials.secret, message()}; }
    QByteArray complaint() const override { return m_complaint.value_or(QByteArray()); }

private:
    QByteArray message() const;

    Dialect m_dialect;
    Credentials m_credentials;
    Net::Endpoint m_server;
    std::optional<QByteArray> m_complaint;
};

} // namespace Smtp
