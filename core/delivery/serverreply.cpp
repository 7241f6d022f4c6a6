#include "core/delivery/serverreply.h"

#include "core/base/deceptive.h"

#include <QStringDecoder>

#include <algorithm>

namespace Delivery {

namespace {

// "5.1.1" at the start of a line: one digit, a dot, up to three digits, a dot, up to three digits, a blank or
// the end.
QString leadingEnhanced(const QString &line)
{
    if (line.size() < 2 || line.at(1) != QLatin1Char('.') || !QStringLiteral("245").contains(line.at(0)))
        return {};
    int dots = 0;
    int digits = 0;
    qsizetype end = 1;
    for (; end < line.size() && line.at(end) != QLatin1Char(' '); ++end) {
        const QChar c = line.at(end);
        const bool isDot = c == QLatin1Char('.');
        if (isDot ? (++dots > 2 || (dots == 2 && digits == 0))
                  : (c < QLatin1Char('0') || c > QLatin1Char('9')))
            return {};
        digits = isDot ? 0 : digits + 1;
        if (digits > 3)
            return {};
    }
    return dots == 2 && digits > 0 ? line.left(end) : QString();
}

} // namespace

QString sanitised(const QByteArray &foreign, qsizetype limit)
{
    const auto isPlain = [](char c) { return c >= 0x20 && c < 0x7f; };
    if (foreign.size() <= limit && std::all_of(foreign.begin(), foreign.end(), isPlain))
        return QString::fromLatin1(foreign); // as nearly every line is
    QStringDecoder utf8(QStringDecoder::Utf8);
    const QString text = utf8(foreign.left(limit * 4));
    QString out;
    for (const char32_t point : text.toUcs4()) {
        const qsizetype units = point > 0xffff ? 2 : 1; // never half a character
        if (out.size() + units > limit)
            break;
        if (point == '\t')
            out += QLatin1Char(' ');
        else if (!Base::isDeceptive(point))
            out += QString::fromUcs4(&point, 1);
    }
    return out;
}

ServerReply::ServerReply(int code, QStringList lines)
    : m_code(code)
    , m_lines(std::move(lines))
{
    const QString found = m_lines.isEmpty() ? QString() : leadingEnhanced(m_lines.first());
    // Believed only when it agrees with the code: a "550 2.0.0" is a 550.
    if (!found.isEmpty() && found.at(0).digitValue() == code / 100)
        m_enhanced = found;
}

QString ServerReply::text() const
{
    QStringList out;
    for (const QString &line : m_lines) {
        const bool repeats = !m_enhanced.isEmpty() && line.startsWith(m_enhanced);
        out.append(repeats ? line.mid(m_enhanced.size()).trimmed() : line);
    }
    return out.join(QLatin1Char('\n'));
}

QString ServerReply::toString() const
{
    if (isNull())
        return {};
    return QString::number(m_code) + QLatin1Char(' ') + m_lines.join(QLatin1Char(' '));
}

} // namespace Delivery
