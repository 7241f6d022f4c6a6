#pragma once

// The books of one mail transaction (RFC 5321 §3.3) while it is under way: who was taken, who was refused,
// and what follows for everyone else when it ends. It makes sure that every recipient gets a verdict of its
// own (law 4) and that only those whom the server took can ever be uncertain (law 5).

#include "core/delivery/outcome.h"
#include "core/message/outgoingmessage.h"

#include <vector>

namespace Smtp {

class Transaction
{
public:
    Transaction() = default; ///< of no recipient: a rehearsal
    explicit Transaction(const Message::Envelope &envelope);

    const QList<Delivery::RecipientResult> &results() const { return m_outcome.recipients; }

    void mailAnswered(const Delivery::ServerReply &reply) { m_mail = reply; }
    const Delivery::ServerReply &mailReply() const { return m_mail; }
    void rcptAnswered(qsizetype index, const Delivery::ServerReply &reply);
    /// RCPT cannot even be said for this one (a local part beyond ASCII, an address too long).
    void rcptImpossible(qsizetype index, const Base::Error &error);
    /// An answer to RCPT that bars everyone: "sign in first". Null when there was none.
    const Delivery::ServerReply &barrier() const { return m_barrier; }
    bool hasTaken() const;

    /// The final dot is on its way: from here on a lost connection means "uncertain".
    void setCommitted(bool committed) { m_committed = committed; }

    // How it ends; each gives a verdict to everyone who has none.
    void accept(const Delivery::ServerReply &reply);
    void refuse(Delivery::Stage stage, const Delivery::ServerReply &reply);
    void fail(Delivery::Stage stage, const Base::Error &error, Delivery::Scope scope);
    /// Every recipient was refused by itself.
    void allRefused();

    Delivery::Scope scope() const { return m_outcome.scope; }
    Delivery::Outcome &outcome() { return m_outcome; }

private:
    Delivery::Outcome m_outcome;
    Delivery::ServerReply m_mail;
    Delivery::ServerReply m_barrier;
    std::vector<bool> m_taken; ///< by RCPT, in the order of the envelope
    bool m_committed = false;
};

} // namespace Smtp
