#include "core/smtp/command.h"

namespace Smtp {

namespace {

constexpr qsizetype longestCommand =
    2000; // RFC 5321 §4.5.3.1.4 says 512 without extensions; their parameters add

Base::Result<Command> line(const QByteArray &text)
{
    for (const char c : text) {
        if (c < 0x20 || c == 0x7f) { // char is signed: octets over 127 are below 0x20 too
            return Base::Error{Base::ErrorKind::BadAddress, QString::fromLatin1(text),
                               QStringLiteral("a command cannot hold control or non-ASCII characters")};
        }
    }
    if (text.size() > longestCommand)
        return Base::Error{Base::ErrorKind::BadAddress, QString::fromLatin1(text.left(80)),
                           QStringLiteral("the command is too long")};
    return Command{text + "\r\n", QString::fromLatin1(text)};
}

Command fixed(const char *text)
{
    return {QByteArray(text) + "\r\n", QString::fromLatin1(text)};
}

QByteArray notifyWords(const Message::Notify &notify)
{
    if (notify.never)
        return "NEVER";
    QByteArrayList words;
    if (notify.success)
        words.append("SUCCESS");
    if (notify.failure)
        words.append("FAILURE");
    if (notify.delay)
        words.append("DELAY");
    return words.join(',');
}

} // namespace

QByteArray xtext(const QByteArray &text)
{
    QByteArray out;
    for (const char c : text) {
        if (c > 0x20 && c < 0x7f && c != '+' && c != '=')
            out += c;
        else
            out += '+' + QByteArray(1, c).toHex().toUpper();
    }
    return out;
}

namespace Commands {

Base::Result<Command> ehlo(const QString &clientName)
{
    return line("EHLO " + clientName.toUtf8());
}
Base::Result<Command> helo(const QString &clientName)
{
    return line("HELO " + clientName.toUtf8());
}
Command startTls()
{
    return fixed("STARTTLS");
}

Base::Result<Command> auth(const QByteArray &mechanism, const std::optional<QByteArray> &initial)
{
    Base::Result<Command> command = line("AUTH " + mechanism);
    if (!command || !initial)
        return command;
    // An empty response is written "=" (RFC 4954 §4).
    const QByteArray encoded = initial->isEmpty() ? QByteArray("=") : initial->toBase64();
    command->wire.chop(2);
    command->wire += ' ' + encoded + "\r\n";
    command->shown += QStringLiteral(" ****");
    return command;
}

Command authResponse(const QByteArray &response)
{
    return {response.toBase64() + "\r\n", QStringLiteral("****")};
}
Command authCancel()
{
    return fixed("*");
}

Base::Result<Command> mail(const Message::Envelope &envelope, qint64 size, const Capabilities &capabilities)
{
    // No sender at all is "<>", the reverse-path of reports (RFC 5321 §4.5.5).
    const QByteArray sender = envelope.reversePath.isNull() ? QByteArray() : envelope.reversePath.wire();
    QByteArray text = "MAIL FROM:<" + sender + '>';
    if (capabilities.has(QStringLiteral("SIZE")))
        text += " SIZE=" + QByteArray::number(size);
    if (envelope.eightBit && capabilities.has(QStringLiteral("8BITMIME")))
        text += " BODY=8BITMIME";
    const bool reports = envelope.notify.isSet() || envelope.returned != Message::Return::Unset;
    if (reports && capabilities.has(QStringLiteral("DSN"))) {
        if (envelope.returned != Message::Return::Unset)
            text += envelope.returned == Message::Return::Full ? " RET=FULL" : " RET=HDRS";
        if (!envelope.envelopeId.isEmpty())
            text += " ENVID=" + xtext(envelope.envelopeId);
    }
    return line(text);
}

Base::Result<Command> rcpt(const Message::Envelope &envelope, const Message::Recipient &recipient,
                           const Capabilities &capabilities)
{
    QByteArray text = "RCPT TO:<" + recipient.address.wire() + '>';
    if (envelope.notify.isSet() && capabilities.has(QStringLiteral("DSN")))
        text +=
            " NOTIFY=" + notifyWords(envelope.notify) + " ORCPT=rfc822;" + xtext(recipient.address.wire());
    return line(text);
}

Command data()
{
    return fixed("DATA");
}
Command rset()
{
    return fixed("RSET");
}
Command quit()
{
    return fixed("QUIT");
}

} // namespace Commands

} // namespace Smtp
