#pragma once

// Messages that do not leave at once: for some seconds they can be taken back, or they wait for the time a
// person chose. Both are on record, so they hold over a restart; the moment itself is next_attempt in the
// message's row. Written in the mail thread; every call is one transaction.

#include "core/delivery/retryschedule.h"
#include "core/delivery/scheduledtime.h"
#include "core/message/draft.h"
#include "core/store/statebook.h"

namespace Store {

class Departures
{
public:
    explicit Departures(Database &database)
        : m_database(database)
        , m_book(database)
    {
    }

    /// What was just queued waits, if `departure` says so. With `draft` it can be taken back as what it was.
    Base::Done postpone(Base::MessageId id, const Delivery::Departure &departure,
                        const Delivery::RetrySchedule &schedule, const std::optional<Message::Draft> &draft,
                        const QDateTime &now);
    /// What waits, is deferred or held leaves at that time; what has a time gets another one.
    Base::Done schedule(Base::MessageId id, const Delivery::ScheduledTime &time, const QDateTime &now);
    /// Queues what leaves now. What is later than the schedule allows is held, with Overdue as its reason.
    Base::Result<QList<Base::MessageId>> depart(const Delivery::RetrySchedule &schedule,
                                                const QDateTime &now);
    /// When the next one leaves; none: never.
    Base::Result<std::optional<QDateTime>> next() const;
    /// For a start, and when the clock was set back: works the moments out anew, since the rules of a time
    /// zone may have changed and nothing can be taken back for longer than the schedule says.
    Base::Done review(const Delivery::RetrySchedule &schedule, const QDateTime &now);
    /// Out of the outbox and among the drafts, as if it had not been sent. NotAllowed when it has left.
    Base::Result<Base::DraftId> takeBack(Base::MessageId id, const QDateTime &now);

    // shared with the reading side
    /// The time a person chose; null: none.
    static Base::Result<Delivery::ScheduledTime> readPlan(const Database &database, Base::MessageId id);
    /// Whether takeBack() would do, but for what happens in between.
    static bool canTakeBack(const Database &database, Base::MessageId id);

private:
    struct Leaving
    {
        Base::MessageId id;
        Delivery::MessageState state;
        QDateTime moment;
        Delivery::ScheduledTime planned;
    };

    Base::Result<QList<Leaving>> leaving(const QString &which, const QVariantList &values) const;
    Base::Done leave(const Leaving &each, const Delivery::RetrySchedule &schedule, const QDateTime &now);

    Database &m_database;
    StateBook m_book;
};

} // namespace Store
