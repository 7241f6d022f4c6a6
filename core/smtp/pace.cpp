#include "core/smtp/pace.h"

#include "core/delivery/stage.h"

#include <algorithm>

namespace Smtp {

void Pace::begin()
{
    m_until = m_clock.monotonic() + Delivery::blockTimeout;
}

void Pace::took(qint64 octets)
{
    m_until = std::min(m_until + octets * 1000 / slowest, m_clock.monotonic() + Delivery::blockTimeout);
}

} // namespace Smtp
