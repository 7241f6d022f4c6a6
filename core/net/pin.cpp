#include "core/net/pin.h"

namespace Net {

namespace {

constexpr qsizetype hashSize = 32; // octets of a SHA-256

} // namespace

std::optional<QString> pinFrom(const QString &text)
{
    QByteArray word = text.trimmed().toUtf8();
    if (word.startsWith("sha256//"))
        word.remove(0, 8);
    const QByteArray fromHex = QByteArray::fromHex(word);
    if (fromHex.size() == hashSize && fromHex.toHex() == word.toLower())
        return QString::fromLatin1(fromHex.toBase64());
    const auto decoded = QByteArray::fromBase64Encoding(word, QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded || decoded.decoded.size() != hashSize)
        return std::nullopt;
    return QString::fromLatin1(decoded.decoded.toBase64());
}

} // namespace Net
