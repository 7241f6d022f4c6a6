#include "core/store/accountstore.h"

#include "tests/support/books.h"

using Accounts::Account;
using Base::AccountId;
using Base::Done;
using Base::ErrorKind;
using Store::AccountStore;
using namespace Qt::StringLiterals;

namespace {

Account filled(const QString &name)
{
    Account account;
    account.name = name;
    account.server = {u"smtp.bücher.example"_s, 465, Net::Security::Tls};
    account.server.proxy = {Net::Proxy::Kind::HttpConnect, u"proxy.example"_s, 8080, u"ada@b%20ü"_s};
    account.proxySecretPlace = Accounts::SecretPlace::Vault;
    account.trust.caFile = u"/etc/ssl/ca.pem"_s;
    account.trust.exception = {QString(64, u'a'),
                               u"smtp.bücher.example"_s,
                               465,
                               {u"self-signed-certificate"_s, u"certificate-expired"_s}};
    account.trust.pins = {u"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="_s};
    account.trust.client = {u"/home/ada/ada.pem"_s, u"/home/ada/ada.key"_s};
    account.auth = Accounts::Auth::Login;
    account.user = u"ada@example.org"_s;
    account.secretPlace = Accounts::SecretPlace::Command;
    account.secretCommand = u"pass show 'mail'"_s;
    account.fromName = u"Ada \"the first\" Lovelace"_s;
    account.fromAddress = u"ada@example.org"_s;
    account.helo = u"host.example.org"_s;
    account.allowCleartextPassword = true;
    account.maxConnections = 7;
    account.limits = {30, 200, 2'000, 10'000, 100, 25'000'000};
    return account;
}

} // namespace

class TestAccountStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void whatIsSavedComesBackWhole();
    void theFirstIsTheDefault();
    void aNameIsTakenOnce();
    void aBadAccountIsNotSaved();
    void anUnknownAccountIsToldAsSuch();
    void removingTheDefaultPassesItOn();
    void lettersOutliveTheirAccount();
    void aPauseIsKeptWithItsReason();
    void whatAServerOffersIsForgottenWithTheServer();
    void aBackOffOutlivesTheProgram();
    void whatAServerTaughtIsForgottenWithTheServer();
    void idsAreNeverUsedAgain();
    void law7_noFieldOfTheBooksIsForASecret();

private:
    Account save(const QString &name) const
    {
        const Base::Result<Account> saved = m_store->save(filled(name));
        return saved ? *saved : Account();
    }
    QStringList names() const
    {
        QStringList names;
        for (const Account &account : *m_store->all())
            names.append(account.name + (account.isDefault ? u"*"_s : QString()));
        return names;
    }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<AccountStore> m_store;
};

void TestAccountStore::init()
{
    m_store.reset();
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_store = std::make_unique<AccountStore>(m_books->database);
}

void TestAccountStore::whatIsSavedComesBackWhole()
{
    Account expected = filled(u"wörk"_s);
    const Base::Result<Account> saved = m_store->save(expected);
    QVERIFY2(saved.ok(), qPrintable(saved.ok() ? QString() : saved.error().detail));
    expected.id = saved->id;
    expected.isDefault = true;
    QCOMPARE(*saved, expected);
    QCOMPARE(*m_store->all(), QList<Account>{expected});
    expected.name = u"home"_s;
    expected.server.port = 587;
    expected.server.security = Net::Security::StartTls;
    expected.user.clear();
    QVERIFY(m_store->save(expected).ok());
    QCOMPARE(*m_store->all(), QList<Account>{expected});
}

void TestAccountStore::theFirstIsTheDefault()
{
    QVERIFY(save(u"work"_s).isDefault);
    QVERIFY(!save(u"Apple"_s).isDefault);
    const Account zebra = save(u"zebra"_s);
    QCOMPARE(names(),
             (QStringList{u"work*"_s, u"Apple"_s, u"zebra"_s})); // the default one first, then by name
    QVERIFY(m_store->setDefault(zebra.id).ok());
    QCOMPARE(names(), (QStringList{u"zebra*"_s, u"Apple"_s, u"work"_s}));
    // Saving it again does not change who is the default.
    Account again = zebra;
    again.isDefault = false;
    QVERIFY(m_store->save(again).ok());
    QCOMPARE(names().first(), u"zebra*"_s);
}

void TestAccountStore::aNameIsTakenOnce()
{
    const Account work = save(u"work"_s);
    const Account home = save(u"home"_s);
    for (const QString &name : {u"work"_s, u"WORK"_s, u"  work "_s}) {
        const Base::Result<Account> second = m_store->save(filled(name));
        QVERIFY(!second.ok());
        QCOMPARE(second.error().kind, ErrorKind::DuplicateAccount);
        QVERIFY(!second.error().subject.isEmpty());
    }
    Account renamed = home;
    renamed.name = u"Work"_s;
    QCOMPARE(m_store->save(renamed).error().kind, ErrorKind::DuplicateAccount);
    renamed = work;
    renamed.name = u" WORK "_s; // its own name in another dress
    QVERIFY(m_store->save(renamed).ok());
    QCOMPARE(names(), (QStringList{u"WORK*"_s, u"home"_s}));
}

void TestAccountStore::aBadAccountIsNotSaved()
{
    Account bad = filled(u"work"_s);
    bad.fromAddress = u"nobody"_s;
    const Base::Result<Account> saved = m_store->save(bad);
    QVERIFY(!saved.ok());
    QCOMPARE(saved.error().kind, ErrorKind::BadAccount);
    QCOMPARE(saved.error().subject, u"from"_s);
    QVERIFY(m_store->all()->isEmpty());
}

void TestAccountStore::anUnknownAccountIsToldAsSuch()
{
    const Account work = save(u"work"_s);
    Account gone = filled(u"gone"_s);
    gone.id = AccountId{99};
    QCOMPARE(m_store->save(gone).error().kind, ErrorKind::UnknownAccount);
    const Done removed = m_store->remove(gone.id);
    QVERIFY(!removed.ok());
    QCOMPARE(removed.error().kind, ErrorKind::UnknownAccount);
    const Done made = m_store->setDefault(gone.id);
    QVERIFY(!made.ok());
    QCOMPARE(made.error().kind, ErrorKind::UnknownAccount);
    QCOMPARE(names(), QStringList{u"work*"_s}); // and the default one is still one
    Q_UNUSED(work);
}

void TestAccountStore::removingTheDefaultPassesItOn()
{
    const Account one = save(u"one"_s);
    const Account two = save(u"two"_s);
    const Account three = save(u"three"_s);
    QVERIFY(m_store->remove(three.id).ok());
    QCOMPARE(names(), (QStringList{u"one*"_s, u"two"_s}));
    QVERIFY(m_store->remove(one.id).ok());
    QCOMPARE(names(), QStringList{u"two*"_s});
    QVERIFY(m_store->remove(two.id).ok());
    QVERIFY(names().isEmpty());
    QVERIFY(save(u"four"_s).isDefault);
}

void TestAccountStore::lettersOutliveTheirAccount()
{
    const Account work = save(u"work"_s);
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const Base::MessageId id = m_books->enqueue(work, {u"bob@example.org"_s}, now);
    QVERIFY(m_store->remove(work.id).ok());
    QCOMPARE(m_books->state(id), u"queued"_s);
    Store::MessageQuery query;
    QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
    QCOMPARE(query.row(id)->accountName, u"work"_s);
    QVERIFY(!query.row(id)->account.isValid());
    // The dispatcher sees that it has none any more.
    QVERIFY(!Store::MessageStore(m_books->database).due(now, 1)->first().account.isValid());
}

void TestAccountStore::aPauseIsKeptWithItsReason()
{
    const Account work = save(u"work"_s);
    const Account home = save(u"home"_s);
    QVERIFY(m_store->pauseOf(work.id)->isNull());
    Delivery::Reason reason;
    reason.stage = Delivery::Stage::Auth;
    reason.scope = Delivery::Scope::Account;
    reason.reply = Delivery::ServerReply(535, {u"5.7.8 wrong"_s});
    QVERIFY(m_store->setPause(work.id, reason).ok());
    QCOMPARE(*m_store->pauseOf(work.id), reason);
    QVERIFY(m_store->pauseOf(home.id)->isNull());
    QVERIFY(m_store->save(work).ok()); // saving alone does not lift it
    QCOMPARE(*m_store->pauseOf(work.id), reason);
    QVERIFY(m_store->setPause(work.id, {}).ok());
    QVERIFY(m_store->pauseOf(work.id)->isNull());
    QVERIFY(m_store->pauseOf(AccountId{99})->isNull());
}

void TestAccountStore::whatAServerOffersIsForgottenWithTheServer()
{
    Account account = save(u"work"_s);
    const QStringList offers{u"DSN"_s, u"SMTPUTF8"_s};
    QVERIFY(m_store->setOffers(account, offers));
    QCOMPARE(m_store->all()->first().offers, offers);
    account.fromName = u"Somebody Else"_s;
    account = *m_store->save(account);
    QCOMPARE(account.offers, offers);
    const Account before = account;
    account.server.host = u"other.example.org"_s;
    account = *m_store->save(account);
    QVERIFY(account.offers.isEmpty());
    QVERIFY(m_store->setOffers(before, offers)); // it was said by the other one: not kept
    QVERIFY(m_store->all()->first().offers.isEmpty());
}

void TestAccountStore::aBackOffOutlivesTheProgram()
{
    const Account work = save(u"work"_s);
    const Account home = save(u"home"_s);
    QCOMPARE(*m_store->backOffOf(work.id), Store::BackOff());
    const Store::BackOff backOff{3, QDateTime::fromMSecsSinceEpoch(1'795'280'400'123, Qt::UTC)};
    QVERIFY(m_store->setBackOff(work.id, backOff).ok());
    m_books->database.close();
    QVERIFY(m_books->database.open(m_books->databasePath(), Store::Database::Mode::ReadWrite).ok());
    QCOMPARE(*m_store->backOffOf(work.id), backOff);
    QCOMPARE(*m_store->backOffOf(home.id), Store::BackOff());
    Store::MessageQuery query;
    QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
    QCOMPARE(*query.backOffOf(work.id), backOff);
    Account changed = work;
    changed.fromName = u"Somebody Else"_s;
    QVERIFY(m_store->save(changed).ok());
    QCOMPARE(*m_store->backOffOf(work.id), backOff);
    QVERIFY(m_store->setBackOff(work.id, {}).ok());
    QCOMPARE(*m_store->backOffOf(work.id), Store::BackOff());
    // Another server has done nothing to be left alone for.
    QVERIFY(m_store->setBackOff(work.id, backOff).ok());
    changed.server.port = 2525;
    QVERIFY(m_store->save(changed).ok());
    QCOMPARE(*m_store->backOffOf(work.id), Store::BackOff());
    QCOMPARE(*m_store->backOffOf(AccountId{99}), Store::BackOff());
}

void TestAccountStore::whatAServerTaughtIsForgottenWithTheServer()
{
    Account account = save(u"work"_s);
    QVERIFY(m_store->learnedOf(account.id)->isNull());
    Accounts::Learned learned;
    learned.recipients = {50, QDate(2026, 11, 21)};
    learned.letters = {10, QDate(2026, 11, 20)};
    QVERIFY(m_store->setLearned(account, learned).ok());
    QCOMPARE(*m_store->learnedOf(account.id), learned);
    Store::MessageQuery query;
    QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
    QCOMPARE(*query.learnedOf(account.id), learned);
    account.name = u"renamed"_s;
    account = *m_store->save(account);
    QCOMPARE(*m_store->learnedOf(account.id), learned);
    const Account before = account;
    account.user = u"eve@example.org"_s;
    account = *m_store->save(account);
    QVERIFY(m_store->learnedOf(account.id)->isNull());
    QVERIFY(m_store->setLearned(before, learned).ok()); // it was the other one's: not kept
    QVERIFY(m_store->learnedOf(account.id)->isNull());
}

void TestAccountStore::idsAreNeverUsedAgain()
{
    // A secret is kept under the id: a new account must not find the old one's.
    const Account first = save(u"first"_s);
    QVERIFY(m_store->remove(first.id).ok());
    const Account second = save(u"second"_s);
    QVERIFY(second.id > first.id);
    QVERIFY(Accounts::secretKey(first) != Accounts::secretKey(second));
}

void TestAccountStore::law7_noFieldOfTheBooksIsForASecret()
{
    const Account work = save(u"work"_s);
    for (const QString &key : Accounts::toJson(work).keys()) {
        const QString lower = key.toLower();
        QVERIFY2(lower != u"secret"_s && lower != u"password"_s, qPrintable(key));
    }
}

QTEST_GUILESS_MAIN(TestAccountStore)
#include "tst_accountstore.moc"
