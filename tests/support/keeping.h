#pragma once

// What tests of keeping and exporting put into the books: letters of every state and of some size. Header
// only, as books.h.

#include "tests/support/books.h"

namespace Support {

/// Sent, or not wholly: what the server said to each recipient in turn, at `now`.
inline Base::MessageId deliver(Books &books, const Accounts::Account &account,
                               const Message::OutgoingMessage &message, const QDateTime &now,
                               const QList<Delivery::Verdict> &verdicts = {Delivery::Verdict::Accepted})
{
    Store::MessageStore store(books.database);
    const Base::Result<Base::MessageId> id = store.enqueue(message, account, now);
    if (!id)
        return {};
    const Base::Result<Store::Assignment> assignment = store.beginAttempt(*id, now);
    if (!assignment || !store.markCommitting(*id, *assignment, {}, everyone(*assignment)))
        return {};
    QList<Delivery::RecipientResult> results;
    for (const Delivery::Verdict verdict : verdicts)
        results.append(
            result(verdict, Delivery::Stage::Content, verdict == Delivery::Verdict::Accepted ? 250 : 550));
    const Store::Consequence consequence{now.addSecs(600), true, false, false, false};
    return store.finishAttempt(*id, *assignment, outcome(results), {}, consequence, now).ok()
               ? *id
               : Base::MessageId();
}

inline QStringList recipientsFor(const QList<Delivery::Verdict> &verdicts)
{
    QStringList to;
    for (qsizetype i = 0; i < verdicts.size(); ++i)
        to.append(QStringLiteral("r%1@example.org").arg(i + 1));
    return to;
}

/// A letter of about so many octets.
inline Message::OutgoingMessage letterOfSize(qint64 size, const QString &subject = QStringLiteral("Hello"))
{
    Message::OutgoingMessage message = Books::letter({QStringLiteral("one@example.org")}, subject);
    message.content.append(Message::Piece{QByteArray(size - message.size() - 2, 'x') + "\r\n", {}, false});
    return message;
}

inline void makeMaildir(const QString &path)
{
    for (const char *inside : {"tmp", "new", "cur"})
        QDir().mkpath(path + QLatin1Char('/') + QString::fromLatin1(inside));
}

inline QStringList filesIn(const QString &folder)
{
    return QDir(folder).entryList(QDir::Files | QDir::Hidden, QDir::Name);
}

inline QByteArray contentsOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(cannot be read)");
}

} // namespace Support
