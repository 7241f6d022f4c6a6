// Signing in, from the queue to the books: what is remembered of it, what a person has to decide, and law 7
// over every mechanism: a canary is looked for in every file of the home, in every form in which it travels.

#include "core/base/log.h"
#include "core/outbox/dispatcher.h"
#include "core/outbox/sessionoptions.h"

#include "signinserver.h"
#include "tests/support/books.h"
#include "tests/support/fakeclock.h"

#include <QDirIterator>
#include <QSignalSpy>

using Accounts::Account;
using Accounts::Auth;
using Base::ErrorKind;
using Base::MessageId;
using Outbox::Dispatcher;
using namespace Qt::StringLiterals;

namespace {

const QString bob = u"bob@example.org"_s;
// Different in each of its encodings, and in SASLprep.
const QByteArray password = "C4nary-p%ss+w=rd/e\xcc\x81?";
const QByteArray token = "ya29.C4nary_t0ken~+/with-dots==";

/// Every form in which a secret could stand somewhere; made here, not by the code under test.
QByteArrayList formsOf(const QByteArray &secret)
{
    QByteArrayList forms{secret, secret.toHex(), secret.toHex().toUpper(), secret.toPercentEncoding(),
                         secret.toPercentEncoding({}, "-._~")};
    for (int offset = 0; offset < 3; ++offset) {
        // Of the base64 only the part that no neighbour can change.
        const QByteArray whole = (QByteArray(offset, '\0') + secret).toBase64();
        const qsizetype begin = offset == 0 ? 0 : offset + 1;
        const qsizetype end = (offset + secret.size()) / 3 * 4;
        for (const QByteArray &each :
             {whole, (QByteArray(offset, '\0') + secret).toBase64(QByteArray::Base64UrlEncoding)})
            forms.append(each.mid(begin, end - begin));
    }
    return forms;
}

QString found(const QByteArray &text, const QByteArrayList &secrets)
{
    for (const QByteArray &secret : secrets) {
        for (const QByteArray &form : formsOf(secret)) {
            if (form.size() >= 8 && text.contains(form))
                return QString::fromUtf8(form);
        }
    }
    return {};
}

} // namespace

class TestSignIn : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void law7_theCanaryStandsNowhere_data();
    void law7_theCanaryStandsNowhere();
    void law7_theSearchWouldFindIt_data();
    void law7_theSearchWouldFindIt();
    void everyAuthPinsItsMechanism_data();
    void everyAuthPinsItsMechanism();
    void theStrongestIsRememberedOnce();
    void aWeakerSignInIsNotTried();
    void anAccountThatChangesForgetsWhatWasLearned();
    void whatRevealsThePasswordIsNotRemembered();
    void aConnectionIsKeptThoughSomethingWasLearned();
    void aTokenIsFetchedForEveryConnection();
    void aServerThatProvesNothingGetsNothing();

private:
    void settle() { m_books->turn(200); }
    Account add(Auth auth, const QString &user = u"ada"_s)
    {
        Account account;
        account.name = u"work"_s;
        account.server = {u"one.example.org"_s, 465, Net::Security::Tls};
        account.auth = auth;
        account.user = user;
        account.allowCleartextPassword = true; // the server in memory has no TLS
        account.fromAddress = u"ada@example.org"_s;
        account.maxConnections = 1; // the server knows one conversation at a time
        const Base::Result<Account> saved = Store::AccountStore(m_books->database).save(account);
        return saved ? *saved : Account();
    }
    void serve(const QByteArray &mechanism, SignInServer::Mode mode, const QByteArray &secret)
    {
        m_signIn = std::make_unique<SignInServer>(mechanism, mode, "ada", secret);
        m_server->binding = mechanism.endsWith("-PLUS") ? m_signIn->binding() : QByteArray();
        m_server->answer = [this](const QByteArray &line, int) { return m_signIn->answer(line); };
    }
    void give(const QByteArray &secret)
    {
        connect(m_dispatcher.get(), &Dispatcher::secretNeeded, this,
                [this, secret](const Account &, quint64 request) {
                    ++m_asked;
                    m_dispatcher->answerSecret(request, Accounts::Secrets{secret, {}});
                });
    }
    MessageId send(const Account &account)
    {
        const MessageId id = m_books->enqueue(account, {bob}, m_clock->now(), u"Hello"_s);
        m_dispatcher->start();
        settle();
        return id;
    }
    Account stored() const { return Store::AccountStore(m_books->database).all()->first(); }
    Delivery::Reason pause() const { return *Store::AccountStore(m_books->database).pauseOf(stored().id); }
    /// Everything that was kept: each file as it is, and what is packed inside.
    QByteArray kept(MessageId id) const
    {
        QByteArray all;
        QDirIterator files(m_books->folder.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            if (file.open(QIODevice::ReadOnly))
                all += file.readAll() + '\n';
        }
        Store::MessageQuery query;
        if (!query.open(m_books->databasePath(), m_books->spoolPath()))
            return {};
        if (const Base::Result<Delivery::Transcript> transcript = query.transcript(id); transcript)
            all += transcript->toText().toUtf8();
        for (const Delivery::Reason &reason : {pause(), query.row(id)->reason}) {
            all += reason.reply.toString().toUtf8() + '\n';
            if (reason.error)
                all += (reason.error->subject + reason.error->detail).toUtf8() + '\n';
        }
        return all;
    }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Support::FakeClock> m_clock;
    std::unique_ptr<Store::Spool> m_spool;
    std::unique_ptr<SignInServer> m_signIn;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<Dispatcher> m_dispatcher;
    int m_asked = 0;
};

void TestSignIn::init()
{
    m_dispatcher.reset();
    qRegisterMetaType<Base::MessageId>("Base::MessageId");
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    Base::Log::start(m_books->folder.filePath(u"log"_s));
    m_clock = std::make_unique<Support::FakeClock>();
    m_spool = std::make_unique<Store::Spool>(m_books->spoolPath());
    m_server = std::make_unique<FakeServer>();
    m_dispatcher =
        std::make_unique<Dispatcher>(m_books->database, m_books->group, *m_spool, *m_clock,
                                     [this](const QByteArray &) { return m_server->connection(); });
    m_asked = 0;
}

void TestSignIn::cleanup()
{
    m_dispatcher.reset();
    Base::Log::stop();
}

void TestSignIn::law7_theCanaryStandsNowhere_data()
{
    QTest::addColumn<int>("auth");
    QTest::addColumn<QByteArray>("mechanism");
    QTest::addColumn<int>("mode");
    const QList<std::pair<Auth, QByteArray>> mechanisms{
        {Auth::Plain, "PLAIN"},
        {Auth::Login, "LOGIN"},
        {Auth::CramMd5, "CRAM-MD5"},
        {Auth::ScramSha1, "SCRAM-SHA-1"},
        {Auth::ScramSha1, "SCRAM-SHA-1-PLUS"},
        {Auth::ScramSha256, "SCRAM-SHA-256"},
        {Auth::ScramSha256, "SCRAM-SHA-256-PLUS"},
        {Auth::XOAuth2, "XOAUTH2"},
        {Auth::OAuthBearer, "OAUTHBEARER"},
    };
    for (const auto &[auth, mechanism] : mechanisms) {
        for (const auto &[mode, words] : SignInServer::modes())
            QTest::addRow("%s, %s", mechanism.constData(), words)
                << static_cast<int>(auth) << mechanism << static_cast<int>(mode);
    }
}

void TestSignIn::law7_theCanaryStandsNowhere()
{
    QFETCH(int, auth);
    QFETCH(QByteArray, mechanism);
    QFETCH(int, mode);
    const Account account = add(static_cast<Auth>(auth));
    QVERIFY(account.id.isValid());
    const QByteArray secret = account.usesToken() ? token : password;
    serve(mechanism, static_cast<SignInServer::Mode>(mode), secret);
    give(secret);
    QSignalSpy grew(m_dispatcher.get(), &Dispatcher::transcriptGrew);
    const MessageId id = send(account);
    m_clock->advance(1000);
    settle();
    Base::Log::stop();

    const bool accepted = mode == static_cast<int>(SignInServer::Mode::Accept);
    QCOMPARE(m_books->state(id), accepted ? u"sent"_s : m_books->state(id));
    QVERIFY(accepted || m_books->state(id) != u"sent"_s);
    QVERIFY(m_signIn->wasReached()); // it had the secret, and could echo it
    const QByteArray everything = kept(id);
    QVERIFY(everything.contains("AUTH " + mechanism));
    QVERIFY(everything.contains("****"));
    QCOMPARE(found(everything, m_signIn->secrets()), QString());
    for (const QList<QVariant> &told : grew) {
        for (const Delivery::TranscriptLine &line : told.at(0).value<Outbox::TranscriptGrew>().lines)
            QCOMPARE(found(line.text.toUtf8(), m_signIn->secrets()), QString());
    }
}

void TestSignIn::law7_theSearchWouldFindIt_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("raw") << password;
    QTest::newRow("base64") << password.toBase64();
    QTest::newRow("base64, one octet on") << ("x" + password).toBase64();
    QTest::newRow("base64, two octets on") << ("xy" + password + "z").toBase64();
    QTest::newRow("hexadecimal") << password.toHex();
    QTest::newRow("percent") << password.toPercentEncoding();
}

void TestSignIn::law7_theSearchWouldFindIt()
{
    QFETCH(QByteArray, text);
    const Account account = add(Auth::Plain);
    const MessageId id = m_books->enqueue(account, {bob}, m_clock->now(), QString::fromUtf8(text));
    Base::Log::stop();
    QVERIFY(!found(kept(id), {password}).isEmpty());
}

void TestSignIn::everyAuthPinsItsMechanism_data()
{
    QTest::addColumn<int>("auth");
    for (const Auth auth : Accounts::allAuths())
        QTest::newRow(qPrintable(Accounts::name(auth))) << static_cast<int>(auth);
}

void TestSignIn::everyAuthPinsItsMechanism()
{
    QFETCH(int, auth);
    Account account;
    account.auth = static_cast<Auth>(auth);
    account.user = u"ada"_s;
    const Smtp::SessionOptions options = Outbox::sessionOptions(account, "secret");
    QCOMPARE(options.signIn, account.auth != Auth::None);
    const bool pinned = account.auth != Auth::None && account.auth != Auth::Auto;
    QCOMPARE(options.mechanism.isEmpty(), !pinned);
    QVERIFY(!pinned || Smtp::knownMechanisms().contains(options.mechanism));
    account.user.clear();
    QCOMPARE(Outbox::sessionOptions(account, {}).signIn, account.auth == Auth::External);
}

void TestSignIn::theStrongestIsRememberedOnce()
{
    const Account account = add(Auth::Auto);
    serve("SCRAM-SHA-1", SignInServer::Mode::Accept, password);
    give(password);
    send(account);
    QCOMPARE(stored().strongestSeen, u"SCRAM-SHA-1"_s);
    serve("SCRAM-SHA-256-PLUS", SignInServer::Mode::Accept, password);
    m_clock->advance(600'000);
    settle();
    send(account);
    QCOMPARE(stored().strongestSeen, u"SCRAM-SHA-256-PLUS"_s);
}

void TestSignIn::aWeakerSignInIsNotTried()
{
    Account account = add(Auth::Auto);
    QVERIFY(Store::AccountStore(m_books->database).setStrongestSeen(account, u"SCRAM-SHA-256"_s).ok());
    serve("PLAIN", SignInServer::Mode::Accept, password);
    give(password);
    const MessageId id = send(account);
    QCOMPARE(m_server->count("AUTH"), 0);
    QVERIFY(m_books->state(id) != u"sent"_s);
    QVERIFY(pause().error);
    QCOMPARE(pause().error->kind, ErrorKind::WeakerSignIn);
    QCOMPARE(pause().error->subject, u"SCRAM-SHA-256"_s);
    QCOMPARE(m_books->number(u"SELECT attempts FROM message"_s), 0); // the letter is not to blame
    // Trying again alone changes nothing; accepting it does.
    Store::AccountStore accounts(m_books->database);
    const auto resume = [&] {
        QVERIFY(accounts.setPause(account.id, {}).ok());
        QVERIFY(Store::Decisions(m_books->database).makeDue(account.id, m_clock->now()).ok());
        m_dispatcher->forget(account.id);
        settle();
    };
    resume();
    QCOMPARE(m_server->count("AUTH"), 0);
    QVERIFY(accounts.setStrongestSeen(account, {}).ok());
    resume();
    QCOMPARE(m_server->count("AUTH PLAIN"), 1);
    QCOMPARE(m_books->state(id), u"sent"_s);
    QVERIFY(pause().isNull());
}

void TestSignIn::anAccountThatChangesForgetsWhatWasLearned()
{
    Store::AccountStore accounts(m_books->database);
    const Account account = add(Auth::Auto);
    const auto learn = [&] {
        QVERIFY(accounts.setStrongestSeen(stored(), u"SCRAM-SHA-256"_s).ok());
        QCOMPARE(stored().strongestSeen, u"SCRAM-SHA-256"_s);
    };
    learn();
    Account same = account; // with no idea of what was learned
    same.name = u"other"_s;
    same.helo = u"host.example.org"_s;
    QCOMPARE(accounts.save(same)->strongestSeen, u"SCRAM-SHA-256"_s);
    QCOMPARE(stored().strongestSeen, u"SCRAM-SHA-256"_s);
    Account other = same;
    other.server.host = u"two.example.org"_s;
    QCOMPARE(accounts.save(other)->strongestSeen, QString());
    // A connection that still ran to the old server tells nothing about the new one.
    QVERIFY(accounts.setStrongestSeen(same, u"SCRAM-SHA-1"_s).ok());
    QCOMPARE(stored().strongestSeen, QString());
    learn();
    other.user = u"eve"_s;
    QCOMPARE(accounts.save(other)->strongestSeen, QString());
    learn();
    other.auth = Auth::Plain;
    QCOMPARE(accounts.save(other)->strongestSeen, QString());
}

void TestSignIn::whatRevealsThePasswordIsNotRemembered()
{
    for (const auto &[auth, mechanism] : {std::pair{Auth::Plain, "PLAIN"}, std::pair{Auth::Login, "LOGIN"},
                                          std::pair{Auth::XOAuth2, "XOAUTH2"}}) {
        init();
        const Account account = add(auth);
        serve(mechanism, SignInServer::Mode::Accept, token);
        give(token);
        const MessageId id = send(account);
        QCOMPARE(m_books->state(id), u"sent"_s);
        QCOMPARE(stored().strongestSeen, QString());
    }
}

void TestSignIn::aConnectionIsKeptThoughSomethingWasLearned()
{
    const Account account = add(Auth::Auto);
    serve("SCRAM-SHA-256", SignInServer::Mode::Accept, password);
    give(password);
    m_books->enqueue(account, {bob}, m_clock->now(), u"One"_s);
    m_books->enqueue(account, {bob}, m_clock->now(), u"Two"_s);
    send(account);
    QCOMPARE(m_server->count("MAIL"), 3);
    QCOMPARE(m_server->count("AUTH"), 1);
    QCOMPARE(stored().strongestSeen, u"SCRAM-SHA-256"_s);
}

// It runs out within the hour, and a refused one would pause the account.
void TestSignIn::aTokenIsFetchedForEveryConnection()
{
    const Account account = add(Auth::XOAuth2);
    serve("XOAUTH2", SignInServer::Mode::Accept, token);
    give(token);
    for (int i = 1; i <= 3; ++i) {
        send(account);
        QCOMPARE(m_server->contents.size(), i);
        QCOMPARE(m_asked, i);
        m_clock->advance(Outbox::Channel::idleTime); // the connection ends
        settle();
    }
}

void TestSignIn::aServerThatProvesNothingGetsNothing()
{
    const Account account = add(Auth::Auto);
    serve("SCRAM-SHA-256", SignInServer::Mode::Pretend, password);
    give(password);
    send(account);
    QCOMPARE(m_server->count("MAIL"), 0);
    QVERIFY(pause().error);
    QCOMPARE(pause().error->kind, ErrorKind::ServerNotProved);
    QCOMPARE(stored().strongestSeen, QString());
}

QTEST_GUILESS_MAIN(TestSignIn)
#include "tst_signin.moc"
