#pragma once

// What is to become of a message that is built.

#include "core/base/id.h"
#include "core/delivery/scheduledtime.h"
#include "core/message/draft.h"

#include <optional>

namespace Outbox {

struct Submission
{
    Base::AccountId account; ///< invalid: the default one
    Base::DraftId draft;     ///< goes in the same transaction; invalid: there is none
    Delivery::Departure departure;
    std::optional<Message::Draft> source; ///< as which it may be taken back
};

} // namespace Outbox
