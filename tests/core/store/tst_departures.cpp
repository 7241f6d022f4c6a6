// Messages that do not leave at once: what is on record for them, and what becomes of it when the time comes,
// when a person changes his mind, and when the clock does.

#include "core/store/departures.h"

#include "tests/support/books.h"

#include <QTimeZone>

using Base::ErrorKind;
using Base::MessageId;
using Delivery::Departure;
using Delivery::RetrySchedule;
using Delivery::ScheduledTime;
using Store::Departures;
using namespace Qt::StringLiterals;

namespace {

const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();
const QTimeZone berlin("Europe/Berlin");

ScheduledTime tomorrow()
{
    return Delivery::scheduled(noon.date().addDays(1), QTime(9, 30), berlin);
}

} // namespace

class TestDepartures : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void whatLeavesAtOnceIsQueued_data();
    void whatLeavesAtOnceIsQueued();
    void eachLeavesAtItsMoment();
    void theNextMomentIsTold();
    void lateOnesAreHeldAndSayWhy_data();
    void lateOnesAreHeldAndSayWhy();
    void takenBackItIsTheDraftItWas();
    void onlyWhatHasNotLeftCanBeTakenBack_data();
    void onlyWhatHasNotLeftCanBeTakenBack();
    void whatWasNoDraftCannotBecomeOne();
    void aTimeCanBeChosenLater_data();
    void aTimeCanBeChosenLater();
    void heldAndReleasedItWaitsForItsTimeAgain();
    void aClockThatWasSetBackDoesNotLengthenTheDelay();
    void theRulesOfAZoneAreAskedAgain();
    void aShorterDelayHoldsAtOnce();
    void nothingLeavesTwice();
    void aRefusedWriteChangesNothing();
    void withTheMessageItsPlanGoes();

private:
    MessageId enter(const Departure &departure, const std::optional<Message::Draft> &draft = {})
    {
        const MessageId id = m_books->enqueue(m_account, {u"bob@example.org"_s}, noon);
        if (!m_departures->postpone(id, departure, m_schedule, draft, noon))
            qFatal("cannot postpone");
        return id;
    }
    QDateTime moment(MessageId id) const
    {
        const auto stamp =
            m_books->database.value(u"SELECT next_attempt FROM message WHERE id = ?"_s, {id.value});
        return QDateTime::fromMSecsSinceEpoch(stamp->toLongLong(), Qt::UTC);
    }
    static Message::Draft letter()
    {
        Message::Draft draft;
        draft.to = u"bob@example.org"_s;
        draft.bcc = u"carol@example.org"_s;
        draft.subject = u"As typed"_s;
        draft.text = u"Two\nlines"_s;
        draft.headers = {{u"X-Kind"_s, u"letter"_s}};
        draft.attachments = {{u"/tmp/a b.pdf"_s, u"a b.pdf"_s, 7}};
        return draft;
    }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Departures> m_departures;
    Accounts::Account m_account;
    RetrySchedule m_schedule;
};

void TestDepartures::init()
{
    m_departures.reset();
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_departures = std::make_unique<Departures>(m_books->database);
    m_account = m_books->addAccount();
    m_schedule = RetrySchedule();
}

void TestDepartures::whatLeavesAtOnceIsQueued_data()
{
    QTest::addColumn<bool>("undoable");
    QTest::addColumn<qint64>("delay");
    QTest::newRow("as a script sends") << false << qint64(10'000);
    QTest::newRow("without an undo delay") << true << qint64(0);
}

void TestDepartures::whatLeavesAtOnceIsQueued()
{
    QFETCH(bool, undoable);
    QFETCH(qint64, delay);
    m_schedule.undoDelay = delay;
    const MessageId id = enter({undoable, {}}, letter());
    QCOMPARE(m_books->state(id), u"queued"_s);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM departure"_s), 0);
}

void TestDepartures::eachLeavesAtItsMoment()
{
    const MessageId undoable = enter({true, {}});
    const MessageId scheduled = enter({false, tomorrow()});
    QCOMPARE(moment(undoable), noon.addSecs(10));
    QCOMPARE(moment(scheduled), QDateTime(noon.date().addDays(1), QTime(8, 30), Qt::UTC));
    QVERIFY(m_departures->depart(m_schedule, noon.addMSecs(9'999))->isEmpty());
    QCOMPARE(*m_departures->depart(m_schedule, noon.addSecs(10)), QList<MessageId>{undoable});
    QCOMPARE(m_books->state(undoable), u"queued"_s);
    QCOMPARE(m_books->state(scheduled), u"scheduled"_s);
    QCOMPARE(*m_departures->depart(m_schedule, moment(scheduled)), QList<MessageId>{scheduled});
    QCOMPARE(m_books->state(scheduled), u"queued"_s);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM departure"_s), 0);
}

void TestDepartures::theNextMomentIsTold()
{
    QCOMPARE(*m_departures->next(), std::nullopt);
    enter({false, tomorrow()});
    const MessageId undoable = enter({true, {}});
    QCOMPARE(*m_departures->next(), std::optional(moment(undoable)));
}

void TestDepartures::lateOnesAreHeldAndSayWhy_data()
{
    QTest::addColumn<qint64>("lateAfter");
    QTest::addColumn<qint64>("late");
    QTest::addColumn<QString>("state");
    QTest::newRow("a little") << RetrySchedule::hour << RetrySchedule::hour << u"queued"_s;
    QTest::newRow("too much") << RetrySchedule::hour << RetrySchedule::hour + 1 << u"held"_s;
    QTest::newRow("it never asks") << qint64(0) << RetrySchedule::day << u"queued"_s;
}

void TestDepartures::lateOnesAreHeldAndSayWhy()
{
    QFETCH(qint64, lateAfter);
    QFETCH(qint64, late);
    QFETCH(QString, state);
    m_schedule.lateAfter = lateAfter;
    const MessageId id = enter({false, tomorrow()}, letter());
    const QDateTime planned = moment(id);
    QVERIFY(m_departures->depart(m_schedule, planned.addMSecs(late)).ok());
    QCOMPARE(m_books->state(id), state);
    if (state != u"held"_s)
        return;
    Store::MessageQuery query;
    QVERIFY(query.open(m_books->databasePath(), m_books->spoolPath()).ok());
    const Delivery::Reason reason = query.row(id)->reason;
    QVERIFY(reason.error);
    QCOMPARE(reason.error->kind, ErrorKind::Overdue);
    QCOMPARE(QDateTime::fromString(reason.error->subject, Qt::ISODate), planned);
    QVERIFY(query.canTakeBack(id));
    // Released, it goes: its time is over. And nothing says any more that it is late.
    QVERIFY(Store::Decisions(m_books->database).release(id, planned.addMSecs(late)).ok());
    QCOMPARE(m_books->state(id), u"queued"_s);
    QVERIFY(query.row(id)->reason.isNull());
}

void TestDepartures::takenBackItIsTheDraftItWas()
{
    const MessageId id = enter({true, {}}, letter());
    const Base::Result<Base::DraftId> draft = m_departures->takeBack(id, noon);
    QVERIFY(draft.ok());
    QCOMPARE(m_books->state(id), QString()); // no such message
    Message::Draft expected = letter();
    expected.id = *draft;
    QCOMPARE(Store::DraftStore::read(m_books->database, *draft)->draft, expected);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM departure"_s), 0);
    QVERIFY(m_departures->depart(m_schedule, noon.addDays(1))->isEmpty());
}

void TestDepartures::onlyWhatHasNotLeftCanBeTakenBack_data()
{
    QTest::addColumn<QString>("after");
    QTest::addColumn<bool>("possible");
    QTest::newRow("held") << u"hold"_s << true;
    QTest::newRow("it left") << u"leave"_s << false;
    QTest::newRow("sent now") << u"retry"_s << false;
    QTest::newRow("cancelled") << u"cancel"_s << false;
    QTest::newRow("held and released") << u"release"_s << false;
}

void TestDepartures::onlyWhatHasNotLeftCanBeTakenBack()
{
    QFETCH(QString, after);
    QFETCH(bool, possible);
    const MessageId id = enter({true, {}}, letter());
    Store::Decisions decisions(m_books->database);
    if (after == u"leave"_s)
        QVERIFY(m_departures->depart(m_schedule, noon.addSecs(10)).ok());
    if (after == u"retry"_s)
        QVERIFY(decisions.retry(id, noon).ok());
    if (after == u"cancel"_s)
        QVERIFY(decisions.cancel(id, noon).ok());
    if (after == u"hold"_s || after == u"release"_s)
        QVERIFY(decisions.hold(id, noon).ok());
    if (after == u"release"_s)
        QVERIFY(decisions.release(id, noon).ok());
    QCOMPARE(Departures::canTakeBack(m_books->database, id), possible);
    const QString state = m_books->state(id);
    const Base::Result<Base::DraftId> draft = m_departures->takeBack(id, noon);
    QCOMPARE(draft.ok(), possible);
    if (possible)
        return;
    QCOMPARE(draft.error().kind, ErrorKind::NotAllowed);
    QCOMPARE(m_books->state(id), state);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM draft"_s), 0);
}

void TestDepartures::whatWasNoDraftCannotBecomeOne()
{
    const MessageId id = enter({false, tomorrow()}); // a finished message
    QVERIFY(!Departures::canTakeBack(m_books->database, id));
    QVERIFY(!m_departures->takeBack(id, noon).ok());
    QCOMPARE(m_books->state(id), u"scheduled"_s);
}

void TestDepartures::aTimeCanBeChosenLater_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<bool>("possible");
    for (const char *before : {"undoable", "queued", "held", "scheduled"})
        QTest::newRow(before) << QString::fromLatin1(before) << true;
    for (const char *before : {"sending", "cancelled"})
        QTest::newRow(before) << QString::fromLatin1(before) << false;
}

void TestDepartures::aTimeCanBeChosenLater()
{
    QFETCH(QString, before);
    QFETCH(bool, possible);
    const ScheduledTime first = Delivery::scheduled(noon.date(), QTime(23, 0), berlin);
    const Departure departure{before == u"undoable"_s, before == u"scheduled"_s ? first : ScheduledTime()};
    const MessageId id = enter(departure);
    Store::Decisions decisions(m_books->database);
    if (before == u"held"_s)
        QVERIFY(decisions.hold(id, noon).ok());
    if (before == u"cancelled"_s)
        QVERIFY(decisions.cancel(id, noon).ok());
    if (before == u"sending"_s)
        QVERIFY(Store::MessageStore(m_books->database).beginAttempt(id, noon).ok());
    QCOMPARE(m_books->state(id), before);
    QCOMPARE(m_departures->schedule(id, tomorrow(), noon).ok(), possible);
    QCOMPARE(m_books->state(id), possible ? u"scheduled"_s : before);
    QCOMPARE(*Departures::readPlan(m_books->database, id), possible ? tomorrow() : ScheduledTime());
    if (possible)
        QCOMPARE(moment(id), Delivery::momentOf(tomorrow()));
}

void TestDepartures::heldAndReleasedItWaitsForItsTimeAgain()
{
    const MessageId id = enter({false, tomorrow()});
    Store::Decisions decisions(m_books->database);
    QVERIFY(decisions.hold(id, noon).ok());
    QVERIFY(m_departures->depart(m_schedule, noon.addDays(7))->isEmpty());
    QVERIFY(decisions.release(id, noon.addSecs(60)).ok());
    QCOMPARE(m_books->state(id), u"scheduled"_s);
    QCOMPARE(moment(id), Delivery::momentOf(tomorrow()));
    // But not when that is over.
    QVERIFY(decisions.hold(id, noon).ok());
    QVERIFY(decisions.release(id, noon.addDays(7)).ok());
    QCOMPARE(m_books->state(id), u"queued"_s);
}

void TestDepartures::aClockThatWasSetBackDoesNotLengthenTheDelay()
{
    const MessageId undoable = enter({true, {}});
    const MessageId scheduled = enter({false, tomorrow()});
    const QDateTime earlier = noon.addDays(-3);
    QVERIFY(m_departures->review(m_schedule, earlier).ok());
    QCOMPARE(moment(undoable), earlier.addSecs(10));
    QCOMPARE(moment(scheduled), Delivery::momentOf(tomorrow())); // a person chose it
}

void TestDepartures::theRulesOfAZoneAreAskedAgain()
{
    const MessageId id = enter({false, tomorrow()});
    // As if the zone had had other rules when it was chosen.
    QVERIFY(m_books->database
                .exec(u"UPDATE message SET next_attempt = ? WHERE id = ?"_s,
                      {noon.addDays(5).toMSecsSinceEpoch(), id.value})
                .ok());
    QVERIFY(m_departures->review(m_schedule, noon).ok());
    QCOMPARE(moment(id), Delivery::momentOf(tomorrow()));
}

void TestDepartures::aShorterDelayHoldsAtOnce()
{
    const MessageId id = enter({true, {}});
    m_schedule.undoDelay = 3000;
    QVERIFY(m_departures->review(m_schedule, noon).ok());
    QCOMPARE(moment(id), noon.addMSecs(3000));
}

void TestDepartures::nothingLeavesTwice()
{
    const MessageId id = enter({true, {}});
    QCOMPARE(m_departures->depart(m_schedule, noon.addSecs(10))->size(), 1);
    QVERIFY(Store::MessageStore(m_books->database).beginAttempt(id, noon.addSecs(10)).ok());
    QVERIFY(m_departures->depart(m_schedule, noon.addSecs(20))->isEmpty());
    QCOMPARE(m_books->state(id), u"sending"_s);
}

void TestDepartures::aRefusedWriteChangesNothing()
{
    const MessageId id = enter({true, {}}, letter());
    m_books->refuseWrites(true);
    QVERIFY(!m_departures->depart(m_schedule, noon.addSecs(10)).ok());
    QVERIFY(!m_departures->takeBack(id, noon).ok());
    QVERIFY(!m_departures->schedule(id, tomorrow(), noon).ok());
    m_books->refuseWrites(false);
    QCOMPARE(m_books->state(id), u"undoable"_s);
    QCOMPARE(m_books->number(u"SELECT count(*) FROM draft"_s), 0);
    QVERIFY(Departures::readPlan(m_books->database, id)->isNull());
}

void TestDepartures::withTheMessageItsPlanGoes()
{
    const MessageId id = enter({false, tomorrow()}, letter());
    QVERIFY(Store::Decisions(m_books->database).remove(id).ok());
    QCOMPARE(m_books->number(u"SELECT count(*) FROM departure"_s), 0);
}

QTEST_GUILESS_MAIN(TestDepartures)
#include "tst_departures.moc"
