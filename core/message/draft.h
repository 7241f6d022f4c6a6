#pragma once

// What the composer edits: as it was typed, possibly incomplete. It becomes an OutgoingMessage through
// draftcheck and messagebuilder, and is kept as JSON until then.

#include "core/base/id.h"

#include <QJsonObject>
#include <QList>
#include <QString>

namespace Message {

/// A file to go along, as it was when it was attached.
struct Attachment
{
    QString path;
    QString name; ///< what the recipient sees; never a path
    qint64 size = 0;

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

    bool isEmpty() const;
    friend bool operator==(const Draft &, const Draft &) = default;
};

QJsonObject toJson(const Draft &draft); ///< all but id
Draft draftFromJson(const QJsonObject &object);

} // namespace Message
