#include "core/outbox/dispatcher.h"
#include "core/outbox/sessionoptions.h"

#include "fakeserver.h"
#include "tests/support/books.h"
#include "tests/support/fakeclock.h"

#include <QSignalSpy>

using Accounts::Account;
using Base::ErrorKind;
using Base::MessageId;
using Outbox::Dispatcher;
using namespace Qt::StringLiterals;

namespace {

const QString bob = u"bob@example.org"_s;
constexpr qint64 minute = 60'000;

} // namespace

class TestDispatcher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void whatIsDueIsSent();
    void whatComesLaterIsSentOnWaking();
    void law1_everyAttemptSendsTheSameOctets();
    void law3_recordedBeforeSent();
    void law4_oneRefusedRecipientStopsNobody();
    void law5_uncertainIsNeverRetriedByItself();
    void oneConnectionCarriesSeveralLetters();
    void twoAccountsOnOneServerShareNoConnection();
    void theGreetingTellsNothingOfThisComputer();
    void noMoreConnectionsThanTheAccountAllows();
    void anAccountThatCannotBeReachedLeavesTheOthersGoing();
    void theBackOffGrowsAndEndsWithSuccess();
    void aWrongPasswordIsNeverRepeatedByItself();
    void aWrongPasswordIsNotTriedOnASecondConnectionEither();
    void theSecretIsAskedForOnce();
    void theProxysPasswordGoesToTheConnectionAlone();
    void aSecretThatIsNotGivenPausesOrWaits_data();
    void aSecretThatIsNotGivenPausesOrWaits();
    void law7_theSecretIsInNoTranscriptAndNoTable();
    void greylistingPassesByItself();
    void whatIsDeferredForTooLongIsGivenUp();
    void theDiskThatRefusesTheOutcomeGetsItLater();
    void theDiskThatRefusesTheCommitKeepsTheDotBack();
    void theDiskThatRefusesTheBeginningIsAskedAgain();
    void theDiskThatRefusesTheNextLetterEndsTheConnection();
    void stoppingWaitsForTheAnswerToTheDot();
    void stoppingEndsWhatIsBeforeTheDot();
    void stoppingHearsTheAnswerToQuitButNotForLong();
    void stoppingWhileASecretIsAskedFor();
    void aLetterWithoutAnAccountIsHeld();
    void aChangedAccountIsConnectedToAnew();
    void theTranscriptIsToldInBundlesAndKeptWhole();
    void progressIsTold();
    void settledIsToldWhenNothingIsDue();
    void aMissingAttachmentFailsThatLetterAlone();
    void whatNobodyWaitsForIsHeld();

private:
    void settle() { m_books->turn(200); }
    void advance(qint64 milliseconds)
    {
        m_clock->advance(milliseconds);
        settle();
    }
    MessageId enqueue(const Account &account, const QStringList &to = {bob},
                      const QString &subject = u"Hello"_s)
    {
        return m_books->enqueue(account, to, m_clock->now(), subject);
    }
    void start()
    {
        m_dispatcher->start();
        settle();
    }
    Account addAccount(const QString &name, const QString &host, int connections = 1, bool signIn = false)
    {
        Account account;
        account.name = name;
        account.server = {host, 25, Net::Security::None};
        account.auth = signIn ? Accounts::Auth::Plain : Accounts::Auth::None;
        account.user = signIn ? u"ada"_s : QString();
        account.allowCleartextPassword = true;
        account.fromAddress = u"ada@example.org"_s;
        account.maxConnections = connections;
        const Base::Result<Account> saved = Store::AccountStore(m_books->database).save(account);
        return saved ? *saved : Account();
    }
    int attempts(MessageId id) const
    {
        return m_books->number(u"SELECT attempts FROM message WHERE id = ?"_s, {id.value});
    }
    /// What is kept of the last attempt, a line each.
    QStringList transcript(MessageId id) const
    {
        Store::MessageQuery query;
        QStringList lines;
        if (!query.open(m_books->databasePath(), m_books->spoolPath()))
            return lines;
        const Base::Result<Delivery::Transcript> kept = query.transcript(id);
        if (!kept)
            return lines;
        for (const Delivery::TranscriptLine &line : kept->lines())
            lines.append(line.text);
        return lines;
    }
    bool isPaused(const Account &account) const
    {
        return !Store::AccountStore(m_books->database).pauseOf(account.id)->isNull();
    }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Support::FakeClock> m_clock;
    std::unique_ptr<Store::Spool> m_spool;
    QByteArrayList m_proxyPasswords; ///< what connections were given
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<Dispatcher> m_dispatcher;
    Account m_account;
};

void TestDispatcher::init()
{
    m_dispatcher.reset(); // when a test begins anew: it uses all of the others
    qRegisterMetaType<Base::MessageId>("Base::MessageId");
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_clock = std::make_unique<Support::FakeClock>();
    m_spool = std::make_unique<Store::Spool>(m_books->spoolPath());
    m_server = std::make_unique<FakeServer>();
    m_proxyPasswords.clear();
    m_dispatcher = std::make_unique<Dispatcher>(m_books->database, m_books->group, *m_spool, *m_clock,
                                                [this](const QByteArray &proxyPassword) {
                                                    m_proxyPasswords.append(proxyPassword);
                                                    return m_server->connection();
                                                });
    m_account = addAccount(u"work"_s, u"one.example.org"_s);
    QVERIFY(m_account.id.isValid());
}

void TestDispatcher::cleanup()
{
    m_dispatcher.reset();
    settle();
    m_server.reset();
}

void TestDispatcher::whatIsDueIsSent()
{
    const MessageId id = enqueue(m_account);
    QSignalSpy changed(m_dispatcher.get(), &Dispatcher::messageChanged);
    start();
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(m_server->contents.size(), 1);
    QCOMPARE(m_server->contents.first(), Support::Books::letter({bob}).content.first().bytes);
    QCOMPARE(m_server->count("MAIL FROM:<ada@example.org>"), 1);
    QCOMPARE(m_server->count("RCPT TO:<bob@example.org>"), 1);
    QCOMPARE(m_server->count("QUIT"), 0); // another letter may follow soon
    advance(Outbox::Channel::idleTime);
    QCOMPARE(m_server->count("QUIT"), 1);
    QCOMPARE(changed.size(), 2); // taken up, and done
    QVERIFY(m_dispatcher->isIdle());
    QCOMPARE(m_books->database.value(u"SELECT queue_id FROM message"_s)->toString(), u"FAKE1"_s);
    QCOMPARE(m_server->open, 0);
}

void TestDispatcher::whatComesLaterIsSentOnWaking()
{
    enqueue(m_account);
    settle();
    QVERIFY(m_server->opened.isEmpty()); // not before start()
    start();
    const MessageId later = enqueue(m_account);
    settle();
    QCOMPARE(m_books->state(later), u"queued"_s);
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_books->state(later), u"sent"_s);
    // One entered for later is sent at its time, without anybody's help.
    const MessageId timed = m_books->enqueue(m_account, {bob}, m_clock->now().addSecs(600));
    m_dispatcher->wake();
    advance(599'000);
    QCOMPARE(m_books->state(timed), u"queued"_s);
    advance(1'000);
    QCOMPARE(m_books->state(timed), u"sent"_s);
}

void TestDispatcher::law1_everyAttemptSendsTheSameOctets()
{
    QBuffer file;
    file.setData(QByteArray(200'000, 'x') + "\r\n.\r\n");
    QVERIFY(file.open(QIODevice::ReadOnly));
    Message::OutgoingMessage letter = Support::Books::letter({bob});
    letter.content = {Message::Piece{"Subject: x\r\n\r\n.\r\n..dots\r\n", {}, false},
                      Message::Piece{{}, *m_spool->put(file), true},
                      Message::Piece{"no line end", {}, false}};
    const MessageId id = *Store::MessageStore(m_books->database).enqueue(letter, m_account, m_clock->now());
    start();
    QCOMPARE(m_books->state(id), u"sent"_s);
    const QByteArray first = m_server->contents.first();
    Store::Decisions decisions(m_books->database);
    QVERIFY(m_books->database.exec(u"UPDATE message SET state = 'uncertain'"_s).ok());
    QVERIFY(m_books->database.exec(u"UPDATE recipient SET state = 'uncertain'"_s).ok());
    QVERIFY(decisions.retry(id, m_clock->now()).ok());
    m_clock->advance(24 * 60 * minute);
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_server->contents.size(), 2);
    QVERIFY(m_server->contents.last() == first);
    QVERIFY(first.startsWith("Subject: x\r\n\r\n..\r\n...dots\r\n")); // stuffed on the wire, here not undone
    QVERIFY(first.endsWith("no line end\r\n"));
}

// Whoever looks at the books at the moment something is said finds it written there.
void TestDispatcher::law3_recordedBeforeSent()
{
    Store::Database witness;
    QVERIFY(witness.open(m_books->databasePath(), Store::Database::Mode::ReadOnly).ok());
    const auto state = [&witness] { return witness.value(u"SELECT state FROM message"_s)->toString(); };
    const auto one = [&witness](const QString &sql) { return witness.value(sql)->toInt(); };
    QStringList seen;
    m_server->onOpen = [&](const Net::Endpoint &) {
        seen.append(u"open: "_s + state());
        QCOMPARE(one(u"SELECT count(*) FROM attempt WHERE finished IS NULL AND committing = 0"_s), 1);
    };
    m_server->onDot = [&] {
        seen.append(u"dot: "_s + state());
        QCOMPARE(one(u"SELECT count(*) FROM attempt WHERE finished IS NULL AND committing = 1"_s), 1);
        QCOMPARE(
            witness
                .value(u"SELECT group_concat(state) FROM (SELECT state FROM recipient ORDER BY position)"_s)
                ->toString(),
            u"refused,waiting"_s);
    };
    m_server->answer = [&](const QByteArray &line, int) {
        if (line == "DATA")
            seen.append(u"DATA: "_s + state());
        return line.contains("nobody") ? QByteArray("550 5.1.1 no\r\n") : QByteArray();
    };
    connect(m_dispatcher.get(), &Dispatcher::messageChanged, this,
            [&] { seen.append(u"told: "_s + state()); });
    enqueue(m_account, {u"nobody@example.org"_s, bob});
    start();
    QCOMPARE(seen, (QStringList{u"told: sending"_s, u"open: sending"_s, u"DATA: sending"_s, u"dot: sending"_s,
                                u"told: partly-sent"_s}));
}

void TestDispatcher::law4_oneRefusedRecipientStopsNobody()
{
    m_server->answer = [](const QByteArray &line, int) {
        if (line.startsWith("RCPT TO:<nobody"))
            return QByteArray("550 5.1.1 nobody here\r\n");
        if (line.startsWith("RCPT TO:<full"))
            return QByteArray("452 4.2.2 full\r\n");
        return QByteArray();
    };
    const MessageId id =
        enqueue(m_account, {u"nobody@example.org"_s, bob, u"full@example.org"_s, u"carol@example.org"_s});
    start();
    QCOMPARE(m_books->recipients(id), u"refused accepted deferred accepted"_s);
    QCOMPARE(m_books->state(id), u"deferred"_s);
    m_server->answer = {};
    advance(minute);
    QCOMPARE(m_books->recipients(id), u"refused accepted accepted accepted"_s);
    QCOMPARE(m_books->state(id), u"partly-sent"_s);
    QCOMPARE(m_server->count("RCPT TO:<bob"), 1); // nobody gets it twice
    QCOMPARE(m_server->count("RCPT TO:<nobody"), 1);
    QCOMPARE(m_server->count("RCPT TO:<full"), 2);
}

void TestDispatcher::law5_uncertainIsNeverRetriedByItself()
{
    m_server->answer = [](const QByteArray &line, int) {
        return line == "." ? QByteArray(FakeServer::drop) : QByteArray();
    };
    const MessageId id = enqueue(m_account, {bob, u"carol@example.org"_s});
    start();
    QCOMPARE(m_books->state(id), u"uncertain"_s);
    QCOMPARE(m_books->recipients(id), u"uncertain uncertain"_s);
    m_server->answer = {};
    m_dispatcher->wake();
    settle();
    advance(30LL * 24 * 60 * minute);
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_server->opened.size(), 1);
    QCOMPARE(m_books->state(id), u"uncertain"_s);
    // A person may.
    QVERIFY(Store::Decisions(m_books->database).retry(id, m_clock->now()).ok());
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_books->state(id), u"sent"_s);
    QVERIFY(m_server->contents.first().contains("Message-ID: " + Support::Books::letter({bob}).messageId));
}

void TestDispatcher::oneConnectionCarriesSeveralLetters()
{
    const Account other = addAccount(u"other"_s, u"two.example.org"_s);
    QList<MessageId> ids;
    for (int i = 0; i < 5; ++i)
        ids.append(enqueue(m_account, {bob}, u"number %1"_s.arg(i)));
    ids.append(enqueue(other));
    start();
    for (const MessageId id : ids)
        QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(m_server->opened, (QStringList{u"one.example.org"_s, u"two.example.org"_s}));
    QCOMPARE(m_server->count("EHLO"), 2);
    advance(Outbox::Channel::idleTime);
    QCOMPARE(m_server->count("QUIT"), 2);
    QCOMPARE(m_server->contents.size(), 6);
    // Each attempt has its own conversation, and a verdict of its own.
    QCOMPARE(m_books->number(u"SELECT count(*) FROM attempt WHERE finished IS NOT NULL"_s), 6);
    QVERIFY(transcript(ids.at(0)).join(u'\n').contains(u"EHLO"_s));
    QVERIFY(!transcript(ids.at(1)).join(u'\n').contains(u"EHLO"_s));
    QVERIFY(transcript(ids.at(1)).join(u'\n').contains(u"MAIL FROM"_s));
    QVERIFY(transcript(ids.at(4)).join(u'\n').contains(u"QUIT"_s));
}

// Whoever reuses a connection reuses its TLS, its proxy and its sign-in (CVE-2026-4873, CVE-2026-8286).
void TestDispatcher::twoAccountsOnOneServerShareNoConnection()
{
    const Account other = addAccount(u"other"_s, m_account.server.host);
    const QList<MessageId> ids{enqueue(m_account), enqueue(other), enqueue(m_account), enqueue(other)};
    start();
    for (const MessageId id : ids)
        QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(m_server->opened, (QStringList{m_account.server.host, m_account.server.host}));
    QCOMPARE(m_server->count("EHLO"), 2);
}

void TestDispatcher::theGreetingTellsNothingOfThisComputer()
{
    Account named = addAccount(u"named"_s, u"two.example.org"_s);
    named.helo = u"client.example.org"_s;
    QVERIFY(Store::AccountStore(m_books->database).save(named));
    enqueue(m_account);
    enqueue(named);
    start();
    QCOMPARE(m_server->count("EHLO"), 2);
    QCOMPARE(m_server->count("EHLO [127.0.0.1]"), 1);
    QCOMPARE(m_server->count("EHLO client.example.org"), 1);
}

void TestDispatcher::noMoreConnectionsThanTheAccountAllows()
{
    const Account wide = addAccount(u"wide"_s, u"wide.example.org"_s, 3);
    for (int i = 0; i < 20; ++i)
        enqueue(wide);
    start();
    QCOMPARE(m_server->contents.size(), 20);
    QCOMPARE(m_server->mostOpen, 3);
    QCOMPARE(m_server->opened.size(), 3);
    advance(Outbox::Channel::idleTime);
    QCOMPARE(m_server->open, 0);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM message WHERE state = 'sent'"_s), 20);
}

void TestDispatcher::anAccountThatCannotBeReachedLeavesTheOthersGoing()
{
    const Account other = addAccount(u"other"_s, u"two.example.org"_s);
    m_server->unreachable.insert(u"one.example.org"_s);
    QList<MessageId> stuck;
    for (int i = 0; i < 5; ++i)
        stuck.append(enqueue(m_account));
    const MessageId fine = enqueue(other);
    start();
    QCOMPARE(m_books->state(fine), u"sent"_s);
    QCOMPARE(m_server->opened.count(u"one.example.org"_s), 1); // not once a letter
    for (const MessageId id : stuck) {
        QVERIFY(m_books->state(id) == u"queued"_s || m_books->state(id) == u"deferred"_s);
        QCOMPARE(attempts(id), 0); // the account's fault
    }
    const MessageId second = enqueue(other);
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_books->state(second), u"sent"_s);
    QCOMPARE(m_server->opened.count(u"one.example.org"_s), 1);
    m_server->unreachable.clear();
    advance(minute);
    for (const MessageId id : stuck)
        QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(m_server->contents.size(), 7);
}

void TestDispatcher::theBackOffGrowsAndEndsWithSuccess()
{
    m_server->unreachable.insert(u"one.example.org"_s);
    const MessageId id = enqueue(m_account);
    start();
    qsizetype tries = 1;
    for (const int minutes : {1, 2, 5, 10, 15, 30, 60, 60}) {
        advance(minutes * minute - 1);
        QCOMPARE(m_server->opened.size(), tries);
        advance(1);
        QCOMPARE(m_server->opened.size(), ++tries);
    }
    m_server->unreachable.clear();
    advance(60 * minute);
    QCOMPARE(m_books->state(id), u"sent"_s);
    // Forgotten: the next trouble begins small.
    advance(Outbox::Channel::idleTime);
    m_server->unreachable.insert(u"one.example.org"_s);
    enqueue(m_account);
    m_dispatcher->wake();
    settle();
    tries = m_server->opened.size();
    advance(minute);
    QCOMPARE(m_server->opened.size(), tries + 1);
}

void TestDispatcher::aWrongPasswordIsNeverRepeatedByItself()
{
    const Account account = addAccount(u"signed"_s, u"signed.example.org"_s, 1, true);
    const Account other = addAccount(u"other"_s, u"two.example.org"_s);
    m_server->answer = [](const QByteArray &line, int) {
        return line.startsWith("AUTH") ? QByteArray("535 5.7.8 wrong\r\n") : QByteArray();
    };
    QSignalSpy asked(m_dispatcher.get(), &Dispatcher::secretNeeded);
    QSignalSpy accounts(m_dispatcher.get(), &Dispatcher::accountsChanged);
    connect(m_dispatcher.get(), &Dispatcher::secretNeeded, this, [this](const Account &, quint64 request) {
        m_dispatcher->answerSecret(request, Accounts::Secrets{"guess", {}});
    });
    const MessageId id = enqueue(account);
    const MessageId next = enqueue(account);
    start();
    QCOMPARE(m_server->count("AUTH"), 1);
    QVERIFY(isPaused(account));
    QVERIFY(accounts.size() >= 1);
    QCOMPARE(m_books->state(next), u"queued"_s);
    QCOMPARE(m_books->state(id), u"deferred"_s); // kept, not failed
    QCOMPARE(attempts(id), 0);
    const MessageId fine = enqueue(other);
    for (int day = 0; day < 10; ++day) {
        m_dispatcher->wake();
        settle();
        advance(24 * 60 * minute);
    }
    QCOMPARE(m_server->count("AUTH"), 1);
    QCOMPARE(asked.size(), 1);
    QCOMPARE(m_books->state(fine), u"sent"_s); // the others go on
    // The person gave another one.
    m_server->answer = {};
    QVERIFY(Store::AccountStore(m_books->database).setPause(account.id, {}).ok());
    QVERIFY(Store::Decisions(m_books->database).makeDue(account.id, m_clock->now()).ok());
    m_dispatcher->forget(account.id);
    settle();
    QCOMPARE(asked.size(), 2); // it does not use the wrong one again
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(m_books->state(next), u"sent"_s);
}

void TestDispatcher::aWrongPasswordIsNotTriedOnASecondConnectionEither()
{
    // Servers count: two letters at once must not make two wrong guesses.
    const Account account = addAccount(u"signed"_s, u"signed.example.org"_s, 4, true);
    m_server->answer = [](const QByteArray &line, int) {
        return line.startsWith("AUTH") ? QByteArray("535 5.7.8 wrong\r\n") : QByteArray();
    };
    connect(m_dispatcher.get(), &Dispatcher::secretNeeded, this, [this](const Account &, quint64 request) {
        m_dispatcher->answerSecret(request, Accounts::Secrets{"guess", {}});
    });
    for (int i = 0; i < 4; ++i)
        enqueue(account);
    start();
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_server->count("AUTH"), 1);
    QVERIFY(isPaused(account));
}

void TestDispatcher::theProxysPasswordGoesToTheConnectionAlone()
{
    Account account = addAccount(u"behind"_s, u"behind.example.org"_s, 3, false);
    account.server.proxy = {Net::Proxy::Kind::Socks5, u"127.0.0.1"_s, 1080, u"ada"_s};
    account.proxySecretPlace = Accounts::SecretPlace::Session;
    QVERIFY(Store::AccountStore(m_books->database).save(account).ok());
    QSignalSpy asked(m_dispatcher.get(), &Dispatcher::secretNeeded);
    for (int i = 0; i < 3; ++i)
        enqueue(account);
    start();
    QCOMPARE(asked.size(), 1); // nobody knows yet whether it is right: one connection
    QCOMPARE(m_proxyPasswords, QByteArrayList());
    m_dispatcher->answerSecret(asked.first().at(1).toULongLong(), Accounts::Secrets{{}, "open sesame"});
    settle();
    QCOMPARE(asked.size(), 1);
    QVERIFY(!m_proxyPasswords.isEmpty());
    QCOMPARE(m_proxyPasswords.count("open sesame"), m_proxyPasswords.size());
    QCOMPARE(m_server->count("AUTH"), 0);
    QVERIFY(Outbox::sessionOptions(account, {}).credentials.secret.isEmpty());
}

void TestDispatcher::theSecretIsAskedForOnce()
{
    const Account account = addAccount(u"signed"_s, u"signed.example.org"_s, 3, true);
    QSignalSpy asked(m_dispatcher.get(), &Dispatcher::secretNeeded);
    for (int i = 0; i < 3; ++i)
        enqueue(account);
    start();
    QCOMPARE(asked.size(), 1);
    QVERIFY(m_server->opened.isEmpty()); // nothing is connected to while a person thinks
    m_dispatcher->wake();
    settle();
    QCOMPARE(asked.size(), 1);
    m_dispatcher->answerSecret(asked.first().at(1).toULongLong(), Accounts::Secrets{"right", {}});
    settle();
    QCOMPARE(m_server->contents.size(), 3);
    for (int i = 0; i < 3; ++i)
        enqueue(account);
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_server->contents.size(), 6);
    QCOMPARE(asked.size(), 1);
    QCOMPARE(m_server->mostOpen, 3); // once it is known to be right, all connections are used
    // An answer nobody waits for is no trouble.
    m_dispatcher->answerSecret(12345, Accounts::Secrets{"late", {}});
    settle();
}

void TestDispatcher::aSecretThatIsNotGivenPausesOrWaits_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("paused");
    QTest::newRow("missing") << static_cast<int>(ErrorKind::SecretMissing) << true;
    QTest::newRow("vault damaged") << static_cast<int>(ErrorKind::VaultDamaged) << true;
    QTest::newRow("keychain away") << static_cast<int>(ErrorKind::KeychainUnavailable) << false;
    QTest::newRow("vault locked") << static_cast<int>(ErrorKind::VaultLocked) << false;
    QTest::newRow("command failed") << static_cast<int>(ErrorKind::CommandFailed) << false;
}

void TestDispatcher::aSecretThatIsNotGivenPausesOrWaits()
{
    QFETCH(int, kind);
    QFETCH(bool, paused);
    const Account account = addAccount(u"signed"_s, u"signed.example.org"_s, 1, true);
    QSignalSpy asked(m_dispatcher.get(), &Dispatcher::secretNeeded);
    connect(
        m_dispatcher.get(), &Dispatcher::secretNeeded, this, [this, kind](const Account &, quint64 request) {
            m_dispatcher->answerSecret(request, Base::Error{static_cast<ErrorKind>(kind), {}, u"not now"_s});
        });
    const MessageId id = enqueue(account);
    start();
    QCOMPARE(isPaused(account), paused);
    QCOMPARE(m_books->state(id), u"deferred"_s);
    QCOMPARE(attempts(id), 0);
    QVERIFY(m_server->opened.isEmpty());
    QVERIFY(m_dispatcher->isIdle());
    advance(minute);
    QCOMPARE(asked.size(), paused ? 1 : 2);
}

void TestDispatcher::law7_theSecretIsInNoTranscriptAndNoTable()
{
    const Account account = addAccount(u"signed"_s, u"signed.example.org"_s, 1, true);
    const QByteArray canary = "Kanarienvogel-7391";
    m_server->answer = [&](const QByteArray &line, int) {
        // A server that gives it away again.
        if (line.startsWith("AUTH"))
            return QByteArray("235 welcome, your password is " + canary + "\r\n");
        return line == "." ? QByteArray("550 5.7.1 " + line + ' ' + QByteArray("\0ada\0", 5).toBase64() +
                                        canary + ' ' + canary.toBase64() + "\r\n")
                           : QByteArray();
    };
    connect(m_dispatcher.get(), &Dispatcher::secretNeeded, this, [&](const Account &, quint64 request) {
        m_dispatcher->answerSecret(request, Accounts::Secrets{canary, canary});
    });
    QStringList told;
    connect(m_dispatcher.get(), &Dispatcher::transcriptGrew, this,
            [&told](const Outbox::TranscriptGrew &grew) {
                for (const Delivery::TranscriptLine &line : grew.lines)
                    told.append(line.text);
            });
    const MessageId id = enqueue(account);
    start();
    advance(1000);
    QCOMPARE(m_books->state(id), u"failed"_s);
    const QString everything = transcript(id).join(u'\n') + told.join(u'\n') +
                               m_books->database
                                   .value(u"SELECT group_concat(reason) FROM (SELECT reason FROM message "
                                          u"UNION ALL SELECT reason FROM recipient "
                                          "UNION ALL SELECT reason FROM attempt)"_s)
                                   ->toString();
    QVERIFY(everything.contains(u"AUTH PLAIN"_s));
    for (const QByteArray &form : {canary, canary.toBase64(), QByteArray("\0ada\0", 5) + canary,
                                   (QByteArray("\0ada\0", 5) + canary).toBase64()})
        QVERIFY2(!everything.contains(QString::fromLatin1(form)), form.constData());
    (void)m_books->database.exec(u"PRAGMA wal_checkpoint(TRUNCATE)"_s);
    QFile file(m_books->databasePath());
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray octets = file.readAll();
    QVERIFY(!octets.contains(canary));
    QVERIFY(!octets.contains(canary.toBase64()));
}

void TestDispatcher::greylistingPassesByItself()
{
    const qint64 begun = m_clock->monotonic();
    m_server->answer = [&](const QByteArray &line, int) {
        const bool early = m_clock->monotonic() - begun < minute;
        return line.startsWith("RCPT") && early ? QByteArray("451 4.7.1 greylisted, come back\r\n")
                                                : QByteArray();
    };
    const MessageId id = enqueue(m_account);
    start();
    QCOMPARE(m_books->state(id), u"deferred"_s);
    QCOMPARE(attempts(id), 1);
    advance(Outbox::Channel::idleTime); // the connection is not kept for that long
    advance(minute - Outbox::Channel::idleTime - 1);
    QCOMPARE(m_server->opened.size(), 1);
    advance(1);
    QCOMPARE(m_server->opened.size(), 2);
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(attempts(id), 2);
}

void TestDispatcher::whatIsDeferredForTooLongIsGivenUp()
{
    m_server->answer = [](const QByteArray &line, int) {
        return line.startsWith("RCPT") ? QByteArray("451 4.3.0 never\r\n") : QByteArray();
    };
    const MessageId id = enqueue(m_account);
    start();
    for (int hour = 0; hour < 4 * 24; ++hour)
        advance(60 * minute);
    QCOMPARE(m_books->state(id), u"deferred"_s);
    for (int hour = 0; hour < 2 * 24; ++hour)
        advance(60 * minute);
    QCOMPARE(m_books->state(id), u"failed"_s);
    QCOMPARE(m_books->recipients(id), u"refused"_s);
    QVERIFY(attempts(id) > 100);
    const qsizetype tries = m_server->opened.size();
    advance(24 * 60 * minute);
    QCOMPARE(m_server->opened.size(), tries);
}

void TestDispatcher::theDiskThatRefusesTheOutcomeGetsItLater()
{
    // The disk fails in the worst moment: the dot is out, the books say "about to commit".
    m_server->onDot = [this] { m_books->refuseWrites(true); };
    const MessageId id = enqueue(m_account);
    QStringList told;
    connect(m_dispatcher.get(), &Dispatcher::messageChanged, this,
            [&](MessageId each) { told.append(m_books->state(each)); });
    start();
    QCOMPARE(m_server->contents.size(), 1);
    QVERIFY(m_books->isCommitting(id));
    QCOMPARE(told, QStringList{u"sending"_s}); // nobody was told what is not written
    QVERIFY(!m_dispatcher->isIdle());
    for (int i = 0; i < 20; ++i)
        advance(2000);
    QVERIFY(m_books->isCommitting(id));
    QCOMPARE(m_server->contents.size(), 1);
    m_books->refuseWrites(false);
    m_server->onDot = {};
    advance(2000);
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(told, (QStringList{u"sending"_s, u"sent"_s}));
    QCOMPARE(m_server->contents.size(), 1);
    advance(minute);
    QVERIFY(m_dispatcher->isIdle());
}

void TestDispatcher::theDiskThatRefusesTheCommitKeepsTheDotBack()
{
    m_server->answer = [this](const QByteArray &line, int) {
        if (line == "DATA")
            m_books->refuseWrites(true);
        return QByteArray();
    };
    const MessageId id = enqueue(m_account);
    start();
    QCOMPARE(m_server->count("."), 0); // law 3: what cannot be recorded is not done
    QCOMPARE(m_books->state(id), u"sending"_s);
    m_books->refuseWrites(false);
    m_server->answer = {};
    advance(2000);
    QCOMPARE(m_books->state(id), u"deferred"_s);
    advance(minute);
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(m_server->contents.size(), 1);
}

void TestDispatcher::theDiskThatRefusesTheBeginningIsAskedAgain()
{
    const MessageId id = enqueue(m_account);
    m_books->refuseWrites(true);
    start();
    QVERIFY(m_server->opened.isEmpty()); // nothing is done that is not on record
    QCOMPARE(m_books->state(id), u"queued"_s);
    m_books->refuseWrites(false);
    settle();
    QCOMPARE(m_books->state(id), u"queued"_s); // after a while, not as often as it can
    m_dispatcher->wake();
    settle();
    QCOMPARE(m_books->state(id), u"queued"_s);
    advance(2000);
    QCOMPARE(m_books->state(id), u"sent"_s);
}

void TestDispatcher::theDiskThatRefusesTheNextLetterEndsTheConnection()
{
    const MessageId first = enqueue(m_account);
    const MessageId second = enqueue(m_account);
    m_server->answer = [this](const QByteArray &line, int) {
        if (line == ".")
            m_books->refuseWrites(true);
        return QByteArray();
    };
    start();
    QVERIFY(m_books->isCommitting(first)); // it is taken, and nobody is told
    QCOMPARE(m_books->state(second), u"queued"_s);
    m_server->answer = {};
    m_books->refuseWrites(false);
    advance(2000);
    QCOMPARE(m_books->state(first), u"sent"_s);
    QCOMPARE(m_books->state(second), u"sent"_s);
    QCOMPARE(m_server->contents.size(), 2);
}

void TestDispatcher::stoppingWaitsForTheAnswerToTheDot()
{
    m_server->answer = [](const QByteArray &line, int) {
        return line == "." ? QByteArray(FakeServer::silence) : QByteArray();
    };
    const MessageId id = enqueue(m_account);
    const MessageId waiting = enqueue(m_account);
    QSignalSpy drained(m_dispatcher.get(), &Dispatcher::drained);
    start();
    QVERIFY(m_books->isCommitting(id));
    m_dispatcher->stop();
    settle();
    QCOMPARE(drained.size(), 0);
    m_server->say("250 2.0.0 queued as LATE\r\n");
    settle();
    QCOMPARE(m_books->state(id), u"sent"_s);
    QCOMPARE(drained.size(), 1);
    QCOMPARE(m_books->state(waiting), u"queued"_s); // nothing new begins
    QVERIFY(m_dispatcher->isIdle());
}

void TestDispatcher::stoppingEndsWhatIsBeforeTheDot()
{
    for (const QByteArray &at : {QByteArray("(greeting)"), QByteArray("EHLO"), QByteArray("MAIL"),
                                 QByteArray("RCPT"), QByteArray("DATA")}) {
        init();
        m_server->answer = [at](const QByteArray &line, int) {
            return line.startsWith(at) ? QByteArray(FakeServer::silence) : QByteArray();
        };
        const MessageId id = enqueue(m_account);
        QSignalSpy drained(m_dispatcher.get(), &Dispatcher::drained);
        start();
        QCOMPARE(m_books->state(id), u"sending"_s);
        m_dispatcher->stop();
        settle();
        QCOMPARE(drained.size(), 1);
        QVERIFY2(m_books->state(id) == u"deferred"_s || m_books->state(id) == u"queued"_s,
                 qPrintable(m_books->state(id)));
        QCOMPARE(attempts(id), 0); // the person's doing, not the message's
        QVERIFY(!Store::MessageStore(m_books->database).due(m_clock->now(), 1)->isEmpty());
        QCOMPARE(m_server->open, 0);
        cleanup();
    }
    init();
    QSignalSpy drained(m_dispatcher.get(), &Dispatcher::drained);
    m_dispatcher->stop();
    QCOMPARE(drained.size(), 1); // nothing to wait for
}

void TestDispatcher::stoppingHearsTheAnswerToQuitButNotForLong()
{
    for (const bool silent : {false, true}) {
        init();
        m_server->answer = [silent](const QByteArray &line, int) {
            return silent && line == "QUIT" ? QByteArray(FakeServer::silence) : QByteArray();
        };
        const MessageId id = enqueue(m_account);
        QSignalSpy drained(m_dispatcher.get(), &Dispatcher::drained);
        start();
        QCOMPARE(m_books->state(id), u"sent"_s);
        QCOMPARE(m_server->count("QUIT"), 0); // another letter could come
        m_dispatcher->stop();
        settle();
        QCOMPARE(m_server->count("QUIT"), 1);
        QCOMPARE(drained.size(), silent ? 0 : 1);
        advance(Outbox::Channel::goodbyeTime);
        QCOMPARE(drained.size(), 1);
        Store::MessageQuery query;
        QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
        const QString kept = query.transcript(id)->toText();
        QVERIFY(kept.contains(u" QUIT"_s));
        QCOMPARE(kept.contains(u" 221 "_s), !silent);
        cleanup();
    }
}

void TestDispatcher::stoppingWhileASecretIsAskedFor()
{
    const Account account = addAccount(u"signed"_s, u"signed.example.org"_s, 1, true);
    const MessageId id = enqueue(account);
    QSignalSpy asked(m_dispatcher.get(), &Dispatcher::secretNeeded);
    QSignalSpy drained(m_dispatcher.get(), &Dispatcher::drained);
    start();
    QCOMPARE(asked.size(), 1);
    m_dispatcher->stop();
    settle();
    QCOMPARE(drained.size(), 1);
    QVERIFY(!isPaused(account));
    QCOMPARE(attempts(id), 0);
    m_dispatcher->answerSecret(asked.first().at(1).toULongLong(), Accounts::Secrets{"too late", {}});
    settle();
    QVERIFY(m_server->opened.isEmpty());
}

void TestDispatcher::aLetterWithoutAnAccountIsHeld()
{
    const MessageId id = enqueue(m_account);
    QVERIFY(Store::AccountStore(m_books->database).remove(m_account.id).ok());
    start();
    QCOMPARE(m_books->state(id), u"held"_s);
    QVERIFY(m_server->opened.isEmpty());
}

void TestDispatcher::aChangedAccountIsConnectedToAnew()
{
    // While the first letter is under way the server is changed: the second goes to the new one.
    const MessageId first = enqueue(m_account);
    const MessageId second = enqueue(m_account);
    m_server->answer = [this](const QByteArray &line, int) {
        if (line == "DATA" && m_server->contents.isEmpty()) {
            Account changed = m_account;
            changed.server.host = u"new.example.org"_s;
            (void)Store::AccountStore(m_books->database).save(changed);
            QMetaObject::invokeMethod(
                m_dispatcher.get(), [this] { m_dispatcher->forget(m_account.id); }, Qt::QueuedConnection);
        }
        return QByteArray();
    };
    start();
    QCOMPARE(m_books->state(first), u"sent"_s);
    QCOMPARE(m_books->state(second), u"sent"_s);
    QCOMPARE(m_server->opened, (QStringList{u"one.example.org"_s, u"new.example.org"_s}));
}

void TestDispatcher::theTranscriptIsToldInBundlesAndKeptWhole()
{
    m_server->answer = [](const QByteArray &line, int) {
        return line == "." ? QByteArray(FakeServer::silence) : QByteArray();
    };
    const MessageId id = enqueue(m_account);
    QList<Outbox::TranscriptGrew> grown;
    connect(m_dispatcher.get(), &Dispatcher::transcriptGrew, this,
            [&grown](const Outbox::TranscriptGrew &grew) { grown.append(grew); });
    start();
    QVERIFY(grown.isEmpty()); // no time has passed
    advance(99);
    QVERIFY(grown.isEmpty());
    advance(1);
    QCOMPARE(grown.size(), 1); // one event for a dozen lines
    QCOMPARE(grown.first().message, id);
    QCOMPARE(grown.first().attempt, 1);
    m_server->say("250 2.0.0 ok\r\n");
    settle();
    advance(Outbox::Channel::idleTime);
    advance(1000);
    QStringList told;
    for (const Outbox::TranscriptGrew &grew : grown) {
        for (const Delivery::TranscriptLine &line : grew.lines)
            told.append(line.text);
    }
    QCOMPARE(told, transcript(id)); // live and afterwards the same
    QVERIFY(told.last().contains(u"221"_s));
}

void TestDispatcher::progressIsTold()
{
    QBuffer file;
    file.setData(QByteArray(1 << 20, 'x'));
    QVERIFY(file.open(QIODevice::ReadOnly));
    Message::OutgoingMessage letter = Support::Books::letter({bob});
    letter.content = {Message::Piece{"Subject: x\r\n\r\n", {}, false},
                      Message::Piece{{}, *m_spool->put(file), true}};
    QVERIFY(Store::MessageStore(m_books->database).enqueue(letter, m_account, m_clock->now()).ok());
    QStringList stages;
    connect(m_dispatcher.get(), &Dispatcher::progressed, this, [&](const Outbox::Progress &progress) {
        if (stages.isEmpty() || stages.last() != Delivery::name(progress.stage))
            stages.append(Delivery::name(progress.stage));
        QVERIFY(progress.done <= progress.total || progress.total == 0);
    });
    start();
    QCOMPARE(m_server->contents.size(), 1);
    for (const QString &stage : {u"connect"_s, u"greeting"_s, u"hello"_s, u"mail"_s, u"data"_s, u"content"_s})
        QVERIFY2(stages.contains(stage), qPrintable(stages.join(u' ')));
}

void TestDispatcher::settledIsToldWhenNothingIsDue()
{
    QSignalSpy settled(m_dispatcher.get(), &Dispatcher::settled);
    start();
    QCOMPARE(settled.size(), 1); // nothing to do at all
    m_server->answer = [](const QByteArray &line, int) {
        return line == "." ? QByteArray(FakeServer::silence) : QByteArray();
    };
    enqueue(m_account);
    m_dispatcher->wake();
    settle();
    QCOMPARE(settled.size(), 1);
    m_server->say("250 ok\r\n");
    settle();
    QCOMPARE(settled.size(), 2);
}

void TestDispatcher::aMissingAttachmentFailsThatLetterAlone()
{
    Message::OutgoingMessage letter = Support::Books::letter({bob});
    letter.content.append(Message::Piece{{}, {QByteArray(64, 'a'), 10}, true});
    const MessageId broken =
        *Store::MessageStore(m_books->database).enqueue(letter, m_account, m_clock->now());
    const MessageId fine = enqueue(m_account);
    start();
    QCOMPARE(m_server->contents.size(), 1);
    QCOMPARE(m_books->state(fine), u"sent"_s);
    QCOMPARE(m_books->state(broken), u"failed"_s);
    QVERIFY(m_books->database.value(u"SELECT reason FROM message WHERE id = ?"_s, {broken.value})
                ->toString()
                .contains(u"file-missing"_s));
    QVERIFY(!isPaused(m_account));
}

/// Damaged books: it would be sent to nobody again and again.
void TestDispatcher::whatNobodyWaitsForIsHeld()
{
    const MessageId odd = enqueue(m_account);
    const MessageId fine = enqueue(m_account);
    QVERIFY(
        m_books->database.exec(u"UPDATE recipient SET state = 'accepted' WHERE message = ?"_s, {odd.value})
            .ok());
    start();
    QCOMPARE(m_books->state(odd), u"held"_s);
    QCOMPARE(m_books->state(fine), u"sent"_s);
    QCOMPARE(m_server->contents.size(), 1);
}

QTEST_GUILESS_MAIN(TestDispatcher)
#include "tst_dispatcher.moc"
