#pragma once

// What the practice server answers (RFC 5321, 3207, 4954, 3461): lines in, replies out, no socket, no clock
// but the time stamp of a message. It promises an answer to every line, an enhanced status code in every one
// but those to EHLO and HELO (RFC 2034), and that a password is neither kept nor shown. Bytes, limits of
// buffers and time are the channel's.

#include "core/practice/contentreader.h"
#include "core/practice/greylist.h"
#include "core/practice/mailcommand.h"
#include "core/practice/practiceoptions.h"
#include "core/practice/receivedmessage.h"
#include "core/practice/scenario.h"

#include <optional>
#include <span>
#include <utility>

namespace Practice {

class Conversation
{
public:
    enum class Then {
        GoOn,
        ReadContent, ///< what follows is content; then contentEnded()
        StartTls,    ///< encrypt, then tlsStarted()
        Close,       ///< politely
        Drop,        ///< at once, as a dying server would
    };

    struct Answer
    {
        QByteArray reply; ///< whole lines with CRLF; empty: nothing is said
        Then then = Then::GoOn;
    };

    /// The three are referred to; the scenario may change between two lines.
    Conversation(const Scenario &scenario, const PracticeOptions &options, Greylist &greylist);

    Answer greeting() const;
    /// To a line without its CRLF. A line that ended in a bare LF keeps it, and is refused for it.
    /// `moreWaiting`: octets were read behind this line already.
    Answer answer(const QByteArray &line, bool moreWaiting);
    Answer contentEnded(ContentReader &content);
    /// To a line that is longer than the channel cares to hold.
    Answer overlong();
    /// Forgets all that was said in the clear (RFC 3207 §4.2).
    void tlsStarted();

    /// The line as it may be shown; to be asked before answer(). Secrets and what could be one are "****".
    QString publicForm(const QByteArray &line) const;
    /// The message that contentEnded() took in, once.
    std::optional<ReceivedMessage> takeReceived() { return std::exchange(m_received, std::nullopt); }

private:
    enum class SignIn { None, PlainResponse, LoginUser, LoginPassword };
    using Handler = Answer (Conversation::*)(const QByteArray &arguments);
    struct Verb
    {
        const char *name;
        Handler handler;
    };
    struct Transaction
    {
        MailCommand::Parsed from;
        QList<MailCommand::Parsed> to;
        bool refusedSome = false;
    };

    static std::span<const Verb> verbs();
    static const Verb *find(const QByteArray &line);

    Answer ehlo(const QByteArray &arguments);
    Answer helo(const QByteArray &arguments);
    Answer startTls(const QByteArray &arguments);
    Answer auth(const QByteArray &arguments);
    Answer mail(const QByteArray &arguments);
    Answer rcpt(const QByteArray &arguments);
    Answer data(const QByteArray &arguments);
    Answer rset(const QByteArray &arguments);
    Answer noop(const QByteArray &arguments);
    Answer vrfy(const QByteArray &arguments);
    Answer help(const QByteArray &arguments);
    Answer quit(const QByteArray &arguments);
    Answer notImplemented(const QByteArray &arguments);

    Answer signInResponse(const QByteArray &line);
    Answer signInPlain(const QByteArray &base64);
    Answer signInLogin(const QByteArray &base64);
    Answer signedIn(const QByteArray &user, bool hasPassword);
    Answer dispatch(const QByteArray &line);
    Answer countFaults(Answer answer);
    bool offersSignIn() const { return m_encrypted || m_options.signInInTheClear; }
    ReceivedMessage makeReceived(ContentReader &content) const;

    const Scenario &m_scenario;
    const PracticeOptions &m_options;
    Greylist &m_greylist;
    bool m_encrypted = false;
    bool m_moreWaiting = false;
    bool m_extended = false; ///< EHLO, not HELO
    QByteArray m_helo;
    QString m_user;
    SignIn m_signIn = SignIn::None;
    bool m_signInTried = false;
    QByteArray m_loginUser;
    std::optional<Transaction> m_transaction;
    std::optional<ReceivedMessage> m_received;
    int m_faults = 0;
};

} // namespace Practice
