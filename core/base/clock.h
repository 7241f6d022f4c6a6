#pragma once

// The time of day, the time that passed, and timers, in one interface so that a test can turn the hands.
// Times of day are UTC; spans are milliseconds of a clock that sleep and clock changes do not move backwards.

#include <QDateTime>
#include <QElapsedTimer>

#include <functional>
#include <memory>

namespace Base {

/// A single-shot timer: start() again re-arms it; destroying it stops it. Fires in the thread that started
/// it.
class Timer
{
public:
    virtual ~Timer() = default;
    virtual void start(qint64 milliseconds) = 0;
    virtual void stop() = 0;
};

class Clock
{
public:
    virtual ~Clock() = default;
    virtual QDateTime now() const = 0;    ///< UTC, millisecond precision
    virtual qint64 monotonic() const = 0; ///< milliseconds since an arbitrary start
    virtual std::unique_ptr<Timer> makeTimer(std::function<void()> fired) = 0;
};

class SystemClock : public Clock
{
public:
    SystemClock();
    QDateTime now() const override;
    qint64 monotonic() const override;
    std::unique_ptr<Timer> makeTimer(std::function<void()> fired) override;

private:
    QElapsedTimer m_since;
};

} // namespace Base
