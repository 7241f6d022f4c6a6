#pragma once

// A clock that stands still until it is turned: advance() moves both of its hands and fires the timers that
// come due, in their order.

#include "core/base/clock.h"

#include <QList>

namespace Support {

class FakeClock : public Base::Clock
{
public:
    QDateTime now() const override { return m_start.addMSecs(m_passed + m_skew); }
    qint64 monotonic() const override { return m_passed; }
    std::unique_ptr<Base::Timer> makeTimer(std::function<void()> fired) override;

    void advance(qint64 milliseconds);
    /// Moves the time of day alone, as a person or NTP does.
    void setSkew(qint64 milliseconds) { m_skew = milliseconds; }
    /// Milliseconds until the next timer fires; -1: none is armed.
    qint64 untilNext() const;

private:
    class FakeTimer;

    QDateTime m_start = QDateTime::fromMSecsSinceEpoch(1'795'280'400'000).toUTC(); // 2026-11-21T17:00:00Z
    qint64 m_passed = 0;
    qint64 m_skew = 0;
    QList<FakeTimer *> m_timers;
};

} // namespace Support
