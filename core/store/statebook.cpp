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

Error unknownState(MessageId id, const QString &key)
{
    return {ErrorKind::DatabaseDamaged, id.toString(),
            QStringLiteral("a message is in the unknown state \"%1\"").arg(key)};
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
        return unknownState(id, query->value(0).toString());
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

/// One look through the recipients, and no table of its own for SQLite, as DISTINCT would need.
Base::Result<StateBook::Verdicts> StateBook::verdicts(MessageId id) const
{
    Base::Result<Cursor> query = m_database.run(
        QStringLiteral("SELECT (SELECT state FROM message WHERE id = ?), total(state = 'waiting'),"
                       " total(state = 'deferred'), total(state = 'accepted'), total(state = 'refused'),"
                       " total(state = 'uncertain'), total(state = 'cancelled')"
                       " FROM recipient WHERE message = ?"),
        {id.value, id.value});
    if (!query)
        return query.error();
    if (!query->next() || query->value(0).isNull())
        return Error{ErrorKind::NotFound, id.toString(), QStringLiteral("there is no such message")};
    const std::optional<MessageState> state = Delivery::messageStateFromKey(query->value(0).toString());
    if (!state)
        return unknownState(id, query->value(0).toString());
    return Verdicts{*state,
                    query->value(1).toInt(),
                    query->value(2).toInt(),
                    query->value(3).toInt(),
                    query->value(4).toInt(),
                    query->value(5).toInt(),
                    query->value(6).toInt()};
}

QList<RecipientState> StateBook::Verdicts::states() const
{
    QList<RecipientState> states;
    for (const auto &[state, number] : {std::pair{RecipientState::Waiting, waiting},
                                        {RecipientState::Deferred, deferred},
                                        {RecipientState::Accepted, accepted},
                                        {RecipientState::Refused, refused},
                                        {RecipientState::Uncertain, uncertain},
                                        {RecipientState::Cancelled, cancelled}}) {
        if (number > 0)
            states.append(state);
    }
    return states;
}

Done StateBook::move(MessageId id, MessageState from, const Move &move, const QDateTime &now)
{
    Base::Result<Verdicts> counted = verdicts(id);
    if (!counted)
        return counted.error();
    counted->before = from;
    return this->move(id, *counted, move, now);
}

// "Or fail": with "or abort", which is the default, SQLite copies every page that these statements and their
// triggers touch, to be able to undo them alone (resources/sql/0009_fewer_pages.sql). What fails
// here undoes the transaction.

Done StateBook::move(MessageId id, const Verdicts &verdicts, const Move &move, const QDateTime &now)
{
    const QString sql = QStringLiteral(
        "UPDATE OR FAIL message SET state = ?, changed = ?, next_attempt = ?, attempts = attempts + ?,"
        " reason = coalesce(?, reason), queue_id = CASE WHEN ? = '' THEN queue_id ELSE ? END,"
        " accepted = ?, refused = ? WHERE id = ? AND state = ?");
    const QVariant due = move.next                         ? QVariant(stamp(*move.next))
                         : move.to == MessageState::Queued ? QVariant(stamp(now))
                                                           : QVariant();
    return change(id, verdicts.before, move.to, sql,
                  {Delivery::key(move.to), stamp(now), due, move.attempts,
                   move.reason ? QVariant(*move.reason) : QVariant(), move.queueId, move.queueId,
                   verdicts.accepted, verdicts.refused, id.value, Delivery::key(verdicts.before)});
}

Done StateBook::step(MessageId id, MessageState from, MessageState to, const QDateTime &now)
{
    return change(id, from, to,
                  QStringLiteral("UPDATE OR FAIL message SET state = ?, changed = ?, next_attempt = NULL "
                                 "WHERE id = ? AND state = ?"),
                  {Delivery::key(to), stamp(now), id.value, Delivery::key(from)});
}

Done StateBook::change(MessageId id, MessageState from, MessageState to, const QString &sql,
                       const QVariantList &values)
{
    if (!Delivery::mayMove(from, to))
        return Error{ErrorKind::NotAllowed, id.toString(),
                     QStringLiteral("a message that is %1 cannot become %2")
                         .arg(Delivery::key(from), Delivery::key(to))};
    Base::Log::info(QStringLiteral("Message ") + id.toString() + QStringLiteral(": ") + Delivery::key(from) +
                    QStringLiteral(" -> ") + Delivery::key(to));
    const Base::Result<Cursor> changed = m_database.run(sql, values);
    if (!changed)
        return changed.error();
    if (changed->numRowsAffected() != 1)
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
