#include "tests/support/fakeclock.h"

#include <algorithm>

namespace Support {

class FakeClock::FakeTimer : public Base::Timer
{
public:
    FakeTimer(FakeClock &clock, std::function<void()> fired)
        : m_clock(clock)
        , m_fired(std::move(fired))
    {
        m_clock.m_timers.append(this);
    }
    ~FakeTimer() override { m_clock.m_timers.removeAll(this); }
    void start(qint64 milliseconds) override { m_due = m_clock.m_passed + std::max<qint64>(0, milliseconds); }
    void stop() override { m_due = -1; }

    qint64 due() const { return m_due; }
    void fire()
    {
        m_due = -1;
        m_fired();
    }

private:
    FakeClock &m_clock;
    std::function<void()> m_fired;
    qint64 m_due = -1;
};

std::unique_ptr<Base::Timer> FakeClock::makeTimer(std::function<void()> fired)
{
    return std::make_unique<FakeTimer>(*this, std::move(fired));
}

qint64 FakeClock::untilNext() const
{
    qint64 next = -1;
    for (const FakeTimer *timer : m_timers) {
        if (timer->due() >= 0 && (next < 0 || timer->due() < next))
            next = timer->due();
    }
    return next < 0 ? -1 : std::max<qint64>(0, next - m_passed);
}

void FakeClock::advance(qint64 milliseconds)
{
    const qint64 end = m_passed + milliseconds;
    for (;;) {
        const qint64 wait = untilNext();
        if (wait < 0 || m_passed + wait > end)
            break;
        m_passed += wait;
        const auto due = std::find_if(m_timers.begin(), m_timers.end(), [this](const FakeTimer *timer) {
            return timer->due() >= 0 && timer->due() <= m_passed;
        });
        (*due)->fire();
    }
    m_passed = end;
}

} // namespace Support
