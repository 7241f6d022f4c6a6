#pragma once

// An envelope and a content that never changes again (law 1). The content is a list of pieces: literal bytes,
// or a reference to something kept once in the spool under its SHA-256 together with the encoding it goes out
// in. So a thousand copies of a letter with a large attachment cost that attachment once, and every retry
// sends the same bytes.

#include "core/message/address.h"
#include "core/message/draft.h"
#include "core/message/transferencoding.h"

#include <QByteArray>
#include <QJsonArray>
#include <QList>

namespace Message {

/// Something kept in the spool.
struct SpoolRef
{
    QByteArray sha256; ///< lower-case hex
    qint64 size = 0;   ///< octets as stored

    bool isNull() const { return sha256.isEmpty(); }
    friend bool operator==(const SpoolRef &, const SpoolRef &) = default;
};

struct Piece
{
    QByteArray bytes; ///< literal bytes, when spooled is null
    SpoolRef spooled;
    bool base64 = false; ///< the spooled octets go out as base64 lines; else as they are

    qint64 size() const; ///< octets on the wire, dot-stuffing not counted
    friend bool operator==(const Piece &, const Piece &) = default;
};

using Content = QList<Piece>;

qint64 sizeOf(const Content &content);
QJsonArray toJson(const Content &content);
Content contentFromJson(const QJsonArray &array);

/// How a recipient came to be one; for showing, not for sending.
enum class Field { To, Cc, Bcc };

struct Recipient
{
    Address address;
    Field field = Field::To;

    friend bool operator==(const Recipient &, const Recipient &) = default;
};

struct Envelope
{
    Address reversePath;
    QList<Recipient> recipients;
    bool eightBit = false;   ///< the content holds octets over 127: the server must offer 8BITMIME (RFC 6152)
    bool utf8Header = false; ///< its header is beyond ASCII: the server must offer SMTPUTF8 (RFC 6531)
    Notify notify;           ///< RFC 3461
    Return returned = Return::Unset;
    QByteArray envelopeId; ///< ENVID, RFC 3461 §4.4; not yet xtext
    Handling handling;

    friend bool operator==(const Envelope &, const Envelope &) = default;
};

struct OutgoingMessage
{
    Envelope envelope;
    Content content;
    // for lists and searches; the content says the same
    QByteArray messageId; ///< with its angle brackets
    QString from;
    QString subject;
    QString text; ///< the beginning, for searches; see searchtext.h
    bool hasAttachment = false;

    qint64 size() const { return sizeOf(content); }
};

QJsonObject toJson(const Envelope &envelope); ///< all but the recipients
Envelope envelopeFromJson(const QJsonObject &object);

} // namespace Message
