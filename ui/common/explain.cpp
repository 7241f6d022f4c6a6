#include "ui/common/explain.h"

#include "ui/common/explainreply.h"
#include "ui/common/words.h"

#include <QCoreApplication>

namespace Ui {

namespace {

struct Explain
{
    Q_DECLARE_TR_FUNCTIONS(Ui::Explain)
};

} // namespace

QString Explanation::toText() const
{
    QStringList lines{headline};
    if (!advice.isEmpty())
        lines.append(advice);
    if (!words.isEmpty())
        lines.append(words);
    return lines.join(QLatin1Char('\n'));
}

Explanation explain(Delivery::Stage stage, const Base::Error &error)
{
    Explanation explanation = explain(error);
    if (error.kind == Base::ErrorKind::ConnectionLost && stage == Delivery::Stage::Content) {
        explanation.headline =
            Explain::tr("The connection broke before the server said whether it took the message.");
        explanation.advice =
            Explain::tr("Ask a recipient whether it arrived, then choose: it arrived, or send it again.");
    } else if (error.kind == Base::ErrorKind::FileMissing || error.kind == Base::ErrorKind::FileUnreadable) {
        // Before there is a connection the only files are the account's; none was attached.
        if (stage == Delivery::Stage::Connect || stage == Delivery::Stage::Tls)
            explanation.advice =
                Explain::tr("It belongs to the account: choose it again there, under Certificates.");
    } else if (error.kind == Base::ErrorKind::TimedOut) {
        explanation.headline = Explain::tr("The server did not answer in time (%1).").arg(word(stage));
    } else if (error.kind == Base::ErrorKind::Protocol && stage == Delivery::Stage::Auth) {
        explanation.headline = Explain::tr("The server's part of the sign-in makes no sense.");
        explanation.advice = Explain::tr("Choose another sign-in method in the account, or ask the server's "
                                         "operator; the transcript shows what was said.");
    }
    return explanation;
}

Explanation explain(const Delivery::Reason &reason)
{
    if (reason.error) {
        Explanation explanation = explain(reason.stage, *reason.error);
        if (explanation.words.isEmpty() && !reason.reply.isNull())
            explanation.words = reason.reply.toString();
        return explanation;
    }
    return reason.reply.isNull() ? Explanation{} : explainReply(reason.stage, reason.scope, reason.reply);
}

Explanation explain(const Delivery::Outcome &outcome)
{
    if (!outcome.isSuccess())
        return explain(Delivery::reasonOf(outcome));
    Explanation explanation = explain(Delivery::MessageState::Sent);
    explanation.words = outcome.reply.toString();
    return explanation;
}

Explanation explain(Delivery::MessageState state)
{
    using enum Delivery::MessageState;
    switch (state) {
    case Undoable:
        return {Explain::tr("This message leaves in a moment."),
                Explain::tr("Choose Undo to write on; it then lies among the drafts."),
                {}};
    case Scheduled:
        return {Explain::tr("This message waits for the time you chose."),
                Explain::tr("It is sent by itself then, if this computer is awake and Postrider runs."),
                {}};
    case Queued:
        return {Explain::tr("This message waits for its turn."),
                Explain::tr("It is sent by itself; nothing needs doing."),
                {}};
    case Sending:
        return {Explain::tr("This message is being sent."),
                Explain::tr("The transcript shows each line as it is said."),
                {}};
    case Deferred:
        return {Explain::tr("The server cannot take this message yet."),
                Explain::tr("It is tried again by itself. Choose Retry to try now."),
                {}};
    case Held:
        return {
            Explain::tr("This message is held back."), Explain::tr("Choose Release to let it go out."), {}};
    case Sent:
        return {Explain::tr("The server took the message for every recipient."),
                Explain::tr("Nothing needs doing: the server is responsible for it now."),
                {}};
    case PartlySent:
        return {
            Explain::tr("The message went to some recipients; others were refused."),
            Explain::tr("Look at the recipients below, correct the refused ones and send it to them again."),
            {}};
    case Failed:
        return {Explain::tr("This message was not sent to anyone."),
                Explain::tr("Choose Retry to try once more, or edit it and send it again."),
                {}};
    case Uncertain:
        return {Explain::tr("It is not known whether the server took this message."),
                Explain::tr("Ask a recipient whether it arrived, then choose: it arrived, or send it again."),
                {}};
    case Cancelled:
        break;
    }
    return {Explain::tr("This message was cancelled before it was sent."),
            Explain::tr("Choose Retry to send it after all, or delete it."),
            {}};
}

Explanation explain(Delivery::RecipientState state)
{
    using enum Delivery::RecipientState;
    switch (state) {
    case Waiting:
        return {Explain::tr("Not tried yet."), Explain::tr("It is sent by itself; nothing needs doing."), {}};
    case Accepted:
        return {Explain::tr("The server took the message for this recipient."),
                Explain::tr("Nothing needs doing."),
                {}};
    case Deferred:
        return {Explain::tr("The server cannot take it for this recipient yet."),
                Explain::tr("It is tried again by itself."),
                {}};
    case Refused:
        return {Explain::tr("The server refused this recipient for good."),
                Explain::tr("Check the address for a slip, then send the message again."),
                {}};
    case Uncertain:
        return {Explain::tr("It is not known whether the message reached this recipient."),
                Explain::tr("Ask the recipient whether it arrived."),
                {}};
    case Cancelled:
        break;
    }
    return {Explain::tr("Cancelled before it was sent to this recipient."),
            Explain::tr("Choose Retry to send it after all."),
            {}};
}

Explanation explain(Outbox::TestStep step, bool ok)
{
    using enum Outbox::TestStep;
    switch (step) {
    case Name:
        return ok ? Explanation{Explain::tr("The server's name was found."), {}, {}}
                  : Explanation{
                        Explain::tr("The server's name was not found."),
                        Explain::tr("Check the spelling of the server, and whether this computer is online."),
                        {}};
    case Connect:
        return ok ? Explanation{Explain::tr("The server answers on this port."), {}, {}}
                  : Explanation{
                        Explain::tr("The server does not answer on this port."),
                        Explain::tr("Check the port. Some networks block one of 465 and 587: try the other."),
                        {}};
    case Tls:
        return ok ? Explanation{Explain::tr("The connection is encrypted."), {}, {}}
                  : Explanation{
                        Explain::tr("The connection could not be encrypted."),
                        Explain::tr(
                            "Choose the other kind of encryption: port 465 goes with TLS from the start, "
                            "port 587 with STARTTLS."),
                        {}};
    case Certificate:
        return ok ? Explanation{Explain::tr("The server proved who it is."), {}, {}}
                  : Explanation{
                        Explain::tr("The server could not prove who it is."),
                        Explain::tr("Check the server's name. Accept its certificate only if its operator "
                                    "confirmed the fingerprint to you."),
                        {}};
    case Hello:
        return ok ? Explanation{Explain::tr("The server speaks SMTP and said what it can do."), {}, {}}
                  : Explanation{Explain::tr("The server did not greet as a mail server does."),
                                Explain::tr("Check that server and port are those for sending mail (SMTP)."),
                                {}};
    case Auth:
        break;
    }
    return ok ? Explanation{Explain::tr("The server accepts the sign-in."), {}, {}}
              : Explanation{
                    Explain::tr("The server refused the sign-in."),
                    Explain::tr("Check the user name and the password. Some providers want an app password."),
                    {}};
}

Explanation explain(Message::Hint hint)
{
    switch (hint) {
    case Message::Hint::NoSubject:
        return {Explain::tr("The subject is empty."),
                Explain::tr("A few words help people find the message again."),
                {}};
    case Message::Hint::NoText:
        return {
            Explain::tr("The message has no text."), Explain::tr("Write something, or attach a file."), {}};
    case Message::Hint::AttachmentForgotten:
        break;
    }
    return {Explain::tr("Your text speaks of an attachment, but nothing is attached."),
            Explain::tr("Attach the file before sending."),
            {}};
}

Explanation explain(const Store::SalvageReport &report)
{
    QStringList advice;
    if (!report.lostMessages)
        advice.append(Explain::tr("How many messages could not be read is not known."));
    else if (*report.lostMessages > 0)
        advice.append(Explain::tr("%n messages could not be read.", nullptr, *report.lostMessages));
    if (report.incomplete > 0)
        advice.append(Explain::tr("%n messages miss a part; those that were waiting are held.", nullptr,
                                  report.incomplete));
    advice.append(Explain::tr("The damaged records are kept, unchanged."));
    return {Explain::tr("The program's records were damaged; %n messages were recovered.", nullptr,
                        report.messages),
            advice.join(QLatin1Char(' ')), report.aside};
}

} // namespace Ui
