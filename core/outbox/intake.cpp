#include "core/outbox/intake.h"

#include "core/base/threads.h"
#include "core/store/findindex.h"
#include "core/store/settingstore.h"

#include <QMutexLocker>

#include <algorithm>
#include <iterator>

namespace Outbox {

using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::MessageId;

namespace {

constexpr std::size_t together = 500; // letters entered as one work: the sockets are not heard meanwhile

/// Whether the account's server can take it, as far as it is known from the last time.
Done isPossible(const Message::OutgoingMessage &message, const Accounts::Account &account)
{
    const qint64 most = account.limits.messageSize;
    if (most > 0 && message.size() > most)
        return Error{ErrorKind::TooBig, QString::number(message.size()),
                     QStringLiteral("the account takes %1 octets").arg(most)};
    const QString keyword = QStringLiteral("SMTPUTF8");
    if (account.offers.isEmpty() || account.offers.contains(keyword))
        return {};
    const Message::Envelope &envelope = message.envelope;
    const auto refuse = [&keyword](const QString &address) {
        return Error{ErrorKind::NotOffered, keyword, address};
    };
    if (envelope.reversePath.needsSmtpUtf8())
        return refuse(envelope.reversePath.addrSpec());
    for (const Message::Recipient &recipient : envelope.recipients) {
        if (recipient.address.needsSmtpUtf8())
            return refuse(recipient.address.addrSpec());
    }
    return {};
}

} // namespace

Intake::Intake(Store::Database &database, Store::CommitGroup &group, Base::Clock &clock)
    : m_database(database)
    , m_group(group)
    , m_clock(clock)
    , m_messages(database)
    , m_departures(database)
{
}

void Intake::bring(Built built)
{
    if (built.message)
        built.form = Store::StoredForm::of(*built.message);
    const QMutexLocker lock(&m_mutex);
    m_brought.push_back(std::move(built));
    if (m_brought.size() == 1)
        QMetaObject::invokeMethod(this, &Intake::take, Qt::QueuedConnection);
}

/// What the builders finished since the last turn.
void Intake::take()
{
    Base::assertThread(this);
    std::vector<Built> brought;
    {
        const QMutexLocker lock(&m_mutex);
        const auto end =
            m_brought.begin() + static_cast<std::ptrdiff_t>(std::min(m_brought.size(), together));
        brought.assign(std::make_move_iterator(m_brought.begin()), std::make_move_iterator(end));
        m_brought.erase(m_brought.begin(), end);
        if (!m_brought.empty())
            QMetaObject::invokeMethod(this, &Intake::take, Qt::QueuedConnection);
    }
    auto entries = std::make_shared<Entries>();
    for (Built &built : brought) {
        const Done possible =
            built.message ? isPossible(*built.message, *built.account) : Done(built.message.error());
        if (possible)
            entries->push_back({std::move(built), {}});
        else
            built.then(possible.error());
    }
    if (!entries->empty())
        enter(entries);
}

void Intake::enter(const std::shared_ptr<Entries> &entries)
{
    auto all = std::make_shared<bool>(false);
    m_group.post(
        [this, entries, all] {
            const Done done = enterAll(*entries);
            *all = done.ok();
            return done;
        },
        [this, entries, all](const Done &done) {
            if (*all || entries->size() == 1) {
                for (const Entry &entry : *entries)
                    tell(entry, done);
                return;
            }
            for (Entry &entry : *entries)
                enter(std::make_shared<Entries>(1, std::move(entry)));
        });
}

Done Intake::enterAll(Entries &entries)
{
    for (Entry &entry : entries) {
        if (const Done done = enterOne(entry); !done)
            return done;
    }
    for (const Entry &entry : entries) {
        if (const Done done = Store::enterIntoIndex(m_database, entry.id.value, *entry.built.message); !done)
            return done;
    }
    return {};
}

Done Intake::enterOne(Entry &entry)
{
    const Submission &submission = entry.built.submission;
    const Base::Result<MessageId> entered = m_messages.enqueueUnfound(
        *entry.built.message, entry.built.form, *entry.built.account, m_clock.now(), submission.draft);
    if (!entered)
        return entered.error();
    entry.id = *entered;
    return postpone(entry.id, submission);
}

Done Intake::postpone(MessageId id, const Submission &submission)
{
    if (submission.departure == Delivery::Departure())
        return {};
    const Base::Result<Delivery::RetrySchedule> schedule = Store::SettingStore::readSchedule(m_database);
    if (!schedule)
        return schedule.error();
    return m_departures.postpone(id, submission.departure, *schedule, submission.source, m_clock.now());
}

void Intake::tell(const Entry &entry, const Done &done)
{
    entry.built.then(done ? Base::Result<MessageId>(entry.id) : done.error());
    if (done)
        Q_EMIT entered(entry.id, entry.built.submission.draft);
}

} // namespace Outbox
