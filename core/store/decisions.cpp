#include "core/store/decisions.h"

#include "core/base/log.h"
#include "core/store/departures.h"
#include "core/store/eraser.h"
#include "core/store/json.h"

namespace Store {

using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::MessageId;
using Delivery::MessageState;
using Delivery::RecipientState;

namespace {

/// The table lets an attempt end in states that people may not bring about while it is under way.
Done notUnderWay(MessageId id, MessageState state)
{
    if (state == MessageState::Sending)
        return Error{ErrorKind::NotAllowed, id.toString(), QStringLiteral("it is being sent")};
    return {};
}

/// Whose recipients wait again when a message in that state is retried.
QList<RecipientState> triedAgain(MessageState state)
{
    switch (state) {
    case MessageState::Failed:
    case MessageState::PartlySent:
        return {RecipientState::Refused};
    case MessageState::Uncertain:
        return {RecipientState::Uncertain};
    case MessageState::Cancelled:
        return {RecipientState::Cancelled};
    default:
        return {};
    }
}

} // namespace

/// What a program of schema 8 wrote that still ran when another one brought the books to schema 9: for it
/// "about to commit" was a state of the message.
Done Decisions::adoptCommitting()
{
    const Base::Result<QVariant> any =
        m_database.value(QStringLiteral("SELECT EXISTS (SELECT 1 FROM message WHERE state = 'committing')"));
    if (!any || !any->toBool())
        return any ? Done() : any.error();
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    for (const QString &sql :
         {QStringLiteral("UPDATE attempt SET committing = 1 WHERE finished IS NULL AND committing = 0"
                         " AND message IN (SELECT id FROM message WHERE state = 'committing')"),
          QStringLiteral("UPDATE message SET state = 'sending' WHERE state = 'committing'")}) {
        if (const Done done = m_database.exec(sql); !done)
            return done;
    }
    return transaction.commit();
}

Base::Result<QList<MessageId>> Decisions::recover(const QDateTime &now)
{
    if (const Done adopted = adoptCommitting(); !adopted)
        return adopted.error();
    Base::Result<Cursor> query = m_database.run(QStringLiteral(
        "SELECT id, coalesce((SELECT max(committing) FROM attempt WHERE attempt.message = message.id"
        " AND finished IS NULL), 1) > 0 FROM message WHERE state = 'sending' ORDER BY id"));
    if (!query)
        return query.error();
    QList<std::pair<MessageId, bool>> left;
    while (query->next())
        left.append({MessageId{query->value(0).toLongLong()}, query->value(1).toBool()});
    query->finish();
    QList<MessageId> recovered;
    for (const auto &[id, committing] : left) {
        if (const Done done = recoverOne(id, committing, now); !done)
            return done.error();
        recovered.append(id);
    }
    return recovered;
}

/// `committing`: the final dot may have been sent. So it is held to be also where no attempt tells: in books
/// that were damaged it may be lost.
Done Decisions::recoverOne(MessageId id, bool committing, const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    Base::Log::warning(
        QStringLiteral("Message %1 was being sent when the program stopped").arg(id.toString()));
    Delivery::Reason reason;
    reason.stage = committing ? Delivery::Stage::Content : Delivery::Stage::Connect;
    reason.scope = Delivery::Scope::Session;
    reason.error =
        Error{ErrorKind::Interrupted, {}, QStringLiteral("the program stopped during the attempt")};
    const QString words = pack(Delivery::toJson(reason));
    if (const Done done = m_database.exec(
            QStringLiteral(
                "UPDATE attempt SET finished = ?, reason = ? WHERE message = ? AND finished IS NULL"),
            {now.toMSecsSinceEpoch(), words, id.value});
        !done)
        return done;
    if (committing) {
        // Those refused before the dot keep their verdict; whoever was taken may have it (law 5).
        const QString sql =
            QStringLiteral("UPDATE recipient SET state = 'uncertain', attempts = attempts + 1, reason = ?"
                           " WHERE message = ? AND state = 'waiting'");
        if (const Done done = m_database.exec(sql, {words, id.value}); !done)
            return done;
    }
    if (const Done done = m_database.exec(
            QStringLiteral("UPDATE message SET attempts = attempts + 1, reason = ? WHERE id = ?"),
            {words, id.value});
        !done)
        return done;
    if (const Done done =
            m_book.setState(id, committing ? MessageState::Uncertain : MessageState::Queued, now);
        !done)
        return done;
    return transaction.commit();
}

Done Decisions::retry(MessageId id, const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    const Base::Result<StateBook::Standing> before = m_book.standing(id);
    if (!before)
        return before.error();
    if (const Done done = notUnderWay(id, before->state); !done)
        return done;
    if (before->state == MessageState::Sent)
        return Error{ErrorKind::NotAllowed, id.toString(),
                     QStringLiteral("it was sent; nobody waits for it")};
    if (before->state == MessageState::Queued) {
        if (const Done done =
                m_database.exec(QStringLiteral("UPDATE message SET next_attempt = ? WHERE id = ?"),
                                {now.toMSecsSinceEpoch(), id.value});
            !done)
            return done;
        return transaction.commit();
    }
    if (const Done done = m_book.changeRecipients(id, triedAgain(before->state), RecipientState::Waiting);
        !done)
        return done;
    if (const Done done = m_book.setState(id, MessageState::Queued, now); !done)
        return done;
    if (const Done done = m_book.letGo(id, now); !done)
        return done;
    return transaction.commit();
}

Done Decisions::resendToAll(MessageId id, const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    const Base::Result<StateBook::Standing> before = m_book.standing(id);
    if (!before)
        return before.error();
    if (!Delivery::isFinal(before->state))
        return Error{ErrorKind::NotAllowed, id.toString(), QStringLiteral("it is not over yet")};
    const QList<RecipientState> all{RecipientState::Accepted, RecipientState::Refused,
                                    RecipientState::Uncertain, RecipientState::Cancelled};
    if (const Done done = m_book.changeRecipients(id, all, RecipientState::Waiting); !done)
        return done;
    if (const Done done = m_book.setState(id, MessageState::Queued, now); !done)
        return done;
    if (const Done done = m_book.letGo(id, now); !done)
        return done;
    return transaction.commit();
}

Done Decisions::hold(MessageId id, const QDateTime &now)
{
    Transaction transaction(m_database); // another program may be about to take it up
    if (!transaction.begun())
        return transaction.begun();
    const Base::Result<StateBook::Standing> before = m_book.standing(id);
    if (!before)
        return before.error();
    if (const Done done = notUnderWay(id, before->state); !done)
        return done;
    if (const Done done = m_book.setState(id, MessageState::Held, now); !done)
        return done;
    return transaction.commit();
}

Done Decisions::release(MessageId id, const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    const Base::Result<StateBook::Standing> before = m_book.standing(id);
    if (!before)
        return before.error();
    if (before->state != MessageState::Held)
        return Error{ErrorKind::NotAllowed, id.toString(),
                     QStringLiteral("only a held message can be released")};
    const Base::Result<Delivery::ScheduledTime> planned = Departures::readPlan(m_database, id);
    if (!planned)
        return planned.error();
    const QDateTime moment = planned->isNull() ? now : Delivery::momentOf(*planned);
    const bool waits = moment > now; // for the time that was chosen, as before
    const Done moved = m_book.move(
        id, before->state,
        {waits ? MessageState::Scheduled : MessageState::Queued, moment, 0, QStringLiteral(""), {}}, now);
    if (!moved)
        return moved;
    if (const Done done = waits ? Done() : m_book.letGo(id, now); !done)
        return done;
    return transaction.commit();
}

Done Decisions::cancel(MessageId id, const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    if (const Done done = m_book.changeRecipients(id, {RecipientState::Waiting, RecipientState::Deferred},
                                                  RecipientState::Cancelled);
        !done)
        return done;
    if (const Done done = m_book.setState(id, MessageState::Cancelled, now); !done)
        return done;
    if (const Done done = m_book.letGo(id, now); !done)
        return done;
    return transaction.commit();
}

Done Decisions::remove(MessageId id, std::optional<MessageState> only)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    const Base::Result<StateBook::Standing> before = m_book.standing(id);
    if (!before)
        return before.error();
    if (const Done done = notUnderWay(id, before->state); !done)
        return done;
    if (only && before->state != *only)
        return Error{ErrorKind::NotAllowed, id.toString(), QStringLiteral("it is in another state by now")};
    if (const Done done = m_database.exec(QStringLiteral("DELETE FROM message WHERE id = ?"), {id.value});
        !done)
        return done;
    if (const Done done = Eraser::owe(m_database); !done)
        return done;
    return transaction.commit();
}

Done Decisions::settleArrived(MessageId id, const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    const Base::Result<StateBook::Standing> before = m_book.standing(id);
    if (!before)
        return before.error();
    if (before->state != MessageState::Uncertain)
        return Error{ErrorKind::NotAllowed, id.toString(),
                     QStringLiteral("only an uncertain message can be settled")};
    if (const Done done = m_book.changeRecipients(id, {RecipientState::Uncertain}, RecipientState::Accepted);
        !done)
        return done;
    const Base::Result<QList<StateBook::RecipientStanding>> recipients = m_book.recipients(id);
    if (!recipients)
        return recipients.error();
    const bool allIn =
        std::all_of(recipients->begin(), recipients->end(), [](const StateBook::RecipientStanding &each) {
            return each.state == RecipientState::Accepted;
        });
    const bool waiting =
        std::any_of(recipients->begin(), recipients->end(), [](const StateBook::RecipientStanding &each) {
            return each.state == RecipientState::Deferred || each.state == RecipientState::Waiting;
        });
    const MessageState to = waiting ? MessageState::Queued
                            : allIn ? MessageState::Sent
                                    : MessageState::PartlySent;
    if (const Done done = m_book.setState(id, to, now); !done)
        return done;
    return transaction.commit();
}

Base::Result<QList<MessageId>> Decisions::messagesOf(Base::AccountId account, const QString &states) const
{
    Base::Result<Cursor> query = m_database.run(
        QStringLiteral("SELECT id FROM message WHERE account = ? AND state IN (%1)").arg(states),
        {account.value});
    if (!query)
        return query.error();
    QList<MessageId> ids;
    while (query->next())
        ids.append(MessageId{query->value(0).toLongLong()});
    return ids;
}

Done Decisions::holdAllOf(Base::AccountId account, const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    const Base::Result<QList<MessageId>> ids =
        messagesOf(account, QStringLiteral("'undoable', 'scheduled', 'queued', 'deferred'"));
    if (!ids)
        return ids.error();
    for (const MessageId id : *ids) {
        if (const Done done = m_book.setState(id, MessageState::Held, now); !done)
            return done;
    }
    return transaction.commit();
}

Base::Result<QList<MessageId>> Decisions::handOver(Base::AccountId from, const Accounts::Account &to,
                                                   const QDateTime &now)
{
    Base::Result<Cursor> query = m_database.run(
        QStringLiteral(
            "SELECT id, envelope FROM message WHERE account = ? AND state IN ('queued', 'deferred')"
            " AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.message = message.id AND (committing > 0"
            " OR (json_valid(attempt.reason)"
            " AND json_extract(attempt.reason, '$.stage') IN ('data', 'content'))))"),
        {from.value});
    if (!query)
        return query.error();
    QList<MessageId> ids;
    while (query->next()) {
        const Message::Envelope envelope =
            Message::envelopeFromJson(unpackObject(query->value(1).toString()));
        if (Accounts::maySendAs(to, envelope.reversePath.addrSpec()))
            ids.append(MessageId{query->value(0).toLongLong()});
    }
    query->finish();
    if (ids.isEmpty())
        return ids;
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun().error();
    for (const MessageId id : ids) {
        const QString sql =
            QStringLiteral("UPDATE message SET account = ?, account_name = ?, next_attempt = ?,"
                           " changed = ? WHERE id = ? AND state IN ('queued', 'deferred')");
        const qint64 stamp = now.toMSecsSinceEpoch();
        if (const Done done = m_database.exec(sql, {to.id.value, to.name, stamp, stamp, id.value}); !done)
            return done.error();
        Base::Log::info(
            QStringLiteral("Message %1 goes through account \"%2\" instead").arg(id.toString(), to.name));
    }
    if (const Done done = transaction.commit(); !done)
        return done.error();
    return ids;
}

Done Decisions::makeDueWhatItHeldUp(Base::AccountId account, const QDateTime &now)
{
    return m_database.write(
        QStringLiteral(
            "UPDATE message SET next_attempt = ? WHERE account = ? AND state IN ('queued', 'deferred')"
            " AND next_attempt > ? AND reason <> '' AND json_extract(reason, '$.scope') = 'account'"),
        {now.toMSecsSinceEpoch(), account.value, now.toMSecsSinceEpoch()});
}

Done Decisions::makeDue(Base::AccountId account, const QDateTime &now)
{
    return m_database.write(
        QStringLiteral(
            "UPDATE message SET next_attempt = ? WHERE account = ? AND state IN ('queued', 'deferred')"),
        {now.toMSecsSinceEpoch(), account.value});
}

} // namespace Store
