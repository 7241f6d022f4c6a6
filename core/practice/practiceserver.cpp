#include "core/practice/practiceserver.h"

#include "core/practice/channel.h"
#include "core/practice/listener.h"
#include "core/practice/practicecertificate.h"

#include <QHostAddress>
#include <QSslSocket>

namespace Practice {

PracticeServer::PracticeServer(const QString &folder, const PracticeOptions &options, QObject *parent)
    : QObject(parent)
    , m_folder(folder)
    , m_options(options)
{
}

PracticeServer::~PracticeServer()
{
    stop();
}

Base::Result<quint16> PracticeServer::start(quint16 port)
{
    stop();
    const Base::Result<PracticeCertificate> certificate = PracticeCertificate::ensure(m_folder);
    if (!certificate)
        return certificate.error();
    m_tls = QSslConfiguration::defaultConfiguration();
    m_tls.setLocalCertificate(certificate->certificate());
    m_tls.setPrivateKey(certificate->key());
    m_tls.setProtocol(QSsl::TlsV1_2OrLater);
    m_tls.setPeerVerifyMode(QSslSocket::VerifyNone); // of the client no certificate is asked

    m_v4 = std::make_unique<Listener>([this](qintptr descriptor) { welcome(descriptor); });
    if (!m_v4->listen(QHostAddress::LocalHost, port)) {
        const Base::Error error{Base::ErrorKind::CannotConnect, QString::number(port), m_v4->errorString()};
        m_v4.reset();
        return error;
    }
    m_port = m_v4->serverPort();
    // "localhost" may mean ::1. A machine without IPv6, or another program on that port, is no reason not to
    // start.
    m_v6 = std::make_unique<Listener>([this](qintptr descriptor) { welcome(descriptor); });
    if (!m_v6->listen(QHostAddress::LocalHostIPv6, m_port))
        m_v6.reset();
    return m_port;
}

void PracticeServer::stop()
{
    m_v4.reset();
    m_v6.reset();
    m_port = 0;
    for (Channel *channel : std::exchange(m_channels, {})) {
        disconnect(channel, nullptr, this, nullptr);
        channel->end();
        channel->deleteLater(); // this may be called from one of its signals
    }
}

QString PracticeServer::certificateFile() const
{
    return PracticeCertificate::fileIn(m_folder);
}

void PracticeServer::setScenario(Scenario scenario)
{
    m_scenario = scenario;
    m_greylist.clear();
}

void PracticeServer::clear()
{
    m_messages.clear();
    m_keptOctets = 0;
}

void PracticeServer::welcome(qintptr descriptor)
{
    auto socket = std::make_unique<QSslSocket>();
    if (!socket->setSocketDescriptor(descriptor))
        return;
    socket->setSslConfiguration(m_tls);
    auto *channel = new Channel(std::move(socket), ++m_connections, m_scenario, m_options, m_greylist, this);
    const bool tooMany = m_channels.size() >= m_options.connectionLimit;
    m_channels.append(channel);
    connect(channel, &Channel::line, this, &PracticeServer::line);
    connect(channel, &Channel::received, this, &PracticeServer::keep);
    connect(channel, &Channel::over, this, [this, channel, number = m_connections] {
        m_channels.removeOne(channel);
        channel->deleteLater();
        Q_EMIT closed(number);
    });
    if (tooMany)
        channel->turnAway();
    else
        channel->begin();
}

void PracticeServer::keep(ReceivedMessage message)
{
    message.number = ++m_numbered;
    m_keptOctets += message.content.size();
    m_messages.append(message);
    while (m_messages.size() > 1 &&
           (m_messages.size() > m_options.keptMessages || m_keptOctets > m_options.keptOctets))
        m_keptOctets -= m_messages.takeFirst().content.size();
    Q_EMIT received(message);
}

} // namespace Practice
