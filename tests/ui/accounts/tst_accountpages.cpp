// The pages behind the first one: what can be set there is kept and comes back, what is wrong is shown where
// it is, and the keyboard alone gets everywhere.

#include "core/accounts/providers.h"
#include "core/store/accountstore.h"
#include "tests/support/testproxy.h"
#include "tests/ui/support/world.h"
#include "ui/accounts/accountdialog.h"
#include "ui/common/limitstanding.h"
#include "ui/common/messagebar.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPointer>
#include <QPushButton>
#include <QSpinBox>
#include <QTabBar>
#include <QTabWidget>
#include <QWheelEvent>

using namespace Ui;

namespace {

const QString onePin = QStringLiteral("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
const QString onePinInHex =
    QStringLiteral("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
const QString otherPin = QStringLiteral("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");

enum Page { Account, Certificates, Limits, Advanced };

} // namespace

class TestAccountPages : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void everythingIsKeptAndComesBack();
    void aWrongFieldIsShown_data();
    void aWrongFieldIsShown();
    void aFolderForCopiesMustBeAMaildir();
    void pinsAreAddedPastedAndRemoved();
    void theKeyTheServerShowedIsPinned();
    void aKeyWithoutAGoodCertificateIsNotOffered();
    void theProxysPasswordIsKept();
    void theTestGoesThroughTheProxy();
    void aProxysAddressMayBePasted();
    void aCommandIsNeeded();
    void externalLeadsToTheCertificate();
    void lettersAreUnique_data();
    void lettersAreUnique();
    void tabGoesFromTopToBottom_data();
    void tabGoesFromTopToBottom();
    void everyFieldHasANameToBeReadOut();
    void theWheelPassesOver();
    void aProviderFillsInWhatNobodyTouched();
    void whatWasTypedGoesBeforeTheProvider();
    void anotherAddressAnotherProvider();
    void aProviderThatTakesNoMail();
    void aProvidersLimitsAreOfferedLater();
    void whatWasLearnedIsShownAndForgotten();

private:
    Accounts::Account values() const;
    void open(const Accounts::Account &account, int page = Account);
    template <class T>
    T *part(const char *name) const
    {
        return m_dialog->findChild<T *>(QLatin1String(name));
    }
    void pick(const char *name, int value);
    void typeAddress(const char *address);
    QList<QWidget *> shownFields() const;

    std::unique_ptr<World> m_world;
    QPointer<AccountDialog> m_dialog;
};

void TestAccountPages::init()
{
    m_world = std::make_unique<World>();
    QVERIFY(m_world->open());
}

void TestAccountPages::cleanup()
{
    delete m_dialog;
    m_world.reset();
}

Accounts::Account TestAccountPages::values() const
{
    Accounts::Account account;
    account.name = QStringLiteral("club");
    account.server = {QStringLiteral("localhost"), 2525, Net::Security::StartTls};
    account.fromAddress = QStringLiteral("ada@example.org");
    account.limits.messageSize = 1'234'567; // no whole number of what the field counts in
    return account;
}

void TestAccountPages::open(const Accounts::Account &account, int page)
{
    delete m_dialog;
    m_dialog = new AccountDialog(m_world->mailroom, m_world->preferences, m_world->prompts, account);
    m_dialog->show();
    QVERIFY(QTest::qWaitForWindowActive(m_dialog));
    part<QTabWidget>("accountTabs")->setCurrentIndex(page);
}

void TestAccountPages::pick(const char *name, int value)
{
    auto *box = part<QComboBox>(name);
    box->setFocus();
    const int row = box->findData(value);
    while (box->currentIndex() != row)
        QTest::keyClick(box, box->currentIndex() < row ? Qt::Key_Down : Qt::Key_Up);
}

void TestAccountPages::everythingIsKeptAndComesBack()
{
    open(values(), Certificates);
    m_world->prompts.files = {m_world->folder.filePath(QStringLiteral("me.pem"))};
    part<QPushButton>("choose-clientCertificate")->click();
    QTRY_COMPARE(part<QLineEdit>("clientCertificate")->text(), m_world->prompts.files.first());
    QTest::keyClicks(part<QLineEdit>("clientKey"), QStringLiteral("~/me.key"));
    QTest::keyClicks(part<QLineEdit>("caFile"), QStringLiteral("/etc/ca.pem"));
    QTest::keyClicks(part<QLineEdit>("newPin"), onePin);
    part<QPushButton>("addPin")->click();
    QTest::keyClicks(part<QLineEdit>("newPin"), otherPin); // not added: it counts all the same
    part<QTabWidget>("accountTabs")->setCurrentIndex(Advanced);
    QTest::keyClicks(part<QLineEdit>("helo"), QStringLiteral("client.example.org"));
    part<QCheckBox>("lmtp")->click();
    pick("proxyKind", static_cast<int>(Net::Proxy::Kind::HttpConnect));
    QTest::keyClicks(part<QLineEdit>("proxyHost"), QStringLiteral("Proxy.Example"));
    part<QSpinBox>("proxyPort")->setValue(3128);
    part<QTabWidget>("accountTabs")->setCurrentIndex(Limits);
    QTest::mouseClick(part<QSpinBox>("per-hour")->findChild<QLineEdit *>(), Qt::LeftButton, {}, {12, 8});
    QTest::keyClicks(part<QSpinBox>("per-hour"), QStringLiteral("200")); // over "no limit"
    part<QSpinBox>("recipients-per-day")->setValue(500);
    part<QSpinBox>("max-size")->setValue(25'000);
    part<QTabWidget>("accountTabs")->setCurrentIndex(Advanced);
    pick("lane", static_cast<int>(Accounts::Lane::Window));
    part<QSpinBox>("connections")->setValue(7);
    part<QSpinBox>("perConnection")->setValue(42);
    for (const char *inside : {"Sent/tmp", "Sent/new", "Sent/cur"})
        QVERIFY(QDir(m_world->folder.path()).mkpath(QString::fromLatin1(inside)));
    m_world->prompts.files = {m_world->folder.filePath(QStringLiteral("Sent"))};
    part<QPushButton>("choose-sentFolder")->click();
    QTRY_COMPARE(part<QLineEdit>("sentFolder")->text(), m_world->prompts.files.first());
    QTest::keyClick(part<QPushButton>("saveAccount"), Qt::Key_Space);
    QTRY_VERIFY(!m_dialog);

    const Base::Result<Accounts::Account> saved = m_world->query.account(QStringLiteral("club"));
    QVERIFY(saved);
    QCOMPARE(saved->trust.client.certificateFile, m_world->folder.filePath(QStringLiteral("me.pem")));
    QCOMPARE(saved->sentFolder, m_world->folder.filePath(QStringLiteral("Sent")));
    QCOMPARE(saved->trust.client.keyFile, QDir::home().filePath(QStringLiteral("me.key")));
    QCOMPARE(saved->trust.caFile, QStringLiteral("/etc/ca.pem"));
    QCOMPARE(saved->trust.pins, QStringList({onePin, otherPin}));
    QCOMPARE(saved->helo, QStringLiteral("client.example.org"));
    QVERIFY(saved->lmtp);
    const Net::Proxy proxy{Net::Proxy::Kind::HttpConnect, QStringLiteral("proxy.example"), 3128, {}};
    QVERIFY(saved->server.proxy == proxy);
    const Accounts::Limits limits{0, 200, 0, 500, 0, 25'000'000};
    QCOMPARE(saved->limits, limits);
    QCOMPARE(saved->lane, Accounts::Lane::Window);
    QCOMPARE(saved->maxConnections, 7);
    QCOMPARE(saved->maxPerConnection, 42);
    open(*saved);
    QVERIFY(m_dialog->account() == *saved); // to open it changes nothing
    QVERIFY(part<QLabel>("laneWords")->text().contains(QStringLiteral("several messages")));
}

void TestAccountPages::aWrongFieldIsShown_data()
{
    QTest::addColumn<QString>("field"); ///< which is filled
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("page");
    QTest::addColumn<QString>("shown"); ///< which is shown
    const auto row = [](const char *name, const char *field, const QString &text, int page,
                        const char *shown) {
        QTest::newRow(name) << QString::fromLatin1(field) << text << page << QString::fromLatin1(shown);
    };
    row("no server", "host", {}, Account, "host");
    row("no address", "address", QStringLiteral("ada"), Account, "address");
    row("a name of two words", "helo", QStringLiteral("my computer"), Advanced, "helo");
    row("no proxy", "proxyHost", {}, Advanced, "proxyHost");
    row("a proxy with a path", "proxyHost", QStringLiteral("proxy.example/x"), Advanced, "proxyHost");
    row("a password in the proxy's address", "proxyHost", QStringLiteral("socks5://ada:x@proxy.example:1080"),
        Advanced, "proxyHost");
    row("too long a user", "proxyUser", QString(256, QLatin1Char('a')), Advanced, "proxyUser");
    row("no password for the proxy", "proxyUser", QStringLiteral("ada"), Advanced, "proxyPassword");
    row("no pin", "newPin", QStringLiteral("c0ffee"), Certificates, "newPin");
    row("no key", "clientCertificate", QStringLiteral("/me.pem"), Certificates, "clientKey");
    row("no certificate", "clientKey", QStringLiteral("/me.key"), Certificates, "clientCertificate");
}

void TestAccountPages::aWrongFieldIsShown()
{
    QFETCH(QString, field);
    QFETCH(QString, text);
    QFETCH(int, page);
    QFETCH(QString, shown);
    Accounts::Account account = values();
    if (field.startsWith(QLatin1String("proxy")))
        account.server.proxy = {Net::Proxy::Kind::Socks5, QStringLiteral("proxy.example"), 1080, {}};
    open(account, page == Account ? Advanced : Account);
    m_dialog->findChild<QLineEdit *>(field)->setText(text);
    QTest::keyClick(part<QPushButton>("saveAccount"), Qt::Key_Space);
    QVERIFY(part<MessageBar>("accountBar")->isVisible());
    QCOMPARE(part<QTabWidget>("accountTabs")->currentIndex(), page);
    QCOMPARE(QApplication::focusWidget()->objectName(), shown);
    const QString headline = part<MessageBar>("accountBar")->headline();
    QVERIFY2(!headline.contains(QStringLiteral("settings cannot work")), qPrintable(headline));
    QCOMPARE(m_dialog->findChild<QLineEdit *>(field)->text(), text); // what was typed stays
    QVERIFY(m_world->query.accounts()->isEmpty());
}

void TestAccountPages::aFolderForCopiesMustBeAMaildir()
{
    open(values(), Advanced);
    part<QLineEdit>("sentFolder")->setText(m_world->folder.path());
    part<QTabWidget>("accountTabs")->setCurrentIndex(Account);
    QTest::keyClick(part<QPushButton>("saveAccount"), Qt::Key_Space);
    QTRY_VERIFY(part<MessageBar>("accountBar")->isVisible());
    QVERIFY(part<MessageBar>("accountBar")->headline().contains(QStringLiteral("Maildir")));
    QCOMPARE(part<QTabWidget>("accountTabs")->currentIndex(), static_cast<int>(Advanced));
    QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("sentFolder"));
    QVERIFY(m_world->query.accounts()->isEmpty());
    part<QLineEdit>("sentFolder")->clear();
    QTest::keyClick(part<QPushButton>("saveAccount"), Qt::Key_Space);
    QTRY_VERIFY(!m_dialog);
    QCOMPARE(m_world->query.accounts()->size(), 1);
}

void TestAccountPages::pinsAreAddedPastedAndRemoved()
{
    open(values(), Certificates);
    auto *line = part<QLineEdit>("newPin");
    auto *list = part<QListWidget>("pins");
    QVERIFY(!list->isVisible());
    line->setFocus();
    QTest::keyClicks(line, QStringLiteral("sha256//") + onePin);
    QTest::keyClick(line, Qt::Key_Return); // adds, and does not save
    QCOMPARE(m_dialog->account().trust.pins, QStringList(onePin));
    QVERIFY(line->text().isEmpty() && list->isVisible());
    QVERIFY(!part<MessageBar>("accountBar")->isVisible());

    QGuiApplication::clipboard()->setText(onePinInHex + QStringLiteral("\n") + otherPin +
                                          QStringLiteral("\nsomething"));
    line->paste();
    QTest::keyClick(line, Qt::Key_Return);
    QCOMPARE(list->count(), 2); // the one in the other form is the same
    QCOMPARE(line->text(), QStringLiteral("something"));
    QVERIFY(part<MessageBar>("accountBar")->isVisible());
    line->clear();
    QCOMPARE(m_dialog->account().trust.pins, QStringList({onePin, otherPin}));

    list->setFocus();
    QTest::keyClick(list, Qt::Key_Home);
    QTest::keyClick(list, Qt::Key_Delete);
    QCOMPARE(m_dialog->account().trust.pins, QStringList(otherPin));
    part<QPushButton>("removePin")->click();
    list->setCurrentRow(0);
    part<QPushButton>("removePin")->click();
    QVERIFY(m_dialog->account().trust.pins.isEmpty());
    QCOMPARE(QApplication::focusWidget(), line);
}

void TestAccountPages::theKeyTheServerShowedIsPinned()
{
    const Base::Result<quint16> port = m_world->practice.start(0);
    QVERIFY(port);
    Accounts::Account account = values();
    account.server.port = *port;
    account.trust.caFile = m_world->practice.certificateFile();
    open(account, Certificates);
    auto *shown = part<QPushButton>("pinShown");
    QVERIFY(!shown->isEnabled());
    m_dialog->test();
    const auto *bar = part<MessageBar>("testBar");
    QTRY_COMPARE(bar->role(), Role::Sent);
    QVERIFY(shown->isEnabled());
    QVERIFY(m_dialog->account().trust.pins.isEmpty()); // nothing is pinned by itself
    shown->click();
    QCOMPARE(m_dialog->account().trust.pins.size(), 1);
    QVERIFY(!shown->isEnabled());
    const QStringList pinned = m_dialog->account().trust.pins;
    m_dialog->test();
    QTRY_COMPARE(bar->role(), Role::Sent);

    part<QListWidget>("pins")->setCurrentRow(0);
    part<QPushButton>("removePin")->click();
    part<QLineEdit>("newPin")->setText(otherPin);
    m_dialog->test();
    QTRY_COMPARE(bar->role(), Role::Failed); // that one does not vouch for it
    QVERIFY(shown->isEnabled());
    shown->click();
    QCOMPARE(m_dialog->account().trust.pins, QStringList({pinned.first(), otherPin}));
    part<QListWidget>("pins")->clear();
    part<QLineEdit>("newPin")->clear();
    part<QLineEdit>("host")->setText(QStringLiteral("mail.example"));
    QVERIFY(!shown->isEnabled()); // that was another server's
}

void TestAccountPages::aKeyWithoutAGoodCertificateIsNotOffered()
{
    const Base::Result<quint16> port = m_world->practice.start(0);
    QVERIFY(port);
    Accounts::Account account = values();
    account.server.port = *port;
    open(account, Certificates);
    m_dialog->test();
    QTRY_COMPARE(part<MessageBar>("testBar")->role(), Role::Failed);
    QVERIFY(!part<QPushButton>("pinShown")->isEnabled());
}

void TestAccountPages::theProxysPasswordIsKept()
{
    open(values(), Advanced);
    QVERIFY(!part<QLineEdit>("proxyHost")->isVisible());
    pick("proxyKind", static_cast<int>(Net::Proxy::Kind::Socks5));
    QCOMPARE(part<QSpinBox>("proxyPort")->value(), 1080);
    QTest::keyClicks(part<QLineEdit>("proxyHost"), QStringLiteral("proxy.example"));
    QVERIFY(!part<QLineEdit>("proxyPassword")->isVisible());
    QTest::keyClicks(part<QLineEdit>("proxyUser"), QStringLiteral("ada"));
    QVERIFY(part<QLineEdit>("proxyPassword")->isVisible());
    QCOMPARE(part<QLineEdit>("proxyPassword")->echoMode(), QLineEdit::Password);
    QTest::keyClicks(part<QLineEdit>("proxyPassword"), QStringLiteral("open sesame"));
    m_dialog->save();
    QTRY_VERIFY(!m_dialog);
    const Base::Result<Accounts::Account> saved = m_world->query.account(QStringLiteral("club"));
    QVERIFY(saved);
    QVERIFY(saved->proxySecretPlace != Accounts::SecretPlace::None);
    std::optional<QByteArray> kept;
    m_world->secrets.fetch(
        *saved, [&kept](const Base::Result<QByteArray> &got) { kept = got ? *got : QByteArray(); },
        Accounts::SecretOf::Proxy);
    QTRY_VERIFY(kept.has_value());
    QCOMPARE(*kept, QByteArray("open sesame"));
    open(*saved, Advanced);
    m_dialog->save(); // it is kept already and need not be typed again
    QTRY_VERIFY(!m_dialog);
}

void TestAccountPages::theTestGoesThroughTheProxy()
{
    const Base::Result<quint16> port = m_world->practice.start(0);
    QVERIFY(port);
    Support::TestProxy proxy(Support::TestProxy::Kind::Socks5);
    proxy.user = "ada";
    proxy.password = "open sesame";
    Accounts::Account account = values();
    account.server.port = *port;
    account.server.proxy = {Net::Proxy::Kind::Socks5, QStringLiteral("127.0.0.1"), proxy.serverPort(),
                            QStringLiteral("ada")};
    account.trust.caFile = m_world->practice.certificateFile();
    open(account, Advanced);
    part<QLineEdit>("proxyPassword")->setText(QStringLiteral("open sesame"));
    m_dialog->test();
    QTRY_COMPARE(part<MessageBar>("testBar")->role(), Role::Sent);
    QCOMPARE(proxy.credentials, QStringList(QStringLiteral("ada:open sesame")));
    QVERIFY(m_world->query.accounts()->isEmpty()); // nothing was saved
}

void TestAccountPages::aProxysAddressMayBePasted()
{
    open(values(), Advanced);
    pick("proxyKind", static_cast<int>(Net::Proxy::Kind::Socks5));
    auto *host = part<QLineEdit>("proxyHost");
    host->setFocus();
    QTest::keyClicks(host, QStringLiteral("http://ada@proxy.example:3128"));
    QTest::keyClick(host, Qt::Key_Tab);
    const Net::Proxy proxy{Net::Proxy::Kind::HttpConnect, QStringLiteral("proxy.example"), 3128,
                           QStringLiteral("ada")};
    QVERIFY(m_dialog->account().server.proxy == proxy);
}

void TestAccountPages::aCommandIsNeeded()
{
    Accounts::Account account = values();
    account.user = QStringLiteral("ada");
    account.secretPlace = Accounts::SecretPlace::Command;
    open(account, Advanced);
    m_dialog->save();
    QCOMPARE(QApplication::focusWidget(), part<QLineEdit>("command"));
    QVERIFY(m_world->query.accounts()->isEmpty());
}

void TestAccountPages::externalLeadsToTheCertificate()
{
    Accounts::Account account = values();
    open(account, Advanced);
    QVERIFY(!part<QLabel>("authWords")->isVisible());
    pick("auth", static_cast<int>(Accounts::Auth::External));
    QVERIFY(part<QLabel>("authWords")->isVisible());
    m_dialog->save();
    QCOMPARE(QApplication::focusWidget(), part<QLineEdit>("clientCertificate"));
    part<QTabWidget>("accountTabs")->setCurrentIndex(Account);
    m_dialog->askForSecret();
    QCOMPARE(QApplication::focusWidget(), part<QLineEdit>("clientCertificate"));
}

void TestAccountPages::lettersAreUnique_data()
{
    QTest::addColumn<int>("page");
    QTest::newRow("account") << int(Account);
    QTest::newRow("certificates") << int(Certificates);
    QTest::newRow("limits") << int(Limits);
    QTest::newRow("advanced") << int(Advanced);
}

/// With everything shown that can be: the rows of a proxy and a command, the pins, a refused certificate and
/// the transcript of a test.
void TestAccountPages::lettersAreUnique()
{
    QFETCH(int, page);
    const Base::Result<quint16> port = m_world->practice.start(0);
    QVERIFY(port);
    Accounts::Account account = values();
    account.server.port = *port;
    account.server.proxy = {Net::Proxy::Kind::None, {}, 0, {}};
    account.trust.pins = {onePin};
    account.trust.exception = {QString(64, QLatin1Char('a')), account.server.host, account.server.port, {}};
    open(account, page);
    m_dialog->test();
    QTRY_VERIFY(part<QPushButton>("showTestTranscript"));
    part<QPushButton>("showTestTranscript")->click();
    QVERIFY(part<QPushButton>("acceptCertificate")->isVisible());
    pick("security", static_cast<int>(Net::Security::None));
    pick("proxyKind", static_cast<int>(Net::Proxy::Kind::Socks5));
    part<QLineEdit>("proxyUser")->setText(QStringLiteral("ada"));
    part<QLineEdit>("user")->setText(QStringLiteral("ada"));

    QHash<QString, QString> seen;
    const auto take = [&seen](const QString &text) {
        const QString letter = QKeySequence::mnemonic(text).toString();
        if (letter.isEmpty())
            return;
        QVERIFY2(!seen.contains(letter),
                 qPrintable(QStringLiteral("%1: %2, %3").arg(letter, text, seen.value(letter))));
        seen.insert(letter, text);
    };
    for (const bool command : {false, true}) {
        seen.clear();
        pick("secretPlace",
             static_cast<int>(command ? Accounts::SecretPlace::Command : Accounts::SecretPlace::Session));
        const auto *tabs = part<QTabWidget>("accountTabs");
        for (int tab = 0; tab < tabs->count(); ++tab)
            take(tabs->tabText(tab));
        for (const QLabel *label : m_dialog->findChildren<QLabel *>()) {
            if (label->isVisible() && label->buddy())
                take(label->text());
        }
        for (const QAbstractButton *button : m_dialog->findChildren<QAbstractButton *>()) {
            if (button->isVisible())
                take(button->text());
        }
        QVERIFY(seen.size() >= 10);
    }
}

/// Of the shown page and what lies below it.
QList<QWidget *> TestAccountPages::shownFields() const
{
    QList<QWidget *> fields;
    for (QWidget *widget : m_dialog->findChildren<QWidget *>()) {
        const bool typed =
            qobject_cast<QComboBox *>(widget) || qobject_cast<QSpinBox *>(widget) ||
            qobject_cast<QAbstractButton *>(widget) || qobject_cast<QListWidget *>(widget) ||
            (qobject_cast<QLineEdit *>(widget) && !qobject_cast<QSpinBox *>(widget->parentWidget()));
        if (typed && widget->isVisible() && (widget->focusPolicy() & Qt::TabFocus))
            fields.append(widget);
    }
    return fields;
}

void TestAccountPages::tabGoesFromTopToBottom_data()
{
    lettersAreUnique_data();
}

void TestAccountPages::tabGoesFromTopToBottom()
{
    QFETCH(int, page);
    Accounts::Account account = values();
    account.user = QStringLiteral("ada");
    account.server.proxy = {Net::Proxy::Kind::Socks5, QStringLiteral("proxy.example"), 1080,
                            QStringLiteral("ada")};
    account.trust.pins = {onePin};
    account.trust.exception = {QString(64, QLatin1Char('a')), account.server.host, account.server.port, {}};
    open(account, page);
    auto *tabs = part<QTabWidget>("accountTabs");
    tabs->tabBar()->setFocus();
    QSet<QWidget *> met;
    QPoint last(0, 0);
    for (QTest::keyClick(tabs->tabBar(), Qt::Key_Tab); !met.contains(QApplication::focusWidget());
         QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab)) {
        QWidget *now = QApplication::focusWidget();
        if (now == tabs->tabBar())
            break;
        if (tabs->isAncestorOf(now)) { // not where it stands in the dialog: that scrolls
            const QPoint at = now->mapTo(tabs, now->rect().center());
            QVERIFY2(at.y() > last.y() - 8, qPrintable(now->objectName()));
            last = at;
        }
        met.insert(now);
    }
    for (QWidget *field : shownFields()) {
        if (field->isEnabled() && field != tabs->tabBar())
            QVERIFY2(met.contains(field), qPrintable(field->objectName()));
    }
}

void TestAccountPages::everyFieldHasANameToBeReadOut()
{
    for (const int page : {Account, Certificates, Limits, Advanced}) {
        Accounts::Account account = values();
        account.user = QStringLiteral("ada");
        account.server.proxy = {Net::Proxy::Kind::Socks5, QStringLiteral("proxy.example"), 1080,
                                QStringLiteral("ada")};
        account.trust.pins = {onePin};
        open(account, page);
        QSet<const QWidget *> labelled;
        for (const QLabel *label : m_dialog->findChildren<QLabel *>())
            labelled.insert(label->buddy());
        const QList<QWidget *> fields = shownFields();
        QVERIFY(fields.size() > 6);
        for (const QWidget *field : fields) {
            const auto *button = qobject_cast<const QAbstractButton *>(field);
            QVERIFY2(!field->objectName().isEmpty(), field->metaObject()->className());
            QVERIFY2(labelled.contains(field) || !field->accessibleName().isEmpty() ||
                         (button && !button->text().isEmpty()),
                     qPrintable(field->objectName()));
        }
    }
}

void TestAccountPages::theWheelPassesOver()
{
    open(values(), Advanced);
    auto *number = part<QSpinBox>("connections");
    const auto turn = [number] {
        QWheelEvent event(QPointF(4, 4), number->mapToGlobal(QPointF(4, 4)), {}, {0, -120}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(number, &event);
        return number->value();
    };
    QCOMPARE(turn(), 2);
    number->setFocus();
    QCOMPARE(turn(), 1);
}

void TestAccountPages::typeAddress(const char *address)
{
    auto *line = part<QLineEdit>("address");
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, QString::fromLatin1(address));
    QTest::keyClick(line, Qt::Key_Tab);
}

void TestAccountPages::aProviderFillsInWhatNobodyTouched()
{
    open({});
    QVERIFY(!part<QLabel>("providerWords")->isVisible());
    typeAddress("ada@gmail.com");
    const Accounts::Account account = m_dialog->account();
    QCOMPARE(account.server.host, QStringLiteral("smtp.gmail.com"));
    QCOMPARE(account.server.port, quint16(465));
    QCOMPARE(account.server.security, Net::Security::Tls);
    QCOMPARE(account.user, QStringLiteral("ada@gmail.com"));
    QCOMPARE(account.name, QStringLiteral("Gmail"));
    QCOMPARE(account.limits.recipientsPerDay, 500);
    QVERIFY(part<QLabel>("providerWords")->isVisible());
    QVERIFY(part<QLabel>("providerWords")->text().contains(QStringLiteral("app password")));
    QVERIFY(part<QLineEdit>("password")->isVisible());
    QVERIFY(part<QComboBox>("secretPlace")->isVisible());
}

void TestAccountPages::whatWasTypedGoesBeforeTheProvider()
{
    open({});
    QTest::keyClicks(part<QLineEdit>("accountName"), QStringLiteral("mine"));
    QTest::keyClicks(part<QLineEdit>("host"), QStringLiteral("relay.example.org"));
    QTest::keyClicks(part<QLineEdit>("user"), QStringLiteral("ada"));
    part<QSpinBox>("per-day")->setValue(7);
    typeAddress("ada@outlook.com");
    const Accounts::Account account = m_dialog->account();
    QCOMPARE(account.name, QStringLiteral("mine"));
    QCOMPARE(account.server.host, QStringLiteral("relay.example.org"));
    QCOMPARE(account.user, QStringLiteral("ada"));
    QCOMPARE(account.limits.perDay, 7);
    // Of these nothing was said.
    QCOMPARE(account.server.port, quint16(587));
    QCOMPARE(account.server.security, Net::Security::StartTls);
    QCOMPARE(account.auth, Accounts::Auth::XOAuth2);
    QCOMPARE(account.secretPlace, Accounts::SecretPlace::Command); // a token is fetched
}

void TestAccountPages::anotherAddressAnotherProvider()
{
    open({});
    typeAddress("ada@outlook.com");
    QCOMPARE(m_dialog->account().auth, Accounts::Auth::XOAuth2);
    typeAddress("ada@gmail.com");
    const Accounts::Account account = m_dialog->account();
    QCOMPARE(account.server.host, QStringLiteral("smtp.gmail.com"));
    QCOMPARE(account.server.port, quint16(465));
    QCOMPARE(account.auth, Accounts::Auth::Auto);
    QCOMPARE(account.user, QStringLiteral("ada@gmail.com"));
    QCOMPARE(account.limits.recipientsPerDay, 500);
    typeAddress("ada@example.org");
    QVERIFY(!part<QLabel>("providerWords")->isVisible());
    QCOMPARE(m_dialog->account().limits, Accounts::Limits());
}

void TestAccountPages::aProviderThatTakesNoMail()
{
    const auto refusing = std::find_if(Accounts::providers().begin(), Accounts::providers().end(),
                                       [](const Accounts::Provider &each) { return each.hasNoSmtp; });
    QVERIFY(refusing != Accounts::providers().end());
    open({});
    typeAddress(qPrintable(QStringLiteral("ada@") + refusing->domains.first()));
    QVERIFY(part<QLabel>("providerWords")->text().contains(QStringLiteral("own programs")));
    QVERIFY(m_dialog->account().server.host.isEmpty());
}

void TestAccountPages::aProvidersLimitsAreOfferedLater()
{
    Accounts::Account account = values();
    account.fromAddress = QStringLiteral("ada@gmail.com");
    account.limits = {};
    const auto saved = World::await<Accounts::Account>(m_world->mailroom.saveAccount(account));
    QVERIFY(saved);
    open(*saved, Limits);
    QCOMPARE(m_dialog->account().limits, Accounts::Limits()); // an account that is there is left alone
    auto *use = part<QPushButton>("useProviderLimits");
    QVERIFY(use->isVisible() && use->text().contains(QStringLiteral("Gmail")));
    QTest::keyClick(use, Qt::Key_Space);
    QCOMPARE(m_dialog->account().limits.recipientsPerDay, 500);
    QVERIFY(!use->isVisible()); // there is nothing more to use
    part<QSpinBox>("recipients-per-day")->setValue(400);
    QVERIFY(use->isVisible());
}

void TestAccountPages::whatWasLearnedIsShownAndForgotten()
{
    const auto saved = World::await<Accounts::Account>(m_world->mailroom.saveAccount(values()));
    QVERIFY(saved);
    const QDateTime now = m_world->clock.now();
    Accounts::Learned learned;
    learned.perHour = {100, now.toUTC().date()};
    Store::Database books;
    QVERIFY(books.open(m_world->paths.database(), Store::Database::Mode::ReadWrite).ok());
    QVERIFY(Store::AccountStore(books).setLearned(*saved, learned).ok());
    open(*saved, Limits);
    QVERIFY(!part<QPushButton>("forgetLearned")->isVisible());
    m_dialog->tell(standingOf(m_world->query, *saved, now), now);
    QVERIFY(part<QLabel>("learned")->text().contains(QStringLiteral("100 messages an hour")));
    QVERIFY(part<QLabel>("usage")->text().contains(QStringLiteral("0 of 100 messages an hour")));
    part<QPushButton>("forgetLearned")->click();
    QTRY_VERIFY(!part<QPushButton>("forgetLearned")->isVisible());
    QVERIFY(m_world->query.learnedOf(saved->id)->isNull());
}

QTEST_MAIN(TestAccountPages)
#include "tst_accountpages.moc"
