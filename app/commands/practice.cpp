// `postrider practice`: runs the built-in SMTP server and prints what it hears and receives, until it is
// ended.

#include "app/commands/command.h"
#include "app/terminal.h"
#include "core/delivery/serverreply.h"
#include "core/practice/practiceserver.h"

#include <QCoreApplication>
#include <QSocketNotifier>

#ifdef Q_OS_UNIX
#include <csignal>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace App {

namespace {

#ifdef Q_OS_UNIX
int signalPair[2] = {-1, -1};

void onSignal(int)
{
    const char byte = 1;
    const ssize_t written = ::write(signalPair[0], &byte, 1);
    (void)written;
}
#endif

// SIGINT and SIGTERM end the event loop in an orderly way.
void quitOnSignals(QObject *parent)
{
#ifdef Q_OS_UNIX
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, signalPair) != 0)
        return;
    auto *notifier = new QSocketNotifier(signalPair[1], QSocketNotifier::Read, parent);
    QObject::connect(notifier, &QSocketNotifier::activated, parent, [] { QCoreApplication::quit(); });
    std::signal(SIGINT, onSignal);
    std::signal(SIGTERM, onSignal);
#else
    Q_UNUSED(parent);
#endif
}

void printMessage(const Practice::ReceivedMessage &message)
{
    Terminal::say(QStringLiteral("received message %1 from <%2>")
                      .arg(message.number)
                      .arg(Delivery::sanitised(message.reversePath)));
    for (const QByteArray &path : message.forwardPaths)
        Terminal::say(QStringLiteral("  for <%1>").arg(Delivery::sanitised(path)));
    Terminal::say(QStringLiteral("  %1 octets").arg(message.contentSize));
}

} // namespace

int runPractice(const Base::Paths &paths, const QStringList &arguments)
{
    const QString command = QStringLiteral("practice");
    QCommandLineParser parser;
    parser.setApplicationDescription(tr("practice [--port P] [--scenario NAME] [--list] [--once]"));
    parser.addOption(
        {QStringLiteral("port"), tr("Port on 127.0.0.1; 0 or none: any free one."), QStringLiteral("P")});
    parser.addOption(
        {QStringLiteral("scenario"), tr("What the server does; see --list."), QStringLiteral("NAME")});
    parser.addOption({QStringLiteral("list"), tr("Lists the scenarios.")});
    parser.addOption({QStringLiteral("once"), tr("Ends behind the first message.")});
    if (const std::optional<int> over = parse(parser, command, arguments))
        return *over;
    if (!parser.positionalArguments().isEmpty())
        return usageError(command,
                          tr("\"%1\" is one word too many.").arg(parser.positionalArguments().first()));
    if (parser.isSet(QStringLiteral("list"))) {
        for (const Practice::ScenarioRow &row : Practice::scenarios())
            Terminal::say(QString::fromLatin1(row.name).leftJustified(18) +
                          QString::fromLatin1(row.description));
        return Ok;
    }
    bool isPort = true;
    const quint16 port = parser.isSet(QStringLiteral("port"))
                             ? parser.value(QStringLiteral("port")).toUShort(&isPort)
                             : quint16(0);
    if (!isPort)
        return usageError(command, tr("A port is a number from 0 to 65535."));
    const QString wanted = parser.isSet(QStringLiteral("scenario")) ? parser.value(QStringLiteral("scenario"))
                                                                    : QStringLiteral("accept-all");
    const std::optional<Practice::Scenario> scenario = Practice::scenarioFromName(wanted);
    if (!scenario)
        return usageError(command, tr("There is no scenario \"%1\"; --list shows them.").arg(wanted));
    if (const Base::Done done = paths.prepare(); !done) {
        Terminal::complain(done.error());
        return exitCodeFor(done.error());
    }

    Practice::PracticeServer server(paths.practice());
    server.setScenario(*scenario);
    QObject::connect(&server, &Practice::PracticeServer::line, &server,
                     [](bool fromClient, const QString &text, int connection) {
                         Terminal::say(
                             QStringLiteral("%1 %2 %3")
                                 .arg(connection)
                                 .arg(fromClient ? QStringLiteral("C") : QStringLiteral("S"), text));
                     });
    QObject::connect(&server, &Practice::PracticeServer::received, &server, printMessage);
    if (parser.isSet(QStringLiteral("once"))) {
        QObject::connect(&server, &Practice::PracticeServer::received, &server,
                         [&server](const Practice::ReceivedMessage &message) {
                             QObject::connect(&server, &Practice::PracticeServer::closed, &server,
                                              [connection = message.connection](int closed) {
                                                  if (closed == connection)
                                                      QCoreApplication::quit();
                                              });
                         });
    }
    const Base::Result<quint16> listening = server.start(port);
    if (!listening) {
        Terminal::complain(listening.error());
        return exitCodeFor(listening.error());
    }
    Terminal::say(QStringLiteral("listening on 127.0.0.1:%1").arg(*listening));
    Terminal::say(QStringLiteral("certificate %1").arg(server.certificateFile()));
    Terminal::say(QStringLiteral("scenario %1").arg(Practice::name(*scenario)));
    Terminal::say(QStringLiteral("sign in with any name and password"));
    quitOnSignals(&server);
    QCoreApplication::exec();
    server.stop();
    return Ok;
}

} // namespace App
