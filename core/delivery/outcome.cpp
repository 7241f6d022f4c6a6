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
    // Compiled once: this is asked for every message, and compiling takes longer than all else about one.
    const auto expression = [](const QString &pattern) {
        QRegularExpression made(pattern, QRegularExpression::CaseInsensitiveOption);
        made.optimize();
        return made;
    };
    static const std::array patterns{
        // Postfix and most others, Exim, and what says so in words
        expression(QStringLiteral(
            "(?:queued as|queued id|\\bid[= ]|queue id[: ])\\s*<?([A-Za-z0-9][A-Za-z0-9._@-]{2,127})>?")),
        // Sendmail, OpenSMTPD: the id comes first
        expression(
            QStringLiteral("^(?=\\S*[0-9])([A-Za-z0-9][A-Za-z0-9._-]{2,127}) message accepted for delivery")),
        // Exchange
        expression(QStringLiteral("\\[InternalId=([0-9]{1,32})[,\\]]")),
        // Gmail
        expression(QStringLiteral("^OK\\s+[0-9]+ ([A-Za-z0-9][A-Za-z0-9._-]{2,127}) - gsmtp")),
    };
    const QString text = reply.text();
    for (const QRegularExpression &pattern : patterns) {
        if (const auto match = pattern.match(text); match.hasMatch())
            return match.captured(1);
    }
    return {};
}

} // namespace Delivery
