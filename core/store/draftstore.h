#pragma once

// Drafts in the books: written in the mail thread.

#include "core/message/draft.h"
#include "core/store/database.h"
#include "core/store/rows.h"

#include <QSet>

namespace Store {

class DraftStore
{
public:
    explicit DraftStore(Database &database)
        : m_database(database)
    {
    }

    /// New when the draft has no id, or when the one it had is gone.
    Base::Result<Base::DraftId> save(const Message::Draft &draft, const QDateTime &now);
    Base::Done remove(Base::DraftId id);

    /// SHA-256 of what drafts need of the spool.
    Base::Result<QSet<QByteArray>> spoolUse() const;

    // shared with the reading side
    static Base::Result<QList<DraftRow>> readAll(const Database &database);
    static Base::Result<DraftRow> read(const Database &database, Base::DraftId id);

private:
    Database &m_database;
};

} // namespace Store
