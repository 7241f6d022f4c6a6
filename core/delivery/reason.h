#pragma once

// Why a message or a recipient is where it is: the stage, whom it concerns, and the server's words or our own
// error. What is kept in the books and explained to people.

#include "core/delivery/outcome.h"

#include <QJsonObject>

namespace Delivery {

struct Reason
{
    Stage stage = Stage::Connect;
    Scope scope = Scope::Message;
    ServerReply reply;
    std::optional<Base::Error> error;

    bool isNull() const { return reply.isNull() && !error; }
    friend bool operator==(const Reason &, const Reason &) = default;
};

/// What decided the attempt; when the server took the message but not for everyone, what decided about the
/// first of the others.
Reason reasonOf(const Outcome &outcome);
Reason reasonOf(const RecipientResult &result, Scope scope);

QJsonObject toJson(const Reason &reason); ///< empty for a null one
Reason reasonFromJson(const QJsonObject &object);

} // namespace Delivery
