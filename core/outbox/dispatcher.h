#pragma once

// Takes what is due, runs sessions, records what happened: in this order for every attempt (law 3), and tells
// others only after the books know. Lives in the mail thread. Knows no words for people and no rule about
// what a failure means: those are Delivery's.

#include "core/base/clock.h"
#include "core/outbox/events.h"
#include "core/outbox/queue.h"
#include "core/smtp/session.h"
#include "core/store/accountstore.h"
#include "core/store/decisions.h"
#include "core/store/spool.h"

#include <QObject>
#include <QSet>

#include <map>

namespace Outbox {

/// Makes connections; a test brings its own.
using ConnectionFactory = std::function<std::unique_ptr<Net::Connection>()>;

Smtp::SessionOptions sessionOptions(const Accounts::Account &account, const QByteArray &secret);

class Dispatcher : public QObject
{
    Q_OBJECT

public:
    Dispatcher(Store::Database &database, Store::Spool &spool, Base::Clock &clock, ConnectionFactory connect);
    ~Dispatcher() override;

    /// From here on what is due is tried.
    void start();
    /// Looks what is due now.
    void wake();
    /// Lets nothing new begin. Attempts that are not past the final dot end safely; drained() when none is
    /// left.
    void stop();
    void answerSecret(quint64 request, const Base::Result<QByteArray> &secret);
    /// The account was changed, resumed or removed: back-off and remembered secret are void.
    void forget(Base::AccountId account);
    bool isIdle() const { return m_runs.empty(); }

Q_SIGNALS:
    void messageChanged(Base::MessageId id);
    void accountsChanged();
    void progressed(const Outbox::Progress &progress);
    void transcriptGrew(const Outbox::TranscriptGrew &grew);
    void secretNeeded(const Accounts::Account &account, quint64 request);
    void settled();
    void drained();

private:
    struct Run; ///< one connection of one account, and the attempt it carries

    /// False when the books refused: nothing was begun.
    bool begin(const Store::QueueEntry &entry, const Accounts::Account &account, Run *reuse);
    void connectSession(Run &run, const QByteArray &secret);
    void deliver(Run &run);
    void onFinished(Run &run, const Delivery::Outcome &outcome);
    void record(Run &run, const Delivery::Outcome &outcome);
    void write(Run &run, const Delivery::Outcome &outcome, const Store::Consequence &consequence);
    void signedIn(Base::AccountId account);
    void remember(Run &run, const QString &mechanism);
    Store::Consequence consequenceOf(const Run &run, const Delivery::Outcome &outcome);
    void next(Run &run);
    static void leave(Run &run);
    void end(Run &run);
    void failBeforeSession(Run &run, const Base::Error &error);
    void flushTranscript(Run &run);
    QHash<Base::AccountId, AccountCondition> conditions() const;
    Base::Result<QList<Accounts::Account>> refreshAccounts();
    void sleepUntilDue(std::optional<QDateTime> wake);

    struct BackOff
    {
        int failures = 0;
        QDateTime until;
    };

    Store::MessageStore m_messages;
    Store::Decisions m_decisions;
    Store::AccountStore m_accounts;
    Store::Spool &m_spool;
    Base::Clock &m_clock;
    ConnectionFactory m_connect;
    std::unique_ptr<Base::Timer> m_timer;
    std::map<quint64, std::unique_ptr<Run>> m_runs;
    QHash<Base::AccountId, Accounts::Account> m_known;
    QHash<Base::AccountId, bool> m_paused;
    QHash<Base::AccountId, BackOff> m_backOff;
    QHash<Base::AccountId, QByteArray> m_secrets; ///< of this run only
    QSet<Base::AccountId> m_signedIn; ///< whose secret a server has taken: one connection until then
    quint64 m_serial = 0;
    bool m_running = false;
    bool m_looking = false;
};

} // namespace Outbox
