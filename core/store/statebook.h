#pragma once

// Where messages and recipients stand. The one place in the program where a message's state changes: it
// refuses what Delivery's table does not allow, logs the move and refreshes the counts in the row. Callers
// hold the transaction.

#include "core/store/database.h"
#include "core/store/rows.h"

namespace Store {

class StateBook
{
public:
    struct Standing
    {
        Delivery::MessageState state;
        Base::AccountId account;
        int attempts;
    };
    struct RecipientStanding
    {
        int position;
        Delivery::RecipientState state;
    };

    struct Move
    {
        Delivery::MessageState to;
        std::optional<QDateTime> next;
        int attempts = 0;              ///< to be added
        std::optional<QString> reason; ///< JSON; none: as it was
        QString queueId;               ///< empty: as it was
    };
    /// How many recipients of a message are in which state.
    struct Verdicts
    {
        Delivery::MessageState before; ///< the message's
        int waiting = 0;
        int deferred = 0;
        int accepted = 0;
        int refused = 0;
        int uncertain = 0;
        int cancelled = 0;

        QList<Delivery::RecipientState> states() const; ///< those there are
    };

    explicit StateBook(Database &database)
        : m_database(database)
    {
    }

    /// NotFound when there is no such message.
    Base::Result<Standing> standing(Base::MessageId id) const;
    Base::Result<QList<RecipientStanding>> recipients(Base::MessageId id) const;
    Base::Result<Verdicts> verdicts(Base::MessageId id) const;
    /// NotAllowed when the table has no such move. `next`: when the message is due; a queued one is due now
    /// without it.
    Base::Done setState(Base::MessageId id, Delivery::MessageState to, const QDateTime &now,
                        std::optional<QDateTime> next = {});
    /// The same, from where it is known to be, with what an attempt adds.
    Base::Done move(Base::MessageId id, Delivery::MessageState from, const Move &move, const QDateTime &now);
    /// It has left: what was planned for it is over, and its patience begins now.
    Base::Done letGo(Base::MessageId id, const QDateTime &now);
    /// The same, where it is counted already how the recipients stand.
    Base::Done move(Base::MessageId id, const Verdicts &verdicts, const Move &move, const QDateTime &now);
    /// The same, where nothing but the state changes.
    Base::Done step(Base::MessageId id, Delivery::MessageState from, Delivery::MessageState to,
                    const QDateTime &now);
    /// All recipients of the message that are in one of those states.
    Base::Done changeRecipients(Base::MessageId id, const QList<Delivery::RecipientState> &from,
                                Delivery::RecipientState to);

private:
    Base::Done change(Base::MessageId id, Delivery::MessageState from, Delivery::MessageState to,
                      const QString &sql, const QVariantList &values);

    Database &m_database;
};

} // namespace Store
