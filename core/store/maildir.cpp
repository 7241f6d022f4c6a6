#include "core/store/maildir.h"

#include "core/base/atomicfile.h"
#include "core/message/contentreader.h"
#include "core/message/localtext.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QSysInfo>

#include <filesystem>

namespace Store {

using Base::Done;
using Base::Error;
using Base::ErrorKind;

namespace {

const QString seen = QStringLiteral(":2,S");

Done writeOut(QFile &file, const Message::Content &content, const Message::ContentStore &store)
{
    Message::ContentReader reader(content, store);
    Message::LocalText text;
    for (;;) {
        const Base::Result<QByteArray> chunk = reader.read();
        if (!chunk)
            return chunk.error();
        const QByteArray bytes = chunk->isEmpty() ? text.end() : text.take(*chunk);
        if (file.write(bytes) != bytes.size())
            return Base::fileError(file, ErrorKind::FileUnwritable);
        if (chunk->isEmpty())
            break;
    }
    if (!file.flush() || !Base::syncToDisk(file))
        return Base::fileError(file, ErrorKind::FileUnwritable);
    return {};
}

} // namespace

/// "R" stands for what tells two homes apart that number their messages alike.
QString Maildir::fileName(Base::MessageId id, const QDateTime &created, const QByteArray &messageId)
{
    const QByteArray random =
        QCryptographicHash::hash(messageId, QCryptographicHash::Sha256).toHex().left(12);
    // The two characters that mean something in a name are written as the specification says.
    const QString host = QSysInfo::machineHostName()
                             .replace(QLatin1Char('/'), QStringLiteral("\\057"))
                             .replace(QLatin1Char(':'), QStringLiteral("\\072"));
    return QStringLiteral("%1.M%2R%3Q%4.%5")
        .arg(created.toSecsSinceEpoch())
        .arg(created.time().msec() * 1000)
        .arg(QString::fromLatin1(random), id.toString(), host.isEmpty() ? QStringLiteral("localhost") : host);
}

QString Maildir::inside(const char *folder) const
{
    return m_folder + QLatin1Char('/') + QString::fromLatin1(folder);
}

Done Maildir::check() const
{
    for (const char *folder : {"tmp", "new", "cur"}) {
        const QFileInfo info(inside(folder));
        if (!info.isDir())
            return Error{ErrorKind::NotMaildir, m_folder,
                         QStringLiteral("it has no folder \"%1\"").arg(QString::fromLatin1(folder))};
        if (!info.isWritable())
            return Error{ErrorKind::FileUnwritable, info.filePath(),
                         QStringLiteral("the folder is read-only")};
    }
    return {};
}

/// Under that name, whatever its flags and whatever this computer was called then. In "cur" last: a reader
/// moves files from "new" to it.
bool Maildir::holds(const QString &name) const
{
    const std::string stem =
        name.left(name.indexOf(QLatin1Char('.'), name.indexOf(QLatin1Char('Q'))) + 1).toStdString();
    for (const char *folder : {"new", "cur"}) {
        std::error_code problem;
        for (std::filesystem::directory_iterator
                 file(QFileInfo(inside(folder)).filesystemFilePath(), problem),
             end;
             !problem && file != end; file.increment(problem)) {
            if (file->path().filename().string().starts_with(stem))
                return true;
        }
    }
    return false;
}

Done Maildir::append(const QString &name, const Message::Content &content, const Message::ContentStore &store,
                     Before before) const
{
    if (const Done done = check(); !done)
        return done;
    if (before == Before::MayBeThere && holds(name))
        return {};
    QFile file(inside("tmp") + QLatin1Char('/') + name);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate))
        return Base::fileError(file, ErrorKind::FileUnwritable);
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    if (const Done done = writeOut(file, content, store); !done) {
        file.remove();
        return done;
    }
    file.close();
    const QString path = inside("cur") + QLatin1Char('/') + name + seen;
    std::error_code problem;
    std::filesystem::rename(QFileInfo(file.fileName()).filesystemFilePath(),
                            QFileInfo(path).filesystemFilePath(), problem);
    if (problem) {
        file.remove();
        return Error{ErrorKind::FileUnwritable, path, QString::fromStdString(problem.message())};
    }
    Base::syncFolder(inside("cur"));
    return {};
}

} // namespace Store
