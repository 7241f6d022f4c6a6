#include "core/net/proxy.h"

#include <QUrl>

#include <algorithm>

namespace Net {

namespace {

Base::Error bad(const char *why)
{
    return {Base::ErrorKind::BadAccount, QStringLiteral("proxy"), QString::fromLatin1(why)};
}

} // namespace

QString toUrl(const Proxy &proxy)
{
    if (proxy.isNull())
        return {};
    QUrl url;
    url.setScheme(proxy.kind == Proxy::Kind::Socks5 ? QStringLiteral("socks5") : QStringLiteral("http"));
    if (!proxy.user.isEmpty()) // an empty one would still write its "@"
        url.setUserName(proxy.user, QUrl::DecodedMode);
    url.setHost(proxy.host);
    url.setPort(proxy.port);
    return url.toString(QUrl::FullyEncoded);
}

Base::Result<Proxy> proxyFromUrl(const QString &text)
{
    if (text.isEmpty())
        return Proxy();
    const QUrl url(text, QUrl::StrictMode);
    if (!url.password().isEmpty()) // before anything that could say what was written
        return bad("a password has no place in a proxy's address; it is asked for");
    Proxy proxy;
    if (url.scheme() == QLatin1String("socks5"))
        proxy.kind = Proxy::Kind::Socks5;
    else if (url.scheme() == QLatin1String("http"))
        proxy.kind = Proxy::Kind::HttpConnect;
    else
        return bad("a proxy is written socks5://host:port or http://host:port");
    const bool rest = !url.path().isEmpty() && url.path() != QLatin1String("/");
    if (!url.isValid() || url.host().isEmpty() || rest || url.hasQuery() || url.hasFragment())
        return bad("a proxy is written socks5://host:port or http://host:port");
    if (url.port() < 1)
        return bad("the proxy's port is missing");
    proxy.host = url.host();
    proxy.port = static_cast<quint16>(url.port());
    proxy.user = url.userName(QUrl::FullyDecoded);
    if (std::any_of(proxy.user.begin(), proxy.user.end(),
                    [](QChar c) { return c.unicode() < 0x20 || c.unicode() == 0x7f; }))
        return bad("a user name cannot hold control characters");
    // RFC 1929 §2: a length in one octet.
    if (proxy.kind == Proxy::Kind::Socks5 && proxy.user.toUtf8().size() > 255)
        return bad("a user name for SOCKS is at most 255 octets long");
    return proxy;
}

} // namespace Net
