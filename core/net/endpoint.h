#pragma once

// Where a server is and how its connection is protected.

#include <QString>

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

    friend bool operator==(const Endpoint &, const Endpoint &) = default;
};

/// Whose certificate is believed, beside the system's authorities.
struct Trust
{
    QString caFile; ///< PEM file of further authorities; empty for none
    QString sha256; ///< lower-case hex SHA-256 of the one certificate that is accepted whatever else is wrong
                    ///< with it

    friend bool operator==(const Trust &, const Trust &) = default;
};

} // namespace Net
