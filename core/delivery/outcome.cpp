#include "core/delivery/outcome.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>

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
    static const std::array patterns{
        // Postfix and most others, Exim, and what says so in words
        QStringLiteral(
            "(?:queued as|queued id|\\bid[= ]|queue id[: ])\\s*<?([A-Za-z0-9][A-Za-z0-9._@-]{2,127})>?"),
        // Sendmail, OpenSMTPD: the id comes first
        QStringLiteral("^(?=\\S*[0-9])([A-Za-z0-9][A-Za-z0-9._-]{2,127}) message accepted for delivery"),
        // Exchange
        QStringLiteral("\\[InternalId=([0-9]{1,32})[,\\]]"),
        // Gmail
        QStringLiteral("^OK\\s+[0-9]+ ([A-Za-z0-9][A-Za-z0-9._-]{2,127}) - gsmtp"),
    };
    for (const QString &pattern : patterns) {
        const QRegularExpression expression(pattern, QRegularExpression::CaseInsensitiveOption);
        if (const auto match = expression.match(reply.text()); match.hasMatch())
            return match.captured(1);
    }
    return {};
}

} // namespace Delivery
