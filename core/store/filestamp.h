#pragma once

// By what a file that was read is known to be the same still: which one it is, its size, and when it and its
// inode were last changed. Nobody can set the last of these. What is written through mapped memory may show
// late; who does that while the file is being sent cannot count on being read either.

#include <QtGlobal>

#include <optional>

class QIODevice;

namespace Store {

struct FileStamp
{
    quint64 device = 0;
    quint64 inode = 0;
    qint64 size = 0;
    qint64 modified = 0; ///< nanoseconds since 1970
    qint64 changed = 0;  ///< the same, of the inode

    /// Of an open file of this computer that is read from its beginning; none of anything else.
    static std::optional<FileStamp> of(const QIODevice &source);
    /// Whether the last change is so long ago that the next one will bear another time.
    bool isSettled() const;

    friend bool operator==(const FileStamp &, const FileStamp &) = default;
};

} // namespace Store
