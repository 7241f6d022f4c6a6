// Personal letters with a common attachment, from drafts into the books: composed as the window and the
// command line have it done, each on disk when it is told. Nothing is sent. Prints one line of JSON.

#include "core/accounts/secretdesk.h"
#include "core/accounts/sessionsecretstore.h"
#include "core/base/paths.h"
#include "core/outbox/mailroom.h"
#include "core/store/accountstore.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>

#include <cstdio>

namespace {

int fail(const Base::Error &error)
{
    std::fprintf(stderr, "%s %s\n", qPrintable(Base::name(error.kind)), qPrintable(error.detail));
    return 2;
}

Base::Done addAccount(const Base::Paths &paths)
{
    if (const Base::Done done = paths.prepare(); !done)
        return done;
    Store::Database database;
    if (const Base::Done done = database.open(paths.database(), Store::Database::Mode::ReadWrite); !done)
        return done;
    Accounts::Account account;
    account.name = QStringLiteral("bench");
    account.server = {QStringLiteral("127.0.0.1"), 9, Net::Security::None};
    account.auth = Accounts::Auth::None;
    account.fromAddress = QStringLiteral("ada@example.org");
    const Base::Result<Accounts::Account> saved = Store::AccountStore(database).save(account);
    return saved ? Base::Done() : Base::Done(saved.error());
}

Message::Draft letter(int number, const QString &attachment)
{
    Message::Draft draft;
    draft.to = QStringLiteral("Customer %1 <customer%1@example.org>").arg(number);
    draft.subject = QStringLiteral("Your offer, number %1").arg(number);
    draft.text =
        QStringLiteral("Dear customer %1,\n\nplease find our offer attached.\n\nAda Lovelace\n").arg(number);
    if (!attachment.isEmpty())
        draft.attachments.append({attachment, {}});
    return draft;
}

} // namespace

int main(int argc, char **argv)
{
    Outbox::Mailroom::chooseEventLoop();
    QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addOptions({{QStringLiteral("home"), QStringLiteral("empty"), QStringLiteral("folder")},
                       {QStringLiteral("letters"), {}, QStringLiteral("n"), QStringLiteral("1")},
                       {QStringLiteral("attach"), {}, QStringLiteral("file")}});
    parser.process(app);
    const Base::Paths paths = Base::Paths::inHome(parser.value(QStringLiteral("home")));
    if (const Base::Done done = addAccount(paths); !done)
        return fail(done.error());
    Base::SystemClock clock;
    Accounts::SecretDesk secrets(
        std::make_unique<Accounts::SessionSecretStore>(), std::make_unique<Accounts::SessionSecretStore>(),
        [](const Accounts::Account &, Accounts::SecretOf, const Accounts::SecretDesk::PasswordGiven &given) {
            given(std::nullopt);
        });
    Outbox::Mailroom mailroom(paths, secrets, clock);
    if (const Base::Done done = mailroom.open(false); !done)
        return fail(done.error());

    const int letters = parser.value(QStringLiteral("letters")).toInt();
    int left = letters;
    std::optional<Base::Error> problem;
    QElapsedTimer time;
    time.start();
    for (int i = 0; i < letters; ++i) {
        mailroom.submit(letter(i, parser.value(QStringLiteral("attach"))))
            .then(&app, [&](const Base::Result<Base::MessageId> &id) {
                if (!id)
                    problem = id.error();
                if (--left == 0)
                    QCoreApplication::quit();
            });
    }
    QCoreApplication::exec();
    const double seconds = static_cast<double>(time.nsecsElapsed()) / 1e9;
    mailroom.close();
    if (problem)
        return fail(*problem);
    const QJsonObject result{{QStringLiteral("letters"), letters}, {QStringLiteral("seconds"), seconds}};
    std::printf("%s\n", QJsonDocument(result).toJson(QJsonDocument::Compact).constData());
    return 0;
}
