#include "core/smtp/sasl.h"

namespace Smtp {

namespace {

using Base::Error;
using Base::ErrorKind;

// RFC 4616: authorisation identity (none), user, password, each behind a NUL.
class Plain : public Mechanism
{
public:
    explicit Plain(Credentials credentials)
        : m_credentials(std::move(credentials))
    {
    }
    QByteArray name() const override { return "PLAIN"; }
    std::optional<QByteArray> initial() override { return message(); }
    Base::Result<QByteArray> respond(const QByteArray &) override
    {
        return Error{ErrorKind::Protocol,
                     {},
                     QStringLiteral("the server asks on where PLAIN has nothing more to say")};
    }

private:
    QByteArray message() const { return '\0' + m_credentials.user + '\0' + m_credentials.secret; }

    Credentials m_credentials;
};

// draft-murchison-sasl-login: two questions whose wording differs from server to server; only their order
// counts.
class Login : public Mechanism
{
public:
    explicit Login(Credentials credentials)
        : m_credentials(std::move(credentials))
    {
    }
    QByteArray name() const override { return "LOGIN"; }
    std::optional<QByteArray> initial() override { return std::nullopt; }
    Base::Result<QByteArray> respond(const QByteArray &) override
    {
        switch (m_asked++) {
        case 0:
            return m_credentials.user;
        case 1:
            return m_credentials.secret;
        default:
            return Error{
                ErrorKind::Protocol, {}, QStringLiteral("the server asks a third question in LOGIN")};
        }
    }

private:
    Credentials m_credentials;
    int m_asked = 0;
};

} // namespace

QStringList knownMechanisms()
{
    return {QStringLiteral("PLAIN"), QStringLiteral("LOGIN")};
}

std::unique_ptr<Mechanism> chooseMechanism(const QStringList &offered, const QString &pinned,
                                           const Credentials &credentials)
{
    const QStringList wanted = pinned.isEmpty() ? knownMechanisms() : QStringList{pinned.toUpper()};
    for (const QString &name : wanted) {
        if (!offered.contains(name))
            continue;
        if (name == QLatin1String("PLAIN"))
            return std::make_unique<Plain>(credentials);
        if (name == QLatin1String("LOGIN"))
            return std::make_unique<Login>(credentials);
    }
    return nullptr;
}

} // namespace Smtp
