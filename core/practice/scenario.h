#pragma once

// What the practice server does with what it is given: one table of stable names. The names are part of the
// command line (`practice --scenario`), the descriptions are for developers; the words a person reads are the
// ui's.

#include <QString>

#include <optional>
#include <span>

namespace Practice {

enum class Scenario {
    AcceptAll,
    RefuseRecipient, ///< 550 5.1.1 for forward-paths whose local part begins with "nobody"
    Greylist,        ///< 451 4.7.1 the first time a sender writes to a recipient
    MailboxFull,     ///< 452 4.2.2 for every recipient
    WrongPassword,   ///< 535 5.7.8 whatever is given, and nothing without a sign-in
    MessageRefused,  ///< 554 5.7.1 after the final dot
    DropAfterDot,    ///< the content is kept, the connection dropped, nothing said
    Busy,            ///< 421 4.3.2 instead of a greeting
    Slow,            ///< every reply late, by PracticeOptions::slowReplyMs
};

struct ScenarioRow
{
    Scenario scenario;
    const char *name;        ///< stable, lower case, hyphens
    const char *description; ///< one English line for developers
};

/// Every scenario, in the order to show them.
std::span<const ScenarioRow> scenarios();
QString name(Scenario scenario);
std::optional<Scenario> scenarioFromName(const QString &name);

} // namespace Practice
