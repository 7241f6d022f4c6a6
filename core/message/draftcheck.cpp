#include "core/message/draftcheck.h"

#include "core/message/addresslist.h"
#include "core/message/headerwriter.h"

#include <QFileInfo>

namespace Message {

namespace {

using Base::Error;
using Base::ErrorKind;

void checkAddresses(const QString &text, Place place, QList<Issue> &issues)
{
    const AddressList list = AddressList::parse(text);
    for (const AddressList::Problem &problem : list.problems())
        issues.append({{ErrorKind::BadAddress, problem.text, problem.why}, place});
}

void checkHeaders(const Draft &draft, QList<Issue> &issues)
{
    if (!isHeaderSafe(draft.subject))
        issues.append({{ErrorKind::BadHeader, QStringLiteral("Subject"),
                        QStringLiteral("it holds a line break or another control character")},
                       Place::Subject});
    for (const auto &[name, value] : draft.headers) {
        if (!isFieldName(name.toUtf8()))
            issues.append({{ErrorKind::BadHeader, name, QStringLiteral("not the name of a header field")},
                           Place::Headers});
        else if (isReservedField(name))
            issues.append(
                {{ErrorKind::BadHeader, name, QStringLiteral("this field is written by the program itself")},
                 Place::Headers});
        else if (!isHeaderSafe(value))
            issues.append({{ErrorKind::BadHeader, name,
                            QStringLiteral("it holds a line break or another control character")},
                           Place::Headers});
    }
}

void append(const QString &text, Field field, QList<Recipient> &recipients)
{
    const AddressList list = AddressList::parse(text);
    for (const Address &address : list.addresses()) {
        const bool known = std::any_of(recipients.begin(), recipients.end(), [&](const Recipient &each) {
            return each.address.sameMailbox(address);
        });
        if (!known)
            recipients.append({address, field});
    }
}

} // namespace

bool isReservedField(const QString &name)
{
    static const QStringList reserved{
        QStringLiteral("from"),       QStringLiteral("to"),           QStringLiteral("cc"),
        QStringLiteral("bcc"),        QStringLiteral("date"),         QStringLiteral("subject"),
        QStringLiteral("message-id"), QStringLiteral("mime-version"), QStringLiteral("resent-bcc"),
        QStringLiteral("received"),   QStringLiteral("return-path"),
    };
    const QString lower = name.toLower();
    return reserved.contains(lower) || lower.startsWith(QStringLiteral("content-"));
}

QList<Issue> problemsInText(const Draft &draft)
{
    QList<Issue> issues;
    if (!draft.from.trimmed().isEmpty()) {
        const Base::Result<Address> from = Address::parse(draft.from);
        if (!from)
            issues.append({from.error(), Place::From});
    }
    checkAddresses(draft.to, Place::To, issues);
    checkAddresses(draft.cc, Place::Cc, issues);
    checkAddresses(draft.bcc, Place::Bcc, issues);
    if (issues.isEmpty() && recipientsOf(draft).isEmpty())
        issues.append({{ErrorKind::NoRecipients, {}, {}}, Place::To});
    checkHeaders(draft, issues);
    return issues;
}

QList<Issue> problemsIn(const Draft &draft)
{
    QList<Issue> issues = problemsInText(draft);
    for (const Attachment &attachment : draft.attachments) {
        const QFileInfo file(attachment.path);
        if (attachment.isKept())
            ; // the store says so when it is gone
        else if (!file.exists())
            issues.append({{ErrorKind::FileMissing, attachment.path, {}}, Place::Attachments});
        else if (file.isDir())
            issues.append({{ErrorKind::FileUnreadable, attachment.path, QStringLiteral("it is a folder")},
                           Place::Attachments});
        else if (!file.isReadable())
            issues.append({{ErrorKind::FileUnreadable, attachment.path, QStringLiteral("it may not be read")},
                           Place::Attachments});
        if (!isHeaderSafe(attachment.name))
            issues.append({{ErrorKind::BadHeader, attachment.name,
                            QStringLiteral("a file name cannot hold control characters")},
                           Place::Attachments});
    }
    return issues;
}

QList<Hint> hintsFor(const Draft &draft, const QStringList &words)
{
    QList<Hint> hints;
    if (draft.subject.trimmed().isEmpty())
        hints.append(Hint::NoSubject);
    if (draft.text.trimmed().isEmpty() && draft.attachments.isEmpty())
        hints.append(Hint::NoText);
    if (draft.attachments.isEmpty()) {
        QString own;
        const QStringList lines = draft.text.split(QLatin1Char('\n'));
        for (const QString &line : lines) {
            if (!line.startsWith(QLatin1Char('>'))) // what is quoted was said by someone else
                own += line + QLatin1Char('\n');
        }
        own = (draft.subject + QLatin1Char('\n') + own).toLower();
        if (std::any_of(words.begin(), words.end(),
                        [&own](const QString &word) { return own.contains(word); }))
            hints.append(Hint::AttachmentForgotten);
    }
    return hints;
}

QList<Recipient> recipientsOf(const Draft &draft)
{
    QList<Recipient> recipients;
    append(draft.to, Field::To, recipients);
    append(draft.cc, Field::Cc, recipients);
    append(draft.bcc, Field::Bcc, recipients);
    return recipients;
}

} // namespace Message
