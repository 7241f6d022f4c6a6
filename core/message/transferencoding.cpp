#include "core/message/transferencoding.h"

#include <algorithm>

namespace Message {

namespace {

constexpr qsizetype longestEncodedLine = 76; // RFC 2045 §6.7 rule 5, §6.8
constexpr qsizetype comfortableLine = 78;

bool startsLikeMbox(QByteArrayView line)
{
    return line.startsWith("From ");
}

// One line without its line end (RFC 2045 §6.7).
void quotedPrintableLine(QByteArrayView line, QByteArray &out)
{
    qsizetype column = 0;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const auto octet = static_cast<uchar>(line.at(i));
        const bool last = i + 1 == line.size();
        bool literal =
            (octet >= 0x21 && octet <= 0x7e && octet != '=') || ((octet == ' ' || octet == '\t') && !last);
        // A dot or "From " at the start of a line is left to no relay to change.
        if (column == 0 && (octet == '.' || (octet == 'F' && startsLikeMbox(line.sliced(i)))))
            literal = false;
        const qsizetype size = literal ? 1 : 3;
        if (column + size > longestEncodedLine - (last ? 0 : 1)) {
            out += "=\r\n";
            column = 0;
            if (literal && (octet == '.' || octet == 'F')) {
                out += '=' + QByteArray(1, static_cast<char>(octet)).toHex().toUpper();
                column = 3;
                continue;
            }
        }
        if (literal)
            out += static_cast<char>(octet);
        else
            out += '=' + QByteArray(1, static_cast<char>(octet)).toHex().toUpper();
        column += size;
    }
}

template <class Each>
void forEachLine(const QByteArray &text, Each each)
{
    qsizetype at = 0;
    while (at < text.size()) {
        const qsizetype end = text.indexOf("\r\n", at);
        const qsizetype stop = end < 0 ? text.size() : end;
        each(QByteArrayView(text).sliced(at, stop - at));
        at = end < 0 ? text.size() : end + 2;
    }
}

} // namespace

QByteArray name(TransferEncoding encoding)
{
    switch (encoding) {
    case TransferEncoding::SevenBit:
        return "7bit";
    case TransferEncoding::QuotedPrintable:
        return "quoted-printable";
    case TransferEncoding::Base64:
        break;
    }
    return "base64";
}

QByteArray canonicalLineEnds(const QByteArray &bytes)
{
    QByteArray out;
    out.reserve(bytes.size() + bytes.size() / 32);
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const char c = bytes.at(i);
        if (c == '\r') {
            out += "\r\n";
            if (i + 1 < bytes.size() && bytes.at(i + 1) == '\n')
                ++i;
        } else if (c == '\n') {
            out += "\r\n";
        } else {
            out += c;
        }
    }
    return out;
}

TransferEncoding encodingForText(const QByteArray &text)
{
    qsizetype eightBit = 0;
    bool plain = true;
    forEachLine(text, [&](QByteArrayView line) {
        if (line.size() > comfortableLine || startsLikeMbox(line) || line.startsWith('.') ||
            line.endsWith(' ') || line.endsWith('\t'))
            plain = false;
        for (const char c : line) {
            const auto octet = static_cast<uchar>(c);
            if (octet >= 0x80)
                ++eightBit;
            else if ((octet < 0x20 && octet != '\t') || octet == 0x7f)
                plain = false;
        }
    });
    if (eightBit == 0 && plain)
        return TransferEncoding::SevenBit;
    // Quoted-printable triples an octet, base64 adds a third to all: past one in six the latter is shorter.
    return eightBit * 6 > text.size() ? TransferEncoding::Base64 : TransferEncoding::QuotedPrintable;
}

QByteArray encodeText(const QByteArray &text, TransferEncoding encoding)
{
    if (text.isEmpty())
        return {};
    if (encoding == TransferEncoding::Base64)
        return encodeBase64Lines(text);
    QByteArray out;
    out.reserve(text.size() + text.size() / 8);
    forEachLine(text, [&](QByteArrayView line) {
        if (encoding == TransferEncoding::SevenBit)
            out += line;
        else
            quotedPrintableLine(line, out);
        out += "\r\n";
    });
    return out;
}

QByteArray encodeBase64Lines(const QByteArray &octets)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    QByteArray out(static_cast<qsizetype>(base64LinesSize(octets.size())), Qt::Uninitialized);
    char *to = out.data();
    const auto *from = reinterpret_cast<const uchar *>(octets.constData());
    qsizetype left = octets.size();
    while (left > 0) {
        qsizetype line = std::min<qsizetype>(left, 57);
        left -= line;
        for (; line >= 3; line -= 3, from += 3) {
            *to++ = alphabet[from[0] >> 2];
            *to++ = alphabet[((from[0] & 0x03) << 4) | (from[1] >> 4)];
            *to++ = alphabet[((from[1] & 0x0f) << 2) | (from[2] >> 6)];
            *to++ = alphabet[from[2] & 0x3f];
        }
        if (line > 0) {
            const uint second = line > 1 ? from[1] : 0U;
            *to++ = alphabet[from[0] >> 2];
            *to++ = alphabet[((from[0] & 0x03U) << 4U) | (second >> 4U)];
            *to++ = line > 1 ? alphabet[(second & 0x0fU) << 2U] : '=';
            *to++ = '=';
            from += line;
        }
        *to++ = '\r';
        *to++ = '\n';
    }
    return out;
}

qint64 base64LinesSize(qint64 octets)
{
    const qint64 lines = (octets + 56) / 57;
    return (octets + 2) / 3 * 4 + 2 * lines;
}

} // namespace Message
