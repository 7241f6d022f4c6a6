#include "core/smtp/requirements.h"

namespace Smtp {

using Base::Error;
using Base::ErrorKind;

namespace {

/// The first address that needs SMTPUTF8.
QString beyondAscii(const Message::Envelope &envelope)
{
    if (envelope.reversePath.needsSmtpUtf8())
        return envelope.reversePath.addrSpec();
    for (const Message::Recipient &recipient : envelope.recipients) {
        if (recipient.address.needsSmtpUtf8())
            return recipient.address.addrSpec();
    }
    return {}; // it stands in the header alone
}

} // namespace

Error notOffered(const QString &keyword, const QString &why)
{
    return {ErrorKind::NotOffered, keyword, why};
}

std::optional<Error> obstacle(const Message::Envelope &envelope, qint64 size,
                              const Capabilities &capabilities, const QDateTime &now)
{
    if (const qint64 most = capabilities.sizeLimit(); most > 0 && size > most)
        return Error{ErrorKind::TooBig, QString::number(size),
                     QStringLiteral("the server takes at most %1 octets").arg(most)};
    if ((envelope.utf8Header || envelope.reversePath.needsSmtpUtf8()) &&
        !capabilities.has(QStringLiteral("SMTPUTF8")))
        return notOffered(QStringLiteral("SMTPUTF8"), beyondAscii(envelope));
    if (envelope.eightBit && !capabilities.has(QStringLiteral("8BITMIME")))
        return notOffered(
            QStringLiteral("8BITMIME"),
            QStringLiteral("the message holds 8-bit text and the server takes 7-bit text only"));
    // Never dropped in silence: it would go on unprotected.
    if (envelope.handling.requireTls && !capabilities.has(QStringLiteral("REQUIRETLS")))
        return notOffered(QStringLiteral("REQUIRETLS"),
                          QStringLiteral("the message must be encrypted all the way"));
    if (envelope.handling.holdUntil && *envelope.handling.holdUntil > now) {
        if (!capabilities.has(QStringLiteral("FUTURERELEASE")))
            return notOffered(QStringLiteral("FUTURERELEASE"),
                              QStringLiteral("the message is not to go out before a set time"));
        const qint64 longest = capabilities.longestHold();
        if (longest > 0 && now.secsTo(*envelope.handling.holdUntil) > longest)
            return Error{ErrorKind::NotOffered, QStringLiteral("FUTURERELEASE"),
                         QStringLiteral("the server holds a message for at most %1 s").arg(longest)};
    }
    if (envelope.handling.deliverBy && envelope.handling.deliverBy->returned &&
        envelope.handling.deliverBy->deadline <= now)
        return Error{ErrorKind::TooLate, envelope.handling.deliverBy->deadline.toString(Qt::ISODate),
                     QStringLiteral("the message was to be delivered by then or not at all")};
    return {};
}

bool lacks(const Message::Envelope &envelope, const Capabilities &capabilities)
{
    const Message::Handling &handling = envelope.handling;
    const bool reports = envelope.notify.isSet() || envelope.returned != Message::Return::Unset;
    const auto wants = [&capabilities](bool wanted, const char *keyword) {
        return wanted && !capabilities.has(QLatin1String(keyword));
    };
    return wants(reports, "DSN") || wants(envelope.eightBit, "8BITMIME") ||
           wants(envelope.utf8Header || !beyondAscii(envelope).isEmpty(), "SMTPUTF8") ||
           wants(handling.requireTls, "REQUIRETLS") ||
           wants(handling.holdUntil.has_value(), "FUTURERELEASE") ||
           wants(handling.deliverBy.has_value(), "DELIVERBY") ||
           wants(handling.priority.has_value(), "MT-PRIORITY");
}

} // namespace Smtp
