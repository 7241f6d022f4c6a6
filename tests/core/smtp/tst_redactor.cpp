// Law 7: a secret is taken out of what a server says, in whatever form it comes back.

#include "core/smtp/redactor.h"

#include <QTest>

using Smtp::Redactor;

class TestRedactor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void law7_everyEncodingIsTakenOut_data();
    void law7_everyEncodingIsTakenOut();
    void law7_base64AtEveryAlignment_data();
    void law7_base64AtEveryAlignment();
    void severalSecretsAreTakenOut();
    void whatIsNoSecretStays();
    void anEmptySecretHidesNothing();
};

void TestRedactor::law7_everyEncodingIsTakenOut_data()
{
    QTest::addColumn<QByteArray>("echo");
    const QByteArray secret = "p\xc3\xa4ss w/rt+?1";
    QTest::newRow("raw") << secret;
    QTest::newRow("base64") << secret.toBase64();
    QTest::newRow("base64 without padding") << secret.toBase64(QByteArray::OmitTrailingEquals);
    QTest::newRow("base64url") << secret.toBase64(QByteArray::Base64UrlEncoding);
    QTest::newRow("hexadecimal") << secret.toHex();
    QTest::newRow("hexadecimal, upper case") << secret.toHex().toUpper();
    QTest::newRow("percent") << secret.toPercentEncoding();
    QTest::newRow("percent, lower case") << secret.toPercentEncoding().toLower();
    QTest::newRow("twice") << secret + secret;
    QTest::newRow("in a sentence") << "the password \"" + secret + "\" is wrong";
}

void TestRedactor::law7_everyEncodingIsTakenOut()
{
    QFETCH(QByteArray, echo);
    Redactor redactor;
    const QByteArray secret = "p\xc3\xa4ss w/rt+?1";
    redactor.addSecret(secret);
    const QByteArray out = redactor.redact("535 " + echo + " no");
    QVERIFY2(!out.contains(echo), out.constData());
    QVERIFY2(out.contains("****"), out.constData());
    QVERIFY2(out.startsWith("535 ") && out.endsWith(" no"), out.constData());
    QVERIFY2(!QByteArray::fromBase64(out).contains("ss w/rt"), out.constData());
}

void TestRedactor::law7_base64AtEveryAlignment_data()
{
    QTest::addColumn<QByteArray>("secret");
    for (const char *secret : {"hunter2", "hunter23", "hunter234", "p\xc3\xa4ss", "\xff\xfe\xfd\xfc\xfb"})
        QTest::newRow(QByteArray(secret).toHex().constData()) << QByteArray(secret);
}

// Whatever stands before and behind it, the encoded secret is broken up so far that it cannot be decoded.
void TestRedactor::law7_base64AtEveryAlignment()
{
    QFETCH(QByteArray, secret);
    Redactor redactor;
    redactor.addSecret(secret);
    for (int before = 0; before < 7; ++before) {
        for (int behind = 0; behind < 7; ++behind) {
            const QByteArray text = (QByteArray(before, 'u') + secret + QByteArray(behind, 'v')).toBase64();
            const QByteArray out = redactor.redact(text);
            QVERIFY2(out.contains("****"), text.constData());
            for (int skip = 0; skip < 4; ++skip)
                QVERIFY2(!QByteArray::fromBase64(out.mid(skip)).contains(secret.left(4)), out.constData());
        }
    }
}

void TestRedactor::severalSecretsAreTakenOut()
{
    Redactor redactor;
    redactor.addSecret("short");
    redactor.addSecret("shorter");
    redactor.addSecret("short"); // twice does no harm
    QCOMPARE(redactor.redact("shorter short"), QByteArray("**** ****"));
    QCOMPARE(redactor.redact(QByteArray("shorter").toBase64() + " x"), QByteArray("****== x"));
}

void TestRedactor::whatIsNoSecretStays()
{
    Redactor redactor;
    QCOMPARE(redactor.redact("250 2.0.0 Ok"), QByteArray("250 2.0.0 Ok"));
    redactor.addSecret("hunter2");
    QCOMPARE(redactor.redact("250 2.0.0 Ok: queued as 4F2"), QByteArray("250 2.0.0 Ok: queued as 4F2"));
    QCOMPARE(redactor.redact("hunter3 Hunter2 hunter 2"), QByteArray("hunter3 Hunter2 hunter 2"));
    QCOMPARE(redactor.redact(""), QByteArray());
}

void TestRedactor::anEmptySecretHidesNothing()
{
    Redactor redactor;
    redactor.addSecret("");
    QCOMPARE(redactor.redact("anything"), QByteArray("anything"));
}

QTEST_GUILESS_MAIN(TestRedactor)
#include "tst_redactor.moc"
