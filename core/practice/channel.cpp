#include "core/practice/channel.h"

namespace Practice {

namespace {

constexpr qint64 mostInput = 65'536;   // octets read ahead
constexpr qint64 mostOutput = 262'144; // octets the client has not taken
// RFC 4954 §4: 12,288 octets are enough for any sign-in, and nothing else comes near it.
constexpr qsizetype longestLine = 12'288;

} // namespace

Channel::Channel(std::unique_ptr<QSslSocket> socket, int number, const Scenario &scenario,
                 const PracticeOptions &options, Greylist &greylist, QObject *parent)
    : QObject(parent)
    , m_socket(socket.release())
    , m_number(number)
    , m_scenario(scenario)
    , m_options(options)
    , m_conversation(scenario, options, greylist)
{
    m_socket->setParent(this);
    m_socket->setReadBufferSize(mostInput);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_idle.setSingleShot(true);
    m_idle.setInterval(m_options.idleMs);
    connect(&m_idle, &QTimer::timeout, this, &Channel::onIdle);
    connect(m_socket, &QSslSocket::readyRead, this, &Channel::onReadyRead);
    connect(m_socket, &QSslSocket::encrypted, this, &Channel::onEncrypted);
    connect(m_socket, &QSslSocket::bytesWritten, this, &Channel::onWritten);
    connect(m_socket, &QSslSocket::encryptedBytesWritten, this, &Channel::onWritten);
    connect(m_socket, &QSslSocket::disconnected, this, &Channel::onOver);
    connect(m_socket, &QSslSocket::errorOccurred, this, [this](QAbstractSocket::SocketError error) {
        if (error == QAbstractSocket::SslHandshakeFailedError ||
            m_socket->state() == QAbstractSocket::UnconnectedState) {
            end();
        }
    });
}

void Channel::begin()
{
    m_idle.start();
    if (m_options.tlsFromTheStart) {
        m_handshake = true;
        m_socket->startServerEncryption();
        return;
    }
    greet();
}

void Channel::turnAway()
{
    if (m_options.tlsFromTheStart) // words before TLS would only be taken for a broken handshake
        return end();
    m_idle.start();
    answer({"421 4.3.2 too many connections\r\n", Conversation::Then::Close});
}

void Channel::end()
{
    m_socket->abort();
    onOver();
}

void Channel::greet()
{
    answer(m_conversation.greeting());
}

void Channel::onReadyRead()
{
    m_idle.start();
    pump();
}

void Channel::onEncrypted()
{
    if (m_over)
        return;
    m_handshake = false;
    m_conversation.tlsStarted();
    if (m_options.tlsFromTheStart)
        greet();
    pump();
}

void Channel::onWritten()
{
    if (!m_over)
        pump();
}

void Channel::onIdle()
{
    if (m_over)
        return;
    if (m_handshake) { // no words can be said in the middle of it
        return end();
    }
    carryOut({"421 4.4.2 nothing was said for too long\r\n", Conversation::Then::Close});
}

void Channel::onOver()
{
    m_over = true;
    m_idle.stop();
    m_socket->disconnect(this);
    if (!std::exchange(m_told, true))
        Q_EMIT over();
}

bool Channel::isStalled() const
{
    return m_over || m_replying || m_handshake ||
           m_socket->bytesToWrite() + m_socket->encryptedBytesToWrite() > mostOutput;
}

void Channel::pump()
{
    while (!isStalled()) {
        if (m_input.isEmpty())
            m_input = m_socket->read(mostInput);
        if (m_input.isEmpty())
            return;
        const bool moved = m_content ? takeContent() : takeLine();
        if (moved || isStalled())
            continue;
        const QByteArray more = m_socket->read(mostInput);
        if (more.isEmpty())
            return;
        m_input += more;
    }
}

/// False when more is needed for a line.
bool Channel::takeLine()
{
    const qsizetype end = m_input.indexOf('\n');
    if (end < 0 && m_input.size() <= longestLine)
        return false;
    if (end < 0) { // the rest is read only to find its end
        m_input.clear();
        m_skipping = true;
        return true;
    }
    QByteArray text = m_input.left(end + 1);
    m_input.remove(0, end + 1);
    if (std::exchange(m_skipping, false) || end > longestLine) {
        Q_EMIT line(true, QStringLiteral("****"), m_number); // whatever it was: it may have been a secret
        answer(m_conversation.overlong());
        return true;
    }
    if (text.endsWith("\r\n"))
        text.chop(2);
    const bool moreWaiting = !m_input.isEmpty() || m_socket->bytesAvailable() > 0;
    Q_EMIT line(true, m_conversation.publicForm(text), m_number);
    const Conversation::Answer reply = m_conversation.answer(text, moreWaiting);
    if (moreWaiting && text.trimmed().compare("STARTTLS", Qt::CaseInsensitive) == 0) {
        m_input.clear(); // sent along in the clear: neither obeyed nor carried into TLS
        m_socket->readAll();
    }
    text.fill('\0');
    answer(reply);
    return true;
}

bool Channel::takeContent()
{
    m_input.remove(0, m_content->feed(m_input));
    if (!m_content->isAtEnd())
        return true;
    Q_EMIT line(true, QStringLiteral("(%1 octets of content, and the final dot)").arg(m_content->size()),
                m_number);
    const Conversation::Answer reply = m_conversation.contentEnded(*m_content);
    m_content.reset();
    if (const std::optional<ReceivedMessage> message = m_conversation.takeReceived()) {
        ReceivedMessage numbered = *message;
        numbered.connection = m_number;
        Q_EMIT received(numbered);
    }
    answer(reply);
    return true;
}

void Channel::answer(const Conversation::Answer &answer)
{
    if (m_over) // whoever heard a signal may have ended it
        return;
    if (m_scenario != Scenario::Slow || answer.reply.isEmpty())
        return carryOut(answer);
    m_replying = true;
    QTimer::singleShot(m_options.slowReplyMs, this, [this, answer] {
        m_replying = false;
        if (m_over)
            return;
        m_idle.start();
        carryOut(answer);
        pump();
    });
}

void Channel::carryOut(const Conversation::Answer &answer)
{
    say(answer.reply);
    switch (answer.then) {
    case Conversation::Then::GoOn:
        return;
    case Conversation::Then::ReadContent:
        m_content.emplace(m_options.keptOctetsEach);
        return;
    case Conversation::Then::StartTls:
        // Slow replies leave time for a byte to come in after it was asked whether there is one.
        if (m_socket->bytesAvailable() > 0 || !m_input.isEmpty()) {
            return end();
        }
        m_handshake = true;
        m_socket->startServerEncryption();
        return;
    case Conversation::Then::Close:
        m_over = true; // nothing more is heard; over() comes when the words are out
        m_socket->disconnectFromHost();
        // A client that does not take the last words is not waited for.
        QTimer::singleShot(m_options.idleMs, m_socket, &QSslSocket::abort);
        return;
    case Conversation::Then::Drop:
        return end();
    }
}

void Channel::say(const QByteArray &reply)
{
    if (reply.isEmpty())
        return;
    m_socket->write(reply);
    for (const QByteArray &each : reply.trimmed().split('\n'))
        Q_EMIT line(false, QString::fromLatin1(each.trimmed()), m_number);
}

} // namespace Practice
