#include "core/outbox/surroundings.h"

#include "core/base/log.h"

#include <QNetworkInformation>

namespace Outbox {

namespace {
constexpr qint64 longestGap = 30'000; // ms between two ticks on a computer that is awake, however busy
} // namespace

void Surroundings::watchNetwork()
{
    if (!QNetworkInformation::loadBackendByFeatures(QNetworkInformation::Feature::Reachability))
        return; // nobody knows
    QNetworkInformation *network = QNetworkInformation::instance();
    const auto isOnline = [](QNetworkInformation::Reachability reachability) {
        return reachability != QNetworkInformation::Reachability::Disconnected;
    };
    m_online = isOnline(network->reachability());
    connect(network, &QNetworkInformation::reachabilityChanged, this,
            [this, isOnline](QNetworkInformation::Reachability now) { setOnline(isOnline(now)); });
}

void Surroundings::setOnline(bool online)
{
    const bool came = online && !m_online;
    m_online = online;
    if (!came)
        return;
    Base::Log::info(QStringLiteral("The network is back"));
    Q_EMIT improved();
}

/// Some clocks stand still in a sleep and some go on; the wall's went on in either case.
void Surroundings::tick()
{
    const QDateTime now = m_clock.now();
    const qint64 monotonic = m_clock.monotonic();
    const bool isFirst = !m_lastNow.isValid();
    const qint64 gap = isFirst ? 0 : std::max(m_lastNow.msecsTo(now), monotonic - m_lastMonotonic);
    m_lastNow = now;
    m_lastMonotonic = monotonic;
    if (gap <= longestGap)
        return;
    Base::Log::info(
        QStringLiteral("The computer was asleep, or its clock was set: %1 s went by").arg(gap / 1000));
    Q_EMIT improved();
}

} // namespace Outbox
