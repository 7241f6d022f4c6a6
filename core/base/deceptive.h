#pragma once

// Characters that are not seen, or that change how others are read: what makes one text look like another.

#include <QList>
#include <QString>

#include <algorithm>

namespace Base {

/// C0, DEL, C1; the marks, overrides and isolates of writing direction; zero-width characters; line and
/// paragraph separators; invisible operators, the byte order mark and interlinear annotations.
constexpr bool isDeceptive(char32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xfff9 && c <= 0xfffb);
}

inline bool holdsDeceptive(const QString &text)
{
    const auto points = text.toUcs4();
    return std::any_of(points.begin(), points.end(), isDeceptive);
}

} // namespace Base
