#include "core/message/encodedword.h"

#include <QRegularExpression>
#include <QStringDecoder>

#include <algorithm>

namespace Message {

namespace {

constexpr qsizetype longestWord = 75; // RFC 2047 §2
constexpr qsizetype frame = 7;        // "=?" "?Q?" "?=", without the charset

bool isSafe(uchar octet, bool phrase)
{
    if ((octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') || (octet >= '0' && octet <= '9'))
        return true;
    if (phrase)
        return octet == '!' || octet == '*' || octet == '+' || octet == '-' || octet == '/';
    return octet > 0x20 && octet < 0x7f && octet != '=' && octet != '?' && octet != '_';
}

QByteArray encodeQ(const QByteArray &octets, bool phrase)
{
    QByteArray out;
    for (const char c : octets) {
        const auto octet = static_cast<uchar>(c);
        if (octet == ' ')
            out += '_';
        else if (isSafe(octet, phrase))
            out += c;
        else
            out += '=' + QByteArray(1, c).toHex().toUpper();
    }
    return out;
}

qsizetype encodedSize(const QByteArray &octets, bool base64, bool phrase)
{
    return (base64 ? (octets.size() + 2) / 3 * 4 : encodeQ(octets, phrase).size());
}

QByteArray word(const QByteArray &octets, const QByteArray &charset, bool base64, bool phrase)
{
    return "=?" + charset + (base64 ? "?B?" + octets.toBase64() : "?Q?" + encodeQ(octets, phrase)) + "?=";
}

/// How many octets from there on are one character, which must not be parted (RFC 2047 §5).
qsizetype characterSize(const QByteArray &octets, qsizetype at, bool utf8)
{
    qsizetype size = 1;
    while (utf8 && at + size < octets.size() && (static_cast<uchar>(octets.at(at + size)) & 0xc0U) == 0x80)
        ++size;
    return size;
}

QString decodeOne(const QString &charset, QChar encoding, const QString &payload)
{
    QByteArray octets;
    if (encoding.toLower() == QLatin1Char('b')) {
        octets = QByteArray::fromBase64(payload.toLatin1());
    } else {
        const QByteArray raw = payload.toLatin1();
        for (qsizetype i = 0; i < raw.size(); ++i) {
            if (raw.at(i) == '_') {
                octets += ' ';
            } else if (raw.at(i) == '=' && i + 2 < raw.size()) {
                octets += QByteArray::fromHex(raw.mid(i + 1, 2));
                i += 2;
            } else {
                octets += raw.at(i);
            }
        }
    }
    const QString name = charset.section(QLatin1Char('*'), 0, 0); // RFC 2231 §5: a language may follow
    // Without the flag a U+FEFF at the beginning would be taken for a byte order mark and dropped.
    QStringDecoder decoder(name.toLatin1().constData(), QStringDecoder::Flag::ConvertInitialBom);
    if (!decoder.isValid())
        return QString();
    const QString text = decoder(octets);
    return decoder.hasError() ? QString() : text;
}

} // namespace

QList<QByteArray> encodeOctets(const QByteArray &octets, const QByteArray &charset, qsizetype firstLimit,
                               bool phrase)
{
    const bool base64 = encodedSize(octets, true, phrase) < encodedSize(octets, false, phrase);
    const qsizetype around = frame + charset.size();
    const bool utf8 = charset == "UTF-8";
    QList<QByteArray> words;
    QByteArray run;
    qsizetype limit = std::max<qsizetype>(firstLimit, around + 12);
    for (qsizetype at = 0; at < octets.size();) {
        const QByteArray character = octets.mid(at, characterSize(octets, at, utf8));
        if (!run.isEmpty() &&
            around + encodedSize(run + character, base64, phrase) > std::min(limit, longestWord)) {
            words.append(word(run, charset, base64, phrase));
            run.clear();
            limit = longestWord;
        }
        run += character;
        at += character.size();
    }
    if (!run.isEmpty())
        words.append(word(run, charset, base64, phrase));
    return words;
}

QList<QByteArray> encodeWords(const QString &text, qsizetype firstLimit, bool phrase)
{
    return encodeOctets(text.toUtf8(), "UTF-8", firstLimit, phrase);
}

QString decodeWords(const QString &text)
{
    if (!text.contains(QStringLiteral("=?")))
        return text;
    static const QRegularExpression pattern(
        QStringLiteral("=\\?([^?\\s]{1,64})\\?([bBqQ])\\?([^?\\s]*)\\?="));
    QString out;
    qsizetype end = 0;
    bool afterWord = false;
    auto matches = pattern.globalMatch(text);
    while (matches.hasNext()) {
        const auto match = matches.next();
        const QString decoded = decodeOne(match.captured(1), match.captured(2).at(0), match.captured(3));
        const bool isWord = !decoded.isEmpty() || match.captured(3).isEmpty();
        const QString between = text.mid(end, match.capturedStart() - end);
        // White space between two encoded words is not part of the text (RFC 2047 §6.2).
        if (!(afterWord && isWord && between.trimmed().isEmpty()))
            out += between;
        out += isWord ? decoded : match.captured(0);
        afterWord = isWord;
        end = match.capturedEnd();
    }
    return out + text.mid(end);
}

bool isPlain(const QString &text)
{
    return !text.contains(QStringLiteral("=?")) && std::all_of(text.begin(), text.end(), [](QChar c) {
        return c.unicode() >= 0x20 && c.unicode() < 0x7f;
    });
}

} // namespace Message
