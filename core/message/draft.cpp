#include "core/message/draft.h"

#include <QJsonArray>

namespace Message {

bool Draft::isEmpty() const
{
    return to.trimmed().isEmpty() && cc.trimmed().isEmpty() && bcc.trimmed().isEmpty() &&
           subject.trimmed().isEmpty() && text.trimmed().isEmpty() && attachments.isEmpty();
}

QJsonObject toJson(const Handling &handling)
{
    QJsonObject object;
    if (handling.requireTls)
        object.insert(QStringLiteral("requireTls"), true);
    if (handling.holdUntil)
        object.insert(QStringLiteral("holdUntil"), handling.holdUntil->toString(Qt::ISODate));
    if (handling.deliverBy) {
        object.insert(QStringLiteral("deliverBy"), handling.deliverBy->deadline.toString(Qt::ISODate));
        object.insert(QStringLiteral("returnedIfLate"), handling.deliverBy->returned);
    }
    if (handling.priority)
        object.insert(QStringLiteral("priority"), *handling.priority);
    return object;
}

Handling handlingFromJson(const QJsonObject &object)
{
    const auto moment = [&object](QLatin1String key) {
        return QDateTime::fromString(object.value(key).toString(), Qt::ISODate);
    };
    Handling handling;
    handling.requireTls = object.value(QLatin1String("requireTls")).toBool();
    if (object.contains(QLatin1String("holdUntil")))
        handling.holdUntil = moment(QLatin1String("holdUntil"));
    if (object.contains(QLatin1String("deliverBy")))
        handling.deliverBy = {moment(QLatin1String("deliverBy")),
                              object.value(QLatin1String("returnedIfLate")).toBool()};
    if (object.contains(QLatin1String("priority")))
        handling.priority = qBound(-9, object.value(QLatin1String("priority")).toInt(), 9);
    return handling;
}

QJsonObject toJson(const Draft &draft)
{
    QJsonArray attachments;
    for (const Attachment &attachment : draft.attachments) {
        QJsonObject one{{QStringLiteral("path"), attachment.path},
                        {QStringLiteral("name"), attachment.name},
                        {QStringLiteral("size"), attachment.size}};
        if (attachment.isKept())
            one.insert(QStringLiteral("sha256"), QString::fromLatin1(attachment.sha256));
        attachments.append(one);
    }
    QJsonArray headers;
    for (const auto &[name, value] : draft.headers)
        headers.append(QJsonArray{name, value});
    return {
        {QStringLiteral("account"), draft.account.value},
        {QStringLiteral("from"), draft.from},
        {QStringLiteral("to"), draft.to},
        {QStringLiteral("cc"), draft.cc},
        {QStringLiteral("bcc"), draft.bcc},
        {QStringLiteral("subject"), draft.subject},
        {QStringLiteral("text"), draft.text},
        {QStringLiteral("attachments"), attachments},
        {QStringLiteral("headers"), headers},
        {QStringLiteral("notify"),
         QJsonArray{draft.notify.never, draft.notify.success, draft.notify.failure, draft.notify.delay}},
        {QStringLiteral("return"), static_cast<int>(draft.returned)},
        {QStringLiteral("handling"), toJson(draft.handling)},
    };
}

Draft draftFromJson(const QJsonObject &object)
{
    const auto text = [&object](const char *key) { return object.value(QLatin1String(key)).toString(); };
    Draft draft;
    draft.account = Base::AccountId{object.value(QLatin1String("account")).toInteger()};
    draft.from = text("from");
    draft.to = text("to");
    draft.cc = text("cc");
    draft.bcc = text("bcc");
    draft.subject = text("subject");
    draft.text = text("text");
    for (const QJsonValue &value : object.value(QLatin1String("attachments")).toArray()) {
        const QJsonObject one = value.toObject();
        draft.attachments.append({one.value(QLatin1String("path")).toString(),
                                  one.value(QLatin1String("name")).toString(),
                                  one.value(QLatin1String("size")).toInteger(),
                                  one.value(QLatin1String("sha256")).toString().toLatin1()});
    }
    for (const QJsonValue &value : object.value(QLatin1String("headers")).toArray())
        draft.headers.append({value.toArray().at(0).toString(), value.toArray().at(1).toString()});
    const QJsonArray notify = object.value(QLatin1String("notify")).toArray();
    draft.notify = {notify.at(0).toBool(), notify.at(1).toBool(), notify.at(2).toBool(),
                    notify.at(3).toBool()};
    draft.returned = static_cast<Return>(qBound(0, object.value(QLatin1String("return")).toInt(), 2));
    draft.handling = handlingFromJson(object.value(QLatin1String("handling")).toObject());
    return draft;
}

} // namespace Message
