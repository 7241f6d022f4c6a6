#pragma once

// What went wrong, as a value. Core names the kind, the thing it concerns and the technical detail; the
// sentence a person reads is made in ui/common/explain from these three and nothing else.

#include <QString>

namespace Base {

enum class ErrorKind {
    // files and the home
    FileMissing,
    FileUnreadable,
    FileUnwritable,
    FileChanged, ///< vanished or altered between being attached and being sent
    DiskFull,
    NotMaildir, ///< a folder for copies of sent messages that is none
    HomeUnwritable,
    // database
    Database,
    DatabaseDamaged,
    DatabaseNewer, ///< written by a newer version; left untouched
    // what is to be sent
    BadAddress,
    BadHeader,   ///< CR, LF, NUL or another control in a value that becomes a header field
    BadMessage,  ///< a finished message that cannot be sent as it is
    LineTooLong, ///< over 998 octets (RFC 5322 §2.1.1)
    NoRecipients,
    NoSender,
    TooBig,
    BadTime,    ///< no time to send at
    TooLate,    ///< its deadline has passed
    Overdue,    ///< nothing could send it at the time (the subject) it was to leave
    NotFound,   ///< no message, draft or attempt with that id
    NotAllowed, ///< the message's state does not allow what was asked
    // accounts and secrets
    NoAccount,
    UnknownAccount,
    DuplicateAccount,
    BadAccount,
    BadSetting, ///< a number of the schedule that cannot work
    OnHold,     ///< a person holds back what goes through the account (the subject), or everything (none)
    SecretMissing,
    KeychainUnavailable,
    VaultUnavailable, ///< built without QCA
    VaultLocked,      ///< no passphrase was given
    VaultWrongPassphrase,
    VaultDamaged,
    CommandFailed, ///< the account's password command
    // network
    NameNotFound,
    CannotConnect,
    ProxyUnreachable,
    ProxyRefused, ///< it answers, and does not connect us
    ProxySignIn,  ///< it wants a user name and a password, or others
    ConnectionLost,
    TlsFailed,
    CertificateRefused,
    PlaintextAfterTls, ///< bytes from before TLS were read after it began (RFC 3207 §6)
    TimedOut,
    // protocol
    Protocol,   ///< a reply that cannot be parsed, or breaks a limit
    NotOffered, ///< the server lacks an extension this message or account needs
    // sign-in
    SignInRefused,   ///< by the mechanism in the subject, where the reply alone does not say enough
    ServerNotProved, ///< it did not prove that it knows the password (RFC 5802 §5)
    WeakerSignIn, ///< the mechanism it took before (the subject) is not offered any more: nothing was tried
    // the program
    Cancelled,
    Interrupted, ///< the program ended while this was under way
    Internal,
};

struct Error
{
    ErrorKind kind = ErrorKind::Internal;
    QString subject; ///< what it concerns: a file name, an address, an account; may be empty
    QString detail;  ///< technical words, untranslated; may be empty

    friend bool operator==(const Error &, const Error &) = default;
};

/// Stable lower-case name of a kind, for logs and JSON: "file-missing".
QString name(ErrorKind kind);
/// The kind with that name(), or Internal.
ErrorKind errorKind(const QString &name);
/// Every kind, for tests that walk them all.
QList<ErrorKind> allErrorKinds();

} // namespace Base
