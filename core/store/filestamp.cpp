#include "core/store/filestamp.h"

#include <QFile>

#include <algorithm>

#ifdef Q_OS_UNIX
#include <sys/stat.h>

#include <ctime>
#endif

namespace Store {

#ifdef Q_OS_UNIX

namespace {

constexpr qint64 second = 1'000'000'000;
constexpr qint64 fineClock = second / 10;  // more than a tick of the clock that stamps files
constexpr qint64 coarseClock = 3 * second; // FAT counts in two seconds

qint64 nanoseconds(const timespec &time)
{
    return static_cast<qint64>(time.tv_sec) * second + time.tv_nsec;
}

} // namespace

std::optional<FileStamp> FileStamp::of(const QIODevice &source)
{
    const auto *file = qobject_cast<const QFile *>(&source);
    struct stat seen = {};
    if (!file || file->pos() != 0 || file->handle() < 0 || fstat(file->handle(), &seen) != 0 ||
        !S_ISREG(seen.st_mode))
        return std::nullopt;
    return FileStamp{seen.st_dev, seen.st_ino, seen.st_size, nanoseconds(seen.st_mtim),
                     nanoseconds(seen.st_ctim)};
}

bool FileStamp::isSettled() const
{
    timespec now = {};
    clock_gettime(CLOCK_REALTIME, &now);
    const bool isFine = modified % second != 0 && changed % second != 0;
    return nanoseconds(now) - std::max(modified, changed) > (isFine ? fineClock : coarseClock);
}

#else

std::optional<FileStamp> FileStamp::of(const QIODevice &)
{
    return std::nullopt; // every file is read
}

bool FileStamp::isSettled() const
{
    return false;
}

#endif

} // namespace Store
