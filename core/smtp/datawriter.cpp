#include "core/smtp/datawriter.h"

namespace Smtp {

QByteArray DataWriter::write(const QByteArray &chunk)
{
    QByteArray out;
    out.reserve(chunk.size() + chunk.size() / 32 + 4);
    for (const char c : chunk) {
        const bool afterCr = std::exchange(m_afterCr, c == '\r');
        if (c == '\n' && afterCr)
            continue; // the CR went out as CRLF already
        if (c == '\r' || c == '\n') {
            out += "\r\n";
            m_lineStart = true;
            continue;
        }
        if (m_lineStart && c == '.')
            out += '.';
        out += c;
        m_lineStart = false;
    }
    return out;
}

QByteArray DataWriter::finish()
{
    return m_lineStart ? QByteArray() : QByteArray("\r\n");
}

} // namespace Smtp
