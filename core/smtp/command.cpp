#include "core/smtp/command.h"

#include <algorithm>

namespace Smtp {

namespace {

constexpr qsizetype longestCommand =
    2000; // RFC 5321 §4.5.3.1.4 says 512 without extensions; their parameters add

/// With `utf8`, characters outside ASCII may stand in it (RFC 6531 §3.3), but no control of theirs either.
Base::Result<Command> line(const QByteArray &text, bool utf8 = false)
{
    const QString shown = QString::fromUtf8(text);
    const bool odd = std::any_of(shown.begin(), shown.end(), [utf8](QChar c) {
        return c < u' ' || (c >= u'\x7f' && c < u'\xa0') || (c > u'~' && !utf8);
    });
    if (odd || shown.toUtf8() != text) {
        return Base::Error{Base::ErrorKind::BadAddress, shown,
                           QStringLiteral("a command cannot hold control or non-ASCII characters")};
    }
    if (text.size() > longestCommand)
        return Base::Error{Base::ErrorKind::BadAddress, shown.left(80),
                           QStringLiteral("the command is too long")};
    return Command{text + "\r\n", shown};
}

Command fixed(const char *text)
{
    return {QByteArray(text) + "\r\n", QString::fromLatin1(text)};
}

/// RFC 6533 §3, utf-8-addr-xtext: as xtext, but characters outside ASCII and the three that xtext and this
/// notation need as "\x{…}".
QByteArray utf8Xtext(const QString &text)
{
    QByteArray out;
    for (const char32_t c : text.toUcs4()) {
        if (c > 0x20 && c < 0x7f && c != '+' && c != '=' && c != '\\')
            out += static_cast<char>(c);
        else
            out += "\\x{" + QByteArray::number(static_cast<uint>(c), 16).toUpper() + '}';
    }
    return out;
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
Base::Result<Command> lhlo(const QString &clientName)
{
    return line("LHLO " + clientName.toUtf8());
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

Base::Result<Command> mail(const Message::Envelope &envelope, const Announcement &announcement,
                           const Capabilities &capabilities)
{
    // No sender at all is "<>", the reverse-path of reports (RFC 5321 §4.5.5).
    const QByteArray sender = envelope.reversePath.isNull() ? QByteArray() : envelope.reversePath.wire();
    QByteArray text = "MAIL FROM:<" + sender + '>';
    if (capabilities.has(QStringLiteral("SIZE")))
        text += " SIZE=" + QByteArray::number(announcement.size);
    if (envelope.eightBit && capabilities.has(QStringLiteral("8BITMIME")))
        text += " BODY=8BITMIME";
    if (announcement.utf8)
        text += " SMTPUTF8";
    const bool reports = envelope.notify.isSet() || envelope.returned != Message::Return::Unset;
    if (reports && capabilities.has(QStringLiteral("DSN"))) {
        if (envelope.returned != Message::Return::Unset)
            text += envelope.returned == Message::Return::Full ? " RET=FULL" : " RET=HDRS";
        if (!envelope.envelopeId.isEmpty())
            text += " ENVID=" + xtext(envelope.envelopeId);
    }
    if (envelope.handling.requireTls)
        text += " REQUIRETLS";
    if (envelope.handling.holdUntil && *envelope.handling.holdUntil > announcement.now) {
        const QByteArray until = envelope.handling.holdUntil->toUTC().toString(Qt::ISODate).toLatin1();
        if (until.isEmpty()) // RFC 3339 has four digits for a year
            return Base::Error{Base::ErrorKind::BadMessage, QStringLiteral("HOLDUNTIL"),
                               QStringLiteral("a time beyond the year 9999 cannot be written")};
        text += " HOLDUNTIL=" + until;
    }
    if (envelope.handling.deliverBy && capabilities.has(QStringLiteral("DELIVERBY"))) {
        // RFC 2852 §4: seconds from now, at most nine digits; N may lie in the past.
        const qint64 seconds = announcement.now.secsTo(envelope.handling.deliverBy->deadline);
        text += " BY=" + QByteArray::number(std::clamp<qint64>(seconds, -999'999'999, 999'999'999)) +
                (envelope.handling.deliverBy->returned ? ";R" : ";N");
    }
    if (envelope.handling.priority && capabilities.has(QStringLiteral("MT-PRIORITY")))
        text += " MT-PRIORITY=" + QByteArray::number(*envelope.handling.priority);
    return line(text, announcement.utf8);
}

Base::Result<Command> rcpt(const Message::Envelope &envelope, const Message::Recipient &recipient, bool utf8,
                           const Capabilities &capabilities)
{
    const QByteArray address = recipient.address.wire();
    QByteArray text = "RCPT TO:<" + address + '>';
    if (envelope.notify.isSet() && capabilities.has(QStringLiteral("DSN"))) {
        text += " NOTIFY=" + notifyWords(envelope.notify);
        // RFC 6533 §3: an address beyond ASCII has a type and a notation of its own.
        text += recipient.address.needsSmtpUtf8() ? " ORCPT=utf-8;" + utf8Xtext(recipient.address.addrSpec())
                                                  : " ORCPT=rfc822;" + xtext(address);
    }
    return line(text, utf8);
}

Command data()
{
    return fixed("DATA");
}
Command bdat(qsizetype octets, bool last)
{
    const QByteArray text = "BDAT " + QByteArray::number(octets) + (last ? " LAST" : "");
    return fixed(text.constData());
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
