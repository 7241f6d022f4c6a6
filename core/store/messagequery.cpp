#include "core/store/messagequery.h"

#include "core/message/contentreader.h"
#include "core/store/accountstore.h"
#include "core/store/contentform.h"
#include "core/store/departures.h"
#include "core/store/draftstore.h"
#include "core/store/finder.h"
#include "core/store/json.h"
#include "core/store/sentcopies.h"
#include "core/store/settingstore.h"
#include "core/store/spool.h"
#include "core/store/transcriptform.h"
#include "core/store/usagestore.h"

namespace Store {

using Base::Error;
using Base::ErrorKind;
using Base::MessageId;

namespace {

const QString rowColumns = QStringLiteral(
    "id, account, account_name, message_id, sender, recipients, recipient_count, subject, "
    "size, state, created,"
    " changed, next_attempt, attempts, accepted, refused, queue_id, reason, coalesce(since, created)");

QDateTime when(const QVariant &value)
{
    return QDateTime::fromMSecsSinceEpoch(value.toLongLong(), Qt::UTC);
}

std::optional<QDateTime> maybeWhen(const QVariant &value)
{
    return value.isNull() ? std::optional<QDateTime>() : when(value);
}

Delivery::Reason reasonIn(const QVariant &value)
{
    return Delivery::reasonFromJson(unpackObject(value.toString()));
}

MessageRow messageIn(const Cursor &query)
{
    MessageRow row;
    int column = 0;
    row.id = MessageId{query.value(column++).toLongLong()};
    row.account = Base::AccountId{query.value(column++).toLongLong()};
    row.accountName = query.value(column++).toString();
    row.messageId = query.value(column++).toString().toUtf8();
    row.from = query.value(column++).toString();
    row.recipients = query.value(column++).toString();
    row.recipientCount = query.value(column++).toInt();
    row.subject = query.value(column++).toString();
    row.size = query.value(column++).toLongLong();
    row.state = Delivery::messageStateFromKey(query.value(column++).toString())
                    .value_or(Delivery::MessageState::Held);
    row.created = when(query.value(column++));
    row.changed = when(query.value(column++));
    row.nextAttempt = maybeWhen(query.value(column++));
    row.attempts = query.value(column++).toInt();
    row.accepted = query.value(column++).toInt();
    row.refused = query.value(column++).toInt();
    row.queueId = query.value(column++).toString();
    row.reason = reasonIn(query.value(column++));
    row.since = when(query.value(column++));
    return row;
}

Message::Field fieldNamed(const QString &name)
{
    if (name == QLatin1String("cc"))
        return Message::Field::Cc;
    return name == QLatin1String("bcc") ? Message::Field::Bcc : Message::Field::To;
}

} // namespace

Base::Done MessageQuery::open(const QString &database, const QString &spool)
{
    m_books = {database, spool};
    return m_database.open(database, Database::Mode::ReadOnly);
}

Base::Result<QList<MessageId>> MessageQuery::ids(const Filter &filter, int limit, MessageId below) const
{
    return Finder(m_database, filter).page(limit, below);
}

Base::Result<QList<MessageId>> MessageQuery::among(const Filter &filter, const QList<MessageId> &ids) const
{
    return Finder(m_database, filter).among(ids);
}

Base::Result<MessageRow> MessageQuery::row(MessageId id) const
{
    Base::Result<Cursor> query =
        m_database.run(QStringLiteral("SELECT %1 FROM message WHERE id = ?").arg(rowColumns), {id.value});
    if (!query)
        return query.error();
    if (!query->next())
        return Error{ErrorKind::NotFound, id.toString(), QStringLiteral("there is no such message")};
    return messageIn(*query);
}

Base::Result<QList<MessageRow>> MessageQuery::rows(const QList<MessageId> &ids) const
{
    QStringList numbers;
    for (const MessageId id : ids)
        numbers.append(id.toString());
    Base::Result<Cursor> query = m_database.run(QStringLiteral("SELECT %1 FROM message WHERE id IN (%2)")
                                                    .arg(rowColumns, numbers.join(QLatin1Char(','))));
    if (!query)
        return query.error();
    QHash<MessageId, MessageRow> found;
    while (query->next()) {
        const MessageRow row = messageIn(*query);
        found.insert(row.id, row);
    }
    QList<MessageRow> rows;
    for (const MessageId id : ids) {
        if (const auto at = found.constFind(id); at != found.constEnd())
            rows.append(*at);
    }
    return rows;
}

Base::Result<MessageDetails> MessageQuery::details(MessageId id) const
{
    Base::Result<MessageRow> message = row(id);
    if (!message)
        return message.error();
    MessageDetails details;
    details.message = std::move(*message);
    Base::Result<Cursor> recipients =
        m_database.run(QStringLiteral("SELECT address, name, field, state, attempts, reason FROM recipient "
                                      "WHERE message = ? ORDER BY position"),
                       {id.value});
    if (!recipients)
        return recipients.error();
    while (recipients->next()) {
        details.recipients.append({recipients->value(0).toString(), recipients->value(1).toString(),
                                   fieldNamed(recipients->value(2).toString()),
                                   Delivery::recipientStateFromName(recipients->value(3).toString())
                                       .value_or(Delivery::RecipientState::Waiting),
                                   recipients->value(4).toInt(), reasonIn(recipients->value(5))});
    }
    Base::Result<Cursor> attempts =
        m_database.run(QStringLiteral("SELECT id, number, started, finished, server, tls, reason FROM "
                                      "attempt WHERE message = ? ORDER BY number"),
                       {id.value});
    if (!attempts)
        return attempts.error();
    while (attempts->next()) {
        details.attempts.append({Base::AttemptId{attempts->value(0).toLongLong()}, attempts->value(1).toInt(),
                                 when(attempts->value(2)), maybeWhen(attempts->value(3)),
                                 attempts->value(4).toString(), attempts->value(5).toString(),
                                 reasonIn(attempts->value(6))});
    }
    Base::Result<std::optional<SentCopy>> copy = SentCopies::read(m_database, id);
    if (!copy)
        return copy.error();
    details.copy = std::move(*copy);
    return details;
}

Base::Result<Delivery::Transcript> MessageQuery::transcript(MessageId id, int number) const
{
    Base::Result<Cursor> query =
        m_database.run(QStringLiteral("SELECT transcript FROM attempt WHERE message = ? AND (? = 0 OR number "
                                      "= ?) ORDER BY number DESC LIMIT 1"),
                       {id.value, number, number});
    if (!query)
        return query.error();
    if (!query->next())
        return Error{ErrorKind::NotFound, id.toString(), QStringLiteral("there is no such attempt")};
    return transcriptFrom(query->value(0).toByteArray());
}

Base::Result<Message::Content> MessageQuery::content(MessageId id) const
{
    const Base::Result<QVariant> pieces = m_database.value(
        QStringLiteral("SELECT CAST(pieces AS BLOB) FROM content WHERE message = ?"), {id.value});
    if (!pieces)
        return pieces.error();
    if (!pieces->isValid())
        return Error{ErrorKind::NotFound, id.toString(), QStringLiteral("there is no such message")};
    std::optional<Message::Content> content = contentFrom(pieces->toByteArray());
    if (!content)
        return Error{ErrorKind::DatabaseDamaged, id.toString(), QStringLiteral("its content is not whole")};
    return std::move(*content);
}

Base::Result<Message::Envelope> MessageQuery::envelope(MessageId id) const
{
    const Base::Result<QVariant> written =
        m_database.value(QStringLiteral("SELECT envelope FROM message WHERE id = ?"), {id.value});
    if (!written)
        return written.error();
    if (!written->isValid())
        return Error{ErrorKind::NotFound, id.toString(), QStringLiteral("there is no such message")};
    return Message::envelopeFromJson(unpackObject(written->toString()));
}

Base::Result<QByteArray> MessageQuery::source(MessageId id, qint64 limit) const
{
    Base::Result<Message::Content> pieces = content(id);
    if (!pieces)
        return pieces.error();
    const Spool spool(m_books.spool);
    Message::ContentReader reader(std::move(*pieces), spool);
    QByteArray source;
    while (source.size() < limit) {
        const Base::Result<QByteArray> chunk = reader.read();
        if (!chunk)
            return chunk.error();
        if (chunk->isEmpty())
            break;
        source += *chunk;
    }
    return source.left(static_cast<qsizetype>(limit));
}

Base::Result<MessageOutline> MessageQuery::outline(MessageId id) const
{
    const Base::Result<Message::Envelope> ordered = envelope(id);
    const Base::Result<Message::Content> pieces = content(id);
    if (!ordered || !pieces)
        return ordered ? pieces.error() : ordered.error();
    MessageOutline outline{*ordered, {}, {}, true};
    for (const Message::Piece &piece : *pieces) {
        outline.literal += piece.bytes;
        if (piece.spooled.isNull())
            continue;
        if (piece.base64)
            outline.attachments.append(piece.spooled);
        else
            outline.isWhole = false;
    }
    return outline;
}

Base::Result<QHash<Delivery::MessageState, int>> MessageQuery::counts() const
{
    Base::Result<Cursor> query = m_database.run(
        QStringLiteral("SELECT state, sum(number) FROM message_count WHERE number > 0 GROUP BY state"));
    if (!query)
        return query.error();
    QHash<Delivery::MessageState, int> counts;
    while (query->next()) {
        if (const auto state = Delivery::messageStateFromKey(query->value(0).toString()))
            counts.insert(*state, query->value(1).toInt());
    }
    return counts;
}

Base::Result<int> MessageQuery::waitingOf(const QString &accountName) const
{
    const Base::Result<QVariant> number =
        m_database.value(QStringLiteral("SELECT sum(number) FROM message_count WHERE account_name = ? "
                                        "AND state IN ('queued', 'deferred')"),
                         {accountName});
    if (!number)
        return number.error();
    return number->toInt();
}

Base::Result<QList<MessageRow>> MessageQuery::longestDeferred(int limit) const
{
    Base::Result<Cursor> query = m_database.run(
        QStringLiteral("SELECT id FROM message WHERE state = 'deferred' ORDER BY id LIMIT ?"), {limit});
    if (!query)
        return query.error();
    QList<MessageId> ids;
    while (query->next())
        ids.append(MessageId{query->value(0).toLongLong()});
    query->finish();
    return rows(ids);
}

Base::Result<QList<DraftRow>> MessageQuery::drafts() const
{
    return DraftStore::readAll(m_database);
}
Base::Result<DraftRow> MessageQuery::draft(Base::DraftId id) const
{
    return DraftStore::read(m_database, id);
}
Base::Result<QList<Accounts::Account>> MessageQuery::accounts() const
{
    return AccountStore::readAll(m_database);
}
Base::Result<Delivery::ScheduledTime> MessageQuery::planOf(Base::MessageId id) const
{
    return Departures::readPlan(m_database, id);
}

bool MessageQuery::canTakeBack(Base::MessageId id) const
{
    return Departures::canTakeBack(m_database, id);
}

bool MessageQuery::isEverythingHeld() const
{
    const Base::Result<bool> held = SettingStore::readEverythingHeld(m_database);
    return held && *held;
}

Base::Result<Delivery::Reason> MessageQuery::pauseOf(Base::AccountId id) const
{
    return AccountStore::readPause(m_database, id);
}

Base::Result<BackOff> MessageQuery::backOffOf(Base::AccountId id) const
{
    return AccountStore::readBackOff(m_database, id);
}
Base::Result<Accounts::Learned> MessageQuery::learnedOf(Base::AccountId id) const
{
    return AccountStore::readLearned(m_database, id);
}
Base::Result<Accounts::Usage> MessageQuery::usageOf(Base::AccountId id, const QDateTime &since) const
{
    return UsageStore::read(m_database, id, since);
}
Base::Result<Delivery::RetrySchedule> MessageQuery::schedule() const
{
    return SettingStore::readSchedule(m_database);
}
Base::Result<Delivery::Retention> MessageQuery::retention() const
{
    return SettingStore::readRetention(m_database);
}

Base::Result<Accounts::Account> MessageQuery::account(const QString &name) const
{
    const Base::Result<QList<Accounts::Account>> all = accounts();
    if (!all)
        return all.error();
    if (all->isEmpty())
        return Error{ErrorKind::NoAccount, name, {}};
    if (name.isEmpty())
        return all->first();
    for (const Accounts::Account &account : *all) {
        if (account.name.compare(name, Qt::CaseInsensitive) == 0)
            return account;
    }
    return Error{ErrorKind::UnknownAccount, name, {}};
}

Base::Result<Accounts::Account> MessageQuery::account(Base::AccountId id) const
{
    const Base::Result<QList<Accounts::Account>> all = accounts();
    if (!all)
        return all.error();
    for (const Accounts::Account &account : *all) {
        if (account.id == id)
            return account;
    }
    return Error{all->isEmpty() ? ErrorKind::NoAccount : ErrorKind::UnknownAccount, id.toString(), {}};
}

} // namespace Store
