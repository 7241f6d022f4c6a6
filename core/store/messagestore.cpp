#include "core/store/messagestore.h"

#include "core/base/log.h"
#include "core/store/contentform.h"
#include "core/store/findindex.h"
#include "core/store/json.h"
#include "core/store/reasonwords.h"
#include "core/store/transcriptform.h"

#include <algorithm>

namespace Store {

using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::MessageId;
using Delivery::MessageState;
using Delivery::RecipientState;
using Delivery::Verdict;

namespace {

constexpr int shownRecipients = 3;

QString fieldName(Message::Field field)
{
    switch (field) {
    case Message::Field::To:
        return QStringLiteral("to");
    case Message::Field::Cc:
        return QStringLiteral("cc");
    case Message::Field::Bcc:
        break;
    }
    return QStringLiteral("bcc");
}

QString recipientsForLists(const QList<Message::Recipient> &recipients)
{
    QStringList shown;
    for (const Message::Recipient &recipient : recipients.mid(0, shownRecipients))
        shown.append(recipient.address.addrSpec());
    return shown.join(QStringLiteral(", "));
}

qint64 stamp(const QDateTime &when)
{
    return when.toMSecsSinceEpoch();
}
QDateTime fromStamp(const QVariant &value)
{
    return QDateTime::fromMSecsSinceEpoch(value.toLongLong(), Qt::UTC);
}

QueueEntry entryOf(const Cursor &query)
{
    return {MessageId{query.value(0).toLongLong()},
            Base::AccountId{query.value(1).toLongLong()},
            fromStamp(query.value(2)),
            fromStamp(query.value(3)),
            query.value(4).toInt(),
            query.value(5).toInt()};
}

} // namespace

Base::Result<MessageId> MessageStore::enqueue(const Message::OutgoingMessage &message,
                                              const Accounts::Account &account, const QDateTime &now,
                                              Base::DraftId draft)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun().error();
    const Base::Result<MessageId> id = enqueueUnfound(message, StoredForm::of(message), account, now, draft);
    if (!id)
        return id;
    if (const Done done = enterIntoIndex(m_database, id->value, message); !done)
        return done.error();
    if (const Done done = transaction.commit(); !done)
        return done.error();
    return id;
}

StoredForm StoredForm::of(const Message::OutgoingMessage &message)
{
    return {pack(Message::toJson(message.envelope)), packed(message.content)};
}

Base::Result<MessageId> MessageStore::enqueueUnfound(const Message::OutgoingMessage &message,
                                                     const StoredForm &form, const Accounts::Account &account,
                                                     const QDateTime &now, Base::DraftId draft)
{
    const QString sql = QStringLiteral(
        "INSERT INTO message (account, account_name, message_id, sender, recipients, recipient_count, "
        "subject, size, envelope, state,"
        " created, changed, next_attempt, attached) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, "
        "?)");
    const QList<Message::Recipient> &recipients = message.envelope.recipients;
    const Base::Result<Cursor> inserted = m_database.run(
        sql, {account.id.value, account.name, QString::fromUtf8(message.messageId), message.from,
              recipientsForLists(recipients), recipients.size(), message.subject, message.size(),
              form.envelope, stamp(now), stamp(now), stamp(now), message.hasAttachment ? 1 : 0});
    if (!inserted)
        return inserted.error();
    const qint64 id = inserted->lastInsertId().toLongLong();
    if (const Done done = insertRecipients(id, recipients); !done)
        return done.error();
    if (const Done done = m_database.exec(
            QStringLiteral("INSERT INTO content (message, pieces) VALUES (?, CAST(? AS TEXT))"),
            {id, form.pieces});
        !done)
        return done.error();
    for (const Message::Piece &piece : message.content) {
        if (piece.spooled.isNull())
            continue;
        if (const Done done = m_database.exec(
                QStringLiteral("INSERT OR IGNORE INTO spool_use (message, sha256) VALUES (?, ?)"),
                {id, QString::fromLatin1(piece.spooled.sha256)});
            !done)
            return done.error();
    }
    if (draft.isValid()) {
        if (const Done done =
                m_database.exec(QStringLiteral("DELETE FROM draft WHERE id = ?"), {draft.value});
            !done)
            return done.error();
    }
    return MessageId{id};
}

Done MessageStore::insertRecipients(qint64 message, const QList<Message::Recipient> &recipients)
{
    const QString sql = QStringLiteral("INSERT INTO recipient (message, position, address, name, field, "
                                       "state) VALUES (?, ?, ?, ?, ?, 'waiting')");
    for (qsizetype i = 0; i < recipients.size(); ++i) {
        const Message::Recipient &recipient = recipients.at(i);
        if (const Done done =
                m_database.exec(sql, {message, i, recipient.address.addrSpec(),
                                      recipient.address.displayName(), fieldName(recipient.field)});
            !done)
            return done;
    }
    return {};
}

// Named, since SQLite would rather take the index of the states and sort all that wait.

Base::Result<QList<QueueEntry>> MessageStore::due(const QDateTime &now, int limit) const
{
    return entries(
        QStringLiteral(
            "SELECT id, account, next_attempt, coalesce(since, created), attempts, recipient_count FROM "
            "message INDEXED BY message_due "
            "WHERE state IN ('queued', 'deferred')"
            " AND next_attempt <= ? ORDER BY next_attempt, id LIMIT ?"),
        {stamp(now), limit});
}

Base::Result<QList<QueueEntry>> MessageStore::dueOf(Base::AccountId account, const QDateTime &now,
                                                    int limit) const
{
    // The plus: accounts have no part in the choice of the index.
    return entries(
        QStringLiteral(
            "SELECT id, account, next_attempt, coalesce(since, created), attempts, recipient_count FROM "
            "message INDEXED BY message_due "
            "WHERE state IN ('queued', 'deferred') AND next_attempt <= ?"
            " AND +account = ? ORDER BY next_attempt, id LIMIT ?"),
        {stamp(now), account.value, limit});
}

Base::Result<QList<QueueEntry>> MessageStore::entries(const QString &sql, const QVariantList &values) const
{
    Base::Result<Cursor> query = m_database.run(sql, values);
    if (!query)
        return query.error();
    QList<QueueEntry> entries;
    while (query->next())
        entries.append(entryOf(*query));
    return entries;
}

Base::Result<std::optional<QDateTime>> MessageStore::nextDue(const QDateTime &now) const
{
    const Base::Result<QVariant> next = m_database.value(
        QStringLiteral(
            "SELECT min(next_attempt) FROM message INDEXED BY message_due WHERE state IN ('queued', "
            "'deferred') AND next_attempt > ?"),
        {stamp(now)});
    if (!next)
        return next.error();
    return next->isNull() ? std::optional<QDateTime>() : fromStamp(*next);
}

Base::Result<bool> MessageStore::isAheadOf(const QDateTime &now, qint64 longest) const
{
    constexpr int looked = 20; // attempts: the last ones may have been of messages that are gone
    const Base::Result<QVariant> ahead = m_database.value(
        QStringLiteral(
            "SELECT EXISTS (SELECT 1 FROM (SELECT max(started, coalesce(finished, 0)) AS at FROM attempt"
            " ORDER BY id DESC LIMIT ?) WHERE at > ?) OR EXISTS (SELECT 1 FROM message INDEXED BY message_due"
            " WHERE state IN ('queued', 'deferred') AND next_attempt > ?)"),
        {looked, stamp(now), stamp(now) + longest});
    return ahead ? Base::Result<bool>(ahead->toBool()) : ahead.error();
}

Done MessageStore::reschedule(const QDateTime &now, const std::function<QDateTime(const QueueEntry &)> &due)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    const Base::Result<QList<QueueEntry>> waiting = entries(
        QStringLiteral("SELECT id, account, next_attempt, coalesce(since, created), attempts, "
                       "recipient_count FROM message"
                       " INDEXED BY message_due WHERE state IN ('queued', 'deferred') AND +state = 'deferred'"
                       " AND next_attempt > ?"),
        {stamp(now)});
    if (!waiting)
        return waiting.error();
    for (const QueueEntry &entry : *waiting) {
        const QDateTime when = due(entry);
        if (when == entry.due)
            continue;
        if (const Done done =
                m_database.exec(QStringLiteral("UPDATE message SET next_attempt = ? WHERE id = ?"),
                                {stamp(when), entry.id.value});
            !done)
            return done;
    }
    return transaction.commit();
}

Base::Result<Assignment> MessageStore::beginAttempt(MessageId id, const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun().error();
    Base::Result<Cursor> query = m_database.run(
        QStringLiteral(
            "SELECT message.state, envelope, CAST(pieces AS BLOB), (SELECT coalesce(max(number), 0) FROM "
            "attempt WHERE attempt.message = message.id), recipient_count, first.address, first.state"
            " FROM message LEFT JOIN content ON content.message = message.id"
            " LEFT JOIN recipient AS first ON first.message = message.id AND first.position = 0"
            " WHERE message.id = ?"),
        {id.value});
    if (!query)
        return query.error();
    if (!query->next())
        return Error{ErrorKind::NotFound, id.toString(), QStringLiteral("there is no such message")};
    const std::optional<MessageState> from = Delivery::messageStateFromKey(query->value(0).toString());
    const std::optional<Message::Content> content = contentFrom(query->value(2).toByteArray());
    if (!from || !content)
        return Error{ErrorKind::DatabaseDamaged, id.toString(), QStringLiteral("its content is missing")};
    Assignment assignment;
    assignment.envelope = Message::envelopeFromJson(unpackObject(query->value(1).toString()));
    assignment.content = *content;
    assignment.number = query->value(3).toInt() + 1;
    assignment.recipientCount = query->value(4).toInt();
    const QString only = assignment.recipientCount == 1 ? query->value(5).toString() : QString();
    const bool isWaiting = query->value(6).toString() == Delivery::name(RecipientState::Waiting);
    query->finish();
    if (const Done done = m_book.step(id, *from, MessageState::Sending, now); !done)
        return done.error();
    const Done assigned = !only.isEmpty() && isWaiting ? assign(assignment, 0, only) : assign(id, assignment);
    if (!assigned)
        return assigned.error();
    if (assignment.positions.isEmpty())
        return Error{ErrorKind::DatabaseDamaged, id.toString(),
                     QStringLiteral("none of its recipients waits")};
    const Base::Result<Cursor> attempt =
        m_database.run(QStringLiteral("INSERT INTO attempt (message, number, started) VALUES (?, ?, ?)"),
                       {id.value, assignment.number, stamp(now)});
    if (!attempt)
        return attempt.error();
    assignment.attempt = Base::AttemptId{attempt->lastInsertId().toLongLong()};
    if (const Done done = transaction.commit(); !done)
        return done.error();
    return assignment;
}

/// Those who wait. From here on they wait for this attempt's verdict: whoever the server takes now and is not
/// heard of again was not deferred, he is uncertain (law 5).
Done MessageStore::assign(MessageId id, Assignment &assignment)
{
    Base::Result<Cursor> waiting =
        m_database.run(QStringLiteral("SELECT position, address, state FROM recipient WHERE message = ? AND "
                                      "state IN ('waiting', 'deferred') ORDER BY position"),
                       {id.value});
    if (!waiting)
        return waiting.error();
    bool deferred = false;
    while (waiting->next()) {
        if (const Done done = assign(assignment, waiting->value(0).toInt(), waiting->value(1).toString());
            !done)
            return done;
        deferred = deferred || waiting->value(2).toString() == Delivery::name(RecipientState::Deferred);
    }
    return deferred ? m_book.changeRecipients(id, {RecipientState::Deferred}, RecipientState::Waiting)
                    : Done();
}

Done MessageStore::assign(Assignment &assignment, int position, const QString &addrSpec)
{
    const Base::Result<Message::Address> address = Message::Address::parse(addrSpec);
    if (!address)
        return address.error();
    assignment.envelope.recipients.append({*address, Message::Field::To});
    assignment.positions.append(position);
    return {};
}

Done MessageStore::markCommitting(MessageId id, const Assignment &assignment,
                                  const QList<Delivery::RecipientResult> &results,
                                  const QList<qsizetype> &receiving)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    Consequence provisional;
    provisional.isProvisional = true;
    ReasonWords spoken;
    if (const auto done = apply(id, assignment, results, provisional, Delivery::Scope::Recipient, spoken);
        !done)
        return done.error();
    if (const Done done = setReceiving(id, assignment, results, receiving); !done)
        return done;
    // Where the server takes fewer recipients at once, an attempt commits once a round.
    const Base::Result<Cursor> counted = m_database.run(
        QStringLiteral("UPDATE attempt SET committing = committing + 1 WHERE id = ? AND finished IS NULL"),
        {assignment.attempt.value});
    if (!counted)
        return counted.error();
    if (counted->numRowsAffected() != 1)
        return Error{ErrorKind::NotFound, id.toString(), QStringLiteral("there is no such attempt")};
    return transaction.commit();
}

Base::Result<bool> MessageStore::isCommitting(Base::AttemptId attempt) const
{
    const Base::Result<QVariant> rounds =
        m_database.value(QStringLiteral("SELECT committing FROM attempt WHERE id = ?"), {attempt.value});
    return rounds ? Base::Result<bool>(rounds->toInt() > 0) : rounds.error();
}

/// Of those without a verdict only who is receiving waits for this attempt; the others are deferred, until
/// their round.
Done MessageStore::setReceiving(MessageId id, const Assignment &assignment,
                                const QList<Delivery::RecipientResult> &results,
                                const QList<qsizetype> &receiving)
{
    const bool all = receiving.size() == assignment.positions.size();
    for (qsizetype i = 0; !all && i < assignment.positions.size(); ++i) {
        if (i < results.size() && results.at(i).verdict != Verdict::None)
            continue;
        const RecipientState to = receiving.contains(i) ? RecipientState::Waiting : RecipientState::Deferred;
        if (const Done done = m_database.exec(
                QStringLiteral("UPDATE recipient SET state = ? WHERE message = ? AND position = ?"
                               " AND state IN ('waiting', 'deferred')"),
                {Delivery::name(to), id.value, assignment.positions.at(i)});
            !done)
            return done;
    }
    return {};
}

Done MessageStore::finishAttempt(MessageId id, const Assignment &assignment, const Delivery::Outcome &outcome,
                                 const Delivery::Transcript &transcript, const Consequence &consequence,
                                 const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    ReasonWords spoken;
    const Base::Result<int> judged =
        apply(id, assignment, outcome.recipients, consequence, outcome.scope, spoken);
    if (!judged)
        return judged.error();
    const QString words = spoken.of(Delivery::reasonOf(outcome));
    if (const Done done = settle(id, assignment, outcome, consequence, words, *judged, now); !done)
        return done;
    const QString attemptSql = QStringLiteral(
        "UPDATE attempt SET finished = ?, server = ?, tls = ?, reason = ?, transcript = ? WHERE id = ?");
    if (const Done done = m_database.exec(attemptSql, {stamp(now), outcome.server, outcome.tls, words,
                                                       packed(transcript), assignment.attempt.value});
        !done)
        return done;
    return transaction.commit();
}

/// What has become of the message. Mostly all its recipients were accepted just now, as its only attempt's:
/// then nothing needs to be counted.
Done MessageStore::settle(MessageId id, const Assignment &assignment, const Delivery::Outcome &outcome,
                          const Consequence &consequence, const QString &words, int judged,
                          const QDateTime &now)
{
    StateBook::Move move{
        MessageState::Sent, {}, consequence.countAttempt ? 1 : 0, QString(), outcome.queueId};
    if (outcome.isSuccess() && judged > 0 && judged == assignment.recipientCount) {
        const StateBook::Verdicts all{.before = MessageState::Sending, .accepted = judged};
        const Done done = m_book.move(id, all, move, now);
        if (done || done.error().kind != ErrorKind::NotAllowed)
            return done; // a disk that failed may have undone more than this statement
    }
    const Base::Result<StateBook::Verdicts> verdicts = m_book.verdicts(id);
    if (!verdicts)
        return verdicts.error();
    move.to = Delivery::summary(verdicts->states());
    if (!outcome.isSuccess())
        move.reason = words;
    if (Delivery::isDueState(move.to)) {
        const Base::Result<bool> committing = isCommitting(assignment.attempt);
        if (!committing)
            return committing.error();
        const bool asItWas =
            consequence.isInterrupted && !*committing && Delivery::mayMove(verdicts->before, move.to);
        if (!asItWas)
            move.to = consequence.nextAttempt ? MessageState::Deferred : MessageState::Held;
        move.next = consequence.nextAttempt;
    }
    return m_book.move(id, *verdicts, move, now);
}

Done MessageStore::abandonAttempt(MessageId id, const Assignment &assignment, const QDateTime &now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    const Base::Result<Cursor> removed = m_database.run(
        QStringLiteral("DELETE FROM attempt WHERE id = ? AND committing = 0"), {assignment.attempt.value});
    if (!removed)
        return removed.error();
    if (removed->numRowsAffected() != 1)
        return Error{ErrorKind::NotAllowed, id.toString(), QStringLiteral("its end may have been sent")};
    if (const Done done = m_book.setState(id, MessageState::Queued, now); !done)
        return done;
    return transaction.commit();
}

Done MessageStore::replaceTranscript(Base::AttemptId attempt, const Delivery::Transcript &transcript)
{
    return m_database.exec(QStringLiteral("UPDATE attempt SET transcript = ? WHERE id = ?"),
                           {packed(transcript), attempt.value});
}

Base::Result<int> MessageStore::apply(MessageId id, const Assignment &assignment,
                                      const QList<Delivery::RecipientResult> &results,
                                      const Consequence &consequence, Delivery::Scope scope,
                                      ReasonWords &spoken)
{
    const QString sql =
        QStringLiteral("UPDATE recipient SET state = ?, attempts = attempts + ?, reason = ? "
                       "WHERE message = ? AND position = ? AND state IN ('waiting', 'deferred')");
    int changed = 0;
    for (qsizetype i = 0; i < results.size() && i < assignment.positions.size(); ++i) {
        const Delivery::RecipientResult &result = results.at(i);
        if (result.verdict == Verdict::None ||
            (consequence.isInterrupted && result.verdict == Verdict::Deferred))
            continue;
        const Verdict verdict =
            consequence.giveUp && result.verdict == Verdict::Deferred ? Verdict::Refused : result.verdict;
        const bool counts =
            consequence.countAttempt && !(consequence.isProvisional && verdict == Verdict::Deferred);
        const Base::Result<Cursor> row = m_database.run(
            sql, {Delivery::name(Delivery::after(RecipientState::Waiting, verdict)), counts ? 1 : 0,
                  spoken.of(Delivery::reasonOf(result, scope)), id.value, assignment.positions.at(i)});
        if (!row)
            return row.error();
        changed += row->numRowsAffected();
    }
    return changed;
}

Base::Result<QSet<QByteArray>> MessageStore::spoolUse() const
{
    Base::Result<Cursor> query = m_database.run(QStringLiteral("SELECT DISTINCT sha256 FROM spool_use"));
    if (!query)
        return query.error();
    QSet<QByteArray> used;
    while (query->next())
        used.insert(query->value(0).toString().toLatin1());
    return used;
}

} // namespace Store
