#include "core/store/statebook.h"

#include "core/base/log.h"

namespace Store {

using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::MessageId;
using Delivery::MessageState;
using Delivery::RecipientState;

namespace {
qint64 stamp(const QDateTime &when)
{
    return when.toMSecsSinceEpoch();
}
} // namespace

Base::Result<StateBook::Standing> StateBook::standing(MessageId id) const
{
    Base::Result<Cursor> query = m_database.run(
        QStringLiteral("SELECT state, account, attempts FROM message WHERE id = ?"), {id.value});
    if (!query)
        return query.error();
    if (!query->next())
        return Error{ErrorKind::NotFound, id.toString(), QStringLiteral("there is no such message")};
    const std::optional<MessageState> state = Delivery::messageStateFromKey(query->value(0).toString());
    if (!state)
        return Error{
            ErrorKind::DatabaseDamaged, id.toString(),
            QStringLiteral("a message is in the unknown state \"%1\"").arg(query->value(0).toString())};
    return Standing{*state, Base::AccountId{query->value(1).toLongLong()}, query->value(2).toInt()};
}

Base::Result<QList<StateBook::RecipientStanding>> StateBook::recipients(MessageId id) const
{
    Base::Result<Cursor> query = m_database.run(
        QStringLiteral("SELECT position, state FROM recipient WHERE message = ? ORDER BY position"),
        {id.value});
    if (!query)
        return query.error();
    QList<RecipientStanding> recipients;
    while (query->next()) {
        recipients.append(
            {query->value(0).toInt(),
             Delivery::recipientStateFromName(query->value(1).toString()).value_or(RecipientState::Waiting)});
    }
    return recipients;
}

Done StateBook::setState(MessageId id, MessageState to, const QDateTime &now, std::optional<QDateTime> next)
{
    const Base::Result<Standing> from = standing(id);
    if (!from)
        return from.error();
    return move(id, from->state, {to, next, 0, {}, {}}, now);
}

Done StateBook::move(MessageId id, MessageState from, const Move &move, const QDateTime &now)
{
    if (!Delivery::mayMove(from, move.to))
        return Error{ErrorKind::NotAllowed, id.toString(),
                     QStringLiteral("a message that is %1 cannot become %2")
                         .arg(Delivery::key(from), Delivery::key(move.to))};
    Base::Log::info(QStringLiteral("Message %1: %2 -> %3")
                        .arg(id.toString(), Delivery::key(from), Delivery::key(move.to)));
    const QString sql =
        QStringLiteral("UPDATE message SET state = ?, changed = ?, next_attempt = ?,"
                       " attempts = attempts + ?, reason = coalesce(?, reason),"
                       " queue_id = CASE WHEN ? = '' THEN queue_id ELSE ? END,"
                       " accepted = (SELECT count(*) FROM recipient WHERE recipient.message "
                       "= message.id AND recipient.state = 'accepted'),"
                       " refused = (SELECT count(*) FROM recipient WHERE recipient.message = "
                       "message.id AND recipient.state = 'refused') WHERE id = ? AND state = ?");
    const QVariant due = move.next                         ? QVariant(stamp(*move.next))
                         : move.to == MessageState::Queued ? QVariant(stamp(now))
                                                           : QVariant();
    const Base::Result<Cursor> moved =
        m_database.run(sql, {Delivery::key(move.to), stamp(now), due, move.attempts,
                             move.reason ? QVariant(*move.reason) : QVariant(), move.queueId, move.queueId,
                             id.value, Delivery::key(from)});
    if (!moved)
        return moved.error();
    if (moved->numRowsAffected() != 1)
        return Error{ErrorKind::NotAllowed, id.toString(),
                     QStringLiteral("the message is no longer %1").arg(Delivery::key(from))};
    return {};
}

Done StateBook::letGo(MessageId id, const QDateTime &now)
{
    if (const Done done =
            m_database.exec(QStringLiteral("DELETE FROM departure WHERE message = ?"), {id.value});
        !done)
        return done;
    return m_database.exec(QStringLiteral("UPDATE message SET since = ? WHERE id = ?"),
                           {stamp(now), id.value});
}

Done StateBook::changeRecipients(MessageId id, const QList<RecipientState> &from, RecipientState to)
{
    for (const RecipientState state : from) {
        if (const Done done = m_database.exec(
                QStringLiteral("UPDATE recipient SET state = ? WHERE message = ? AND state = ?"),
                {Delivery::name(to), id.value, Delivery::name(state)});
            !done)
            return done;
    }
    return {};
}

} // namespace Store
