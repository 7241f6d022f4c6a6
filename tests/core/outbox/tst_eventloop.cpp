// The loop of the mail thread is chosen through the environment, which is nobody else's business.

#include "core/accounts/secretdesk.h"
#include "core/accounts/sessionsecretstore.h"
#include "core/outbox/mailroom.h"

#include <QTemporaryDir>
#include <QTest>

using Accounts::SecretDesk;
using Accounts::SessionSecretStore;

class TestEventLoop : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void programsStartedLaterHearNothing();
};

void TestEventLoop::programsStartedLaterHearNothing()
{
    const char *const told = "QT_NO_THREADED_GLIB";
    const QTemporaryDir folder;
    Base::SystemClock clock;
    SecretDesk secrets(std::make_unique<SessionSecretStore>(), std::make_unique<SessionSecretStore>(),
                       [](const Accounts::Account &, Accounts::SecretOf,
                          const SecretDesk::PasswordGiven &given) { given(std::nullopt); });
    Outbox::Mailroom::chooseEventLoop();
    QVERIFY(qEnvironmentVariableIsSet(told));
    Outbox::Mailroom mailroom(Base::Paths::inHome(folder.path()), secrets, clock);
    QVERIFY(mailroom.open(false).ok());
    QVERIFY(!qEnvironmentVariableIsSet(told));
    mailroom.close();
}

QTEST_GUILESS_MAIN(TestEventLoop)
#include "tst_eventloop.moc"
