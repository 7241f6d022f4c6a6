#pragma once

// A whole program in a folder that goes away: the real mail thread, the real books, the practice server on a
// free port, and no keychain. Only the prompts are fakes.

#include "core/accounts/secretdesk.h"
#include "core/accounts/sessionsecretstore.h"
#include "core/base/clock.h"
#include "core/outbox/mailroom.h"
#include "core/practice/practiceserver.h"
#include "core/store/messagequery.h"
#include "core/store/settingstore.h"
#include "tests/ui/support/fakeprompts.h"
#include "ui/settings/preferences.h"

#include <QTemporaryDir>
#include <QtTest>

class World
{
public:
    World()
        : paths(Base::Paths::inHome(folder.path()))
        , secrets(std::make_unique<Accounts::SessionSecretStore>(),
                  std::make_unique<Accounts::SessionSecretStore>(),
                  [](const Accounts::Account &, Accounts::SecretOf,
                     const Accounts::SecretDesk::PasswordGiven &given) { given(std::nullopt); })
        , mailroom(paths, secrets, clock)
        , practice(paths.practice())
        , preferences(paths.settings())
    {
    }
    ~World()
    {
        practice.stop(); // else closing waits for its goodbye, which it cannot say meanwhile
        mailroom.close();
    }

    /// False when the ground is missing; the test ends there.
    bool open(bool dispatch = true)
    {
        return paths.prepare() && writeSchedule() && mailroom.open(dispatch) &&
               query.open(paths.database(), paths.spool());
    }

    /// As a person might have it, for tests that do not wait.
    bool writeSchedule() const
    {
        Store::Database books;
        Delivery::RetrySchedule schedule;
        schedule.undoDelay = undoDelay;
        return books.open(paths.database(), Store::Database::Mode::ReadWrite) &&
               Store::SettingStore(books).setSchedule(schedule);
    }

    template <class T>
    static Base::Result<T> await(const QFuture<Base::Result<T>> &future)
    {
        if (!QTest::qWaitFor([&future] { return future.isFinished(); }, 10'000))
            return Base::Error{Base::ErrorKind::TimedOut, {}, QStringLiteral("the test waited in vain")};
        return future.result();
    }

    /// An account that sends to the practice server, which is started.
    Accounts::Account practiceAccount()
    {
        const Base::Result<quint16> port = practice.start(0);
        Accounts::Account account;
        account.name = QStringLiteral("work");
        account.server = {QStringLiteral("localhost"), port ? *port : quint16(1), Net::Security::StartTls};
        account.trust.caFile = practice.certificateFile();
        account.user = QStringLiteral("ada");
        account.secretPlace = Accounts::SecretPlace::Command;
        account.secretCommand = QStringLiteral("echo secret");
        account.fromName = QStringLiteral("Ada Lovelace");
        account.fromAddress = QStringLiteral("ada@example.org");
        const Base::Result<Accounts::Account> saved = await<Accounts::Account>(mailroom.saveAccount(account));
        return saved ? *saved : account;
    }

    Message::Draft letter(const QString &to, const QString &subject) const
    {
        Message::Draft draft;
        draft.to = to;
        draft.subject = subject;
        draft.text = QStringLiteral("Hello,\n\nthis is a letter.\n");
        return draft;
    }

    qint64 undoDelay = 0; ///< ms, before open()
    QTemporaryDir folder;
    Base::Paths paths;
    Base::SystemClock clock;
    Accounts::SecretDesk secrets;
    Outbox::Mailroom mailroom;
    Store::MessageQuery query;
    Practice::PracticeServer practice;
    Ui::Preferences preferences;
    FakePrompts prompts;
};
