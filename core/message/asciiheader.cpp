#include "core/message/asciiheader.h"

#include "core/message/encodedword.h"

#include <QRegularExpression>
#include <QStringDecoder>
#include <QUrl>

#include <algorithm>

namespace Message {

namespace {

constexpr qsizetype preferred = 76;   // a line with an encoded word (RFC 2047 §2)
constexpr qsizetype sectionSize = 45; // octets of a parameter's value, encoded

using Octets = std::optional<QByteArray>;

enum class Kind { Text, Phrases, Parameters, Opaque };

Kind kindOf(const QByteArray &name)
{
    static const QList<QByteArray> phrases{
        "from",
        "sender",
        "reply-to",
        "to",
        "cc",
        "resent-from",
        "resent-to",
        "keywords",
        "disposition-notification-to",
        "resent-cc",
        "errors-to",
        "return-receipt-to",
        "resent-sender",
        "mail-followup-to",
        "resent-reply-to",
    };
    static const QList<QByteArray> opaque{
        "date",         "message-id",       "in-reply-to",  "references",
        "received",     "return-path",      "resent-date",  "resent-message-id",
        "mime-version", "content-id",       "delivered-to", "content-transfer-encoding",
        "received-spf", "content-language", "autocrypt",    "authentication-results",
    };
    if (phrases.contains(name))
        return Kind::Phrases;
    if (name == "content-type" || name == "content-disposition")
        return Kind::Parameters;
    return opaque.contains(name) || name.startsWith("list-") ? Kind::Opaque : Kind::Text;
}

bool isBlank(char c)
{
    return c == ' ' || c == '\t';
}

bool isEncodedWord(const QByteArray &word)
{
    return word.startsWith("=?") && word.endsWith("?=");
}

/// A part of a field and the blanks in front of it, where it may be folded.
struct Part
{
    QByteArray blank;
    QByteArray text;
};

using Parts = QList<Part>;

QByteArray folded(const QByteArray &name, const Parts &parts)
{
    QByteArray out = name + ':';
    qsizetype column = out.size();
    for (const Part &part : parts) {
        if (!part.blank.isEmpty() && column + part.blank.size() + part.text.size() > preferred &&
            !part.text.isEmpty()) {
            out += "\r\n";
            column = 0;
        }
        out += part.blank + part.text;
        column += part.blank.size() + part.text.size();
    }
    return out + "\r\n";
}

/// Words and the blanks in front of them; the last may be blanks alone.
Parts wordsOf(const QByteArray &text)
{
    Parts words;
    for (qsizetype at = 0; at < text.size();) {
        Part part;
        while (at < text.size() && isBlank(text.at(at)))
            part.blank += text.at(at++);
        while (at < text.size() && !isBlank(text.at(at)))
            part.text += text.at(at++);
        words.append(part);
    }
    return words;
}

void appendEncoded(Parts &out, const QByteArray &blank, const QByteArray &octets, const QByteArray &charset,
                   bool phrase)
{
    bool first = true;
    for (const QByteArray &word : encodeOctets(octets, charset, preferred - 2, phrase))
        out.append({std::exchange(first, false) ? blank : QByteArray(" "), word});
}

/// Neighbours are encoded together: blanks between two encoded words are not shown (RFC 2047 §6.2).
Parts encodedText(const QByteArray &text, const QByteArray &charset, bool phrase)
{
    const Parts words = wordsOf(text);
    Parts out;
    for (qsizetype i = 0; i < words.size(); ++i) {
        if (isAscii(words.at(i).text)) {
            out.append(words.at(i));
            continue;
        }
        const QByteArray blank = words.at(i).blank;
        QByteArray run = !out.isEmpty() && isEncodedWord(out.last().text) ? blank : QByteArray();
        run += words.at(i).text;
        while (i + 1 < words.size() && !isAscii(words.at(i + 1).text)) {
            ++i;
            run += words.at(i).blank + words.at(i).text;
        }
        if (i + 1 < words.size() && isEncodedWord(words.at(i + 1).text))
            run += words.at(i + 1).blank;
        appendEncoded(out, blank, run, charset, phrase);
    }
    return out;
}

QByteArray joined(const Parts &parts)
{
    QByteArray out;
    for (const Part &part : parts)
        out += part.blank + part.text;
    return out;
}

QByteArray unquoted(const QByteArray &quoted)
{
    QByteArray out;
    for (qsizetype i = 1; i + 1 < quoted.size(); ++i) {
        if (quoted.at(i) == '\\' && i + 2 < quoted.size())
            ++i;
        out += quoted.at(i);
    }
    return out;
}

/// Behind the closing one of a string, a comment or an address in angle brackets; -1: it is never closed.
qsizetype endOf(const QByteArray &text, qsizetype from)
{
    const char open = text.at(from);
    const char close = open == '(' ? ')' : open == '<' ? '>' : '"';
    int depth = 0;
    for (qsizetype i = from; i < text.size(); ++i) {
        const char c = text.at(i);
        if (c == '\\' && open != '<')
            ++i;
        else if (c == close && (i > from) && --depth <= 0)
            return i + 1;
        else if (c == open && (open == '(' || i == from))
            ++depth;
    }
    return -1;
}

/// An address list, or a list of phrases, in its parts. Empty: it cannot be taken apart.
Parts lexed(const QByteArray &value)
{
    Parts parts;
    for (qsizetype at = 0; at < value.size();) {
        Part part;
        while (at < value.size() && isBlank(value.at(at)))
            part.blank += value.at(at++);
        if (at < value.size()) {
            const char c = value.at(at);
            qsizetype end = at + 1;
            if (c == '"' || c == '(' || c == '<')
                end = endOf(value, at);
            else if (c != ',' && c != ';' && c != ':')
                while (end < value.size() && !QByteArray(" \t\"(<,;:").contains(value.at(end)))
                    ++end;
            if (end < 0)
                return {};
            part.text = value.mid(at, end - at);
            at = end;
        }
        parts.append(part);
    }
    return parts;
}

/// Its domain as A-labels; what stands in front of the @ has no other form.
Octets plainAddress(const QByteArray &address, const QByteArray &charset)
{
    const qsizetype at = address.lastIndexOf('@');
    if (charset != "UTF-8" || at < 0 || !isAscii(address.left(at + 1)))
        return std::nullopt;
    QByteArray domain = address.mid(at + 1);
    const QByteArray bracket = domain.endsWith('>') ? ">" : "";
    domain.chop(bracket.size());
    const QByteArray labels = QUrl::toAce(QString::fromUtf8(domain));
    return labels.isEmpty() ? Octets() : address.left(at + 1) + labels + bracket;
}

Octets plainComment(const QByteArray &comment, const QByteArray &charset)
{
    const QByteArray inner = comment.mid(1, comment.size() - 2);
    if (inner.contains('(') || inner.contains('\\'))
        return std::nullopt;
    return '(' + joined(encodedText(inner, charset, true)) + ')';
}

/// Word by word of display names, with whatever is no name left as it is.
std::optional<Parts> encodedPhrases(const QByteArray &value, const QByteArray &charset)
{
    const Parts parts = lexed(value);
    if (parts.isEmpty())
        return std::nullopt;
    const auto touches = [&parts](qsizetype i, char c) { // what is written together with it
        const bool before = i > 0 && parts.at(i).blank.isEmpty() && parts.at(i - 1).text.endsWith(c);
        const bool behind =
            i + 1 < parts.size() && parts.at(i + 1).blank.isEmpty() && parts.at(i + 1).text.startsWith(c);
        return before || behind;
    };
    const auto isName = [&](qsizetype i) {
        const QByteArray &text = parts.at(i).text;
        return !isAscii(text) && !text.startsWith('<') && !text.startsWith('(') &&
               (text.startsWith('"') || !text.contains('@')) && !touches(i, '@');
    };
    const auto nameOf = [&parts](qsizetype i) {
        const QByteArray &text = parts.at(i).text;
        return text.startsWith('"') ? unquoted(text) : text;
    };
    Parts out;
    for (qsizetype i = 0; i < parts.size(); ++i) {
        const Part &part = parts.at(i);
        const bool behindName = i > 0 && isName(i - 1);
        const bool isMark = part.text == "," || part.text == ";" || part.text == ":";
        const QByteArray blank = part.blank.isEmpty() && behindName && !isMark ? " " : part.blank;
        if (isAscii(part.text)) {
            out.append({blank, part.text});
        } else if (isName(i)) {
            QByteArray run =
                !out.isEmpty() && isEncodedWord(out.last().text) ? QByteArray(" ") : QByteArray();
            run += nameOf(i);
            while (i + 1 < parts.size() && isName(i + 1)) {
                ++i;
                run += parts.at(i).blank + nameOf(i);
            }
            if (i + 1 < parts.size() && isEncodedWord(parts.at(i + 1).text))
                run += ' ';
            appendEncoded(out, blank.isEmpty() ? QByteArray(" ") : blank, run, charset, true);
        } else {
            const Octets plain = part.text.startsWith('(') ? plainComment(part.text, charset)
                                                           : plainAddress(part.text, charset);
            if (!plain || touches(i, '"'))
                return std::nullopt;
            out.append({blank, *plain});
        }
    }
    return out;
}

/// RFC 2231 §3 and §4; a section may end behind any octet.
QByteArray extended(const QByteArray &key, const QByteArray &octets, const QByteArray &charset, Parts &out)
{
    QList<QByteArray> sections{QByteArray()};
    for (const char c : octets) {
        const auto octet = static_cast<uchar>(c);
        const bool plain = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
                           (octet >= '0' && octet <= '9') || octet == '-' || octet == '.' || octet == '_';
        if (sections.last().size() + 3 > sectionSize)
            sections.append(QByteArray());
        sections.last() += plain ? QByteArray(1, c) : '%' + QByteArray(1, c).toHex().toUpper();
    }
    sections.first().prepend(charset + "''");
    if (sections.size() == 1)
        return key + "*=" + sections.first();
    const auto numbered = [&](qsizetype i) {
        return key + '*' + QByteArray::number(i) + "*=" + sections.at(i);
    };
    for (qsizetype i = 0; i + 1 < sections.size(); ++i)
        out.append({" ", numbered(i) + ';'});
    return numbered(sections.size() - 1);
}

std::optional<Parts> encodedParameters(const QByteArray &value, const QByteArray &charset)
{
    Parts out;
    for (qsizetype at = 0; at < value.size();) {
        qsizetype end = at;
        while (end >= 0 && end < value.size() && value.at(end) != ';')
            end = value.at(end) == '"' ? endOf(value, end) : end + 1;
        if (end < 0)
            return std::nullopt;
        const QByteArray piece = value.mid(at, end - at).trimmed();
        const QByteArray mark = end < value.size() ? ";" : "";
        at = end + 1;
        if (isAscii(piece)) {
            if (!piece.isEmpty())
                out.append({" ", piece + mark});
            continue;
        }
        static const QRegularExpression form(
            QStringLiteral("^([A-Za-z0-9!#$&+.^_`{|}~-]+)[ \t]*=[ \t]*(\"?)"));
        const auto found = form.match(QString::fromLatin1(piece));
        if (!found.hasMatch())
            return std::nullopt;
        const bool quoted = !found.captured(2).isEmpty();
        const QByteArray content = piece.mid(found.capturedEnd() - (quoted ? 1 : 0));
        if (quoted && endOf(content, 0) != content.size())
            return std::nullopt;
        const QByteArray last =
            extended(found.captured(1).toLatin1(), quoted ? unquoted(content) : content, charset, out);
        out.append({" ", last + mark});
    }
    return out;
}

} // namespace

bool isAscii(const QByteArray &octets)
{
    return std::all_of(octets.begin(), octets.end(),
                       [](char c) { return (static_cast<uchar>(c) & 0x80U) == 0; });
}

bool isUtf8(const QByteArray &octets)
{
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString decoded = decoder(octets);
    Q_UNUSED(decoded)
    return !decoder.hasError();
}

QByteArray legacyCharset(const QByteArray &contentType)
{
    static const QRegularExpression form(
        QStringLiteral("charset[ \t]*=[ \t]*\"?((?:iso-8859-|windows-125|koi8-)[a-z0-9]{1,2})(?![\\w-])"),
        QRegularExpression::CaseInsensitiveOption);
    const auto found = form.match(QString::fromLatin1(contentType));
    return found.hasMatch() ? found.captured(1).toLatin1() : QByteArray("unknown-8bit");
}

std::optional<QByteArray> asAscii(const QByteArray &field, const QByteArray &charset)
{
    const qsizetype colon = field.indexOf(':');
    const QByteArray name = field.left(colon);
    QByteArray value = field.mid(colon + 1);
    value.replace("\r\n", "");
    std::optional<Parts> parts;
    switch (kindOf(name.trimmed().toLower())) {
    case Kind::Text:
        parts = encodedText(value, charset, false);
        break;
    case Kind::Phrases:
        parts = encodedPhrases(value, charset);
        break;
    case Kind::Parameters:
        parts = encodedParameters(value, charset);
        break;
    case Kind::Opaque:
        break;
    }
    return parts ? Octets(folded(name, *parts)) : std::nullopt;
}

} // namespace Message
