#include "core/message/searchtext.h"

#include "core/message/encodedword.h"

#include <QStringDecoder>

namespace Message {

namespace {

constexpr int deepest = 8;               // parts within parts
constexpr qsizetype mostParts = 200;     // in one message
constexpr int mostSections = 50;         // of a parameter
constexpr qsizetype longestField = 8192; // octets of a header field that are looked at

struct Head
{
    QByteArray type = "text/plain";
    QByteArray boundary;
    QByteArray charset;
    QByteArray encoding;
    QString fileName;
    bool attached = false;
};

struct Found
{
    QString plain;
    QString html;
    QStringList names;
    qsizetype parts = 0;
    bool attached = false;
};

/// The value of a parameter (RFC 2045 §5.1), or of its extended form (RFC 2231 §4), undecoded.
QByteArray parameter(const QByteArray &field, const QByteArray &name)
{
    const QByteArray lower = field.toLower();
    for (qsizetype at = lower.indexOf(';'); at >= 0; at = lower.indexOf(';', at + 1)) {
        qsizetype begin = at + 1;
        while (begin < lower.size() && (lower.at(begin) == ' ' || lower.at(begin) == '\t'))
            ++begin;
        if (lower.mid(begin, name.size()) != name)
            continue;
        begin += name.size();
        while (begin < lower.size() && (lower.at(begin) == ' ' || lower.at(begin) == '\t'))
            ++begin;
        if (begin >= lower.size() || lower.at(begin) != '=')
            continue;
        const QByteArray rest = field.mid(begin + 1).trimmed();
        if (!rest.startsWith('"'))
            return rest.mid(0, rest.indexOf(';')).trimmed();
        QByteArray value;
        for (qsizetype i = 1; i < rest.size() && rest.at(i) != '"'; ++i) {
            if (rest.at(i) == '\\' && i + 1 < rest.size())
                ++i;
            value += rest.at(i);
        }
        return value;
    }
    return {};
}

/// The value of an extended parameter, its charset taken for UTF-8; in one or in several sections (RFC 2231
/// §3).
QByteArray extendedParameter(const QByteArray &field, const QByteArray &name)
{
    QByteArray value = parameter(field, name + '*');
    for (int section = 0; section < mostSections; ++section) {
        const QByteArray numbered = name + '*' + QByteArray::number(section);
        const QByteArray next = parameter(field, numbered + '*') + parameter(field, numbered);
        if (next.isEmpty())
            break;
        value += next;
    }
    const qsizetype second = value.indexOf('\'', value.indexOf('\'') + 1);
    return QByteArray::fromPercentEncoding(value.mid(second + 1));
}

QString fileNameIn(const QByteArray &field, const QByteArray &name)
{
    const QByteArray extended = extendedParameter(field, name);
    return extended.isEmpty() ? decodeWords(QString::fromUtf8(parameter(field, name)))
                              : QString::fromUtf8(extended);
}

void take(const QByteArray &field, Head &head)
{
    const qsizetype colon = field.indexOf(':');
    const QByteArray name = field.left(std::max<qsizetype>(colon, 0)).trimmed().toLower();
    const QByteArray value = field.mid(colon + 1, longestField).trimmed();
    if (name == "content-type") {
        head.type = value.mid(0, value.indexOf(';')).trimmed().toLower();
        head.boundary = parameter(value, "boundary");
        head.charset = parameter(value, "charset");
        if (head.fileName.isEmpty())
            head.fileName = fileNameIn(value, "name");
    } else if (name == "content-transfer-encoding") {
        head.encoding = value.toLower();
    } else if (name == "content-disposition") {
        head.attached = value.toLower().startsWith("attachment");
        if (const QString file = fileNameIn(value, "filename"); !file.isEmpty())
            head.fileName = file;
    }
}

/// Reads the header at the beginning of the part and leaves its body.
Head takeHead(QByteArray &part)
{
    Head head;
    QByteArray field;
    qsizetype at = 0;
    while (at < part.size()) {
        const qsizetype end = part.indexOf('\n', at);
        QByteArray line = part.mid(at, end < 0 ? -1 : end - at);
        at = end < 0 ? part.size() : end + 1;
        if (line.endsWith('\r'))
            line.chop(1);
        if (line.startsWith(' ') || line.startsWith('\t')) {
            if (field.size() < longestField)
                field += ' ' + line.trimmed();
            continue;
        }
        take(field, head);
        field = line;
        if (line.isEmpty())
            break;
    }
    take(field, head);
    part = part.mid(at);
    return head;
}

QByteArray unquoted(const QByteArray &text)
{
    QByteArray out;
    out.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.at(i) != '=') {
            out += text.at(i);
            continue;
        }
        if (text.mid(i, 2) == "=\n" || text.mid(i, 3) == "=\r\n") {
            i = text.indexOf('\n', i); // a soft line break
            continue;
        }
        bool ok = false;
        const int octet = text.mid(i + 1, 2).toInt(&ok, 16);
        out += ok ? static_cast<char>(octet) : '=';
        i += ok ? 2 : 0;
    }
    return out;
}

QString textOf(const QByteArray &body, const Head &head)
{
    QByteArray octets = body;
    if (head.encoding == "base64")
        octets = QByteArray::fromBase64(body);
    else if (head.encoding == "quoted-printable")
        octets = unquoted(body);
    QStringDecoder named(head.charset.constData());
    if (named.isValid())
        return named(octets);
    QStringDecoder utf8(QStringDecoder::Utf8);
    const QString text = utf8(octets);
    return utf8.hasError() ? QString::fromLatin1(octets) : text;
}

QString withoutTags(const QString &html)
{
    static const std::pair<QLatin1String, QString> entities[] = {
        {QLatin1String("&lt;"), QStringLiteral("<")},    {QLatin1String("&gt;"), QStringLiteral(">")},
        {QLatin1String("&quot;"), QStringLiteral("\"")}, {QLatin1String("&nbsp;"), QStringLiteral(" ")},
        {QLatin1String("&amp;"), QStringLiteral("&")},
    };
    QString out;
    for (qsizetype at = 0; at < html.size() && out.size() < longestSearchText;) {
        const qsizetype open = html.indexOf(QLatin1Char('<'), at);
        out += QStringView(html).mid(at, open < 0 ? -1 : open - at);
        if (open < 0)
            break;
        out += QLatin1Char(' ');
        qsizetype end = html.indexOf(QLatin1Char('>'), open);
        for (const QLatin1String hidden : {QLatin1String("style"), QLatin1String("script")}) {
            if (QStringView(html).mid(open + 1, hidden.size()).compare(hidden, Qt::CaseInsensitive) == 0) {
                const qsizetype close = html.indexOf(QLatin1String("</") + hidden, open, Qt::CaseInsensitive);
                end = close < 0 ? -1 : html.indexOf(QLatin1Char('>'), close);
            }
        }
        if (end < 0)
            break;
        at = end + 1;
    }
    for (const auto &[entity, character] : entities)
        out.replace(entity, character);
    return out;
}

void look(QByteArray part, int depth, Found &found);

void lookInParts(const QByteArray &body, const QByteArray &boundary, int depth, Found &found)
{
    const QByteArray mark = "--" + boundary;
    qsizetype begin = -1; // of the part that is open
    for (qsizetype at = 0; at >= 0 && at < body.size() && found.parts < mostParts;) {
        const qsizetype next = body.indexOf(mark, at);
        const bool isLine = next == 0 || (next > 0 && body.at(next - 1) == '\n');
        if (next >= 0 && !isLine) {
            at = next + mark.size();
            continue;
        }
        if (begin >= 0)
            look(body.mid(begin, next < 0 ? -1 : next - begin), depth + 1, found);
        if (next < 0 || body.mid(next + mark.size(), 2) == "--")
            return;
        const qsizetype end = body.indexOf('\n', next);
        begin = at = end < 0 ? -1 : end + 1;
    }
}

void look(QByteArray part, int depth, Found &found)
{
    if (depth > deepest || ++found.parts > mostParts)
        return;
    const Head head = takeHead(part);
    if (head.type.startsWith("multipart/") && !head.boundary.isEmpty())
        return lookInParts(part, head.boundary, depth, found);
    if (!head.fileName.isEmpty())
        found.names.append(head.fileName);
    if (head.attached) {
        found.attached = true;
        return;
    }
    QString &text = head.type == "text/html" ? found.html : found.plain;
    if (head.type == "text/html" || head.type == "text/plain")
        text += (text.isEmpty() ? QString() : QStringLiteral("\n")) + textOf(part, head);
    else if (head.type == "message/rfc822")
        look(part, depth + 1, found);
    else if (!head.type.startsWith("image/"))
        found.attached = found.attached || !head.fileName.isEmpty();
}

} // namespace

QString boundedSearchText(const QString &text)
{
    return text.left(longestSearchText);
}

SearchText searchTextIn(const QByteArray &beginning)
{
    Found found;
    look(beginning.left(static_cast<qsizetype>(searchedOctets)), 0, found);
    const QString names = found.names.join(QLatin1Char('\n'));
    const QString text = found.plain.trimmed().isEmpty() ? withoutTags(found.html) : found.plain;
    return {boundedSearchText(names.isEmpty() ? text : names + QLatin1Char('\n') + text), found.attached};
}

SearchText searchTextOf(const Content &content)
{
    QByteArray literal;
    for (const Piece &piece : content) {
        literal += piece.bytes.left(static_cast<qsizetype>(searchedOctets) - literal.size());
        if (literal.size() >= searchedOctets)
            break;
    }
    return searchTextIn(literal);
}

} // namespace Message
