#pragma once

// The books of one letter while it is under way: who waits, who was asked about, taken or refused, and what
// follows for everyone else when it ends. A letter takes one mail transaction (RFC 5321 §3.3), or several
// where the server takes fewer recipients at once. It makes sure that every recipient gets a verdict of its
// own (law 4) and that only those whom the server may have taken can ever be uncertain (law 5).

#include "core/delivery/outcome.h"
#include "core/message/outgoingmessage.h"

#include <vector>

namespace Smtp {

/// How many recipients a server takes at once: what it declares (LIMITS, RFC 9422), or what was learned from
/// its refusals (RFC 5321 §4.5.3.1.10). 0: no limit is known.
struct RecipientLimits
{
    int recipients = 0;
    int domains = 0;
};

class Transaction
{
public:
    Transaction() = default; ///< of no recipient: a rehearsal
    explicit Transaction(const Message::Envelope &envelope);

    const QList<Delivery::RecipientResult> &results() const { return m_outcome.recipients; }

    /// Whom the next round is about, by their index: those who wait, as many as the limits allow. They count
    /// as asked.
    QList<qsizetype> beginRound(const Message::Envelope &envelope, const RecipientLimits &limits);
    bool hasWaiting() const { return has(Standing::Waiting); }
    /// All of this round wait again: it is begun anew.
    void rewindRound();

    void mailAnswered(const Delivery::ServerReply &reply) { m_mail = reply; }
    const Delivery::ServerReply &mailReply() const { return m_mail; }
    void rcptAnswered(qsizetype index, const Delivery::ServerReply &reply);
    /// The answer does not count: RCPT is said again, in a later round.
    void askAgain(qsizetype index) { standing(index) = Standing::Waiting; }
    /// RCPT cannot even be said for this one (an address the server cannot take, or too long).
    void rcptImpossible(qsizetype index, const Base::Error &error);
    /// An answer to RCPT that bars everyone: "sign in first". Null when there was none.
    const Delivery::ServerReply &barrier() const { return m_barrier; }
    /// How many of this round the server has taken.
    int taken() const;
    bool hasTaken() const { return has(Standing::Taken); }
    QList<qsizetype> takenOnes() const;
    /// Whom the server has taken in this round, or may have: in a pipeline an answer may be owed still.
    QList<qsizetype> receiving() const;
    /// The server said in this round that it takes no more recipients at once.
    bool wasFull() const { return m_full; }

    /// The end of the content is on its way: from here on a lost connection means "uncertain".
    void setCommitted(bool committed) { m_committed = committed; }

    // How a round ends.
    /// The content was answered for this one of those who were taken (LMTP, RFC 2033 §4.2).
    void contentAnswered(qsizetype index, const Delivery::ServerReply &reply);
    /// The content was accepted for all who were taken.
    void accept(const Delivery::ServerReply &reply);
    /// Nobody was taken. Where all wait for a next round none would come: they are deferred.
    void endRoundWithoutAny();

    // How all of it ends; each gives a verdict to everyone who has none.
    void refuse(Delivery::Stage stage, const Delivery::ServerReply &reply);
    void fail(Delivery::Stage stage, const Base::Error &error, Delivery::Scope scope);

    Delivery::Scope scope() const { return m_outcome.scope; }
    Delivery::Outcome &outcome() { return m_outcome; }

private:
    /// Where a recipient without a verdict is.
    enum class Standing { Waiting, Asked, Taken, Full, Judged };

    bool has(Standing standing) const;
    Standing &standing(qsizetype index) { return m_standings[static_cast<std::size_t>(index)]; }
    void judge(qsizetype index, Delivery::RecipientResult result);

    Delivery::Outcome m_outcome;
    Delivery::ServerReply m_mail;
    Delivery::ServerReply m_barrier;
    std::vector<Standing> m_standings; ///< in the order of the envelope
    Delivery::ServerReply m_fullReply;
    bool m_full = false;
    bool m_committed = false;
};

} // namespace Smtp
