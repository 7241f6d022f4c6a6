#pragma once

// What became of one attempt: a verdict for every recipient (law 4), and whom the failure concerns.

#include "core/base/error.h"
#include "core/delivery/serverreply.h"
#include "core/delivery/stage.h"

#include <QList>
#include <QMetaType>

#include <optional>

namespace Delivery {

enum class Verdict {
    None,      ///< not decided in this attempt
    Accepted,  ///< the server took responsibility (RFC 5321 §6.1)
    Deferred,  ///< not now: will be tried again
    Refused,   ///< for good
    Uncertain, ///< the content was sent whole and the answer is missing (law 5)
};

/// Whom a failure concerns, and so what the dispatcher does about it.
enum class Scope {
    Recipient, ///< only that one; the others go on
    Message,   ///< this message; the queue goes on
    Account,   ///< every message of the account: back off, or ask the person
    Session,   ///< this connection: connect again, later
};

struct RecipientResult
{
    QString address; ///< addr-spec as it stands in the envelope
    Verdict verdict = Verdict::None;
    Stage stage = Stage::Connect;
    ServerReply reply; ///< the one that decided; null when none did
    std::optional<Base::Error> error;

    friend bool operator==(const RecipientResult &, const RecipientResult &) = default;
};

struct Outcome
{
    QList<RecipientResult> recipients; ///< in the order of the envelope
    Scope scope = Scope::Message;      ///< of the failure; meaningless when all is well
    Stage stage = Stage::Connect;      ///< reached, or where it failed
    ServerReply reply;                 ///< the deciding one
    std::optional<Base::Error> error;  ///< when it was no reply that decided
    QString queueId;                   ///< what the server calls the message, as far as its last reply tells
    QString server;                    ///< "192.0.2.7:587"
    QString tls;                       ///< "TLS 1.3, TLS_AES_256_GCM_SHA384"; empty: none

    bool isSuccess() const { return !error && recipients.size() == count(Verdict::Accepted); }
    qsizetype count(Verdict verdict) const;
};

QString name(Verdict verdict); ///< "none", "accepted", "deferred", "refused", "uncertain"
QString name(Scope scope);     ///< "recipient", "message", "account", "session"

/// The queue id in the reply to the final dot, or empty; as Postfix, Exim, Sendmail, Exchange and Gmail write
/// it.
QString queueIdIn(const ServerReply &reply);

} // namespace Delivery

Q_DECLARE_METATYPE(Delivery::Outcome)
