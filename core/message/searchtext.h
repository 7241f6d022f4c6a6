#pragma once

// What a finished message can be found by, beside its subject and its addresses: the beginning of its text
// and the names of what is attached. Best effort over foreign octets: what cannot be read is left out, and
// nothing is an error. Nothing else in the program relies on it.

#include "core/message/outgoingmessage.h"

namespace Message {

inline constexpr qsizetype longestSearchText = 64 * 1024; ///< characters
inline constexpr qint64 searchedOctets = 256 * 1024;      ///< of a finished message

struct SearchText
{
    QString text; ///< at most longestSearchText
    bool hasAttachment = false;

    friend bool operator==(const SearchText &, const SearchText &) = default;
};

/// Of a draft's text, or any other.
QString boundedSearchText(const QString &text);
/// Of a message, header and all, as far as it is given.
SearchText searchTextIn(const QByteArray &beginning);
/// Of what stands in the content itself; what lies in the spool is not looked at.
SearchText searchTextOf(const Content &content);

} // namespace Message
