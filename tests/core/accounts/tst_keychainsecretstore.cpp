// The keychain: none at all, one that is locked, and a real gnome-keyring on a session bus of its own. The
// cases with a bus run in a child process, which is this program again.

#include "core/accounts/keychainsecretstore.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using Accounts::KeychainSecretStore;
using Base::ErrorKind;

namespace {

constexpr const char *inside = "POSTRIDER_TEST_KEYRING";

template <class T>
std::optional<T> waitFor(std::optional<T> &answer, int milliseconds = 10'000)
{
    static_cast<void>(QTest::qWaitFor([&answer] { return answer.has_value(); }, milliseconds));
    return std::exchange(answer, std::nullopt);
}

Base::Result<QByteArray> get(KeychainSecretStore &store, const QString &key)
{
    std::optional<Base::Result<QByteArray>> answer;
    store.get(key, [&answer](const Base::Result<QByteArray> &result) { answer = result; });
    Q_ASSERT(!answer); // never from inside the call
    return waitFor(answer).value_or(Base::Error{ErrorKind::TimedOut, {}, {}});
}

Base::Done set(KeychainSecretStore &store, const QString &key, const QByteArray &secret)
{
    std::optional<Base::Done> answer;
    store.set(key, secret, [&answer](const Base::Done &done) { answer = done; });
    Q_ASSERT(!answer);
    return waitFor(answer).value_or(Base::Error{ErrorKind::TimedOut, {}, {}});
}

Base::Done remove(KeychainSecretStore &store, const QString &key)
{
    std::optional<Base::Done> answer;
    store.remove(key, [&answer](const Base::Done &done) { answer = done; });
    return waitFor(answer).value_or(Base::Error{ErrorKind::TimedOut, {}, {}});
}

const QString scope = QStringLiteral("postrider-test");
const QString key = QStringLiteral("account-1");

} // namespace

class TestKeychainSecretStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textForms();
    void withoutAKeychain();
    void withARealKeyring();
    void withALockedKeyring();
    void insideRealKeyring();
    void insideLockedKeyring();

private:
    void runInside(const QString &function, const QString &daemon);
};

void TestKeychainSecretStore::textForms()
{
    for (const QByteArray &secret :
         {QByteArray("plain"), QByteArray("ünïcode päss"), QByteArray::fromHex("00ff80"),
          QByteArray("base64:YQ=="), QByteArray("tab\tand\nline"), QByteArray()})
        QCOMPARE(KeychainSecretStore::fromText(KeychainSecretStore::toText(secret)), secret);
    QCOMPARE(KeychainSecretStore::toText("ünïcode"),
             QStringLiteral("ünïcode")); // readable in the keychain manager
}

void TestKeychainSecretStore::withoutAKeychain()
{
    if (qEnvironmentVariableIsSet(inside))
        QSKIP("there is one here");
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    KeychainSecretStore store(scope);
    QCOMPARE(get(store, key).error().kind, ErrorKind::KeychainUnavailable);
    QCOMPARE(set(store, key, "x").error().kind, ErrorKind::KeychainUnavailable);
    QCOMPARE(remove(store, key).error().kind, ErrorKind::KeychainUnavailable);
}

void TestKeychainSecretStore::runInside(const QString &function, const QString &daemon)
{
    if (qEnvironmentVariableIsSet(inside))
        QSKIP("inside already");
    for (const char *program : {"dbus-run-session", "gnome-keyring-daemon"}) {
        if (QStandardPaths::findExecutable(QString::fromLatin1(program)).isEmpty())
            QSKIP("needs dbus-run-session and gnome-keyring-daemon");
    }
    QTemporaryDir home;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QString::fromLatin1(inside), QStringLiteral("1"));
    for (const char *name : {"HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
        environment.insert(QString::fromLatin1(name), home.path());
    environment.remove(QStringLiteral("DISPLAY"));
    environment.remove(QStringLiteral("WAYLAND_DISPLAY"));
    environment.remove(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"));
    QProcess process;
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(
        QStringLiteral("dbus-run-session"),
        {QStringLiteral("--"), QStringLiteral("/bin/sh"), QStringLiteral("-c"),
         daemon + QStringLiteral("\"$1\" \"$2\"; code=$?; [ -z \"$pid\" ] || kill \"$pid\"; exit $code"),
         QStringLiteral("sh"), QCoreApplication::applicationFilePath(), function});
    QVERIFY(process.waitForFinished(60'000));
    const QByteArray output = process.readAll();
    QVERIFY2(process.exitCode() == 0 && output.contains("PASS   : TestKeychainSecretStore::inside"),
             output.constData());
}

void TestKeychainSecretStore::withARealKeyring()
{
    runInside(QStringLiteral("insideRealKeyring"),
              QStringLiteral("printf pw | gnome-keyring-daemon --unlock --foreground --components=secrets "
                             ">/dev/null 2>&1 & pid=$!; sleep 1; "));
}

// The daemon is there, its keyring is locked and nobody can be asked: the test is that an answer comes at
// all.
void TestKeychainSecretStore::withALockedKeyring()
{
    runInside(QStringLiteral("insideLockedKeyring"),
              QStringLiteral("gnome-keyring-daemon --foreground --components=secrets "
                             ">/dev/null 2>&1 & pid=$!; sleep 1; "));
}

void TestKeychainSecretStore::insideRealKeyring()
{
    if (!qEnvironmentVariableIsSet(inside))
        QSKIP("runs in a child process");
    KeychainSecretStore store(scope);
    QCOMPARE(get(store, key).error().kind, ErrorKind::SecretMissing);
    for (const QByteArray &secret :
         {QByteArray("päss word"), QByteArray::fromHex("00ff0a"), QByteArray(5'000, 'x')}) {
        const Base::Done done = set(store, key, secret);
        QVERIFY2(done, done ? "" : qPrintable(done.error().detail));
        QCOMPARE(*get(store, key), secret);
    }
    KeychainSecretStore otherHome(QStringLiteral("postrider-other"));
    QCOMPARE(get(otherHome, key).error().kind, ErrorKind::SecretMissing);
    QVERIFY(remove(store, key));
    QVERIFY(remove(store, key));
    QCOMPARE(get(store, key).error().kind, ErrorKind::SecretMissing);
}

void TestKeychainSecretStore::insideLockedKeyring()
{
    if (!qEnvironmentVariableIsSet(inside))
        QSKIP("runs in a child process");
    KeychainSecretStore store(scope, 3'000);
    const Base::Done done = set(store, key, "x");
    QVERIFY(!done);
    QCOMPARE(done.error().kind, ErrorKind::KeychainUnavailable);
}

QTEST_GUILESS_MAIN(TestKeychainSecretStore)
#include "tst_keychainsecretstore.moc"
