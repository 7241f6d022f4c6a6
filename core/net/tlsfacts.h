#pragma once

// What is worth telling about an encrypted connection, as plain values.

#include <QDateTime>
#include <QString>
#include <QStringList>

namespace Net {

struct TlsFacts
{
    QString protocol; ///< "TLS 1.3"; empty: not encrypted
    QString cipher;   ///< "TLS_AES_256_GCM_SHA384"
    QString subject;  ///< common name, else the first alternative name
    QString issuer;
    QStringList names;    ///< the names the certificate is for
    QDateTime expires;    ///< UTC
    QString sha256;       ///< lower-case hex, of the DER certificate
    QString pin;          ///< of the server's own key, as Trust::pins has them
    QStringList problems; ///< what is wrong with it; with an accepted exception, what was accepted
    QStringList errors;   ///< the same as names: "self-signed-certificate", "host-name-mismatch"

    bool isEncrypted() const { return !protocol.isEmpty(); }
};

} // namespace Net
