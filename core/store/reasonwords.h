#pragma once

// Reasons as the books have them. Mostly one reply decides about all recipients and the attempt: it is put
// into words once.

#include "core/delivery/reason.h"
#include "core/store/json.h"

#include <algorithm>

namespace Store {

class ReasonWords
{
public:
    const QString &of(const Delivery::Reason &reason)
    {
        if (!m_reason || *m_reason != reason) {
            m_text = words(reason);
            m_reason = reason;
        }
        return m_text;
    }

    /// pack(Delivery::toJson(reason)); by hand where nothing in it needs to be escaped, as in nearly every
    /// reply.
    static QString words(const Delivery::Reason &reason)
    {
        const QStringList &lines = reason.reply.lines();
        if (reason.error || reason.reply.isNull() || !std::all_of(lines.begin(), lines.end(), isPlain))
            return pack(Delivery::toJson(reason));
        const QString quoted =
            lines.isEmpty() ? QString()
                            : QLatin1Char('"') + lines.join(QStringLiteral("\",\"")) + QLatin1Char('"');
        return QStringLiteral("{\"code\":") + QString::number(reason.reply.code()) +
               QStringLiteral(",\"lines\":[") + quoted + QStringLiteral("],\"scope\":\"") +
               Delivery::name(reason.scope) + QStringLiteral("\",\"stage\":\"") +
               Delivery::name(reason.stage) + QStringLiteral("\"}");
    }

private:
    static bool isPlain(const QString &text)
    {
        return std::all_of(text.begin(), text.end(), [](QChar c) {
            return c >= QLatin1Char(' ') && c <= QLatin1Char('~') && c != QLatin1Char('"') &&
                   c != QLatin1Char('\\');
        });
    }

    std::optional<Delivery::Reason> m_reason;
    QString m_text;
};

} // namespace Store
