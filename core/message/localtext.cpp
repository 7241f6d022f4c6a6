#include "core/message/localtext.h"

#include <QByteArrayView>

namespace Message {

namespace {

constexpr QByteArrayView separator = "From ";

/// Of ">>Fro": whether it can become a line to quote.
bool mayBecomeSeparator(QByteArrayView beginning)
{
    while (beginning.startsWith('>'))
        beginning = beginning.sliced(1);
    return separator.startsWith(beginning);
}

} // namespace

QByteArray LocalText::take(const QByteArray &octets)
{
    QByteArray out;
    out.reserve(octets.size() + m_held.size() + 1);
    for (const char octet : octets) {
        const bool hadCr = std::exchange(m_hadCr, octet == '\r');
        if (hadCr && octet != '\n')
            put('\r', out); // a lone one is no line end
        if (octet != '\r')
            put(octet, out);
    }
    return out;
}

void LocalText::put(char octet, QByteArray &out)
{
    if (m_atBeginning && m_quoting == Quoting::From && octet != '\n') {
        m_held += octet;
        if (m_held.endsWith(separator.toByteArray()))
            out += '>';
        else if (mayBecomeSeparator(m_held))
            return;
        out += m_held;
        m_held.clear();
        m_atBeginning = false;
        return;
    }
    out += m_held;
    m_held.clear();
    out += octet;
    m_atBeginning = octet == '\n';
}

QByteArray LocalText::end()
{
    QByteArray out;
    if (std::exchange(m_hadCr, false))
        put('\r', out);
    const bool ended = m_atBeginning && m_held.isEmpty();
    out += m_held;
    m_held.clear();
    if (!ended)
        out += '\n';
    m_atBeginning = true;
    return out;
}

} // namespace Message
