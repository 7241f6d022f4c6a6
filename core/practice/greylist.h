#pragma once

// Which sender has written to which recipient before. Bounded: of many pairs the oldest are forgotten.

#include <QByteArray>
#include <QQueue>
#include <QSet>

namespace Practice {

class Greylist
{
public:
    /// True when this pair was asked about before; it is known from now on. ASCII letter case does not count.
    bool isKnown(const QByteArray &reversePath, const QByteArray &forwardPath);
    void clear();

private:
    QSet<QByteArray> m_known;
    QQueue<QByteArray> m_order;
};

} // namespace Practice
