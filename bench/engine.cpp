// Drives Smtp::Session as the outbox does, without its books: so many connections, so many letters of such a
// size, one after the other or as the lane allows. Prints what came of it as one line of JSON. What it sends
// is a literal, or a piece of a spool that goes out as base64, read by Message::ContentReader.

#include "core/net/tlsconnection.h"
#include "core/smtp/session.h"
#include "core/store/spool.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include <sys/resource.h>

#include <cstdio>

namespace {

struct Load
{
    quint16 port = 0;
    int connections = 1;
    int letters = 1;
    Smtp::Lane lane = Smtp::Lane::Default;
    Message::Envelope envelope;
    Message::Content content;
};

/// All sessions of one run; each takes the next letter as soon as it can take one.
class Engine : public QObject
{
public:
    Engine(Load load, const Store::Spool &spool)
        : m_load(std::move(load))
        , m_spool(spool)
    {
    }

    void start()
    {
        m_time.start();
        for (int i = 0; i < std::min(m_load.connections, m_load.letters); ++i) {
            Smtp::SessionOptions options;
            options.server = {QStringLiteral("127.0.0.1"), m_load.port, Net::Security::None};
            options.clientName = QStringLiteral("[127.0.0.1]");
            options.lane = m_load.lane;
            auto session = std::make_unique<Smtp::Session>(
                options, [this] { return std::make_unique<Net::TlsConnection>(m_clock); }, m_clock);
            Smtp::Session *one = session.get();
            const auto onFinished = [this, one](const Delivery::Outcome &outcome) {
                m_accepted += outcome.isSuccess() ? 1 : 0;
                if (++m_finished == m_load.letters)
                    finish();
                else
                    feedLater(one);
            };
            connect(one, &Smtp::Session::finished, this, onFinished);
            connect(one, &Smtp::Session::ready, this, [this, one] { feedLater(one); });
            connect(one, &Smtp::Session::closed, this, [this] {
                if (++m_closed == m_sessions.size())
                    QCoreApplication::quit();
            });
            m_sessions.push_back(std::move(session));
            deliver(*one);
        }
    }

    int accepted() const { return m_accepted; }
    qint64 nanoseconds() const { return m_took; }

private:
    /// From the event loop, as the outbox does: a signal of the session is no place to give it the next one.
    void feedLater(Smtp::Session *session)
    {
        QMetaObject::invokeMethod(
            this,
            [this, session] {
                while (m_begun < m_load.letters && session->isReady())
                    deliver(*session);
                // A server that ends the connection ends the run: nothing here opens another.
                if (session->isOver() && m_begun > m_finished)
                    QCoreApplication::exit(1);
            },
            Qt::QueuedConnection);
    }

    void deliver(Smtp::Session &session)
    {
        ++m_begun;
        Smtp::Letter letter;
        letter.envelope = m_load.envelope;
        letter.content = std::make_unique<Message::ContentReader>(m_load.content, m_spool);
        letter.aboutToCommit = [](const Smtp::Commitment &, const auto &then) { then({}); };
        session.deliver(std::move(letter));
    }

    void finish()
    {
        m_took = m_time.nsecsElapsed();
        for (const auto &session : m_sessions)
            QMetaObject::invokeMethod(session.get(), &Smtp::Session::quit, Qt::QueuedConnection);
    }

    Load m_load;
    const Store::Spool &m_spool;
    Base::SystemClock m_clock;
    QElapsedTimer m_time;
    std::vector<std::unique_ptr<Smtp::Session>> m_sessions;
    int m_begun = 0;
    int m_finished = 0;
    int m_accepted = 0;
    std::size_t m_closed = 0;
    qint64 m_took = 0;
};

/// Plain text in lines of 72 octets.
QByteArray text(qint64 size)
{
    QByteArray out = "From: ada@example.org\r\nTo: bob@example.org\r\nSubject: bench\r\n"
                     "Message-ID: <bench@example.org>\r\n\r\n";
    while (out.size() < size)
        out += QByteArray(70, 'x') + "\r\n";
    return out;
}

int fail(const QString &why)
{
    std::fprintf(stderr, "%s\n", qPrintable(why));
    return 2;
}

/// Puts a file into the spool and prints what has to be said to send it.
int keep(Store::Spool &spool, const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(file.errorString());
    const Base::Result<Message::SpoolRef> ref = spool.put(file);
    if (!ref)
        return fail(ref.error().detail);
    std::printf("%s:%lld\n", ref->sha256.constData(), static_cast<long long>(ref->size));
    return 0;
}

Smtp::Lane laneOf(const QString &name)
{
    if (name == QLatin1String("bulk"))
        return Smtp::Lane::Bulk;
    return name == QLatin1String("window") ? Smtp::Lane::Window : Smtp::Lane::Default;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addOptions(
        {{QStringLiteral("port"), {}, QStringLiteral("n")},
         {QStringLiteral("connections"), {}, QStringLiteral("n"), QStringLiteral("1")},
         {QStringLiteral("letters"), {}, QStringLiteral("n"), QStringLiteral("1")},
         {QStringLiteral("size"), {}, QStringLiteral("octets"), QStringLiteral("5120")},
         {QStringLiteral("lane"), {}, QStringLiteral("lane"), QStringLiteral("default")},
         {QStringLiteral("spool"), {}, QStringLiteral("folder")},
         {QStringLiteral("keep"), QStringLiteral("put a file into the spool"), QStringLiteral("file")},
         {QStringLiteral("attach"), QStringLiteral("of the spool"), QStringLiteral("sha256:size")}});
    parser.process(app);

    Store::Spool spool(parser.value(QStringLiteral("spool")));
    if (parser.isSet(QStringLiteral("keep")))
        return keep(spool, parser.value(QStringLiteral("keep")));

    Load load;
    load.port = parser.value(QStringLiteral("port")).toUShort();
    load.connections = parser.value(QStringLiteral("connections")).toInt();
    load.letters = parser.value(QStringLiteral("letters")).toInt();
    load.lane = laneOf(parser.value(QStringLiteral("lane")));
    load.envelope.reversePath = *Message::Address::parse(QStringLiteral("ada@example.org"));
    load.envelope.recipients.append(
        {*Message::Address::parse(QStringLiteral("bob@example.org")), Message::Field::To});
    load.content = {{text(parser.value(QStringLiteral("size")).toLongLong()), {}, false}};
    if (parser.isSet(QStringLiteral("attach"))) {
        const QStringList ref = parser.value(QStringLiteral("attach")).split(QLatin1Char(':'));
        load.content.append({{}, {ref.value(0).toLatin1(), ref.value(1).toLongLong()}, true});
    }
    const qint64 octets = Message::sizeOf(load.content);
    const int letters = load.letters;

    Engine engine(std::move(load), spool);
    QMetaObject::invokeMethod(&engine, &Engine::start, Qt::QueuedConnection);
    const int left = QCoreApplication::exec();

    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const QJsonObject result{{QStringLiteral("letters"), letters},
                             {QStringLiteral("accepted"), engine.accepted()},
                             {QStringLiteral("octets"), octets},
                             {QStringLiteral("seconds"), static_cast<double>(engine.nanoseconds()) / 1e9},
                             {QStringLiteral("peakKb"), static_cast<qint64>(usage.ru_maxrss)}};
    std::printf("%s\n", QJsonDocument(result).toJson(QJsonDocument::Compact).constData());
    return left == 0 && engine.accepted() == letters ? 0 : 1;
}
