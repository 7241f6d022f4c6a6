#include "core/delivery/stage.h"

#include <array>

namespace Delivery {

namespace {

struct Row
{
    Stage stage;
    const char *name;
    qint64 timeout;
};

constexpr qint64 second = 1000;
constexpr qint64 minute = 60 * second;

constexpr std::array rows{
    Row{Stage::Connect, "connect", 30 * second},  Row{Stage::Tls, "tls", 60 * second},
    Row{Stage::Greeting, "greeting", 5 * minute}, Row{Stage::Hello, "hello", 5 * minute},
    Row{Stage::Auth, "auth", 2 * minute},         Row{Stage::Mail, "mail", 5 * minute},
    Row{Stage::Rcpt, "rcpt", 5 * minute},         Row{Stage::Data, "data", 2 * minute},
    Row{Stage::Content, "content", 10 * minute},  Row{Stage::Quit, "quit", 5 * second},
};

} // namespace

QString name(Stage stage)
{
    return QString::fromLatin1(rows.at(static_cast<std::size_t>(stage)).name);
}

Stage stageFromName(const QString &name)
{
    for (const Row &row : rows) {
        if (name == QLatin1String(row.name))
            return row.stage;
    }
    return Stage::Connect;
}

QList<Stage> allStages()
{
    QList<Stage> stages;
    for (const Row &row : rows)
        stages.append(row.stage);
    return stages;
}

qint64 timeoutOf(Stage stage)
{
    return rows.at(static_cast<std::size_t>(stage)).timeout;
}

} // namespace Delivery
