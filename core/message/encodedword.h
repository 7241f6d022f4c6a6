#pragma once

// Encoded words (RFC 2047): non-ASCII text in header fields. Written as UTF-8, in Q or B, whichever is
// shorter; no word over 75 characters and no character split over two words. Read in any charset Qt knows.

#include <QByteArray>
#include <QList>
#include <QString>

namespace Message {

/// The text as encoded words, each at most 75 characters (RFC 2047 §2), the first at most firstLimit.
/// `phrase` keeps to the characters allowed in a display name (RFC 2047 §5 rule 3).
QList<QByteArray> encodeWords(const QString &text, qsizetype firstLimit, bool phrase);

/// The same of octets in that charset, UTF-8 or one with an octet a character.
QList<QByteArray> encodeOctets(const QByteArray &octets, const QByteArray &charset, qsizetype firstLimit,
                               bool phrase);

/// Encoded words in the text turned to characters; what cannot be decoded stays as it was.
QString decodeWords(const QString &text);

/// True when the text can stand in a header field as it is: printable ASCII that does not look like an
/// encoded word.
bool isPlain(const QString &text);

} // namespace Message
