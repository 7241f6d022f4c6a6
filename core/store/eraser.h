#pragma once

// Deleted for good: SQLite overwrites the rows of a deleted message (secure_delete), but the index of words
// only notes that a message is gone and keeps its words until its parts happen to be merged. The eraser
// merges them, in small steps, and then empties the log of the database, so that no word of what was deleted
// is in the files. That it is owed is written with the deletion and outlives a kill.

#include "core/store/database.h"

namespace Store {

class Eraser
{
public:
    explicit Eraser(Database &database)
        : m_database(database)
    {
    }

    /// Something was deleted. In the transaction of the deletion.
    static Base::Done owe(const Database &database);
    Base::Result<bool> isOwed() const;

    /// One step, of some ten milliseconds. True: that was the last. Not within a transaction.
    Base::Result<bool> step();

private:
    Base::Result<bool> merge();
    Base::Result<QString> debt() const;

    Database &m_database;
    QString m_debt; ///< what was owed when the merge began; empty: it has not begun
};

} // namespace Store
