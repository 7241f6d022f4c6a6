// A secret printed by a command: the first line and nothing else, and no word of it in an error.

#include "core/accounts/commandsecret.h"

#include <QElapsedTimer>
#include <QTest>

using Base::ErrorKind;

class TestCommandSecret : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void firstLine_data();
    void firstLine();
    void failures_data();
    void failures();
    void inputIsEmpty();
    void takesTooLong();
    void severalAtOnce();
    void contextGone();

private:
    Base::Result<QByteArray> run(const QString &command, int timeoutMs = 10'000);
};

Base::Result<QByteArray> TestCommandSecret::run(const QString &command, int timeoutMs)
{
    std::optional<Base::Result<QByteArray>> answer;
    Accounts::runSecretCommand(command, timeoutMs, this,
                               [&answer](const Base::Result<QByteArray> &result) { answer = result; });
    if (answer)
        return Base::Error{ErrorKind::Internal, {}, QStringLiteral("answered from inside the call")};
    if (!QTest::qWaitFor([&answer] { return answer.has_value(); }, 15'000))
        return Base::Error{ErrorKind::TimedOut, {}, {}};
    return *answer;
}

void TestCommandSecret::firstLine_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QByteArray>("secret");
    QTest::newRow("one line") << QStringLiteral("echo s3cret") << QByteArray("s3cret");
    QTest::newRow("no line end") << QStringLiteral("printf s3cret") << QByteArray("s3cret");
    QTest::newRow("more lines") << QStringLiteral("printf 's3cret\\nuser: ada\\n'") << QByteArray("s3cret");
    QTest::newRow("CRLF") << QStringLiteral("printf 's3cret\\r\\nx'") << QByteArray("s3cret");
    QTest::newRow("spaces stay") << QStringLiteral("printf ' s3 cret \\n'") << QByteArray(" s3 cret ");
    QTest::newRow("octets") << QStringLiteral("printf '\\303\\244\\377'") << QByteArray::fromHex("c3a4ff");
    QTest::newRow("error output beside")
        << QStringLiteral("echo noise >&2; echo s3cret") << QByteArray("s3cret");
    QTest::newRow("much error output")
        << QStringLiteral("head -c 300000 /dev/zero >&2; echo s3cret") << QByteArray("s3cret");
    QTest::newRow("pipes") << QStringLiteral("echo xs3cret | cut -c2-") << QByteArray("s3cret");
}

void TestCommandSecret::firstLine()
{
    QFETCH(QString, command);
    QFETCH(QByteArray, secret);
    const auto result = run(command);
    QVERIFY2(result, result ? "" : qPrintable(result.error().detail));
    QCOMPARE(*result, secret);
}

void TestCommandSecret::failures_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("detail");
    QTest::newRow("exit code") << QStringLiteral(
                                      "echo s3cret; echo 'no\x1b[1m key' >&2; echo more >&2; exit 3")
                               << QStringLiteral("exit code 3: no\ufffd[1m key");
    QTest::newRow("silent") << QStringLiteral("exit 1") << QStringLiteral("exit code 1");
    QTest::newRow("empty") << QStringLiteral("true")
                           << QStringLiteral("the first line of its output is empty");
    QTest::newRow("empty line") << QStringLiteral("echo; echo s3cret")
                                << QStringLiteral("the first line of its output is empty");
    QTest::newRow("killed") << QStringLiteral("echo s3cret; kill -9 $$")
                            << QStringLiteral("the command crashed");
    QTest::newRow("endless") << QStringLiteral("yes s3cret") << QStringLiteral("the command prints too much");
    QTest::newRow("unknown") << QStringLiteral("/no/such/program") << QString();
}

void TestCommandSecret::failures()
{
    QFETCH(QString, command);
    QFETCH(QString, detail);
    const auto result = run(command);
    QVERIFY(!result);
    QCOMPARE(result.error().kind, ErrorKind::CommandFailed);
    QVERIFY(!result.error().detail.contains(QStringLiteral("s3cret")));
    if (detail.isEmpty())
        QVERIFY(result.error().detail.startsWith(QStringLiteral("exit code 127: ")));
    else
        QCOMPARE(result.error().detail, detail);
}

void TestCommandSecret::inputIsEmpty()
{
    QCOMPARE(run(QStringLiteral("cat; echo end")).value(), QByteArray("end"));
}

void TestCommandSecret::takesTooLong()
{
    QElapsedTimer since;
    since.start();
    const auto result = run(QStringLiteral("sleep 30; echo s3cret"), 200);
    QVERIFY(!result);
    QCOMPARE(result.error().detail, QStringLiteral("the command takes too long"));
    QVERIFY(since.elapsed() < 5'000);
}

void TestCommandSecret::severalAtOnce()
{
    QList<QByteArray> secrets;
    for (int i = 0; i < 5; ++i)
        Accounts::runSecretCommand(
            QStringLiteral("echo %1").arg(i), 10'000, this,
            [&secrets](const Base::Result<QByteArray> &result) { secrets.append(*result); });
    QTRY_COMPARE(secrets.size(), 5);
    std::sort(secrets.begin(), secrets.end());
    QCOMPARE(secrets, (QList<QByteArray>{"0", "1", "2", "3", "4"}));
}

void TestCommandSecret::contextGone()
{
    bool answered = false;
    {
        QObject context;
        Accounts::runSecretCommand(QStringLiteral("sleep 30; echo x"), 10'000, &context,
                                   [&answered](const Base::Result<QByteArray> &) { answered = true; });
        QTest::qWait(50);
    }
    QTest::qWait(100);
    QVERIFY(!answered);
}

QTEST_GUILESS_MAIN(TestCommandSecret)
#include "tst_commandsecret.moc"
