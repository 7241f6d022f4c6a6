#include "core/practice/greylist.h"

namespace Practice {

namespace {

constexpr qsizetype most = 10'000;

} // namespace

bool Greylist::isKnown(const QByteArray &reversePath, const QByteArray &forwardPath)
{
    const QByteArray pair = reversePath.toLower() + '\n' + forwardPath.toLower();
    if (m_known.contains(pair))
        return true;
    if (m_order.size() >= most)
        m_known.remove(m_order.dequeue());
    m_known.insert(pair);
    m_order.enqueue(pair);
    return false;
}

void Greylist::clear()
{
    m_known.clear();
    m_order.clear();
}

} // namespace Practice
