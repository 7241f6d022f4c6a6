#include "core/practice/scenario.h"

#include <array>

namespace Practice {

namespace {

constexpr std::array rows{
    ScenarioRow{Scenario::AcceptAll, "accept-all", "accepts every sign-in, recipient and message"},
    ScenarioRow{Scenario::RefuseRecipient, "refuse-recipient",
                "550 5.1.1 for recipients whose local part begins with \"nobody\""},
    ScenarioRow{Scenario::Greylist, "greylist",
                "451 4.7.1 the first time a sender writes to a recipient, accepted after"},
    ScenarioRow{Scenario::MailboxFull, "mailbox-full", "452 4.2.2 for every recipient"},
    ScenarioRow{Scenario::WrongPassword, "wrong-password",
                "535 5.7.8 for every sign-in, 530 5.7.0 for mail without one"},
    ScenarioRow{Scenario::MessageRefused, "message-refused", "554 5.7.1 after the final dot"},
    ScenarioRow{Scenario::DropAfterDot, "drop-after-dot",
                "keeps the message, then drops the connection without a reply"},
    ScenarioRow{Scenario::Busy, "busy", "421 4.3.2 instead of a greeting"},
    ScenarioRow{Scenario::Slow, "slow", "every reply comes two seconds late"},
};

} // namespace

std::span<const ScenarioRow> scenarios()
{
    return rows;
}

QString name(Scenario scenario)
{
    for (const ScenarioRow &row : rows) {
        if (row.scenario == scenario)
            return QString::fromLatin1(row.name);
    }
    return {};
}

std::optional<Scenario> scenarioFromName(const QString &name)
{
    for (const ScenarioRow &row : rows) {
        if (name == QLatin1String(row.name))
            return row.scenario;
    }
    return std::nullopt;
}

} // namespace Practice
