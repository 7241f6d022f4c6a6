// Whose certificate is believed when something is wrong with it, which keys must vouch for a server, and what
// a server is shown that asks who we are: over real TLS.

#include "core/net/certificatetrust.h"
#include "core/net/clientidentity.h"
#include "core/net/pins.h"
#include "tests/core/net/tlsserver.h"
#include "tests/core/net/watched.h"

#include <QFile>
#include <QTest>

using Base::ErrorKind;
using Net::Endpoint;
using Net::Security;
using Net::Trust;
using namespace Qt::StringLiterals;

class TestTrust : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void oldTlsIsNotSpoken();
    void errorsHaveNames();
    void anExceptionHoldsForWhatWasShown();
    void anExceptionHoldsForOneServer();
    void aCertificateThatBecameBetterStaysAccepted();
    void aPinIsWhatTheFieldWrites();
    void pinsAreReadAsPeopleWriteThem_data();
    void pinsAreReadAsPeopleWriteThem();
    void onlyTheVerifiedChainCanBePinned();
    void aPinnedKeyMustVouchForTheServer_data();
    void aPinnedKeyMustVouchForTheServer();
    void aPinHoldsBehindAnExceptionToo();
    void theClientShowsItsCertificate_data();
    void theClientShowsItsCertificate();
    void withoutAWishNothingIsShown();
    void aClientCertificateThatCannotWork_data();
    void aClientCertificateThatCannotWork();

private:
    QString path(const QString &file) const { return m_certificates.path(file); }
    QSslCertificate certificate(const QString &name) const
    {
        return QSslCertificate(m_certificates.content(name + u".pem"_s));
    }
    bool makeChain();

    Support::TestCertificates m_certificates;
};

namespace {

Endpoint endpoint(const TlsServer &server, Security security = Security::Tls)
{
    return {u"localhost"_s, server.serverPort(), security};
}

/// What became of it: the connection is opened, or refused for this reason.
std::optional<ErrorKind> meet(const Endpoint &endpoint, const Trust &trust, Net::TlsFacts *facts = nullptr)
{
    Watched client;
    client.open(endpoint, trust);
    if (!QTest::qWaitFor([&client] { return client.has("opened") || client.has("lost"); }))
        return ErrorKind::TimedOut;
    if (facts)
        *facts = client.connection().tlsFacts();
    return client.lost.isEmpty() ? std::nullopt : std::optional(client.lost.first().kind);
}

const QString foreignPin = QString::fromLatin1(QByteArray(32, 'x').toBase64());

} // namespace

void TestTrust::initTestCase()
{
    QVERIFY2(m_certificates.make() && makeChain(), qPrintable(m_certificates.why()));
}

/// leaf ← between ← ca, and shadow: a certificate of the authority for nothing at all.
bool TestTrust::makeChain()
{
    QFile authority(path(u"between.ext"_s));
    if (!authority.open(QIODevice::WriteOnly) ||
        authority.write("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n") < 0)
        return false;
    authority.close();
    QFile leaf(path(u"leaf.ext"_s));
    if (!leaf.open(QIODevice::WriteOnly) || leaf.write("subjectAltName=DNS:localhost\n") < 0)
        return false;
    leaf.close();
    const auto issue = [this](const QString &name, const QString &issuer) {
        return m_certificates.openssl({u"req"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s,
                                       u"ec_paramgen_curve:P-256"_s, u"-nodes"_s, u"-subj"_s,
                                       u"/CN="_s + name, u"-keyout"_s, name + u".key"_s, u"-out"_s,
                                       name + u".csr"_s}) &&
               m_certificates.openssl({u"x509"_s, u"-req"_s, u"-in"_s, name + u".csr"_s, u"-CA"_s,
                                       issuer + u".pem"_s, u"-CAkey"_s, issuer + u".key"_s,
                                       u"-CAcreateserial"_s, u"-days"_s, u"30"_s, u"-extfile"_s,
                                       name + u".ext"_s, u"-out"_s, name + u".pem"_s});
    };
    return issue(u"between"_s, u"ca"_s) && issue(u"leaf"_s, u"between"_s);
}

// CVE-2009-3555: no TLS before 1.2, and no renegotiation that is not bound to what went before.
void TestTrust::oldTlsIsNotSpoken()
{
    const Base::Result<QSslConfiguration> configuration = Net::tlsConfiguration({});
    QVERIFY(configuration);
    QCOMPARE(configuration->protocol(), QSsl::TlsV1_2OrLater);
    QVERIFY(configuration->testSslOption(QSsl::SslOptionDisableLegacyRenegotiation));
    QVERIFY(configuration->testSslOption(QSsl::SslOptionDisableCompression));
    QCOMPARE(configuration->peerVerifyMode(), QSslSocket::VerifyPeer);
}

void TestTrust::errorsHaveNames()
{
    QCOMPARE(Net::errorName(QSslError::SelfSignedCertificate), u"self-signed-certificate"_s);
    QCOMPARE(Net::errorName(QSslError::HostNameMismatch), u"host-name-mismatch"_s);
    const QStringList names = Net::certificateErrorNames();
    QCOMPARE(QSet<QString>(names.begin(), names.end()).size(), names.size());
    for (const QString &name : Net::ownServerErrorNames())
        QVERIFY2(names.contains(name), qPrintable(name));
    QVERIFY(names.contains(u"certificate-expired"_s));
    QVERIFY(!Net::ownServerErrorNames().contains(u"certificate-expired"_s));
    QVERIFY(!names.contains(u"no-error"_s));
    QVERIFY(!names.contains(u"no-peer-certificate"_s));
}

// Expired, and of an authority nobody knows: each alone is no reason to overlook the other.
void TestTrust::anExceptionHoldsForWhatWasShown()
{
    TlsServer other(m_certificates.expired());
    other.encryptsAtOnce = true;
    Net::TlsFacts shown;
    QCOMPARE(meet(endpoint(other), {}, &shown), ErrorKind::CertificateRefused);
    QVERIFY(shown.errors.contains(u"certificate-expired"_s));
    QVERIFY(shown.errors.size() > 1);
    QCOMPARE(shown.errors.size(), shown.problems.size());
    Trust trust;
    trust.exception = {shown.sha256, u"localhost"_s, other.serverPort(), shown.errors};
    QCOMPARE(meet(endpoint(other), trust), std::nullopt);
    for (const QString &error : shown.errors) {
        Trust less = trust;
        less.exception.errors.removeAll(error);
        QVERIFY2(meet(endpoint(other), less) == ErrorKind::CertificateRefused, qPrintable(error));
    }
}

void TestTrust::anExceptionHoldsForOneServer()
{
    TlsServer other(m_certificates.unknownCa());
    other.encryptsAtOnce = true;
    Trust trust;
    trust.exception = {m_certificates.unknownCa().sha256(), u"LocalHost"_s, other.serverPort(),
                       Net::ownServerErrorNames()};
    QCOMPARE(meet(endpoint(other), trust), std::nullopt);
    Trust elsewhere = trust;
    elsewhere.exception.host = u"127.0.0.1"_s;
    QCOMPARE(meet(endpoint(other), elsewhere), ErrorKind::CertificateRefused);
    elsewhere = trust;
    elsewhere.exception.port = static_cast<quint16>(other.serverPort() - 1);
    QCOMPARE(meet(endpoint(other), elsewhere), ErrorKind::CertificateRefused);
    elsewhere = trust;
    elsewhere.exception.sha256 = m_certificates.good().sha256();
    QCOMPARE(meet(endpoint(other), elsewhere), ErrorKind::CertificateRefused);
}

void TestTrust::aCertificateThatBecameBetterStaysAccepted()
{
    TlsServer other(m_certificates.unknownCa());
    other.encryptsAtOnce = true;
    Trust trust;
    trust.exception = {m_certificates.unknownCa().sha256(), u"localhost"_s, other.serverPort(),
                       Net::certificateErrorNames()};
    QCOMPARE(meet(endpoint(other), trust), std::nullopt);
}

void TestTrust::aPinIsWhatTheFieldWrites()
{
    for (const QString &name : {u"good"_s, u"leaf"_s}) { // an RSA key and an EC key
        QVERIFY2(m_certificates.openssl({u"x509"_s, u"-in"_s, name + u".pem"_s, u"-pubkey"_s, u"-noout"_s,
                                         u"-out"_s, u"key.pub"_s}) &&
                     m_certificates.openssl({u"pkey"_s, u"-pubin"_s, u"-in"_s, u"key.pub"_s, u"-outform"_s,
                                             u"der"_s, u"-out"_s, u"key.der"_s}) &&
                     m_certificates.openssl(
                         {u"dgst"_s, u"-sha256"_s, u"-binary"_s, u"-out"_s, u"key.hash"_s, u"key.der"_s}),
                 qPrintable(m_certificates.why()));
        QCOMPARE(Net::pinOf(certificate(name)),
                 QString::fromLatin1(m_certificates.content(u"key.hash"_s).toBase64()));
    }
    QCOMPARE(Net::pinOf(QSslCertificate()), QString());
}

void TestTrust::pinsAreReadAsPeopleWriteThem_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("pin");
    const QString pin = u"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="_s;
    QTest::newRow("base64") << pin << pin;
    QTest::newRow("with its name") << u" sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="_s << pin;
    QTest::newRow("hexadecimal") << u"E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"_s
                                 << pin;
    QTest::newRow("empty") << QString() << QString();
    QTest::newRow("too short") << u"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hS"_s << QString();
    QTest::newRow("not base64") << u"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF!="_s << QString();
    QTest::newRow("one digit short") << u"3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"_s
                                     << QString();
    QTest::newRow("another hash") << u"sha1//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="_s << QString();
}

void TestTrust::pinsAreReadAsPeopleWriteThem()
{
    QFETCH(QString, text);
    QFETCH(QString, pin);
    QCOMPARE(Net::pinFrom(text).value_or(QString()), pin);
}

void TestTrust::onlyTheVerifiedChainCanBePinned()
{
    const QSslCertificate leaf = certificate(u"leaf"_s);
    const QSslCertificate between = certificate(u"between"_s);
    const QSslCertificate root = certificate(u"ca"_s);
    const QSslCertificate other = certificate(u"otherca"_s);
    QVERIFY(!leaf.isNull() && !between.isNull() && !root.isNull() && !other.isNull());
    const auto pinned = [](const QSslCertificate &one, const QList<QSslCertificate> &sent,
                           const QList<QSslCertificate> &authorities) {
        return Net::isPinned({foreignPin, Net::pinOf(one)}, sent, authorities);
    };
    QVERIFY(pinned(leaf, {leaf, between}, {root, other}));
    QVERIFY(pinned(between, {leaf, between}, {root, other}));
    QVERIFY(pinned(root, {leaf, between}, {root, other})); // not sent, but it is the anchor
    QVERIFY(pinned(root, {leaf, between, root}, {root, other}));
    QVERIFY(!pinned(other, {leaf, between}, {root, other})); // believed, and yet not the one
    QVERIFY(!pinned(other, {leaf, between, other}, {root, other}));
    QVERIFY(!pinned(between, {leaf, between}, {other})); // nothing was verified but the leaf's own key
    QVERIFY(pinned(leaf, {leaf, between}, {other}));
    QVERIFY(!pinned(between, {leaf}, {root}));
    QVERIFY(!Net::isPinned({foreignPin}, {leaf, between}, {root}));
    QVERIFY(!Net::isPinned({foreignPin}, {}, {root}));
    QVERIFY(!Net::isPinned({QString()}, {}, {}));
    QVERIFY(Net::isPinned({}, {leaf}, {}));
}

void TestTrust::aPinnedKeyMustVouchForTheServer_data()
{
    QTest::addColumn<QString>("pinned");
    QTest::addColumn<bool>("believed");
    QTest::newRow("its own") << u"good"_s << true;
    QTest::newRow("its authority's") << u"ca"_s << true;
    QTest::newRow("nobody's") << QString() << false;
    QTest::newRow("one that was only sent along") << u"otherca"_s << false;
}

void TestTrust::aPinnedKeyMustVouchForTheServer()
{
    QFETCH(QString, pinned);
    QFETCH(bool, believed);
    Trust trust{m_certificates.caFile()};
    trust.pins = {pinned.isEmpty() ? foreignPin : Net::pinOf(certificate(pinned))};
    for (const Security security : {Security::Tls, Security::StartTls}) {
        TlsServer other(m_certificates.good());
        other.sentAlong = {certificate(u"otherca"_s)};
        other.encryptsAtOnce = security == Security::Tls;
        Watched client;
        client.open(endpoint(other, security), trust);
        if (security == Security::StartTls) {
            QTRY_VERIFY(client.has("opened") && other.socket());
            client.startTls();
            other.socket()->startServerEncryption();
        }
        const char *good = security == Security::Tls ? "opened" : "encrypted";
        QTRY_VERIFY(client.has(good) || client.has("lost"));
        QCOMPARE(client.has(good), believed);
        QCOMPARE(client.connection().isEncrypted(), believed);
        QCOMPARE(client.connection().endPointBinding().isEmpty(), !believed);
        QVERIFY2(client.fromInside.isEmpty(), client.fromInside.join(", ").constData());
        const Net::TlsFacts facts = client.connection().tlsFacts();
        QCOMPARE(facts.sha256, m_certificates.good().sha256());
        QCOMPARE(facts.isEncrypted(), believed);
        QCOMPARE(facts.problems.isEmpty(), believed);
        QCOMPARE(facts.errors, QStringList()); // nothing a person could accept
        if (believed)
            continue;
        QCOMPARE(client.lost.size(), 1);
        QCOMPARE(client.lost.first().kind, ErrorKind::CertificateRefused);
        QVERIFY2(client.lost.first().detail.contains(Net::pinOf(m_certificates.good().certificate)),
                 qPrintable(client.lost.first().detail));
        QTRY_COMPARE(other.socket()->state(), QAbstractSocket::UnconnectedState);
        QVERIFY(other.heard().isEmpty());
    }
}

void TestTrust::aPinHoldsBehindAnExceptionToo()
{
    TlsServer other(m_certificates.unknownCa());
    other.encryptsAtOnce = true;
    Trust trust;
    trust.exception = {m_certificates.unknownCa().sha256(), u"localhost"_s, other.serverPort(),
                       Net::ownServerErrorNames()};
    trust.pins = {foreignPin};
    QCOMPARE(meet(endpoint(other), trust), ErrorKind::CertificateRefused);
    trust.pins = {foreignPin, Net::pinOf(m_certificates.unknownCa().certificate)};
    QCOMPARE(meet(endpoint(other), trust), std::nullopt);
    trust.pins = {Net::pinOf(certificate(u"otherca"_s))}; // it has signed it, and nobody has verified that
    QCOMPARE(meet(endpoint(other), trust), ErrorKind::CertificateRefused);
}

void TestTrust::theClientShowsItsCertificate_data()
{
    QTest::addColumn<QString>("how");
    QTest::newRow("RSA") << u"-newkey rsa:2048"_s;
    QTest::newRow("EC") << u"-newkey ec -pkeyopt ec_paramgen_curve:P-256"_s;
}

void TestTrust::theClientShowsItsCertificate()
{
    QFETCH(QString, how);
    QVERIFY2(m_certificates.selfSigned(u"client"_s, how.split(u' ')), qPrintable(m_certificates.why()));
    TlsServer other(m_certificates.good());
    other.encryptsAtOnce = true;
    other.asksWhoItIs = true;
    Watched client;
    Trust trust{m_certificates.caFile()};
    trust.client = {path(u"client.pem"_s), path(u"client.key"_s)};
    client.open(endpoint(other), trust);
    QTRY_VERIFY(client.has("opened") || client.has("lost"));
    QVERIFY2(client.lost.isEmpty(), qPrintable(client.lost.value(0).detail));
    QTRY_VERIFY(other.socket()->isEncrypted());
    QCOMPARE(other.socket()->peerCertificate(), certificate(u"client"_s));
}

void TestTrust::withoutAWishNothingIsShown()
{
    TlsServer other(m_certificates.good());
    other.encryptsAtOnce = true;
    other.asksWhoItIs = true;
    Watched client;
    client.open(endpoint(other), {m_certificates.caFile()});
    QTRY_VERIFY(client.has("opened"));
    QTRY_VERIFY(other.socket()->isEncrypted());
    QVERIFY(other.socket()->peerCertificate().isNull());
}

void TestTrust::aClientCertificateThatCannotWork_data()
{
    QVERIFY2(
        m_certificates.openssl({u"rsa"_s, u"-in"_s, u"good.key"_s, u"-aes128"_s, u"-passout"_s,
                                u"pass:secret"_s, u"-out"_s, u"locked.key"_s}) &&
            m_certificates.openssl({u"rsa"_s, u"-in"_s, u"good.key"_s, u"-aes128"_s, u"-passout"_s,
                                    u"pass:secret"_s, u"-traditional"_s, u"-out"_s, u"lockedold.key"_s}) &&
            m_certificates.selfSigned(u"edwards"_s, {u"-newkey"_s, u"ed25519"_s}),
        qPrintable(m_certificates.why()));
    QTest::addColumn<QString>("certificateFile");
    QTest::addColumn<QString>("keyFile");
    QTest::addColumn<ErrorKind>("kind");
    QTest::addColumn<QString>("subject");
    QTest::addColumn<QString>("detail");
    const auto row = [](const char *name, const QString &file, const QString &key, ErrorKind kind,
                        const QString &subject, const QString &detail) {
        QTest::newRow(name) << file << key << kind << subject << detail;
    };
    const auto bad = ErrorKind::BadAccount;
    row("no file", u"missing.pem"_s, u"good.key"_s, ErrorKind::FileMissing, u"missing.pem"_s, {});
    row("no key file", u"good.pem"_s, u"missing.key"_s, ErrorKind::FileMissing, u"missing.key"_s, {});
    row("no certificate", u"good.key"_s, u"good.key"_s, bad, u"good.key"_s, u"no certificate"_s);
    row("no key", u"good.pem"_s, u"good.pem"_s, bad, u"good.pem"_s, u"no RSA or EC key"_s);
    row("a key of another kind", u"edwards.pem"_s, u"edwards.key"_s, bad, u"edwards.key"_s,
        u"no RSA or EC key"_s);
    row("another's key", u"good.pem"_s, u"expired.key"_s, bad, u"expired.key"_s, u"does not belong"_s);
    row("a locked key", u"good.pem"_s, u"locked.key"_s, bad, u"locked.key"_s, u"passphrase"_s);
    row("a locked key, older form", u"good.pem"_s, u"lockedold.key"_s, bad, u"lockedold.key"_s,
        u"passphrase"_s);
}

void TestTrust::aClientCertificateThatCannotWork()
{
    QFETCH(QString, certificateFile);
    QFETCH(QString, keyFile);
    QFETCH(ErrorKind, kind);
    QFETCH(QString, subject);
    QFETCH(QString, detail);
    TlsServer other(m_certificates.good());
    Watched client;
    Trust trust{m_certificates.caFile()};
    trust.client = {path(certificateFile), path(keyFile)};
    client.open(endpoint(other), trust);
    QTRY_COMPARE(client.lost.size(), 1);
    QCOMPARE(client.lost.first().kind, kind);
    QCOMPARE(client.lost.first().subject, path(subject));
    QVERIFY2(client.lost.first().detail.contains(detail), qPrintable(client.lost.first().detail));
    QVERIFY(!client.has("connected"));
}

QTEST_GUILESS_MAIN(TestTrust)
#include "tst_trust.moc"
