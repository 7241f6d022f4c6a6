#include "core/delivery/outcome.h"

#include <QRegularExpression>

#include <algorithm>

namespace Delivery {

qsizetype Outcome::count(Verdict verdict) const
{
    return std::count_if(recipients.begin(), recipients.end(),
                         [verdict](const RecipientResult &each) { return each.verdict == verdict; });
}

QString name(Verdict verdict)
{
    switch (verdict) {
    case Verdict::None:
        return QStringLiteral("none");
    case Verdict::Accepted:
        return QStringLiteral("accepted");
    case Verdict::Deferred:
        return QStringLiteral("deferred");
    case Verdict::Refused:
        return QStringLiteral("refused");
    case Verdict::Uncertain:
        break;
    }
    return QStringLiteral("uncertain");
}

QString name(Scope scope)
{
    switch (scope) {
    case Scope::Recipient:
        return QStringLiteral("recipient");
    case Scope::Message:
        return QStringLiteral("message");
    case Scope::Account:
        return QStringLiteral("account");
    case Scope::Session:
        break;
    }
    return QStringLiteral("session");
}

QString queueIdIn(const ServerReply &reply)
{
    if (!reply.isPositive())
        return {};
    static const QRegularExpression pattern(
        QStringLiteral(
            "(?:queued as|queued id|\\bid[= ]|queue id[: ])\\s*<?([A-Za-z0-9][A-Za-z0-9._@-]{2,127})>?"),
        QRegularExpression::CaseInsensitiveOption);
    const auto match = pattern.match(reply.text());
    return match.hasMatch() ? match.captured(1) : QString();
}

} // namespace Delivery
