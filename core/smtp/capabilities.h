#pragma once

// What one reply to EHLO promised (RFC 5321 §4.1.1.1). Forgotten at the next EHLO and when TLS begins (law
// 6).

#include "core/delivery/serverreply.h"

#include <QHash>
#include <QStringList>

namespace Smtp {

class Capabilities
{
public:
    static Capabilities from(const Delivery::ServerReply &hello);

    /// keyword in upper case: "PIPELINING".
    bool has(const QString &keyword) const { return m_keywords.contains(keyword); }
    /// Mechanisms of AUTH in upper case, in the server's order.
    QStringList mechanisms() const;
    /// Largest message in octets; 0: none declared (RFC 1870).
    qint64 sizeLimit() const;
    /// Every keyword with its parameters, as the server wrote them, in its order.
    QStringList lines() const { return m_lines; }

private:
    QHash<QString, QStringList> m_keywords;
    QStringList m_lines;
};

} // namespace Smtp
