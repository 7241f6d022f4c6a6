#include "core/store/findindex.h"

#include "core/message/searchtext.h"
#include "core/store/contentform.h"
#include "core/store/searchquery.h"

namespace Store {

namespace {

struct Entry
{
    QString subject;
    QString sender;
    QString recipients;
    QString body;
    bool attached = false;
};

Base::Done insert(Database &database, qint64 id, const Entry &entry)
{
    const QString marks =
        entry.attached ? QString(everyMark) + QLatin1Char(' ') + QString(attachedMark) : QString(everyMark);
    return database.exec(QStringLiteral("INSERT INTO find (rowid, subject, sender, recipients, body, marks) "
                                        "VALUES (?, ?, ?, ?, ?, ?)"),
                         {id, entry.subject, entry.sender, entry.recipients, entry.body, marks});
}

Base::Result<QString> recipientsOf(const Database &database, qint64 id)
{
    const Base::Result<QVariant> joined =
        database.value(QStringLiteral("SELECT group_concat(trim(name || ' ' || address), char(10)) FROM "
                                      "(SELECT name, address FROM recipient WHERE message = ? ORDER BY "
                                      "position)"),
                       {id});
    if (!joined)
        return joined.error();
    return joined->toString();
}

} // namespace

Base::Done enterIntoIndex(Database &database, qint64 id, const Message::OutgoingMessage &message)
{
    QStringList recipients;
    for (const Message::Recipient &recipient : message.envelope.recipients)
        recipients.append(
            (recipient.address.displayName() + QLatin1Char(' ') + recipient.address.addrSpec()).trimmed());
    return insert(database, id,
                  {message.subject, message.from, recipients.join(QLatin1Char('\n')), message.text,
                   message.hasAttachment});
}

Base::Done fillIndex(Database &database)
{
    Base::Result<Cursor> messages =
        database.run(QStringLiteral("SELECT id, subject, sender, attached, CAST(pieces AS BLOB) FROM message "
                                    "LEFT JOIN content ON content.message = id "
                                    "ORDER BY id"));
    if (!messages)
        return messages.error();
    while (messages->next()) {
        const qint64 id = messages->value(0).toLongLong();
        const Base::Result<QString> recipients = recipientsOf(database, id);
        if (!recipients)
            return recipients.error();
        const Message::Content content =
            contentFrom(messages->value(4).toByteArray()).value_or(Message::Content());
        const Entry entry{messages->value(1).toString(), messages->value(2).toString(), *recipients,
                          Message::searchTextOf(content).text, messages->value(3).toBool()};
        if (const Base::Done done = insert(database, id, entry); !done)
            return done;
    }
    return {};
}

} // namespace Store
