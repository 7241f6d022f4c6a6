#pragma once

// What the books tell, as plain values: rows for lists, and everything about one message.

#include "core/base/id.h"
#include "core/delivery/reason.h"
#include "core/delivery/status.h"
#include "core/message/outgoingmessage.h"
#include "core/store/searchquery.h"

#include <QDateTime>
#include <QMetaType>

#include <optional>

namespace Store {

struct MessageRow
{
    Base::MessageId id;
    Base::AccountId account; ///< invalid when the account was removed
    QString accountName;
    QByteArray messageId; ///< Message-ID with its brackets
    QString from;
    QString recipients; ///< for lists: the first few, "ada@example.org, bob@example.org"
    int recipientCount = 0;
    QString subject;
    qint64 size = 0; ///< octets of the content
    Delivery::MessageState state = Delivery::MessageState::Queued;
    QDateTime created; ///< UTC, as all times here
    QDateTime since;   ///< it is tried since then: it left, or a person tried it anew
    QDateTime changed;
    std::optional<QDateTime> nextAttempt;
    int attempts = 0;
    int accepted = 0; ///< recipients in that state
    int refused = 0;
    QString queueId;         ///< what the server called it
    Delivery::Reason reason; ///< why it is where it is; null when there is nothing to say

    friend bool operator==(const MessageRow &, const MessageRow &) = default;
};

struct RecipientRow
{
    QString address;
    QString name;
    Message::Field field = Message::Field::To;
    Delivery::RecipientState state = Delivery::RecipientState::Waiting;
    int attempts = 0;
    Delivery::Reason reason;
};

struct AttemptRow
{
    Base::AttemptId id;
    int number = 0; ///< 1 for the first
    QDateTime started;
    std::optional<QDateTime> finished;
    QString server; ///< "192.0.2.7:587"
    QString tls;    ///< "TLS 1.3, TLS_AES_256_GCM_SHA384"
    Delivery::Reason reason;
};

/// The copy of a message in its account's Maildir.
struct SentCopy
{
    enum class State {
        Owed,   ///< not there yet
        Failed, ///< for the reason given; tried again every hour
        Done,
    };

    State state = State::Owed;
    QString folder;
    std::optional<Base::Error> problem;

    friend bool operator==(const SentCopy &, const SentCopy &) = default;
};

QString name(SentCopy::State state); ///< "owed", "failed", "done"

struct MessageDetails
{
    MessageRow message;
    QList<RecipientRow> recipients; ///< in the order of the envelope
    QList<AttemptRow> attempts;     ///< oldest first
    std::optional<SentCopy> copy;   ///< none: its account keeps none, or nobody has it yet
};

/// A message's parts as they stand in the books.
struct MessageOutline
{
    Message::Envelope envelope;           ///< without the recipients
    QByteArray literal;                   ///< all that is not in the spool, one behind the other
    QList<Message::SpoolRef> attachments; ///< what goes out as base64 from the spool, in its order
    bool isWhole = false; ///< nothing else is in the spool: `literal` has the header and every text
};

struct DraftRow
{
    Base::DraftId id;
    QDateTime changed;
    Message::Draft draft;
};

/// What was put from a damaged database into a new one.
struct SalvageReport
{
    QString aside; ///< where the damaged database lies now
    int messages = 0;
    int drafts = 0;
    int accounts = 0;
    int incomplete = 0; ///< of the messages: their content or their recipients are lost, so they are held
    std::optional<int> lostMessages; ///< none: it cannot be told how many there were
};

/// An account whose server could not be reached, or did not want us: nothing is tried until then. The
/// messages are not to blame for it.
struct BackOff
{
    int failures = 0; ///< in a row; 0: none
    QDateTime until;

    friend bool operator==(const BackOff &, const BackOff &) = default;
};

/// Which messages; empty fields do not restrict.
struct Filter
{
    QList<Delivery::MessageState> states;
    QString accountName;
    SearchQuery search;

    friend bool operator==(const Filter &, const Filter &) = default;
};

} // namespace Store

Q_DECLARE_METATYPE(Store::MessageRow)
