#pragma once

// What a command works with: the home's books, the door to the mail thread, and the places where secrets lie.
// Opened once, closed when the command ends.

#include "core/accounts/secretdesk.h"
#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/outbox/mailroom.h"
#include "core/store/messagequery.h"

#include <QEventLoop>
#include <QFutureWatcher>

namespace App {

enum class Work {
    Enter,    ///< only changes the books; whoever dispatches is woken
    Dispatch, ///< also sends what is due
};

class Office
{
public:
    explicit Office(Base::Paths paths);
    ~Office();

    Base::Done open(Work work);

    Outbox::Mailroom &mailroom() { return m_mailroom; }
    Store::MessageQuery &query() { return m_query; }
    Accounts::SecretDesk &secrets() { return m_secrets; }
    Base::Clock &clock() { return m_clock; }

private:
    Base::Paths m_paths;
    Base::SystemClock m_clock;
    Accounts::SecretDesk m_secrets;
    Outbox::Mailroom m_mailroom;
    Store::MessageQuery m_query;
};

/// Runs the event loop until the answer is there: for commands, which have nothing else to do.
template <class T>
T await(const QFuture<T> &future)
{
    if (!future.isFinished()) {
        QEventLoop loop;
        QFutureWatcher<T> watcher;
        QObject::connect(&watcher, &QFutureWatcher<T>::finished, &loop, &QEventLoop::quit);
        watcher.setFuture(future);
        loop.exec();
    }
    return future.result();
}

} // namespace App
