#include "core/smtp/datawriter.h"

#include <cstring>

namespace Smtp {

namespace {

/// The first CR or LF, or the end.
const char *lineEnd(const char *at, const char *end)
{
    const auto size = [at](const char *to) { return static_cast<std::size_t>(to - at); };
    const void *const lf = std::memchr(at, '\n', size(end));
    const char *const stop = lf ? static_cast<const char *>(lf) : end;
    const void *const cr = std::memchr(at, '\r', size(stop));
    return cr ? static_cast<const char *>(cr) : stop;
}

} // namespace

/// Up to what does not go out as it is: an end of a line that is not CRLF, or a dot at the start of one.
/// Mostly that is the end.
const char *DataWriter::unchangedUntil(const char *at, const char *end) const
{
    while (true) {
        const char *const stop = lineEnd(at, end);
        if (end - stop < 2 || stop[0] != '\r' || stop[1] != '\n')
            return stop;
        at = stop + 2;
        if (at == end || (*at == '.' && m_form == Form::Dotted))
            return at;
    }
}

QByteArray DataWriter::write(const QByteArray &chunk)
{
    QByteArray out;
    out.reserve(chunk.size() + chunk.size() / 32 + 4);
    const char *at = chunk.constData();
    const char *const end = at + chunk.size();
    while (at != end) {
        if (std::exchange(m_afterCr, false) && *at == '\n') { // the CR went out as CRLF already
            ++at;
            continue;
        }
        if (m_lineStart && *at == '.' && m_form == Form::Dotted)
            out += '.';
        const char *const stop = unchangedUntil(at, end);
        if (stop != at)
            m_lineStart = stop[-1] == '\n';
        out.append(at, stop - at);
        at = stop;
        if (at == end || *at == '.')
            continue;
        out += "\r\n";
        m_lineStart = true;
        m_afterCr = *at == '\r';
        ++at;
    }
    return out;
}

QByteArray DataWriter::finish()
{
    return m_lineStart ? QByteArray() : QByteArray("\r\n");
}

} // namespace Smtp
