#include "core/store/sentcopies.h"

#include "core/store/contentform.h"
#include "core/store/json.h"
#include "core/store/maildir.h"

#include <array>

namespace Store {

using Base::Done;
using Base::MessageId;

namespace {

constexpr std::array states{std::pair{SentCopy::State::Owed, "owed"},
                            std::pair{SentCopy::State::Failed, "failed"},
                            std::pair{SentCopy::State::Done, "done"}};

SentCopy::State stateNamed(const QString &name)
{
    for (const auto &[state, known] : states) {
        if (name == QLatin1String(known))
            return state;
    }
    return SentCopy::State::Owed;
}

} // namespace

QString name(SentCopy::State state)
{
    for (const auto &[known, words] : states) {
        if (known == state)
            return QString::fromLatin1(words);
    }
    return {};
}

Base::Result<QList<OwedCopy>> SentCopies::owed(int limit) const
{
    // Where the account is gone, the folder it had; else the one it has now.
    const QString sql = QStringLiteral(
        "SELECT copy.message, CASE WHEN account.id IS NULL THEN copy.folder WHEN json_valid(settings) THEN"
        " coalesce(json_extract(settings, '$.sentFolder'), '') END, message.created, message.message_id,"
        " CAST(content.pieces AS BLOB) FROM sent_copy AS copy JOIN message ON message.id = copy.message"
        " LEFT JOIN content ON content.message = copy.message LEFT JOIN account ON account.id ="
        " message.account WHERE copy.state = 'owed' ORDER BY copy.message LIMIT ?");
    Base::Result<Cursor> query = m_database.run(sql, {limit});
    if (!query)
        return query.error();
    QList<OwedCopy> copies;
    while (query->next()) {
        const MessageId id{query->value(0).toLongLong()};
        copies.append(
            {id, query->value(1).toString(),
             Maildir::fileName(id, QDateTime::fromMSecsSinceEpoch(query->value(2).toLongLong(), Qt::UTC),
                               query->value(3).toString().toUtf8()),
             contentFrom(query->value(4).toByteArray()).value_or(Message::Content())});
    }
    return copies;
}

Done SentCopies::settle(MessageId id)
{
    return m_database.exec(
        QStringLiteral("UPDATE sent_copy SET state = 'done', problem = '' WHERE message = ?"), {id.value});
}

Done SentCopies::fail(MessageId id, const Base::Error &problem)
{
    const QJsonObject words{{QStringLiteral("kind"), Base::name(problem.kind)},
                            {QStringLiteral("subject"), problem.subject},
                            {QStringLiteral("detail"), problem.detail}};
    return m_database.exec(
        QStringLiteral("UPDATE sent_copy SET state = 'failed', problem = ? WHERE message = ?"),
        {pack(words), id.value});
}

Done SentCopies::renew()
{
    return m_database.write(QStringLiteral("UPDATE sent_copy SET state = 'owed' WHERE state = 'failed'"));
}

Base::Result<std::optional<SentCopy>> SentCopies::read(const Database &database, MessageId id)
{
    Base::Result<Cursor> query = database.run(
        QStringLiteral("SELECT state, folder, problem FROM sent_copy WHERE message = ?"), {id.value});
    if (!query)
        return query.error();
    if (!query->next())
        return std::optional<SentCopy>();
    SentCopy copy{stateNamed(query->value(0).toString()), query->value(1).toString(), {}};
    if (const QJsonObject words = unpackObject(query->value(2).toString()); !words.isEmpty())
        copy.problem = Base::Error{Base::errorKind(words.value(QLatin1String("kind")).toString()),
                                   words.value(QLatin1String("subject")).toString(),
                                   words.value(QLatin1String("detail")).toString()};
    return std::optional<SentCopy>(copy);
}

} // namespace Store
