// What an account can hold about the way to its server: which settings cannot work, and what a stored one
// that is old or damaged turns into.

#include "core/accounts/account.h"

#include "core/net/certificatetrust.h"

#include <QTest>

#include <functional>

using Accounts::Account;
using Accounts::SecretOf;
using Net::Proxy;
using namespace Qt::StringLiterals;

class TestAccountTrust : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatCannotWorkIsNamed_data();
    void whatCannotWorkIsNamed();
    void whatWorksIsWrittenAndReadBack();
    void law7_noSecretHasAFieldOfItsOwn();
    void anOlderExceptionIsForItsServer();
    void aDamagedProxyIsNotGoneAround();
};

using Change = std::function<void(Account &)>;
Q_DECLARE_METATYPE(Change)

namespace {

Account working()
{
    Account account;
    account.name = u"work"_s;
    account.server = {u"mail.example.org"_s, 465, Net::Security::Tls};
    account.fromAddress = u"ada@example.org"_s;
    return account;
}

const QString pin = QString::fromLatin1(QByteArray(32, 'k').toBase64());

} // namespace

void TestAccountTrust::whatCannotWorkIsNamed_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("field"); // empty: it can work
    const auto row = [](const char *name, const QString &field, Change change) {
        QTest::newRow(name) << std::move(change) << field;
    };
    row("nothing else", {}, [](Account &) {});
    row("an exception", {}, [](Account &account) {
        account.trust.exception = {QString(64, u'a'), u"mail.example.org"_s, 465, {u"certificate-expired"_s}};
    });
    row("no fingerprint", u"trust"_s, [](Account &account) { account.trust.exception.sha256 = u"abc"_s; });
    row("no error", u"trust-errors"_s, [](Account &account) {
        account.trust.exception = {QString(64, u'a'), u"mail.example.org"_s, 465, {u"everything"_s}};
    });
    row("a pin", {}, [](Account &account) { account.trust.pins = {pin}; });
    row("no pin", u"pin"_s, [](Account &account) { account.trust.pins = {pin, u"something"_s}; });
    row("a pin in another form than it is kept in", u"pin"_s,
        [](Account &account) { account.trust.pins = {QString(64, u'a')}; });
    row("a client certificate", {}, [](Account &account) {
        account.trust.client = {u"a.pem"_s, u"a.key"_s};
    });
    row("a certificate without a key", u"client-key"_s,
        [](Account &account) { account.trust.client.certificateFile = u"a.pem"_s; });
    row("a key without a certificate", u"client-certificate"_s,
        [](Account &account) { account.trust.client.keyFile = u"a.key"_s; });
    row("a proxy", {}, [](Account &account) {
        account.server.proxy = {Proxy::Kind::Socks5, u"proxy.example"_s, 1080, u"ada"_s};
    });
    row("a proxy without a host", u"proxy"_s, [](Account &account) {
        account.server.proxy = {Proxy::Kind::Socks5, {}, 1080, {}};
    });
    row("a proxy without a port", u"proxy"_s, [](Account &account) {
        account.server.proxy = {Proxy::Kind::HttpConnect, u"proxy.example"_s, 0, {}};
    });
    row("a proxy's host that is none", u"proxy"_s, [](Account &account) {
        account.server.proxy = {Proxy::Kind::HttpConnect, u"proxy.example\r\nX: y"_s, 8080, {}};
    });
}

void TestAccountTrust::whatCannotWorkIsNamed()
{
    QFETCH(Change, change);
    QFETCH(QString, field);
    Account account = working();
    change(account);
    const Base::Done done = Accounts::check(account);
    QCOMPARE(done.ok(), field.isEmpty());
    if (done)
        return;
    QCOMPARE(done.error().kind, Base::ErrorKind::BadAccount);
    QCOMPARE(done.error().subject, field);
    QVERIFY(!done.error().detail.isEmpty());
}

void TestAccountTrust::whatWorksIsWrittenAndReadBack()
{
    Account account = working();
    QCOMPARE(Accounts::fromJson(Accounts::toJson(account)), account);
    account.server.proxy = {Proxy::Kind::HttpConnect, u"proxy.example"_s, 8080, u"ada b/@:ü"_s};
    account.proxySecretPlace = Accounts::SecretPlace::Keychain;
    account.trust.exception = {QString(64, u'a'), u"mail.example.org"_s, 465, {u"certificate-expired"_s}};
    account.trust.pins = {pin, pin};
    account.trust.client = {u"/a.pem"_s, u"/a.key"_s};
    QCOMPARE(Accounts::fromJson(Accounts::toJson(account)), account);
}

void TestAccountTrust::law7_noSecretHasAFieldOfItsOwn()
{
    Account account = working();
    account.server.proxy = {Proxy::Kind::Socks5, u"proxy.example"_s, 1080, u"ada"_s};
    QVERIFY(account.needs(SecretOf::Proxy));
    QVERIFY(!account.needs(SecretOf::SignIn));
    QCOMPARE(Accounts::toJson(account).value(u"proxy"_s).toString(), u"socks5://ada@proxy.example:1080"_s);
    QVERIFY(Accounts::secretKey(account) != Accounts::secretKey(account, SecretOf::Proxy));
}

// Kept before an exception knew for what it is: for the server of the account, and what a server of one's own
// has wrong with it.
void TestAccountTrust::anOlderExceptionIsForItsServer()
{
    QJsonObject object = Accounts::toJson(working());
    object.insert(u"trust"_s, QString(64, u'a'));
    const Account read = Accounts::fromJson(object);
    QCOMPARE(read.trust.exception.sha256, QString(64, u'a'));
    QCOMPARE(read.trust.exception.host, u"mail.example.org"_s);
    QCOMPARE(read.trust.exception.port, 465);
    QCOMPARE(read.trust.exception.errors, Net::ownServerErrorNames());
    QVERIFY(Accounts::check(read));
}

void TestAccountTrust::aDamagedProxyIsNotGoneAround()
{
    QJsonObject object = Accounts::toJson(working());
    object.insert(u"proxy"_s, u"rubbish"_s);
    const Account read = Accounts::fromJson(object);
    QVERIFY(!read.server.proxy.isNull());
    QVERIFY(!Accounts::check(read));
}

QTEST_GUILESS_MAIN(TestAccountTrust)
#include "tst_accounttrust.moc"
