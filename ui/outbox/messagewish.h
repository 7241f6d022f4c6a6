#pragma once

// What a person may want of a message.

namespace Ui {

enum class MessageWish {
    Retry,
    Hold,
    Release,
    Cancel,
    Arrived, ///< of an uncertain one: it arrived
    Resend,  ///< of an uncertain one: send it again
    Edit,    ///< a copy, to correct and send again
    Remove,
    SignIn, ///< mend the account it waits for
};

} // namespace Ui
