#include "ui/outbox/messagerules.h"

namespace Ui {

MessageRules rulesFor(Delivery::MessageState state)
{
    using enum Delivery::MessageState;
    const auto may = [state](Delivery::MessageState to) { return Delivery::mayMove(state, to); };
    const bool underWay = state == Sending;
    MessageRules rules;
    rules.resolve = state == Uncertain;
    rules.release = state == Held;
    rules.undo = Delivery::isBeforeLeaving(state);
    rules.schedule = !underWay && (may(Scheduled) || state == Scheduled);
    rules.retry = !underWay && !rules.resolve && !rules.release && state != Sent && may(Queued);
    rules.resendToAll = Delivery::isFinal(state) && !rules.resolve;
    rules.hold = !underWay && may(Held);
    rules.cancel = !underWay && may(Cancelled);
    rules.edit = !underWay;
    rules.remove = Delivery::isFinal(state);
    return rules;
}

bool allows(const MessageRules &rules, MessageWish wish)
{
    switch (wish) {
    case MessageWish::Undo:
        return rules.undo;
    case MessageWish::Schedule:
        return rules.schedule;
    case MessageWish::ResendToAll:
        return rules.resendToAll;
    case MessageWish::Retry:
        return rules.retry;
    case MessageWish::Hold:
        return rules.hold;
    case MessageWish::Release:
        return rules.release;
    case MessageWish::Cancel:
        return rules.cancel;
    case MessageWish::Arrived:
    case MessageWish::Resend:
        return rules.resolve;
    case MessageWish::Edit:
        return rules.edit;
    case MessageWish::Remove:
        return rules.remove;
    case MessageWish::SignIn:
        break;
    }
    return true;
}

} // namespace Ui
