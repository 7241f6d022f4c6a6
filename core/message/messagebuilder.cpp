#include "core/message/messagebuilder.h"

#include "core/message/addresslist.h"
#include "core/message/draftcheck.h"
#include "core/message/headerwriter.h"

#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QMimeDatabase>
#include <QRandomGenerator>

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

Base::Result<SpoolRef> intake(const Attachment &attachment, ContentStore &store)
{
    QFile file(attachment.path);
    if (!file.exists())
        return Error{ErrorKind::FileMissing, attachment.path, {}};
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::FileUnreadable, attachment.path, file.errorString()};
    return store.put(file);
}

QByteArray mediaType(const Attachment &attachment)
{
    const QMimeDatabase database;
    const QMimeType type = database.mimeTypeForFile(QFileInfo(attachment.path));
    const QByteArray name = type.name().toLatin1();
    // A message or a multipart may not be base64 (RFC 2045 §6.4), and text would be given a charset it may
    // not have: they travel as octets under their file name.
    if (!type.isValid() || name.startsWith("message/") || name.startsWith("multipart/") ||
        name.startsWith("inode/"))
        return "application/octet-stream";
    return name;
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
        const Base::Result<SpoolRef> ref = intake(attachment, store);
        if (!ref)
            return ref.error();
        HeaderWriter part;
        part.structured("Content-Type", mediaType(attachment));
        part.structured("Content-Transfer-Encoding", "base64");
        part.parameterised("Content-Disposition", "attachment", {{"filename", attachment.name}});
        literal += "\r\n--" + boundary + "\r\n" + part.take() + "\r\n";
        content.append(Piece{literal, {}, false});
        content.append(Piece{{}, *ref, true});
        literal.clear();
    }
    content.append(Piece{"\r\n--" + boundary + "--\r\n", {}, false});
    return content;
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
    const int offset = when.offsetFromUtc() / 60;
    const QString text = QLocale::c().toString(when, QStringLiteral("ddd, d MMM yyyy HH:mm:ss "));
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
    const QByteArray token = context.token();
    message.envelope.envelopeId = token;
    // The sender's domain, never this computer's name.
    const QByteArray wire = from->wire();
    message.messageId = '<' + token + wire.mid(wire.lastIndexOf('@')) + '>';
    message.from = from->toString();
    message.subject = draft.subject.simplified();

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
