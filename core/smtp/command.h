#pragma once

// Builds every command line (RFC 5321 §4.1), as bytes. One place refuses what could end the line or start
// another (CVE-2015-9097, CVE-2026-82853, CVE-2026-82854): controls, non-ASCII where SMTPUTF8 was not agreed
// on, over-long. A command carries its public form beside its wire form, so what is secret is decided where
// it is put in.

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

/// What is said about a message besides its addresses.
struct Announcement
{
    qint64 size = 0;   ///< octets, declared where the server offers SIZE
    bool utf8 = false; ///< SMTPUTF8 is asked for (RFC 6531 §3.4)
    QDateTime now;     ///< UTC; deadlines are counted from here
};

namespace Commands {

Base::Result<Command> ehlo(const QString &clientName);
Base::Result<Command> helo(const QString &clientName);
Base::Result<Command> lhlo(const QString &clientName); ///< RFC 2033 §4.1
Command startTls();
/// AUTH with its initial response, if there is one (RFC 4954 §4); the response is never shown.
Base::Result<Command> auth(const QByteArray &mechanism, const std::optional<QByteArray> &initial);
/// A response in a SASL exchange; never shown.
Command authResponse(const QByteArray &response);
/// "*": gives a SASL exchange up.
Command authCancel();
/// With every parameter the envelope asks for and the server offers. What must not be left out (REQUIRETLS,
/// HOLDUNTIL, SMTPUTF8) is said whether it is offered or not: whether it may be said is the caller's
/// question.
Base::Result<Command> mail(const Message::Envelope &envelope, const Announcement &announcement,
                           const Capabilities &capabilities);
Base::Result<Command> rcpt(const Message::Envelope &envelope, const Message::Recipient &recipient, bool utf8,
                           const Capabilities &capabilities);
Command data();
/// A chunk of so many octets, which follow the command at once (RFC 3030 §2).
Command bdat(qsizetype octets, bool last);
Command rset();
Command quit();

} // namespace Commands

/// RFC 3461 §4: printable ASCII without "+" and "=", the rest as "+" and two hexadecimal digits.
QByteArray xtext(const QByteArray &text);

} // namespace Smtp
