#pragma once

// The life of a message and of each of its recipients: the states, and the one table of allowed moves.

#include "core/delivery/outcome.h"

#include <QList>
#include <QString>

namespace Delivery {

enum class MessageState {
    Undoable,   ///< a person has sent it, and may take it back for some seconds
    Scheduled,  ///< waiting for the time a person chose
    Queued,     ///< waiting for its turn
    Sending,    ///< an attempt is under way; it knows whether the final dot may have been sent (law 3)
    Deferred,   ///< will be tried again at a set time
    Held,       ///< waiting for a person
    Sent,       ///< every recipient accepted
    PartlySent, ///< some accepted, some refused, none waiting
    Failed,     ///< nobody accepted, nobody waiting
    Uncertain,  ///< the server may have taken it (law 5)
    Cancelled,
};

enum class RecipientState { Waiting, Accepted, Deferred, Refused, Uncertain, Cancelled };

/// The words of the command line: "scheduled", "queued", "sending", "deferred", "held", "sent",
/// "partly-sent", "failed", "uncertain", "cancelled". Undoable is told as "queued".
QString name(MessageState state);
QString name(RecipientState state);
/// For storing: every state has its own word.
QString key(MessageState state);
std::optional<MessageState> messageStateFromKey(const QString &key);
std::optional<RecipientState> recipientStateFromName(const QString &name);
QList<MessageState> allMessageStates();
QList<RecipientState> allRecipientStates();

/// Whether a message may go from one state to the other. Nothing goes to where it is.
bool mayMove(MessageState from, MessageState to);

/// States in which a dispatcher may take the message up.
bool isDueState(MessageState state);
/// States in which the message rests until a person does something.
bool isFinal(MessageState state);
/// States in which it has not left yet: its next_attempt is when it does.
bool isBeforeLeaving(MessageState state);

/// Where a recipient is after a verdict, given where it was; None changes nothing, a final state is kept.
RecipientState after(RecipientState before, Verdict verdict);
/// The state of a message whose recipients are in these states and that is not under way.
MessageState summary(const QList<RecipientState> &recipients);

} // namespace Delivery
