#include "core/message/outgoingmessage.h"

#include <QJsonObject>

namespace Message {

qint64 Piece::size() const
{
    if (spooled.isNull())
        return bytes.size();
    return base64 ? base64LinesSize(spooled.size) : spooled.size;
}

qint64 sizeOf(const Content &content)
{
    qint64 total = 0;
    for (const Piece &piece : content)
        total += piece.size();
    return total;
}

QJsonArray toJson(const Content &content)
{
    QJsonArray array;
    for (const Piece &piece : content) {
        if (piece.spooled.isNull()) {
            // Latin-1 maps every octet to one character and back.
            array.append(QJsonObject{{QStringLiteral("bytes"), QString::fromLatin1(piece.bytes)}});
        } else {
            array.append(QJsonObject{{QStringLiteral("sha256"), QString::fromLatin1(piece.spooled.sha256)},
                                     {QStringLiteral("size"), piece.spooled.size},
                                     {QStringLiteral("base64"), piece.base64}});
        }
    }
    return array;
}

Content contentFromJson(const QJsonArray &array)
{
    Content content;
    for (const QJsonValue &value : array) {
        const QJsonObject object = value.toObject();
        Piece piece;
        piece.bytes = object.value(QLatin1String("bytes")).toString().toLatin1();
        piece.spooled.sha256 = object.value(QLatin1String("sha256")).toString().toLatin1();
        piece.spooled.size = object.value(QLatin1String("size")).toInteger();
        piece.base64 = object.value(QLatin1String("base64")).toBool();
        content.append(piece);
    }
    return content;
}

QJsonObject toJson(const Envelope &envelope)
{
    QJsonObject object{
        {QStringLiteral("from"), envelope.reversePath.addrSpec()},
        {QStringLiteral("eightBit"), envelope.eightBit},
        {QStringLiteral("notify"), QJsonArray{envelope.notify.never, envelope.notify.success,
                                              envelope.notify.failure, envelope.notify.delay}},
        {QStringLiteral("return"), static_cast<int>(envelope.returned)},
        {QStringLiteral("envelopeId"), QString::fromLatin1(envelope.envelopeId)},
    };
    if (envelope.utf8Header)
        object.insert(QStringLiteral("utf8Header"), true);
    if (const QJsonObject handling = toJson(envelope.handling); !handling.isEmpty())
        object.insert(QStringLiteral("handling"), handling);
    return object;
}

Envelope envelopeFromJson(const QJsonObject &object)
{
    Envelope envelope;
    if (const auto from = Address::parse(object.value(QLatin1String("from")).toString()))
        envelope.reversePath = *from;
    envelope.eightBit = object.value(QLatin1String("eightBit")).toBool();
    const QJsonArray notify = object.value(QLatin1String("notify")).toArray();
    envelope.notify = {notify.at(0).toBool(), notify.at(1).toBool(), notify.at(2).toBool(),
                       notify.at(3).toBool()};
    envelope.returned = static_cast<Return>(qBound(0, object.value(QLatin1String("return")).toInt(), 2));
    envelope.envelopeId = object.value(QLatin1String("envelopeId")).toString().toLatin1();
    envelope.utf8Header = object.value(QLatin1String("utf8Header")).toBool();
    envelope.handling = handlingFromJson(object.value(QLatin1String("handling")).toObject());
    return envelope;
}

} // namespace Message
