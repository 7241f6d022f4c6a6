#include "core/outbox/journal.h"

#include "core/base/log.h"
#include "core/delivery/retrypolicy.h"

#include <QPointer>

namespace Outbox {

using Base::Done;
using Base::ErrorKind;
using Base::MessageId;
using Store::Assignment;

Journal::Journal(Store::Database &database, Store::CommitGroup &group, Base::Clock &clock)
    : m_messages(database)
    , m_accounts(database)
    , m_usage(database)

    , m_group(group)
    , m_clock(clock)
{
}

void Journal::begin(MessageId message, std::function<void(const Base::Result<Assignment> &)> then)
{
    auto assignment = std::make_shared<Assignment>();
    m_group.record(
        [this, message, assignment]() -> Done {
            Base::Result<Assignment> made = m_messages.beginAttempt(message, m_clock.now());
            if (!made)
                return made.error();
            *assignment = std::move(*made);
            return {};
        },
        [self = QPointer(this), assignment, then = std::move(then)](const Done &done) {
            if (self)
                then(done ? Base::Result<Assignment>(std::move(*assignment)) : done.error());
        });
}

void Journal::finish(MessageId message, const Assignment &assignment, Base::AccountId account,
                     const Ending &ending, std::function<void()> then)
{
    insist(
        QStringLiteral("The outcome of message %1 cannot be recorded").arg(message.toString()),
        [this, message, assignment, account, ending] {
            const Done done = m_messages.finishAttempt(message, assignment, ending.outcome, ending.transcript,
                                                       ending.consequence, m_clock.now());
            return done ? settle(account, ending) : done;
        },
        then);
}

Done Journal::settle(Base::AccountId account, const Ending &ending)
{
    if (const Done done = m_usage.add(account, m_clock.now(), ending.sent); !done)
        return done;
    if (ending.backOff) {
        if (const Done done = m_accounts.setBackOff(account, *ending.backOff); !done)
            return done;
    }
    return Delivery::needsPerson(ending.outcome)
               ? m_accounts.setPause(account, Delivery::reasonOf(ending.outcome))
               : Done();
}

void Journal::abandon(MessageId message, const Assignment &assignment, std::function<void()> then)
{
    insist(
        QStringLiteral("Message %1 cannot be put back").arg(message.toString()),
        [this, message, assignment] { return m_messages.abandonAttempt(message, assignment, m_clock.now()); },
        then);
}

void Journal::insist(const QString &what, const Store::CommitGroup::Work &work,
                     const std::function<void()> &then)
{
    m_group.record(work, [self = QPointer(this), what, work, then](const Done &done) {
        if (!self)
            return;
        if (done)
            return then();
        Base::Log::error(QStringLiteral("%1: %2").arg(what, done.error().detail));
        // The books will not take it later either. They stay as they are, and the next start says what is
        // known.
        if (done.error().kind == ErrorKind::NotAllowed || done.error().kind == ErrorKind::NotFound)
            return then();
        const quint64 number = ++self->m_number;
        std::unique_ptr<Base::Timer> &timer = self->m_refused[number];
        timer = self->m_clock.makeTimer([self, number, what, work, then] {
            // From the event loop: a timer must not go while it calls.
            QMetaObject::invokeMethod(
                self,
                [self, number, what, work, then] {
                    self->m_refused.erase(number);
                    self->insist(what, work, then);
                },
                Qt::QueuedConnection);
        });
        timer->start(again);
    });
}

} // namespace Outbox
