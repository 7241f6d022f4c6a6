#include "core/smtp/bearer.h"

#include <QUrl>

#include <algorithm>

namespace Smtp {

using Base::Error;
using Base::ErrorKind;

namespace {

constexpr char separator = '\x01';

} // namespace

Base::Done Bearer::check(const Credentials &credentials)
{
    // A separator inside a value would begin another field: "auth=Bearer" of somebody else's choosing.
    const auto isControl = [](char c) { return static_cast<uchar>(c) < 0x20 || c == 0x7f; };
    if (credentials.user.isEmpty() ||
        std::any_of(credentials.user.begin(), credentials.user.end(), isControl))
        return Error{ErrorKind::BadAccount, QStringLiteral("user"),
                     QStringLiteral("a token needs a user's name without control characters")};
    // RFC 6750 §2.1 (b68token) and RFC 7628 §3.1: nothing but visible ASCII.
    const auto isInvisible = [](char c) { return c <= 0x20 || c == 0x7f; };
    if (credentials.secret.isEmpty() ||
        std::any_of(credentials.secret.begin(), credentials.secret.end(), isInvisible))
        return Error{ErrorKind::BadAccount, QStringLiteral("password"),
                     QStringLiteral("an access token consists of visible ASCII characters")};
    return {};
}

QByteArray Bearer::name() const
{
    return m_dialect == Dialect::Standard ? "OAUTHBEARER" : "XOAUTH2";
}

QByteArray Bearer::message() const
{
    const QByteArray auth = "auth=Bearer " + m_credentials.secret + separator + separator;
    if (m_dialect == Dialect::Google)
        return "user=" + m_credentials.user + separator + auth;
    const QByteArray ace = QUrl::toAce(m_server.host);
    const QByteArray host = ace.isEmpty() ? m_server.host.toUtf8() : ace;
    return "n,a=" + saslName(m_credentials.user) + ',' + separator + "host=" + host + separator +
           "port=" + QByteArray::number(m_server.port) + separator + auth;
}

Base::Result<QByteArray> Bearer::respond(const QByteArray &challenge)
{
    if (m_complaint)
        return Error{ErrorKind::Protocol, {}, QStringLiteral("the server complains twice about the token")};
    m_complaint = challenge;
    // RFC 7628 §3.2.3 wants a separator, Google nothing at all; the refusing reply follows either way.
    return m_dialect == Dialect::Standard ? QByteArray(1, separator) : QByteArray();
}

Base::Done Bearer::conclude(const QByteArray &)
{
    if (!m_complaint)
        return {};
    return Error{
        ErrorKind::Protocol, {}, QStringLiteral("the server complained about the token and took it")};
}

} // namespace Smtp
