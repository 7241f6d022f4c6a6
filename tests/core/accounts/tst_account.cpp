// What an account may be, and how it is written down.

#include "core/accounts/account.h"

#include <QTest>

#include <functional>

using Accounts::Account;
using Accounts::Auth;
using namespace Qt::StringLiterals;

class TestAccount : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyAuthHasItsName();
    void everyAuthComesBackFromJson();
    void whoNeedsASecret();
    void whatCannotWork_data();
    void whatCannotWork();
    void theFolderForCopiesIsAWholePath();
    void sameSignIn();
};

namespace {

Account sound()
{
    Account account;
    account.name = u"work"_s;
    account.server = {u"smtp.example.org"_s, 465, Net::Security::Tls};
    account.user = u"ada"_s;
    account.fromAddress = u"ada@example.org"_s;
    return account;
}

} // namespace

// The command line is a contract.
void TestAccount::everyAuthHasItsName()
{
    QStringList names;
    for (const Auth auth : Accounts::allAuths()) {
        names.append(Accounts::name(auth));
        const Base::Result<Auth> back = Accounts::authFromName(Accounts::name(auth));
        QVERIFY(back.ok());
        QCOMPARE(*back, auth);
    }
    QCOMPARE(names,
             (QStringList{u"auto"_s, u"none"_s, u"plain"_s, u"login"_s, u"cram-md5"_s, u"scram-sha-1"_s,
                          u"scram-sha-256"_s, u"xoauth2"_s, u"oauthbearer"_s, u"external"_s}));
    for (const QString &wrong : {u""_s, u"PLAIN"_s, u"scram"_s, u"scram-sha-256-plus"_s}) {
        const Base::Result<Auth> none = Accounts::authFromName(wrong);
        QVERIFY(!none.ok());
        QCOMPARE(none.error().kind, Base::ErrorKind::BadAccount);
        QVERIFY(none.error().detail.contains(names.join(u", "_s)));
    }
}

void TestAccount::everyAuthComesBackFromJson()
{
    for (const Auth auth : Accounts::allAuths()) {
        Account account = sound();
        account.auth = auth;
        account.strongestSeen = u"SCRAM-SHA-256"_s;
        const QJsonObject written = Accounts::toJson(account);
        account.strongestSeen.clear(); // it is learned, not set
        QCOMPARE(Accounts::fromJson(written), account);
    }
}

void TestAccount::whoNeedsASecret()
{
    for (const Auth auth : Accounts::allAuths()) {
        Account account = sound();
        account.auth = auth;
        QCOMPARE(account.needsSignIn(), auth != Auth::None);
        QCOMPARE(account.needs(Accounts::SecretOf::SignIn), auth != Auth::None && auth != Auth::External);
        QCOMPARE(account.usesToken(), auth == Auth::XOAuth2 || auth == Auth::OAuthBearer);
        account.user.clear();
        QCOMPARE(account.needsSignIn(), auth == Auth::External);
        QVERIFY(!account.needs(Accounts::SecretOf::SignIn));
    }
}

void TestAccount::whatCannotWork_data()
{
    QTest::addColumn<QString>("auth");
    QTest::addColumn<QString>("user");
    QTest::addColumn<bool>("encrypted");
    QTest::addColumn<QString>("subject"); // empty: it can
    QTest::newRow("a token") << u"xoauth2"_s << u"ada"_s << true << QString();
    QTest::newRow("a token of nobody") << u"xoauth2"_s << QString() << true << u"user"_s;
    QTest::newRow("a bearer token of nobody") << u"oauthbearer"_s << QString() << true << u"user"_s;
    QTest::newRow("a certificate") << u"external"_s << QString() << true << QString();
    QTest::newRow("no certificate to show") << u"external"_s << QString() << true << u"client-certificate"_s;
    QTest::newRow("a certificate without TLS") << u"external"_s << QString() << false << u"security"_s;
    QTest::newRow("SCRAM without TLS") << u"scram-sha-256"_s << u"ada"_s << false << u"security"_s;
    QTest::newRow("no sign-in") << u"none"_s << u"ada"_s << false << QString();
}

void TestAccount::whatCannotWork()
{
    QFETCH(QString, auth);
    QFETCH(QString, user);
    QFETCH(bool, encrypted);
    QFETCH(QString, subject);
    Account account = sound();
    if (subject != u"client-certificate"_s)
        account.trust.client = {u"/home/ada/ada.pem"_s, u"/home/ada/ada.key"_s};
    account.auth = *Accounts::authFromName(auth);
    account.user = user;
    account.server.security = encrypted ? Net::Security::StartTls : Net::Security::None;
    const Base::Done done = Accounts::check(account);
    QCOMPARE(done.ok(), subject.isEmpty());
    if (!done)
        QCOMPARE(done.error().subject, subject);
}

void TestAccount::theFolderForCopiesIsAWholePath()
{
    Account account = sound();
    account.sentFolder = u"/home/ada/Mail/.Sent"_s;
    QVERIFY(Accounts::check(account).ok());
    QCOMPARE(Accounts::fromJson(Accounts::toJson(account)), account);
    for (const QString &folder : {u"Mail/.Sent"_s, u"."_s, u"/home/\nada"_s}) {
        account.sentFolder = folder;
        const Base::Done done = Accounts::check(account);
        QVERIFY(!done.ok());
        QCOMPARE(done.error().subject, u"sent-folder"_s);
    }
}

void TestAccount::sameSignIn()
{
    const Account one = sound();
    Account other = one;
    other.name = u"other"_s;
    other.helo = u"host.example"_s;
    other.maxConnections = 9;
    QVERIFY(Accounts::isSameSignIn(one, other));
    const auto differs = [&one](const std::function<void(Account &)> &change) {
        Account changed = one;
        change(changed);
        return !Accounts::isSameSignIn(one, changed);
    };
    QVERIFY(differs([](Account &account) { account.server.host = u"smtp.example.net"_s; }));
    QVERIFY(differs([](Account &account) { account.server.port = 587; }));
    QVERIFY(differs([](Account &account) { account.server.security = Net::Security::StartTls; }));
    QVERIFY(differs([](Account &account) { account.user = u"eve"_s; }));
    QVERIFY(differs([](Account &account) { account.auth = Auth::Plain; }));
}

QTEST_GUILESS_MAIN(TestAccount)
#include "tst_account.moc"
