#include "core/outbox/sessionoptions.h"

namespace Outbox {

Smtp::SessionOptions sessionOptions(const Accounts::Account &account, const QByteArray &secret)
{
    Smtp::SessionOptions options;
    options.server = account.server;
    options.trust = account.trust;
    // An address literal says nothing about this computer's name (RFC 5321 §4.1.4 allows it).
    options.clientName = account.helo.isEmpty() ? QStringLiteral("[127.0.0.1]") : account.helo;
    options.signIn = account.needsSignIn();
    options.mechanism = Accounts::mechanism(account.auth);
    options.strongestSeen = account.strongestSeen;
    options.credentials = {account.user.toUtf8(), secret};
    options.allowCleartextSecret = account.allowCleartextPassword;
    options.lmtp = account.lmtp;
    options.maxLetters = account.maxPerConnection;
    options.lane = account.lane == Accounts::Lane::Bulk     ? Smtp::Lane::Bulk
                   : account.lane == Accounts::Lane::Window ? Smtp::Lane::Window
                                                            : Smtp::Lane::Default;
    return options;
}

} // namespace Outbox
