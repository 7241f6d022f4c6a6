#pragma once

// How long a server may take to take the content. It has a stock of time; every octet it takes adds to it as
// much as the slowest bearable line would need, up to the full stock. So a line that stands still is given up
// after the block timeout, and one that crawls, a byte a minute, soon after; a slow but honest one never is.

#include "core/base/clock.h"

namespace Smtp {

class Pace
{
public:
    explicit Pace(const Base::Clock &clock)
        : m_clock(clock)
    {
    }

    void begin();
    void took(qint64 octets);
    /// Milliseconds until it is too slow; 0 or less: it is.
    qint64 left() const { return m_until - m_clock.monotonic(); }

    static constexpr qint64 slowest = 500; ///< octets a second

private:
    const Base::Clock &m_clock;
    qint64 m_until = 0;
};

} // namespace Smtp
