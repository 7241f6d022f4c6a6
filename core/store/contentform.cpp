#include "core/store/contentform.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QStringDecoder>

namespace Store {

using Message::Content;
using Message::Piece;

namespace {
const QString octetsKey = QStringLiteral("octets");
}

QByteArray packed(const Content &content)
{
    QJsonArray heads = Message::toJson(content);
    QByteArray octets;
    for (qsizetype i = 0; i < content.size(); ++i) {
        const Piece &piece = content.at(i);
        if (!piece.spooled.isNull())
            continue;
        heads[i] = QJsonObject{{octetsKey, piece.bytes.size()}};
        octets += piece.bytes;
    }
    return QJsonDocument(heads).toJson(QJsonDocument::Compact) + '\n' + QString::fromLatin1(octets).toUtf8();
}

std::optional<Content> contentFrom(const QByteArray &stored)
{
    const qsizetype end = stored.indexOf('\n'); // compact JSON has none
    const QJsonDocument head = QJsonDocument::fromJson(end < 0 ? stored : stored.first(end));
    if (!head.isArray())
        return std::nullopt;
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(QByteArrayView(stored).sliced(end < 0 ? stored.size() : end + 1));
    if (decoder.hasError())
        return std::nullopt;
    const QByteArray octets = text.toLatin1();
    Content content = Message::contentFromJson(head.array());
    qsizetype at = 0;
    for (qsizetype i = 0; i < content.size(); ++i) {
        const QJsonValue size = head.array().at(i).toObject().value(octetsKey);
        if (size.isUndefined())
            continue;
        const auto length = static_cast<qsizetype>(size.toInteger(-1));
        if (length < 0 || length > octets.size() - at)
            return std::nullopt;
        content[i].bytes = octets.sliced(at, length);
        at += length;
    }
    return at == octets.size() ? std::optional(content) : std::nullopt;
}

} // namespace Store
