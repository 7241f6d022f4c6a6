#pragma once

// The affinity rule, executable: every public method of a class that lives in the mail thread begins with it.

#include <QObject>
#include <QThread>

namespace Base {

inline void assertThread(const QObject *object)
{
    Q_ASSERT(QThread::currentThread() == object->thread());
}

} // namespace Base
