// Every value that core can name has a sentence of its own and says what to do.

#include "ui/common/explain.h"
#include "ui/common/words.h"

#include <QtTest>

using namespace Qt::StringLiterals;
using namespace Ui;

class TestExplain : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasRecoveredIsToldInNumbers();
    void everyErrorHasASentence();
    void everyErrorNamesWhatItConcerns();
    void everyRefusalHasASentence_data();
    void everyRefusalHasASentence();
    void everyStateHasASentence();
    void everyStepHasASentence();
    void knownCodesSayMoreThanTheStage();
    void aRefusedCertificateIsNoPassword();
    void anAccountsFileIsNamed();
    void serversWordsStayVerbatim();
    void wordsDiffer();
};

namespace {

void checkSentence(const Explanation &explanation, const QString &what)
{
    QVERIFY2(explanation.headline.size() > 12 && explanation.headline.endsWith(QLatin1Char('.')),
             qPrintable(what));
    QVERIFY2(explanation.advice.size() > 8 && explanation.advice.endsWith(QLatin1Char('.')),
             qPrintable(what));
    QVERIFY2(!explanation.headline.contains(QStringLiteral("%1")), qPrintable(what));
}

} // namespace

void TestExplain::everyErrorHasASentence()
{
    QHash<QString, QString> seen;
    for (const Base::ErrorKind kind : Base::allErrorKinds()) {
        const Explanation explanation = explain(Base::Error{kind, {}, QStringLiteral("detail")});
        checkSentence(explanation, Base::name(kind));
        QCOMPARE(explanation.words, QStringLiteral("detail"));
        QVERIFY2(!seen.contains(explanation.headline),
                 qPrintable(Base::name(kind) + QLatin1Char(' ') + seen.value(explanation.headline)));
        seen.insert(explanation.headline, Base::name(kind));
    }
}

void TestExplain::everyErrorNamesWhatItConcerns()
{
    using enum Base::ErrorKind;
    for (const Base::ErrorKind kind :
         {FileMissing,      FileUnreadable,   FileChanged,   BadAddress,         BadHeader,
          UnknownAccount,   DuplicateAccount, SecretMissing, NameNotFound,       CannotConnect,
          ProxyUnreachable, ProxyRefused,     ProxySignIn,   CertificateRefused, TimedOut,
          NotOffered,       WeakerSignIn,     BadAccount,    BadSetting,         BadTime}) {
        const Explanation explanation = explain(Base::Error{kind, QStringLiteral("THING"), {}});
        QVERIFY2(explanation.headline.contains(QStringLiteral("THING")), qPrintable(Base::name(kind)));
    }
}

void TestExplain::everyRefusalHasASentence_data()
{
    QTest::addColumn<int>("code");
    for (const int code : {421, 450, 451, 452, 454, 500, 501, 502, 503, 504, 530,
                           534, 535, 538, 550, 551, 552, 553, 554, 555, 599})
        QTest::addRow("%d", code) << code;
}

void TestExplain::everyRefusalHasASentence()
{
    QFETCH(int, code);
    const QString kind = QString::number(code / 100);
    QStringList replies{QStringLiteral("No")};
    for (const char *subject :
         {"0.0", "1.1", "1.2", "1.3", "1.8", "2.1", "2.2", "2.3", "3.0",  "3.2",  "3.4",  "4.1",
          "4.4", "5.1", "5.3", "6.1", "7.0", "7.1", "7.8", "7.9", "7.26", "7.28", "7.30", "99.999"})
        replies.append(QStringLiteral("%1.%2 No").arg(kind, QLatin1String(subject)));
    for (const Delivery::Stage stage : Delivery::allStages()) {
        for (const Delivery::Scope scope : {Delivery::Scope::Recipient, Delivery::Scope::Message,
                                            Delivery::Scope::Account, Delivery::Scope::Session}) {
            for (const QString &text : replies) {
                const Delivery::Reason reason{stage, scope, Delivery::ServerReply(code, {text}), {}};
                checkSentence(explain(reason), Delivery::name(stage) + QLatin1Char(' ') + text);
            }
        }
    }
}

void TestExplain::everyStateHasASentence()
{
    QSet<QString> seen;
    for (const Delivery::MessageState state : Delivery::allMessageStates()) {
        checkSentence(explain(state), Delivery::key(state));
        QVERIFY(!seen.contains(explain(state).headline));
        seen.insert(explain(state).headline);
    }
    seen.clear();
    for (const Delivery::RecipientState state : Delivery::allRecipientStates()) {
        checkSentence(explain(state), Delivery::name(state));
        QVERIFY(!seen.contains(explain(state).headline));
        seen.insert(explain(state).headline);
    }
    Delivery::Outcome outcome;
    outcome.recipients = {
        {QStringLiteral("a@b.example"), Delivery::Verdict::Accepted, Delivery::Stage::Content, {}, {}}};
    checkSentence(explain(outcome), QStringLiteral("accepted"));
}

void TestExplain::everyStepHasASentence()
{
    for (const Outbox::TestStep step : Outbox::allTestSteps()) {
        QVERIFY(explain(step, true).headline.endsWith(QLatin1Char('.')));
        checkSentence(explain(step, false), Outbox::name(step));
        QVERIFY(!word(step).isEmpty());
    }
    for (const Message::Hint hint :
         {Message::Hint::NoSubject, Message::Hint::NoText, Message::Hint::AttachmentForgotten})
        checkSentence(explain(hint), QStringLiteral("hint"));
}

void TestExplain::knownCodesSayMoreThanTheStage()
{
    const auto headline = [](Delivery::Stage stage, int code, const QString &text) {
        return explain(
                   Delivery::Reason{stage, Delivery::Scope::Message, Delivery::ServerReply(code, {text}), {}})
            .headline;
    };
    QVERIFY(headline(Delivery::Stage::Rcpt, 550, QStringLiteral("5.1.1 No"))
                .contains(QStringLiteral("no such mailbox")));
    QVERIFY(headline(Delivery::Stage::Rcpt, 451, QStringLiteral("4.7.1 later"))
                .contains(QStringLiteral("greylisting")));
    QVERIFY(headline(Delivery::Stage::Auth, 535, QStringLiteral("5.7.8 no"))
                .contains(QStringLiteral("password")));
    QVERIFY(headline(Delivery::Stage::Content, 552, QStringLiteral("too big"))
                .contains(QStringLiteral("larger")));
    const Explanation lost =
        explain(Delivery::Stage::Content, Base::Error{Base::ErrorKind::ConnectionLost, {}, {}});
    QVERIFY(lost.headline.contains(QStringLiteral("before the server said")));
}

// The same reply speaks of the password where there is one, and of the certificate where that signs in.
void TestExplain::aRefusedCertificateIsNoPassword()
{
    Delivery::Reason reason{Delivery::Stage::Auth,
                            Delivery::Scope::Account,
                            Delivery::ServerReply(535, {QStringLiteral("5.7.8 No")}),
                            {}};
    QVERIFY(explain(reason).headline.contains(QStringLiteral("password")));
    reason.error = Base::Error{Base::ErrorKind::SignInRefused, QStringLiteral("EXTERNAL"),
                               QStringLiteral("535 5.7.8 No")};
    const Explanation external = explain(reason);
    checkSentence(external, QStringLiteral("EXTERNAL"));
    QVERIFY(!external.toText().contains(QStringLiteral("password")));
    QVERIFY(external.headline.contains(QStringLiteral("certificate")));
    QVERIFY(external.advice.contains(QStringLiteral("register")));
    QCOMPARE(external.words, QStringLiteral("535 5.7.8 No"));
}

void TestExplain::anAccountsFileIsNamed()
{
    using enum Base::ErrorKind;
    const auto advice = [](Delivery::Stage stage, Base::ErrorKind kind) {
        return explain(stage, Base::Error{kind, QStringLiteral("/home/ada/key.pem"), {}}).advice;
    };
    for (const Base::ErrorKind kind : {FileMissing, FileUnreadable, BadAccount}) {
        const Base::Error error{kind, QStringLiteral("/home/ada/key.pem"), {}};
        QVERIFY(explain(Delivery::Stage::Connect, error).headline.contains(QStringLiteral("“key.pem”")));
        QVERIFY(advice(Delivery::Stage::Connect, kind).contains(QStringLiteral("Certificates")));
    }
    // Later on it is what was attached that is not there.
    QVERIFY(advice(Delivery::Stage::Content, FileMissing).contains(QStringLiteral("message")));
}

void TestExplain::serversWordsStayVerbatim()
{
    const Delivery::Reason reason{Delivery::Stage::Rcpt,
                                  Delivery::Scope::Recipient,
                                  Delivery::ServerReply(550, {QStringLiteral("5.1.1 <b>No</b>")}),
                                  {}};
    QCOMPARE(explain(reason).words, QStringLiteral("550 5.1.1 <b>No</b>"));
    QVERIFY(explain(Delivery::Reason{}).headline.isEmpty());
}

void TestExplain::wordsDiffer()
{
    QSet<QString> words;
    for (const Delivery::Stage stage : Delivery::allStages())
        words.insert(word(stage));
    QCOMPARE(words.size(), Delivery::allStages().size());
    QVERIFY(!word(Net::Security::None).isEmpty() && !word(Accounts::Auth::Login).isEmpty());
    QVERIFY(!sentence(Accounts::SecretPlace::Vault).isEmpty());
    words.clear();
    for (const Accounts::Lane lane :
         {Accounts::Lane::Default, Accounts::Lane::Bulk, Accounts::Lane::Window}) {
        QVERIFY(sentence(lane).contains(QStringLiteral("uncertain"))); // the price is named
        words.unite({word(lane), sentence(lane)});
    }
    QCOMPARE(words.size(), 6);
    words.clear();
    for (const Net::Proxy::Kind kind :
         {Net::Proxy::Kind::None, Net::Proxy::Kind::Socks5, Net::Proxy::Kind::HttpConnect})
        words.insert(word(kind));
    QCOMPARE(words.size(), 3);
}

void TestExplain::whatWasRecoveredIsToldInNumbers()
{
    const Ui::Explanation all =
        Ui::explain(Store::SalvageReport{u"/home/ada/postrider.db.damaged"_s, 40, 1, 1, 0, 0});
    QVERIFY(all.headline.contains(u"40"_s));
    QVERIFY(!all.advice.contains(u"read"_s));
    QCOMPARE(all.words, u"/home/ada/postrider.db.damaged"_s);
    const Ui::Explanation some = Ui::explain(Store::SalvageReport{{}, 40, 1, 1, 3, 7});
    QVERIFY(some.advice.contains(u"7"_s) && some.advice.contains(u"3"_s));
    const Ui::Explanation unknown = Ui::explain(Store::SalvageReport{{}, 0, 0, 0, 0, {}});
    QVERIFY(unknown.advice.contains(u"not known"_s));
}

QTEST_GUILESS_MAIN(TestExplain)
#include "tst_explain.moc"
