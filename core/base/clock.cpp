#include "core/base/clock.h"

#include <QTimer>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

namespace Base {

namespace {

/// Most are started again before they end, many times for every letter: the event loop is asked for another
/// one only where that would end too late.
class QtTimer : public Timer
{
public:
    explicit QtTimer(std::function<void()> fired)
        : m_fired(std::move(fired))
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::CoarseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { ended(); });
    }
    void start(qint64 milliseconds) override
    {
        const std::chrono::milliseconds span(
            std::clamp<qint64>(milliseconds, 0, std::numeric_limits<int>::max()));
        const Moment now = std::chrono::steady_clock::now();
        const Moment due = now + span;
        m_due = due;
        if (!m_timer.isActive() || due < m_ends ||
            m_ends <= now) // it may have ended and not been heard of yet
            run(due, span);
    }
    void stop() override { m_due.reset(); }

private:
    using Moment = std::chrono::steady_clock::time_point;

    void run(Moment due, std::chrono::milliseconds span)
    {
        m_ends = due;
        m_timer.start(span);
    }

    void ended()
    {
        if (!m_due)
            return;
        // A coarse one may end a little early, or be heard late.
        const Moment reached = std::max(m_ends, std::chrono::steady_clock::now());
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*m_due - reached);
        if (left.count() > 0)
            return run(*m_due, left);
        m_due.reset();
        const std::function<void()> fired = m_fired; // it may be the end of this timer
        fired();
    }

    QTimer m_timer;
    std::function<void()> m_fired;
    std::optional<Moment> m_due;
    Moment m_ends; ///< when m_timer does
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
