#pragma once

// `postrider outbox export`: writes messages into files.

#include "app/office.h"

#include <QCommandLineParser>

namespace App {

void addExportOptions(QCommandLineParser &parser);
/// filter: what --state, --account and --search say. ids: what stands behind the verb.
int runExport(Office &office, const QCommandLineParser &parser, const Store::Filter &filter,
              const QList<Base::MessageId> &ids);
/// The exit code when the options do not go together.
std::optional<int> checkExport(const QCommandLineParser &parser, bool hasIds);

} // namespace App
