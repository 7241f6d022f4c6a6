#include "core/base/clock.h"

#include <QTimer>

#include <algorithm>
#include <limits>

namespace Base {

namespace {

class QtTimer : public Timer
{
public:
    explicit QtTimer(std::function<void()> fired)
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::CoarseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, std::move(fired));
    }
    void start(qint64 milliseconds) override
    {
        m_timer.start(
            std::chrono::milliseconds(std::clamp<qint64>(milliseconds, 0, std::numeric_limits<int>::max())));
    }
    void stop() override { m_timer.stop(); }

private:
    QTimer m_timer;
};

} // namespace

SystemClock::SystemClock()
{
    m_since.start();
}

QDateTime SystemClock::now() const
{
    return QDateTime::currentDateTimeUtc();
}

qint64 SystemClock::monotonic() const
{
    return m_since.elapsed();
}

std::unique_ptr<Timer> SystemClock::makeTimer(std::function<void()> fired)
{
    return std::make_unique<QtTimer>(std::move(fired));
}

} // namespace Base
