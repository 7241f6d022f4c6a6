#pragma once

// What a person types behind "To", or a header field holds, taken apart (RFC 5322 §3.4): mailboxes and
// groups, separated by commas, semicolons or line ends, with quoted strings, comments and encoded words. The
// parts that are no address come back too, each with the reason, so that nothing a person wrote is lost in
// silence.

#include "core/message/address.h"

#include <QList>

namespace Message {

class AddressList
{
public:
    struct Problem
    {
        QString text; ///< the part as it was written
        QString why;  ///< technical, untranslated
    };

    static AddressList parse(const QString &text);

    const QList<Address> &addresses() const { return m_addresses; }
    const QList<Problem> &problems() const { return m_problems; }

private:
    QList<Address> m_addresses;
    QList<Problem> m_problems;
};

/// `Name <a@b>, c@d` for people.
QString toString(const QList<Address> &addresses);

} // namespace Message
