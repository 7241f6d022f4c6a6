#pragma once

// What is wrong with a draft, as values: problems that keep it from being sent and hints that do not. Looks
// at files (their presence and size), so not for the window's thread where a network share may be slow;
// problemsInText() is.

#include "core/message/draft.h"
#include "core/message/outgoingmessage.h"

namespace Message {

enum class Place { From, To, Cc, Bcc, Subject, Text, Attachments, Headers };

struct Issue
{
    Base::Error error;
    Place place = Place::To;
};

enum class Hint { NoSubject, NoText, AttachmentForgotten };

/// Everything that keeps the draft from being sent, in the order of the fields.
QList<Issue> problemsIn(const Draft &draft);
/// The same without a look at the files: cheap and safe at every key stroke.
QList<Issue> problemsInText(const Draft &draft);

/// What a person may have overlooked. `words` are lower-case stems that speak of an attachment, in the
/// person's languages ("attach", "enclos", "anhang").
QList<Hint> hintsFor(const Draft &draft, const QStringList &words);

/// To, Cc and Bcc together, each mailbox once (the most visible field wins). Only the good ones.
QList<Recipient> recipientsOf(const Draft &draft);

/// Header fields that the program alone writes, lower-case: not to be given by hand.
bool isReservedField(const QString &name);

} // namespace Message
