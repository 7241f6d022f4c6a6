#include "core/practice/conversation.h"

#include <algorithm>
#include <array>

namespace Practice {

namespace {

using Answer = Conversation::Answer;
using Then = Conversation::Then;

// RFC 5321 §4.5.3.1.4 says 512 and lets extensions add to it; 2,048 covers SIZE, BODY, DSN and AUTH on one
// line.
constexpr qsizetype longestCommand = 2048;
constexpr qsizetype longestShown = 500;

Answer say(const QByteArray &line, Then then = Then::GoOn)
{
    return {line + "\r\n", then};
}

bool isControl(char c)
{
    return (c >= 0 && c < 0x20) || c == 0x7f;
}

std::optional<QByteArray> fromBase64(const QByteArray &text)
{
    if (text == "=") // an empty initial response (RFC 4954 §4)
        return QByteArray();
    auto decoded = QByteArray::fromBase64Encoding(text, QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded || text.size() % 4 != 0)
        return std::nullopt;
    return std::move(*decoded);
}

/// Plain text for a person: bounded, without controls and without marks that turn the order of what is read.
QString shown(const QByteArray &line)
{
    QString text = QString::fromUtf8(line.left(longestShown));
    for (QChar &c : text) {
        const QChar::Category category = c.category();
        if (category == QChar::Other_Control || category == QChar::Other_Format ||
            category == QChar::Separator_Line || category == QChar::Separator_Paragraph)
            c = QChar::ReplacementCharacter;
    }
    if (line.size() > longestShown)
        text += QStringLiteral(" … (%1 octets)").arg(line.size());
    return text;
}

QByteArray firstWord(const QByteArray &line)
{
    const qsizetype space = line.indexOf(' ');
    return (space < 0 ? line : line.left(space)).toUpper();
}

} // namespace

Conversation::Conversation(const Scenario &scenario, const PracticeOptions &options, Greylist &greylist)
    : m_scenario(scenario)
    , m_options(options)
    , m_greylist(greylist)
{
}

Answer Conversation::greeting() const
{
    if (m_scenario == Scenario::Busy)
        return say("421 4.3.2 localhost is busy, come back later", Then::Close);
    return say("220 localhost ESMTP Postrider practice server");
}

std::span<const Conversation::Verb> Conversation::verbs()
{
    static constexpr std::array table{
        Verb{"EHLO", &Conversation::ehlo},           Verb{"HELO", &Conversation::helo},
        Verb{"STARTTLS", &Conversation::startTls},   Verb{"AUTH", &Conversation::auth},
        Verb{"MAIL", &Conversation::mail},           Verb{"RCPT", &Conversation::rcpt},
        Verb{"DATA", &Conversation::data},           Verb{"RSET", &Conversation::rset},
        Verb{"NOOP", &Conversation::noop},           Verb{"VRFY", &Conversation::vrfy},
        Verb{"HELP", &Conversation::help},           Verb{"QUIT", &Conversation::quit},
        Verb{"EXPN", &Conversation::notImplemented}, Verb{"BDAT", &Conversation::notImplemented},
        Verb{"ETRN", &Conversation::notImplemented}, Verb{"TURN", &Conversation::notImplemented},
        Verb{"SEND", &Conversation::notImplemented}, Verb{"SOML", &Conversation::notImplemented},
        Verb{"SAML", &Conversation::notImplemented},
    };
    return table;
}

const Conversation::Verb *Conversation::find(const QByteArray &line)
{
    const QByteArray word = firstWord(line);
    const auto found =
        std::find_if(verbs().begin(), verbs().end(), [&word](const Verb &verb) { return word == verb.name; });
    return found == verbs().end() ? nullptr : &*found;
}

Answer Conversation::answer(const QByteArray &line, bool moreWaiting)
{
    m_moreWaiting = moreWaiting;
    if (m_signIn != SignIn::None)
        return countFaults(signInResponse(line));
    return countFaults(dispatch(line));
}

Answer Conversation::dispatch(const QByteArray &line)
{
    const bool isSignIn = firstWord(line) == "AUTH"; // may be long (RFC 4954 §4)
    if (line.size() > longestCommand && !isSignIn)
        return say("500 5.5.2 the line is too long");
    if (std::any_of(line.begin(), line.end(), isControl))
        return say("500 5.5.2 a line holds no control characters and ends in CRLF");
    QByteArray command = line;
    while (command.endsWith(' ')) // RFC 5321 §4.1.1: white space before the CRLF is to be tolerated
        command.chop(1);
    const Verb *verb = find(command);
    if (verb == nullptr)
        return say("500 5.5.2 that is not a command");
    const qsizetype space = command.indexOf(' ');
    return (this->*verb->handler)(space < 0 ? QByteArray() : command.mid(space + 1));
}

Answer Conversation::overlong()
{
    const bool inSignIn = std::exchange(m_signIn, SignIn::None) != SignIn::None;
    return countFaults(say(inSignIn ? "500 5.5.6 the line is too long" : "500 5.5.2 the line is too long"));
}

// Faults of syntax and order, and wrong passwords, are counted: a client that makes nothing else is sent
// away.
Answer Conversation::countFaults(Answer answer)
{
    const bool isFault = answer.reply.startsWith("50") || answer.reply.startsWith("535");
    if (isFault && ++m_faults >= m_options.faultLimit)
        return say("421 4.7.0 too many errors", Then::Close);
    return answer;
}

Answer Conversation::ehlo(const QByteArray &arguments)
{
    if (arguments.isEmpty() || arguments.contains(' '))
        return say("501 5.5.4 write EHLO and the name of the client");
    m_helo = arguments;
    m_extended = true;
    m_transaction.reset();
    QByteArray reply = "250-localhost\r\n"
                       "250-PIPELINING\r\n"
                       "250-SIZE " +
                       QByteArray::number(m_options.sizeLimit) +
                       "\r\n"
                       "250-8BITMIME\r\n"
                       "250-ENHANCEDSTATUSCODES\r\n"
                       "250-DSN\r\n";
    if (!m_encrypted)
        reply += "250-STARTTLS\r\n";
    if (offersSignIn())
        reply += "250-AUTH PLAIN LOGIN\r\n";
    return {reply + "250 HELP\r\n", Then::GoOn};
}

Answer Conversation::helo(const QByteArray &arguments)
{
    if (arguments.isEmpty() || arguments.contains(' '))
        return say("501 5.5.4 write HELO and the name of the client");
    m_helo = arguments;
    m_extended = false;
    m_transaction.reset();
    return say("250 localhost");
}

Answer Conversation::startTls(const QByteArray &arguments)
{
    if (!arguments.isEmpty())
        return say("501 5.5.4 STARTTLS stands alone");
    if (m_encrypted)
        return say("503 5.5.1 TLS is on already");
    if (!m_extended)
        return say("503 5.5.1 EHLO comes first");
    // RFC 3207 §4.2, CVE-2011-0411: what was sent along must not be taken for something said inside TLS. It
    // is dropped by the channel; nothing is encrypted.
    if (m_moreWaiting)
        return say("503 5.5.1 nothing may be sent behind STARTTLS before its reply");
    return say("220 2.0.0 go ahead", Then::StartTls);
}

void Conversation::tlsStarted()
{
    m_encrypted = true;
    m_extended = false;
    m_helo.clear();
    m_user.clear();
    m_signIn = SignIn::None;
    m_transaction.reset();
}

Answer Conversation::auth(const QByteArray &arguments)
{
    m_signInTried = true;
    const qsizetype space = arguments.indexOf(' ');
    const QByteArray mechanism = firstWord(arguments);
    const QByteArray initial = space < 0 ? QByteArray() : arguments.mid(space + 1);
    if (mechanism.isEmpty())
        return say("501 5.5.4 write AUTH and a mechanism");
    if (!m_extended)
        return say("503 5.5.1 EHLO comes first");
    if (!m_user.isEmpty())
        return say("503 5.5.1 signed in already");
    if (m_transaction)
        return say("503 5.5.1 not while a message is under way");
    if (mechanism != "PLAIN" && mechanism != "LOGIN")
        return say("504 5.5.4 PLAIN and LOGIN are known here");
    if (!offersSignIn())
        return say("538 5.7.11 STARTTLS comes first: a password does not travel in the clear");
    if (mechanism == "PLAIN") {
        if (!initial.isEmpty())
            return signInPlain(initial);
        m_signIn = SignIn::PlainResponse;
        return say("334 ");
    }
    m_signIn = SignIn::LoginUser;
    if (!initial.isEmpty())
        return signInLogin(initial);
    return say("334 VXNlcm5hbWU6"); // "Username:"
}

Answer Conversation::signInResponse(const QByteArray &line)
{
    if (line == "*") {
        m_signIn = SignIn::None;
        return say("501 5.7.0 sign-in cancelled");
    }
    if (m_signIn == SignIn::PlainResponse)
        return signInPlain(line);
    return signInLogin(line);
}

Answer Conversation::signInPlain(const QByteArray &base64)
{
    m_signIn = SignIn::None;
    std::optional<QByteArray> decoded = fromBase64(base64);
    if (!decoded)
        return say("501 5.5.2 that is not base64");
    // RFC 4616: authorization identity NUL authentication identity NUL password
    const QList<QByteArray> parts = decoded->split('\0');
    const bool hasPassword = parts.size() == 3 && !parts[2].isEmpty();
    const QByteArray user = parts.size() == 3 ? parts[1] : QByteArray();
    decoded->fill('\0');
    return signedIn(user, hasPassword);
}

Answer Conversation::signInLogin(const QByteArray &base64)
{
    std::optional<QByteArray> decoded = fromBase64(base64);
    if (!decoded) {
        m_signIn = SignIn::None;
        return say("501 5.5.2 that is not base64");
    }
    if (m_signIn == SignIn::LoginUser) {
        m_loginUser = *decoded;
        m_signIn = SignIn::LoginPassword;
        return say("334 UGFzc3dvcmQ6"); // "Password:"
    }
    m_signIn = SignIn::None;
    const bool hasPassword = !decoded->isEmpty();
    decoded->fill('\0');
    return signedIn(std::exchange(m_loginUser, {}), hasPassword);
}

Answer Conversation::signedIn(const QByteArray &user, bool hasPassword)
{
    if (m_scenario == Scenario::WrongPassword || user.isEmpty() || !hasPassword)
        return say("535 5.7.8 user name or password is wrong");
    m_user = shown(user);
    return say("235 2.7.0 signed in");
}

Answer Conversation::mail(const QByteArray &arguments)
{
    if (m_helo.isEmpty())
        return say("503 5.5.1 EHLO comes first");
    if (m_transaction)
        return say("503 5.5.1 a message is under way already");
    if (m_scenario == Scenario::WrongPassword && m_user.isEmpty())
        return say("530 5.7.0 sign in first");
    const auto parsed = MailCommand::parse(MailCommand::Kind::Mail, arguments, m_extended);
    if (const auto *refusal = std::get_if<MailCommand::Refusal>(&parsed))
        return say(*refusal);
    const auto &from = std::get<MailCommand::Parsed>(parsed);
    if (from.size > m_options.sizeLimit)
        return say("552 5.3.4 a message may have " + QByteArray::number(m_options.sizeLimit) + " octets");
    m_transaction = Transaction{from, {}, false};
    return say("250 2.1.0 sender ok");
}

Answer Conversation::rcpt(const QByteArray &arguments)
{
    if (!m_transaction)
        return say("503 5.5.1 MAIL comes first");
    m_transaction->refusedSome = true; // until it is accepted
    const auto parsed = MailCommand::parse(MailCommand::Kind::Rcpt, arguments, m_extended);
    if (const auto *refusal = std::get_if<MailCommand::Refusal>(&parsed))
        return say(*refusal);
    const auto &to = std::get<MailCommand::Parsed>(parsed);
    if (m_transaction->to.size() >= m_options.recipientLimit)
        return say("452 4.5.3 too many recipients");
    if (m_scenario == Scenario::RefuseRecipient && to.path.left(6).toLower() == "nobody")
        return say("550 5.1.1 there is nobody of that name");
    if (m_scenario == Scenario::MailboxFull)
        return say("452 4.2.2 the mailbox is full");
    if (m_scenario == Scenario::Greylist && !m_greylist.isKnown(m_transaction->from.path, to.path))
        return say("451 4.7.1 greylisted, try again later");
    m_transaction->to.append(to);
    return say("250 2.1.5 recipient ok");
}

Answer Conversation::data(const QByteArray &arguments)
{
    if (!arguments.isEmpty())
        return say("501 5.5.4 DATA stands alone");
    if (!m_transaction)
        return say("503 5.5.1 MAIL comes first");
    if (m_transaction->to.isEmpty())
        return say(m_transaction->refusedSome ? "554 5.5.1 no recipient was accepted"
                                              : "503 5.5.1 RCPT comes first");
    return say("354 the message, and a dot on a line of its own", Then::ReadContent);
}

Answer Conversation::contentEnded(ContentReader &content)
{
    ReceivedMessage message = makeReceived(content);
    m_transaction.reset();
    if (content.size() > m_options.sizeLimit)
        return say("552 5.3.4 a message may have " + QByteArray::number(m_options.sizeLimit) + " octets");
    switch (content.fault()) {
    case ContentReader::Fault::BareCr:
    case ContentReader::Fault::BareLf:
        return say("550 5.6.0 CR and LF only come together in a message (RFC 5321 section 2.3.8)");
    case ContentReader::Fault::Nul:
        return say("550 5.6.0 a message holds no NUL (RFC 5322 section 4)");
    case ContentReader::Fault::LongLine:
        return say("500 5.6.0 a line has at most 1000 octets (RFC 5321 section 4.5.3.1.6)");
    case ContentReader::Fault::None:
        break;
    }
    if (m_scenario == Scenario::MessageRefused)
        return say("554 5.7.1 the message is refused");
    m_received = std::move(message);
    if (m_scenario == Scenario::DropAfterDot)
        return {{}, Then::Drop};
    return say("250 2.0.0 kept, nothing is sent on");
}

ReceivedMessage Conversation::makeReceived(ContentReader &content) const
{
    ReceivedMessage message;
    message.when = QDateTime::currentDateTimeUtc();
    message.helo = m_helo;
    message.user = m_user;
    message.encrypted = m_encrypted;
    message.reversePath = m_transaction->from.path;
    message.mailParameters = m_transaction->from.parameters;
    for (const MailCommand::Parsed &to : m_transaction->to) {
        message.forwardPaths.append(to.path);
        message.recipientParameters.append(to.parameters.join(' '));
    }
    message.contentSize = content.size();
    message.content = content.takeContent();
    return message;
}

Answer Conversation::rset(const QByteArray &arguments)
{
    if (!arguments.isEmpty())
        return say("501 5.5.4 RSET stands alone");
    m_transaction.reset();
    return say("250 2.0.0 forgotten");
}

Answer Conversation::noop(const QByteArray &)
{
    return say("250 2.0.0 ok");
}

Answer Conversation::vrfy(const QByteArray &arguments)
{
    if (arguments.isEmpty())
        return say("501 5.5.4 write VRFY and a name");
    return say("252 2.5.0 that cannot be verified, but mail to it is tried");
}

Answer Conversation::help(const QByteArray &)
{
    return say("214 2.0.0 EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT");
}

Answer Conversation::quit(const QByteArray &arguments)
{
    if (!arguments.isEmpty())
        return say("501 5.5.4 QUIT stands alone");
    return say("221 2.0.0 goodbye", Then::Close);
}

Answer Conversation::notImplemented(const QByteArray &)
{
    return say("502 5.5.1 that is not done here");
}

QString Conversation::publicForm(const QByteArray &line) const
{
    QString hidden = QStringLiteral("****");
    if (m_signIn != SignIn::None)
        return line == "*" ? QStringLiteral("*") : hidden;
    const QByteArray word = firstWord(line.trimmed());
    if (word.startsWith("AUTH")) {
        const QByteArray mechanism = firstWord(line.trimmed().mid(word.size() + 1));
        // Only a known word is shown: a client that forgets the mechanism has its secret in this place.
        for (const char *known : {"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256",
                                  "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "GSSAPI", "NTLM"}) {
            if (word == "AUTH" && mechanism == known) {
                const bool more = line.trimmed().size() > word.size() + 1 + mechanism.size();
                return QStringLiteral("AUTH %1").arg(QLatin1String(known)) +
                       (more ? QLatin1Char(' ') + hidden : QString());
            }
        }
        return QStringLiteral("AUTH ") + hidden;
    }
    // A client may go on with its secret though its AUTH was refused; such a line is no command.
    if (m_signInTried && find(line.trimmed()) == nullptr)
        return hidden;
    return shown(line);
}

} // namespace Practice
