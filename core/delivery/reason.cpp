#include "core/delivery/reason.h"

#include <QJsonArray>

namespace Delivery {

namespace {

Scope scopeFromName(const QString &text)
{
    for (const Scope scope : {Scope::Recipient, Scope::Message, Scope::Account, Scope::Session}) {
        if (name(scope) == text)
            return scope;
    }
    return Scope::Message;
}

} // namespace

Reason reasonOf(const Outcome &outcome)
{
    const bool refusing = outcome.reply.isTransient() || outcome.reply.isPermanent();
    if (outcome.isSuccess() || outcome.error || refusing)
        return {outcome.stage, outcome.scope, outcome.reply, outcome.error};
    // The server took the message, but not for everyone: a 250 would not tell why.
    for (const RecipientResult &result : outcome.recipients) {
        if (const Reason reason = reasonOf(result, outcome.scope);
            result.verdict != Verdict::Accepted && !reason.isNull())
            return reason;
    }
    return {outcome.stage, outcome.scope, outcome.reply, outcome.error};
}

Reason reasonOf(const RecipientResult &result, Scope scope)
{
    return {result.stage, scope, result.reply, result.error};
}

QJsonObject toJson(const Reason &reason)
{
    if (reason.isNull())
        return {};
    QJsonObject object{{QStringLiteral("stage"), name(reason.stage)},
                       {QStringLiteral("scope"), name(reason.scope)}};
    if (!reason.reply.isNull()) {
        object.insert(QStringLiteral("code"), reason.reply.code());
        object.insert(QStringLiteral("lines"), QJsonArray::fromStringList(reason.reply.lines()));
    }
    if (reason.error) {
        object.insert(QStringLiteral("error"), Base::name(reason.error->kind));
        object.insert(QStringLiteral("subject"), reason.error->subject);
        object.insert(QStringLiteral("detail"), reason.error->detail);
    }
    return object;
}

Reason reasonFromJson(const QJsonObject &object)
{
    Reason reason;
    if (object.isEmpty())
        return reason;
    reason.stage = stageFromName(object.value(QLatin1String("stage")).toString());
    reason.scope = scopeFromName(object.value(QLatin1String("scope")).toString());
    if (const int code = object.value(QLatin1String("code")).toInt(); code != 0) {
        QStringList lines;
        for (const QJsonValue &line : object.value(QLatin1String("lines")).toArray())
            lines.append(line.toString());
        reason.reply = ServerReply(code, lines);
    }
    if (object.contains(QLatin1String("error")))
        reason.error = Base::Error{Base::errorKind(object.value(QLatin1String("error")).toString()),
                                   object.value(QLatin1String("subject")).toString(),
                                   object.value(QLatin1String("detail")).toString()};
    return reason;
}

} // namespace Delivery
