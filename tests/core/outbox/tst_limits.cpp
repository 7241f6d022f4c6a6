// When the next message may go: cases by hand, then thousands of letters against an oracle that remembers
// each of them.

#include "core/outbox/limits.h"

#include "tests/support/fakeclock.h"

#include <QRandomGenerator>
#include <QTest>

using Accounts::Learned;
using Accounts::Limits;
using Accounts::Tally;
using Accounts::Usage;
using Accounts::UsageMinute;
using Outbox::LimitNamed;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 minute = 60'000;
constexpr qint64 hour = 60 * minute;
constexpr qint64 day = 24 * hour;

const QDateTime noon = QDateTime(QDate(2026, 11, 21), QTime(12, 0), Qt::UTC);

QDateTime at(qint64 milliseconds)
{
    return noon.addMSecs(milliseconds);
}

Limits daily(int messages)
{
    Limits limits;
    limits.perDay = messages;
    return limits;
}

/// Remembers every letter and counts them one by one.
struct Oracle
{
    struct Letter
    {
        qint64 when;
        int recipients;
    };
    QList<Letter> letters;

    qint64 messagesIn(qint64 end, qint64 span) const
    {
        qint64 count = 0;
        for (auto each = letters.crbegin(); each != letters.crend() && each->when > end - span; ++each)
            count += each->when <= end;
        return count;
    }
    qint64 recipientsIn(qint64 end, qint64 span) const
    {
        qint64 count = 0;
        for (auto each = letters.crbegin(); each != letters.crend() && each->when > end - span; ++each)
            count += each->when <= end ? each->recipients : 0;
        return count;
    }
    bool fits(const Limits &limits, int recipients, qint64 when) const
    {
        const auto within = [](qint64 count, int most) { return most == 0 || count <= most; };
        return within(messagesIn(when, minute) + 1, limits.perMinute) &&
               within(messagesIn(when, hour) + 1, limits.perHour) &&
               within(messagesIn(when, day) + 1, limits.perDay) &&
               within(recipientsIn(when, day) + recipients, limits.recipientsPerDay);
    }
    /// The first moment at which it fits, `from` at the earliest: one at which a letter leaves a window.
    qint64 earliest(const Limits &limits, int recipients, qint64 from) const
    {
        if (fits(limits, recipients, from))
            return from;
        qint64 best = from + 2 * day;
        for (const qint64 span : {minute, hour, day}) {
            // Letters leave a window in their order, so the first that lets it fit is found by halves.
            qsizetype low = 0;
            qsizetype high = letters.size();
            while (low < high) {
                const qsizetype middle = (low + high) / 2;
                const qint64 left = std::max(from, letters.at(middle).when + span);
                fits(limits, recipients, left) ? high = middle : low = middle + 1;
            }
            if (low < letters.size())
                best = std::min(best, std::max(from, letters.at(low).when + span));
        }
        return best;
    }
};

} // namespace

class TestLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatCounts_data();
    void whatCounts();
    void portions_data();
    void portions();
    void theNextOne_data();
    void theNextOne();
    void whatIsUnderWayCounts();
    void neverAsItIs();
    void room_data();
    void room();
    void noWindowEverHoldsMore_data();
    void noWindowEverHoldsMore();
    void aClockThatLeapsADay_data();
    void aClockThatLeapsADay();
    void refusals_data();
    void refusals();
    void whatARefusalTeaches();
};

void TestLimits::whatCounts_data()
{
    using enum Delivery::Verdict;
    QTest::addColumn<QList<int>>("verdicts");
    QTest::addColumn<int>("perMessage");
    QTest::addColumn<int>("messages");
    QTest::addColumn<int>("recipients");
    const auto row = [](const char *name, const QList<Delivery::Verdict> &verdicts, int perMessage,
                        int messages, int recipients) {
        QList<int> numbers;
        for (const Delivery::Verdict verdict : verdicts)
            numbers.append(static_cast<int>(verdict));
        QTest::newRow(name) << numbers << perMessage << messages << recipients;
    };
    row("taken", {Accepted, Accepted}, 0, 1, 2);
    row("taken for some", {Refused, Accepted, Deferred}, 0, 1, 1);
    row("perhaps taken", {Uncertain, Uncertain}, 0, 1, 2);
    row("refused", {Refused}, 0, 0, 0);
    row("deferred", {Deferred, Deferred}, 0, 0, 0);
    row("not decided", {None}, 0, 0, 0);
    row("in several messages", {Accepted, Accepted, Accepted, Accepted, Accepted}, 2, 3, 5);
}

void TestLimits::whatCounts()
{
    QFETCH(QList<int>, verdicts);
    QFETCH(int, perMessage);
    QFETCH(int, messages);
    QFETCH(int, recipients);
    Delivery::Outcome outcome;
    for (const int verdict : verdicts)
        outcome.recipients.append({{}, static_cast<Delivery::Verdict>(verdict), {}, {}, {}});
    Limits limits;
    limits.recipientsPerMessage = perMessage;
    QCOMPARE(Outbox::counted(outcome, limits), (Tally{messages, recipients}));
}

void TestLimits::portions_data()
{
    QTest::addColumn<int>("recipients");
    QTest::addColumn<int>("perMessage");
    QTest::addColumn<int>("perDay");
    QTest::addColumn<QList<int>>("sizes");
    QTest::newRow("nobody") << 0 << 10 << 0 << QList<int>{};
    QTest::newRow("no limit") << 1000 << 0 << 0 << QList<int>{1000};
    QTest::newRow("all that fit") << 100 << 100 << 0 << QList<int>{100};
    QTest::newRow("one too many") << 101 << 100 << 0 << QList<int>{51, 50};
    QTest::newRow("even") << 10 << 4 << 0 << QList<int>{4, 3, 3};
    QTest::newRow("one each") << 3 << 1 << 0 << QList<int>{1, 1, 1};
    QTest::newRow("more than a day takes") << 250 << 100 << 90 << QList<int>{84, 83, 83};
}

void TestLimits::portions()
{
    QFETCH(int, recipients);
    QFETCH(int, perMessage);
    QFETCH(int, perDay);
    QFETCH(QList<int>, sizes);
    Limits limits;
    limits.recipientsPerMessage = perMessage;
    limits.recipientsPerDay = perDay;
    QCOMPARE(Outbox::portions(recipients, limits), sizes);
}

void TestLimits::theNextOne_data()
{
    QTest::addColumn<Limits>("limits");
    QTest::addColumn<Usage>("usage");
    QTest::addColumn<int>("recipients");
    QTest::addColumn<qint64>("wait");
    const Usage three({{at(-23 * hour), 1, 1}, {at(-hour), 1, 10}, {at(-1), 1, 1}});
    QTest::newRow("no limits") << Limits() << three << 1 << qint64(0);
    QTest::newRow("nothing was sent") << Limits{1, 1, 1, 1, 1, 1000} << Usage() << 1 << qint64(0);
    QTest::newRow("room for one more") << daily(4) << three << 1 << qint64(0);
    QTest::newRow("the day is full") << daily(3) << three << 1 << hour;
    QTest::newRow("and fuller than it should be") << daily(2) << three << 1 << 23 * hour;
    QTest::newRow("one a day") << daily(1) << three << 1 << day - 1;
    QTest::newRow("one an hour") << Limits{0, 1, 0, 0, 0, 0} << three << 1 << hour - 1;
    QTest::newRow("what went an hour ago has left") << Limits{0, 2, 0, 0, 0, 0} << three << 1 << qint64(0);
    QTest::newRow("one a minute") << Limits{1, 0, 0, 0, 0, 0} << three << 1 << minute - 1;
    QTest::newRow("the slowest counts") << Limits{1, 1, 3, 0, 0, 0} << three << 1 << hour;
    QTest::newRow("recipients") << Limits{0, 0, 0, 13, 0, 0} << three << 1 << qint64(0);
    QTest::newRow("two recipients") << Limits{0, 0, 0, 13, 0, 0} << three << 2 << hour;
    QTest::newRow("many recipients") << Limits{0, 0, 0, 13, 0, 0} << three << 4 << 23 * hour;
    QTest::newRow("all the recipients of a day") << Limits{0, 0, 0, 13, 0, 0} << three << 13 << day - 1;
    // Those of one minute count as if they had gone with its last.
    QTest::newRow("a minute leaves as one")
        << daily(2) << Usage({{at(-50'000), 1, 1}, {at(-10'000), 1, 1}}) << 1 << day - 10'000;
}

void TestLimits::theNextOne()
{
    QFETCH(Limits, limits);
    QFETCH(Usage, usage);
    QFETCH(int, recipients);
    QFETCH(qint64, wait);
    const std::optional<QDateTime> next = Outbox::nextAllowed(limits, usage, recipients, noon);
    QVERIFY(next.has_value());
    QCOMPARE(noon.msecsTo(*next), wait);
    // A moment earlier it would not have fitted, then it does.
    QVERIFY(Outbox::room(limits, usage, recipients, *next, 10) >= 1);
    if (wait > 0)
        QCOMPARE(Outbox::room(limits, usage, recipients, next->addMSecs(-1), 10), 0);
}

void TestLimits::whatIsUnderWayCounts()
{
    const Usage one({{at(-hour), 1, 1}});
    QCOMPARE(*Outbox::nextAllowed(daily(3), one, 1, noon, {1, 1}), noon);
    QCOMPARE(*Outbox::nextAllowed(daily(3), one, 1, noon, {2, 2}), at(23 * hour));
    QCOMPARE(*Outbox::nextAllowed(daily(3), one, 1, noon, {3, 3}), at(day));
    QCOMPARE(*Outbox::nextAllowed({0, 0, 0, 10, 0, 0}, {}, 3, noon, {1, 7}), noon);
    QCOMPARE(*Outbox::nextAllowed({0, 0, 0, 10, 0, 0}, {}, 4, noon, {1, 7}), at(day));
}

void TestLimits::neverAsItIs()
{
    QVERIFY(!Outbox::nextAllowed({0, 0, 0, 10, 0, 0}, {}, 11, noon).has_value());
    QVERIFY(Outbox::nextAllowed({0, 0, 0, 10, 0, 0}, {}, 10, noon).has_value());
}

void TestLimits::room_data()
{
    QTest::addColumn<Limits>("limits");
    QTest::addColumn<int>("recipients");
    QTest::addColumn<int>("fit");
    QTest::newRow("no limits") << Limits() << 1 << 50;
    QTest::newRow("of a day") << daily(10) << 1 << 6;
    QTest::newRow("of an hour") << Limits{0, 5, 10, 0, 0, 0} << 1 << 3;
    QTest::newRow("of a minute") << Limits{1, 5, 10, 0, 0, 0} << 1 << 1;
    QTest::newRow("of recipients") << Limits{0, 0, 10, 20, 0, 0} << 5 << 2;
    QTest::newRow("full") << daily(4) << 1 << 0;
    QTest::newRow("overfull") << daily(1) << 1 << 0;
}

void TestLimits::room()
{
    QFETCH(Limits, limits);
    QFETCH(int, recipients);
    QFETCH(int, fit);
    const Usage usage({{at(-2 * hour), 2, 4}, {at(-2 * minute), 2, 6}});
    QCOMPARE(Outbox::room(limits, usage, recipients, noon, 50), fit);
}

void TestLimits::noWindowEverHoldsMore_data()
{
    QTest::addColumn<Limits>("limits");
    QTest::addColumn<int>("pause"); // ms at most, between two wishes
    QTest::addColumn<quint32>("seed");
    const auto rows = [](const char *name, const Limits &limits, int pause) {
        for (const quint32 seed : {1U, 2U})
            QTest::addRow("%s, %u", name, seed) << limits << pause << seed;
    };
    rows("a minute, in a hurry", {30, 0, 0, 0, 0, 0}, 500);
    rows("a minute, at leisure", {30, 0, 0, 0, 0, 0}, 4'000);
    rows("an hour", {0, 100, 0, 0, 0, 0}, 20'000);
    rows("a day", {0, 0, 300, 0, 0, 0}, 400'000);
    rows("recipients a day", {0, 0, 0, 500, 0, 0}, 300'000);
    rows("all of them", {5, 40, 400, 900, 0, 0}, 60'000);
    rows("one a minute", {1, 0, 0, 0, 0, 0}, 90'000);
}

void TestLimits::noWindowEverHoldsMore()
{
    QFETCH(Limits, limits);
    QFETCH(int, pause);
    QFETCH(quint32, seed);
    QRandomGenerator random(seed);
    Oracle oracle;
    Usage usage;
    qint64 now = noon.toMSecsSinceEpoch();
    int waited = 0;
    for (int i = 0; i < 1500; ++i) {
        now += random.bounded(pause);
        const int recipients = 1 + static_cast<int>(random.bounded(5));
        const QDateTime wish = QDateTime::fromMSecsSinceEpoch(now, Qt::UTC);
        const std::optional<QDateTime> next = Outbox::nextAllowed(limits, usage, recipients, wish);
        QVERIFY(next.has_value());
        const qint64 when = next->toMSecsSinceEpoch();
        QVERIFY2(oracle.fits(limits, recipients, when), qPrintable(next->toString(Qt::ISODateWithMs)));
        // What is given away for counting by the minute is at most a minute.
        QVERIFY(when <= oracle.earliest(limits, recipients, now) + minute);
        waited += when > now;
        now = when + random.bounded(50); // the answer comes a little later
        oracle.letters.append({now, recipients});
        usage.add(QDateTime::fromMSecsSinceEpoch(now, Qt::UTC), {1, recipients});
        usage.forgetBefore(QDateTime::fromMSecsSinceEpoch(now - day, Qt::UTC));
        QVERIFY(usage.minutes().size() <= 1441);
    }
    QVERIFY(waited > 50); // or nothing was tried here
}

void TestLimits::aClockThatLeapsADay_data()
{
    QTest::addColumn<qint64>("leap");
    QTest::addColumn<qint64>("wait");
    QTest::newRow("not at all") << qint64(0) << day - hour;
    // As after a sleep: it cannot be told from one.
    QTest::newRow("forward") << day << qint64(0);
    // What seems to lie ahead was sent, and nobody knows when: as if just now.
    QTest::newRow("back") << -day << day;
    QTest::newRow("back by less than the account rested") << -30 * minute << day - 30 * minute;
}

void TestLimits::aClockThatLeapsADay()
{
    QFETCH(qint64, leap);
    QFETCH(qint64, wait);
    Support::FakeClock clock;
    Usage usage;
    usage.add(clock.now(), {2, 2});
    clock.advance(hour);
    clock.setSkew(leap);
    const std::optional<QDateTime> next = Outbox::nextAllowed(daily(2), usage, 1, clock.now());
    QVERIFY(next.has_value());
    QCOMPARE(clock.now().msecsTo(*next), wait);
}

void TestLimits::refusals_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("named");
    const auto row = [](int code, const QString &text, LimitNamed named) {
        QTest::newRow(qPrintable(text)) << code << text << static_cast<int>(named);
    };
    using enum LimitNamed;
    row(550, u"5.4.5 Daily user sending limit exceeded. For more information go to …"_s, Day);
    row(550, u"5.4.5 Daily SMTP relay sending limit exceeded for customer."_s, Day);
    row(550, u"5.4.5 No."_s, Day);
    row(554, u"5.7.1 You have exceeded your limit of 500 messages per day"_s, Day);
    row(421, u"4.7.0 Too many messages in the last 24 hours"_s, Day);
    row(451, u"4.7.1 Rate limit: 100 messages per hour"_s, Hour);
    row(450, u"Hourly quota exceeded"_s, Hour);
    row(450, u"4.7.1 Rate limit: 12 messages per hour"_s, Hour);
    row(550, u"5.7.1 You exceeded 12 messages per hour"_s, Hour);
    row(451, u"4.7.1 You may send 30 messages per minute; limit exceeded"_s, Minute);
    row(421, u"4.7.28 Our system has detected an unusual rate of mail"_s, Rate);
    row(450, u"Mail send limit exceeded"_s, Rate);
    row(554, u"5.2.0 Submission quota exceeded"_s, Rate);
    row(451, u"4.7.1 You are sending too fast, slow down"_s, Rate);
    row(450, u"4.2.1 The user you are trying to contact is receiving mail too quickly"_s, None);
    row(452, u"4.2.2 The recipient's mailbox is over its quota; try again in a day"_s, None);
    row(552, u"5.2.2 Quota exceeded"_s, None);
    row(452, u"4.5.3 Too many recipients"_s, None);
    row(451, u"4.7.1 Greylisted, try again in 5 minutes"_s, None);
    row(451, u"4.7.1 Please try again in an hour"_s, None);
    row(421, u"4.7.0 Too many concurrent connections"_s, None);
    row(552, u"5.3.4 Message size exceeds fixed limit"_s, None);
    row(550, u"5.1.1 No such user"_s, None);
    row(250, u"2.0.0 You have sent 400 of your limit of 500 messages per day"_s, None);
}

void TestLimits::refusals()
{
    QFETCH(int, code);
    QFETCH(QString, text);
    QFETCH(int, named);
    QCOMPARE(static_cast<int>(Outbox::limitNamedBy(Delivery::ServerReply(code, {text}))), named);
}

void TestLimits::whatARefusalTeaches()
{
    const Usage usage({{at(-2 * hour), 60, 60}, {at(-30 * minute), 20, 20}, {at(-1), 10, 10}});
    Learned known;
    known.recipients = {50, QDate(2026, 11, 1)};
    const auto learned = [&](LimitNamed named) { return Outbox::taught(known, named, usage, noon); };
    const QDate today = noon.date();
    QCOMPARE(learned(LimitNamed::None), known);
    QCOMPARE(learned(LimitNamed::Rate), known);
    QCOMPARE(learned(LimitNamed::Minute).perMinute, (Accounts::Lesson{10, today}));
    QCOMPARE(learned(LimitNamed::Hour).perHour, (Accounts::Lesson{30, today}));
    QCOMPARE(learned(LimitNamed::Day).perDay, (Accounts::Lesson{90, today}));
    QCOMPARE(learned(LimitNamed::Day).recipients, known.recipients);
    // Somebody else used it up: nothing of ours tells how much it is.
    QCOMPARE(Outbox::taught(known, LimitNamed::Day, Usage({{at(-1), 9, 9}}), noon), known);
}

QTEST_GUILESS_MAIN(TestLimits)
#include "tst_limits.moc"
