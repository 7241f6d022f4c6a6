#pragma once

// One mailbox (RFC 5322 §3.4). An Address cannot hold a control character, so no value that went through here
// can break out of a header field or a command (CVE-2015-9097, CVE-2025-7962).

#include "core/base/result.h"

#include <QByteArray>
#include <QString>

namespace Message {

class Address
{
public:
    Address() = default;

    /// "ada@example.org", "Ada Lovelace <ada@example.org>", "\"Lovelace, Ada\" <ada@example.org>". BadAddress
    /// names the text in `subject` and the reason in `detail`.
    static Base::Result<Address> parse(const QString &text);
    /// From its parts, checked the same way; domain without brackets unless it is an address literal.
    static Base::Result<Address> fromParts(const QString &displayName, const QString &localPart,
                                           const QString &domain);

    QString displayName() const { return m_displayName; }
    QString localPart() const { return m_localPart; } ///< unquoted
    QString domain() const { return m_domain; }       ///< as typed, Unicode allowed
    bool isNull() const { return m_domain.isEmpty(); }

    /// local@domain for people: Unicode, the local part quoted where it needs it.
    QString addrSpec() const;
    /// `Name <local@domain>` for people; the name quoted where it needs it.
    QString toString() const;
    /// For the envelope and for header fields: the domain as A-labels (RFC 5890), and so ASCII unless
    /// needsSmtpUtf8(); then the local part is UTF-8 (RFC 6531 §3.3).
    QByteArray wire() const;
    /// True when the local part is not ASCII: only a server with SMTPUTF8 (RFC 6531) can take it.
    bool needsSmtpUtf8() const;

    /// Same mailbox: the domain compared without case, the local part exactly (RFC 5321 §2.4).
    bool sameMailbox(const Address &other) const;

    friend bool operator==(const Address &, const Address &) = default;

private:
    bool setPlain(const QString &text);

    QString m_displayName;
    QString m_localPart;
    QString m_domain;
};

} // namespace Message
