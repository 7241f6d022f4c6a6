#pragma once

// Builds every command line (RFC 5321 §4.1), as bytes. One place refuses what could end the line or start
// another (CVE-2015-9097, CVE-2026-82853, CVE-2026-82854): controls, non-ASCII, over-long. A command carries
// its public form beside its wire form, so what is secret is decided where it is put in.

#include "core/base/result.h"
#include "core/message/outgoingmessage.h"
#include "core/smtp/capabilities.h"

#include <QByteArray>

namespace Smtp {

struct Command
{
    QByteArray wire; ///< with its CRLF; empty: nothing is said, an answer is expected all the same
    QString shown;   ///< what may be written down
};

namespace Commands {

Base::Result<Command> ehlo(const QString &clientName);
Base::Result<Command> helo(const QString &clientName);
Command startTls();
/// AUTH with its initial response, if there is one (RFC 4954 §4); the response is never shown.
Base::Result<Command> auth(const QByteArray &mechanism, const std::optional<QByteArray> &initial);
/// A response in a SASL exchange; never shown.
Command authResponse(const QByteArray &response);
/// "*": gives a SASL exchange up.
Command authCancel();
/// size in octets, declared where the server offers SIZE.
Base::Result<Command> mail(const Message::Envelope &envelope, qint64 size, const Capabilities &capabilities);
Base::Result<Command> rcpt(const Message::Envelope &envelope, const Message::Recipient &recipient,
                           const Capabilities &capabilities);
Command data();
Command rset();
Command quit();

} // namespace Commands

/// RFC 3461 §4: printable ASCII without "+" and "=", the rest as "+" and two hexadecimal digits.
QByteArray xtext(const QByteArray &text);

} // namespace Smtp
