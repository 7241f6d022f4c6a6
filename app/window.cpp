#include "app/window.h"

#include "app/exitcodes.h"
#include "app/singleinstance.h"
#include "app/terminal.h"
#include "core/accounts/keychainsecretstore.h"
#include "core/accounts/sealedsecretstore.h"
#include "core/accounts/secretdesk.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/outbox/mailroom.h"
#include "core/practice/practiceserver.h"
#include "core/store/messagequery.h"
#include "ui/common/dialogprompts.h"
#include "ui/common/explain.h"
#include "ui/common/plainlabel.h"
#include "ui/main/mainwindow.h"
#include "ui/settings/preferences.h"

#include <QApplication>
#include <QIcon>
#include <QMessageBox>
#include <QTimer>

namespace App {

namespace {

constexpr int pictureAfter = 1500; // ms: lists and icons are there by then

/// There is no window to show it in: a box, and the same words for whoever started it from a terminal.
int fail(const Base::Error &error)
{
    const Ui::Explanation words = Ui::explain(error);
    Terminal::complain(words);
    if (QGuiApplication::platformName() != QLatin1String("offscreen")) {
        QMessageBox box(QMessageBox::Critical, QStringLiteral("Postrider"), {}, QMessageBox::Close);
        Ui::setPlainTexts(box, words.headline, words.advice);
        box.setDetailedText(words.words);
        box.exec();
    }
    return exitCodeFor(error);
}

} // namespace

int runWindow(const Base::Paths &paths, const QString &screenshot)
{
    QApplication::setApplicationDisplayName(QStringLiteral("Postrider"));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/postrider.svg")));
    QApplication::setDesktopFileName(QStringLiteral("postrider"));
    if (const Base::Done done = paths.prepare(); !done)
        return fail(done.error());
    SingleInstance instance(paths);
    if (screenshot.isEmpty() && instance.raiseOther())
        return Ok;
    Base::Log::start(paths.logs());

    Base::SystemClock clock;
    Ui::DialogPrompts prompts;
    const auto front = [] { return QApplication::activeWindow(); };
    Accounts::SecretDesk secrets(std::make_unique<Accounts::KeychainSecretStore>(paths.socketName()),
                                 std::make_unique<Accounts::SealedSecretStore>(
                                     paths.vault(),
                                     [&prompts, front](bool newVault, int attempt,
                                                       Accounts::SealedSecretStore::PassphraseGiven given) {
                                         prompts.passphrase(front(), newVault, attempt, std::move(given));
                                     }),
                                 [&prompts, front](const Accounts::Account &account, Accounts::SecretOf which,
                                                   Accounts::SecretDesk::PasswordGiven given) {
                                     const QString name =
                                         which == Accounts::SecretOf::Proxy
                                             ? QCoreApplication::translate("Window", "%1 (at the proxy %2)",
                                                                           "whose password is asked")
                                                   .arg(account.name, account.server.proxy.host)
                                             : account.name;
                                     prompts.password(front(), name, 1, std::move(given));
                                 });
    Outbox::Mailroom mailroom(paths, secrets, clock);
    // A picture is no reason to send anything.
    if (const Base::Done done = mailroom.open(screenshot.isEmpty()); !done)
        return fail(done.error());
    Store::MessageQuery query;
    if (const Base::Done done = query.open(paths.database(), paths.spool()); !done)
        return fail(done.error());
    Ui::Preferences preferences(paths.settings());
    Practice::PracticeServer practice(paths.practice());

    int code = Ok;
    {
        Ui::MainWindow window(mailroom, query, preferences, prompts, practice, clock);
        window.show();
        if (screenshot.isEmpty()) {
            instance.listen();
            QObject::connect(&instance, &SingleInstance::raiseWanted, &window, &Ui::MainWindow::raiseWindow);
        } else {
            QTimer::singleShot(pictureAfter, &window, [&window, &screenshot] {
                const bool saved = window.grab().save(screenshot);
                if (!saved)
                    Terminal::complain(Base::Error{Base::ErrorKind::FileUnwritable, screenshot, {}});
                QApplication::exit(saved ? Ok : IoError);
            });
        }
        code = QApplication::exec();
    }
    query.close();
    mailroom.close();
    Base::Log::stop();
    return code;
}

} // namespace App
