#pragma once

// What the fuzz targets share: how an assertion fails, and how bytes are cut. Each target is a file
// fuzz_<target>.cpp with libFuzzer's one function; its seeds lie in corpus/<target>, one input a file.

#include <QByteArray>
#include <QByteArrayList>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>

namespace Fuzz {

/// A trap: libFuzzer keeps the input and prints it.
inline void check(bool holds, const char *what)
{
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::fflush(stderr);
    __builtin_trap();
}

/// Cuts the bytes as the seed says: 0 into single octets, 1 into lines, anything else at random, some pieces
/// empty. Long ones into larger pieces, or all the time would go into cutting.
inline QByteArrayList cut(const QByteArray &bytes, uint8_t seed)
{
    QByteArrayList pieces;
    uint32_t state = seed * 2654435761U + 1;
    const auto scale = static_cast<uint32_t>(bytes.size() / 1024 + 1);
    for (qsizetype at = 0; at < bytes.size();) {
        qsizetype length = scale;
        if (seed == 1) {
            const qsizetype end = bytes.indexOf('\n', at);
            length = (end < 0 ? bytes.size() : end + 1) - at;
        } else if (seed > 1) {
            state = state * 1664525U + 1013904223U;
            length = static_cast<qsizetype>((state >> 16) % (scale * (seed % 32U + 2U)));
        }
        pieces.append(bytes.mid(at, length));
        at += pieces.last().size();
    }
    return pieces;
}

/// The input behind its first `skipped` octets.
inline QByteArray behind(const uint8_t *data, std::size_t size, std::size_t skipped)
{
    if (size <= skipped)
        return {};
    return {reinterpret_cast<const char *>(data) + skipped, static_cast<qsizetype>(size - skipped)};
}

/// Law 9, written down a second time: what may stand in text that a server gave us.
inline bool isHarmless(const QString &text)
{
    const auto bad = [](char32_t c) {
        const bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
        const bool direction = c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                               (c >= 0x2066 && c <= 0x2069);
        const bool separator = c == 0x2028 || c == 0x2029;
        const bool surrogate = c >= 0xd800 && c <= 0xdfff; // half a character
        return control || direction || separator || surrogate;
    };
    const auto points = text.toUcs4();
    // toUcs4() makes U+FFFD of a lone surrogate: it is looked for among the units.
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.at(i).isHighSurrogate()) {
            if (i + 1 == text.size() || !text.at(i + 1).isLowSurrogate())
                return false;
            ++i;
        } else if (text.at(i).isLowSurrogate()) {
            return false;
        }
    }
    return std::none_of(points.begin(), points.end(), bad);
}

} // namespace Fuzz
