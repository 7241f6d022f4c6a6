#pragma once

// The proxy an account's connections go through. It looks up the server's name itself: nothing about where
// one writes to leaves by another way (no DNS leak). Its password is a secret and never in here.

#include "core/base/result.h"

#include <QString>

namespace Net {

struct Proxy
{
    enum class Kind {
        None,        ///< connections go straight; never what the desktop has set
        Socks5,      ///< RFC 1928, sign-in by RFC 1929
        HttpConnect, ///< RFC 9110 §9.3.6
    };

    Kind kind = Kind::None;
    QString host;
    quint16 port = 0;
    QString user; ///< empty: no sign-in

    bool isNull() const { return kind == Kind::None; }
    bool needsSignIn() const { return !isNull() && !user.isEmpty(); }

    friend bool operator==(const Proxy &, const Proxy &) = default;
};

/// "socks5://ada@proxy.example:1080", "http://127.0.0.1:8080"; empty for none.
QString toUrl(const Proxy &proxy);
/// BadAccount with "proxy" in `subject` when it is none of these; also when a password stands in it, because
/// addresses are shown, stored and visible on command lines (law 7). Empty is no proxy.
Base::Result<Proxy> proxyFromUrl(const QString &url);

} // namespace Net
