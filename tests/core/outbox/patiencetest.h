#pragma once

// A dispatcher over real books, with a clock that is turned and a server that answers as it is told: for
// tests of what holds over hours, restarts and clocks that leap.

#include "core/outbox/dispatcher.h"
#include "core/store/departures.h"
#include "tests/core/outbox/fakeserver.h"
#include "tests/support/books.h"
#include "tests/support/fakeclock.h"

#include <QCoreApplication>

class PatienceTest : public QObject
{
protected:
    static constexpr qint64 minute = 60'000;
    static constexpr qint64 hour = 60 * minute;
    static constexpr qint64 day = 24 * hour;

    void begin()
    {
        m_dispatcher.reset(); // it uses all of the others
        m_books = std::make_unique<Support::Books>();
        QVERIFY(m_books->opened.ok());
        m_clock = std::make_unique<Support::FakeClock>();
        m_spool = std::make_unique<Store::Spool>(m_books->spoolPath());
        m_server = std::make_unique<FakeServer>();
        makeDispatcher();
    }
    void end()
    {
        m_dispatcher.reset();
        settle();
    }
    void settle() { m_books->turn(200); }
    void advance(qint64 milliseconds)
    {
        m_clock->advance(milliseconds);
        settle();
    }
    void start()
    {
        m_dispatcher->start();
        settle();
    }
    /// As if the program had been ended and started again.
    void restart()
    {
        m_dispatcher->stop();
        settle();
        makeDispatcher();
        start();
    }
    void makeDispatcher()
    {
        m_dispatcher.reset();
        settle();
        m_dispatcher = std::make_unique<Outbox::Dispatcher>(
            m_books->database, m_books->group, *m_spool, *m_clock,
            [this](const QByteArray &) { return m_server->connection(); });
    }
    void save(const Accounts::Limits &limits, int connections = 1)
    {
        Accounts::Account account;
        account.name = QStringLiteral("work");
        account.server = {QStringLiteral("one.example.org"), 25, Net::Security::None};
        account.auth = Accounts::Auth::None;
        account.fromAddress = QStringLiteral("ada@example.org");
        account.maxConnections = connections;
        account.limits = limits;
        m_account = *Store::AccountStore(m_books->database).save(account);
    }
    Base::MessageId enqueue(const QStringList &to = {QStringLiteral("bob@example.org")})
    {
        return m_books->enqueue(m_account, to, m_clock->now());
    }
    qsizetype taken() const { return m_server->contents.size(); }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Support::FakeClock> m_clock;
    std::unique_ptr<Store::Spool> m_spool;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<Outbox::Dispatcher> m_dispatcher;
    Accounts::Account m_account;
};
