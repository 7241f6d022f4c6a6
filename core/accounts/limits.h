#pragma once

// How much an account's server takes: what its provider publishes or the person sets, and what was learned
// from a server's replies, which is forgotten after a while. When the next message may go is worked out in
// core/outbox/limits.

#include "core/base/result.h"

#include <QDate>
#include <QJsonObject>

namespace Accounts {

/// 0: no limit. Messages and recipients are counted in rolling windows: a minute is any 60 seconds.
struct Limits
{
    int perMinute = 0; ///< messages
    int perHour = 0;
    int perDay = 0;
    int recipientsPerDay = 0;
    int recipientsPerMessage = 0; ///< more are sent in several messages
    qint64 messageSize = 0;       ///< octets of the content as it goes out

    bool isNull() const { return *this == Limits(); }
    friend bool operator==(const Limits &, const Limits &) = default;
};

/// BadAccount with the option of the command line in `subject` ("per-minute", "max-size", …).
Base::Done check(const Limits &limits);

/// Each beside the account's other fields: "perMinute", …, "messageSize".
void write(QJsonObject &object, const Limits &limits);
Limits limitsFrom(const QJsonObject &object);

/// One thing a server was seen to take at most.
struct Lesson
{
    int most = 0; ///< 0: nothing was learned
    QDate on;     ///< UTC

    /// `most` while the lesson is that many days old, and 0 behind; also when it is from a future that a
    /// wrong clock made.
    int within(int days, const QDate &today) const;
    friend bool operator==(const Lesson &, const Lesson &) = default;
};

/// What a server's replies taught about it. Belongs to the server and the user, not to the account's name.
/// The first two are how a server is set up, and change seldom. The others may be a bad day, or another
/// program that used up what the account has: they are believed until tomorrow.
struct Learned
{
    Lesson recipients; ///< in one message
    Lesson letters;    ///< over one connection
    Lesson perMinute;
    Lesson perHour;
    Lesson perDay;

    static constexpr int daysOfSetUp = 30;
    static constexpr int daysOfRates = 2;
    int recipientsAt(const QDate &today) const { return recipients.within(daysOfSetUp, today); }
    int lettersAt(const QDate &today) const { return letters.within(daysOfSetUp, today); }

    bool isNull() const { return *this == Learned(); }
    friend bool operator==(const Learned &, const Learned &) = default;
};

QJsonObject toJson(const Learned &learned); ///< empty for a null one
Learned learnedFromJson(const QJsonObject &object);

/// The tighter of both, a limit each.
Limits tightened(const Limits &limits, const Learned &learned, const QDate &today);

} // namespace Accounts
