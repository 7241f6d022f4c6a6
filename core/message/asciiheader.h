#pragma once

// Header fields with raw octets beyond ASCII, as some programs write them, in the form that every server
// takes: encoded words in text, names and comments (RFC 2047 §5), RFC 2231 for the parameters of a media
// type, A-labels for a domain. What stands around them keeps its order and its blanks; only the folds move.
// Octets that are not UTF-8 keep their values under the charset the message declares, or under "unknown-8bit"
// (RFC 1428 §3).

#include <QByteArray>

#include <optional>

namespace Message {

bool isAscii(const QByteArray &octets);
bool isUtf8(const QByteArray &octets);

/// The charset of a Content-Type's value if it has one octet a character, so that a word may end behind each
/// of them, and is not ASCII; else "unknown-8bit".
QByteArray legacyCharset(const QByteArray &contentType);

/// A whole field, "Name: value" with its folds and its last CRLF, in ASCII. nullopt where that cannot be: in
/// the local part of an address, in fields whose words mean something to machines, in what cannot be taken
/// apart.
std::optional<QByteArray> asAscii(const QByteArray &field, const QByteArray &charset);

} // namespace Message
