#pragma once

// Walks a connection up to the sign-in without sending anything, and tells what it found at each step. Lives
// in the mail thread; finished() comes exactly once.

#include "core/accounts/account.h"
#include "core/outbox/events.h"
#include "core/smtp/session.h"

namespace Outbox {

class ConnectionTest : public QObject
{
    Q_OBJECT

public:
    ConnectionTest(const Accounts::Account &account, const QByteArray &secret,
                   std::unique_ptr<Net::Connection> connection, Base::Clock &clock);

    void start();

Q_SIGNALS:
    void found(const Outbox::TestFinding &finding);
    void finished(const Outbox::TestReport &report);

private:
    void add(TestStep step, bool ok, const QString &detail);
    void onStage(Delivery::Stage stage);
    void onFinished(const Delivery::Outcome &outcome);
    void onEncrypted();
    void onHello();

    Base::Clock &m_clock;
    Net::Connection *m_connection; ///< owned by the session
    std::unique_ptr<Smtp::Session> m_session;
    TestReport m_report;
    qint64 m_last = 0;
    bool m_signIn = false;
    QString m_mechanism; ///< by which the server took us
};

} // namespace Outbox
