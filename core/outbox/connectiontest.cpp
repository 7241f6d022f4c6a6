#include "core/outbox/connectiontest.h"

#include "core/outbox/sessionoptions.h"

namespace Outbox {

using Base::ErrorKind;
using Delivery::Stage;

ConnectionTest::ConnectionTest(const Accounts::Account &account, const QByteArray &secret,
                               std::unique_ptr<Net::Connection> connection, Base::Clock &clock)
    : m_clock(clock)
    , m_connection(connection.get())
    , m_signIn(account.needsSignIn())
{
    // Before the session's own connections, so that a step is told before what follows from it.
    connect(m_connection, &Net::Connection::resolved, this, [this](const QStringList &addresses) {
        add(TestStep::Name, true, addresses.join(QStringLiteral(", ")));
    });
    connect(m_connection, &Net::Connection::connected, this, [this, proxy = account.server.proxy] {
        if (!proxy.isNull())
            add(TestStep::Name, true, QStringLiteral("looked up by the proxy"));
        add(TestStep::Connect, true, m_connection->peer());
    });
    connect(m_connection, &Net::Connection::opened, this, [this] {
        if (m_connection->isEncrypted())
            onEncrypted();
    });
    connect(m_connection, &Net::Connection::encrypted, this, &ConnectionTest::onEncrypted);
    m_session =
        std::make_unique<Smtp::Session>(sessionOptions(account, secret), std::move(connection), clock);
    connect(m_session.get(), &Smtp::Session::stageReached, this, &ConnectionTest::onStage);
    connect(m_session.get(), &Smtp::Session::authenticated, this,
            [this](const QString &mechanism) { m_mechanism = mechanism; });
    connect(m_session.get(), &Smtp::Session::finished, this, &ConnectionTest::onFinished);
    connect(m_session.get(), &Smtp::Session::closed, this, [this] {
        m_report.transcript = m_session->transcript();
        Q_EMIT finished(m_report);
    });
}

void ConnectionTest::start()
{
    m_last = m_clock.monotonic();
    m_session->rehearse();
}

void ConnectionTest::add(TestStep step, bool ok, const QString &detail)
{
    for (const TestFinding &each : m_report.findings) {
        if (each.step == step)
            return;
    }
    const qint64 now = m_clock.monotonic();
    m_report.findings.append({step, ok, detail, now - std::exchange(m_last, now)});
    Q_EMIT found(m_report.findings.last());
}

void ConnectionTest::onEncrypted()
{
    m_report.tls = m_connection->tlsFacts();
    const Net::TlsFacts &tls = m_report.tls;
    add(TestStep::Tls, true, tls.protocol + QStringLiteral(", ") + tls.cipher);
    QString detail = tls.subject + QStringLiteral(", ") + tls.issuer + QStringLiteral(", ") +
                     tls.expires.toString(Qt::ISODate);
    if (!tls.problems.isEmpty())
        detail += QStringLiteral(" (") + tls.problems.join(QStringLiteral("; ")) + QLatin1Char(')');
    add(TestStep::Certificate, true, detail);
}

void ConnectionTest::onHello()
{
    m_report.capabilities = m_session->capabilities().lines();
    add(TestStep::Hello, true, m_report.capabilities.join(QStringLiteral(", ")));
}

void ConnectionTest::onStage(Stage stage)
{
    if (stage == Stage::Auth)
        onHello();
}

void ConnectionTest::onFinished(const Delivery::Outcome &outcome)
{
    if (outcome.error || !outcome.reply.isNull()) {
        m_report.reason = Delivery::reasonOf(outcome);
        m_report.tls = m_connection->tlsFacts();
        const QString detail = outcome.error ? outcome.error->detail : outcome.reply.toString();
        const ErrorKind kind = outcome.error ? outcome.error->kind : ErrorKind::Protocol;
        switch (outcome.stage) {
        case Stage::Connect:
            add(kind == ErrorKind::NameNotFound ? TestStep::Name : TestStep::Connect, false, detail);
            break;
        case Stage::Tls:
            if (kind == ErrorKind::CertificateRefused)
                add(TestStep::Tls, true, {});
            add(kind == ErrorKind::CertificateRefused ? TestStep::Certificate : TestStep::Tls, false, detail);
            break;
        case Stage::Auth:
            onHello();
            add(TestStep::Auth, false, detail);
            break;
        default:
            add(TestStep::Hello, false, detail);
            break;
        }
    } else {
        onHello();
        if (m_signIn)
            add(TestStep::Auth, true, m_mechanism);
    }
    if (m_session->isOpen())
        return m_session->quit();
    m_report.transcript = m_session->transcript();
    Q_EMIT finished(m_report);
}

} // namespace Outbox
