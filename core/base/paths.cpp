#include "core/base/paths.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <QTemporaryFile>

namespace Base {

namespace {

QString below(const QString &directory, const char *name)
{
    return QDir(directory).filePath(QString::fromLatin1(name));
}

} // namespace

Paths Paths::inHome(const QString &directory)
{
    Paths paths;
    paths.m_data = paths.m_config = paths.m_state = QDir(QDir::cleanPath(directory)).absolutePath();
    return paths;
}

Paths Paths::standard()
{
    Paths paths;
    paths.m_data = below(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation), "postrider");
    paths.m_config =
        below(QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation), "postrider");
    const QString state = qEnvironmentVariable("XDG_STATE_HOME");
    paths.m_state = below(
        state.startsWith(QLatin1Char('/')) ? state : QDir::home().filePath(QStringLiteral(".local/state")),
        "postrider");
    return paths;
}

QString Paths::database() const
{
    return below(m_data, "postrider.db");
}
QString Paths::spool() const
{
    return below(m_data, "spool");
}
QString Paths::vault() const
{
    return below(m_data, "vault.postrider");
}
QString Paths::practice() const
{
    return below(m_data, "practice");
}
QString Paths::logs() const
{
    return below(m_state, "log");
}
QString Paths::settings() const
{
    return below(m_config, "settings.ini");
}
QString Paths::dispatcherLock() const
{
    return below(m_data, "dispatcher.lock");
}

QString Paths::socketName() const
{
    const QString canonical = QFileInfo(m_data).canonicalFilePath();
    const QByteArray of = (canonical.isEmpty() ? m_data : canonical).toUtf8();
    const QByteArray digest = QCryptographicHash::hash(of, QCryptographicHash::Sha256).toHex().left(24);
    return QStringLiteral("postrider-") + QString::fromLatin1(digest);
}

Done Paths::prepare() const
{
    for (const QString &directory : {m_data, m_config, m_state, spool(), logs()}) {
        const QFileInfo info(directory);
        if (info.exists() && !info.isDir())
            return Error{ErrorKind::HomeUnwritable, directory, QStringLiteral("it is a file, not a folder")};
        if (!info.exists()) {
            if (!QDir().mkpath(directory))
                return Error{ErrorKind::HomeUnwritable, directory,
                             QStringLiteral("the folder cannot be made")};
            QFile::setPermissions(directory, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        }
    }
    // Asked of the file system itself: permission bits say little about read-only mounts and quotas.
    QTemporaryFile probe(below(m_data, ".probe-XXXXXX"));
    if (!probe.open())
        return Error{ErrorKind::HomeUnwritable, m_data, probe.errorString()};
    return {};
}

} // namespace Base
