#include "core/delivery/retrypolicy.h"

namespace Delivery {

qint64 delayAfter(int attempts)
{
    return plainDelayAfter(RetrySchedule(), attempts);
}

Verdict verdictOf(Stage stage, const ServerReply &reply)
{
    if (reply.isPositive())
        return Verdict::Accepted;
    if (stage == Stage::Rcpt && isTooManyRecipients(reply))
        return Verdict::Deferred;
    return reply.isPermanent() ? Verdict::Refused : Verdict::Deferred;
}

bool isTooManyRecipients(const ServerReply &reply)
{
    // 452 as well as the 552 of old servers, unless the enhanced code says that a mailbox or the disk is
    // full.
    const QString enhanced = reply.enhanced();
    return (reply.code() == 452 || reply.code() == 552) &&
           (enhanced.isEmpty() || enhanced.mid(1) == QLatin1String(".5.3"));
}

Scope scopeOf(Stage stage, const ServerReply &reply)
{
    if (reply.code() == 421) // the service is closing (RFC 5321 §3.8)
        return Scope::Session;
    // "Sign in first", "encrypt first" (RFC 4954 §6), whatever was asked: nothing of this account will pass.
    if (reply.code() == 530 || reply.code() == 538)
        return Scope::Account;
    switch (stage) {
    case Stage::Connect:
    case Stage::Greeting:
    case Stage::Hello:
    case Stage::Tls:
    case Stage::Auth:
        return Scope::Account;
    case Stage::Rcpt:
        return Scope::Recipient;
    case Stage::Mail:
    case Stage::Data:
    case Stage::Content:
    case Stage::Quit:
        break;
    }
    return Scope::Message;
}

Scope scopeOf(Base::ErrorKind kind)
{
    using enum Base::ErrorKind;
    switch (kind) {
    case ConnectionLost:
    case TimedOut:
    case Protocol:
    case Interrupted:
    case Cancelled:
        return Scope::Session;
    case NameNotFound:
    case CannotConnect:
    case ProxyUnreachable:
    case ProxyRefused:
    case ProxySignIn:
    case TlsFailed:
    case CertificateRefused:
    case PlaintextAfterTls:
    case SignInRefused:
    case ServerNotProved:
    case WeakerSignIn:
    case NoAccount:
    case UnknownAccount:
    case BadAccount:
    case SecretMissing:
    case KeychainUnavailable:
    case VaultUnavailable:
    case VaultLocked:
    case VaultWrongPassphrase:
    case VaultDamaged:
    case CommandFailed:
        return Scope::Account;
    default:
        return Scope::Message;
    }
}

bool isTransient(Base::ErrorKind kind)
{
    using enum Base::ErrorKind;
    switch (kind) {
    case ConnectionLost:
    case TimedOut:
    case Protocol:
    case Interrupted:
    case Cancelled:
    case NameNotFound:
    case CannotConnect:
    case ProxyUnreachable:
    case ProxyRefused:
    case TlsFailed:
    case PlaintextAfterTls:
    case KeychainUnavailable:
    case VaultLocked:
    case CommandFailed:
    case NotMaildir:
    case DiskFull: // our own disk's trouble is no verdict about a letter
    case HomeUnwritable:
    case FileUnwritable:
    case Database:
    case DatabaseDamaged:
        return true;
    default:
        return false;
    }
}

bool needsPerson(const Outcome &outcome)
{
    if (outcome.error)
        return outcome.scope == Scope::Account && !isTransient(outcome.error->kind);
    if (outcome.scope != Scope::Account)
        return false;
    return outcome.stage == Stage::Auth ? outcome.reply.isPermanent()
                                        : outcome.reply.code() == 530 || outcome.reply.code() == 538;
}

} // namespace Delivery
