#pragma once

// What may be done with a message in which state, as the window offers it: one place for menus, toolbar and
// banner.

#include "core/delivery/status.h"
#include "ui/outbox/messagewish.h"

namespace Ui {

struct MessageRules
{
    bool undo = false;
    bool schedule = false;
    bool retry = false;
    bool hold = false;
    bool release = false;
    bool cancel = false;
    bool resolve = false; ///< "It arrived" or "Send again"
    bool resendToAll = false;
    bool edit = false; ///< edit a copy and send it again
    bool remove = false;
};

MessageRules rulesFor(Delivery::MessageState state);
bool allows(const MessageRules &rules, MessageWish wish);

} // namespace Ui
