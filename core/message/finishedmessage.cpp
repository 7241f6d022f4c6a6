#include "core/message/finishedmessage.h"

#include "core/message/addresslist.h"
#include "core/message/asciiheader.h"
#include "core/message/canonicalbody.h"
#include "core/message/encodedword.h"
#include "core/message/headerwriter.h"
#include "core/message/searchtext.h"

#include <QIODevice>
#include <QStringDecoder>

namespace Message {

namespace {

using Base::Error;
using Base::ErrorKind;

constexpr qint64 largestHeader = 1 << 20;
constexpr qsizetype longestLine = 998;

/// One header field with its folds, lines joined by CRLF, ending in CRLF.
struct RawField
{
    QByteArray name; ///< lower-case
    QByteArray lines;
    qint64 line = 0; ///< of the source, the first of them

    bool isBcc() const { return name == "bcc" || name == "resent-bcc"; }
    QByteArray octets() const
    {
        QByteArray unfolded = lines.mid(lines.indexOf(':') + 1);
        unfolded.replace("\r\n", "");
        return unfolded;
    }
    QString value() const
    {
        const QByteArray unfolded = octets();
        QStringDecoder utf8(QStringDecoder::Utf8);
        QString text = utf8(unfolded);
        if (utf8.hasError())
            text = QString::fromLatin1(unfolded);
        return text.trimmed();
    }
};

struct RawHeader
{
    QList<RawField> fields;
    qint64 lines = 0;       ///< read from the source, the empty one included
    bool needsUtf8 = false; ///< what it holds beyond ASCII has no other form

    QString value(const char *name) const
    {
        for (const RawField &field : fields) {
            if (field.name == name)
                return field.value();
        }
        return {};
    }
    bool has(const char *name) const
    {
        return std::any_of(fields.begin(), fields.end(),
                           [name](const RawField &field) { return field.name == name; });
    }
};

Error badLine(qint64 line, const QString &why)
{
    return {ErrorKind::BadMessage, {}, QStringLiteral("line %1 %2").arg(line).arg(why)};
}

/// A line of the header without its line end; nullopt at the end of the source.
std::optional<QByteArray> readLine(QIODevice &source)
{
    if (source.atEnd())
        return std::nullopt;
    QByteArray line = source.readLine(largestHeader);
    if (line.isEmpty())
        return std::nullopt;
    if (line.endsWith('\n'))
        line.chop(1);
    if (line.endsWith('\r'))
        line.chop(1);
    return line;
}

Base::Done addLine(const QByteArray &line, RawHeader &header)
{
    if (line.size() > longestLine)
        return Error{ErrorKind::LineTooLong, QString::number(header.lines),
                     QStringLiteral("line %1 is longer than 998 octets").arg(header.lines)};
    if (line.contains('\0') || line.contains('\r'))
        return badLine(header.lines, QStringLiteral("of the header holds a NUL or a carriage return"));
    if (line.startsWith(' ') || line.startsWith('\t')) {
        if (header.fields.isEmpty())
            return badLine(header.lines,
                           QStringLiteral("continues a header field, but there is none before it"));
        header.fields.last().lines += line + "\r\n";
        return {};
    }
    const qsizetype colon = line.indexOf(':');
    const QByteArray name = line.left(std::max<qsizetype>(colon, 0)).trimmed().toLower();
    if (colon < 1 || !isFieldName(name))
        return badLine(header.lines, QStringLiteral("is not a header field (\"Name: value\")"));
    header.fields.append({name, line + "\r\n", header.lines});
    return {};
}

Base::Result<RawHeader> readHeader(QIODevice &source)
{
    RawHeader header;
    qint64 total = 0;
    while (const std::optional<QByteArray> line = readLine(source)) {
        ++header.lines;
        total += line->size() + 2;
        if (total > largestHeader)
            return badLine(header.lines,
                           QStringLiteral("is past the first megabyte and the header has not ended"));
        if (line->isEmpty())
            break;
        if (header.lines == 1 && (line->startsWith("From ") || line->startsWith(">From ")))
            continue; // what an mbox puts in front of a message
        if (const Base::Done done = addLine(*line, header); !done)
            return done.error();
    }
    if (header.fields.isEmpty())
        return Error{ErrorKind::BadMessage, {}, QStringLiteral("it has no header field")};
    return header;
}

Base::Done addFrom(const QString &text, Field field, QList<Recipient> &recipients)
{
    const AddressList list = AddressList::parse(text);
    if (!list.problems().isEmpty())
        return Error{ErrorKind::BadAddress, list.problems().first().text, list.problems().first().why};
    for (const Address &address : list.addresses()) {
        const bool known = std::any_of(recipients.begin(), recipients.end(), [&](const Recipient &each) {
            return each.address.sameMailbox(address);
        });
        if (!known)
            recipients.append({address, field});
    }
    return {};
}

Base::Result<QList<Recipient>> recipientsFor(const RawHeader &header, const EnvelopeWish &wish)
{
    QList<Recipient> recipients;
    if (!wish.to.isEmpty()) {
        for (const QString &text : wish.to) {
            if (const Base::Done done = addFrom(text, Field::To, recipients); !done)
                return done.error();
        }
    } else {
        for (const RawField &field : header.fields) {
            const bool to = field.name == "to";
            const bool cc = field.name == "cc";
            if (!to && !cc && field.name != "bcc")
                continue;
            const Field kind = to ? Field::To : cc ? Field::Cc : Field::Bcc;
            if (const Base::Done done = addFrom(field.value(), kind, recipients); !done)
                return done.error();
        }
    }
    if (recipients.isEmpty())
        return Error{ErrorKind::NoRecipients, {}, {}};
    return recipients;
}

Base::Result<Address> senderFor(const RawHeader &header, const EnvelopeWish &wish)
{
    if (!wish.from.isEmpty())
        return Address::parse(wish.from);
    for (const char *name : {"sender", "from"}) {
        const AddressList list = AddressList::parse(header.value(name));
        if (!list.addresses().isEmpty())
            return list.addresses().first();
        if (!list.problems().isEmpty())
            return Error{ErrorKind::BadAddress, list.problems().first().text, list.problems().first().why};
    }
    return Error{ErrorKind::NoSender, {}, {}};
}

/// The header as it goes out, and the Message-ID that is in it.
QByteArray repaired(const RawHeader &header, const Address &sender, const BuildContext &context,
                    QByteArray &messageId)
{
    QByteArray out;
    for (const RawField &field : header.fields) {
        if (!field.isBcc())
            out += field.lines;
    }
    HeaderWriter added;
    if (!header.has("date"))
        added.structured("Date", dateField(context.now));
    messageId = header.value("message-id").toUtf8();
    if (!header.has("message-id")) {
        const QByteArray wire = sender.wire();
        messageId = '<' + context.token() + wire.mid(wire.lastIndexOf('@')) + '>';
        added.structured("Message-ID", messageId);
    }
    return out + added.take() + "\r\n";
}

/// Whether an address in the header is beyond ASCII, so that only a server with SMTPUTF8 may take it (RFC
/// 6532 §3.3).
bool namesUtf8(const RawHeader &header)
{
    for (const char *field : {"from", "sender", "reply-to", "to", "cc"}) {
        const QList<Address> addresses = AddressList::parse(header.value(field)).addresses();
        if (std::any_of(addresses.begin(), addresses.end(),
                        [](const Address &each) { return each.needsSmtpUtf8(); }))
            return true;
    }
    return false;
}

/// Whether somebody vouches for its fields, octet by octet (RFC 6376, RFC 8617).
bool isSigned(const RawHeader &header)
{
    return header.has("dkim-signature") || header.has("arc-seal") || header.has("arc-message-signature") ||
           header.has("domainkey-signature");
}

/// Raw octets beyond ASCII are encoded where that changes nothing but the form; where it would, the header
/// stays as it is and needs a server that takes it so (RFC 6531 §3.5, RFC 6532 §3.2).
Base::Result<RawHeader> inPlainForm(RawHeader header)
{
    QByteArray contentType;
    for (const RawField &field : std::as_const(header.fields)) {
        if (field.name == "content-type")
            contentType = field.octets();
    }
    const QByteArray legacy = legacyCharset(contentType);
    QList<RawField> plain;
    bool keeps = isSigned(header) || namesUtf8(header);
    std::optional<qint64> unknown; // the first line with octets that are not UTF-8
    bool eightBit = false;
    for (const RawField &field : std::as_const(header.fields)) {
        if (field.isBcc())
            continue;
        plain.append(field);
        if (isAscii(field.lines))
            continue;
        eightBit = true;
        const bool utf8 = isUtf8(field.lines);
        if (!utf8 && !unknown)
            unknown = field.line;
        const std::optional<QByteArray> ascii = asAscii(field.lines, utf8 ? "UTF-8" : legacy);
        keeps = keeps || !ascii;
        plain.last().lines = ascii.value_or(field.lines);
    }
    if (!eightBit || !keeps) {
        header.fields = plain;
        return header;
    }
    if (unknown)
        return badLine(*unknown,
                       QStringLiteral("of the header holds octets that are neither ASCII nor UTF-8, "
                                      "where they cannot be encoded without breaking an address, "
                                      "a signature or the field; save the file as UTF-8"));
    header.needsUtf8 = true;
    return header;
}

/// Enough of the body to be found by; nothing when it cannot be read: sending will tell.
QByteArray beginningOf(const SpoolRef &body, const ContentStore &store)
{
    if (body.size == 0)
        return {};
    const Base::Result<std::unique_ptr<QIODevice>> file = store.open(body);
    return file ? (*file)->read(searchedOctets) : QByteArray();
}

} // namespace

Base::Result<OutgoingMessage> finish(QIODevice &source, const EnvelopeWish &wish, const BuildContext &context,
                                     ContentStore &store)
{
    const Base::Result<RawHeader> header = readHeader(source);
    if (!header)
        return header.error();
    const Base::Result<Address> sender = senderFor(*header, wish);
    if (!sender)
        return sender.error();
    const Base::Result<QList<Recipient>> recipients = recipientsFor(*header, wish);
    if (!recipients)
        return recipients.error();

    const Base::Result<RawHeader> plain = inPlainForm(*header);
    if (!plain)
        return plain.error();

    CanonicalBody body(source, header->lines + 1);
    const Base::Result<SpoolRef> kept = store.put(body);
    if (!body.verdict())
        return body.verdict().error();
    if (!kept)
        return kept.error();

    OutgoingMessage message;
    message.envelope.reversePath = *sender;
    message.envelope.recipients = *recipients;
    message.envelope.eightBit = plain->needsUtf8 || body.hasEightBit();
    message.envelope.notify = wish.notify;
    message.envelope.returned = wish.returned;
    message.envelope.handling = wish.handling;
    message.envelope.utf8Header = plain->needsUtf8;
    message.envelope.envelopeId = context.token();
    message.content.append(Piece{repaired(*plain, *sender, context, message.messageId), {}, false});
    if (kept->size > 0)
        message.content.append(Piece{{}, *kept, false});
    message.from = decodeWords(header->value("from"));
    message.subject = decodeWords(header->value("subject")).simplified();
    const SearchText found = searchTextIn(message.content.first().bytes + beginningOf(*kept, store));
    message.text = found.text;
    message.hasAttachment = found.hasAttachment;
    return message;
}

} // namespace Message
