#include "ui/practice/scenariowords.h"

#include <QCoreApplication>

namespace Ui {

namespace {

struct ScenarioWords
{
    Q_DECLARE_TR_FUNCTIONS(Ui::ScenarioWords)
};
using Tr = ScenarioWords;

} // namespace

QString title(Practice::Scenario scenario)
{
    using enum Practice::Scenario;
    switch (scenario) {
    case AcceptAll:
        return Tr::tr("Everything is accepted");
    case RefuseRecipient:
        return Tr::tr("Some recipients do not exist");
    case Greylist:
        return Tr::tr("Come back later (greylisting)");
    case MailboxFull:
        return Tr::tr("The mailboxes are full");
    case WrongPassword:
        return Tr::tr("The password is wrong");
    case MessageRefused:
        return Tr::tr("The message is refused");
    case DropAfterDot:
        return Tr::tr("The line breaks at the worst moment");
    case Busy:
        return Tr::tr("The server is busy");
    case Slow:
        break;
    }
    return Tr::tr("The server is slow");
}

QString description(Practice::Scenario scenario)
{
    using enum Practice::Scenario;
    switch (scenario) {
    case AcceptAll:
        return Tr::tr("Every sign-in, recipient and message is fine. The message ends in Sent.");
    case RefuseRecipient:
        return Tr::tr("Addresses that begin with “nobody” are refused; the others get their message. It ends "
                      "as Partly sent or Failed.");
    case Greylist:
        return Tr::tr("The first time a sender writes to a recipient, the server asks to come back. The "
                      "message waits as "
                      "Retrying and goes through on the next attempt.");
    case MailboxFull:
        return Tr::tr("Every recipient's mailbox is full. The message waits as Retrying.");
    case WrongPassword:
        return Tr::tr("Every sign-in is refused. The account waits for you, and its messages with it.");
    case MessageRefused:
        return Tr::tr("The server reads the whole message and then refuses it, as a spam filter does. It "
                      "ends as Failed.");
    case DropAfterDot:
        return Tr::tr(
            "The server keeps the message and then breaks the connection without a word. The message becomes "
            "Uncertain, and you decide.");
    case Busy:
        return Tr::tr(
            "Instead of a greeting the server says that it is busy. The message waits as Retrying.");
    case Slow:
        break;
    }
    return Tr::tr("Every answer comes two seconds late. Watch the transcript grow.");
}

} // namespace Ui
