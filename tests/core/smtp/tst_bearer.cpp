// Access tokens: OAUTHBEARER and XOAUTH2, with the examples of the RFC and of Google's description.

#include "core/smtp/bearer.h"

#include <QTest>

using Base::ErrorKind;
using Smtp::Bearer;
using Smtp::Credentials;

class TestBearer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oauthBearerOfTheRfc();
    void xoauth2OfGoogle();
    void namesAreWrittenSoThatNothingIsAField();
    void theComplaintIsHeardAndAnswered_data();
    void theComplaintIsHeardAndAnswered();
    void whatCannotBeSaid_data();
    void whatCannotBeSaid();
    void law7_theTokenIsSecret();
};

namespace {

const QByteArray token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
const Net::Endpoint server{QStringLiteral("server.example.com"), 587, Net::Security::StartTls};

Bearer standard(const QByteArray &user)
{
    return {Bearer::Dialect::Standard, {user, token}, server};
}

Bearer google(const QByteArray &user)
{
    return {Bearer::Dialect::Google, {user, token}, server};
}

} // namespace

// RFC 7628 §4.4: base64 of the whole initial response.
void TestBearer::oauthBearerOfTheRfc()
{
    Bearer bearer = standard("user@example.com");
    QCOMPARE(bearer.name(), QByteArray("OAUTHBEARER"));
    QCOMPARE(*bearer.initial(),
             "n,a=user@example.com,\1host=server.example.com\1port=587\1auth=Bearer " + token + "\1\1");
    QCOMPARE(bearer.initial()->toBase64(),
             QByteArray("bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9Q"
                        "mVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"));
    QVERIFY(bearer.conclude("2.7.0 Ok").ok());
}

// developers.google.com/gmail/imap/xoauth2-protocol
void TestBearer::xoauth2OfGoogle()
{
    Bearer bearer = google("someuser@example.com");
    QCOMPARE(bearer.name(), QByteArray("XOAUTH2"));
    QCOMPARE(bearer.initial()->toBase64(),
             QByteArray("dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB2RjlkZnQ0cW1UYzJOdmIzUmxja0Jo"
                        "YkhSaGRtbHpkR0V1WTI5dENnPT0BAQ=="));
    QVERIFY(bearer.conclude("2.7.0 Ok").ok());
}

void TestBearer::namesAreWrittenSoThatNothingIsAField()
{
    QVERIFY(standard("a=b,c").initial()->startsWith("n,a=a=3Db=2Cc,\1host="));
    Bearer idn(Bearer::Dialect::Standard, {"user", token},
               {QStringLiteral(u"b\u00fccher.example"), 465, Net::Security::Tls});
    QVERIFY(idn.initial()->contains("\1host=xn--bcher-kva.example\1port=465\1"));
}

void TestBearer::theComplaintIsHeardAndAnswered_data()
{
    QTest::addColumn<bool>("isStandard");
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("RFC 7628 §3.2.3: a separator") << true << QByteArray("\1");
    QTest::newRow("Google: nothing") << false << QByteArray();
}

void TestBearer::theComplaintIsHeardAndAnswered()
{
    QFETCH(bool, isStandard);
    QFETCH(QByteArray, answer);
    Bearer bearer = isStandard ? standard("user") : google("user");
    const QByteArray why = R"({"status":"invalid_token","scope":"example_scope"})";
    const Base::Result<QByteArray> said = bearer.respond(why);
    QVERIFY(said.ok());
    QCOMPARE(*said, answer);
    QCOMPARE(bearer.complaint(), why);
    QVERIFY(!bearer.conclude("2.7.0 Ok").ok()); // it cannot mean both
    QCOMPARE(bearer.respond(why).error().kind, ErrorKind::Protocol);
}

void TestBearer::whatCannotBeSaid_data()
{
    QTest::addColumn<QByteArray>("user");
    QTest::addColumn<QByteArray>("secret");
    QTest::addColumn<QString>("subject");
    const QString wrongUser = QStringLiteral("user");
    const QString wrongToken = QStringLiteral("password");
    QTest::newRow("no user") << QByteArray() << token << wrongUser;
    QTest::newRow("a separator in the user") << QByteArray("u\1auth=Bearer x") << token << wrongUser;
    QTest::newRow("no token") << QByteArray("u") << QByteArray() << wrongToken;
    QTest::newRow("a separator in the token") << QByteArray("u") << QByteArray("t\1\1") << wrongToken;
    QTest::newRow("a blank in the token") << QByteArray("u") << QByteArray("a b") << wrongToken;
    QTest::newRow("a line end in the token") << QByteArray("u") << QByteArray("ab\n") << wrongToken;
    QTest::newRow("beyond ASCII in the token") << QByteArray("u") << QByteArray("t\xc3\xa4") << wrongToken;
}

void TestBearer::whatCannotBeSaid()
{
    QFETCH(QByteArray, user);
    QFETCH(QByteArray, secret);
    QFETCH(QString, subject);
    const Base::Done done = Bearer::check({user, secret});
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::BadAccount);
    QCOMPARE(done.error().subject, subject);
    QVERIFY(secret.isEmpty() || !done.error().detail.contains(QString::fromUtf8(secret)));
    QVERIFY(Bearer::check({"\xc3\xa4@example.org", token}).ok());
}

void TestBearer::law7_theTokenIsSecret()
{
    QVERIFY(standard("user").secrets().contains(token));
    QVERIFY(google("user").secrets().contains(token));
    QVERIFY(google("user").secrets().contains(*google("user").initial()));
}

QTEST_GUILESS_MAIN(TestBearer)
#include "tst_bearer.moc"
