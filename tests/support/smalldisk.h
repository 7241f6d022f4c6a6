#pragma once

// A small file system of its own, for tests of full and read-only disks. Not there where this user may not
// mount one.

#include <QTemporaryDir>

namespace Support {

class SmallDisk
{
public:
    explicit SmallDisk(int kilobytes);
    ~SmallDisk();
    Q_DISABLE_COPY_MOVE(SmallDisk)

    bool isThere() const { return m_there; }
    QString path() const { return m_folder.path(); }
    /// From here on nothing can be written.
    bool makeReadOnly();

private:
    QTemporaryDir m_folder;
    bool m_there = false;
};

} // namespace Support
