// The table of providers: every row can be used as it is, says where it comes from, and is found.

#include "core/accounts/providers.h"

#include <QFile>
#include <QHostAddress>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>
#include <QTest>

using Accounts::Account;
using Accounts::Provider;
using namespace Qt::StringLiterals;

class TestProviders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyRowCanBeUsed_data();
    void everyRowCanBeUsed();
    void noWordOfTheFileIsMisread();
    void noneIsThereTwice();
    void byAddress_data();
    void byAddress();
    void byId();
    void whatItFills();
    void whoTakesNothing();
};

void TestProviders::everyRowCanBeUsed_data()
{
    QTest::addColumn<QString>("id");
    QVERIFY(Accounts::providers().size() >= 30);
    for (const Provider &provider : Accounts::providers())
        QTest::newRow(qPrintable(provider.id)) << provider.id;
}

void TestProviders::everyRowCanBeUsed()
{
    QFETCH(QString, id);
    const Provider provider = *Accounts::provider(id);
    QVERIFY(!provider.name.isEmpty());
    QVERIFY(!provider.source.isEmpty());
    QVERIFY(provider.checked.isValid());
    QVERIFY(provider.help.isEmpty() || provider.help.startsWith(u"https://"_s));
    for (const QString &domain : provider.domains)
        QCOMPARE(domain, domain.toLower());
    Account account;
    account.name = provider.name;
    account.fromAddress = u"ada@example.org"_s;
    const Base::Done filled = Accounts::fill(account, provider);
    QCOMPARE(filled.ok(), !provider.hasNoSmtp);
    if (provider.hasNoSmtp)
        return;
    const Base::Done done = Accounts::check(account);
    QVERIFY2(done.ok(), qPrintable(done.ok() ? QString() : done.error().detail));
    QVERIFY(account.server.security != Net::Security::None);
    // A port that does not fit its security is a mistake of the row.
    if (QHostAddress(account.server.host).isNull())
        QCOMPARE(account.server.port, Accounts::defaultPort(account.server.security));
    QCOMPARE(account.usesToken(), provider.signIn == Accounts::SignIn::OAuth2);
}

// What the reader forgives for being unknown would be a wrong account.
void TestProviders::noWordOfTheFileIsMisread()
{
    QFile file(QStringLiteral(POSTRIDER_SOURCE "/resources/providers.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &error);
    QCOMPARE(error.error, QJsonParseError::NoError);
    const QJsonArray rows = document.object().value(u"providers"_s).toArray();
    QCOMPARE(rows.size(), Accounts::providers().size());
    const QSet<QString> known{u"id"_s,       u"name"_s,   u"domains"_s, u"host"_s,    u"port"_s,
                              u"security"_s, u"user"_s,   u"signIn"_s,  u"auth"_s,    u"enableFirst"_s,
                              u"help"_s,     u"limits"_s, u"source"_s,  u"checked"_s, u"refused"_s};
    const QStringList limits = Accounts::toJson(Account()).keys();
    for (qsizetype i = 0; i < rows.size(); ++i) {
        const QJsonObject row = rows.at(i).toObject();
        const Provider &provider = Accounts::providers().at(i);
        for (const QString &key : row.keys())
            QVERIFY2(known.contains(key), qPrintable(provider.id + u": "_s + key));
        for (const QString &key : row.value(u"limits"_s).toObject().keys())
            QVERIFY2(limits.contains(key), qPrintable(provider.id + u": "_s + key));
        if (provider.hasNoSmtp)
            continue;
        QCOMPARE(Accounts::name(provider.server.security), row.value(u"security"_s).toString());
        QCOMPARE(Accounts::name(provider.signIn), row.value(u"signIn"_s).toString());
        QCOMPARE(Accounts::name(provider.auth), row.value(u"auth"_s).toString(u"auto"_s));
        QCOMPARE(provider.localUser ? u"local"_s : u"full"_s, row.value(u"user"_s).toString());
    }
}

void TestProviders::noneIsThereTwice()
{
    QSet<QString> ids;
    QSet<QString> domains;
    for (const Provider &provider : Accounts::providers()) {
        QVERIFY2(!ids.contains(provider.id), qPrintable(provider.id));
        ids.insert(provider.id);
        for (const QString &domain : provider.domains) {
            QVERIFY2(!domains.contains(domain), qPrintable(domain));
            domains.insert(domain);
        }
    }
}

void TestProviders::byAddress_data()
{
    QTest::addColumn<QString>("address");
    QTest::addColumn<QString>("id"); // empty: unknown
    QTest::newRow("gmail") << u"ada@gmail.com"_s << u"gmail"_s;
    QTest::newRow("without case") << u"Ada@GMail.Com"_s << u"gmail"_s;
    QTest::newRow("with a name") << u"Ada Lovelace <ada@web.de>"_s << u"webde"_s;
    QTest::newRow("gmx") << u"ada@gmx.de"_s << u"gmx"_s;
    QTest::newRow("gmx elsewhere") << u"ada@gmx.com"_s << u"gmx-com"_s;
    QTest::newRow("below") << u"ada@example.onmicrosoft.com"_s << u"microsoft365"_s;
    QTest::newRow("not below") << u"ada@notonmicrosoft.com"_s << QString();
    QTest::newRow("the root itself") << u"ada@onmicrosoft.com"_s << QString();
    QTest::newRow("a part of a name") << u"ada@notgmail.com"_s << QString();
    QTest::newRow("a name in front") << u"ada@mail.gmail.com"_s << QString();
    QTest::newRow("a name behind") << u"ada@gmail.com.example.org"_s << QString();
    QTest::newRow("one's own") << u"ada@example.org"_s << QString();
    QTest::newRow("the local part tells nothing") << u"\"ada@gmail.com\"@example.org"_s << QString();
    QTest::newRow("no address") << u"gmail.com"_s << QString();
    QTest::newRow("nothing") << QString() << QString();
}

void TestProviders::byAddress()
{
    QFETCH(QString, address);
    QFETCH(QString, id);
    const std::optional<Provider> found = Accounts::providerFor(address);
    QCOMPARE(found ? found->id : QString(), id);
}

void TestProviders::byId()
{
    QCOMPARE(Accounts::provider(u"GMX"_s)->server.host, u"mail.gmx.net"_s);
    QVERIFY(!Accounts::provider(u"nobody"_s).has_value());
    QVERIFY(!Accounts::provider(QString()).has_value());
}

void TestProviders::whatItFills()
{
    Account account;
    account.name = u"work"_s;
    account.fromAddress = u"ada@gmail.com"_s;
    account.server.proxy = {Net::Proxy::Kind::Socks5, u"proxy.example"_s, 1080, {}};
    account.helo = u"host.example"_s;
    QVERIFY(Accounts::fill(account, *Accounts::provider(u"gmail"_s)).ok());
    QCOMPARE(account.server.host, u"smtp.gmail.com"_s);
    QCOMPARE(account.server.port, 465);
    QCOMPARE(account.server.proxy.host, u"proxy.example"_s);
    QCOMPARE(account.user, u"ada@gmail.com"_s);
    QCOMPARE(account.auth, Accounts::Auth::Auto);
    QCOMPARE(account.limits.recipientsPerDay, 500);
    QCOMPARE(account.limits.recipientsPerMessage, 100);
    QCOMPARE(account.name, u"work"_s);
    QCOMPARE(account.helo, u"host.example"_s);
    account.fromAddress = u"ada.lovelace@web.de"_s;
    QVERIFY(Accounts::fill(account, *Accounts::provider(u"webde"_s)).ok());
    QCOMPARE(account.user, u"ada.lovelace"_s);
    QVERIFY(account.limits.isNull()); // not those of the one before
    account.fromAddress.clear();
    QCOMPARE(Accounts::fill(account, *Accounts::provider(u"gmail"_s)).error().subject, u"from"_s);
}

void TestProviders::whoTakesNothing()
{
    Account account;
    account.fromAddress = u"ada@tuta.com"_s;
    const Account before = account;
    const Base::Done done = Accounts::fill(account, *Accounts::providerFor(account.fromAddress));
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, Base::ErrorKind::BadAccount);
    QCOMPARE(done.error().subject, u"provider"_s);
    QVERIFY(done.error().detail.contains(u"Tuta"_s));
    QCOMPARE(account, before);
}

QTEST_GUILESS_MAIN(TestProviders)
#include "tst_providers.moc"
