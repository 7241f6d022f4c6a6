#include "core/message/messagebuilder.h"

#include "core/message/addresslist.h"
#include "core/message/draftcheck.h"
#include "core/message/headerwriter.h"
#include "core/message/searchtext.h"

#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QMimeDatabase>
#include <QRandomGenerator>
#include <QStringDecoder>

#include <algorithm>

namespace Message {

namespace {

using Base::Error;
using Base::ErrorKind;

QList<Address> addressesIn(const QList<Recipient> &recipients, Field field)
{
    QList<Address> out;
    for (const Recipient &recipient : recipients) {
        if (recipient.field == field)
            out.append(recipient.address);
    }
    return out;
}

/// `file`: open, where it is not kept already; its octets decide where the name leaves it open.
QByteArray mediaType(const Attachment &attachment, QIODevice *file = nullptr)
{
    const QMimeDatabase database;
    const QMimeType type = file ? database.mimeTypeForFileNameAndData(attachment.path, file)
                                : database.mimeTypeForFile(attachment.name, QMimeDatabase::MatchExtension);
    const QByteArray name = type.name().toLatin1();
    // A message or a multipart may not be base64 (RFC 2045 §6.4): they travel as octets under their file
    // name.
    if (!type.isValid() || name.startsWith("message/") || name.startsWith("multipart/") ||
        name.startsWith("inode/"))
        return "application/octet-stream";
    return name;
}

/// The charset of a text file where its octets prove it; empty where they do not, or the file itself tells.
QString charsetOf(QIODevice &file, const QByteArray &type)
{
    // HTML and XML name theirs inside (RFC 2854 §6, RFC 7303 §3).
    if (!type.startsWith("text/") || type == "text/html" || type == "text/xml")
        return {};
    QStringDecoder decoder(QStringDecoder::Utf8);
    bool ascii = true;
    while (!decoder.hasError()) {
        QByteArray block = file.read(1 << 16);
        const bool end = block.isEmpty();
        if (end)
            block = "\n"; // so that a sequence cut off at the end is an error too
        ascii = ascii && std::all_of(block.begin(), block.end(), [](char c) { return c > 0; });
        const QString decoded = decoder(block);
        Q_UNUSED(decoded)
        if (end)
            break;
    }
    if (decoder.hasError())
        return {};
    return ascii ? QStringLiteral("us-ascii") : QStringLiteral("utf-8");
}

struct Intake
{
    SpoolRef ref;
    QByteArray type;
    QString charset;
};

/// What an earlier message brought into the store.
Base::Result<Intake> takeKept(const Attachment &attachment, const ContentStore &store)
{
    const SpoolRef ref{attachment.sha256, attachment.size};
    const Base::Result<std::unique_ptr<QIODevice>> file = store.open(ref);
    if (!file)
        return Error{file.error().kind, attachment.name, file.error().detail};
    const QByteArray type = mediaType(attachment);
    return Intake{ref, type, charsetOf(**file, type)};
}

Base::Result<Intake> intake(const Attachment &attachment, ContentStore &store)
{
    if (attachment.isKept())
        return takeKept(attachment, store);
    QFile file(attachment.path);
    if (!file.open(QIODevice::ReadOnly))
        return file.exists() ? Error{ErrorKind::FileUnreadable, attachment.path, file.errorString()}
                             : Error{ErrorKind::FileMissing, attachment.path, {}};
    const QByteArray type = mediaType(attachment, &file);
    const QString charset = charsetOf(file, type);
    if (!file.seek(0))
        return Error{ErrorKind::FileUnreadable, attachment.path, file.errorString()};
    const Base::Result<SpoolRef> ref = store.put(file);
    if (!ref)
        return ref.error();
    return Intake{*ref, type, charset};
}

QByteArray textPart(const Draft &draft, HeaderWriter &header)
{
    QString text = draft.text;
    text.replace(QChar(0x2028), QLatin1Char('\n')).replace(QChar(0x2029), QLatin1Char('\n')).remove(QChar(0));
    const QByteArray canonical = canonicalLineEnds(text.toUtf8());
    const TransferEncoding encoding = encodingForText(canonical);
    header.parameterised("Content-Type", "text/plain", {{"charset", QStringLiteral("utf-8")}});
    header.structured("Content-Transfer-Encoding", name(encoding));
    return encodeText(canonical, encoding);
}

Base::Done writeHeader(const Draft &draft, const Address &from, const QList<Recipient> &recipients,
                       const QByteArray &messageId, const BuildContext &context, HeaderWriter &header)
{
    header.structured("Date", dateField(context.now));
    header.addresses("From", {from});
    const QList<Address> to = addressesIn(recipients, Field::To);
    const QList<Address> cc = addressesIn(recipients, Field::Cc);
    header.addresses("To", to);
    header.addresses("Cc", cc);
    if (to.isEmpty() && cc.isEmpty())
        header.structured("To", "undisclosed-recipients:;");
    if (const Base::Done done = header.text("Subject", draft.subject); !done)
        return done;
    header.structured("Message-ID", messageId);
    for (const auto &[field, value] : draft.headers) {
        if (const Base::Done done = header.text(field.toLatin1(), value); !done)
            return done;
    }
    header.structured("MIME-Version", "1.0");
    return {};
}

Base::Result<Content> writeBody(const Draft &draft, const BuildContext &context, HeaderWriter &header,
                                ContentStore &store)
{
    if (draft.attachments.isEmpty()) {
        const QByteArray body = textPart(draft, header);
        return Content{Piece{header.take() + "\r\n" + body, {}, false}};
    }
    // "=_" can occur in neither quoted-printable nor base64 (RFC 2045 §6.7).
    const QByteArray boundary = "=_" + context.token();
    header.parameterised("Content-Type", "multipart/mixed", {{"boundary", QString::fromLatin1(boundary)}});
    QByteArray literal = header.take() + "\r\n--" + boundary + "\r\n";
    const QByteArray body = textPart(draft, header);
    literal += header.take() + "\r\n" + body;
    Content content;
    for (const Attachment &attachment : draft.attachments) {
        const Base::Result<Intake> file = intake(attachment, store);
        if (!file)
            return file.error();
        HeaderWriter part;
        if (file->charset.isEmpty())
            part.structured("Content-Type", file->type);
        else
            part.parameterised("Content-Type", file->type, {{"charset", file->charset}});
        part.structured("Content-Transfer-Encoding", "base64");
        part.parameterised("Content-Disposition", "attachment", {{"filename", attachment.name}});
        literal += "\r\n--" + boundary + "\r\n" + part.take() + "\r\n";
        content.append(Piece{literal, {}, false});
        content.append(Piece{{}, file->ref, true});
        literal.clear();
    }
    content.append(Piece{"\r\n--" + boundary + "--\r\n", {}, false});
    return content;
}

/// By which the message is found: also by the names of its attachments.
QString searchTextOf(const Draft &draft)
{
    QString text;
    for (const Attachment &attachment : draft.attachments)
        text += attachment.name + QLatin1Char('\n');
    return boundedSearchText(text + draft.text);
}

} // namespace

BuildContext systemBuildContext(const QDateTime &now)
{
    return {now, [] {
                quint32 words[4];
                QRandomGenerator::system()->fillRange(words);
                return QByteArray(reinterpret_cast<const char *>(words), sizeof words).toHex();
            }};
}

QByteArray dateField(const QDateTime &when)
{
    const QDateTime there = when.toOffsetFromUtc(when.offsetFromUtc());
    const int offset = there.offsetFromUtc() / 60;
    const QString text = QLocale::c().toString(there, QStringLiteral("ddd, d MMM yyyy HH:mm:ss "));
    return text.toLatin1() + (offset < 0 ? '-' : '+') +
           QByteArray::number(qAbs(offset) / 60).rightJustified(2, '0') +
           QByteArray::number(qAbs(offset) % 60).rightJustified(2, '0');
}

Base::Result<OutgoingMessage> build(const Draft &draft, const BuildContext &context, ContentStore &store)
{
    if (draft.from.trimmed().isEmpty())
        return Error{ErrorKind::NoSender, {}, {}};
    const QList<Issue> issues = problemsIn(draft);
    if (!issues.isEmpty())
        return issues.first().error;
    const Base::Result<Address> from = Address::parse(draft.from);
    if (!from)
        return from.error();

    OutgoingMessage message;
    message.envelope.reversePath = *from;
    message.envelope.recipients = recipientsOf(draft);
    message.envelope.notify = draft.notify;
    message.envelope.returned = draft.returned;
    message.envelope.handling = draft.handling;
    // Bcc stands in no header field, so it makes none that needs SMTPUTF8.
    const QList<Recipient> &recipients = message.envelope.recipients;
    message.envelope.utf8Header =
        from->needsSmtpUtf8() || std::any_of(recipients.begin(), recipients.end(), [](const Recipient &each) {
            return each.field != Field::Bcc && each.address.needsSmtpUtf8();
        });
    message.envelope.eightBit = message.envelope.utf8Header;
    const QByteArray token = context.token();
    message.envelope.envelopeId = token;
    // The sender's domain, never this computer's name.
    const QByteArray wire = from->wire();
    message.messageId = '<' + token + wire.mid(wire.lastIndexOf('@')) + '>';
    message.from = from->toString();
    message.subject = draft.subject.simplified();
    message.text = searchTextOf(draft);
    message.hasAttachment = !draft.attachments.isEmpty();

    HeaderWriter header;
    if (const Base::Done done =
            writeHeader(draft, *from, message.envelope.recipients, message.messageId, context, header);
        !done)
        return done.error();
    Base::Result<Content> content = writeBody(draft, context, header, store);
    if (!content)
        return content.error();
    message.content = std::move(*content);
    return message;
}

} // namespace Message
