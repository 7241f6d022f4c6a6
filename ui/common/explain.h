#pragma once

// What happened, for people: a sentence, what to do about it, and the technical or the server's own words as
// they were said. Core names what happened and never speaks; here every value of every enum has its sentence.
// No widgets: the command line uses it too.

#include "core/delivery/reason.h"
#include "core/delivery/status.h"
#include "core/message/draftcheck.h"
#include "core/outbox/events.h"
#include "core/store/rows.h"

namespace Ui {

struct Explanation
{
    QString headline; ///< one sentence: what is the case
    QString advice;   ///< what to do, or what the program will do by itself
    QString words;    ///< verbatim, foreign: shown as plain text only; may be empty

    /// All three, a line each, for a terminal or a copy.
    QString toText() const;
};

Explanation explain(const Base::Error &error);
/// An error while something was done at that stage with a server.
Explanation explain(Delivery::Stage stage, const Base::Error &error);
/// A null reason gives an empty explanation.
Explanation explain(const Delivery::Reason &reason);
Explanation explain(const Delivery::Outcome &outcome);
Explanation explain(Delivery::MessageState state);
Explanation explain(Delivery::RecipientState state);
/// What a step of a connection test means when it went well or failed.
Explanation explain(Outbox::TestStep step, bool ok);
Explanation explain(Message::Hint hint);
Explanation explain(const Store::SalvageReport &report);

} // namespace Ui
