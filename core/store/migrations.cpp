#include "core/store/migrations.h"

#include "core/base/log.h"
#include "core/store/database.h"

#include <QFile>

#include <array>

// Resources of a static library are linked in only when they are asked for.
static void initialiseResources()
{
    Q_INIT_RESOURCE(store_sql);
}

namespace Store {

namespace {

constexpr std::array files{":/sql/0001_initial.sql", ":/sql/0002_strongest_sign_in.sql",
                           ":/sql/0003_offers.sql", ":/sql/0004_limits.sql"};

Base::Done runStep(Database &database, int number)
{
    QFile file(QString::fromLatin1(files.at(static_cast<std::size_t>(number - 1))));
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
    if (const Base::Done done = database.exec(QStringLiteral("PRAGMA user_version=%1").arg(number)); !done)
        return done;
    return transaction.commit();
}

} // namespace

int newestSchema()
{
    return static_cast<int>(files.size());
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
