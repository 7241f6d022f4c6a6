#include "tests/support/smalldisk.h"

#include <QFile>

#ifdef Q_OS_LINUX
#include <sys/mount.h>
#endif

namespace Support {

#ifdef Q_OS_LINUX

SmallDisk::SmallDisk(int kilobytes)
{
    const QByteArray options = "mode=0700,size=" + QByteArray::number(kilobytes) + 'k';
    m_there = ::mount("postrider-test", QFile::encodeName(m_folder.path()).constData(), "tmpfs", 0,
                      options.constData()) == 0;
}

SmallDisk::~SmallDisk()
{
    if (m_there)
        ::umount2(QFile::encodeName(m_folder.path()).constData(), MNT_DETACH);
}

bool SmallDisk::makeReadOnly()
{
    return m_there && ::mount("postrider-test", QFile::encodeName(m_folder.path()).constData(), "tmpfs",
                              MS_REMOUNT | MS_RDONLY, nullptr) == 0;
}

#else

SmallDisk::SmallDisk(int) {}
SmallDisk::~SmallDisk() = default;
bool SmallDisk::makeReadOnly()
{
    return false;
}

#endif

} // namespace Support
