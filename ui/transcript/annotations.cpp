#include "ui/transcript/annotations.h"

#include "ui/common/explainreply.h"
#include "ui/common/format.h"

#include <QCoreApplication>

#include <array>

namespace Ui {

namespace {

struct Annotations
{
    Q_DECLARE_TR_FUNCTIONS(Ui::Annotations)
};
using Tr = Annotations;

struct Meaning
{
    const char *word;
    const char *meaning;
};

constexpr std::array commands{
    Meaning{"HELO", QT_TRANSLATE_NOOP("Ui::Annotations", "we say who we are")},
    Meaning{"EHLO", QT_TRANSLATE_NOOP("Ui::Annotations", "we say who we are and ask what the server can do")},
    Meaning{"LHLO", QT_TRANSLATE_NOOP("Ui::Annotations", "we say who we are and ask what the server can do")},
    Meaning{"STARTTLS", QT_TRANSLATE_NOOP("Ui::Annotations", "we ask to encrypt from here on")},
    Meaning{"AUTH", QT_TRANSLATE_NOOP("Ui::Annotations", "we sign in; the password is not shown")},
    Meaning{"****", QT_TRANSLATE_NOOP("Ui::Annotations", "our part of the sign-in; not shown")},
    Meaning{"*", QT_TRANSLATE_NOOP("Ui::Annotations", "we break off the sign-in")},
    Meaning{"MAIL", QT_TRANSLATE_NOOP("Ui::Annotations", "we name the sender")},
    Meaning{"RCPT", QT_TRANSLATE_NOOP("Ui::Annotations", "we name a recipient")},
    Meaning{"DATA", QT_TRANSLATE_NOOP("Ui::Annotations", "we ask to hand over the message")},
    Meaning{"BDAT",
            QT_TRANSLATE_NOOP("Ui::Annotations", "we hand over the message, or a part of it, in one piece")},
    Meaning{".", QT_TRANSLATE_NOOP("Ui::Annotations", "the message ends here; now the server decides")},
    Meaning{"RSET", QT_TRANSLATE_NOOP("Ui::Annotations", "we begin afresh")},
    Meaning{"NOOP", QT_TRANSLATE_NOOP("Ui::Annotations", "we ask whether the server is still there")},
    Meaning{"QUIT", QT_TRANSLATE_NOOP("Ui::Annotations", "we say goodbye")},
};

constexpr std::array capabilities{
    Meaning{"PIPELINING", QT_TRANSLATE_NOOP("Ui::Annotations", "it takes several commands at once")},
    Meaning{"STARTTLS", QT_TRANSLATE_NOOP("Ui::Annotations", "it can encrypt the connection")},
    Meaning{"8BITMIME", QT_TRANSLATE_NOOP("Ui::Annotations", "it takes text with accents as it is")},
    Meaning{"SMTPUTF8", QT_TRANSLATE_NOOP("Ui::Annotations", "it takes addresses in any script")},
    Meaning{"DSN", QT_TRANSLATE_NOOP("Ui::Annotations", "it can report whether a message was delivered")},
    Meaning{"ENHANCEDSTATUSCODES", QT_TRANSLATE_NOOP("Ui::Annotations", "its answers carry precise codes")},
    Meaning{"CHUNKING", QT_TRANSLATE_NOOP("Ui::Annotations", "it takes a message in pieces of known size")},
    Meaning{"BINARYMIME", QT_TRANSLATE_NOOP("Ui::Annotations", "it takes files without encoding them")},
    Meaning{"VRFY", QT_TRANSLATE_NOOP("Ui::Annotations", "it may check an address")},
    Meaning{"ETRN", QT_TRANSLATE_NOOP("Ui::Annotations", "it can start a queue on request; not used here")},
    Meaning{"HELP", QT_TRANSLATE_NOOP("Ui::Annotations", "it explains its commands")},
    Meaning{"REQUIRETLS", QT_TRANSLATE_NOOP("Ui::Annotations", "it can insist on encryption all the way")},
    Meaning{"DELIVERBY", QT_TRANSLATE_NOOP("Ui::Annotations", "it can be given a deadline")},
    Meaning{"FUTURERELEASE", QT_TRANSLATE_NOOP("Ui::Annotations", "it can keep a message until a set time")},
    Meaning{"MT-PRIORITY", QT_TRANSLATE_NOOP("Ui::Annotations", "it knows messages that come first")},
    Meaning{"LIMITS", QT_TRANSLATE_NOOP("Ui::Annotations", "it tells its limits")},
};

/// Notes of the conversation, by how they begin.
constexpr std::array notes{
    Meaning{"connecting to", QT_TRANSLATE_NOOP("Ui::Annotations", "we look up the server and call it")},
    Meaning{"connected to", QT_TRANSLATE_NOOP("Ui::Annotations", "the line is open")},
    Meaning{"using the open",
            QT_TRANSLATE_NOOP("Ui::Annotations", "a line that is open already serves again")},
    Meaning{"the open connection had",
            QT_TRANSLATE_NOOP("Ui::Annotations", "nothing was lost; we call the server again")},
    Meaning{"the server takes", QT_TRANSLATE_NOOP("Ui::Annotations", "the rest goes over a new line")},
    Meaning{"once more without",
            QT_TRANSLATE_NOOP("Ui::Annotations",
                              "the server does not understand what it offers; we leave it out")},
    Meaning{"TLS", QT_TRANSLATE_NOOP("Ui::Annotations", "from here on nobody on the way can read along")},
    Meaning{"(message", QT_TRANSLATE_NOOP("Ui::Annotations", "the message itself goes out here")},
    Meaning{"no answer in", QT_TRANSLATE_NOOP("Ui::Annotations", "the server kept silent for too long")},
};

QString translated(const char *text)
{
    return QCoreApplication::translate("Ui::Annotations", text);
}

template <class Table>
QString meaningIn(const Table &table, const QString &word)
{
    for (const Meaning &meaning : table) {
        if (word == QLatin1String(meaning.word))
            return translated(meaning.meaning);
    }
    return {};
}

QString capability(const QString &text)
{
    const QString word = text.section(QLatin1Char(' '), 0, 0).toUpper();
    const QString rest = text.section(QLatin1Char(' '), 1).trimmed();
    if (word == QLatin1String("SIZE")) {
        const qint64 size = rest.toLongLong();
        return size > 0 ? Tr::tr("it takes messages of up to %1").arg(sizeText(size))
                        : Tr::tr("it takes a size in advance");
    }
    if (word == QLatin1String("AUTH") || word.startsWith(QLatin1String("AUTH=")))
        return Tr::tr("ways to sign in");
    return meaningIn(capabilities, word);
}

Delivery::Stage stageOf(const QString &verb)
{
    using enum Delivery::Stage;
    if (verb == QLatin1String("EHLO") || verb == QLatin1String("HELO") || verb == QLatin1String("LHLO"))
        return Hello;
    if (verb == QLatin1String("STARTTLS"))
        return Tls;
    if (verb == QLatin1String("AUTH") || verb.startsWith(QLatin1Char('*')))
        return Auth;
    if (verb == QLatin1String("MAIL") || verb == QLatin1String("RSET"))
        return Mail;
    if (verb == QLatin1String("RCPT"))
        return Rcpt;
    if (verb == QLatin1String("DATA"))
        return Data;
    if (verb == QLatin1String(".") || verb == QLatin1String("BDAT"))
        return Content;
    return verb == QLatin1String("QUIT") ? Quit : Greeting;
}

QString agreed(Delivery::Stage stage)
{
    using enum Delivery::Stage;
    switch (stage) {
    case Connect:
    case Greeting:
        return Tr::tr("the server greets");
    case Hello:
        return Tr::tr("the server says its name");
    case Tls:
        return Tr::tr("it agrees to encrypt");
    case Auth:
        return Tr::tr("we are signed in");
    case Mail:
        return Tr::tr("the sender is fine");
    case Rcpt:
        return Tr::tr("the recipient is fine so far");
    case Data:
        return Tr::tr("it is ready for the message");
    case Content:
        return Tr::tr("the server took the message and is responsible for it now");
    case Quit:
        break;
    }
    return Tr::tr("the server says goodbye");
}

} // namespace

QString Annotator::annotate(const Delivery::TranscriptLine &line)
{
    if (line.elided > 0) {
        m_asked.clear(); // what was asked in between is not known
        m_within = false;
        return Tr::tr("the middle of a long conversation is not kept");
    }
    switch (line.speaker) {
    case Delivery::Speaker::Client:
        return annotateClient(line.text);
    case Delivery::Speaker::Server:
        return annotateServer(line.text);
    case Delivery::Speaker::Note:
        break;
    }
    if (line.text.startsWith(QLatin1String("using the open"))) {
        m_greeted = true; // on an earlier page
    } else if (line.text.startsWith(QLatin1String("connecting to"))) {
        m_greeted = false;
        m_asked.clear(); // what was asked over another line is not answered here
    }
    for (const Meaning &note : notes) {
        if (line.text.startsWith(QLatin1String(note.word)))
            return translated(note.meaning);
    }
    return {};
}

QString Annotator::annotateClient(const QString &text)
{
    const QString verb = text.section(QLatin1Char(' '), 0, 0).toUpper();
    const bool known = !meaningIn(commands, verb).isEmpty();
    m_asked.append({known ? verb : QStringLiteral("****"), text.section(QLatin1Char(' '), 1)});
    return meaningIn(commands, m_asked.last().verb);
}

QString Annotator::annotateServer(const QString &text)
{
    const int code = text.left(3).toInt();
    const bool last = text.size() < 4 || text.at(3) != QLatin1Char('-');
    const bool first = !m_within;
    m_within = !last;
    Asked asked;
    if (!m_greeted)
        m_greeted = last;
    else if (!m_asked.isEmpty())
        asked = m_asked.first();
    else if (m_last.verb == QLatin1String("."))
        asked = m_last; // LMTP answers for every recipient (RFC 2033 §4.2)
    if (last && !m_asked.isEmpty() && !asked.verb.isEmpty())
        m_last = m_asked.takeFirst();
    return reply(asked, Delivery::ServerReply(code, {text.mid(4)}), first);
}

QString Annotator::reply(const Asked &asked, const Delivery::ServerReply &reply, bool first) const
{
    const Delivery::Stage stage = stageOf(asked.verb);
    const QString text = reply.lines().value(0);
    if (reply.isTransient() || reply.isPermanent())
        return first ? explainReply(stage, Delivery::Scope::Message, reply).headline : QString();
    if ((asked.verb == QLatin1String("EHLO") || asked.verb == QLatin1String("LHLO")) && !first)
        return capability(text);
    if (!first)
        return {};
    if (asked.verb == QLatin1String("RSET"))
        return Tr::tr("it begins afresh too");
    if (asked.verb == QLatin1String("BDAT") && !asked.rest.endsWith(QLatin1String("LAST")))
        return Tr::tr("it has this part");
    if (reply.isIntermediate() && stage == Delivery::Stage::Auth)
        return Tr::tr("it asks for the next part of the sign-in");
    return agreed(stage);
}

QStringList annotate(const QList<Delivery::TranscriptLine> &lines)
{
    Annotator annotator;
    QStringList out;
    for (const Delivery::TranscriptLine &line : lines)
        out.append(annotator.annotate(line));
    return out;
}

int decidingLine(const QList<Delivery::TranscriptLine> &lines, const Delivery::Reason &reason)
{
    if (reason.isNull() || lines.isEmpty())
        return -1;
    const int end = static_cast<int>(lines.size()) - 1;
    if (!reason.reply.isNull() && !reason.error) {
        // The first line of that reply carries the enhanced code and the gist.
        const QString begin = QString::number(reason.reply.code());
        const QString text = reason.reply.lines().value(0);
        for (int at = end; at >= 0; --at) {
            const Delivery::TranscriptLine &line = lines.at(at);
            if (line.speaker == Delivery::Speaker::Server && line.text.startsWith(begin) &&
                line.text.mid(4) == text)
                return at;
        }
        return -1;
    }
    // No reply decided: what was noted last did, unless only a goodbye came after.
    for (int at = end; at >= 0; --at) {
        if (lines.at(at).speaker == Delivery::Speaker::Note && lines.at(at).elided == 0)
            return at;
    }
    return end;
}

} // namespace Ui
