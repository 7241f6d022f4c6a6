// SCRAM against the RFCs' own conversations, and against servers that mean no good.

#include "core/smtp/pbkdf2.h"
#include "core/smtp/scram.h"

#include <QMessageAuthenticationCode>
#include <QSet>
#include <QTest>

using Base::ErrorKind;
using Smtp::Credentials;
using Smtp::Scram;

namespace {

struct Vector
{
    QByteArray mechanism;
    QByteArray clientNonce;
    QByteArray serverFirst;
    QByteArray clientFinal;
    QByteArray serverFinal;
};

// RFC 5802 §5
const Vector sha1{"SCRAM-SHA-1", "fyko+d2lbbFgONRv9qkxdawL",
                  "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
                  "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
                  "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="};
// RFC 7677 §3
const Vector sha256{"SCRAM-SHA-256", "rOprNGfwEbeRWgbNEkqO",
                    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="};

const Credentials user{"user", "pencil"};

Scram scram(const Vector &vector, const Scram::Binding &binding = {})
{
    return {vector.mechanism, user, binding, vector.clientNonce};
}

/// What RFC 5802 §3 makes of it, in another way than the code under test: with Hi() spelt out.
QByteArray proofOf(const QByteArray &whole, const QByteArray &salt, int iterations)
{
    const auto hmac = [](const QByteArray &key, const QByteArray &text) {
        return QMessageAuthenticationCode::hash(text, key, QCryptographicHash::Sha256);
    };
    QByteArray u = hmac(user.secret, salt + QByteArray("\0\0\0\1", 4));
    QByteArray salted = u;
    for (int i = 1; i < iterations; ++i) {
        u = hmac(user.secret, u);
        for (qsizetype at = 0; at < u.size(); ++at)
            salted[at] = static_cast<char>(salted.at(at) ^ u.at(at));
    }
    QByteArray proof = hmac(salted, "Client Key");
    const QByteArray signature = hmac(QCryptographicHash::hash(proof, QCryptographicHash::Sha256), whole);
    for (qsizetype at = 0; at < proof.size(); ++at)
        proof[at] = static_cast<char>(proof.at(at) ^ signature.at(at));
    return proof.toBase64();
}

} // namespace

class TestScram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theConversationOfTheRfc_data();
    void theConversationOfTheRfc();
    void theSignatureMayStandInThe235();
    void theBindingIsPartOfTheProof_data();
    void theBindingIsPartOfTheProof();
    void aUsersNameIsEscaped();
    void nonceIsNewEveryTime();
    void pbkdf2OfTheRfc();
    void aHostileFirstMessage_data();
    void aHostileFirstMessage();
    void aHostileLastMessage_data();
    void aHostileLastMessage();
    void aYesWithoutProofIsNone_data();
    void aYesWithoutProofIsNone();
    void anErrorIsHeardAndAnsweredEmpty();
    void nothingFollowsTheProof();
    void law7_whatLetsPasswordsBeTriedIsSecret();
    void theMostIterationsAreBearable();
};

void TestScram::theConversationOfTheRfc_data()
{
    QTest::addColumn<int>("which");
    QTest::newRow("RFC 5802 §5") << 1;
    QTest::newRow("RFC 7677 §3") << 256;
}

void TestScram::theConversationOfTheRfc()
{
    QFETCH(int, which);
    const Vector &vector = which == 1 ? sha1 : sha256;
    Scram mechanism = scram(vector);
    QCOMPARE(mechanism.name(), vector.mechanism);
    QCOMPARE(*mechanism.initial(), "n,,n=user,r=" + vector.clientNonce);
    const Base::Result<QByteArray> second = mechanism.respond(vector.serverFirst);
    QVERIFY(second.ok());
    QCOMPARE(*second, vector.clientFinal);
    const Base::Result<QByteArray> third = mechanism.respond(vector.serverFinal);
    QVERIFY(third.ok());
    QCOMPARE(*third, QByteArray());
    QVERIFY(mechanism.conclude("2.7.0 Authentication successful").ok());
}

void TestScram::theSignatureMayStandInThe235()
{
    for (const char *text : {"%1", "2.7.0 %1", "2.7.0 Welcome back\n%1", "2.7.0\t%1 so be it"}) {
        Scram mechanism = scram(sha256);
        QVERIFY(mechanism.respond(sha256.serverFirst).ok());
        QByteArray said = text;
        said.replace("%1", sha256.serverFinal.toBase64());
        QVERIFY2(mechanism.conclude(said).ok(), said.constData());
    }
}

void TestScram::theBindingIsPartOfTheProof_data()
{
    QTest::addColumn<char>("flag");
    QTest::addColumn<QByteArray>("data");
    QTest::addColumn<QByteArray>("header");
    QTest::newRow("cannot") << 'n' << QByteArray() << QByteArray("n,,");
    QTest::newRow("not offered") << 'y' << QByteArray() << QByteArray("y,,");
    QTest::newRow("bound") << 'p' << QByteArray("\x01\x00\xff the hash of a certificate", 28)
                           << QByteArray("p=tls-server-end-point,,");
}

void TestScram::theBindingIsPartOfTheProof()
{
    QFETCH(char, flag);
    QFETCH(QByteArray, data);
    QFETCH(QByteArray, header);
    Scram mechanism = scram(sha256, {static_cast<Scram::Binding::Flag>(flag), data});
    QCOMPARE(*mechanism.initial(), header + "n=user,r=" + sha256.clientNonce);
    const QByteArray withoutProof =
        "c=" + (header + data).toBase64() + ",r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    const QByteArray whole = "n=user,r=" + sha256.clientNonce + ',' + sha256.serverFirst + ',' + withoutProof;
    const Base::Result<QByteArray> second = mechanism.respond(sha256.serverFirst);
    QVERIFY(second.ok());
    QCOMPARE(*second,
             withoutProof + ",p=" + proofOf(whole, QByteArray::fromBase64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096));
}

void TestScram::aUsersNameIsEscaped()
{
    Scram mechanism("SCRAM-SHA-256", {"a=b,c=2C", "pencil"}, {}, "nonce");
    QCOMPARE(*mechanism.initial(), QByteArray("n,,n=a=3Db=2Cc=3D2C,r=nonce"));
}

void TestScram::nonceIsNewEveryTime()
{
    QSet<QByteArray> seen;
    for (int i = 0; i < 50; ++i) {
        const QByteArray first = *Scram("SCRAM-SHA-256", user, {}, {}).initial();
        const QByteArray nonce = first.mid(first.indexOf(",r=") + 3);
        QCOMPARE(QByteArray::fromBase64(nonce).size(), 24);
        QVERIFY(!nonce.contains(','));
        seen.insert(nonce);
    }
    QCOMPARE(seen.size(), 50);
}

// RFC 6070 §2, and RFC 7914 §11 for SHA-256 (its first 32 octets).
void TestScram::pbkdf2OfTheRfc()
{
    QCOMPARE(Smtp::pbkdf2(QCryptographicHash::Sha1, "password", "salt", 1)->toHex(),
             QByteArray("0c60c80f961f0e71f3a9b524af6012062fe037a6"));
    QCOMPARE(Smtp::pbkdf2(QCryptographicHash::Sha1, "password", "salt", 4096)->toHex(),
             QByteArray("4b007901b765489abead49d926f721d065a429c1"));
    QCOMPARE(Smtp::pbkdf2(QCryptographicHash::Sha256, "passwd", "salt", 1)->toHex(),
             QByteArray("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"));
    QCOMPARE(Smtp::pbkdf2(QCryptographicHash::Sha256, "Password", "NaCl", 80000)->toHex(),
             QByteArray("4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"));
}

void TestScram::aHostileFirstMessage_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<int>("kind");
    const auto row = [](const char *name, const QByteArray &message, ErrorKind kind = ErrorKind::Protocol) {
        QTest::newRow(name) << message << static_cast<int>(kind);
    };
    const QByteArray nonce = "r=rOprNGfwEbeRWgbNEkqOxyz";
    const QByteArray salt = ",s=W22ZaJ0SNY7soEsUEjb6gQ==";
    row("nothing", "");
    row("text", "hello");
    row("commas", ",,,,,,");
    row("another nonce", "r=abcdefghijklmnopqrstuvw" + salt + ",i=4096", ErrorKind::ServerNotProved);
    row("our nonce and no more", "r=rOprNGfwEbeRWgbNEkqO" + salt + ",i=4096", ErrorKind::ServerNotProved);
    row("a part of our nonce", "r=rOprNGfw" + salt + ",i=4096", ErrorKind::ServerNotProved);
    row("our nonce behind another", "r=xyzrOprNGfwEbeRWgbNEkqO" + salt + ",i=4096",
        ErrorKind::ServerNotProved);
    row("no nonce", "r=" + salt + ",i=4096", ErrorKind::ServerNotProved);
    row("a control in the nonce", nonce + "\x07" + salt + ",i=4096");
    row("a blank in the nonce", nonce + " x" + salt + ",i=4096");
    row("beyond ASCII in the nonce", nonce + "\xc3\xa4" + salt + ",i=4096");
    row("another order", nonce + ",i=4096" + salt);
    row("no salt", nonce + ",i=4096");
    row("an empty salt", nonce + ",s=,i=4096");
    row("a salt that is not base64", nonce + ",s=!!!!,i=4096");
    row("a salt without padding", nonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ,i=4096");
    row("no iterations", nonce + salt);
    row("empty iterations", nonce + salt + ",i=");
    row("4,095 iterations", nonce + salt + ",i=4095");
    row("1 iteration", nonce + salt + ",i=1");
    row("0 iterations", nonce + salt + ",i=0");
    row("-4,096 iterations", nonce + salt + ",i=-4096");
    row("+4,096 iterations", nonce + salt + ",i=+4096");
    row("leading zero", nonce + salt + ",i=04096");
    row("a blank before it", nonce + salt + ",i= 4096");
    row("hexadecimal", nonce + salt + ",i=0x2000");
    row("a fraction", nonce + salt + ",i=4096.5");
    row("1,000,001 iterations", nonce + salt + ",i=1000001");
    row("2^32 + 4,096 iterations", nonce + salt + ",i=4294971392");
    row("very many iterations", nonce + salt + ",i=" + QByteArray(400, '9'));
    row("an extension before", "m=please," + nonce + salt + ",i=4096");
    row("an extension behind", nonce + salt + ",i=4096,m=please");
    row("something that is no attribute", nonce + salt + ",i=4096,hello");
    row("a comma at the end", nonce + salt + ",i=4096,");
    row("a NUL", nonce + salt + ",i=4096" + QByteArray(1, '\0'));
}

void TestScram::aHostileFirstMessage()
{
    QFETCH(QByteArray, message);
    QFETCH(int, kind);
    Scram mechanism = scram(sha256);
    const Base::Result<QByteArray> answer = mechanism.respond(message);
    QVERIFY(!answer.ok());
    QCOMPARE(static_cast<int>(answer.error().kind), kind);
    QVERIFY(answer.error().detail.size() < 300);
    QVERIFY(!mechanism.conclude(sha256.serverFinal.toBase64()).ok());
}

void TestScram::aHostileLastMessage_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<int>("kind");
    const auto row = [](const char *name, const QByteArray &message, ErrorKind kind = ErrorKind::Protocol) {
        QTest::newRow(name) << message << static_cast<int>(kind);
    };
    row("nothing", "");
    row("another signature", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", ErrorKind::ServerNotProved);
    row("an empty signature", "v=", ErrorKind::ServerNotProved);
    row("a part of it", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl9", ErrorKind::ServerNotProved);
    row("more than it", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4AAAA=", ErrorKind::ServerNotProved);
    row("our own proof", "v=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", ErrorKind::ServerNotProved);
    row("that of SHA-1", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", ErrorKind::ServerNotProved);
    row("zeros", "v=" + QByteArray(32, '\0').toBase64(), ErrorKind::ServerNotProved);
    row("without padding", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4", ErrorKind::ServerNotProved);
    row("another attribute", "x=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    row("the first message again", sha256.serverFirst);
    row("an extension behind", sha256.serverFinal + ",m=please");
    row("no attribute behind", sha256.serverFinal + ",");
}

void TestScram::aHostileLastMessage()
{
    QFETCH(QByteArray, message);
    QFETCH(int, kind);
    Scram mechanism = scram(sha256);
    QVERIFY(mechanism.respond(sha256.serverFirst).ok());
    const Base::Result<QByteArray> answer = mechanism.respond(message);
    QVERIFY(!answer.ok());
    QCOMPARE(static_cast<int>(answer.error().kind), kind);
    QVERIFY(!mechanism.conclude("2.7.0 Ok").ok());
}

void TestScram::aYesWithoutProofIsNone_data()
{
    QTest::addColumn<bool>("asked");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("at once") << false << QByteArray("2.7.0 Ok");
    QTest::newRow("at once, with a signature") << false << sha256.serverFinal.toBase64();
    QTest::newRow("behind the proof") << true << QByteArray("2.7.0 Ok");
    QTest::newRow("with another signature")
        << true << QByteArray("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=").toBase64();
    QTest::newRow("with an empty signature") << true << QByteArray("v=").toBase64();
    QTest::newRow("with a signature not in base64") << true << sha256.serverFinal;
    QTest::newRow("no words") << true << QByteArray();
}

void TestScram::aYesWithoutProofIsNone()
{
    QFETCH(bool, asked);
    QFETCH(QByteArray, text);
    Scram mechanism = scram(sha256);
    QVERIFY(!asked || mechanism.respond(sha256.serverFirst).ok());
    const Base::Done done = mechanism.conclude(text);
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::ServerNotProved);
}

void TestScram::anErrorIsHeardAndAnsweredEmpty()
{
    for (const bool early : {true, false}) {
        Scram mechanism = scram(sha256);
        QVERIFY(early || mechanism.respond(sha256.serverFirst).ok());
        const Base::Result<QByteArray> answer = mechanism.respond("e=invalid-proof");
        QVERIFY(answer.ok());
        QVERIFY(answer->isEmpty());
        QCOMPARE(mechanism.complaint(), QByteArray("invalid-proof"));
        QVERIFY(!mechanism.conclude("2.7.0 Ok").ok());
        QVERIFY(!mechanism.conclude(sha256.serverFinal.toBase64()).ok());
        QVERIFY(!mechanism.respond(sha256.serverFinal).ok());
        QVERIFY(!mechanism.respond("e=other-error").ok());
    }
}

void TestScram::nothingFollowsTheProof()
{
    Scram mechanism = scram(sha256);
    QVERIFY(mechanism.respond(sha256.serverFirst).ok());
    QVERIFY(mechanism.respond(sha256.serverFinal).ok());
    QVERIFY(!mechanism.respond(sha256.serverFinal).ok());
    QVERIFY(!mechanism.respond({}).ok());
    QVERIFY(mechanism.conclude("2.7.0 Ok").ok());
}

void TestScram::law7_whatLetsPasswordsBeTriedIsSecret()
{
    Scram mechanism = scram(sha256);
    QCOMPARE(mechanism.secrets(), QByteArrayList{"pencil"});
    QVERIFY(mechanism.respond(sha256.serverFirst).ok());
    QVERIFY(mechanism.secrets().contains("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
    QVERIFY(mechanism.secrets().contains("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
}

void TestScram::theMostIterationsAreBearable()
{
    for (const int count : {Scram::fewestIterations, Scram::mostIterations}) {
        Scram mechanism = scram(sha256);
        const QByteArray message =
            "r=rOprNGfwEbeRWgbNEkqOxyz,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=" + QByteArray::number(count) + ",x=1";
        QVERIFY(mechanism.respond(message).ok()); // and an attribute nobody knows is passed over
    }
}

QTEST_GUILESS_MAIN(TestScram)
#include "tst_scram.moc"
