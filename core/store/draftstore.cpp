#include "core/store/draftstore.h"

#include "core/store/json.h"

namespace Store {

namespace {

DraftRow rowOf(const Cursor &query)
{
    DraftRow row;
    row.id = Base::DraftId{query.value(0).toLongLong()};
    row.changed = QDateTime::fromMSecsSinceEpoch(query.value(1).toLongLong(), Qt::UTC);
    row.draft = Message::draftFromJson(unpackObject(query.value(2).toString()));
    row.draft.id = row.id;
    return row;
}

} // namespace

Base::Result<Base::DraftId> DraftStore::save(const Message::Draft &draft, const QDateTime &now)
{
    const QString content = pack(Message::toJson(draft));
    const qint64 changed = now.toMSecsSinceEpoch();
    if (draft.id.isValid()) {
        const Base::Result<Cursor> query =
            m_database.run(QStringLiteral("UPDATE draft SET content = ?, changed = ? WHERE id = ?"),
                           {content, changed, draft.id.value});
        if (!query)
            return query.error();
        if (query->numRowsAffected() > 0)
            return draft.id;
    }
    const Base::Result<Cursor> query = m_database.run(
        QStringLiteral("INSERT INTO draft (content, changed) VALUES (?, ?)"), {content, changed});
    if (!query)
        return query.error();
    return Base::DraftId{query->lastInsertId().toLongLong()};
}

Base::Done DraftStore::remove(Base::DraftId id)
{
    return m_database.write(QStringLiteral("DELETE FROM draft WHERE id = ?"), {id.value});
}

Base::Result<QSet<QByteArray>> DraftStore::spoolUse() const
{
    const Base::Result<QList<DraftRow>> drafts = readAll(m_database);
    if (!drafts)
        return drafts.error();
    QSet<QByteArray> used;
    for (const DraftRow &row : *drafts) {
        for (const Message::Attachment &attachment : row.draft.attachments) {
            if (attachment.isKept())
                used.insert(attachment.sha256);
        }
    }
    return used;
}

Base::Result<QList<DraftRow>> DraftStore::readAll(const Database &database)
{
    Base::Result<Cursor> query =
        database.run(QStringLiteral("SELECT id, changed, content FROM draft ORDER BY changed DESC, id DESC"));
    if (!query)
        return query.error();
    QList<DraftRow> rows;
    while (query->next())
        rows.append(rowOf(*query));
    return rows;
}

Base::Result<DraftRow> DraftStore::read(const Database &database, Base::DraftId id)
{
    Base::Result<Cursor> query =
        database.run(QStringLiteral("SELECT id, changed, content FROM draft WHERE id = ?"), {id.value});
    if (!query)
        return query.error();
    if (!query->next())
        return Base::Error{Base::ErrorKind::NotFound, id.toString(),
                           QStringLiteral("there is no such draft")};
    return rowOf(*query);
}

} // namespace Store
