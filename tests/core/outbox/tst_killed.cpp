// Law 8: a program is killed (SIGKILL, no warning) at an instant the server sees, and started again.
// Afterwards the books are compared with what the server received: nothing is lost, nothing was sent twice,
// and what cannot be known is called uncertain. The program is this test itself, started again with an
// argument; the server lives in the test.

#include "core/accounts/secretdesk.h"
#include "core/outbox/mailroom.h"
#include "core/practice/practiceserver.h"
#include "core/store/accountstore.h"
#include "core/store/messagequery.h"
#include "core/store/messagestore.h"

#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <cstdlib>

#ifdef Q_OS_UNIX
#include <csignal>
#include <sys/types.h>
#endif

using Base::MessageId;
using Practice::PracticeServer;
using Practice::Scenario;
using namespace Qt::StringLiterals;

namespace {

constexpr int letters = 3;

class NoStore : public Accounts::SecretStore
{
public:
    void get(const QString &, Got then) override
    {
        later([then] { then(Base::Error{Base::ErrorKind::KeychainUnavailable, {}, {}}); });
    }
    void set(const QString &, const QByteArray &, Did then) override
    {
        later([then] { then(Base::Error{Base::ErrorKind::KeychainUnavailable, {}, {}}); });
    }
    void remove(const QString &, Did then) override
    {
        later([then] { then({}); });
    }

private:
    void later(const std::function<void()> &what)
    {
        QMetaObject::invokeMethod(this, what, Qt::QueuedConnection);
    }
};

/// The program: dispatches what is due on that home and ends.
int dispatch(QCoreApplication &application, const QString &home)
{
    Base::SystemClock clock;
    Accounts::SecretDesk desk(std::make_unique<NoStore>(), std::make_unique<NoStore>(),
                              [](const Accounts::Account &, Accounts::SecretOf,
                                 Accounts::SecretDesk::PasswordGiven given) { given(QByteArray("secret")); });
    Outbox::Mailroom room(Base::Paths::inHome(home), desk, clock);
    QObject::connect(&room, &Outbox::Mailroom::settled, &application, &QCoreApplication::quit);
    if (!room.open())
        return 1;
    QTimer::singleShot(60'000, &application, [] { QCoreApplication::exit(2); });
    const int code = QCoreApplication::exec();
    room.close(1000);
    return code;
}

struct Instant
{
    const char *name;
    bool fromClient;       ///< who says what is waited for
    const char *pattern;   ///< of the line; empty: a time
    int nth;               ///< the how many-th of such lines
    int afterMs;           ///< killed so long after it
    bool behindTheDot;     ///< the server may have the letter then
    qsizetype size = 2000; ///< octets of each letter, about
};

// In the order of the conversation.
const QList<Instant> instants{
    {"as it starts", true, "", 0, 0, false},
    {"while it opens the books", true, "", 0, 60, false},
    {"greeted", false, "^220 localhost", 1, 0, false},
    {"EHLO", true, "^EHLO", 1, 0, false},
    {"STARTTLS", true, "^STARTTLS", 1, 0, false},
    {"in the handshake", false, "^220 2.0.0", 1, 3, false},
    {"EHLO inside TLS", true, "^EHLO", 2, 0, false},
    {"AUTH", true, "^AUTH", 1, 0, false},
    {"signed in", false, "^235", 1, 0, false},
    {"MAIL", true, "^MAIL", 1, 0, false},
    {"RCPT", true, "^RCPT", 1, 0, false},
    {"recipient taken", false, "^250 2.1.5", 2, 0, false},
    {"DATA", true, "^DATA", 1, 0, false},
    {"go ahead", false, "^354", 1, 0, true}, // the content is small: it may follow at once
    {"at the beginning of a large content", false, "^354", 1, 2, true, 8 << 20},
    {"during a large content", false, "^354", 1, 12, true, 8 << 20},
    {"the dot, no answer yet", true, "content, and the final dot", 1, 0, true},
    {"the dot, a moment later", true, "content, and the final dot", 1, 10, true},
    {"the answer to the dot", false, "^250 2.0.0 kept", 1, 0, true},
    {"the answer to the dot, a moment later", false, "^250 2.0.0 kept", 1, 8, true},
    {"MAIL of the second letter", true, "^MAIL", 2, 0, true},
    {"DATA of the second letter", true, "^DATA", 2, 0, true},
    {"the dot of the second letter", true, "content, and the final dot", 2, 0, true},
    {"the answer to the last dot", false, "^250 2.0.0 kept", letters, 0, true},
};

} // namespace

class TestKilled : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void law8_killDuringSending_data();
    void law8_killDuringSending();
    void law8_killedAgainAndAgain();
    void law8_whatWasDroppedStaysUncertainOverStarts();

private:
    QString home() const { return m_folder->filePath(u"home"_s); }
    void fill(qsizetype size);
    /// Starts the program and kills it at the instant; false when it ended before.
    bool killAt(const Instant &instant);
    /// Starts the program and lets it end.
    bool finish();
    QHash<MessageId, QString> states() const;
    int copiesOf(MessageId id) const;
    void compare(bool mayBeUncertain);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<PracticeServer> m_server;
    QHash<MessageId, QByteArray> m_marks;
};

void TestKilled::init()
{
#ifndef Q_OS_UNIX
    QSKIP("there is no SIGKILL here");
#endif
    m_marks.clear();
    m_folder = std::make_unique<QTemporaryDir>();
    Practice::PracticeOptions options;
    options.slowReplyMs = 25; // so that there is a moment between a command and its answer
    m_server = std::make_unique<PracticeServer>(m_folder->filePath(u"practice"_s), options);
    QVERIFY(m_server->start(0).ok());
}

void TestKilled::fill(qsizetype size)
{
    const Base::Paths paths = Base::Paths::inHome(home());
    QVERIFY(paths.prepare().ok());
    Store::Database database;
    QVERIFY(database.open(paths.database(), Store::Database::Mode::ReadWrite).ok());
    Accounts::Account account;
    account.name = u"work"_s;
    account.server = {u"127.0.0.1"_s, m_server->port(), Net::Security::StartTls};
    account.trust.caFile = m_server->certificateFile();
    account.user = u"ada"_s;
    account.secretPlace = Accounts::SecretPlace::Session;
    account.fromAddress = u"ada@example.org"_s;
    account.maxConnections = 1;
    const Base::Result<Accounts::Account> saved = Store::AccountStore(database).save(account);
    QVERIFY(saved.ok());
    for (int i = 0; i < letters; ++i) {
        Message::OutgoingMessage letter;
        letter.envelope.reversePath = *Message::Address::parse(u"ada@example.org"_s);
        letter.envelope.recipients = {
            {*Message::Address::parse(u"bob@example.org"_s), Message::Field::To},
            {*Message::Address::parse(u"carol@example.org"_s), Message::Field::Bcc}};
        letter.messageId = "<letter" + QByteArray::number(i) + "@example.org>";
        letter.content = {Message::Piece{"Message-ID: " + letter.messageId + "\r\n\r\n" +
                                             QByteArray("0123456789\r\n").repeated(size / 12),
                                         {},
                                         false}};
        const Base::Result<MessageId> id =
            Store::MessageStore(database).enqueue(letter, *saved, QDateTime::currentDateTimeUtc());
        QVERIFY(id.ok());
        m_marks.insert(*id, letter.messageId);
    }
}

bool TestKilled::killAt(const Instant &instant)
{
    m_server->setScenario(Scenario::Slow);
    QProcess program;
    bool killed = false;
    const auto kill = [&program, &killed] {
        if (std::exchange(killed, true))
            return;
#ifdef Q_OS_UNIX
        if (program.processId() > 0)
            ::kill(static_cast<pid_t>(program.processId()), SIGKILL);
#endif
    };
    const QRegularExpression pattern(QString::fromLatin1(instant.pattern));
    int seen = 0;
    QObject context; // the connections end with this function
    if (*instant.pattern) {
        connect(m_server.get(), &PracticeServer::line, &context,
                [&](bool fromClient, const QString &text, int) {
                    if (fromClient != instant.fromClient || !pattern.match(text).hasMatch() ||
                        ++seen != instant.nth)
                        return;
                    if (instant.afterMs == 0)
                        kill();
                    else
                        QTimer::singleShot(instant.afterMs, Qt::PreciseTimer, &context, kill);
                });
    } else {
        connect(&program, &QProcess::started, &context,
                [&] { QTimer::singleShot(instant.afterMs, Qt::PreciseTimer, &context, kill); });
    }
    program.start(QCoreApplication::applicationFilePath(), {u"--dispatch"_s, home()});
    const bool ended =
        QTest::qWaitFor([&program] { return program.state() == QProcess::NotRunning; }, 30'000);
    if (!ended) {
        program.kill();
        program.waitForFinished();
        return false;
    }
    QTest::qWait(60); // what it had written still reaches the server
    return killed && program.exitStatus() == QProcess::CrashExit;
}

bool TestKilled::finish()
{
    QProcess program;
    program.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    program.start(QCoreApplication::applicationFilePath(), {u"--dispatch"_s, home()});
    const bool ended =
        QTest::qWaitFor([&program] { return program.state() == QProcess::NotRunning; }, 60'000);
    if (!ended) {
        program.kill();
        program.waitForFinished();
    }
    return ended && program.exitStatus() == QProcess::NormalExit && program.exitCode() == 0;
}

QHash<MessageId, QString> TestKilled::states() const
{
    QHash<MessageId, QString> states;
    Store::MessageQuery query;
    const Base::Paths paths = Base::Paths::inHome(home());
    if (!query.open(paths.database(), paths.spool()))
        return states;
    const Base::Result<QList<MessageId>> ids = query.ids({}, 100);
    for (const MessageId id : ids ? *ids : QList<MessageId>()) {
        const Base::Result<Store::MessageRow> row = query.row(id);
        states.insert(id, row ? key(row->state) : u"?"_s);
    }
    return states;
}

int TestKilled::copiesOf(MessageId id) const
{
    int copies = 0;
    for (const Practice::ReceivedMessage &message : m_server->messages())
        copies += message.content.startsWith("Message-ID: " + m_marks.value(id) + "\r\n") ? 1 : 0;
    return copies;
}

void TestKilled::compare(bool mayBeUncertain)
{
    const QHash<MessageId, QString> found = states();
    QCOMPARE(found.size(), letters);
    int uncertain = 0;
    for (auto it = found.cbegin(); it != found.cend(); ++it) {
        const int copies = copiesOf(it.key());
        const QString told =
            u"letter %1 is %2, the server has it %3 times"_s.arg(it.key().value).arg(it.value()).arg(copies);
        QVERIFY2(copies <= 1, qPrintable(told));
        QVERIFY2(it.value() == u"sent"_s || it.value() == u"uncertain"_s, qPrintable(told));
        QVERIFY2(it.value() != u"sent"_s || copies == 1, qPrintable(told));
        uncertain += it.value() == u"uncertain"_s ? 1 : 0;
    }
    QVERIFY2(uncertain <= (mayBeUncertain ? 1 : 0),
             "a letter is called uncertain though the server cannot have it");
    for (const Practice::ReceivedMessage &message : m_server->messages()) {
        QCOMPARE(message.forwardPaths, (QList<QByteArray>{"bob@example.org", "carol@example.org"}));
        QVERIFY(message.content.endsWith("0123456789\r\n"));
        QCOMPARE(message.content.size(), m_server->messages().first().content.size()); // never a part of one
    }
}

void TestKilled::law8_killDuringSending_data()
{
    QTest::addColumn<int>("instant");
    for (int i = 0; i < instants.size(); ++i)
        QTest::newRow(instants.at(i).name) << i;
}

void TestKilled::law8_killDuringSending()
{
    QFETCH(int, instant);
    fill(instants.at(instant).size);
    QVERIFY2(killAt(instants.at(instant)), "the program was not killed at that instant");
    const QHash<MessageId, QString> left = states();
    if (!left.isEmpty())
        QCOMPARE(left.size(), letters);
    m_server->setScenario(Scenario::AcceptAll);
    QVERIFY(finish());
    compare(instants.at(instant).behindTheDot);
    // A third start finds nothing to do.
    const qsizetype received = m_server->messages().size();
    QVERIFY(finish());
    QCOMPARE(m_server->messages().size(), received);
}

void TestKilled::law8_killedAgainAndAgain()
{
    fill(2000);
    // Before the dot, nine times in a row: it is sent in the end, and once.
    for (const int instant : {2, 3, 4, 7, 9, 10, 12, 3, 7})
        QVERIFY2(killAt(instants.at(instant)), instants.at(instant).name);
    QVERIFY(m_server->messages().isEmpty());
    m_server->setScenario(Scenario::AcceptAll);
    QVERIFY(finish());
    compare(false);
    QCOMPARE(m_server->messages().size(), letters);
}

void TestKilled::law8_whatWasDroppedStaysUncertainOverStarts()
{
    // Dropped behind every dot: all three uncertain, none lost, none twice.
    fill(2000);
    m_server->setScenario(Scenario::DropAfterDot);
    QVERIFY(finish());
    for (const QString &state : states())
        QCOMPARE(state, u"uncertain"_s);
    QCOMPARE(m_server->messages().size(), letters);
    m_server->setScenario(Scenario::AcceptAll);
    QVERIFY(finish());
    QCOMPARE(m_server->messages().size(), letters); // a new start changes nothing about it
}

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 3 && arguments.at(1) == u"--dispatch"_s)
        std::_Exit(
            dispatch(application, arguments.at(2))); // what OpenSSL keeps for a thread is no leak of ours
    TestKilled test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_killed.moc"
