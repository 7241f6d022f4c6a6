// PLAIN and LOGIN, and the limits of an exchange.

#include "core/smtp/saslexchange.h"

#include <QTest>

using Smtp::Credentials;
using Smtp::Mechanism;
using Smtp::SaslExchange;

class TestSasl : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plainSaysEverythingAtOnce();
    void loginAnswersTwoQuestionsWhateverTheySay();
    void theStrongestOfferedIsChosen();
    void aPinnedMechanismIsNeverReplaced();
    void whatIsNotOursIsNotOffered();
    void challengesAreStrictBase64_data();
    void challengesAreStrictBase64();
    void law7_noErrorHoldsTheSecret();
};

namespace {

const Credentials ada{"ada", "hunter2"};

QStringList words(const char *text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

Delivery::ServerReply challenge(const QString &text)
{
    return {334, {text}};
}

} // namespace

void TestSasl::plainSaysEverythingAtOnce()
{
    const auto plain = Smtp::chooseMechanism(words("PLAIN"), {}, ada);
    QVERIFY(plain);
    QCOMPARE(plain->name(), QByteArray("PLAIN"));
    QCOMPARE(plain->initial(), std::optional(QByteArray("\0ada\0hunter2", 12)));
    QVERIFY(!plain->respond({}));
}

void TestSasl::loginAnswersTwoQuestionsWhateverTheySay()
{
    const auto login = Smtp::chooseMechanism(words("LOGIN"), {}, ada);
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

void TestSasl::theStrongestOfferedIsChosen()
{
    const QStringList known = Smtp::knownMechanisms();
    QVERIFY(known.contains(QStringLiteral("PLAIN")) && known.contains(QStringLiteral("LOGIN")));
    for (qsizetype i = 0; i < known.size(); ++i) {
        QStringList offered = known.mid(i);
        std::reverse(offered.begin(), offered.end());
        const auto chosen = Smtp::chooseMechanism(offered, {}, ada);
        QVERIFY(chosen);
        QCOMPARE(QString::fromLatin1(chosen->name()), known.at(i));
    }
}

void TestSasl::aPinnedMechanismIsNeverReplaced()
{
    const auto pinned = Smtp::chooseMechanism(words("PLAIN LOGIN"), QStringLiteral("login"), ada);
    QVERIFY(pinned);
    QCOMPARE(pinned->name(), QByteArray("LOGIN"));
    QVERIFY(!Smtp::chooseMechanism(words("PLAIN"), QStringLiteral("LOGIN"), ada));
    const auto exchange = SaslExchange::begin(words("PLAIN"), QStringLiteral("LOGIN"), ada);
    QVERIFY(!exchange);
    QCOMPARE(exchange.error().kind, Base::ErrorKind::NotOffered);
    QVERIFY(exchange.error().detail.contains(QStringLiteral("PLAIN")));
}

void TestSasl::whatIsNotOursIsNotOffered()
{
    QVERIFY(!Smtp::chooseMechanism(words("NTLM GSSAPI X-LOGIN PLAIN-CLIENTTOKEN"), {}, ada));
    QVERIFY(!Smtp::chooseMechanism({}, {}, ada));
    QVERIFY(!Smtp::chooseMechanism(words("NTLM"), QStringLiteral("NTLM"), ada));
}

void TestSasl::challengesAreStrictBase64_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("good");
    QTest::newRow("base64") << QStringLiteral("VXNlcm5hbWU6") << true;
    QTest::newRow("nothing") << QString() << true;
    QTest::newRow("blanks around") << QStringLiteral(" VXNlcm5hbWU6 ") << true;
    QTest::newRow("plain text") << QStringLiteral("Username:") << false;
    QTest::newRow("a blank inside") << QStringLiteral("VXNl cm5h") << false;
    QTest::newRow("beyond ASCII") << QStringLiteral(u"VXNl\u00fcm5h") << false;
}

void TestSasl::challengesAreStrictBase64()
{
    QFETCH(QString, text);
    QFETCH(bool, good);
    const auto exchange = SaslExchange::begin(words("LOGIN"), {}, ada);
    QVERIFY(exchange);
    const Base::Result<Smtp::Command> answer = (*exchange)->answer(challenge(text));
    QCOMPARE(answer.ok(), good);
    if (!good)
        QCOMPARE(answer.error().kind, Base::ErrorKind::Protocol);
}

void TestSasl::law7_noErrorHoldsTheSecret()
{
    const auto exchange = SaslExchange::begin(words("PLAIN"), {}, ada);
    QVERIFY(exchange);
    const Base::Result<Smtp::Command> first = (*exchange)->first();
    QVERIFY(first);
    QVERIFY(!first->shown.contains(QStringLiteral("hunter2")));
    for (int round = 0; round < SaslExchange::mostRounds + 2; ++round) {
        const Base::Result<Smtp::Command> answer =
            (*exchange)->answer(challenge(QStringLiteral("aHVudGVyMg==")));
        QVERIFY(!answer);
        QVERIFY(!answer.error().detail.contains(QStringLiteral("hunter2")));
        QVERIFY(!answer.error().detail.contains(QStringLiteral("aHVudGVyMg")));
    }
}

QTEST_GUILESS_MAIN(TestSasl)
#include "tst_sasl.moc"
