// Starts the program: as a command where one is named, as the window otherwise.

#include "app/commandline.h"
#include "app/window.h"
#include "core/crypto/runtime.h"
#include "core/outbox/mailroom.h"

#include <QApplication>
#include <QCoreApplication>

namespace {

void introduce()
{
    Outbox::Mailroom::chooseEventLoop();
    QCoreApplication::setApplicationName(QStringLiteral("postrider"));
    QCoreApplication::setApplicationVersion(QStringLiteral(POSTRIDER_VERSION));
    QCoreApplication::setOrganizationName(QStringLiteral("postrider"));
}

} // namespace

int main(int argc, char *argv[])
{
    introduce();
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));
    const App::CommandLine line = App::readCommandLine(arguments);
    if (line.over)
        return *line.over;
    if (line.command) {
        QCoreApplication application(argc, argv);
        const Crypto::Runtime crypto;
        return line.command->run(line.paths, line.arguments);
    }
    QApplication application(argc, argv);
    const Crypto::Runtime crypto;
    return App::runWindow(line.paths, line.screenshot);
}
