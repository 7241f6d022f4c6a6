// Letters that are built come into the books together: who is told when, and what one that cannot be entered
// means for the others.

#include "core/outbox/intake.h"
#include "tests/support/books.h"
#include "tests/support/fakeclock.h"

#include <QCoreApplication>
#include <QSignalSpy>
#include <QThread>

using namespace Qt::StringLiterals;
using Base::ErrorKind;
using Base::MessageId;

class TestIntake : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void whatIsBroughtTogetherIsOneCommit();
    void oneThatCannotBeEnteredHarmsNoOther();
    void onlyWhatIsEnteredCanBeFound();
    void whatTheServerCannotTakeIsRefused();
    void whatWasNotBuiltIsToldAsItIs();
    void theDraftGoesAlong();
    void allThreadsMayBring();

private:
    Outbox::Built built(const QString &subject, const Accounts::Account &account)
    {
        return {Support::Books::letter({u"bob@example.org"_s}, subject),
                std::make_shared<const Accounts::Account>(account),
                {},
                [this](const auto &id) { m_told.append(id ? u"entered"_s : Base::name(id.error().kind)); }};
    }
    int number(const QString &sql) const { return m_books->number(sql); }
    int found(const QString &word) const
    {
        return m_books->number(u"SELECT count(*) FROM find WHERE find MATCH ?"_s, {word});
    }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Outbox::Intake> m_intake;
    Support::FakeClock m_clock;
    Accounts::Account m_account;
    QStringList m_told;
};

void TestIntake::init()
{
    m_intake.reset();
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_account = m_books->addAccount();
    m_intake = std::make_unique<Outbox::Intake>(m_books->database, m_books->group, m_clock);
    m_told.clear();
}

void TestIntake::whatIsBroughtTogetherIsOneCommit()
{
    Store::Database other;
    QVERIFY(other.open(m_books->databasePath(), Store::Database::Mode::ReadOnly).ok());
    const QSignalSpy entered(m_intake.get(), &Outbox::Intake::entered);
    QSet<int> seen; // by another program, whenever somebody is told
    for (int i = 0; i < 50; ++i) {
        Outbox::Built letter = built(QString::number(i), m_account);
        letter.then = [&](const auto &id) {
            m_told.append(id ? u"entered"_s : u"refused"_s);
            seen.insert(other.value(u"SELECT count(*) FROM message"_s)->toInt());
        };
        m_intake->bring(std::move(letter));
    }
    QTRY_COMPARE(m_told.size(), 50);
    QVERIFY(!m_told.contains(u"refused"_s));
    QCOMPARE(seen, QSet<int>{50});
    QCOMPARE(entered.size(), 50);
}

void TestIntake::oneThatCannotBeEnteredHarmsNoOther()
{
    Accounts::Account gone = m_account;
    gone.id = Base::AccountId{99}; // no such row: the reference is refused
    m_intake->bring(built(u"first"_s, m_account));
    m_intake->bring(built(u"second"_s, gone));
    m_intake->bring(built(u"third"_s, m_account));
    QTRY_COMPARE(m_told, (QStringList{u"entered"_s, u"database"_s, u"entered"_s}));
    QCOMPARE(number(u"SELECT count(*) FROM message"_s), 2);
    QCOMPARE(number(u"SELECT count(*) FROM message WHERE subject = 'second'"_s), 0);
    QCOMPARE(number(u"SELECT count(*) FROM content"_s), 2);
}

void TestIntake::onlyWhatIsEnteredCanBeFound()
{
    Accounts::Account gone = m_account;
    gone.id = Base::AccountId{99};
    m_intake->bring(built(u"walrus"_s, m_account));
    m_intake->bring(built(u"penguin"_s, gone));
    QTRY_COMPARE(m_told.size(), 2);
    QCOMPARE(found(u"walrus"_s), 1);
    QCOMPARE(found(u"penguin"_s), 0);
}

void TestIntake::whatTheServerCannotTakeIsRefused()
{
    Accounts::Account small = m_account;
    small.limits.messageSize = 10;
    m_intake->bring(built(u"one"_s, small));
    m_intake->bring(built(u"two"_s, m_account));
    QTRY_COMPARE(m_told.size(), 2);
    QVERIFY(m_told.contains(u"entered"_s));
    QVERIFY(m_told.contains(Base::name(ErrorKind::TooBig)));
    QCOMPARE(number(u"SELECT count(*) FROM message WHERE subject = 'two'"_s), 1);
    QCOMPARE(number(u"SELECT count(*) FROM message"_s), 1);
}

void TestIntake::whatWasNotBuiltIsToldAsItIs()
{
    Outbox::Built letter = built(u"one"_s, m_account);
    letter.message = Base::Error{ErrorKind::FileMissing, u"offer.pdf"_s, {}};
    m_intake->bring(std::move(letter));
    QTRY_COMPARE(m_told, QStringList{Base::name(ErrorKind::FileMissing)});
    QCOMPARE(number(u"SELECT count(*) FROM message"_s), 0);
}

void TestIntake::theDraftGoesAlong()
{
    Store::DraftStore drafts(m_books->database);
    const auto kept = drafts.save(Message::Draft(), m_clock.now());
    const auto refused = drafts.save(Message::Draft(), m_clock.now());
    QVERIFY(kept.ok() && refused.ok());
    Accounts::Account gone = m_account;
    gone.id = Base::AccountId{99};
    Outbox::Built good = built(u"good"_s, m_account);
    good.submission.draft = *kept;
    Outbox::Built bad = built(u"bad"_s, gone);
    bad.submission.draft = *refused;
    m_intake->bring(std::move(good));
    m_intake->bring(std::move(bad));
    QTRY_COMPARE(m_told.size(), 2);
    QCOMPARE(number(u"SELECT count(*) FROM draft"_s), 1);
    QCOMPARE(number(u"SELECT id FROM draft"_s), static_cast<int>(refused->value));
}

void TestIntake::allThreadsMayBring()
{
    QThread *self = QThread::currentThread();
    std::atomic<int> elsewhere = 0;
    QThreadPool pool;
    for (int thread = 0; thread < 4; ++thread) {
        pool.start([&, thread] {
            for (int i = 0; i < 100; ++i) {
                Outbox::Built letter = built(QString::number(thread * 1000 + i), m_account);
                letter.then = [&, self](const auto &id) {
                    elsewhere += QThread::currentThread() == self ? 0 : 1;
                    m_told.append(id ? u"entered"_s : u"refused"_s);
                };
                m_intake->bring(std::move(letter));
            }
        });
    }
    QTRY_COMPARE(m_told.size(), 400);
    pool.waitForDone();
    QCOMPARE(elsewhere.load(), 0);
    QCOMPARE(number(u"SELECT count(DISTINCT subject) FROM message"_s), 400);
}

QTEST_GUILESS_MAIN(TestIntake)
#include "tst_intake.moc"
