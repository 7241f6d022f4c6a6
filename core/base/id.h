#pragma once

// Numbers that cannot be mixed up: a message's id is not an account's.

#include <QHashFunctions>
#include <QMetaType>
#include <QString>

#include <compare>

namespace Base {

template <class Tag>
struct Id
{
    qint64 value = 0; ///< 0: none

    bool isValid() const { return value > 0; }
    QString toString() const { return QString::number(value); }
    /// The id written as a decimal number, or an invalid one.
    static Id fromString(const QString &text)
    {
        bool ok = false;
        const qint64 number = text.toLongLong(&ok);
        return Id{ok && number > 0 ? number : 0};
    }
    friend auto operator<=>(const Id &, const Id &) = default;
    friend size_t qHash(const Id &id, size_t seed = 0) { return ::qHash(id.value, seed); }
};

using AccountId = Id<struct AccountTag>;
using MessageId = Id<struct MessageTag>;
using AttemptId = Id<struct AttemptTag>;
using DraftId = Id<struct DraftTag>;

} // namespace Base
