#include "app/exitcodes.h"

namespace App {

ExitCode exitCodeFor(const Base::Error &error)
{
    using enum Base::ErrorKind;
    switch (error.kind) {
    case BadAddress:
    case BadHeader:
    case BadMessage:
    case LineTooLong:
    case NoRecipients:
    case NoSender:
    case TooBig:
    case BadTime:
    case TooLate:
    case Overdue:
    case NotAllowed:
        return DataError;
    case OnHold:
        return TemporaryFailure;
    case FileMissing:
    case FileUnreadable:
    case FileChanged:
    case NotFound:
        return NoInput;
    case HomeUnwritable:
        return CannotCreate;
    case FileUnwritable:
    case DiskFull:
    case Database:
    case DatabaseDamaged:
    case DatabaseNewer:
        return IoError;
    case NoAccount:
    case UnknownAccount:
    case DuplicateAccount:
    case BadAccount:
    case NotMaildir:
    case BadSetting:
    case SecretMissing:
    case KeychainUnavailable:
    case VaultUnavailable:
    case VaultLocked:
    case VaultWrongPassphrase:
    case VaultDamaged:
    case CommandFailed:
    case CertificateRefused:
    case NotOffered:
    case WeakerSignIn:
        return ConfigError;
    case SignInRefused:
    case ProxySignIn:
        return App::SignInRefused;
    case Protocol:
    case ServerNotProved:
    case PlaintextAfterTls:
        return ProtocolError;
    case NameNotFound:
    case CannotConnect:
    case ProxyUnreachable:
    case ProxyRefused:
    case ConnectionLost:
    case TlsFailed:
    case TimedOut:
    case Cancelled:
    case Interrupted:
        return TemporaryFailure;
    case Internal:
        break;
    }
    return Software;
}

ExitCode exitCodeFor(const Delivery::Reason &reason)
{
    if (reason.error)
        return exitCodeFor(*reason.error);
    if (reason.stage == Delivery::Stage::Auth && reason.reply.isPermanent())
        return SignInRefused;
    if (reason.scope == Delivery::Scope::Account && reason.reply.isPermanent())
        return reason.stage == Delivery::Stage::Tls || reason.stage == Delivery::Stage::Mail
                   ? ConfigError
                   : TemporaryFailure;
    return TemporaryFailure;
}

ExitCode exitCodeFor(const Store::MessageDetails &details)
{
    using enum Delivery::MessageState;
    switch (details.message.state) {
    case Sent:
        return Ok;
    case PartlySent:
    case Failed:
        return Unavailable;
    case Uncertain:
        return ProtocolError;
    case Cancelled:
        return TemporaryFailure;
    case Undoable:
    case Scheduled:
    case Queued:
    case Sending:
    case Deferred:
    case Held:
        break;
    }
    return details.message.refused > 0 ? Unavailable : exitCodeFor(details.message.reason);
}

} // namespace App
