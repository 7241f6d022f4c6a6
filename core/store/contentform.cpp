#include "core/store/contentform.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QStringDecoder>

#include <functional>
#include <numeric>

namespace Store {

using Message::Content;
using Message::Piece;

namespace {
const QString octetsKey = QStringLiteral("octets");

/// In JSON. Written by hand: it is done for every letter, and holds numbers and hexadecimal digits only.
QByteArray head(const Piece &piece)
{
    if (piece.spooled.isNull())
        return "{\"octets\":" + QByteArray::number(piece.bytes.size()) + '}';
    return QByteArray("{\"base64\":") + (piece.base64 ? "true" : "false") + ",\"sha256\":\"" +
           piece.spooled.sha256 + "\",\"size\":" + QByteArray::number(piece.spooled.size) + '}';
}

/// Out of a text in UTF-8 with a character for each. What is ASCII, as most is, is so already.
std::optional<QByteArray> octetsOf(const QByteArray &text)
{
    const auto together = std::accumulate(text.begin(), text.end(), '\0', std::bit_or<char>());
    if ((static_cast<unsigned char>(together) & 0x80) == 0)
        return text;
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString points = decoder(text);
    return decoder.hasError() ? std::nullopt : std::optional(points.toLatin1());
}
} // namespace

QByteArray packed(const Content &content)
{
    QByteArrayList heads;
    QByteArray octets;
    for (const Piece &piece : content) {
        heads.append(head(piece));
        if (piece.spooled.isNull())
            octets += piece.bytes;
    }
    return '[' + heads.join(',') + "]\n" + QString::fromLatin1(octets).toUtf8();
}

std::optional<Content> contentFrom(const QByteArray &stored)
{
    const qsizetype end = stored.indexOf('\n'); // compact JSON has none
    const QJsonDocument head = QJsonDocument::fromJson(end < 0 ? stored : stored.first(end));
    if (!head.isArray())
        return std::nullopt;
    const std::optional<QByteArray> octets = octetsOf(stored.sliced(end < 0 ? stored.size() : end + 1));
    if (!octets)
        return std::nullopt;
    Content content = Message::contentFromJson(head.array());
    qsizetype at = 0;
    for (qsizetype i = 0; i < content.size(); ++i) {
        const QJsonValue size = head.array().at(i).toObject().value(octetsKey);
        if (size.isUndefined())
            continue;
        const auto length = static_cast<qsizetype>(size.toInteger(-1));
        if (length < 0 || length > octets->size() - at)
            return std::nullopt;
        content[i].bytes = octets->sliced(at, length);
        at += length;
    }
    return at == octets->size() ? std::optional(content) : std::nullopt;
}

} // namespace Store
