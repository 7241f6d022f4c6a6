#include "core/outbox/mailroom.h"

#include "core/accounts/secretdesk.h"
#include "core/practice/practiceserver.h"
#include "core/store/accountstore.h"
#include "core/store/messagequery.h"
#include "core/store/messagestore.h"

#include <QElapsedTimer>
#include <QFile>
#include <QLockFile>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using Accounts::Account;
using Base::ErrorKind;
using Base::MessageId;
using Delivery::MessageState;
using Outbox::Mailroom;
using Practice::PracticeServer;
using Practice::Scenario;
using namespace Qt::StringLiterals;

namespace {

/// A place for secrets that keeps them, or that is not there.
class FakeStore : public Accounts::SecretStore
{
public:
    void get(const QString &key, Got then) override
    {
        Base::Result<QByteArray> result = Base::Error{ErrorKind::SecretMissing, key, {}};
        if (isAway)
            result = Base::Error{ErrorKind::KeychainUnavailable, {}, {}};
        else if (secrets.contains(key))
            result = secrets.value(key);
        QMetaObject::invokeMethod(
            this, [then, result] { then(result); }, Qt::QueuedConnection);
    }
    void set(const QString &key, const QByteArray &secret, Did then) override
    {
        if (!isAway)
            secrets.insert(key, secret);
        answer(then);
    }
    void remove(const QString &key, Did then) override
    {
        secrets.remove(key);
        answer(then);
    }

    QHash<QString, QByteArray> secrets;
    bool isAway = false;

private:
    void answer(const Did &then)
    {
        const Base::Done done =
            isAway ? Base::Done(Base::Error{ErrorKind::KeychainUnavailable, {}, {}}) : Base::Done();
        QMetaObject::invokeMethod(
            this, [then, done] { then(done); }, Qt::QueuedConnection);
    }
};

/// One program on a home: its desk for secrets and its door.
struct Program
{
    explicit Program(const QString &home)
    {
        auto chain = std::make_unique<FakeStore>();
        auto safe = std::make_unique<FakeStore>();
        keychain = chain.get();
        vault = safe.get();
        desk = std::make_unique<Accounts::SecretDesk>(
            std::move(chain), std::move(safe),
            [this](const Account &, Accounts::SecretOf, Accounts::SecretDesk::PasswordGiven given) {
                ++asked;
                given(password);
            });
        room = std::make_unique<Mailroom>(Base::Paths::inHome(home), *desk, clock);
    }

    Base::SystemClock clock;
    FakeStore *keychain = nullptr;
    FakeStore *vault = nullptr;
    std::optional<QByteArray> password = "secret";
    int asked = 0;
    std::unique_ptr<Accounts::SecretDesk> desk;
    std::unique_ptr<Mailroom> room;
};

/// The answer, waited for with the event loop running; Internal when none came.
template <class T>
Base::Result<T> answerOf(const QFuture<Base::Result<T>> &future)
{
    if (!QTest::qWaitFor([&future] { return future.isFinished(); }, 20'000) || future.resultCount() == 0)
        return Base::Error{ErrorKind::Internal, {}, u"no answer"_s};
    return future.result();
}

template <class T>
QString problem(const Base::Result<T> &result)
{
    return result.ok() ? QString()
                       : Base::name(result.error().kind) + u": "_s + result.error().subject + u' ' +
                             result.error().detail;
}

Message::Draft draftTo(const QString &to)
{
    Message::Draft draft;
    draft.to = to;
    draft.subject = u"Grüße"_s;
    draft.text = u"Hello\n.\nFrom here\n"_s;
    return draft;
}

} // namespace

class TestMailroom : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void aDraftIsSentTheWholeWay();
    void signedInAndEncryptedToo();
    void law10_nothingIsToldInTheWrongThreadAndNobodyWaits();
    void aRefusedRecipientIsRefusedAlone();
    void droppedBehindTheDotIsUncertainUntilAPersonDecides();
    void aWrongPasswordPausesTheAccountUntilItIsChanged();
    void aDraftThatCannotBeSentIsRefusedAndStays_data();
    void aDraftThatCannotBeSentIsRefusedAndStays();
    void whatTheServerWillNotTakeIsToldBeforeItIsQueued();
    void withoutAnAccountNothingIsSent();
    void aFinishedMessageIsSentAsItIs();
    void draftsAreKeptAndGoWithTheirLetter();
    void peopleDecide();
    void secretsAreKeptAndForgottenWithTheirAccount();
    void anAccountWhoseSecretFindsNoPlaceDoesNotStay();
    void anAccountIsTestedStepByStep();
    void twoProgramsShareAHome();
    void aProgramThatOnlyAsksDoesNotDispatch();
    void ahomeThatCannotBeOpenedIsTold_data();
    void ahomeThatCannotBeOpenedIsTold();
    void damagedBooksAreRecovered();
    void damagedBooksInUseAreLeftAlone();
    void aProgramThatEndsAnswersEverybody();
    void closingWhileALetterIsBuiltIsSafe();
    void closingDoesNotLoseWhatIsUnderWay();
    void whatTheLastRunLeftIsRecoveredAtTheStart();
    void theScheduleIsSetForTheHome();
    void lessonsAreForgotten();

private:
    Account account(const QString &name = u"work"_s, bool signIn = false) const
    {
        Account account;
        account.name = name;
        account.server = {u"127.0.0.1"_s, m_server->port(),
                          signIn ? Net::Security::StartTls : Net::Security::None};
        account.trust.caFile = m_server->certificateFile();
        account.auth = signIn ? Accounts::Auth::Auto : Accounts::Auth::None;
        account.user = signIn ? u"ada"_s : QString();
        account.fromName = u"Ada Lovelace"_s;
        account.fromAddress = u"ada@example.org"_s;
        return account;
    }
    Account addAccount(const QString &name = u"work"_s, bool signIn = false)
    {
        const auto secret = signIn ? std::optional<QByteArray>("secret") : std::nullopt;
        const Base::Result<Account> saved =
            answerOf(m_program->room->saveAccount(account(name, signIn), secret));
        if (!saved)
            qWarning("%s", qPrintable(problem(saved)));
        return saved ? *saved : Account();
    }
    QString state(MessageId id) const
    {
        Store::MessageQuery query;
        const Base::Paths paths = Base::Paths::inHome(home());
        if (!query.open(paths.database(), paths.spool()))
            return u"?"_s;
        const Base::Result<Store::MessageRow> row = query.row(id);
        return row ? key(row->state) : u"none"_s;
    }
    QString recipients(MessageId id) const
    {
        Store::MessageQuery query;
        const Base::Paths paths = Base::Paths::inHome(home());
        if (!query.open(paths.database(), paths.spool()))
            return u"?"_s;
        QStringList out;
        const Base::Result<Store::MessageDetails> details = query.details(id);
        if (details) {
            for (const Store::RecipientRow &recipient : details->recipients)
                out.append(name(recipient.state));
        }
        return out.join(u' ');
    }
    QString home() const { return m_folder->filePath(u"home"_s); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<PracticeServer> m_server;
    std::unique_ptr<Program> m_program;
};

void TestMailroom::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    Practice::PracticeOptions options;
    options.slowReplyMs = 300;
    m_server = std::make_unique<PracticeServer>(m_folder->filePath(u"practice"_s), options);
    QVERIFY(m_server->start(0).ok());
    m_program = std::make_unique<Program>(home());
    const Base::Done opened = m_program->room->open();
    QVERIFY2(opened.ok(), qPrintable(problem(opened)));
}

void TestMailroom::cleanup()
{
    if (m_server)
        m_server->stop(); // else closing waits for its goodbye, which it cannot say meanwhile
    if (m_program)
        m_program->room->close(5000);
    m_program.reset();
    m_server.reset();
}

void TestMailroom::aDraftIsSentTheWholeWay()
{
    QVERIFY(m_program->room->isDispatching());
    const Account work = addAccount();
    QVERIFY(work.id.isValid());
    QSignalSpy settled(m_program->room.get(), &Mailroom::settled);
    const Base::Result<MessageId> id =
        answerOf(m_program->room->submit(draftTo(u"bob@example.org, Carol <carol@example.org>"_s)));
    QVERIFY2(id.ok(), qPrintable(problem(id)));
    QTRY_COMPARE(state(*id), u"sent"_s);
    QTRY_VERIFY(!settled.isEmpty());
    QCOMPARE(m_server->messages().size(), 1);
    const Practice::ReceivedMessage &message = m_server->messages().first();
    QCOMPARE(message.reversePath, QByteArray("ada@example.org"));
    QCOMPARE(message.forwardPaths, (QList<QByteArray>{"bob@example.org", "carol@example.org"}));
    QVERIFY(message.content.contains("From: \"Ada Lovelace\" <ada@example.org>\r\n"));
    // What arrived is what the books say went out, to the octet.
    Store::MessageQuery query;
    const Base::Paths paths = Base::Paths::inHome(home());
    QVERIFY(query.open(paths.database(), paths.spool()).ok());
    QCOMPARE(message.content, *query.source(*id, 1 << 20));
}

void TestMailroom::signedInAndEncryptedToo()
{
    QVERIFY(addAccount(u"work"_s, true).id.isValid());
    const Base::Result<MessageId> id = answerOf(m_program->room->submit(draftTo(u"bob@example.org"_s)));
    QVERIFY(id.ok());
    QTRY_COMPARE(state(*id), u"sent"_s);
    QVERIFY(m_server->messages().first().encrypted);
    QCOMPARE(m_server->messages().first().user, u"ada"_s);
    QCOMPARE(m_program->asked, 0); // it lies in the keychain
}

void TestMailroom::law10_nothingIsToldInTheWrongThreadAndNobodyWaits()
{
    Mailroom *room = m_program->room.get();
    QThread *const front = QThread::currentThread();
    QStringList strangers;
    QStringList heard;
    const auto watch = [&](const char *what) {
        heard.append(QString::fromLatin1(what));
        if (QThread::currentThread() != front)
            strangers.append(QString::fromLatin1(what));
    };
    // Direct connections: the slot runs where the signal is emitted.
    connect(
        room, &Mailroom::messageChanged, this, [&] { watch("messageChanged"); }, Qt::DirectConnection);
    connect(
        room, &Mailroom::draftsChanged, this, [&] { watch("draftsChanged"); }, Qt::DirectConnection);
    connect(
        room, &Mailroom::accountsChanged, this, [&] { watch("accountsChanged"); }, Qt::DirectConnection);
    connect(
        room, &Mailroom::progressed, this, [&] { watch("progressed"); }, Qt::DirectConnection);
    connect(
        room, &Mailroom::transcriptGrew, this, [&] { watch("transcriptGrew"); }, Qt::DirectConnection);
    connect(
        room, &Mailroom::settled, this, [&] { watch("settled"); }, Qt::DirectConnection);
    connect(
        room, &Mailroom::testFound, this, [&] { watch("testFound"); }, Qt::DirectConnection);
    QVERIFY(addAccount().id.isValid());

    // Another program keeps the books locked: the mail thread waits, the front does not.
    Store::Database other;
    QVERIFY(other.open(Base::Paths::inHome(home()).database(), Store::Database::Mode::ReadWrite).ok());
    auto locked = std::make_unique<Store::Transaction>(other);
    QVERIFY(locked->begun().ok());
    QElapsedTimer timer;
    timer.start();
    Message::Draft draft = draftTo(u"bob@example.org"_s);
    const auto saved = room->saveDraft(draft);
    const auto submitted = room->submit(draft);
    const auto retried = room->retry(MessageId{99});
    const auto tested = room->testAccount(account(), {}, 1);
    QVERIFY2(timer.elapsed() < 200, qPrintable(QString::number(timer.elapsed())));
    QTest::qWait(300);
    QVERIFY(!saved.isFinished());
    locked.reset();
    QVERIFY(answerOf(saved).ok());
    const Base::Result<MessageId> id = answerOf(submitted);
    QVERIFY(id.ok());
    QCOMPARE(answerOf(retried).error().kind, ErrorKind::NotFound);
    QTRY_VERIFY(tested.isFinished());
    QTRY_COMPARE(state(*id), u"sent"_s);
    QTRY_VERIFY(heard.contains(u"settled"_s));
    for (const char *what :
         {"messageChanged", "draftsChanged", "accountsChanged", "progressed", "transcriptGrew", "testFound"})
        QTRY_VERIFY2(heard.contains(QString::fromLatin1(what)), what);
    QCOMPARE(strangers, QStringList());
}

void TestMailroom::aRefusedRecipientIsRefusedAlone()
{
    addAccount();
    m_server->setScenario(Scenario::RefuseRecipient);
    const Base::Result<MessageId> id = answerOf(
        m_program->room->submit(draftTo(u"bob@example.org, nobody@example.org, carol@example.org"_s)));
    QVERIFY(id.ok());
    QTRY_COMPARE(state(*id), u"partly-sent"_s);
    QCOMPARE(recipients(*id), u"accepted refused accepted"_s);
    QCOMPARE(m_server->messages().first().forwardPaths,
             (QList<QByteArray>{"bob@example.org", "carol@example.org"}));
    m_server->setScenario(Scenario::AcceptAll);
    QVERIFY(answerOf(m_program->room->retry(*id)).ok());
    QTRY_COMPARE(state(*id), u"sent"_s);
    QCOMPARE(m_server->messages().last().forwardPaths, QList<QByteArray>{"nobody@example.org"});
    QCOMPARE(m_server->messages().first().content, m_server->messages().last().content);
}

void TestMailroom::droppedBehindTheDotIsUncertainUntilAPersonDecides()
{
    addAccount();
    m_server->setScenario(Scenario::DropAfterDot);
    const Base::Result<MessageId> one = answerOf(m_program->room->submit(draftTo(u"bob@example.org"_s)));
    const Base::Result<MessageId> two = answerOf(m_program->room->submit(draftTo(u"carol@example.org"_s)));
    QTRY_COMPARE(state(*one), u"uncertain"_s);
    QTRY_COMPARE(state(*two), u"uncertain"_s);
    m_server->setScenario(Scenario::AcceptAll);
    QTest::qWait(1500); // nothing happens by itself
    QCOMPARE(state(*one), u"uncertain"_s);
    QCOMPARE(m_server->messages().size(), 2);
    QVERIFY(answerOf(m_program->room->resolve(*one, Outbox::Resolution::Arrived)).ok());
    QCOMPARE(state(*one), u"sent"_s);
    QVERIFY(answerOf(m_program->room->resolve(*two, Outbox::Resolution::Resend)).ok());
    QTRY_COMPARE(state(*two), u"sent"_s);
    QCOMPARE(m_server->messages().size(), 3);
    QCOMPARE(m_server->messages().at(1).content, m_server->messages().at(2).content); // Message-ID and all
    QCOMPARE(answerOf(m_program->room->resolve(*two, Outbox::Resolution::Arrived)).error().kind,
             ErrorKind::NotAllowed);
}

void TestMailroom::aWrongPasswordPausesTheAccountUntilItIsChanged()
{
    Account work = addAccount(u"work"_s, true);
    m_server->setScenario(Scenario::WrongPassword);
    QStringList said;
    connect(m_server.get(), &PracticeServer::line, this, [&said](bool fromClient, const QString &text, int) {
        if (fromClient)
            said.append(text);
    });
    const Base::Result<MessageId> id = answerOf(m_program->room->submit(draftTo(u"bob@example.org"_s)));
    QVERIFY(id.ok());
    Store::MessageQuery query;
    const Base::Paths paths = Base::Paths::inHome(home());
    QVERIFY(query.open(paths.database(), paths.spool()).ok());
    QTRY_VERIFY(!query.pauseOf(work.id)->isNull());
    QCOMPARE(query.pauseOf(work.id)->reply.code(), 535);
    QTRY_COMPARE(state(*id), u"deferred"_s);
    m_server->setScenario(Scenario::AcceptAll);
    QTest::qWait(1500);
    QCOMPARE(said.filter(QRegularExpression(u"^AUTH"_s)).size(), 1);
    const Base::Result<Account> changed = answerOf(m_program->room->saveAccount(work, QByteArray("right")));
    QVERIFY2(changed.ok(), qPrintable(problem(changed)));
    QTRY_COMPARE(state(*id), u"sent"_s);
    QVERIFY(query.pauseOf(work.id)->isNull());
}

void TestMailroom::aDraftThatCannotBeSentIsRefusedAndStays_data()
{
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("subject");
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("kind");
    QTest::newRow("bad address") << u"bob@example.org, carol"_s << u"x"_s << QString()
                                 << static_cast<int>(ErrorKind::BadAddress);
    QTest::newRow("nobody") << u""_s << u"x"_s << QString() << static_cast<int>(ErrorKind::NoRecipients);
    QTest::newRow("control") << u"bob@example.org"_s << u"x\r\nBcc: eve@example.com"_s << QString()
                             << static_cast<int>(ErrorKind::BadHeader);
    QTest::newRow("file gone") << u"bob@example.org"_s << u"x"_s << u"/nonexistent/file"_s
                               << static_cast<int>(ErrorKind::FileMissing);
}

void TestMailroom::aDraftThatCannotBeSentIsRefusedAndStays()
{
    QFETCH(QString, to);
    QFETCH(QString, subject);
    QFETCH(QString, file);
    QFETCH(int, kind);
    addAccount();
    Message::Draft draft = draftTo(to);
    draft.subject = subject;
    if (!file.isEmpty())
        draft.attachments = {{file, u"file"_s, 1}};
    draft.id = *answerOf(m_program->room->saveDraft(draft));
    const Base::Result<MessageId> id = answerOf(m_program->room->submit(draft));
    QVERIFY(!id.ok());
    QCOMPARE(static_cast<int>(id.error().kind), kind);
    Store::MessageQuery query;
    const Base::Paths paths = Base::Paths::inHome(home());
    QVERIFY(query.open(paths.database(), paths.spool()).ok());
    QVERIFY(query.ids({}, 10)->isEmpty());
    QCOMPARE(query.drafts()->size(), 1); // what was typed is not lost
    QVERIFY(m_server->messages().isEmpty());
}

// The practice server offers no SMTPUTF8; that is known once it was met.
void TestMailroom::whatTheServerWillNotTakeIsToldBeforeItIsQueued()
{
    addAccount();
    const Base::Result<MessageId> first = answerOf(m_program->room->submit(draftTo(u"bob@example.org"_s)));
    QVERIFY2(first.ok(), qPrintable(problem(first)));
    QTRY_COMPARE(state(*first), u"sent"_s);
    const Base::Result<MessageId> second =
        answerOf(m_program->room->submit(draftTo(u"bob@example.org, jürgen@bücher.example"_s)));
    QVERIFY(!second.ok());
    QCOMPARE(second.error().kind, ErrorKind::NotOffered);
    QCOMPARE(second.error().subject, u"SMTPUTF8"_s);
    QCOMPARE(second.error().detail, u"jürgen@bücher.example"_s);
}

void TestMailroom::withoutAnAccountNothingIsSent()
{
    QCOMPARE(answerOf(m_program->room->submit(draftTo(u"bob@example.org"_s))).error().kind,
             ErrorKind::NoAccount);
    addAccount();
    Message::Draft draft = draftTo(u"bob@example.org"_s);
    draft.account = Base::AccountId{99};
    QCOMPARE(answerOf(m_program->room->submit(draft)).error().kind, ErrorKind::UnknownAccount);
}

void TestMailroom::aFinishedMessageIsSentAsItIs()
{
    const Account work = addAccount();
    QFile file(m_folder->filePath(u"letter.eml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("From: ada@example.org\nTo: bob@example.org\nBcc: eve@example.org\nDate: x\nMessage-ID: "
               "<1@example.org>\n\n.\nGr\xc3\xbc\xc3\x9f"
               "e\n");
    file.close();
    const Base::Result<MessageId> id =
        answerOf(m_program->room->submitFinished(file.fileName(), {}, work.id));
    QVERIFY2(id.ok(), qPrintable(problem(id)));
    QTRY_COMPARE(state(*id), u"sent"_s);
    QCOMPARE(m_server->messages().first().content,
             QByteArray("From: ada@example.org\r\nTo: bob@example.org\r\nDate: x\r\nMessage-ID: "
                        "<1@example.org>\r\n\r\n.\r\n"
                        "Gr\xc3\xbc\xc3\x9f"
                        "e\r\n"));
    QCOMPARE(m_server->messages().first().forwardPaths,
             (QList<QByteArray>{"bob@example.org", "eve@example.org"}));
    QCOMPARE(answerOf(m_program->room->submitFinished(u"/nonexistent.eml"_s, {}, work.id)).error().kind,
             ErrorKind::FileMissing);
    QCOMPARE(answerOf(m_program->room->submitFinished(m_folder->path(), {}, work.id)).error().kind,
             ErrorKind::FileUnreadable);
}

void TestMailroom::draftsAreKeptAndGoWithTheirLetter()
{
    addAccount();
    QSignalSpy changed(m_program->room.get(), &Mailroom::draftsChanged);
    Message::Draft draft = draftTo(u"bob@example.org"_s);
    draft.id = *answerOf(m_program->room->saveDraft(draft));
    QVERIFY(draft.id.isValid());
    QCOMPARE(*answerOf(m_program->room->saveDraft(draft)), draft.id);
    const Base::DraftId other = *answerOf(m_program->room->saveDraft(draftTo(u"half"_s)));
    const Base::Result<MessageId> id = answerOf(m_program->room->submit(draft));
    QVERIFY(id.ok());
    Store::MessageQuery query;
    const Base::Paths paths = Base::Paths::inHome(home());
    QVERIFY(query.open(paths.database(), paths.spool()).ok());
    QCOMPARE(query.drafts()->size(), 1);
    QCOMPARE(query.drafts()->first().id, other);
    QVERIFY(answerOf(m_program->room->removeDraft(other)).ok());
    QVERIFY(query.drafts()->isEmpty());
    QTRY_VERIFY(changed.size() >= 5);
}

void TestMailroom::peopleDecide()
{
    const Account work = addAccount();
    m_server->setScenario(Scenario::MailboxFull);
    const Base::Result<MessageId> id = answerOf(m_program->room->submit(draftTo(u"bob@example.org"_s)));
    QTRY_COMPARE(state(*id), u"deferred"_s);
    QVERIFY(answerOf(m_program->room->hold(*id)).ok());
    QCOMPARE(state(*id), u"held"_s);
    QCOMPARE(answerOf(m_program->room->hold(*id)).error().kind, ErrorKind::NotAllowed);
    QVERIFY(answerOf(m_program->room->release(*id)).ok());
    QTRY_COMPARE(state(*id), u"deferred"_s); // tried, and full again
    QVERIFY(answerOf(m_program->room->cancel(*id)).ok());
    QCOMPARE(state(*id), u"cancelled"_s);
    m_server->setScenario(Scenario::AcceptAll);
    QVERIFY(answerOf(m_program->room->retry(*id)).ok());
    QTRY_COMPARE(state(*id), u"sent"_s);
    QCOMPARE(answerOf(m_program->room->retry(*id)).error().kind, ErrorKind::NotAllowed);
    QVERIFY(answerOf(m_program->room->remove(*id)).ok());
    QCOMPARE(state(*id), u"none"_s);
    QCOMPARE(answerOf(m_program->room->remove(*id)).error().kind, ErrorKind::NotFound);
    Q_UNUSED(work);
}

void TestMailroom::secretsAreKeptAndForgottenWithTheirAccount()
{
    const Account work = addAccount(u"work"_s, true);
    QCOMPARE(work.secretPlace, Accounts::SecretPlace::Keychain);
    QCOMPARE(m_program->keychain->secrets.value(Accounts::secretKey(work)), QByteArray("secret"));
    m_program->keychain->isAway = true;
    const Account home = addAccount(u"home"_s, true);
    QCOMPARE(home.secretPlace, Accounts::SecretPlace::Vault);
    m_program->keychain->isAway = false;
    QVERIFY(answerOf(m_program->room->removeAccount(work.id)).ok());
    QVERIFY(m_program->keychain->secrets.isEmpty());
    QVERIFY(!m_program->vault->secrets.isEmpty());
    QCOMPARE(answerOf(m_program->room->removeAccount(work.id)).error().kind, ErrorKind::UnknownAccount);
    QCOMPARE(answerOf(m_program->room->setDefaultAccount(work.id)).error().kind, ErrorKind::UnknownAccount);
    QVERIFY(answerOf(m_program->room->setDefaultAccount(home.id)).ok());
    // Nothing of it lies in the books.
    QFile books(Base::Paths::inHome(this->home()).database());
    QVERIFY(books.open(QIODevice::ReadOnly));
    QVERIFY(!books.readAll().contains("\"secret\""));
}

void TestMailroom::anAccountWhoseSecretFindsNoPlaceDoesNotStay()
{
    m_program->keychain->isAway = true;
    m_program->vault->isAway = true;
    const Base::Result<Account> saved =
        answerOf(m_program->room->saveAccount(account(u"work"_s, true), QByteArray("secret")));
    QVERIFY(!saved.ok());
    Store::MessageQuery query;
    const Base::Paths paths = Base::Paths::inHome(home());
    QVERIFY(query.open(paths.database(), paths.spool()).ok());
    QTRY_VERIFY(query.accounts()->isEmpty());
}

void TestMailroom::anAccountIsTestedStepByStep()
{
    const auto walk = [this](const Account &tested, const QByteArray &secret, int number) {
        const QFuture<Outbox::TestReport> future = m_program->room->testAccount(tested, secret, number);
        return QTest::qWaitFor([&future] { return future.isFinished(); }, 20'000) && future.resultCount() == 1
                   ? future.result()
                   : Outbox::TestReport();
    };
    const auto steps = [](const Outbox::TestReport &report) {
        QStringList out;
        for (const Outbox::TestFinding &finding : report.findings)
            out.append(name(finding.step) + (finding.ok ? QString() : u"!"_s));
        return out.join(u' ');
    };
    QStringList told;
    connect(m_program->room.get(), &Mailroom::testFound, this,
            [&told](int number, const Outbox::TestFinding &finding) {
                told.append(QString::number(number) + u' ' + name(finding.step));
            });
    Outbox::TestReport report = walk(account(u"x"_s, true), "secret", 7);
    QVERIFY(report.ok());
    QCOMPARE(steps(report), u"name connect tls certificate hello auth"_s);
    QVERIFY(report.capabilities.contains(u"PIPELINING"_s));
    QVERIFY(report.tls.isEncrypted());
    QVERIFY(!report.transcript.isEmpty());
    QTRY_COMPARE(told.size(), 6);
    QCOMPARE(told.first(), u"7 name"_s);

    m_server->setScenario(Scenario::WrongPassword);
    report = walk(account(u"x"_s, true), "secret", 8);
    QVERIFY(!report.ok());
    QVERIFY2(steps(report).endsWith(u"auth!"_s), qPrintable(steps(report)));
    QCOMPARE(report.reason.reply.code(), 535);

    Account distrusted = account(u"x"_s, true);
    distrusted.trust = {};
    report = walk(distrusted, "secret", 9);
    QVERIFY(!report.ok());
    QVERIFY2(steps(report).endsWith(u"certificate!"_s), qPrintable(steps(report)));
    QCOMPARE(report.reason.error->kind, ErrorKind::CertificateRefused);

    Account closed = account();
    m_server->stop();
    report = walk(closed, {}, 10);
    QVERIFY(!report.ok());
    QVERIFY2(steps(report).endsWith(u"connect!"_s), qPrintable(steps(report)));
    QVERIFY(m_server->messages().isEmpty()); // a test sends nothing
}

void TestMailroom::twoProgramsShareAHome()
{
    addAccount();
    Program second(home());
    QVERIFY(second.room->open().ok());
    QVERIFY(m_program->room->isDispatching());
    QVERIFY(!second.room->isDispatching());
    // What the second is given the first sends, at once.
    const Base::Result<MessageId> id = answerOf(second.room->submit(draftTo(u"bob@example.org"_s)));
    QVERIFY(id.ok());
    QTRY_COMPARE_WITH_TIMEOUT(state(*id), u"sent"_s, 3000);
    QSignalSpy changed(second.room.get(), &Mailroom::messageChanged);
    const Base::Result<MessageId> other = answerOf(m_program->room->submit(draftTo(u"carol@example.org"_s)));
    QTRY_COMPARE(state(*other), u"sent"_s);
    QTRY_VERIFY(!changed.isEmpty()); // and the second hears of it
    // The first ends: the second takes over.
    QSignalSpy dispatching(second.room.get(), &Mailroom::dispatchingChanged);
    m_program->room->close();
    QTRY_VERIFY_WITH_TIMEOUT(second.room->isDispatching(), 6000);
    QCOMPARE(dispatching.size(), 1);
    const Base::Result<MessageId> last = answerOf(second.room->submit(draftTo(u"dora@example.org"_s)));
    QTRY_COMPARE(state(*last), u"sent"_s);
    QCOMPARE(m_server->messages().size(), 3);
}

void TestMailroom::aProgramThatOnlyAsksDoesNotDispatch()
{
    addAccount();
    m_program->room->close();
    Program quiet(home());
    QVERIFY(quiet.room->open(false).ok());
    const Base::Result<MessageId> id = answerOf(quiet.room->submit(draftTo(u"bob@example.org"_s)));
    QVERIFY(id.ok());
    QTest::qWait(2500);
    QVERIFY(!quiet.room->isDispatching());
    QCOMPARE(state(*id), u"queued"_s);
    QVERIFY(m_server->messages().isEmpty());
}

void TestMailroom::ahomeThatCannotBeOpenedIsTold_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<int>("kind");
    QTest::newRow("a file") << u"file"_s << static_cast<int>(ErrorKind::HomeUnwritable);
    QTest::newRow("newer") << u"newer"_s << static_cast<int>(ErrorKind::DatabaseNewer);
}

void TestMailroom::ahomeThatCannotBeOpenedIsTold()
{
    QFETCH(QString, how);
    QFETCH(int, kind);
    const QString other = m_folder->filePath(u"other"_s);
    const Base::Paths paths = Base::Paths::inHome(other);
    if (how == u"file"_s) {
        QFile file(other);
        QVERIFY(file.open(QIODevice::WriteOnly));
    } else {
        QVERIFY(paths.prepare().ok());
        Store::Database database;
        QVERIFY(database.open(paths.database(), Store::Database::Mode::ReadWrite).ok());
        QVERIFY(database.exec(u"PRAGMA user_version=99"_s).ok());
    }
    Program program(other);
    const Base::Done opened = program.room->open();
    QVERIFY(!opened.ok());
    QCOMPARE(static_cast<int>(opened.error().kind), kind);
    QVERIFY(!program.room->isDispatching());
    QCOMPARE(answerOf(program.room->submit(draftTo(u"bob@example.org"_s))).error().kind,
             ErrorKind::Interrupted);
    // Put right, it opens.
    QFile::remove(how == u"file"_s ? other : paths.database());
    const Base::Done again = program.room->open();
    QVERIFY2(again.ok(), qPrintable(problem(again)));
    QVERIFY(program.room->isDispatching());
}

void TestMailroom::damagedBooksAreRecovered()
{
    addAccount();
    const MessageId id = *answerOf(m_program->room->submit(draftTo(u"bob@example.org"_s)));
    QTRY_COMPARE(state(id), u"sent"_s);
    Message::Draft large = draftTo(u"bob@example.org"_s);
    large.text = u"A line of a letter that is long.\n"_s.repeated(4000);
    const MessageId last = *answerOf(m_program->room->submit(large));
    QTRY_COMPARE(state(last), u"sent"_s);
    m_program->room->close();
    // What was written last is gone: some of the long letter, or of what it is found by.
    const Base::Paths paths = Base::Paths::inHome(home());
    QFile file(paths.database());
    QVERIFY(file.open(QIODevice::ReadWrite));
    file.resize(file.size() - 8192);
    file.close();
    Program other(home());
    const Base::Done opened = other.room->open();
    QVERIFY2(opened.ok(), qPrintable(problem(opened)));
    QVERIFY(other.room->salvaged().has_value());
    QCOMPARE(other.room->salvaged()->messages, 2);
    QVERIFY(QFile::exists(other.room->salvaged()->aside));
    QCOMPARE(state(id), u"sent"_s);
    QVERIFY(other.room->isDispatching());
}

void TestMailroom::damagedBooksInUseAreLeftAlone()
{
    Program other(m_folder->filePath(u"other"_s));
    const Base::Paths others = Base::Paths::inHome(m_folder->filePath(u"other"_s));
    QVERIFY(others.prepare().ok());
    QLockFile lock(others.dispatcherLock()); // somebody dispatches
    QVERIFY(lock.tryLock(0));
    QFile file(others.database());
    QVERIFY(file.open(QIODevice::WriteOnly));
    const QByteArray octets(5000, 'x');
    file.write(octets);
    file.close();
    QCOMPARE(other.room->open().error().kind, ErrorKind::DatabaseDamaged);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), octets);
}

void TestMailroom::aProgramThatEndsAnswersEverybody()
{
    addAccount();
    Mailroom *room = m_program->room.get();
    room->close();
    room->close(); // twice is once
    QCOMPARE(answerOf(room->submit(draftTo(u"bob@example.org"_s))).error().kind, ErrorKind::Interrupted);
    QCOMPARE(answerOf(room->saveDraft({})).error().kind, ErrorKind::Interrupted);
    QCOMPARE(answerOf(room->retry(MessageId{1})).error().kind, ErrorKind::Interrupted);
    QCOMPARE(answerOf(room->removeAccount(Base::AccountId{1})).error().kind, ErrorKind::Interrupted);
    QCOMPARE(answerOf(room->saveAccount(account(), QByteArray("x"))).error().kind, ErrorKind::Interrupted);
    const QFuture<Outbox::TestReport> tested = room->testAccount(account(), {}, 1);
    QVERIFY(QTest::qWaitFor([&tested] { return tested.isFinished(); }, 2000));
}

void TestMailroom::closingWhileALetterIsBuiltIsSafe()
{
    addAccount();
    Message::Draft draft = draftTo(u"bob@example.org"_s);
    for (int i = 0; i < 4; ++i) {
        QFile file(m_folder->filePath(u"large%1"_s.arg(i)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(file.resize((20 << 20) + i)); // each another content, without costing a disk
        draft.attachments.append({file.fileName(), u"large"_s, file.size()});
    }
    draft.id = *answerOf(m_program->room->saveDraft(draft));
    const auto submitted = m_program->room->submit(draft);
    QTest::qWait(30); // the builder is at work
    QVERIFY(!submitted.isFinished());
    m_program->room->close(100);
    QVERIFY(QTest::qWaitFor([&submitted] { return submitted.isFinished(); }, 20'000));
    // In the books or in the drafts: one of the two.
    Store::MessageQuery query;
    const Base::Paths paths = Base::Paths::inHome(home());
    QVERIFY(query.open(paths.database(), paths.spool()).ok());
    QCOMPARE(query.ids({}, 10)->size() + query.drafts()->size(), 1);
    QTest::qWait(200);
}

void TestMailroom::closingDoesNotLoseWhatIsUnderWay()
{
    addAccount();
    m_server->setScenario(Scenario::Slow);
    bool dot = false;
    connect(m_server.get(), &PracticeServer::received, this, [&dot] { dot = true; });
    const Base::Result<MessageId> id = answerOf(m_program->room->submit(draftTo(u"bob@example.org"_s)));
    QVERIFY(QTest::qWaitFor([&dot] { return dot; }, 10'000));
    QCOMPARE(state(*id), u"sending"_s);
    // The server lives in this thread, and close() waits: let another loop turn meanwhile.
    QTimer::singleShot(0, this, [] {});
    const Base::Result<MessageId> waiting =
        answerOf(m_program->room->submit(draftTo(u"carol@example.org"_s)));
    m_program->room->close(10); // the answer is late: its time is up
    const QString after = state(*id);
    QVERIFY2(after == u"sending"_s || after == u"sent"_s, qPrintable(after));
    // The next start says what is known: it may have arrived.
    m_server->setScenario(Scenario::AcceptAll);
    Program next(home());
    QVERIFY(next.room->open().ok());
    if (after == u"sending"_s)
        QCOMPARE(state(*id), u"uncertain"_s);
    QTRY_COMPARE(state(*waiting), u"sent"_s);
    QCOMPARE(m_server->messages().size(), 2);
}

void TestMailroom::whatTheLastRunLeftIsRecoveredAtTheStart()
{
    addAccount();
    m_program->room->close();
    const Base::Paths paths = Base::Paths::inHome(home());
    // A run that was cut off in the middle of two attempts.
    MessageId before;
    MessageId behind;
    {
        Store::Database database;
        QVERIFY(database.open(paths.database(), Store::Database::Mode::ReadWrite).ok());
        Store::MessageStore store(database);
        const Account work = Store::AccountStore(database).all()->first();
        Message::OutgoingMessage letter;
        letter.envelope.reversePath = *Message::Address::parse(u"ada@example.org"_s);
        letter.envelope.recipients = {{*Message::Address::parse(u"bob@example.org"_s), Message::Field::To}};
        letter.content = {Message::Piece{"Subject: x\r\n\r\nx\r\n", {}, false}};
        const QDateTime now = QDateTime::currentDateTimeUtc();
        before = *store.enqueue(letter, work, now);
        behind = *store.enqueue(letter, work, now);
        QVERIFY(store.beginAttempt(before, now).ok());
        const Base::Result<Store::Assignment> assignment = store.beginAttempt(behind, now);
        QVERIFY(assignment.ok());
        QVERIFY(store.markCommitting(behind, *assignment, {}, {0}).ok());
    }
    Program next(home());
    QVERIFY(next.room->open().ok());
    QCOMPARE(state(behind), u"uncertain"_s);
    QTRY_COMPARE(state(before), u"sent"_s);
    QCOMPARE(m_server->messages().size(), 1);
}

void TestMailroom::theScheduleIsSetForTheHome()
{
    addAccount();
    m_server->setScenario(Scenario::MailboxFull);
    Delivery::RetrySchedule slow;
    slow.delays = {Delivery::RetrySchedule::day};
    QVERIFY(answerOf(m_program->room->setSchedule(slow)).ok());
    const Base::Result<MessageId> id = answerOf(m_program->room->submit(draftTo(u"bob@example.org"_s)));
    QTRY_COMPARE(state(*id), u"deferred"_s);
    Store::MessageQuery query;
    const Base::Paths paths = Base::Paths::inHome(home());
    QVERIFY(query.open(paths.database(), paths.spool()).ok());
    const auto wait = [&query, &id] {
        return QDateTime::currentDateTimeUtc().secsTo(*query.row(*id)->nextAttempt);
    };
    QVERIFY(wait() > 23 * 3600);
    // What waits goes by the new one at once.
    QVERIFY(answerOf(m_program->room->setSchedule({})).ok());
    QTRY_VERIFY(wait() <= 66);
    // Nonsense is refused, and the old one holds.
    Delivery::RetrySchedule bad;
    bad.repeat = 1;
    QCOMPARE(answerOf(m_program->room->setSchedule(bad)).error().kind, ErrorKind::BadSetting);
    QVERIFY(*query.schedule() == Delivery::RetrySchedule());
    // Another program on the home sets it, too.
    Program second(home());
    QVERIFY(second.room->open().ok());
    QVERIFY(answerOf(second.room->setSchedule(slow)).ok());
    QVERIFY(*query.schedule() == slow);
}

void TestMailroom::lessonsAreForgotten()
{
    const Account work = addAccount();
    const Base::Paths paths = Base::Paths::inHome(home());
    Store::Database database;
    QVERIFY(database.open(paths.database(), Store::Database::Mode::ReadWrite).ok());
    Accounts::Learned learned;
    learned.perHour = {10, QDateTime::currentDateTimeUtc().date()};
    QVERIFY(Store::AccountStore(database).setLearned(work, learned).ok());
    QSignalSpy changed(m_program->room.get(), &Mailroom::accountsChanged);
    QVERIFY(answerOf(m_program->room->forgetLearned(work.id)).ok());
    QVERIFY(Store::AccountStore(database).learnedOf(work.id)->isNull());
    QTRY_VERIFY(!changed.isEmpty());
    QCOMPARE(answerOf(m_program->room->forgetLearned({})).error().kind, ErrorKind::UnknownAccount);
}

QTEST_GUILESS_MAIN(TestMailroom)
#include "tst_mailroom.moc"
