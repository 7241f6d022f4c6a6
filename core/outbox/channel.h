#pragma once

// One connection of one account, and the attempts it carries: one at a time, or several where the account's
// lane says so. It knows which letter of the session belongs to which attempt and gathers what the session
// says about each. What a failure means, the books and the order of things are the dispatcher's.

#include "core/accounts/account.h"
#include "core/base/clock.h"
#include "core/outbox/events.h"
#include "core/smtp/session.h"
#include "core/store/commitgroup.h"
#include "core/store/messagestore.h"
#include "core/store/spool.h"

#include <QObject>

#include <map>

namespace Outbox {

struct Attempt
{
    quint64 number = 0; ///< of the letter in the session
    Store::QueueEntry entry;
    Store::Assignment assignment;

    bool committing = false; ///< "about to commit" is on record
    bool isOver = false;     ///< its outcome is known, and on its way to the books
};

class Channel : public QObject
{
    Q_OBJECT

public:
    Channel(quint64 serial, const Accounts::Account &account, Store::MessageStore &messages,
            Store::CommitGroup &group, const Store::Spool &spool, Base::Clock &clock);
    ~Channel() override;

    quint64 serial() const { return m_serial; }
    const Accounts::Account &account() const { return m_account; }
    void setOffers(const QStringList &offers) { m_account.offers = offers; }
    void setStrongestSeen(const QString &mechanism) { m_account.strongestSeen = mechanism; }

    /// An attempt that was begun in the books, for which reserve() was called; it is sent at once, or when
    /// the session is
    /// there.
    void add(const Store::QueueEntry &entry, Store::Assignment assignment);
    /// Sends what was added so far.
    void start(Smtp::SessionOptions options, Smtp::ConnectionFactory connect);

    bool hasSession() const { return m_session != nullptr; }
    /// An attempt for it is being entered in the books; add() or release() follows.
    void reserve(const Store::QueueEntry &entry) { m_reserved.append(entry); }
    void release(const Store::QueueEntry &entry);
    /// What it carries or is about to, as far as no outcome is known.
    QList<Store::QueueEntry> underWay() const;
    /// Another attempt can be begun for it now.
    bool isReady() const
    {
        return m_session && m_session->isReady() &&
               m_underWay + static_cast<std::size_t>(m_reserved.size()) < m_session->mostLetters();
    }
    /// Another letter can follow over the same connection as soon as the end of this one is said.
    bool isReadyAhead() const
    {
        return m_session && m_session->isOpen() && m_waiting.isEmpty() &&
               m_underWay + static_cast<std::size_t>(m_reserved.size()) <= m_session->mostLetters();
    }
    /// Nothing that is not under way yet can be sent any more.
    bool isClosing() const { return m_session && !m_session->isOpen(); }
    /// Open, and nothing is under way.
    bool isIdle() const { return !hasAttempts() && m_session && m_session->isOpen(); }
    bool isOver() const { return !m_session || m_session->isOver(); }
    /// Also when what became of them is not on record yet.
    bool hasAttempts() const { return !m_attempts.empty() || !m_reserved.isEmpty(); }
    bool isCommitting() const;
    QList<quint64> numbers() const;
    Attempt *find(quint64 number) const;
    /// Its outcome is known: another one can be begun.
    void setOver(Attempt &attempt);
    /// Says the next of those that are not under way yet, as soon as the session is ready.
    void deliverNext();
    /// Those that never will be: nothing was said of them.
    QList<quint64> unsaidOnes() const { return m_waiting; }
    /// Its outcome is in the books.
    void remove(quint64 number);
    Smtp::LearnedLimits learned() const { return m_session ? m_session->learned() : Smtp::LearnedLimits(); }

    /// Says goodbye when nothing came for a while.
    void rest();
    /// Says goodbye now; ended() follows.
    void quit();
    /// Says goodbye; ended() follows, also where the answer to QUIT is late: it belongs into the transcript,
    /// but is no reason to keep a program from ending.
    void leave();
    /// The program ends, and with it whatever is under way; finished() follows for each.
    void interrupt()
    {
        m_session->cancel({Base::ErrorKind::Interrupted, {}, QStringLiteral("the program ends")});
    }
    /// Tells the lines that are not told yet.
    void flush();
    /// The words of goodbye belong to the attempt that was the last to be said.
    void recordGoodbye();

    static constexpr qint64 idleTime = 5'000;    ///< ms an unused connection is kept
    static constexpr qint64 goodbyeTime = 2'000; ///< ms the answer to QUIT may take when the program ends

Q_SIGNALS:
    void transcriptGrew(const Outbox::TranscriptGrew &grew);
    void stageReached(quint64 number, Delivery::Stage stage);
    void progressed(quint64 number, qint64 done, qint64 total);
    void authenticated(const QString &mechanism);
    void opened(const QStringList &offers);
    void finished(quint64 number, const Delivery::Outcome &outcome, const Delivery::Transcript &transcript);
    void ready();      ///< isReady() became true while attempts are under way
    void committing(); ///< "about to commit" goes on record with what is put there next
    void ended();      ///< the connection is gone, without an attempt on it

private:
    void deliver(Attempt &attempt);

    quint64 m_serial;
    Accounts::Account m_account;
    Store::MessageStore &m_messages;
    Store::CommitGroup &m_group;
    const Store::Spool &m_spool;
    std::unique_ptr<Smtp::Session> m_session;
    std::map<quint64, std::unique_ptr<Attempt>> m_attempts;
    std::unique_ptr<Base::Timer> m_saying;
    std::unique_ptr<Base::Timer> m_resting;
    std::unique_ptr<Base::Timer> m_leaving;
    std::map<quint64, TranscriptGrew> m_unsaid; ///< lines not told yet; the last attempt's until goodbye
    std::optional<Base::AttemptId> m_last;      ///< given to the session
    Base::Clock &m_clock;
    quint64 m_lastNumber = 0;
    QList<quint64> m_waiting; ///< attempts the session was not ready for
    QList<Store::QueueEntry> m_reserved;
    std::size_t m_underWay = 0; ///< attempts whose outcome is not known
};

} // namespace Outbox
