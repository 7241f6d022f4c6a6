#include "ui/common/explainreply.h"

#include <QCoreApplication>

#include <array>

namespace Ui {

namespace {

struct ExplainReply
{
    Q_DECLARE_TR_FUNCTIONS(Ui::ExplainReply)
};

struct Row
{
    const char *enhanced; ///< without its class: "1.1" is both 5.1.1 and 4.1.1
    const char *headline;
    const char *advice;
};

constexpr std::array rows{
    Row{"1.1", QT_TRANSLATE_NOOP("Ui::ExplainReply", "There is no such mailbox at the recipient's server."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply",
                          "Check the part in front of the @ for a slip, then send it again.")},
    Row{"1.2",
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "The recipient's domain does not exist or takes no mail."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Check the part behind the @ for a slip, then send it again.")},
    Row{"1.3",
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "The server does not understand the recipient's address."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Check the address for a slip, then send it again.")},
    Row{"1.6", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The recipient has moved to another address."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply",
                          "Look in the server's words for the new address, and send it there.")},
    Row{"1.7", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The server does not understand the sender's address."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Correct the sender's address in the account.")},
    Row{"1.8", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The server does not know the sender's domain."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Use a sender's address that belongs to this account.")},
    Row{"1.10", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The recipient's domain takes no mail at all."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Ask the recipient for another address.")},
    Row{"2.1", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The recipient's mailbox is switched off."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply",
                          "Reach the recipient in another way and ask for a working address.")},
    Row{"2.2", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The recipient's mailbox is full."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Tell the recipient in another way, and send it again later.")},
    Row{"2.3",
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "The message is larger than the recipient's mailbox takes."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Send fewer or smaller attachments, or share them by a link.")},
    Row{"3.2", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The server takes no messages at the moment."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Wait for the next attempt, or send through another account.")},
    Row{"3.4", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The message is larger than the server takes."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Send fewer or smaller attachments, or share them by a link.")},
    Row{"4.4", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The server found no way to the recipient's domain."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Check the part behind the @ for a slip, then send it again.")},
    Row{"4.5",
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "The account has sent as much as the server allows for now."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Wait a while, or send through another account.")},
    Row{"5.3",
        QT_TRANSLATE_NOOP("Ui::ExplainReply",
                          "The message has more recipients than the server takes at once."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Send it to fewer people at a time.")},
    Row{"6.7",
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "The server cannot take addresses with letters outside ASCII."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Ask the recipient for an address of plain letters.")},
    Row{"7.0",
        QT_TRANSLATE_NOOP("Ui::ExplainReply",
                          "The server refused this for reasons of its own security rules."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply",
                          "Read its words below; they often name the rule, or whom to ask.")},
    Row{"7.1", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The server's rules do not allow this message."),
        QT_TRANSLATE_NOOP(
            "Ui::ExplainReply",
            "Use the sender's address that belongs to the account, and read the server's words below.")},
    Row{"7.8", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The server refused the user name or the password."),
        QT_TRANSLATE_NOOP(
            "Ui::ExplainReply",
            "Choose “Sign in again…” and type it anew. Some providers want an app password here.")},
    Row{"7.9", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The server does not allow this way of signing in."),
        QT_TRANSLATE_NOOP(
            "Ui::ExplainReply",
            "Choose another sign-in method in the account, or make an app password at the provider.")},
    Row{"7.11",
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "The server wants an encrypted connection for signing in."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Choose TLS or STARTTLS in the account.")},
    Row{"7.23",
        QT_TRANSLATE_NOOP("Ui::ExplainReply",
                          "The recipient's server does not believe that this account may use this sender."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply",
                          "Send with an address of the account's own domain; its operator can correct SPF.")},
    Row{"7.26",
        QT_TRANSLATE_NOOP("Ui::ExplainReply",
                          "The recipient's server does not believe that this account may use this sender."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Send with an address of the account's own domain; its "
                                              "operator can correct SPF, DKIM and DMARC.")},
    Row{"7.28", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The account sends too much in too short a time."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Wait a while, or send through another account.")},
    Row{"7.30",
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "The provider has switched off signing in with a password."),
        QT_TRANSLATE_NOOP(
            "Ui::ExplainReply",
            "Switch it on for this mailbox at the provider, make an app password, or use another account.")},
    Row{"7.57", QT_TRANSLATE_NOOP("Ui::ExplainReply", "The server wants a sign-in before it takes mail."),
        QT_TRANSLATE_NOOP("Ui::ExplainReply", "Give the account a user name and a password.")},
};

Explanation translated(const char *headline, const char *advice)
{
    return {QCoreApplication::translate("Ui::ExplainReply", headline),
            QCoreApplication::translate("Ui::ExplainReply", advice),
            {}};
}

std::optional<Explanation> byEnhanced(Delivery::Stage stage, const QString &enhanced)
{
    const QString subject = enhanced.mid(2);
    // "Not authorised" says nothing that the stage does not say better: a refused password, a filter.
    const bool vague = subject == QLatin1String("7.1") || subject == QLatin1String("7.0");
    if (vague && stage != Delivery::Stage::Mail && stage != Delivery::Stage::Rcpt)
        return std::nullopt;
    for (const Row &row : rows) {
        if (subject == QLatin1String(row.enhanced))
            return translated(row.headline, row.advice);
    }
    return std::nullopt;
}

/// Temporary refusals mean patience, whatever the subject says; some of them have a name of their own.
std::optional<Explanation> temporary(Delivery::Stage stage, const Delivery::ServerReply &reply)
{
    using Tr = ExplainReply;
    if (!reply.isTransient())
        return std::nullopt;
    const QString again = Tr::tr("It is tried again by itself; nothing needs doing.");
    if (reply.code() == 421)
        return Explanation{Tr::tr("The server is busy and closed the connection."), again, {}};
    if (stage == Delivery::Stage::Auth)
        return Explanation{Tr::tr("The server cannot check the sign-in at the moment."), again, {}};
    if (reply.enhanced() == QLatin1String("4.7.28") || reply.enhanced() == QLatin1String("4.4.5"))
        return Explanation{Tr::tr("The account sends too much in too short a time."), again, {}};
    if (reply.enhanced() == QLatin1String("4.2.2"))
        return Explanation{
            Tr::tr("The recipient's mailbox is full."),
            Tr::tr("It is tried again by itself. Tell the recipient in another way if it is urgent."),
            {}};
    if (stage == Delivery::Stage::Rcpt && (reply.code() == 450 || reply.code() == 451))
        return Explanation{
            Tr::tr("The server wants to see this message again later (greylisting)."),
            Tr::tr("That is normal with a new recipient. It is tried again by itself in a few minutes."),
            {}};
    if (reply.code() == 452)
        return Explanation{Tr::tr("The server has no room for it at the moment."), again, {}};
    return Explanation{Tr::tr("The server cannot take it at the moment."), again, {}};
}

Explanation byStage(Delivery::Stage stage, const Delivery::ServerReply &reply)
{
    using Tr = ExplainReply;
    using enum Delivery::Stage;
    switch (stage) {
    case Connect:
    case Greeting:
        return {Tr::tr("The server does not want to talk to this computer."),
                Tr::tr("Check the server's name and port. Its words below may say whom to ask."),
                {}};
    case Tls:
        return {Tr::tr("The server did not start the encryption."),
                Tr::tr("Try TLS from the start (port 465). Nothing was sent in the clear."),
                {}};
    case Hello:
        return {Tr::tr("The server did not accept how the program introduced itself."),
                Tr::tr("Set another name under Advanced, Name said in EHLO, in the account."),
                {}};
    case Auth:
        return {Tr::tr("The server refused the sign-in."),
                Tr::tr("Choose “Sign in again…” and check user name and password. Some providers want an app "
                       "password."),
                {}};
    case Mail:
        if (reply.code() == 530 || reply.code() == 538)
            return {Tr::tr("The server wants a sign-in before it takes mail."),
                    Tr::tr("Give the account a user name and a password, and an encrypted connection."),
                    {}};
        return {Tr::tr("The server refused the sender."),
                Tr::tr("Use a sender's address that belongs to this account."),
                {}};
    case Rcpt:
        if (reply.code() == 552)
            return {Tr::tr("The recipient's mailbox is full, or the message has too many recipients."),
                    Tr::tr("Send it to fewer people at a time, or later."),
                    {}};
        return {Tr::tr("The server refused this recipient."),
                Tr::tr("Check the address for a slip, then send it again."),
                {}};
    case Data:
    case Content:
        if (reply.code() == 552)
            return translated("The message is larger than the server takes.",
                              "Send fewer or smaller attachments, or share them by a link.");
        if (stage == Data)
            return {
                Tr::tr("The server refused the message before it read it."),
                Tr::tr(
                    "What the server says below tells why. Send it again later, or through another account."),
                {}};
        return {Tr::tr("The server refused the message after it had read it."),
                Tr::tr("Often a filter objects to its content. Change the text or the attachments and send "
                       "it again."),
                {}};
    case Quit:
        break;
    }
    return {Tr::tr("The server had something to say at the end."),
            Tr::tr("Nothing needs doing: the message was decided before."),
            {}};
}

} // namespace

Explanation explainReply(Delivery::Stage stage, Delivery::Scope scope, const Delivery::ServerReply &reply)
{
    Q_UNUSED(scope)
    std::optional<Explanation> explanation = temporary(stage, reply);
    if (!explanation && !reply.enhanced().isEmpty())
        explanation = byEnhanced(stage, reply.enhanced());
    if (!explanation)
        explanation = byStage(stage, reply);
    explanation->words = reply.toString();
    return *explanation;
}

} // namespace Ui
