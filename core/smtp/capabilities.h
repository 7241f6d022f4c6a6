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
    /// "RCPTMAX", "MAILMAX" or "RCPTDOMAINMAX" of LIMITS (RFC 9422); 0: none declared.
    int limit(const QString &name) const;
    /// Fewest seconds that DELIVERBY takes (RFC 2852 §2); 0: any.
    qint64 shortestDeliverBy() const;
    /// Longest wait in seconds that FUTURERELEASE takes (RFC 4865 §3); 0: none told.
    qint64 longestHold() const;
    /// Every keyword, sorted, in upper case.
    QStringList keywords() const;
    /// Every keyword with its parameters, as the server wrote them, in its order.
    QStringList lines() const { return m_lines; }
    /// The same without what may be left out of a command and is nevertheless understood (see
    /// Commands::mail).
    Capabilities withoutOptional() const;

private:
    qint64 number(const QString &keyword, qsizetype at) const;

    QHash<QString, QStringList> m_keywords;
    QStringList m_lines;
};

} // namespace Smtp
