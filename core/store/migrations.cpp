#include "core/store/migrations.h"

#include "core/base/log.h"
#include "core/store/database.h"
#include "core/store/findindex.h"

#include <QFile>

#include <array>

// Resources of a static library are linked in only when they are asked for.
static void initialiseResources()
{
    Q_INIT_RESOURCE(store_sql);
}

namespace Store {

namespace {

struct Step
{
    const char *file;
    Base::Done (*then)(Database &) = nullptr; ///< what SQL cannot say, in the same transaction
};

constexpr std::array steps{Step{":/sql/0001_initial.sql"},         Step{":/sql/0002_strongest_sign_in.sql"},
                           Step{":/sql/0003_offers.sql"},          Step{":/sql/0004_limits.sql"},
                           Step{":/sql/0005_find.sql", fillIndex}, Step{":/sql/0006_departure.sql"},
                           Step{":/sql/0007_sent_copies.sql"},     Step{":/sql/0008_fewer_writes.sql"},
                           Step{":/sql/0009_fewer_pages.sql"}};

Base::Done runStep(Database &database, int number)
{
    const Step &step = steps.at(static_cast<std::size_t>(number - 1));
    QFile file(QString::fromLatin1(step.file));
    if (!file.open(QIODevice::ReadOnly))
        return Base::Error{Base::ErrorKind::Internal, file.fileName(), file.errorString()};
    const QStringList statements = QString::fromUtf8(file.readAll()).split(QStringLiteral("\n-- next\n"));
    Transaction transaction(database);
    if (!transaction.begun())
        return transaction.begun();
    // Another program may have been faster.
    const Base::Result<QVariant> version = database.value(QStringLiteral("PRAGMA user_version"));
    if (!version || version->toInt() >= number)
        return version ? Base::Done() : Base::Done(version.error());
    Base::Log::info(QStringLiteral("Database: bringing the schema to version %1").arg(number));
    for (const QString &statement : statements) {
        if (const Base::Done done = database.exec(statement); !done)
            return done;
    }
    if (step.then) {
        if (const Base::Done done = step.then(database); !done)
            return done;
    }
    if (const Base::Done done = database.exec(QStringLiteral("PRAGMA user_version=%1").arg(number)); !done)
        return done;
    return transaction.commit();
}

} // namespace

int newestSchema()
{
    return static_cast<int>(steps.size());
}

Base::Done checkVersion(const Database &database)
{
    const Base::Result<QVariant> version = database.value(QStringLiteral("PRAGMA user_version"));
    if (!version)
        return version.error();
    if (version->toInt() > newestSchema())
        return Base::Error{
            Base::ErrorKind::DatabaseNewer,
            {},
            QStringLiteral("schema %1, this program knows %2").arg(version->toInt()).arg(newestSchema())};
    return {};
}

Base::Done migrate(Database &database)
{
    initialiseResources();
    if (const Base::Done done = checkVersion(database); !done)
        return done;
    const Base::Result<QVariant> version = database.value(QStringLiteral("PRAGMA user_version"));
    if (!version)
        return version.error();
    for (int number = version->toInt() + 1; number <= newestSchema(); ++number) {
        if (const Base::Done done = runStep(database, number); !done)
            return done;
    }
    return {};
}

} // namespace Store
