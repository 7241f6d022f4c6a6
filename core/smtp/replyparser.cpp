#include "core/smtp/replyparser.h"

namespace Smtp {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

} // namespace

void ReplyParser::feed(const QByteArray &bytes)
{
    if (!m_malformed.isEmpty())
        return;
    if (m_at > 0) {
        m_buffer.remove(0, m_at);
        m_at = 0;
    }
    m_buffer += bytes;
}

std::optional<Delivery::ServerReply> ReplyParser::next()
{
    while (m_malformed.isEmpty()) {
        const qsizetype end = m_buffer.indexOf('\n', m_at);
        const qsizetype length = (end < 0 ? m_buffer.size() : end) - m_at;
        if (length > longestLine) {
            m_malformed = QStringLiteral("a line of its reply is longer than %1 octets").arg(longestLine);
            break;
        }
        if (end < 0)
            return std::nullopt;
        QByteArray line = m_buffer.mid(m_at, length);
        m_at = end + 1;
        if (line.endsWith('\r'))
            line.chop(1);
        if (!takeLine(std::move(line)))
            break;
        if (m_whole) {
            m_whole = false;
            m_size = 0;
            m_said = std::exchange(m_raw, {}).join('\n');
            return Delivery::ServerReply(m_code, std::exchange(m_lines, {}));
        }
    }
    m_buffer.clear();
    m_at = 0;
    return std::nullopt;
}

bool ReplyParser::takeLine(QByteArray line)
{
    const bool hasCode = line.size() >= 3 && isDigit(line.at(0)) && isDigit(line.at(1)) &&
                         isDigit(line.at(2)) && (line.size() == 3 || line.at(3) == ' ' || line.at(3) == '-');
    const int code = hasCode ? (line.at(0) - '0') * 100 + (line.at(1) - '0') * 10 + (line.at(2) - '0') : 0;
    if (code < 200 || code > 599) {
        // Shortened as foreign text is: left() would halve a character beyond the BMP.
        const QString shown = Delivery::sanitised(kept(line).toUtf8(), 80);
        m_malformed = QStringLiteral("\"%1\" is not an SMTP reply").arg(shown);
        return false;
    }
    if (!m_lines.isEmpty() && code != m_code) {
        m_malformed = QStringLiteral("a reply begins with %1 and goes on with %2").arg(m_code).arg(code);
        return false;
    }
    m_size += line.size();
    if (m_lines.size() >= mostLines || m_size > largestReply) {
        m_malformed =
            QStringLiteral("a reply has more than %1 lines or %2 octets").arg(mostLines).arg(largestReply);
        return false;
    }
    m_code = code;
    m_whole = line.size() == 3 || line.at(3) == ' ';
    line.remove(0, 4);
    m_lines.append(kept(line));
    m_raw.append(line);
    return true;
}

// Filtered twice: the controls that sanitising takes out may have stood inside what the filter looks for.
QString ReplyParser::kept(const QByteArray &text) const
{
    if (!m_filter)
        return Delivery::sanitised(text, longestLine);
    const QString harmless = Delivery::sanitised(m_filter(text), longestLine);
    return QString::fromUtf8(m_filter(harmless.toUtf8()));
}

void ReplyParser::reset()
{
    m_buffer.clear();
    m_at = 0;
    m_lines.clear();
    m_raw.clear();
    m_said.clear();
    m_size = 0;
    m_whole = false;
    m_malformed.clear();
}

} // namespace Smtp
