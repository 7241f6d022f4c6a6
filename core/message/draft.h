#pragma once

// What the composer edits: as it was typed, possibly incomplete. It becomes an OutgoingMessage through
// draftcheck and messagebuilder, and is kept as JSON until then.

#include "core/base/id.h"

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QString>

#include <optional>

namespace Message {

/// A file to go along, as it was when it was attached.
struct Attachment
{
    QString path;
    QString name; ///< what the recipient sees; never a path
    qint64 size = 0;
    QByteArray sha256 =
        {}; ///< lower-case hex: it lies in the spool, from an earlier message; empty: at `path`

    bool isKept() const { return !sha256.isEmpty(); }

    friend bool operator==(const Attachment &, const Attachment &) = default;
};

/// When delivery reports are asked for (RFC 3461 §4.1). Nothing set: the server's own habit.
struct Notify
{
    bool never = false;
    bool success = false;
    bool failure = false;
    bool delay = false;

    bool isSet() const { return never || success || failure || delay; }
    friend bool operator==(const Notify &, const Notify &) = default;
};

/// What a report brings back (RFC 3461 §4.3).
enum class Return { Unset, Headers, Full };

/// Until when a message is of use, and what becomes of it then (RFC 2852).
struct DeliverBy
{
    QDateTime deadline; ///< UTC
    bool returned =
        false; ///< past the deadline it comes back (R); else its sender is told and it goes on (N)

    friend bool operator==(const DeliverBy &, const DeliverBy &) = default;
};

/// What else is asked of the servers on the way.
struct Handling
{
    bool requireTls = false;            ///< encrypted all the way or not at all (RFC 8689)
    std::optional<QDateTime> holdUntil; ///< UTC; the server keeps it until then (RFC 4865)
    std::optional<DeliverBy> deliverBy;
    std::optional<int> priority; ///< -9 to 9 (RFC 6710)

    friend bool operator==(const Handling &, const Handling &) = default;
};

/// Only what is set.
QJsonObject toJson(const Handling &handling);
Handling handlingFromJson(const QJsonObject &object);

struct Draft
{
    Base::DraftId id;
    Base::AccountId account; ///< invalid: the default one
    QString from;            ///< empty: the account's own address
    QString to;              ///< as typed; see AddressList
    QString cc;
    QString bcc;
    QString subject;
    QString text;
    QList<Attachment> attachments;
    QList<std::pair<QString, QString>> headers; ///< further header fields, name and value
    Notify notify;
    Return returned = Return::Unset;
    Handling handling;

    bool isEmpty() const;
    friend bool operator==(const Draft &, const Draft &) = default;
};

QJsonObject toJson(const Draft &draft); ///< all but id
Draft draftFromJson(const QJsonObject &object);

} // namespace Message
