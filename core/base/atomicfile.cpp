#include "core/base/atomicfile.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStorageInfo>

#ifdef Q_OS_UNIX
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#endif

namespace Base {

namespace {
constexpr qint64 smallestRoom = 16 << 10; // octets: with less a disk is called full
}

Done writeAtomically(const QString &path, const QByteArray &bytes)
{
    QSaveFile file(path);
    file.setDirectWriteFallback(false);
    if (!file.open(QIODevice::WriteOnly))
        return fileError(file, ErrorKind::FileUnwritable);
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    if (file.write(bytes) != bytes.size() || !file.flush() || !syncToDisk(file)) {
        const Error error = fileError(file, ErrorKind::FileUnwritable);
        file.cancelWriting();
        return error;
    }
    if (!file.commit())
        return fileError(file, ErrorKind::FileUnwritable);
    syncFolder(QFileInfo(path).absolutePath());
    return {};
}

Result<QByteArray> readAll(const QString &path, qint64 limit)
{
    QFile file(path);
    // Opened before anything is asked about it: a file that is being replaced at this moment counts as
    // missing for Qt, whose stat() may still find the old one without a name.
    if (!file.open(QIODevice::ReadOnly)) {
        if (QFileInfo(path).isDir())
            return Error{ErrorKind::FileUnreadable, path, QStringLiteral("it is a folder")};
        return file.exists() ? fileError(file, ErrorKind::FileUnreadable)
                             : Error{ErrorKind::FileMissing, path, {}};
    }
    QByteArray bytes = file.read(limit + 1);
    if (file.error() != QFileDevice::NoError)
        return fileError(file, ErrorKind::FileUnreadable);
    if (bytes.size() > limit)
        return Error{ErrorKind::TooBig, path, QStringLiteral("over %1 octets").arg(limit)};
    return bytes;
}

Result<bool> renameIfFree(const QString &from, const QString &to)
{
#ifdef Q_OS_UNIX
    // rename() would replace what is there.
    if (::link(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) == 0) {
        QFile::remove(from);
        return true;
    }
    if (errno == EEXIST)
        return false;
#endif
    // There are disks that know no links.
    if (QFileInfo::exists(to) || QFileInfo(to).isSymLink())
        return false;
    QFile file(from);
    if (!file.rename(to))
        return Error{ErrorKind::FileUnwritable, to, file.errorString()};
    return true;
}

bool syncToDisk(QFileDevice &file)
{
#ifdef Q_OS_UNIX
    return ::fsync(file.handle()) == 0;
#else
    Q_UNUSED(file);
    return true;
#endif
}

bool syncOctetsToDisk(QFileDevice &file)
{
#ifdef Q_OS_LINUX
    return ::fdatasync(file.handle()) == 0;
#else
    return syncToDisk(file);
#endif
}

void syncFolder(const QString &folder)
{
#ifdef Q_OS_UNIX
    const int descriptor = ::open(QFile::encodeName(folder).constData(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ::fsync(descriptor);
    ::close(descriptor);
#else
    Q_UNUSED(folder);
#endif
}

Error fileError(const QFileDevice &file, ErrorKind otherwise)
{
    // QFileDevice keeps no errno; ResourceError stands for ENOSPC and EDQUOT among few others. After a write
    // that was cut short it does not even know that: the disk is asked.
    bool full = file.error() == QFileDevice::ResourceError ||
                file.errorString().contains(QLatin1String("No space left"));
    if (!full && otherwise == ErrorKind::FileUnwritable &&
        (file.error() == QFileDevice::WriteError || file.error() == QFileDevice::NoError)) {
        const QStorageInfo disk(QFileInfo(file.fileName()).absolutePath());
        full = disk.isValid() && disk.bytesAvailable() < smallestRoom;
    }
    return {full ? ErrorKind::DiskFull : otherwise, file.fileName(), file.errorString()};
}

} // namespace Base
