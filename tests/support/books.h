#pragma once

// Books in a folder that goes away, with an account and letters to put into them. Header only: it needs
// Store, which most tests do not link.

#include "core/store/accountstore.h"
#include "core/store/commitgroup.h"
#include "core/store/decisions.h"
#include "core/store/draftstore.h"
#include "core/store/messagequery.h"
#include "core/store/messagestore.h"
#include "core/store/settingstore.h"
#include "core/store/spool.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QTest>

namespace Support {

/// All recipients of an attempt, as those who receive its content.
inline QList<qsizetype> everyone(const Store::Assignment &assignment)
{
    QList<qsizetype> indexes;
    for (qsizetype i = 0; i < assignment.positions.size(); ++i)
        indexes.append(i);
    return indexes;
}

struct Books
{
    Books()
    {
        QDir(folder.path()).mkdir(QStringLiteral("spool"));
        opened = database.open(databasePath(), Store::Database::Mode::ReadWrite);
        // Delays are what they are called.
        Delivery::RetrySchedule schedule;
        schedule.jitterPercent = 0;
        if (opened)
            opened = Store::SettingStore(database).setSchedule(schedule);
    }

    QString databasePath() const { return folder.filePath(QStringLiteral("postrider.db")); }
    QString spoolPath() const { return folder.filePath(QStringLiteral("spool")); }

    Accounts::Account addAccount(const QString &name = QStringLiteral("work"),
                                 const QString &host = QStringLiteral("smtp.example.org"))
    {
        Accounts::Account account;
        account.name = name;
        account.server = {host, 587, Net::Security::StartTls};
        account.auth = Accounts::Auth::None;
        account.fromAddress = QStringLiteral("ada@example.org");
        const Base::Result<Accounts::Account> saved = Store::AccountStore(database).save(account);
        return saved ? *saved : Accounts::Account();
    }

    Base::MessageId enqueue(const Accounts::Account &account, const QStringList &to, const QDateTime &now,
                            const QString &subject = QStringLiteral("Hello"))
    {
        const Base::Result<Base::MessageId> id =
            Store::MessageStore(database).enqueue(letter(to, subject), account, now);
        if (!id)
            qWarning("enqueue: %s", qPrintable(id.error().detail));
        return id ? *id : Base::MessageId();
    }

    static Message::OutgoingMessage letter(const QStringList &to,
                                           const QString &subject = QStringLiteral("Hello"))
    {
        Message::OutgoingMessage message;
        message.envelope.reversePath = *Message::Address::parse(QStringLiteral("ada@example.org"));
        for (const QString &each : to)
            message.envelope.recipients.append({*Message::Address::parse(each), Message::Field::To});
        message.envelope.envelopeId = "env1";
        message.messageId = "<" + subject.toUtf8().toHex() + "@example.org>";
        message.from = QStringLiteral("Ada <ada@example.org>");
        message.subject = subject;
        message.content = {Message::Piece{"Subject: " + subject.toUtf8() +
                                              "\r\nMessage-ID: " + message.messageId + "\r\n\r\nHello\r\n",
                                          {},
                                          false}};
        return message;
    }

    QString state(Base::MessageId id) const
    {
        const auto value =
            database.value(QStringLiteral("SELECT state FROM message WHERE id = ?"), {id.value});
        return value ? value->toString() : QStringLiteral("?");
    }

    /// An attempt is under way, and the final dot may have been sent.
    bool isCommitting(Base::MessageId id) const
    {
        return state(id) == QStringLiteral("sending") &&
               number(QStringLiteral("SELECT count(*) FROM attempt WHERE message = ? AND finished IS NULL"
                                     " AND committing > 0"),
                      {id.value}) == 1;
    }
    int committing() const ///< messages
    {
        return number(
            QStringLiteral("SELECT count(*) FROM attempt WHERE finished IS NULL AND committing > 0"));
    }

    /// "accepted waiting": of all recipients in their order.
    QString recipients(Base::MessageId id) const
    {
        QStringList states;
        auto query = database.run(
            QStringLiteral("SELECT state FROM recipient WHERE message = ? ORDER BY position"), {id.value});
        while (query && query->next())
            states.append(query->value(0).toString());
        return states.join(QLatin1Char(' '));
    }

    int number(const QString &sql, const QVariantList &values = {}) const
    {
        const auto value = database.value(sql, values);
        return value ? value->toInt() : -1;
    }

    /// From here on every write is refused, as by a full or broken disk; reading goes on.
    void refuseWrites(bool refuse) const
    {
        (void)database.exec(refuse ? QStringLiteral("PRAGMA query_only=ON")
                                   : QStringLiteral("PRAGMA query_only=OFF"));
    }

    /// Turns of the event loop; while the disk is at work none is counted.
    void turn(int times) const
    {
        for (int i = 0; i < times; ++i) {
            QCoreApplication::processEvents();
            while (group.isSyncing())
                QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        }
    }

    QTemporaryDir folder;
    Store::Database database;
    Store::CommitGroup group{database};
    Base::Done opened;
};

/// What the server said to one recipient.
inline Delivery::RecipientResult result(Delivery::Verdict verdict, Delivery::Stage stage, int code = 0,
                                        const QString &text = {})
{
    Delivery::RecipientResult out;
    out.verdict = verdict;
    out.stage = stage;
    if (code != 0)
        out.reply = Delivery::ServerReply(code, {text});
    return out;
}

/// An outcome whose deciding reply is that of the last recipient.
inline Delivery::Outcome outcome(const QList<Delivery::RecipientResult> &results,
                                 Delivery::Scope scope = Delivery::Scope::Recipient)
{
    Delivery::Outcome out;
    out.recipients = results;
    out.scope = scope;
    out.stage = results.isEmpty() ? Delivery::Stage::Connect : results.last().stage;
    out.reply = results.isEmpty() ? Delivery::ServerReply() : results.last().reply;
    out.error = results.isEmpty() ? std::optional<Base::Error>() : results.last().error;
    return out;
}

} // namespace Support
