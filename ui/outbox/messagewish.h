#pragma once

// What a person may want of a message.

namespace Ui {

enum class MessageWish {
    Undo,     ///< of what has not left: a draft again
    Schedule, ///< it leaves at another time
    Retry,
    Hold,
    Release,
    Cancel,
    Arrived,     ///< of an uncertain one: it arrived
    Resend,      ///< of an uncertain one: send it again
    ResendToAll, ///< of what is over: once more to everybody
    Edit,        ///< a copy, to correct and send again
    Remove,
    SignIn, ///< mend the account it waits for
};

} // namespace Ui
