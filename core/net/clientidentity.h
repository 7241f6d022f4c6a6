#pragma once

// Our own certificate and its key, read from the two files an account names, for a server that asks who we
// are. The key is read when it is needed and kept nowhere else.

#include "core/base/result.h"
#include "core/net/endpoint.h"

#include <QSslCertificate>
#include <QSslKey>

namespace Net {

struct ClientIdentity
{
    QList<QSslCertificate> chain; ///< our own first
    QSslKey key;
};

/// FileMissing, FileUnreadable; BadAccount with the file in `subject` when it holds something else than it
/// should, the key is encrypted (a passphrase is not asked for yet), or the two do not belong together.
Base::Result<ClientIdentity> readIdentity(const ClientCertificate &files);

} // namespace Net
