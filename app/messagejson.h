#pragma once

// What became of a message, as the JSON of the command line (a contract) and as a table for people.

#include "core/outbox/events.h"
#include "core/store/rows.h"

#include <QJsonObject>

namespace App {

QJsonObject toJson(const Store::MessageDetails &details);
QJsonObject toJson(const Store::MessageRow &row); ///< the same without recipients
QJsonObject toJson(const QString &account, const Outbox::TestReport &report);

/// One line a recipient: state, address, the server's words.
QString toTable(const Store::MessageDetails &details);

} // namespace App
