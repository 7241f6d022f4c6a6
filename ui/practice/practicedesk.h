#pragma once

// Runs the practice server for the window and keeps the account that sends to it right: same port if it is
// free, same certificate, a password that is no secret.

#include "core/outbox/mailroom.h"
#include "core/practice/practiceserver.h"
#include "core/store/messagequery.h"

namespace Ui {

class Preferences;

class PracticeDesk : public QObject
{
    Q_OBJECT

public:
    PracticeDesk(Practice::PracticeServer &server, Outbox::Mailroom &mailroom,
                 const Store::MessageQuery &query, Preferences &preferences, QObject *parent = nullptr);

    /// Starts if it does not run. On the port of last time where that is free, so that the account still
    /// fits.
    Base::Done start();
    void stop();
    void setScenario(Practice::Scenario scenario);
    Practice::PracticeServer &server() { return m_server; }

    /// The account that sends to it; none: there is none yet.
    std::optional<Accounts::Account> account() const;
    /// Starts the server and makes or mends the account.
    void ensureAccount(std::function<void(const Base::Result<Accounts::Account> &)> then);
    /// At the program's start: whoever has a practice account expects its server.
    void resume();

Q_SIGNALS:
    void changed(); ///< started, stopped, scenario, account

private:
    Accounts::Account wanted() const;

    Practice::PracticeServer &m_server;
    Outbox::Mailroom &m_mailroom;
    const Store::MessageQuery &m_query;
    Preferences &m_preferences;
};

} // namespace Ui
