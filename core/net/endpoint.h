#pragma once

// Where a server is, the way to it, how its connection is protected, and whose certificate is believed.

#include "core/net/proxy.h"

#include <QString>
#include <QStringList>

namespace Net {

enum class Security {
    Tls,      ///< TLS from the first byte (RFC 8314 §3.3), usually port 465
    StartTls, ///< begins in the clear and must turn to TLS before anything else (RFC 3207), usually port 587
    None,     ///< never encrypted: the person chose it
};

struct Endpoint
{
    QString host; ///< a name or an address; non-ASCII names are turned to A-labels on connecting
    quint16 port = 0;
    Security security = Security::StartTls;
    Proxy proxy = {};

    friend bool operator==(const Endpoint &, const Endpoint &) = default;
};

/// A certificate that is accepted although something is wrong with it. It holds for one server and for what
/// was wrong when a person accepted it: whatever goes wrong later is refused again.
struct CertificateException
{
    QString sha256; ///< lower-case hex SHA-256 of the DER certificate; empty: no exception
    QString host;   ///< as in the endpoint
    quint16 port = 0;
    QStringList errors; ///< names as in TlsFacts::errors

    bool isNull() const { return sha256.isEmpty(); }

    friend bool operator==(const CertificateException &, const CertificateException &) = default;
};

/// What we show a server that asks who we are (SASL EXTERNAL, RFC 4422 appendix A): two PEM files.
struct ClientCertificate
{
    QString certificateFile; ///< the certificate, and the intermediate ones behind it; empty for none
    QString keyFile;         ///< its RSA or EC key, not encrypted

    bool isNull() const { return certificateFile.isEmpty() && keyFile.isEmpty(); }

    friend bool operator==(const ClientCertificate &, const ClientCertificate &) = default;
};

/// Whose certificate is believed, beside the system's authorities, and which one of ours is shown.
struct Trust
{
    QString caFile = {}; ///< PEM file of further authorities; empty for none
    CertificateException exception = {};
    /// Keys of which one must be in the verified chain, whatever else is right: base64 of the SHA-256 of a
    /// SubjectPublicKeyInfo (RFC 7469 §2.4); empty: any.
    QStringList pins = {};
    ClientCertificate client = {};

    friend bool operator==(const Trust &, const Trust &) = default;
};

} // namespace Net
