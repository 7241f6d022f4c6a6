#include "core/store/departures.h"

#include "core/base/log.h"
#include "core/store/draftstore.h"
#include "core/store/eraser.h"
#include "core/store/json.h"

namespace Store {

using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::MessageId;
using Delivery::MessageState;
using Delivery::ScheduledTime;

namespace {

/// It came to nobody's hands, but a person said when.
QString overdue(const ScheduledTime &planned)
{
    Delivery::Reason reason;
    reason.error = Error{ErrorKind::Overdue, Delivery::momentOf(planned).toString(Qt::ISODate),
                         QStringLiteral("nothing could send it at its time")};
    return pack(Delivery::toJson(reason));
}

} // namespace

Done Departures::postpone(MessageId id, const Delivery::Departure &departure,
                          const Delivery::RetrySchedule &schedule, const std::optional<Message::Draft> &draft,
                          const QDateTime &now)
{
    const bool hasTime = !departure.at.isNull();
    if (!hasTime && (!departure.isUndoable || schedule.undoDelay <= 0))
        return {};
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    if (const Done done = m_database.exec(
            QStringLiteral("INSERT INTO departure (message, planned, draft) VALUES (?, ?, ?)"),
            {id.value, pack(Delivery::toJson(departure.at)),
             draft ? pack(Message::toJson(*draft)) : QStringLiteral("")});
        !done)
        return done;
    const Done moved =
        hasTime ? m_book.setState(id, MessageState::Scheduled, now, Delivery::momentOf(departure.at))
                : m_book.setState(id, MessageState::Undoable, now, Delivery::undoUntil(schedule, now));
    return moved ? transaction.commit() : moved;
}

Done Departures::schedule(MessageId id, const ScheduledTime &time, const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    const Base::Result<StateBook::Standing> before = m_book.standing(id);
    if (!before)
        return before.error();
    if (const Done done =
            m_database.exec(QStringLiteral("INSERT INTO departure (message, planned, draft) VALUES (?, ?, '')"
                                           " ON CONFLICT (message) DO UPDATE SET planned = excluded.planned"),
                            {id.value, pack(Delivery::toJson(time))});
        !done)
        return done;
    const QDateTime moment = Delivery::momentOf(time);
    const Done done =
        before->state == MessageState::Scheduled
            ? m_database.exec(QStringLiteral("UPDATE message SET next_attempt = ?, changed = ? WHERE id = ?"),
                              {moment.toMSecsSinceEpoch(), now.toMSecsSinceEpoch(), id.value})
            : m_book.move(id, before->state, {MessageState::Scheduled, moment, 0, QStringLiteral(""), {}},
                          now);
    return done ? transaction.commit() : done;
}

Base::Result<QList<Departures::Leaving>> Departures::leaving(const QString &which,
                                                             const QVariantList &values) const
{
    Base::Result<Cursor> query = m_database.run(
        QStringLiteral(
            "SELECT id, state, next_attempt, coalesce(planned, '') FROM message INDEXED BY message_planned"
            " LEFT JOIN departure ON departure.message = id"
            " WHERE state IN ('scheduled', 'undoable')%1 ORDER BY next_attempt, id")
            .arg(which),
        values);
    if (!query)
        return query.error();
    QList<Leaving> all;
    while (query->next())
        all.append(
            {MessageId{query->value(0).toLongLong()},
             Delivery::messageStateFromKey(query->value(1).toString()).value_or(MessageState::Undoable),
             QDateTime::fromMSecsSinceEpoch(query->value(2).toLongLong(), Qt::UTC),
             Delivery::scheduledFromJson(unpackObject(query->value(3).toString()))});
    return all;
}

Base::Result<QList<MessageId>> Departures::depart(const Delivery::RetrySchedule &schedule,
                                                  const QDateTime &now)
{
    const Base::Result<QList<Leaving>> due =
        leaving(QStringLiteral(" AND next_attempt <= ?"), {now.toMSecsSinceEpoch()});
    if (!due)
        return due.error();
    if (due->isEmpty())
        return QList<MessageId>();
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun().error();
    QList<MessageId> left;
    for (const Leaving &each : *due) {
        const Done done = leave(each, schedule, now);
        if (!done && done.error().kind != ErrorKind::NotAllowed)
            return done.error();
        if (done) // else another program has dealt with it since it was read
            left.append(each.id);
    }
    if (const Done done = transaction.commit(); !done)
        return done.error();
    return left;
}

Done Departures::leave(const Leaving &each, const Delivery::RetrySchedule &schedule, const QDateTime &now)
{
    const bool late =
        each.state == MessageState::Scheduled && Delivery::lateness(schedule, each.moment, now) > 0;
    if (late)
        return m_book.move(each.id, each.state, {MessageState::Held, {}, 0, overdue(each.planned), {}}, now);
    if (const Done done = m_book.move(each.id, each.state, {MessageState::Queued, now, 0, {}, {}}, now);
        !done)
        return done;
    return m_book.letGo(each.id, now);
}

Base::Result<std::optional<QDateTime>> Departures::next() const
{
    const Base::Result<QVariant> next =
        m_database.value(QStringLiteral("SELECT min(next_attempt) FROM message INDEXED BY message_planned"
                                        " WHERE state IN ('scheduled', 'undoable')"));
    if (!next)
        return next.error();
    return next->isNull() ? std::optional<QDateTime>()
                          : QDateTime::fromMSecsSinceEpoch(next->toLongLong(), Qt::UTC);
}

Done Departures::review(const Delivery::RetrySchedule &schedule, const QDateTime &now)
{
    const Base::Result<QList<Leaving>> all = leaving({}, {});
    if (!all)
        return all.error();
    for (const Leaving &each : *all) {
        const QDateTime moment = each.state == MessageState::Undoable
                                     ? Delivery::soundUndoUntil(schedule, each.moment, now)
                                 : each.planned.isNull() ? each.moment
                                                         : Delivery::momentOf(each.planned);
        if (moment == each.moment)
            continue;
        Base::Log::info(
            QStringLiteral("Message %1 leaves at %2").arg(each.id.toString(), moment.toString(Qt::ISODate)));
        if (const Done done = m_database.write(
                QStringLiteral("UPDATE message SET next_attempt = ? WHERE id = ? AND state = ?"),
                {moment.toMSecsSinceEpoch(), each.id.value, Delivery::key(each.state)});
            !done)
            return done;
    }
    return {};
}

Base::Result<Base::DraftId> Departures::takeBack(MessageId id, const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun().error();
    const Base::Result<StateBook::Standing> before = m_book.standing(id);
    if (!before)
        return before.error();
    if (!canTakeBack(m_database, id))
        return Error{ErrorKind::NotAllowed, id.toString(), QStringLiteral("it has left already")};
    const Base::Result<QVariant> content =
        m_database.value(QStringLiteral("SELECT draft FROM departure WHERE message = ?"), {id.value});
    if (!content)
        return content.error();
    const Base::Result<Base::DraftId> draft =
        DraftStore(m_database).save(Message::draftFromJson(unpackObject(content->toString())), now);
    if (!draft)
        return draft;
    if (const Done done = m_database.exec(QStringLiteral("DELETE FROM message WHERE id = ?"), {id.value});
        !done)
        return done.error();
    if (const Done done = Eraser::owe(m_database); !done)
        return done.error();
    if (const Done done = transaction.commit(); !done)
        return done.error();
    Base::Log::info(QStringLiteral("Message %1 was taken back").arg(id.toString()));
    return draft;
}

Base::Result<ScheduledTime> Departures::readPlan(const Database &database, MessageId id)
{
    const Base::Result<QVariant> planned =
        database.value(QStringLiteral("SELECT planned FROM departure WHERE message = ?"), {id.value});
    if (!planned)
        return planned.error();
    return Delivery::scheduledFromJson(unpackObject(planned->toString()));
}

bool Departures::canTakeBack(const Database &database, MessageId id)
{
    const Base::Result<QVariant> found = database.value(
        QStringLiteral("SELECT 1 FROM message JOIN departure ON departure.message = id WHERE id = ?"
                       " AND state IN ('scheduled', 'undoable', 'held') AND draft <> ''"),
        {id.value});
    return found && found->isValid();
}

} // namespace Store
