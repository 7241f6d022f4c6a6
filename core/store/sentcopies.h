#pragma once

// Which messages a copy is owed of, for the Maildir of their account, and what became of each. The debt is
// written by the database itself with the outcome (resources/sql/0007_sent_copies.sql); this reads and
// settles it.

#include "core/base/id.h"
#include "core/message/outgoingmessage.h"
#include "core/store/database.h"
#include "core/store/rows.h"

namespace Store {

struct OwedCopy
{
    Base::MessageId message;
    QString folder; ///< empty: the account wants none any more
    QString name;   ///< of its file, without flags; the same whenever it is asked for
    Message::Content content;
};

class SentCopies
{
public:
    explicit SentCopies(Database &database)
        : m_database(database)
    {
    }

    /// Those that were not tried, the oldest first.
    Base::Result<QList<OwedCopy>> owed(int limit) const;
    /// It is there, or not wanted.
    Base::Done settle(Base::MessageId id);
    /// It cannot be made now; renew() has it tried again.
    Base::Done fail(Base::MessageId id, const Base::Error &problem);
    Base::Done renew();

    // shared with the reading side
    static Base::Result<std::optional<SentCopy>> read(const Database &database, Base::MessageId id);

private:
    Database &m_database;
};

} // namespace Store
