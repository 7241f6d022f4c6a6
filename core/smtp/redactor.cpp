#include "core/smtp/redactor.h"

#include <algorithm>

namespace Smtp {

namespace {

constexpr char mask[] = "****";

// What every base64 text that holds the secret at that offset (0, 1, 2) modulo three has in common: the
// characters that depend on the secret alone.
QByteArray commonBase64(const QByteArray &secret, int offset)
{
    const QByteArray whole = (QByteArray(offset, 'x') + secret).toBase64(QByteArray::OmitTrailingEquals);
    const int skip = offset == 0 ? 0 : offset + 1;
    const auto tail = static_cast<int>((offset + secret.size()) % 3);
    return whole.mid(skip, whole.size() - skip - (tail == 0 ? 0 : 1));
}

// RFC 4648 §5: "-" and "_" in the place of "+" and "/".
QByteArray urlSafe(QByteArray base64)
{
    return base64.replace('+', '-').replace('/', '_');
}

QByteArray withLowerHex(QByteArray percent)
{
    for (qsizetype at = percent.indexOf('%'); at >= 0; at = percent.indexOf('%', at + 1))
        percent.replace(at, 3, percent.mid(at, 3).toLower());
    return percent;
}

} // namespace

void Redactor::addSecret(const QByteArray &secret)
{
    if (secret.isEmpty())
        return;
    addNeedle(secret);
    addNeedle(secret.toBase64(QByteArray::OmitTrailingEquals));
    addNeedle(urlSafe(secret.toBase64(QByteArray::OmitTrailingEquals)));
    addNeedle(secret.toHex());
    addNeedle(secret.toHex().toUpper());
    for (const QByteArray &percent : {secret.toPercentEncoding(), secret.toPercentEncoding({}, "-._~")}) {
        addNeedle(percent);
        addNeedle(withLowerHex(percent));
    }
    for (int offset = 0; offset < 3; ++offset) {
        const QByteArray needle = commonBase64(secret, offset);
        if (needle.size() >= 4) {
            addNeedle(needle);
            addNeedle(urlSafe(needle));
        }
    }
    std::sort(m_needles.begin(), m_needles.end(),
              [](const QByteArray &a, const QByteArray &b) { return a.size() > b.size(); });
}

void Redactor::addNeedle(const QByteArray &needle)
{
    if (!needle.isEmpty() && !m_needles.contains(needle))
        m_needles.append(needle);
}

QByteArray Redactor::redact(QByteArray text) const
{
    for (const QByteArray &needle : m_needles)
        text.replace(needle, mask);
    return text;
}

} // namespace Smtp
