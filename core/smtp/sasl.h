#pragma once

// Sign-in mechanisms (RFC 4422): what is said first, and what is answered to a challenge. The exchange
// itself, its limits and its secrecy are the session's.

#include "core/base/result.h"

#include <QByteArray>
#include <QStringList>

#include <memory>
#include <optional>

namespace Smtp {

struct Credentials
{
    QByteArray user;
    QByteArray secret;
};

class Mechanism
{
public:
    virtual ~Mechanism() = default;
    virtual QByteArray name() const = 0;
    /// Said with AUTH itself; nullopt: the server speaks first.
    virtual std::optional<QByteArray> initial() = 0;
    /// The answer to a decoded challenge. Protocol when the challenge makes no sense.
    virtual Base::Result<QByteArray> respond(const QByteArray &challenge) = 0;
};

/// The strongest mechanism among those offered, or `pinned` when it is not empty; null when there is none of
/// ours.
std::unique_ptr<Mechanism> chooseMechanism(const QStringList &offered, const QString &pinned,
                                           const Credentials &credentials);
/// Ours, strongest first: "PLAIN", "LOGIN".
QStringList knownMechanisms();

} // namespace Smtp
