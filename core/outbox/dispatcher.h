#pragma once

// Takes what is due, runs sessions, records what happened: in this order for every attempt (law 3), and tells
// others only after the books know. Lives in the mail thread. Knows no words for people and no rule about
// what a failure means: those are Delivery's.

#include "core/base/clock.h"
#include "core/outbox/agenda.h"
#include "core/outbox/channel.h"
#include "core/outbox/events.h"
#include "core/outbox/journal.h"
#include "core/outbox/queue.h"
#include "core/store/accountstore.h"
#include "core/store/decisions.h"
#include "core/store/spool.h"

#include <QObject>
#include <QSet>

#include <algorithm>
#include <map>

namespace Outbox {

/// Makes connections; a test brings its own. The password is for the account's proxy: the session, which
/// writes transcripts, never sees it.
using ConnectionFactory = std::function<std::unique_ptr<Net::Connection>(const QByteArray &proxyPassword)>;

class Dispatcher : public QObject
{
    Q_OBJECT

public:
    Dispatcher(Store::Database &database, Store::CommitGroup &group, Store::Spool &spool, Base::Clock &clock,
               ConnectionFactory connect);
    ~Dispatcher() override;

    /// From here on what is due is tried.
    void start();
    /// Looks what is due now.
    void wake();
    /// The schedule was changed: what waits under the old one is looked at anew.
    void reconsider()
    {
        m_agenda.forget();
        wake();
    }
    /// Lets nothing new begin. Attempts that are not past the final dot end safely; drained() when none is
    /// left.
    void stop();
    void answerSecret(quint64 request, const Base::Result<Accounts::Secrets> &secrets);
    /// The account was changed, resumed or removed: back-off and remembered secret are void.
    void forget(Base::AccountId account);
    /// The network is back, or the computer awake: servers that could not be reached are tried at once.
    void tryAnew();
    /// No attempt is under way; a connection may wait for the next.
    bool isIdle() const
    {
        return std::none_of(m_channels.begin(), m_channels.end(),
                            [](const auto &each) { return each.second->hasAttempts(); });
    }

Q_SIGNALS:
    void messageChanged(Base::MessageId id);
    void accountsChanged();
    void progressed(const Outbox::Progress &progress);
    void transcriptGrew(const Outbox::TranscriptGrew &grew);
    void secretNeeded(const Accounts::Account &account, quint64 request);
    void settled();
    void drained();

private:
    Channel *idleChannel(const Accounts::Account &account) const;
    /// Over that channel; begun() follows when it is on record.
    void begin(const Store::QueueEntry &entry, Channel &channel);
    void begun(Channel &channel, const Store::QueueEntry &entry, const Store::Assignment &assignment);
    void notBegun(Channel &channel, const Store::QueueEntry &entry, const Base::Error &error);
    void abandon(Channel &channel, const Store::QueueEntry &entry, const Store::Assignment &assignment);
    void abandonUnsaid(Channel &channel);
    void open(Channel &channel);

    Channel *makeChannel(const Accounts::Account &account);
    void later(quint64 serial, const std::function<void(Channel &)> &what);
    void connectChannel(Channel &channel, const Accounts::Secrets &secrets);
    void failBeforeSession(Channel &channel, const Base::Error &error);
    Ending endingOf(const Accounts::Account &account, const Store::QueueEntry &entry,
                    const Delivery::Outcome &outcome, const Delivery::Transcript &transcript);
    void record(Channel &channel, quint64 number, const Delivery::Outcome &outcome,
                const Delivery::Transcript &transcript);
    void recorded(Channel &channel, quint64 number, const Delivery::Outcome &outcome);
    void beginAhead(Channel &channel);
    std::optional<Store::QueueEntry> nextOf(const Accounts::Account &account, qsizetype left = 0);
    Channel *find(quint64 serial) const
    {
        const auto found = m_channels.find(serial);
        return found == m_channels.end() ? nullptr : found->second.get();
    }
    void next(Channel &channel);
    void end(Channel &channel);
    QHash<Base::AccountId, AccountCondition> conditions() const;
    void setAside(const Store::QueueEntry &entry, const QString &why);
    void sleepUntilDue(std::optional<QDateTime> wake);

    Store::MessageStore m_messages;
    Store::Decisions m_decisions;
    AccountBook m_accounts;
    Agenda m_agenda;
    Store::CommitGroup &m_group;
    Journal m_journal;
    Store::Spool &m_spool;
    Base::Clock &m_clock;
    ConnectionFactory m_connect;
    std::unique_ptr<Base::Timer> m_timer;
    std::map<quint64, std::unique_ptr<Channel>> m_channels;
    QHash<Base::AccountId, QList<Store::QueueEntry>> m_ready; ///< due ones, looked up ahead
    quint64 m_serial = 0;
    bool m_running = false;
    bool m_looking = false;
    bool m_refused = false; ///< the books took no attempt; they are asked again later
};

} // namespace Outbox
