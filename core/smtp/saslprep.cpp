#include "core/smtp/saslprep.h"

#include <QList>
#include <QString>
#include <QStringDecoder>

#include <algorithm>
#include <array>
#include <span>

namespace Smtp {

namespace {

struct Range
{
    char32_t first;
    char32_t last;
};

// RFC 3454, table B.1: commonly mapped to nothing.
constexpr std::array mappedToNothing{
    Range{0x00ad, 0x00ad}, Range{0x034f, 0x034f}, Range{0x1806, 0x1806}, Range{0x180b, 0x180d},
    Range{0x200b, 0x200d}, Range{0x2060, 0x2060}, Range{0xfe00, 0xfe0f}, Range{0xfeff, 0xfeff},
};

// Table C.1.2: blanks other than the ASCII one. U+200B stands in B.1 too, which comes first here, as in every
// implementation that servers use.
constexpr std::array otherBlanks{
    Range{0x00a0, 0x00a0}, Range{0x1680, 0x1680}, Range{0x2000, 0x200b},
    Range{0x202f, 0x202f}, Range{0x205f, 0x205f}, Range{0x3000, 0x3000},
};

// Tables C.1.2, C.2.1, C.2.2 and C.3 to C.9, merged: controls, private use, no characters, surrogates, what
// is no plain text, what changes the display, tags.
constexpr std::array prohibited{
    Range{0x0000, 0x001f},   Range{0x007f, 0x00a0},    Range{0x0340, 0x0341},   Range{0x06dd, 0x06dd},
    Range{0x070f, 0x070f},   Range{0x1680, 0x1680},    Range{0x180e, 0x180e},   Range{0x2000, 0x200f},
    Range{0x2028, 0x202f},   Range{0x205f, 0x2063},    Range{0x206a, 0x206f},   Range{0x2ff0, 0x2ffb},
    Range{0x3000, 0x3000},   Range{0xd800, 0xf8ff},    Range{0xfdd0, 0xfdef},   Range{0xfeff, 0xfeff},
    Range{0xfff9, 0xffff},   Range{0x1d173, 0x1d17a},  Range{0x1fffe, 0x1ffff}, Range{0x2fffe, 0x2ffff},
    Range{0x3fffe, 0x3ffff}, Range{0x4fffe, 0x4ffff},  Range{0x5fffe, 0x5ffff}, Range{0x6fffe, 0x6ffff},
    Range{0x7fffe, 0x7ffff}, Range{0x8fffe, 0x8ffff},  Range{0x9fffe, 0x9ffff}, Range{0xafffe, 0xaffff},
    Range{0xbfffe, 0xbffff}, Range{0xcfffe, 0xcffff},  Range{0xdfffe, 0xdffff}, Range{0xe0001, 0xe0001},
    Range{0xe0020, 0xe007f}, Range{0xefffe, 0x10ffff},
};

// Table D.1: letters written from right to left.
constexpr std::array rightToLeft{
    Range{0x05be, 0x05be}, Range{0x05c0, 0x05c0}, Range{0x05c3, 0x05c3}, Range{0x05d0, 0x05ea},
    Range{0x05f0, 0x05f4}, Range{0x061b, 0x061b}, Range{0x061f, 0x061f}, Range{0x0621, 0x063a},
    Range{0x0640, 0x064a}, Range{0x066d, 0x066f}, Range{0x0671, 0x06d5}, Range{0x06dd, 0x06dd},
    Range{0x06e5, 0x06e6}, Range{0x06fa, 0x06fe}, Range{0x0700, 0x070d}, Range{0x0710, 0x0710},
    Range{0x0712, 0x072c}, Range{0x0780, 0x07a5}, Range{0x07b1, 0x07b1}, Range{0x200f, 0x200f},
    Range{0xfb1d, 0xfb1d}, Range{0xfb1f, 0xfb28}, Range{0xfb2a, 0xfb36}, Range{0xfb38, 0xfb3c},
    Range{0xfb3e, 0xfb3e}, Range{0xfb40, 0xfb41}, Range{0xfb43, 0xfb44}, Range{0xfb46, 0xfbb1},
    Range{0xfbd3, 0xfd3d}, Range{0xfd50, 0xfd8f}, Range{0xfd92, 0xfdc7}, Range{0xfdf0, 0xfdfc},
    Range{0xfe70, 0xfe74}, Range{0xfe76, 0xfefc},
};

// Table D.2 (letters written from left to right) has 360 ranges, which Qt knows: only where Unicode changed
// its mind after 3.2 do the two differ.
constexpr std::array directionChanged{
    Range{0x0cbf, 0x0cbf},   Range{0x0cc6, 0x0cc6},   Range{0x1734, 0x1734},   Range{0x17b4, 0x17b5},
    Range{0x1885, 0x1886},   Range{0x2132, 0x2132},   Range{0x2800, 0x28ff},   Range{0x302e, 0x302f},
    Range{0x1d6db, 0x1d6db}, Range{0x1d715, 0x1d715}, Range{0x1d74f, 0x1d74f}, Range{0x1d789, 0x1d789},
    Range{0x1d7c3, 0x1d7c3},
};

bool isIn(std::span<const Range> table, char32_t point)
{
    const auto next =
        std::upper_bound(table.begin(), table.end(), point,
                         [](char32_t value, const Range &range) { return value < range.first; });
    return next != table.begin() && point <= std::prev(next)->last;
}

// Table A.1: what Unicode 3.2 had not assigned.
bool isUnassigned(char32_t point)
{
    const QChar::UnicodeVersion version = QChar::unicodeVersion(point);
    return version == QChar::Unicode_Unassigned || version > QChar::Unicode_3_2;
}

bool isLeftToRight(char32_t point)
{
    const bool now = !isUnassigned(point) && QChar::direction(point) == QChar::DirL;
    return now != isIn(directionChanged, point);
}

QString mapped(const QString &text)
{
    QString out;
    for (const char32_t point : text.toUcs4()) {
        if (isIn(mappedToNothing, point))
            continue;
        out.append(QStringView(QChar::fromUcs4(isIn(otherBlanks, point) ? U' ' : point)));
    }
    return out;
}

// RFC 3454 §6: with a letter from right to left there must be none from left to right, and the text must
// begin and end with such a letter.
bool isOneDirection(const QList<uint> &points)
{
    const auto isRight = [](char32_t point) { return isIn(rightToLeft, point); };
    if (std::none_of(points.begin(), points.end(), isRight))
        return true;
    return std::none_of(points.begin(), points.end(), isLeftToRight) && isRight(points.first()) &&
           isRight(points.last());
}

bool isPrintableAscii(const QByteArray &text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

} // namespace

Base::Result<QByteArray> saslPrepared(const QByteArray &text, Preparation preparation, const QString &field)
{
    if (isPrintableAscii(text))
        return text;
    const auto bad = [&field](const QString &why) {
        return Base::Error{Base::ErrorKind::BadAccount, field, why};
    };
    QStringDecoder utf8(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString decoded = utf8(text);
    if (utf8.hasError())
        return bad(QStringLiteral("it is not UTF-8"));
    const QString prepared = mapped(decoded).normalized(QString::NormalizationForm_KC, QChar::Unicode_3_2);
    const QList<uint> points = prepared.toUcs4();
    for (const char32_t point : points) {
        if (isIn(prohibited, point))
            return bad(QStringLiteral("it holds a character that no sign-in may hold (RFC 4013 §2.3)"));
        if (preparation == Preparation::Stored && isUnassigned(point))
            return bad(QStringLiteral("it holds a character that this way of signing in does not know "
                                      "(RFC 4013 §2.5)"));
    }
    if (points.isEmpty())
        return bad(QStringLiteral("nothing of it is left in a sign-in (RFC 4013 §2.1)"));
    if (!isOneDirection(points))
        return bad(QStringLiteral("it mixes letters from right to left with others (RFC 4013 §2.4)"));
    return prepared.toUtf8();
}

} // namespace Smtp
