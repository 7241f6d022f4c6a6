#pragma once

// The queue and its attempts, written in the mail thread; every call is one transaction, durable when it
// returns or, as the work of a CommitGroup, with the group. Recorded before sent (law 3): beginAttempt()
// before connecting, markCommitting() before the final dot, finishAttempt() before anyone is told. What
// people decide about a message stands in decisions.h.

#include "core/accounts/account.h"
#include "core/delivery/transcript.h"
#include "core/store/database.h"
#include "core/store/rows.h"
#include "core/store/statebook.h"

#include <QSet>

#include <functional>

namespace Store {

/// A message that could be tried.
struct QueueEntry
{
    Base::MessageId id;
    Base::AccountId account;
    QDateTime due; ///< UTC
    QDateTime created;
    int attempts = 0;
    int recipients = 1; ///< of the message, all of them
};

/// What an attempt needs: the envelope with only those recipients who still wait, and where each stands in
/// the books.
struct Assignment
{
    Base::AttemptId attempt;
    int number = 0;
    Message::Envelope envelope;
    QList<int> positions; ///< of envelope.recipients, in the message
    Message::Content content;
    int recipientCount = 0; ///< of the message; those who have a verdict are not of this attempt
};

class ReasonWords;

/// Of a message, what can be put into the form of the books beforehand, in any thread.
struct StoredForm
{
    QString envelope;
    QByteArray pieces;

    static StoredForm of(const Message::OutgoingMessage &message);
};

/// What follows from an attempt: where the message goes when recipients still wait, and when.
struct Consequence
{
    std::optional<QDateTime> nextAttempt; ///< for those deferred; none: held for a person
    bool countAttempt = true;             ///< false: it was the account's fault, not the message's
    bool isProvisional = false;           ///< the attempt goes on: who is deferred now is counted at its end
    bool isInterrupted = false; ///< who is deferred stays as they were: nothing was learned about them
    bool giveUp = false;        ///< deferred recipients are refused now
};

class MessageStore
{
public:
    explicit MessageStore(Database &database)
        : m_database(database)
        , m_book(database)
    {
    }

    /// Removes the draft in the same transaction when its id is valid.
    Base::Result<Base::MessageId> enqueue(const Message::OutgoingMessage &message,
                                          const Accounts::Account &account, const QDateTime &now,
                                          Base::DraftId draft = {});
    /// The same without its words, for which enterIntoIndex() follows in the transaction the caller holds:
    /// every other statement has the index flushed, so the words of many are best entered at the end.
    Base::Result<Base::MessageId> enqueueUnfound(const Message::OutgoingMessage &message,
                                                 const StoredForm &form, const Accounts::Account &account,
                                                 const QDateTime &now, Base::DraftId draft);

    /// Messages due at `now`, the most overdue first.
    Base::Result<QList<QueueEntry>> due(const QDateTime &now, int limit) const;
    /// The same, of that account.
    Base::Result<QList<QueueEntry>> dueOf(Base::AccountId account, const QDateTime &now, int limit) const;
    /// When the next one is due that is not yet; none: never.
    Base::Result<std::optional<QDateTime>> nextDue(const QDateTime &now) const;

    /// Whether the clock seems to have been set back since the last attempts, or a message waits longer than
    /// `longest` ms: what the queue looks like is not to be believed then. Looks at a few rows only.
    Base::Result<bool> isAheadOf(const QDateTime &now, qint64 longest) const;
    /// For when the clock was set: asks of every deferred message that is not due yet when it is.
    Base::Done reschedule(const QDateTime &now, const std::function<QDateTime(const QueueEntry &)> &due);

    Base::Result<Assignment> beginAttempt(Base::MessageId id, const QDateTime &now);
    /// Puts "the final dot may have been sent" on record, with the verdicts known so far and who is receiving
    /// it (indexes in
    /// the assignment): should the program be killed, nobody else is uncertain. Several times in an attempt
    /// whose recipients the server takes in several rounds.
    Base::Done markCommitting(Base::MessageId id, const Assignment &assignment,
                              const QList<Delivery::RecipientResult> &results,
                              const QList<qsizetype> &receiving);
    /// What the server said is recorded whatever is on record before: not to know it would be to send it
    /// twice.
    Base::Done finishAttempt(Base::MessageId id, const Assignment &assignment,
                             const Delivery::Outcome &outcome, const Delivery::Transcript &transcript,
                             const Consequence &consequence, const QDateTime &now);
    /// Nothing came of it: the message is as it was before, and due. NotAllowed behind markCommitting().
    Base::Done abandonAttempt(Base::MessageId id, const Assignment &assignment, const QDateTime &now);
    /// The conversation went on after the outcome (QUIT and its answer).
    Base::Done replaceTranscript(Base::AttemptId attempt, const Delivery::Transcript &transcript);

    Base::Result<QSet<QByteArray>> spoolUse() const;

private:
    Base::Result<QList<QueueEntry>> entries(const QString &sql, const QVariantList &values) const;
    Base::Done assign(Base::MessageId id, Assignment &assignment);
    static Base::Done assign(Assignment &assignment, int position, const QString &addrSpec);
    Base::Done settle(Base::MessageId id, const Assignment &assignment, const Delivery::Outcome &outcome,
                      const Consequence &consequence, const QString &words, int judged, const QDateTime &now);
    Base::Done setReceiving(Base::MessageId id, const Assignment &assignment,
                            const QList<Delivery::RecipientResult> &results,
                            const QList<qsizetype> &receiving);
    Base::Result<bool> isCommitting(Base::AttemptId attempt) const;
    /// How many recipients got a verdict.
    Base::Result<int> apply(Base::MessageId id, const Assignment &assignment,
                            const QList<Delivery::RecipientResult> &results, const Consequence &consequence,
                            Delivery::Scope scope, ReasonWords &spoken);
    Base::Done insertRecipients(qint64 message, const QList<Message::Recipient> &recipients);

    Database &m_database;
    StateBook m_book;
};

} // namespace Store
