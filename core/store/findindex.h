#pragma once

// Puts into the index what a message can be found by: one row of the FTS5 table "find" for each of the table
// "message", with the same id. Its column "marks" holds characters for private use (searchquery.h): one that
// every row has, so that there is something to take "-word" away from, and one for an attachment. Written
// where messages are entered, in the same transaction; a trigger takes the row away with its message, so that
// nothing but this file and that trigger writes there. Looking up is left to Finder.

#include "core/message/outgoingmessage.h"
#include "core/store/database.h"

namespace Store {

/// The caller holds the transaction.
Base::Done enterIntoIndex(Database &database, qint64 id, const Message::OutgoingMessage &message);

/// For books from before there was an index: enters all messages, with as much of their text as stands in the
/// books themselves; what lies in the spool is not read.
Base::Done fillIndex(Database &database);

} // namespace Store
