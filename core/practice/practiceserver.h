#pragma once

// An SMTP server inside the program, to try things on without sending a letter to anyone. It listens on this
// machine's loopback only, takes any user name and password and keeps none, hands on nothing, and keeps a
// bounded number of messages for viewing. It may be moved to another thread before start(); all calls are
// made in its thread.

#include "core/base/result.h"
#include "core/practice/greylist.h"
#include "core/practice/practiceoptions.h"
#include "core/practice/receivedmessage.h"
#include "core/practice/scenario.h"

#include <QList>
#include <QObject>
#include <QSslConfiguration>

#include <memory>

namespace Practice {

class Channel;
class Listener;

class PracticeServer : public QObject
{
    Q_OBJECT

public:
    /// The folder is that of the certificate (Base::Paths::practice()).
    explicit PracticeServer(const QString &folder, const PracticeOptions &options = {},
                            QObject *parent = nullptr);
    ~PracticeServer() override;

    /// The port it listens on, of 127.0.0.1 and, where that works, of ::1. 0: any free one. CannotConnect
    /// with the port in `subject` when it is taken; what PracticeCertificate::ensure() says.
    Base::Result<quint16> start(quint16 port);
    /// Ends every connection at once; a reply just given may not get out. What was received stays.
    void stop();
    bool isRunning() const { return m_port != 0; }
    quint16 port() const { return m_port; } ///< 0 while it is not running
    /// The PEM file an account must name as its caFile.
    QString certificateFile() const;

    /// Holds from the next command on, in open connections too. Forgets who was greylisted.
    void setScenario(Scenario scenario);
    Scenario scenario() const { return m_scenario; }

    const QList<ReceivedMessage> &messages() const { return m_messages; } ///< oldest first
    void clear();

Q_SIGNALS:
    void received(const Practice::ReceivedMessage &message);
    /// What was said, in order: one line of a connection, secrets masked, controls taken out, content summed
    /// up in one line. Connections count from 1.
    void line(bool fromClient, const QString &text, int connection);
    void closed(int connection);

private:
    void welcome(qintptr descriptor);
    void keep(ReceivedMessage message);

    const QString m_folder;
    const PracticeOptions m_options;
    Scenario m_scenario = Scenario::AcceptAll;
    Greylist m_greylist;
    QSslConfiguration m_tls;
    std::unique_ptr<Listener> m_v4;
    std::unique_ptr<Listener> m_v6;
    QList<Channel *> m_channels;
    QList<ReceivedMessage> m_messages;
    qint64 m_keptOctets = 0;
    qint64 m_numbered = 0;
    int m_connections = 0;
    quint16 m_port = 0;
};

} // namespace Practice
