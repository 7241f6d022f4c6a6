// What a limit holds up and what takes long, as the window shows it: in the list, on the message's page, in
// the account list, above the lists once, and while a letter is written.

#include "core/store/accountstore.h"
#include "core/store/usagestore.h"
#include "tests/ui/support/world.h"
#include "ui/accounts/accountlist.h"
#include "ui/common/messagebar.h"
#include "ui/compose/limithint.h"
#include "ui/main/patiencebar.h"
#include "ui/outbox/messagedetails.h"
#include "ui/outbox/outboxmodel.h"

#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QTreeWidget>

using namespace Ui;
using namespace Qt::StringLiterals;

namespace {
constexpr qint64 minute = 60'000;
constexpr qint64 hour = 60 * minute;
} // namespace

class TestWindowsPatience : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void whatWaitsForALimitSaysSo();
    void whatIsDueLaterThanTheLimitOpensIsNotHeldUpByIt();
    void whatTakesLongIsMarked_data();
    void whatTakesLongIsMarked();
    void itIsToldOnceOverRestarts();
    void whatLeftIsForgotten();
    void theAccountListSaysHowMuchIsUsedUp();
    void whileALetterIsWritten_data();
    void whileALetterIsWritten();
    void aHintThatWasClosedStaysAway();

private:
    void save(const Accounts::Limits &limits);
    Base::MessageId submit(const QString &subject);
    /// As if so many had gone then.
    void sent(qint64 ago, int messages, int recipients);
    /// As if it had been tried since then.
    void deferred(Base::MessageId id, qint64 ago, qint64 next, int attempts = 8);

    std::unique_ptr<World> m_world;
    std::unique_ptr<Store::Database> m_books;
    Accounts::Account m_account;
};

void TestWindowsPatience::init()
{
    m_world = std::make_unique<World>();
    QVERIFY(m_world->open(false)); // nothing is sent
    m_books = std::make_unique<Store::Database>();
    QVERIFY(m_books->open(m_world->paths.database(), Store::Database::Mode::ReadWrite).ok());
}

void TestWindowsPatience::cleanup()
{
    m_books.reset();
    m_world.reset();
}

void TestWindowsPatience::save(const Accounts::Limits &limits)
{
    Accounts::Account account;
    account.name = u"work"_s;
    account.server = {u"localhost"_s, 1, Net::Security::None};
    account.fromAddress = u"ada@example.org"_s;
    account.limits = limits;
    const auto saved = World::await<Accounts::Account>(m_world->mailroom.saveAccount(account));
    QVERIFY(saved);
    m_account = *saved;
}

Base::MessageId TestWindowsPatience::submit(const QString &subject)
{
    const Base::Result<Base::MessageId> id = World::await<Base::MessageId>(
        m_world->mailroom.submit(m_world->letter(u"bob@example.org"_s, subject)));
    return id ? *id : Base::MessageId{};
}

void TestWindowsPatience::sent(qint64 ago, int messages, int recipients)
{
    const QDateTime then = m_world->clock.now().addMSecs(-ago);
    QVERIFY(Store::UsageStore(*m_books).add(m_account.id, then, {messages, recipients}).ok());
}

void TestWindowsPatience::deferred(Base::MessageId id, qint64 ago, qint64 next, int attempts)
{
    const qint64 now = m_world->clock.now().toMSecsSinceEpoch();
    QVERIFY(m_books
                ->exec(u"UPDATE message SET state = 'deferred', created = ?, next_attempt = ?, attempts = ? "
                       "WHERE id = ?"_s,
                       {now - ago, now + next, attempts, id.value})
                .ok());
}

void TestWindowsPatience::whatWaitsForALimitSaysSo()
{
    save({0, 100, 0, 0, 0, 0});
    const Base::MessageId id = submit(u"held up"_s);
    OutboxModel model(m_world->query, m_world->clock);
    model.setFilter({});
    const auto next = [&model] { return model.index(0, OutboxModel::NextTry); };
    QVERIFY(!next().data().toString().contains(u"limit"_s));
    sent(10 * minute, 100, 100);
    model.refreshAll();
    QVERIFY2(next().data().toString().startsWith(u"limit, in "_s), qPrintable(next().data().toString()));
    QVERIFY(next().data(Qt::ToolTipRole).toString().contains(u"limit of 100 messages an hour"_s));

    MessageDetails details(m_world->query, m_world->clock, m_world->preferences, m_world->prompts);
    details.show(id);
    const auto *bar = details.findChild<MessageBar *>(u"messageBanner"_s);
    QVERIFY(bar->accessibleDescription().contains(u"limit of 100 messages an hour is reached; the next"_s));
}

void TestWindowsPatience::whatIsDueLaterThanTheLimitOpensIsNotHeldUpByIt()
{
    save({0, 100, 0, 0, 0, 0});
    const Base::MessageId id = submit(u"later"_s);
    sent(50 * minute, 100, 100);
    deferred(id, minute, 30 * minute);
    OutboxModel model(m_world->query, m_world->clock);
    model.setFilter({});
    QVERIFY(!model.index(0, OutboxModel::NextTry).data().toString().contains(u"limit"_s));
}

void TestWindowsPatience::whatTakesLongIsMarked_data()
{
    QTest::addColumn<qint64>("age");
    QTest::addColumn<int>("attempts");
    QTest::addColumn<bool>("marked");
    QTest::newRow("not yet") << 3 * hour << 8 << false;
    QTest::newRow("after four hours") << 4 * hour + 12 * minute << 9 << true;
    QTest::newRow("that slept all the while") << 4 * hour + 12 * minute << 0 << false;
}

void TestWindowsPatience::whatTakesLongIsMarked()
{
    QFETCH(qint64, age);
    QFETCH(int, attempts);
    QFETCH(bool, marked);
    save({});
    const Base::MessageId id = submit(u"minutes"_s);
    deferred(id, age, 20 * minute, attempts);
    OutboxModel model(m_world->query, m_world->clock);
    model.setFilter({});
    const QModelIndex state = model.index(0, OutboxModel::State);
    QCOMPARE(state.data().toString().endsWith(u" 4 h"_s), marked);
    QCOMPARE(state.data(Qt::ToolTipRole).toString().contains(u"Not delivered for 4 h"_s), marked);
    MessageDetails details(m_world->query, m_world->clock, m_world->preferences, m_world->prompts);
    details.show(id);
    const auto *bar = details.findChild<MessageBar *>(u"messageBanner"_s);
    QCOMPARE(bar->role() == Role::Warning, marked);
    QCOMPARE(bar->accessibleDescription().contains(u"then it is given up"_s), marked);
    QVERIFY(bar->accessibleDescription().contains(u"tried again"_s));
}

void TestWindowsPatience::itIsToldOnceOverRestarts()
{
    save({});
    const Base::MessageId first = submit(u"minutes"_s);
    const Base::MessageId second = submit(u"contract"_s);
    deferred(first, 5 * hour, 20 * minute);
    {
        PatienceBar bar(m_world->query, m_world->clock, m_world->preferences);
        QVERIFY(bar.headline().contains(u"“minutes” takes long"_s));
        QSignalSpy wanted(&bar, &PatienceBar::wanted);
        bar.findChild<QPushButton *>(u"showLate"_s)->click();
        QCOMPARE(wanted.size(), 1);
        QCOMPARE(wanted.first().first().value<Base::MessageId>(), first);
        QVERIFY(bar.isHidden());
        bar.look();
        QVERIFY(bar.headline().isEmpty());
    }
    Preferences next(m_world->paths.settings()); // as the next run reads them
    PatienceBar bar(m_world->query, m_world->clock, next);
    QVERIFY(bar.headline().isEmpty());
    deferred(second, 5 * hour, 20 * minute);
    bar.look();
    QVERIFY(bar.headline().contains(u"“contract”"_s)); // and of the new one alone
    QVERIFY(!bar.headline().contains(u"another"_s));
}

void TestWindowsPatience::whatLeftIsForgotten()
{
    save({});
    const Base::MessageId id = submit(u"minutes"_s);
    deferred(id, 5 * hour, 20 * minute);
    PatienceBar bar(m_world->query, m_world->clock, m_world->preferences);
    QCOMPARE(m_world->preferences.text(Preference::ToldLate), id.toString());
    QVERIFY(m_books->exec(u"UPDATE message SET state = 'sent' WHERE id = ?"_s, {id.value}).ok());
    bar.look();
    QVERIFY(m_world->preferences.text(Preference::ToldLate).isEmpty());
}

void TestWindowsPatience::theAccountListSaysHowMuchIsUsedUp()
{
    save({0, 0, 500, 0, 0, 0});
    AccountList list(m_world->mailroom, m_world->query, m_world->clock, m_world->preferences,
                     m_world->prompts);
    list.show();
    const auto *rows = list.findChild<QTreeWidget *>(u"accountList"_s);
    const auto used = [rows] { return rows->topLevelItem(0)->text(2); };
    QCOMPARE(used(), u"0/500"_s);
    sent(hour, 312, 312);
    submit(u"the next"_s);
    QTRY_COMPARE(used(), u"312/500"_s); // by itself
    const QString tip = rows->topLevelItem(0)->toolTip(2);
    QVERIFY(tip.contains(u"312 of 500 messages a day"_s));
    QVERIFY(tip.contains(u"Waiting: 1 today"_s));
}

void TestWindowsPatience::whileALetterIsWritten_data()
{
    QTest::addColumn<Accounts::Limits>("limits");
    QTest::addColumn<int>("recipients");
    QTest::addColumn<QString>("words"); // of the headline; empty: nothing is said
    QTest::addColumn<QString>("advice");
    const QString nothing;
    QTest::newRow("no limit") << Accounts::Limits() << 60 << nothing << nothing;
    QTest::newRow("enough left") << Accounts::Limits{0, 0, 0, 500, 0, 0} << 60 << nothing << nothing;
    QTest::newRow("not enough left") << Accounts::Limits{0, 0, 0, 440, 0, 0} << 60
                                     << u"to all 60 recipients"_s << u"440 recipients a day 40 are left"_s;
    QTest::newRow("more than a day takes")
        << Accounts::Limits{0, 0, 0, 50, 0, 0} << 60 << u"60 recipients are more than"_s << u"held"_s;
    QTest::newRow("the hour is full")
        << Accounts::Limits{0, 100, 0, 0, 0, 0} << 1 << u"It goes "_s << u"100 messages an hour is reached"_s;
    QTest::newRow("nobody yet") << Accounts::Limits{0, 100, 0, 0, 0, 0} << 0 << nothing << nothing;
}

void TestWindowsPatience::whileALetterIsWritten()
{
    QFETCH(Accounts::Limits, limits);
    QFETCH(int, recipients);
    QFETCH(QString, words);
    QFETCH(QString, advice);
    save(limits);
    sent(10 * minute, 100, 400);
    QStringList to;
    for (int i = 0; i < recipients; ++i)
        to.append(u"r%1@example.org"_s.arg(i));
    LimitHint hint(m_world->query);
    hint.look(m_world->letter(to.join(u", "_s), u"x"_s), m_account.id, m_world->clock.now());
    QCOMPARE(hint.headline().isEmpty(), words.isEmpty());
    QVERIFY2(hint.headline().contains(words), qPrintable(hint.headline()));
    if (!advice.isEmpty())
        QVERIFY2(hint.accessibleDescription().contains(advice), qPrintable(hint.accessibleDescription()));
    // And it goes when there is nothing to say any more.
    hint.look(m_world->letter({}, u"x"_s), m_account.id, m_world->clock.now());
    QVERIFY(hint.headline().isEmpty());
}

void TestWindowsPatience::aHintThatWasClosedStaysAway()
{
    save({0, 0, 0, 3, 0, 0});
    LimitHint hint(m_world->query);
    const Message::Draft four =
        m_world->letter(u"a@a.example, b@b.example, c@c.example, d@d.example"_s, u"x"_s);
    hint.look(four, m_account.id, m_world->clock.now());
    QVERIFY(!hint.headline().isEmpty());
    hint.findChild<QToolButton *>()->click();
    hint.look(four, m_account.id, m_world->clock.now());
    QVERIFY(hint.headline().isEmpty());
}

QTEST_MAIN(TestWindowsPatience)
#include "tst_windowspatience.moc"
