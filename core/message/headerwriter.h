#pragma once

// Writes header fields (RFC 5322 §2.2): folded at 78 where there is a place to fold, never over 998 octets,
// 7-bit, ending in CRLF. It has no function that could write a Bcc field (law 2). A value with CR, LF, NUL or
// another control is refused before anything is written (BadHeader), not cleaned in silence.

#include "core/base/result.h"
#include "core/message/address.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace Message {

class HeaderWriter
{
public:
    /// Free text (RFC 5322 §2.2.1), encoded words where it is not ASCII.
    Base::Done text(const QByteArray &name, const QString &value);
    /// A list of mailboxes. Writes nothing for an empty list.
    void addresses(const QByteArray &name, const QList<Address> &addresses);
    /// A value that is already ASCII and structured, made by the program itself.
    void structured(const QByteArray &name, const QByteArray &value);
    /// A media type or disposition with parameters; non-ASCII values as RFC 2231 sections.
    void parameterised(const QByteArray &name, const QByteArray &value,
                       const QList<std::pair<QByteArray, QString>> &parameters);

    QByteArray take() { return std::exchange(m_out, {}); }

private:
    void begin(const QByteArray &name);
    void token(const QByteArray &token, bool blankBefore);
    void end();

    QByteArray m_out;
    qsizetype m_column = 0;
};

/// Whether text may become a header field's value: no C0 control but tab, no DEL, no line separator.
bool isHeaderSafe(const QString &text);
/// Whether text may be a field's name (RFC 5322 §2.2).
bool isFieldName(const QByteArray &name);

} // namespace Message
