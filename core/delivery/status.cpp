#include "core/delivery/status.h"

#include <algorithm>
#include <array>

namespace Delivery {

namespace {

using enum MessageState;

constexpr std::array messageKeys{
    std::pair{Undoable, "undoable"},   std::pair{Scheduled, "scheduled"},    std::pair{Queued, "queued"},
    std::pair{Sending, "sending"},     std::pair{Deferred, "deferred"},      std::pair{Held, "held"},
    std::pair{Sent, "sent"},           std::pair{PartlySent, "partly-sent"}, std::pair{Failed, "failed"},
    std::pair{Uncertain, "uncertain"}, std::pair{Cancelled, "cancelled"},
};

constexpr std::array recipientNames{
    std::pair{RecipientState::Waiting, "waiting"},     std::pair{RecipientState::Accepted, "accepted"},
    std::pair{RecipientState::Deferred, "deferred"},   std::pair{RecipientState::Refused, "refused"},
    std::pair{RecipientState::Uncertain, "uncertain"}, std::pair{RecipientState::Cancelled, "cancelled"},
};

constexpr std::array moves{
    // an attempt
    std::pair{Queued, Sending},
    std::pair{Deferred, Sending},
    // how it ends
    std::pair{Sending, Queued},
    std::pair{Sending, Deferred},
    std::pair{Sending, PartlySent},
    std::pair{Sending, Failed},
    std::pair{Sending, Held},
    std::pair{Sending, Sent},
    std::pair{Sending, Uncertain},
    // before it leaves
    std::pair{Undoable, Queued},
    std::pair{Scheduled, Queued},
    std::pair{Scheduled, Held},
    // what a person does
    std::pair{Queued, Undoable},
    std::pair{Undoable, Held},
    std::pair{Undoable, Cancelled},
    std::pair{Undoable, Scheduled},
    std::pair{Scheduled, Cancelled},
    std::pair{Queued, Scheduled},
    std::pair{Deferred, Scheduled},
    std::pair{Held, Scheduled},
    std::pair{Queued, Held},
    std::pair{Deferred, Held},
    std::pair{Held, Queued},
    std::pair{Deferred, Queued},
    std::pair{Queued, Cancelled},
    std::pair{Deferred, Cancelled},
    std::pair{Held, Cancelled},
    std::pair{Sent, Queued},
    std::pair{Failed, Queued},
    std::pair{PartlySent, Queued},
    std::pair{Uncertain, Queued},
    std::pair{Cancelled, Queued},
    std::pair{Uncertain, Sent},
    std::pair{Uncertain, PartlySent},
};

} // namespace

QString key(MessageState state)
{
    return QString::fromLatin1(messageKeys.at(static_cast<std::size_t>(state)).second);
}

QString name(MessageState state)
{
    return key(state == Undoable ? Queued : state);
}

QString name(RecipientState state)
{
    return QString::fromLatin1(recipientNames.at(static_cast<std::size_t>(state)).second);
}

std::optional<MessageState> messageStateFromKey(const QString &key)
{
    for (const auto &[state, text] : messageKeys) {
        if (key == QLatin1String(text))
            return state;
    }
    return std::nullopt;
}

std::optional<RecipientState> recipientStateFromName(const QString &name)
{
    for (const auto &[state, text] : recipientNames) {
        if (name == QLatin1String(text))
            return state;
    }
    return std::nullopt;
}

QList<MessageState> allMessageStates()
{
    QList<MessageState> states;
    for (const auto &[state, text] : messageKeys)
        states.append(state);
    return states;
}

QList<RecipientState> allRecipientStates()
{
    QList<RecipientState> states;
    for (const auto &[state, text] : recipientNames)
        states.append(state);
    return states;
}

bool mayMove(MessageState from, MessageState to)
{
    return std::find(moves.begin(), moves.end(), std::pair{from, to}) != moves.end();
}

bool isDueState(MessageState state)
{
    return state == Queued || state == Deferred;
}

bool isFinal(MessageState state)
{
    return state == Sent || state == PartlySent || state == Failed || state == Uncertain ||
           state == Cancelled;
}

bool isBeforeLeaving(MessageState state)
{
    return state == Undoable || state == Scheduled;
}

RecipientState after(RecipientState before, Verdict verdict)
{
    if (before != RecipientState::Waiting && before != RecipientState::Deferred)
        return before;
    switch (verdict) {
    case Verdict::None:
        return before;
    case Verdict::Accepted:
        return RecipientState::Accepted;
    case Verdict::Deferred:
        return RecipientState::Deferred;
    case Verdict::Refused:
        return RecipientState::Refused;
    case Verdict::Uncertain:
        break;
    }
    return RecipientState::Uncertain;
}

MessageState summary(const QList<RecipientState> &recipients)
{
    const auto has = [&recipients](RecipientState state) { return recipients.contains(state); };
    if (has(RecipientState::Uncertain))
        return Uncertain;
    if (has(RecipientState::Waiting))
        return Queued;
    if (has(RecipientState::Deferred))
        return Deferred;
    if (has(RecipientState::Accepted))
        return has(RecipientState::Refused) || has(RecipientState::Cancelled) ? PartlySent : Sent;
    return has(RecipientState::Refused) ? Failed : Cancelled;
}

} // namespace Delivery
