#include "ui/outbox/messagetext.h"

#include "core/message/encodedword.h"

#include <QHash>
#include <QUrl>

namespace Ui {

namespace {

using Fields = QList<std::pair<QByteArray, QByteArray>>;

constexpr qsizetype mostFields = 500;
constexpr int deepest = 4; // of parts in parts

/// Splits header and body, and unfolds the fields (RFC 5322 §2.2.3).
Fields takeHeader(QByteArrayView source, QByteArrayView *body)
{
    Fields fields;
    qsizetype at = 0;
    while (at < source.size() && fields.size() < mostFields) {
        qsizetype end = source.indexOf('\n', at);
        if (end < 0)
            end = source.size();
        const QByteArray line = source.sliced(at, end - at).toByteArray();
        at = std::min(end + 1, source.size());
        const QByteArray text = line.endsWith('\r') ? line.chopped(1) : line;
        if (text.isEmpty())
            break;
        if ((text.startsWith(' ') || text.startsWith('\t')) && !fields.isEmpty()) {
            fields.last().second += text;
            continue;
        }
        const qsizetype colon = text.indexOf(':');
        if (colon > 0)
            fields.append({text.left(colon).trimmed(), text.mid(colon + 1).trimmed()});
    }
    *body = source.sliced(at);
    return fields;
}

QByteArray value(const Fields &fields, const char *name)
{
    for (const auto &[field, value] : fields) {
        if (field.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

/// Parameters behind a value (RFC 2045 §5.1), with RFC 2231 sections put together.
QHash<QString, QString> parametersOf(const QByteArray &field)
{
    QHash<QString, QString> out;
    const QList<QByteArray> parts = field.split(';');
    for (qsizetype i = 1; i < parts.size(); ++i) {
        const qsizetype equals = parts.at(i).indexOf('=');
        if (equals < 0)
            continue;
        QString name = QString::fromLatin1(parts.at(i).left(equals).trimmed()).toLower();
        QByteArray text = parts.at(i).mid(equals + 1).trimmed();
        if (text.size() >= 2 && text.startsWith('"') && text.endsWith('"'))
            text = text.sliced(1, text.size() - 2).replace("\\\"", "\"").replace("\\\\", "\\");
        const bool encoded = name.endsWith(QLatin1Char('*'));
        const QString base = name.section(QLatin1Char('*'), 0, 0);
        if (encoded && text.count('\'') >= 2 && !out.contains(base))
            text = text.mid(text.indexOf('\'', text.indexOf('\'') + 1) + 1);
        out[base] +=
            encoded ? QUrl::fromPercentEncoding(text) : Message::decodeWords(QString::fromUtf8(text));
    }
    return out;
}

QByteArray decodeQuotedPrintable(QByteArrayView text)
{
    QByteArray out;
    out.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.at(i) != '=') {
            out += text.at(i);
            continue;
        }
        const QByteArray next = text.sliced(i + 1, std::min<qsizetype>(2, text.size() - i - 1)).toByteArray();
        if (next.startsWith('\n')) {
            i += 1; // a soft line break
        } else if (next == "\r\n") {
            i += 2;
        } else if (next.size() == 2) {
            out += QByteArray::fromHex(next);
            i += 2;
        }
    }
    return out;
}

QString decodeText(const Fields &fields, QByteArrayView body)
{
    const QByteArray encoding = value(fields, "Content-Transfer-Encoding").toLower();
    QByteArray octets = body.toByteArray();
    if (encoding == "quoted-printable")
        octets = decodeQuotedPrintable(body);
    else if (encoding == "base64")
        octets = QByteArray::fromBase64(octets);
    octets.replace("\r\n", "\n");
    return QString::fromUtf8(octets);
}

void readPart(const Fields &fields, QByteArrayView body, int depth, MessageText &message);

void readParts(const QByteArray &boundary, QByteArrayView body, int depth, MessageText &message)
{
    const QByteArray mark = "--" + boundary;
    qsizetype at = body.indexOf(mark);
    while (at >= 0) {
        const qsizetype start = body.indexOf('\n', at);
        if (start < 0 || body.sliced(at + mark.size()).startsWith("--"))
            return;
        qsizetype end = body.indexOf("\n" + mark, start);
        const qsizetype next = end < 0 ? -1 : end + 1;
        end = end < 0 ? body.size() : end;
        QByteArrayView part = body.sliced(start + 1, std::max<qsizetype>(0, end - start - 1));
        if (part.endsWith('\r'))
            part.chop(1);
        QByteArrayView inner;
        const Fields header = takeHeader(part, &inner);
        readPart(header, inner, depth + 1, message);
        at = next;
    }
}

void readPart(const Fields &fields, QByteArrayView body, int depth, MessageText &message)
{
    const QByteArray type = value(fields, "Content-Type");
    const QByteArray media =
        type.isEmpty() ? QByteArray("text/plain") : type.split(';').first().trimmed().toLower();
    const QByteArray disposition = value(fields, "Content-Disposition");
    if (disposition.toLower().startsWith("attachment")) {
        message.attachments.append(parametersOf(disposition).value(QStringLiteral("filename")));
        return;
    }
    if (media.startsWith("multipart/") && depth < deepest) {
        const QString boundary = parametersOf(type).value(QStringLiteral("boundary"));
        if (!boundary.isEmpty())
            readParts(boundary.toLatin1(), body, depth, message);
    } else if (media == "text/plain" && !message.readable) {
        message.text = decodeText(fields, body);
        message.readable = true;
    }
}

} // namespace

QString MessageText::field(const QString &name) const
{
    for (const auto &[field, value] : fields) {
        if (field.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

MessageText readMessageText(const QByteArray &source)
{
    MessageText message;
    QByteArrayView body;
    const Fields fields = takeHeader(source, &body);
    for (const auto &[name, text] : fields)
        message.fields.append({QString::fromLatin1(name), Message::decodeWords(QString::fromUtf8(text))});
    readPart(fields, body, 0, message);
    return message;
}

} // namespace Ui
