#include "ui/practice/practicedesk.h"

#include "ui/common/background.h"
#include "ui/settings/preferences.h"

namespace Ui {

PracticeDesk::PracticeDesk(Practice::PracticeServer &server, Outbox::Mailroom &mailroom,
                           const Store::MessageQuery &query, Preferences &preferences, QObject *parent)
    : QObject(parent)
    , m_server(server)
    , m_mailroom(mailroom)
    , m_query(query)
    , m_preferences(preferences)
{
    const std::optional<Practice::Scenario> scenario =
        Practice::scenarioFromName(preferences.text(Preference::PracticeScenario));
    m_server.setScenario(scenario.value_or(Practice::Scenario::AcceptAll));
    connect(&m_mailroom, &Outbox::Mailroom::accountsChanged, this, &PracticeDesk::changed);
}

Base::Done PracticeDesk::start()
{
    if (m_server.isRunning())
        return {};
    const auto before = static_cast<quint16>(m_preferences.number(Preference::PracticePort));
    Base::Result<quint16> port = m_server.start(before);
    if (!port && before != 0)
        port = m_server.start(0); // someone else has the port now
    if (!port)
        return port.error();
    m_preferences.set(Preference::PracticePort, *port);
    Q_EMIT changed();
    return {};
}

void PracticeDesk::stop()
{
    m_server.stop();
    Q_EMIT changed();
}

void PracticeDesk::setScenario(Practice::Scenario scenario)
{
    m_server.setScenario(scenario);
    m_preferences.set(Preference::PracticeScenario, Practice::name(scenario));
    Q_EMIT changed();
}

std::optional<Accounts::Account> PracticeDesk::account() const
{
    const Base::Result<QList<Accounts::Account>> accounts = m_query.accounts();
    if (!accounts)
        return std::nullopt;
    for (const Accounts::Account &account : *accounts) {
        // Its certificate is known to nobody else.
        if (account.trust.caFile == m_server.certificateFile())
            return account;
    }
    return std::nullopt;
}

Accounts::Account PracticeDesk::wanted() const
{
    Accounts::Account account;
    account.name = tr("Practice");
    account.server = {QStringLiteral("localhost"), m_server.port(), Net::Security::StartTls};
    account.trust.caFile = m_server.certificateFile();
    account.user = QStringLiteral("practice");
    // The server takes any password, so none needs a safe place and nobody is asked for a passphrase.
    account.secretPlace = Accounts::SecretPlace::Command;
    account.secretCommand = QStringLiteral("echo practice");
    account.fromAddress = QStringLiteral("me@practice.example");
    return account;
}

void PracticeDesk::ensureAccount(std::function<void(const Base::Result<Accounts::Account> &)> then)
{
    if (const Base::Done done = start(); !done)
        return then(done.error());
    const std::optional<Accounts::Account> there = account();
    if (there && there->server.port == m_server.port())
        return then(*there);
    Accounts::Account account = there.value_or(wanted());
    account.server.port = m_server.port();
    whenAnswered(m_mailroom.saveAccount(account), this,
                 [this, then = std::move(then)](const Base::Result<Accounts::Account> &saved) {
                     Q_EMIT changed();
                     then(saved);
                 });
}

void PracticeDesk::resume()
{
    if (account())
        ensureAccount([](const Base::Result<Accounts::Account> &) {});
}

} // namespace Ui
