#pragma once

// Content transfer encodings (RFC 2045 §6): what comes out is always 7-bit with lines of at most 76 (encoded)
// or 998 (7bit) octets, so that no server's lack of an extension can ever change a message.

#include <QByteArray>
#include <QString>

namespace Message {

enum class TransferEncoding { SevenBit, QuotedPrintable, Base64 };

QByteArray name(TransferEncoding encoding); ///< "7bit", "quoted-printable", "base64"

/// CR, LF and CRLF all become CRLF.
QByteArray canonicalLineEnds(const QByteArray &bytes);

/// The encoding in which this text (canonical line ends) is safest and shortest.
TransferEncoding encodingForText(const QByteArray &text);

/// Canonical text → encoded, ending in CRLF unless empty.
QByteArray encodeText(const QByteArray &text, TransferEncoding encoding);

/// Encodes 57·n octets a call so that lines come out whole; the last call may be of any size. Each line, also
/// the last, ends in CRLF.
QByteArray encodeBase64Lines(const QByteArray &octets);
/// Octets that encodeBase64Lines makes of a content of that size.
qint64 base64LinesSize(qint64 octets);
/// Octets of input to hand to encodeBase64Lines at a time: a multiple of 57.
inline constexpr qint64 base64Chunk = 57 * 1024;

} // namespace Message
