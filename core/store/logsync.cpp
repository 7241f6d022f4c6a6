#include "core/store/logsync.h"

#include "core/base/atomicfile.h"

#include <QFile>

#include <utility>

namespace Store {

LogSync::LogSync(Sync sync)
    : m_sync(std::move(sync))
{
    m_pool.setMaxThreadCount(1);
}

LogSync::~LogSync()
{
    m_pool.waitForDone();
}

/// Opened once: an error of the disk is told to those who had the file open when it happened.
LogSync::Sync LogSync::ofBooks(const QString &path)
{
    return [log = std::make_shared<QFile>(path + QStringLiteral("-wal"))] {
        const bool isOpen = log->isOpen() ||
                            log->open(QIODevice::ReadWrite | QIODevice::ExistingOnly | QIODevice::Unbuffered);
        return isOpen && Base::syncOctetsToDisk(*log);
    };
}

void LogSync::start()
{
    m_isUnderWay = true;
    m_pool.start([this, turn = ++m_turn] {
        m_ok = m_sync();
        QMetaObject::invokeMethod(
            this,
            [this, turn] {
                if (turn == m_turn && std::exchange(m_isUnderWay, false))
                    Q_EMIT done(m_ok);
            },
            Qt::QueuedConnection);
    });
}

bool LogSync::wait()
{
    if (!std::exchange(m_isUnderWay, false))
        return true;
    m_pool.waitForDone();
    return m_ok;
}

} // namespace Store
