#pragma once

// One connection to the practice server: bytes to lines and back, TLS, limits and time. It promises to hold a
// bounded number of octets whatever the client does: input is read only as fast as it is answered, and
// answered only as fast as the client takes the answers. What is answered is the conversation's.

#include "core/practice/conversation.h"

#include <QObject>
#include <QSslSocket>
#include <QTimer>

#include <memory>

namespace Practice {

class Channel : public QObject
{
    Q_OBJECT

public:
    /// Takes the socket, which is connected and has its TLS configuration. The references outlive the
    /// channel.
    Channel(std::unique_ptr<QSslSocket> socket, int number, const Scenario &scenario,
            const PracticeOptions &options, Greylist &greylist, QObject *parent);

    /// Greets, or begins TLS first where the options say so.
    void begin();
    /// Says why in one reply and closes: a connection too many.
    void turnAway();
    /// Drops the connection.
    void end();

Q_SIGNALS:
    void line(bool fromClient, const QString &text, int connection);
    void received(const Practice::ReceivedMessage &message);
    void over(); ///< once; nothing comes after

private:
    void greet();
    void onReadyRead();
    void onEncrypted();
    void onWritten();
    void onIdle();
    void onOver();
    bool isStalled() const;
    void pump();
    bool takeLine();
    bool takeContent();
    void answer(const Conversation::Answer &answer);
    void carryOut(const Conversation::Answer &answer);
    void say(const QByteArray &reply);

    QSslSocket *m_socket;
    const int m_number;
    const Scenario &m_scenario;
    const PracticeOptions &m_options;
    Conversation m_conversation;
    QByteArray m_input;
    std::optional<ContentReader> m_content;
    QTimer m_idle;
    bool m_skipping = false; ///< the rest of an overlong line
    bool m_replying = false; ///< a slow reply is under way
    bool m_handshake = false;
    bool m_over = false; ///< nothing more is heard
    bool m_told = false; ///< over() was emitted
};

} // namespace Practice
