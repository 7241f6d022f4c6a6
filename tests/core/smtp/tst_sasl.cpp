// Which mechanism is taken, what a downgrade is, PLAIN, LOGIN, CRAM-MD5 and EXTERNAL, and the limits of an
// exchange.

#include "core/smtp/crammd5.h"
#include "core/smtp/saslexchange.h"

#include <QTest>

using Base::ErrorKind;
using Smtp::Credentials;
using Smtp::Mechanism;
using Smtp::SaslExchange;
using Smtp::SignIn;

class TestSasl : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plainSaysEverythingAtOnce();
    void loginAnswersTwoQuestionsWhateverTheySay();
    void cramMd5OfTheRfc();
    void cramMd5AnswersOneQuestion();
    void externalNamesNobodyUnlessTold();
    void theStrongestOfferedIsChosen_data();
    void theStrongestOfferedIsChosen();
    void inTheClearThePasswordIsNotSaidIfItNeedNotBe();
    void boundOnlyWhereThereIsSomethingToBindTo();
    void theBindingFlagIsNoLie_data();
    void theBindingFlagIsNoLie();
    void aPinnedMechanismIsNeverReplaced();
    void tokensAndCertificatesOnlyWhenPinned();
    void whatIsNotOursIsNotOffered();
    void aVanishedMechanismIsNotReplacedByAWeakerOne_data();
    void aVanishedMechanismIsNotReplacedByAWeakerOne();
    void nothingInTheClearUnlessAllowed();
    void whatCannotBePreparedIsTold_data();
    void whatCannotBePreparedIsTold();
    void challengesAreStrictBase64_data();
    void challengesAreStrictBase64();
    void elevenRoundsAreOneTooMany();
    void aLongInitialResponseWaitsForTheServer();
    void aResponseBeyondTheLimitIsNotSaid();
    void complaintsAreTold();
    void law7_noErrorHoldsTheSecret();
};

namespace {

const Credentials ada{"ada", "hunter2"};
const QStringList everything =
    Smtp::knownMechanisms() + QStringList{QStringLiteral("SCRAM-SHA-512"), QStringLiteral("NTLM")};

QStringList words(const char *text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

SignIn encrypted(const char *mechanism = "", const Credentials &credentials = ada)
{
    SignIn signIn;
    signIn.mechanism = QString::fromLatin1(mechanism);
    signIn.credentials = credentials;
    signIn.server = {QStringLiteral("mail.example"), 465, Net::Security::Tls};
    signIn.encrypted = true;
    return signIn;
}

SignIn bound(const char *mechanism = "")
{
    SignIn signIn = encrypted(mechanism);
    signIn.endPointBinding = "hash";
    return signIn;
}

QString chosen(const QStringList &offered, const SignIn &signIn)
{
    return Smtp::chooseMechanism(offered, signIn);
}

std::unique_ptr<Mechanism> made(const QString &name, const SignIn &signIn)
{
    auto mechanism = Smtp::makeMechanism(name, {name}, signIn);
    return mechanism ? std::move(*mechanism) : nullptr;
}

} // namespace

void TestSasl::plainSaysEverythingAtOnce()
{
    const auto plain = made(QStringLiteral("PLAIN"), encrypted());
    QVERIFY(plain);
    QCOMPARE(plain->name(), QByteArray("PLAIN"));
    QCOMPARE(plain->initial(), std::optional(QByteArray("\0ada\0hunter2", 12)));
    QVERIFY(!plain->respond({}));
    // RFC 4616 §4
    const auto tim = made(QStringLiteral("PLAIN"), encrypted("", {"tim", "tanstaaftanstaaf"}));
    QCOMPARE(tim->initial(), std::optional(QByteArray("\0tim\0tanstaaftanstaaf", 21)));
    // Prepared (RFC 4013): the same password, however it was typed.
    const auto typed = made(QStringLiteral("PLAIN"), encrypted("", {"ada", "pa\xcc\x88ss"}));
    QCOMPARE(typed->initial(), std::optional(QByteArray("\0ada\0p\xc3\xa4ss", 10)));
}

void TestSasl::loginAnswersTwoQuestionsWhateverTheySay()
{
    const auto login = made(QStringLiteral("LOGIN"), encrypted());
    QVERIFY(login);
    QVERIFY(!login->initial());
    const Base::Result<QByteArray> first = login->respond("Password:"); // only the order counts
    QVERIFY(first);
    QCOMPARE(*first, ada.user);
    const Base::Result<QByteArray> second = login->respond({});
    QVERIFY(second);
    QCOMPARE(*second, ada.secret);
    QVERIFY(!login->respond("Again:"));
}

// RFC 2195 §2
void TestSasl::cramMd5OfTheRfc()
{
    Smtp::CramMd5 mechanism({"tim", "tanstaaftanstaaf"});
    QVERIFY(!mechanism.initial());
    const Base::Result<QByteArray> answer = mechanism.respond("<1896.697170952@postoffice.reston.mci.net>");
    QVERIFY(answer);
    QCOMPARE(*answer, QByteArray("tim b913a602c7eda7a495b4e6e7334d3890"));
    QVERIFY(mechanism.conclude("Ok"));
}

void TestSasl::cramMd5AnswersOneQuestion()
{
    Smtp::CramMd5 mechanism(ada);
    QCOMPARE(mechanism.respond({}).error().kind, ErrorKind::Protocol);
    QVERIFY(mechanism.respond("<1@x>"));
    QCOMPARE(mechanism.respond("<1@x>").error().kind, ErrorKind::Protocol);
    QCOMPARE(mechanism.respond("<2@x>").error().kind, ErrorKind::Protocol);
    QVERIFY(mechanism.secrets().contains("hunter2"));
    QCOMPARE(mechanism.secrets().last().size(), 32);
}

void TestSasl::externalNamesNobodyUnlessTold()
{
    for (const char *user : {"", "ada"}) {
        const auto external = made(QStringLiteral("EXTERNAL"), encrypted("EXTERNAL", {user, {}}));
        QVERIFY(external);
        QCOMPARE(external->initial(), std::optional(QByteArray(user)));
        QVERIFY(!external->respond({}));
        QVERIFY(external->secrets().isEmpty());
    }
}

void TestSasl::theStrongestOfferedIsChosen_data()
{
    QTest::addColumn<QString>("best");
    QTest::addColumn<QStringList>("worse");
    QStringList order = words("SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN LOGIN "
                              "CRAM-MD5");
    while (!order.isEmpty()) {
        const QString best = order.takeFirst();
        QTest::newRow(qPrintable(best)) << best << order;
    }
}

void TestSasl::theStrongestOfferedIsChosen()
{
    QFETCH(QString, best);
    QFETCH(QStringList, worse);
    QStringList offered = worse + QStringList{best};
    QCOMPARE(chosen(offered, bound()), best);
    std::reverse(offered.begin(), offered.end());
    QCOMPARE(chosen(offered, bound()), best);
    const auto exchange = made(best, bound());
    QVERIFY(exchange);
    QCOMPARE(QString::fromLatin1(exchange->name()), best);
}

void TestSasl::inTheClearThePasswordIsNotSaidIfItNeedNotBe()
{
    SignIn signIn = encrypted();
    signIn.encrypted = false;
    QCOMPARE(chosen(words("PLAIN LOGIN CRAM-MD5"), signIn), QStringLiteral("CRAM-MD5"));
    QCOMPARE(chosen(words("PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1"), signIn), QStringLiteral("SCRAM-SHA-1"));
    QCOMPARE(chosen(words("LOGIN PLAIN"), signIn), QStringLiteral("PLAIN"));
}

void TestSasl::boundOnlyWhereThereIsSomethingToBindTo()
{
    QCOMPARE(chosen(everything, bound()), QStringLiteral("SCRAM-SHA-256-PLUS"));
    QCOMPARE(chosen(everything, encrypted()), QStringLiteral("SCRAM-SHA-256"));
    QCOMPARE(chosen(words("SCRAM-SHA-256-PLUS"), encrypted()), QString());
    QCOMPARE(chosen(everything, bound("SCRAM-SHA-256")), QStringLiteral("SCRAM-SHA-256-PLUS"));
    QCOMPARE(chosen(everything, encrypted("SCRAM-SHA-256")), QStringLiteral("SCRAM-SHA-256"));
    QCOMPARE(chosen(everything, bound("SCRAM-SHA-1")), QStringLiteral("SCRAM-SHA-1-PLUS"));
}

void TestSasl::theBindingFlagIsNoLie_data()
{
    QTest::addColumn<QString>("offered");
    QTest::addColumn<QString>("pinned");
    QTest::addColumn<bool>("binds");
    QTest::addColumn<QByteArray>("header");
    const auto row = [](const char *offered, const char *pinned, bool binds, const char *header) {
        QTest::addRow("%s, %s, %d", offered, pinned, binds)
            << QString::fromLatin1(offered) << QString::fromLatin1(pinned) << binds << QByteArray(header);
    };
    row("SCRAM-SHA-256-PLUS SCRAM-SHA-256", "", true, "p=tls-server-end-point,,");
    row("SCRAM-SHA-256-PLUS SCRAM-SHA-256", "", false, "n,,");
    row("SCRAM-SHA-256", "", true, "y,,");
    row("SCRAM-SHA-256", "", false, "n,,");
    // A server that binds in SHA-1 only would take a "y" for an attack.
    row("SCRAM-SHA-1-PLUS SCRAM-SHA-256", "", true, "n,,");
    row("SCRAM-SHA-1-PLUS SCRAM-SHA-1", "SCRAM-SHA-1", true, "p=tls-server-end-point,,");
}

void TestSasl::theBindingFlagIsNoLie()
{
    QFETCH(QString, offered);
    QFETCH(QString, pinned);
    QFETCH(bool, binds);
    QFETCH(QByteArray, header);
    const QStringList names = offered.split(QLatin1Char(' '));
    const QByteArray wish = pinned.toLatin1();
    const SignIn signIn = binds ? bound(wish.constData()) : encrypted(wish.constData());
    const auto mechanism = Smtp::makeMechanism(chosen(names, signIn), names, signIn);
    QVERIFY(mechanism);
    const QByteArray first = *(*mechanism)->initial();
    QVERIFY2(first.startsWith(header + "n=ada,r="), first.constData());
}

void TestSasl::aPinnedMechanismIsNeverReplaced()
{
    QCOMPARE(chosen(everything, encrypted("login")), QStringLiteral("LOGIN"));
    QCOMPARE(chosen(words("PLAIN"), encrypted("LOGIN")), QString());
    Smtp::Redactor redactor;
    const auto exchange = SaslExchange::begin(words("PLAIN"), encrypted("LOGIN"), redactor);
    QVERIFY(!exchange);
    QCOMPARE(exchange.error().kind, ErrorKind::NotOffered);
    QVERIFY(exchange.error().subject.contains(QStringLiteral("LOGIN")));
    QVERIFY(exchange.error().detail.contains(QStringLiteral("PLAIN")));
}

void TestSasl::tokensAndCertificatesOnlyWhenPinned()
{
    QCOMPARE(chosen(words("XOAUTH2 OAUTHBEARER EXTERNAL"), bound()), QString());
    QCOMPARE(chosen(words("XOAUTH2 OAUTHBEARER EXTERNAL PLAIN"), bound()), QStringLiteral("PLAIN"));
    for (const char *name : {"XOAUTH2", "OAUTHBEARER", "EXTERNAL"}) {
        QCOMPARE(chosen(everything, bound(name)), QString::fromLatin1(name));
        QCOMPARE(QString::fromLatin1(made(QString::fromLatin1(name), bound(name))->name()),
                 QString::fromLatin1(name));
    }
}

void TestSasl::whatIsNotOursIsNotOffered()
{
    QCOMPARE(chosen(words("NTLM GSSAPI X-LOGIN PLAIN-CLIENTTOKEN SCRAM-SHA-512"), bound()), QString());
    QCOMPARE(chosen({}, bound()), QString());
    QCOMPARE(chosen(words("NTLM"), bound("NTLM")), QString());
    QCOMPARE(chosen(everything, bound("-PLUS")), QString());
}

void TestSasl::aVanishedMechanismIsNotReplacedByAWeakerOne_data()
{
    QTest::addColumn<QString>("seen");
    QTest::addColumn<QString>("offered");
    QTest::addColumn<QString>("pinned");
    QTest::addColumn<bool>("binds");
    QTest::addColumn<bool>("clear");
    QTest::addColumn<bool>("weaker");
    const auto row = [](const char *seen, const char *offered, const char *pinned, bool binds, bool clear,
                        bool weaker) {
        QTest::addRow("%s, now %s, pinned %s, %d %d", seen, offered, pinned, binds, clear)
            << QString::fromLatin1(seen) << QString::fromLatin1(offered) << QString::fromLatin1(pinned)
            << binds << clear << weaker;
    };
    row("", "PLAIN", "", true, false, false);
    row("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN", "", true, false, false);
    row("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256 PLAIN", "", true, false, true);
    row("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256 PLAIN", "SCRAM-SHA-256", true, false, true);
    // A certificate of another kind, to which nothing can be bound, may be somebody else's.
    row("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS SCRAM-SHA-256", "", false, false, true);
    row("SCRAM-SHA-256", "PLAIN LOGIN", "", true, false, true);
    row("SCRAM-SHA-256", "SCRAM-SHA-1 PLAIN", "", true, false, true);
    row("SCRAM-SHA-1", "PLAIN", "", true, false, true);
    row("SCRAM-SHA-1", "SCRAM-SHA-256", "", true, false, false);
    row("SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "", true, false, false);
    // The person chose it.
    row("SCRAM-SHA-256", "PLAIN", "PLAIN", true, false, false);
    // Inside TLS PLAIN goes before CRAM-MD5 by our own choice.
    row("CRAM-MD5", "CRAM-MD5 PLAIN", "", true, false, false);
    row("CRAM-MD5", "PLAIN", "", false, true, true);
    row("PLAIN", "LOGIN", "", false, true, false);
    row("NTLM", "LOGIN", "", true, false, false);
}

void TestSasl::aVanishedMechanismIsNotReplacedByAWeakerOne()
{
    QFETCH(QString, seen);
    QFETCH(QString, offered);
    QFETCH(QString, pinned);
    QFETCH(bool, binds);
    QFETCH(bool, clear);
    QFETCH(bool, weaker);
    SignIn signIn = binds ? bound() : encrypted();
    signIn.mechanism = pinned;
    signIn.strongestSeen = seen;
    signIn.encrypted = !clear;
    signIn.allowCleartextSecret = clear;
    Smtp::Redactor redactor;
    const auto exchange = SaslExchange::begin(offered.split(QLatin1Char(' ')), signIn, redactor);
    QCOMPARE(!exchange.ok(), weaker);
    if (!weaker)
        return;
    QCOMPARE(exchange.error().kind, ErrorKind::WeakerSignIn);
    QCOMPARE(exchange.error().subject, seen);
    QVERIFY(exchange.error().detail.contains(offered));
}

void TestSasl::nothingInTheClearUnlessAllowed()
{
    Smtp::Redactor redactor;
    for (const QString &name : Smtp::knownMechanisms()) {
        SignIn signIn = bound(name.toLatin1().constData());
        signIn.encrypted = false;
        const auto refused = SaslExchange::begin({name}, signIn, redactor);
        QVERIFY2(!refused, qPrintable(name));
        QCOMPARE(refused.error().kind, ErrorKind::BadAccount);
        QCOMPARE(refused.error().subject, QStringLiteral("security"));
        signIn.allowCleartextSecret = true;
        QVERIFY2(SaslExchange::begin({name}, signIn, redactor), qPrintable(name));
    }
}

void TestSasl::whatCannotBePreparedIsTold_data()
{
    QTest::addColumn<QString>("mechanism");
    QTest::addColumn<QByteArray>("user");
    QTest::addColumn<QByteArray>("secret");
    QTest::addColumn<QString>("subject");       // empty: it can be said
    const QByteArray face = "\xf0\x9f\x98\x80"; // later than Unicode 3.2
    for (const char *name : {"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}) {
        const QString mechanism = QString::fromLatin1(name);
        QTest::addRow("%s, user", name)
            << mechanism << QByteArray("a\x07") << QByteArray("x") << QStringLiteral("user");
        QTest::addRow("%s, password", name)
            << mechanism << QByteArray("a") << QByteArray("x\x07") << QStringLiteral("password");
        QTest::addRow("%s, no UTF-8", name)
            << mechanism << QByteArray("a") << QByteArray("x\xe4") << QStringLiteral("password");
        QTest::addRow("%s, a face in the user", name) << mechanism << face << QByteArray("x") << QString();
    }
    QTest::newRow("PLAIN, a face") << QStringLiteral("PLAIN") << QByteArray("a") << face << QString();
    QTest::newRow("SCRAM, a face") << QStringLiteral("SCRAM-SHA-1") << QByteArray("a") << face
                                   << QStringLiteral("password");
    QTest::newRow("XOAUTH2, a blank")
        << QStringLiteral("XOAUTH2") << QByteArray("a") << QByteArray("a b") << QStringLiteral("password");
    // These two say octets, whatever they mean.
    QTest::newRow("LOGIN") << QStringLiteral("LOGIN") << QByteArray("a") << QByteArray("x\xe4") << QString();
    QTest::newRow("CRAM-MD5") << QStringLiteral("CRAM-MD5") << QByteArray("a") << QByteArray("x\xe4")
                              << QString();
}

void TestSasl::whatCannotBePreparedIsTold()
{
    QFETCH(QString, mechanism);
    QFETCH(QByteArray, user);
    QFETCH(QByteArray, secret);
    QFETCH(QString, subject);
    SignIn signIn = bound(mechanism.toLatin1().constData());
    signIn.credentials = {user, secret};
    Smtp::Redactor redactor;
    const auto exchange = SaslExchange::begin({mechanism}, signIn, redactor);
    QCOMPARE(exchange.ok(), subject.isEmpty());
    if (subject.isEmpty())
        return;
    QCOMPARE(exchange.error().kind, ErrorKind::BadAccount);
    QCOMPARE(exchange.error().subject, subject);
}

void TestSasl::challengesAreStrictBase64_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("good");
    QTest::newRow("base64") << QByteArray("VXNlcm5hbWU6") << true;
    QTest::newRow("nothing") << QByteArray() << true;
    QTest::newRow("blanks around") << QByteArray(" VXNlcm5hbWU6 ") << true;
    QTest::newRow("plain text") << QByteArray("Username:") << false;
    QTest::newRow("a blank inside") << QByteArray("VXNl cm5h") << false;
    QTest::newRow("beyond ASCII") << QByteArray("VXNl\xc3\xbc"
                                                "cm5h")
                                  << false;
    QTest::newRow("a NUL") << QByteArray("VXNl\0cm5", 8) << false;
    QTest::newRow("without padding") << QByteArray("VXNlcm5hbWU") << false;
    QTest::newRow("too much padding") << QByteArray("VXNlcm5hbWU6====") << false;
    QTest::newRow("padding inside") << QByteArray("VX==VXNl") << false;
    QTest::newRow("stray bits") << QByteArray("VR==") << false;
    QTest::newRow("the alphabet of URLs") << QByteArray("-_-_") << false;
    QTest::newRow("the longest") << QByteArray(12288, 'A') << true;
    QTest::newRow("too long") << QByteArray(12292, 'A') << false;
}

void TestSasl::challengesAreStrictBase64()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, good);
    Smtp::Redactor redactor;
    const auto exchange = SaslExchange::begin(words("LOGIN"), encrypted(), redactor);
    QVERIFY(exchange);
    const Base::Result<Smtp::Command> answer = (*exchange)->answer(text);
    QCOMPARE(answer.ok(), good);
    if (!good)
        QCOMPARE(answer.error().kind, ErrorKind::Protocol);
}

void TestSasl::elevenRoundsAreOneTooMany()
{
    for (const QString &name : Smtp::knownMechanisms()) {
        Smtp::Redactor redactor;
        const auto exchange = SaslExchange::begin({name}, bound(name.toLatin1().constData()), redactor);
        QVERIFY(exchange);
        int answered = 0;
        for (int round = 0; round < 3 * SaslExchange::mostRounds; ++round)
            answered += (*exchange)->answer("PDFAeD4=") ? 1 : 0;
        QVERIFY2(answered <= 2, qPrintable(name)); // none of ours has more to say
        QVERIFY((*exchange)->answer({}).error().detail.contains(QStringLiteral("more than 10")));
    }
}

// RFC 4954 §4: AUTH itself is a command of at most 512 octets; what does not fit waits for a question.
void TestSasl::aLongInitialResponseWaitsForTheServer()
{
    // "AUTH PLAIN " and CRLF are 13: 499 remain, of which base64 uses 496 for 372 octets.
    for (const int size : {367, 368}) {
        Smtp::Redactor redactor;
        const QByteArray password(size, 'x');
        const auto exchange = SaslExchange::begin(words("PLAIN"), encrypted("", {"ada", password}), redactor);
        QVERIFY(exchange);
        const Base::Result<Smtp::Command> first = (*exchange)->first();
        QVERIFY(first);
        const QByteArray whole = ('\0' + QByteArray("ada") + '\0' + password).toBase64();
        if (size == 367) {
            QCOMPARE(first->wire, "AUTH PLAIN " + whole + "\r\n");
            QVERIFY(first->wire.size() <= 512);
            QVERIFY(!(*exchange)->answer({}));
        } else {
            QCOMPARE(first->wire, QByteArray("AUTH PLAIN\r\n"));
            QCOMPARE(first->shown, QStringLiteral("AUTH PLAIN"));
            const Base::Result<Smtp::Command> second = (*exchange)->answer({});
            QVERIFY(second);
            QCOMPARE(second->wire, whole + "\r\n");
            QCOMPARE(second->shown, QStringLiteral("****"));
            QVERIFY(!(*exchange)->answer({}));
        }
        QVERIFY(!redactor.redact(whole).contains(whole.mid(20, 40)));
    }
}

void TestSasl::aResponseBeyondTheLimitIsNotSaid()
{
    for (const char *name : {"PLAIN", "XOAUTH2"}) {
        Smtp::Redactor redactor;
        const auto exchange = SaslExchange::begin(
            {QString::fromLatin1(name)}, encrypted(name, {"ada", QByteArray(12'000, 'x')}), redactor);
        QVERIFY(exchange);
        QVERIFY((*exchange)->first());
        const Base::Result<Smtp::Command> second = (*exchange)->answer({});
        QVERIFY(!second);
        QCOMPARE(second.error().kind, ErrorKind::BadAccount);
        QCOMPARE(second.error().subject, QStringLiteral("password"));
    }
}

void TestSasl::complaintsAreTold()
{
    Smtp::Redactor redactor;
    const auto exchange =
        SaslExchange::begin(words("XOAUTH2"), encrypted("XOAUTH2", {"ada", "t0ken-t0ken"}), redactor);
    QVERIFY(exchange);
    const Delivery::ServerReply no(535, {QStringLiteral("5.7.8 No")});
    QVERIFY(!(*exchange)->complaint(no)); // nothing was said yet
    const Base::Result<Smtp::Command> answer =
        (*exchange)->answer(QByteArray("{\"status\":\"401\",\"echo\":\"t0ken-t0ken\"}\x07").toBase64());
    QVERIFY(answer);
    QCOMPARE(answer->wire, QByteArray("\r\n"));
    const std::optional<Base::Error> error = (*exchange)->complaint(no);
    QVERIFY(error);
    QCOMPARE(error->kind, ErrorKind::SignInRefused);
    QCOMPARE(error->subject, QStringLiteral("XOAUTH2"));
    QCOMPARE(error->detail, QStringLiteral("535 5.7.8 No ({\"status\":\"401\",\"echo\":\"****\"})"));
    QVERIFY(!(*exchange)->complaint(Delivery::ServerReply(454, {QStringLiteral("4.7.0 Later")})));
}

void TestSasl::law7_noErrorHoldsTheSecret()
{
    for (const QString &name : Smtp::knownMechanisms()) {
        Smtp::Redactor redactor;
        const auto exchange = SaslExchange::begin({name}, bound(name.toLatin1().constData()), redactor);
        QVERIFY(exchange);
        const Base::Result<Smtp::Command> first = (*exchange)->first();
        QVERIFY(first);
        QVERIFY(!first->shown.contains(QStringLiteral("hunter2")));
        QVERIFY(first->shown == QStringLiteral("AUTH ") + name ||
                first->shown == QStringLiteral("AUTH ") + name + QStringLiteral(" ****"));
        for (int round = 0; round < SaslExchange::mostRounds + 2; ++round) {
            const Base::Result<Smtp::Command> answer = (*exchange)->answer("aHVudGVyMg==");
            if (answer) {
                QCOMPARE(answer->shown, QStringLiteral("****"));
                continue;
            }
            QVERIFY(!answer.error().detail.contains(QStringLiteral("hunter2")));
            QVERIFY(!answer.error().detail.contains(QStringLiteral("aHVudGVyMg")));
        }
    }
}

QTEST_GUILESS_MAIN(TestSasl)
#include "tst_sasl.moc"
