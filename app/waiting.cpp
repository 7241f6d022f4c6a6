#include "app/waiting.h"

#include <QElapsedTimer>
#include <QTimer>

namespace App {

namespace {

using enum Delivery::MessageState;

constexpr int lookEvery = 100; // ms: small reads of the books, also for what another program does

/// Whether the attempt is over; fills `waited`.
bool isOver(Office &office, Base::MessageId id, Waited &waited)
{
    const Base::Result<Store::MessageDetails> details = office.query().details(id);
    if (!details)
        return false;
    waited.details = *details;
    const Delivery::MessageState state = details->message.state;
    if (state == Sending)
        return false;
    if (state != Queued)
        return true;
    const Base::Result<Delivery::Reason> pause = office.query().pauseOf(details->message.account);
    if (pause && !pause->isNull())
        waited.pause = *pause;
    return !waited.pause.isNull();
}

/// Looks again and again until `done` says so or the time is over.
bool lookUntil(qint64 milliseconds, const std::function<bool()> &done)
{
    if (done())
        return true;
    QEventLoop loop;
    QElapsedTimer passed;
    passed.start();
    bool came = false;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        came = done();
        if (came || (milliseconds > 0 && passed.elapsed() >= milliseconds))
            loop.quit();
    });
    timer.start(lookEvery);
    loop.exec();
    return came;
}

} // namespace

int Waited::exitCode() const
{
    if (!pause.isNull())
        return exitCodeFor(pause);
    if (timedOut || !details)
        return TemporaryFailure;
    return exitCodeFor(*details);
}

Waited waitForAttempt(Office &office, Base::MessageId id, qint64 milliseconds)
{
    Waited waited;
    waited.timedOut = !lookUntil(milliseconds, [&] { return isOver(office, id, waited); });
    return waited;
}

bool waitUntilSettled(Office &office, bool untilEmpty, qint64 milliseconds)
{
    bool settled = false;
    QObject::connect(&office.mailroom(), &Outbox::Mailroom::settled, &office.mailroom(),
                     [&settled] { settled = true; });
    QObject::connect(&office.mailroom(), &Outbox::Mailroom::messageChanged, &office.mailroom(),
                     [&settled] { settled = false; });
    return lookUntil(milliseconds, [&] {
        const Base::Result<QHash<Delivery::MessageState, int>> counts = office.query().counts();
        if (!counts)
            return false;
        const bool busy = counts->value(Sending) > 0;
        const bool waiting = counts->value(Undoable) + counts->value(Queued) + counts->value(Deferred) > 0;
        if (!busy && !waiting)
            return true;
        return !untilEmpty && !busy && settled;
    });
}

} // namespace App
