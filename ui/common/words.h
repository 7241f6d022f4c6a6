#pragma once

// The words for states, stages, steps and choices: one word for one thing everywhere. No widgets: the command
// line uses them too.

#include "core/accounts/account.h"
#include "core/delivery/status.h"
#include "core/message/outgoingmessage.h"
#include "core/outbox/events.h"

#include <QString>

namespace Ui {

QString word(Delivery::MessageState state);   ///< "Waiting"
QString word(Delivery::RecipientState state); ///< "Accepted"
QString word(Delivery::Stage stage);          ///< what is being done: "Signing in"
QString word(Outbox::TestStep step);          ///< "Encryption"
QString word(Message::Field field);           ///< "To"
QString word(Net::Security security);         ///< "Encrypted from the start (TLS)"
QString word(Accounts::Auth auth);            ///< "Automatic (the safest the server offers)"
QString word(Accounts::Lane lane);            ///< "One after the other"
QString word(Net::Proxy::Kind kind);          ///< "SOCKS5"

/// What a lane gains, and what may become uncertain.
QString sentence(Accounts::Lane lane);
/// Where a password is kept, as a sentence.
QString sentence(Accounts::SecretPlace place);

} // namespace Ui
