// tls-server-end-point against what the openssl command computes from the same certificate.

#include "core/net/channelbinding.h"

#include "tests/support/testcertificates.h"

#include <QTest>

class TestChannelBinding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theDigestIsTheSignatures_data();
    void theDigestIsTheSignatures();
    void whereThereIsNoDigestThereIsNoBinding_data();
    void whereThereIsNoDigestThereIsNoBinding();
    void withoutACertificateThereIsNone();

private:
    Support::TestCertificates m_certificates;
};

void TestChannelBinding::theDigestIsTheSignatures_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<QString>("digest");
    const auto row = [](const char *name, const char *how, const char *digest) {
        QTest::newRow(name) << QString::fromLatin1(how) << QString::fromLatin1(digest);
    };
    row("RSA with SHA-256", "-newkey rsa:2048 -sha256", "-sha256");
    row("RSA with SHA-384", "-newkey rsa:2048 -sha384", "-sha384");
    row("RSA with SHA-512", "-newkey rsa:2048 -sha512", "-sha512");
    row("RSA with SHA-1: SHA-256 (RFC 5929 4.1)", "-newkey rsa:2048 -sha1", "-sha256");
    row("ECDSA with SHA-384", "-newkey ec -pkeyopt ec_paramgen_curve:P-384 -sha384", "-sha384");
    row("ECDSA with SHA-1: SHA-256", "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha1", "-sha256");
    row("RSASSA-PSS with SHA-384", "-newkey rsa:2048 -sha384 -sigopt rsa_padding_mode:pss", "-sha384");
}

void TestChannelBinding::theDigestIsTheSignatures()
{
    QFETCH(QString, how);
    QFETCH(QString, digest);
    QVERIFY2(
        m_certificates.selfSigned(QStringLiteral("one"), how.split(QLatin1Char(' '))) &&
            m_certificates.openssl({QStringLiteral("x509"), QStringLiteral("-in"), QStringLiteral("one.pem"),
                                    QStringLiteral("-outform"), QStringLiteral("der"), QStringLiteral("-out"),
                                    QStringLiteral("one.der")}) &&
            m_certificates.openssl({QStringLiteral("dgst"), digest, QStringLiteral("-binary"),
                                    QStringLiteral("-out"), QStringLiteral("one.hash"),
                                    QStringLiteral("one.der")}),
        qPrintable(m_certificates.why()));
    const QByteArray expected = m_certificates.content(QStringLiteral("one.hash"));
    QVERIFY(expected.size() >= 32);
    const QSslCertificate certificate(m_certificates.content(QStringLiteral("one.pem")));
    QCOMPARE(Net::endPointBinding(certificate).toHex(), expected.toHex());
}

void TestChannelBinding::whereThereIsNoDigestThereIsNoBinding_data()
{
    QTest::addColumn<QString>("key");
    QTest::newRow("Ed25519") << QStringLiteral("ed25519");
    QTest::newRow("Ed448") << QStringLiteral("ed448");
}

void TestChannelBinding::whereThereIsNoDigestThereIsNoBinding()
{
    QFETCH(QString, key);
    QVERIFY2(m_certificates.selfSigned(QStringLiteral("edwards"), {QStringLiteral("-newkey"), key}),
             qPrintable(m_certificates.why()));
    const QSslCertificate certificate(m_certificates.content(QStringLiteral("edwards.pem")));
    QVERIFY(!certificate.isNull());
    QCOMPARE(Net::endPointBinding(certificate), QByteArray());
}

void TestChannelBinding::withoutACertificateThereIsNone()
{
    QCOMPARE(Net::endPointBinding(QSslCertificate()), QByteArray());
}

QTEST_GUILESS_MAIN(TestChannelBinding)
#include "tst_channelbinding.moc"
