#pragma once

// JSON documents in text columns: compact, and forgiving when read (an empty column is an empty object).

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QString>

namespace Store {

inline QString pack(const QJsonObject &object)
{
    return object.isEmpty() ? QStringLiteral("")
                            : QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}
inline QString pack(const QJsonArray &array)
{
    return QString::fromUtf8(QJsonDocument(array).toJson(QJsonDocument::Compact));
}
inline QJsonObject unpackObject(const QString &text)
{
    return QJsonDocument::fromJson(text.toUtf8()).object();
}
inline QJsonArray unpackArray(const QString &text)
{
    return QJsonDocument::fromJson(text.toUtf8()).array();
}

} // namespace Store
