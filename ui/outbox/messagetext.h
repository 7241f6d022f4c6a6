#pragma once

// Reads back what our own message builder wrote, for looking at and for editing a copy: the header fields,
// the text and the names of the attachments. Of a message finished elsewhere it shows what it understands;
// the source stays beside it.

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

namespace Ui {

struct MessageText
{
    QList<std::pair<QString, QString>> fields; ///< unfolded and decoded, in their order
    QString text;                              ///< of the first text/plain part
    QStringList attachments;                   ///< names, as far as the source goes
    bool readable = false;                     ///< a text part was found

    QString field(const QString &name) const; ///< the first of that name, without case
};

/// source: the message or its beginning.
MessageText readMessageText(const QByteArray &source);

} // namespace Ui
