#include "app/office.h"

#include "app/terminal.h"
#include "core/accounts/keychainsecretstore.h"
#include "core/accounts/sealedsecretstore.h"
#include "core/base/log.h"
#include "ui/common/explain.h"

#include <QCoreApplication>

namespace App {

Office::Office(Base::Paths paths)
    : m_paths(std::move(paths))
    , m_secrets(
          std::make_unique<Accounts::KeychainSecretStore>(m_paths.socketName()),
          std::make_unique<Accounts::SealedSecretStore>(m_paths.vault(), Terminal::passphrase),
          [](const Accounts::Account &account, Accounts::SecretOf which,
             const Accounts::SecretDesk::PasswordGiven &given) {
              given(Terminal::askHidden(
                  which == Accounts::SecretOf::Proxy
                      ? QCoreApplication::translate("Office", "Password of account \"%1\" at its proxy %2:")
                            .arg(account.name, account.server.proxy.host)
                      : QCoreApplication::translate("Office", "Password for account \"%1\":")
                            .arg(account.name)));
          })
    , m_mailroom(m_paths, m_secrets, m_clock)
{
}

Office::~Office()
{
    m_query.close(); // the last to close tidies up, which a reading one cannot
    m_mailroom.close();
    Base::Log::stop();
}

Base::Done Office::open(Work work)
{
    if (const Base::Done done = m_paths.prepare(); !done)
        return done;
    Base::Log::start(m_paths.logs());
    if (const Base::Done done = m_mailroom.open(work == Work::Dispatch); !done)
        return done;
    if (m_mailroom.salvaged())
        Terminal::complain(Ui::explain(*m_mailroom.salvaged()));
    return m_query.open(m_paths.database(), m_paths.spool());
}

} // namespace App
