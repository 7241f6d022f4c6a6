#include "core/store/spool.h"

#include "core/base/atomicfile.h"
#include "core/base/sha256.h"
#include "core/store/filestamp.h"

#include <QDateTime>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QMutex>
#include <QSet>
#include <QTemporaryFile>

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace Store {

using Base::Error;
using Base::ErrorKind;

namespace {
constexpr qint64 chunkSize = 256 << 10;
constexpr std::chrono::seconds young(60); // much less than any grace time
} // namespace

struct Spool::Known
{
    struct Entry
    {
        FileStamp stamp;
        Message::SpoolRef ref;
    };

    std::optional<Message::SpoolRef> find(const FileStamp &stamp)
    {
        const QMutexLocker locker(&mutex);
        const auto found = std::find_if(entries.cbegin(), entries.cend(),
                                        [&stamp](const Entry &each) { return each.stamp == stamp; });
        return found == entries.cend() ? std::nullopt : std::optional(found->ref);
    }
    void add(const FileStamp &stamp, const Message::SpoolRef &ref)
    {
        const QMutexLocker locker(&mutex);
        entries.removeIf([&stamp](const Entry &each) { return each.stamp == stamp; });
        entries.prepend({stamp, ref});
        entries.resize(std::min(entries.size(), mostKnown));
    }

    QMutex mutex;
    QList<Entry> entries;
};

Spool::Spool(QString folder)
    : m_folder(std::move(folder))
    , m_known(std::make_shared<Known>())
{
}

QString Spool::pathOf(const QByteArray &sha256) const
{
    const QString name = QString::fromLatin1(sha256);
    return m_folder + QLatin1Char('/') + name.left(2) + QLatin1Char('/') + name;
}

Base::Result<Message::SpoolRef> Spool::put(QIODevice &source)
{
    const std::optional<FileStamp> before = FileStamp::of(source);
    if (before) {
        const std::optional<Message::SpoolRef> known = m_known->find(*before);
        if (known && refresh(*known))
            return *known;
    }
    const bool isAtRest = before && before->isSettled();
    Base::Result<Message::SpoolRef> kept = keep(source);
    if (!kept || !isAtRest || !source.seek(0) || FileStamp::of(source) != before ||
        kept->size != before->size)
        return kept;
    m_known->add(*before, *kept);
    return kept;
}

/// Used again: young in the eyes of collect(). False: it is not there, or not as it was put.
bool Spool::refresh(const Message::SpoolRef &ref) const
{
    using namespace std::chrono_literals;
    const QString path = pathOf(ref.sha256);
    const std::filesystem::path there = QFileInfo(path).filesystemFilePath();
    std::error_code problem;
    if (std::filesystem::file_size(there, problem) != static_cast<std::uintmax_t>(ref.size) || problem)
        return false;
    const auto age =
        std::filesystem::file_time_type::clock::now() - std::filesystem::last_write_time(there, problem);
    if (!problem && age >= 0s && age < young)
        return true;
    QFile file(path);
    return file.open(QIODevice::ReadWrite | QIODevice::ExistingOnly) &&
           file.setFileTime(QDateTime::currentDateTimeUtc(), QFileDevice::FileModificationTime);
}

Base::Result<Message::SpoolRef> Spool::keep(QIODevice &source)
{
    QTemporaryFile file(m_folder + QStringLiteral("/incoming-XXXXXX"));
    if (!file.open())
        return Base::fileError(file, ErrorKind::FileUnwritable);
    Base::Sha256 hash;
    qint64 size = 0;
    for (;;) {
        const QByteArray chunk = source.read(chunkSize);
        if (chunk.isEmpty())
            break;
        hash.add(chunk);
        size += chunk.size();
        if (file.write(chunk) != chunk.size())
            return Base::fileError(file, ErrorKind::FileUnwritable);
    }
    if (const auto *from = qobject_cast<QFileDevice *>(&source);
        from && from->error() != QFileDevice::NoError)
        return Base::fileError(*from, ErrorKind::FileUnreadable);
    const Message::SpoolRef ref{hash.hex(), size};
    if (ref.isNull())
        return Error{ErrorKind::Internal, file.fileName(), QStringLiteral("SHA-256 cannot be computed")};
    const QString path = pathOf(ref.sha256);
    if (QFile::exists(path) && QFileInfo(path).size() == size) {
        refresh(ref);
        return ref;
    }
    if (!file.flush() || !Base::syncToDisk(file))
        return Base::fileError(file, ErrorKind::FileUnwritable);
    const QString folder = QFileInfo(path).absolutePath();
    if (!QDir().mkpath(folder))
        return Error{ErrorKind::FileUnwritable, folder, QStringLiteral("the folder cannot be made")};
    QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    // Replaces in one step what lies there: the same content put by another thread, which may be open
    // already, or a file of another size, which is none of ours. QFile::rename() would need it removed first.
    const QFileInfo written(file.fileName());
    file.setAutoRemove(false);
    file.close();
    std::error_code problem;
    std::filesystem::rename(written.filesystemFilePath(), QFileInfo(path).filesystemFilePath(), problem);
    if (problem) {
        QFile::remove(written.filePath());
        const bool full = problem == std::errc::no_space_on_device;
        return Error{full ? ErrorKind::DiskFull : ErrorKind::FileUnwritable, path,
                     QString::fromStdString(problem.message())};
    }
    Base::syncFolder(folder);
    Base::syncFolder(m_folder);
    return ref;
}

Base::Result<std::unique_ptr<QIODevice>> Spool::open(const Message::SpoolRef &ref) const
{
    auto file = std::make_unique<QFile>(pathOf(ref.sha256));
    if (!file->exists())
        return Error{ErrorKind::FileMissing, file->fileName(),
                     QStringLiteral("the spool no longer holds it")};
    if (!file->open(QIODevice::ReadOnly))
        return Base::fileError(*file, ErrorKind::FileUnreadable);
    if (file->size() != ref.size)
        return Error{ErrorKind::FileChanged, file->fileName(),
                     QStringLiteral("it has %1 octets instead of %2").arg(file->size()).arg(ref.size)};
    return std::unique_ptr<QIODevice>(std::move(file));
}

int Spool::collect(const QSet<QByteArray> &used, qint64 graceSeconds) const
{
    int removed = 0;
    const QDateTime before = QDateTime::currentDateTimeUtc().addSecs(-graceSeconds);
    QDirIterator files(m_folder, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        files.next();
        const QFileInfo info = files.fileInfo();
        const QByteArray name = info.fileName().toLatin1();
        const bool ours = name.size() == 64 || name.startsWith("incoming-");
        if (ours && !used.contains(name) && info.lastModified() < before && QFile::remove(info.filePath()))
            ++removed;
    }
    return removed;
}

} // namespace Store
