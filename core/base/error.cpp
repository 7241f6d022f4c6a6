#include "core/base/error.h"

#include <QList>

#include <array>

namespace Base {

namespace {

struct Row
{
    ErrorKind kind;
    const char *name;
};

constexpr std::array rows{
    Row{ErrorKind::FileMissing, "file-missing"},
    Row{ErrorKind::FileUnreadable, "file-unreadable"},
    Row{ErrorKind::FileUnwritable, "file-unwritable"},
    Row{ErrorKind::FileChanged, "file-changed"},
    Row{ErrorKind::DiskFull, "disk-full"},
    Row{ErrorKind::NotMaildir, "not-maildir"},
    Row{ErrorKind::HomeUnwritable, "home-unwritable"},
    Row{ErrorKind::Database, "database"},
    Row{ErrorKind::DatabaseDamaged, "database-damaged"},
    Row{ErrorKind::DatabaseNewer, "database-newer"},
    Row{ErrorKind::BadAddress, "bad-address"},
    Row{ErrorKind::BadHeader, "bad-header"},
    Row{ErrorKind::BadMessage, "bad-message"},
    Row{ErrorKind::LineTooLong, "line-too-long"},
    Row{ErrorKind::NoRecipients, "no-recipients"},
    Row{ErrorKind::NoSender, "no-sender"},
    Row{ErrorKind::TooBig, "too-big"},
    Row{ErrorKind::BadTime, "bad-time"},
    Row{ErrorKind::TooLate, "too-late"},
    Row{ErrorKind::Overdue, "overdue"},
    Row{ErrorKind::NotFound, "not-found"},
    Row{ErrorKind::NotAllowed, "not-allowed"},
    Row{ErrorKind::NoAccount, "no-account"},
    Row{ErrorKind::UnknownAccount, "unknown-account"},
    Row{ErrorKind::DuplicateAccount, "duplicate-account"},
    Row{ErrorKind::BadAccount, "bad-account"},
    Row{ErrorKind::BadSetting, "bad-setting"},
    Row{ErrorKind::OnHold, "on-hold"},
    Row{ErrorKind::SecretMissing, "secret-missing"},
    Row{ErrorKind::KeychainUnavailable, "keychain-unavailable"},
    Row{ErrorKind::VaultUnavailable, "vault-unavailable"},
    Row{ErrorKind::VaultLocked, "vault-locked"},
    Row{ErrorKind::VaultWrongPassphrase, "vault-wrong-passphrase"},
    Row{ErrorKind::VaultDamaged, "vault-damaged"},
    Row{ErrorKind::CommandFailed, "command-failed"},
    Row{ErrorKind::NameNotFound, "name-not-found"},
    Row{ErrorKind::CannotConnect, "cannot-connect"},
    Row{ErrorKind::ProxyUnreachable, "proxy-unreachable"},
    Row{ErrorKind::ProxyRefused, "proxy-refused"},
    Row{ErrorKind::ProxySignIn, "proxy-sign-in"},
    Row{ErrorKind::ConnectionLost, "connection-lost"},
    Row{ErrorKind::TlsFailed, "tls-failed"},
    Row{ErrorKind::CertificateRefused, "certificate-refused"},
    Row{ErrorKind::PlaintextAfterTls, "plaintext-after-tls"},
    Row{ErrorKind::TimedOut, "timed-out"},
    Row{ErrorKind::Protocol, "protocol"},
    Row{ErrorKind::NotOffered, "not-offered"},
    Row{ErrorKind::SignInRefused, "sign-in-refused"},
    Row{ErrorKind::ServerNotProved, "server-not-proved"},
    Row{ErrorKind::WeakerSignIn, "weaker-sign-in"},
    Row{ErrorKind::Cancelled, "cancelled"},
    Row{ErrorKind::Interrupted, "interrupted"},
    Row{ErrorKind::Internal, "internal"},
};

} // namespace

QString name(ErrorKind kind)
{
    for (const Row &row : rows) {
        if (row.kind == kind)
            return QString::fromLatin1(row.name);
    }
    return QStringLiteral("internal");
}

ErrorKind errorKind(const QString &name)
{
    for (const Row &row : rows) {
        if (name == QLatin1String(row.name))
            return row.kind;
    }
    return ErrorKind::Internal;
}

QList<ErrorKind> allErrorKinds()
{
    QList<ErrorKind> kinds;
    for (const Row &row : rows)
        kinds.append(row.kind);
    return kinds;
}

} // namespace Base
