#include "app/messagejson.h"

#include "ui/common/explain.h"

#include <QJsonArray>

namespace App {

namespace {

QJsonValue timeOrNull(const std::optional<QDateTime> &when)
{
    return when ? QJsonValue(when->toString(Qt::ISODate)) : QJsonValue();
}

QJsonObject recipientJson(const Store::RecipientRow &recipient)
{
    QJsonObject object{
        {QStringLiteral("address"), recipient.address},
        {QStringLiteral("state"), Delivery::name(recipient.state)},
        {QStringLiteral("attempts"), recipient.attempts},
    };
    if (recipient.reason.isNull())
        return object;
    object.insert(QStringLiteral("stage"), Delivery::name(recipient.reason.stage));
    if (!recipient.reason.reply.isNull()) {
        object.insert(QStringLiteral("code"), recipient.reason.reply.code());
        object.insert(QStringLiteral("enhanced"), recipient.reason.reply.enhanced());
        object.insert(QStringLiteral("reply"), recipient.reason.reply.toString());
    }
    if (recipient.reason.error)
        object.insert(QStringLiteral("error"), Base::name(recipient.reason.error->kind));
    return object;
}

} // namespace

QJsonObject toJson(const Store::MessageRow &row)
{
    return {
        {QStringLiteral("id"), row.id.toString()},
        {QStringLiteral("messageId"), QString::fromUtf8(row.messageId)},
        {QStringLiteral("account"), row.accountName},
        {QStringLiteral("state"), Delivery::name(row.state)},
        {QStringLiteral("subject"), row.subject},
        {QStringLiteral("size"), row.size},
        {QStringLiteral("created"), row.created.toString(Qt::ISODate)},
        {QStringLiteral("nextAttempt"), timeOrNull(row.nextAttempt)},
        {QStringLiteral("attempts"), row.attempts},
        {QStringLiteral("queueId"), row.queueId.isEmpty() ? QJsonValue() : QJsonValue(row.queueId)},
    };
}

QJsonObject toJson(const Store::MessageDetails &details)
{
    QJsonObject object = toJson(details.message);
    QJsonArray recipients;
    for (const Store::RecipientRow &recipient : details.recipients)
        recipients.append(recipientJson(recipient));
    object.insert(QStringLiteral("recipients"), recipients);
    if (details.copy) {
        QJsonObject copy{{QStringLiteral("state"), Store::name(details.copy->state)},
                         {QStringLiteral("folder"), details.copy->folder}};
        if (details.copy->problem)
            copy.insert(QStringLiteral("error"), Base::name(details.copy->problem->kind));
        object.insert(QStringLiteral("copy"), copy);
    }
    return object;
}

QJsonObject toJson(const QString &account, const Outbox::TestReport &report)
{
    QJsonArray steps;
    for (const Outbox::TestFinding &finding : report.findings) {
        steps.append(QJsonObject{{QStringLiteral("step"), Outbox::name(finding.step)},
                                 {QStringLiteral("ok"), finding.ok},
                                 {QStringLiteral("detail"), finding.detail},
                                 {QStringLiteral("ms"), finding.milliseconds}});
    }
    return {
        {QStringLiteral("account"), account},
        {QStringLiteral("ok"), report.ok()},
        {QStringLiteral("steps"), steps},
        {QStringLiteral("capabilities"), QJsonArray::fromStringList(report.capabilities)},
        {QStringLiteral("transcript"), report.transcript.toJson()},
    };
}

QString toTable(const Store::MessageDetails &details)
{
    qsizetype widest = 0;
    qsizetype longest = 0;
    for (const Store::RecipientRow &recipient : details.recipients) {
        widest = std::max(widest, Delivery::name(recipient.state).size());
        longest = std::max(longest, recipient.address.size());
    }
    QStringList lines;
    for (const Store::RecipientRow &recipient : details.recipients) {
        QString words = recipient.reason.reply.toString();
        if (words.isEmpty() && recipient.reason.error)
            words = Ui::explain(recipient.reason).headline;
        const QString line = Delivery::name(recipient.state).leftJustified(widest + 2) +
                             recipient.address.leftJustified(longest + 2) + words;
        lines.append(line.trimmed());
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace App
