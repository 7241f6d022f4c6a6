#pragma once

// How long sent messages are kept: a value for the whole home. It concerns messages whose every recipient
// was accepted and nothing else: what a person may still have to decide about is never let go by itself.

#include "core/base/result.h"

#include <QDateTime>
#include <QJsonObject>

#include <optional>

namespace Delivery {

/// By default everything is kept. Where both are set, what either lets go goes.
struct Retention
{
    static constexpr int mostDays = 36'500;
    static constexpr int mostMegabytes = 10'000'000;

    int days = 0;      ///< 0–36,500 since a message was sent; 0: for ever
    int megabytes = 0; ///< 0–10,000,000 (of 1,000,000 octets) of all that is kept; 0: any size

    bool keepsAll() const { return days == 0 && megabytes == 0; }
    /// What was sent before goes; none: however old it is.
    std::optional<QDateTime> before(const QDateTime &now) const;
    /// Octets that all of them together may have; none: any number.
    std::optional<qint64> most() const;

    friend bool operator==(const Retention &, const Retention &) = default;
};

/// BadSetting with the field in `subject`, as in the JSON, and what it may be in `detail`.
Base::Done check(const Retention &retention);

/// {"days": 30, "megabytes": 0}
QJsonObject toJson(const Retention &retention);
/// A field that is missing has its default. BadSetting when one is no number, or check() says so.
Base::Result<Retention> retentionFromJson(const QJsonObject &object);

} // namespace Delivery
