// Loaded before everything else (LD_PRELOAD, Linux only) it counts what a program writes: to files below one
// folder and to the network. At the n-th of these calls it kills the program (SIGKILL) before the call,
// behind half of its octets, or behind it; or it lets the disk fail from the n-th on, for so many calls. The
// folder's "log" is left out: nothing depends on it, and it would make n mean something else in every run. It
// calls the kernel itself, so that nothing it does is counted or can fail.
//
//   KILLER_BELOW   the folder, as the kernel calls it (no symbolic link in it)
//   KILLER_LOG     a file that gets a line for every counted call; its last one says where the kill was
//   KILLER_AT      n, counted from 1            KILLER_HOW    before | half | after
//   KILLER_FAIL    full | read-only | broken    KILLER_FROM   n, of those calls that can fail this way
//   KILLER_FOR     how many of them; without it for good

#undef _FILE_OFFSET_BITS // pwrite and pwrite64 are two names here
#undef _FORTIFY_SOURCE

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

enum class Kind { Other, Disk, Wire };
enum class Call { Make, Write, Truncate, Sync, Rename, Remove }; ///< what is asked of the disk

struct Orders
{
    const char *below = nullptr;
    std::size_t belowLength = 0;
    const char *log = nullptr;
    const char *how = "before";
    const char *fail = nullptr;
    long at = 0;
    long from = 0;
    long count = 0; ///< 0: for good
};

Orders orders;
std::atomic<long> calls = 0;
std::atomic<long> failures = 0; ///< calls that could have failed so far

long number(const char *name)
{
    const char *text = std::getenv(name);
    return text ? std::strtol(text, nullptr, 10) : 0;
}

__attribute__((constructor)) void readOrders()
{
    if (const char *how = std::getenv("KILLER_HOW"))
        orders.how = how;
    orders.log = std::getenv("KILLER_LOG");
    orders.fail = std::getenv("KILLER_FAIL");
    orders.at = number("KILLER_AT");
    orders.from = number("KILLER_FROM");
    orders.count = number("KILLER_FOR");
    orders.below = std::getenv("KILLER_BELOW");
    orders.belowLength = orders.below ? std::strlen(orders.below) : 0;
}

Kind kindOf(const char *path)
{
    if (orders.belowLength == 0 || !path || std::strncmp(path, orders.below, orders.belowLength) != 0)
        return Kind::Other;
    const char *rest = path + orders.belowLength;
    if (*rest != '/' && *rest != '\0')
        return Kind::Other;
    return std::strncmp(rest, "/log/", 5) == 0 ? Kind::Other : Kind::Disk;
}

Kind kindOf(int fd, char *path, std::size_t size)
{
    struct stat status;
    if (orders.belowLength == 0 || ::fstat(fd, &status) != 0)
        return Kind::Other;
    if (S_ISSOCK(status.st_mode)) {
        sockaddr_storage name;
        socklen_t length = sizeof name;
        if (::getsockname(fd, reinterpret_cast<sockaddr *>(&name), &length) != 0)
            return Kind::Other;
        std::snprintf(path, size, "network");
        return name.ss_family == AF_INET || name.ss_family == AF_INET6 ? Kind::Wire : Kind::Other;
    }
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        return Kind::Other;
    char link[64];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t length = ::readlink(link, path, size - 1);
    if (length < 0)
        return Kind::Other;
    path[length] = '\0';
    return kindOf(path);
}

void note(long n, const char *name, const char *path, const char *what)
{
    if (!orders.log)
        return;
    char line[512];
    const int length = std::snprintf(line, sizeof line, "%ld %s %s%s\n", n, name, path, what);
    const long log =
        ::syscall(SYS_openat, AT_FDCWD, orders.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0)
        return;
    ::syscall(SYS_write, log, line, length);
    ::syscall(SYS_close, log);
}

/// The error the disk answers with, or 0.
int misfortune(Call call)
{
    if (!orders.fail)
        return 0;
    const bool full = std::strcmp(orders.fail, "full") == 0;
    if (full && (call == Call::Sync || call == Call::Remove || call == Call::Rename))
        return 0;
    const long n = ++failures;
    if (n < orders.from || (orders.count > 0 && n >= orders.from + orders.count))
        return 0;
    if (full)
        return ENOSPC;
    return std::strcmp(orders.fail, "read-only") == 0 ? EROFS : EIO;
}

[[noreturn]] void die()
{
    ::syscall(SYS_kill, ::getpid(), SIGKILL);
    for (;;)
        ::pause();
}

/// What is to be done with a call: all of it, or a half, or nothing.
template <typename Whole, typename Half>
long meet(Kind kind, Call call, const char *name, const char *path, const Whole &whole, const Half &half)
{
    if (kind == Kind::Other)
        return whole();
    const long n = ++calls;
    if (kind == Kind::Disk) {
        if (const int error = misfortune(call)) {
            note(n, name, path, " fails");
            errno = error;
            return -1;
        }
    }
    if (n != orders.at) {
        note(n, name, path, "");
        return whole();
    }
    note(n, name, path, " killed");
    if (std::strcmp(orders.how, "half") == 0)
        half();
    else if (std::strcmp(orders.how, "after") == 0)
        whole();
    die();
}

template <typename Whole, typename Half>
long meet(int fd, Call call, const char *name, const Whole &whole, const Half &half)
{
    const int error = errno;
    char path[400] = "";
    const Kind kind = kindOf(fd, path, sizeof path);
    errno = error;
    return meet(kind, call, name, path, whole, half);
}

const auto nothing = [] {};

long openAt(int folder, const char *path, int flags, mode_t mode)
{
    const auto whole = [&] { return ::syscall(SYS_openat, folder, path, flags, mode); };
    // Opening what is there writes nothing: only a read-only disk minds.
    const bool makes = (flags & O_CREAT) != 0 && ::faccessat(folder, path, F_OK, 0) != 0;
    const bool minds =
        (flags & O_ACCMODE) != O_RDONLY && orders.fail && std::strcmp(orders.fail, "read-only") == 0;
    return meet(makes || minds ? kindOf(path) : Kind::Other, Call::Make, "open", path, whole, nothing);
}

mode_t modeOf(int flags, va_list more)
{
    return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(more, int)) : 0;
}

long renameAt(int from, const char *old, int to, const char *fresh, unsigned flags)
{
    return meet(
        kindOf(fresh), Call::Rename, "rename", fresh,
        [&] { return ::syscall(SYS_renameat2, from, old, to, fresh, flags); }, nothing);
}

long unlinkAt(int folder, const char *path, int flags)
{
    return meet(
        kindOf(path), Call::Remove, "unlink", path,
        [&] { return ::syscall(SYS_unlinkat, folder, path, flags); }, nothing);
}

long writeAt(int fd, const void *octets, size_t size, off64_t at)
{
    const auto write = [&](size_t count) { return ::syscall(SYS_pwrite64, fd, octets, count, at); };
    return meet(
        fd, Call::Write, "pwrite", [&] { return write(size); }, [&] { write(size / 2); });
}

long truncate(int fd, off64_t size)
{
    return meet(
        fd, Call::Truncate, "ftruncate", [&] { return ::syscall(SYS_ftruncate, fd, size); }, nothing);
}

/// The first buffer only; what more there is counts as the other half.
void writeFirst(int fd, const iovec *parts, int count)
{
    if (count > 0)
        ::syscall(SYS_write, fd, parts[0].iov_base, count > 1 ? parts[0].iov_len : parts[0].iov_len / 2);
}

} // namespace

#pragma GCC visibility push(default)
extern "C" {

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    const mode_t mode = modeOf(flags, more);
    va_end(more);
    return static_cast<int>(openAt(AT_FDCWD, path, flags, mode));
}

int open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    const mode_t mode = modeOf(flags, more);
    va_end(more);
    return static_cast<int>(openAt(AT_FDCWD, path, flags, mode));
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    const mode_t mode = modeOf(flags, more);
    va_end(more);
    return static_cast<int>(openAt(folder, path, flags, mode));
}

int openat64(int folder, const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    const mode_t mode = modeOf(flags, more);
    va_end(more);
    return static_cast<int>(openAt(folder, path, flags, mode));
}

ssize_t write(int fd, const void *octets, size_t size)
{
    const auto some = [&](size_t count) { return ::syscall(SYS_write, fd, octets, count); };
    return meet(
        fd, Call::Write, "write", [&] { return some(size); }, [&] { some(size / 2); });
}

ssize_t pwrite(int fd, const void *octets, size_t size, off_t at)
{
    return writeAt(fd, octets, size, at);
}

ssize_t pwrite64(int fd, const void *octets, size_t size, off64_t at)
{
    return writeAt(fd, octets, size, at);
}

ssize_t writev(int fd, const iovec *parts, int count)
{
    return meet(
        fd, Call::Write, "writev", [&] { return ::syscall(SYS_writev, fd, parts, count); },
        [&] { writeFirst(fd, parts, count); });
}

ssize_t send(int fd, const void *octets, size_t size, int flags)
{
    const auto some = [&](size_t count) {
        return ::syscall(SYS_sendto, fd, octets, count, flags, nullptr, 0);
    };
    return meet(
        fd, Call::Write, "send", [&] { return some(size); }, [&] { some(size / 2); });
}

ssize_t sendmsg(int fd, const msghdr *message, int flags)
{
    return meet(
        fd, Call::Write, "sendmsg", [&] { return ::syscall(SYS_sendmsg, fd, message, flags); },
        [&] { writeFirst(fd, message->msg_iov, static_cast<int>(message->msg_iovlen)); });
}

int fsync(int fd)
{
    return static_cast<int>(meet(
        fd, Call::Sync, "fsync", [&] { return ::syscall(SYS_fsync, fd); }, nothing));
}

int fdatasync(int fd)
{
    return static_cast<int>(meet(
        fd, Call::Sync, "fdatasync", [&] { return ::syscall(SYS_fdatasync, fd); }, nothing));
}

int ftruncate(int fd, off_t size) noexcept
{
    return static_cast<int>(truncate(fd, size));
}

int ftruncate64(int fd, off64_t size) noexcept
{
    return static_cast<int>(truncate(fd, size));
}

int rename(const char *from, const char *to) noexcept
{
    return static_cast<int>(renameAt(AT_FDCWD, from, AT_FDCWD, to, 0));
}

int renameat(int folder, const char *from, int other, const char *to) noexcept
{
    return static_cast<int>(renameAt(folder, from, other, to, 0));
}

int renameat2(int folder, const char *from, int other, const char *to, unsigned flags) noexcept
{
    return static_cast<int>(renameAt(folder, from, other, to, flags));
}

int linkat(int folder, const char *from, int other, const char *to, int flags) noexcept
{
    return static_cast<int>(meet(
        kindOf(to), Call::Rename, "link", to,
        [&] { return ::syscall(SYS_linkat, folder, from, other, to, flags); }, nothing));
}

int unlink(const char *path) noexcept
{
    return static_cast<int>(unlinkAt(AT_FDCWD, path, 0));
}

int unlinkat(int folder, const char *path, int flags) noexcept
{
    return static_cast<int>(unlinkAt(folder, path, flags));
}

} // extern "C"
#pragma GCC visibility pop
