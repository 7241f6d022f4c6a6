#pragma once

// What happens to the computer: the network comes back, or it wakes up. Either makes it worth while to try
// what could not be reached, whatever the schedule says. In the mail thread.

#include "core/base/clock.h"

#include <QObject>

namespace Outbox {

class Surroundings : public QObject
{
    Q_OBJECT

public:
    explicit Surroundings(Base::Clock &clock, QObject *parent = nullptr)
        : QObject(parent)
        , m_clock(clock)
    {
    }

    /// From here on the desktop's word on the network counts, where there is one.
    void watchNetwork();
    /// To be called every few seconds: a sleep shows in that the time of day went on without us.
    void tick();
    void setOnline(bool online);

Q_SIGNALS:
    void improved();

private:
    Base::Clock &m_clock;
    QDateTime m_lastNow;
    qint64 m_lastMonotonic = 0;
    bool m_online = true;
};

} // namespace Outbox
