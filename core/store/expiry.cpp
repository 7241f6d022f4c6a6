#include "core/store/expiry.h"

#include <limits>

namespace Store {

Base::Result<QList<Base::MessageId>> expired(const Database &database, const Delivery::Retention &retention,
                                             const QDateTime &now)
{
    if (retention.keepsAll())
        return QList<Base::MessageId>();
    const std::optional<QDateTime> before = retention.before(now);
    const QString sql =
        QStringLiteral("SELECT id FROM (SELECT id, changed, sum(size) OVER (ORDER BY id DESC) AS together"
                       " FROM message WHERE state = 'sent') AS sent WHERE (changed < ? OR together > ?)"
                       " AND NOT EXISTS (SELECT 1 FROM sent_copy WHERE message = sent.id AND state <> 'done')"
                       " ORDER BY id");
    Base::Result<Cursor> query =
        database.run(sql, {before ? before->toMSecsSinceEpoch() : std::numeric_limits<qint64>::min(),
                           retention.most().value_or(std::numeric_limits<qint64>::max())});
    if (!query)
        return query.error();
    QList<Base::MessageId> ids;
    while (query->next())
        ids.append(Base::MessageId{query->value(0).toLongLong()});
    return ids;
}

} // namespace Store
