#pragma once

// Reasons as the books have them. Mostly one reply decides about all recipients and the attempt: it is put
// into words once.

#include "core/delivery/reason.h"
#include "core/store/json.h"

namespace Store {

class ReasonWords
{
public:
    const QString &of(const Delivery::Reason &reason)
    {
        if (!m_reason || *m_reason != reason) {
            m_text = pack(Delivery::toJson(reason));
            m_reason = reason;
        }
        return m_text;
    }

private:
    std::optional<Delivery::Reason> m_reason;
    QString m_text;
};

} // namespace Store
