#include "ui/outbox/messagedesk.h"

#include "ui/common/background.h"
#include "ui/common/prompts.h"
#include "ui/outbox/messagetext.h"

#include <QWidget>

namespace Ui {

namespace {

constexpr qint64 readForEditing = 4 << 20; // octets: texts are small, attachments come behind them

QString addressText(const Store::RecipientRow &row)
{
    const auto at = row.address.lastIndexOf(QLatin1Char('@'));
    const Base::Result<Message::Address> address =
        Message::Address::fromParts(row.name, row.address.left(at), row.address.mid(at + 1));
    return address ? address->toString() : row.address;
}

} // namespace

MessageDesk::MessageDesk(Outbox::Mailroom &mailroom, const Store::MessageQuery &query, Prompts &prompts,
                         QWidget *window)
    : QObject(window)
    , m_mailroom(mailroom)
    , m_query(query)
    , m_prompts(prompts)
    , m_window(window)
{
}

void MessageDesk::carryOut(MessageWish wish, const QList<Base::MessageId> &ids)
{
    if (ids.isEmpty())
        return;
    switch (wish) {
    case MessageWish::Remove:
        return askToRemove(ids);
    case MessageWish::ResendToAll:
        return askToResend(ids);
    case MessageWish::Schedule:
        return askWhen(ids);
    case MessageWish::Undo:
        for (const Base::MessageId id : ids)
            takeBack(id);
        return;
    case MessageWish::Edit: {
        QStringList missing;
        const Base::Result<Message::Draft> draft = draftOf(ids.first(), &missing);
        if (draft)
            Q_EMIT edit(*draft, missing);
        else
            Q_EMIT failed(draft.error());
        return;
    }
    case MessageWish::SignIn: {
        const Base::Result<Store::MessageRow> row = m_query.row(ids.first());
        if (row)
            Q_EMIT signIn(row->account);
        else
            Q_EMIT failed(row.error());
        return;
    }
    default:
        for (const Base::MessageId id : ids)
            send(wish, id);
    }
}

void MessageDesk::send(MessageWish wish, Base::MessageId id)
{
    switch (wish) {
    case MessageWish::Retry:
        return watch(m_mailroom.retry(id));
    case MessageWish::Hold:
        return watch(m_mailroom.hold(id));
    case MessageWish::Release:
        return watch(m_mailroom.release(id));
    case MessageWish::Cancel:
        return watch(m_mailroom.cancel(id));
    case MessageWish::Arrived:
        return watch(m_mailroom.resolve(id, Outbox::Resolution::Arrived));
    case MessageWish::Resend:
        return watch(m_mailroom.resolve(id, Outbox::Resolution::Resend));
    case MessageWish::Undo:
    case MessageWish::Schedule:
    case MessageWish::ResendToAll:
    case MessageWish::Remove:
    case MessageWish::Edit:
    case MessageWish::SignIn:
        break;
    }
}

void MessageDesk::watch(Outbox::Mailroom::Answer<void> answer)
{
    whenAnswered(answer, this, [this](const Base::Done &done) {
        if (!done)
            Q_EMIT failed(done.error());
    });
}

void MessageDesk::askToRemove(const QList<Base::MessageId> &ids)
{
    const int count = static_cast<int>(ids.size());
    Question question;
    question.headline = count == 1 ? tr("Delete this message and its transcripts?")
                                   : tr("Delete %n messages and their transcripts?", nullptr, count);
    question.advice = tr("This cannot be undone. What was delivered stays delivered.");
    question.yes = count == 1 ? tr("&Delete message") : tr("&Delete %n messages", nullptr, count);
    question.no = count == 1 ? tr("&Keep it") : tr("&Keep them");
    question.destructive = true;
    m_prompts.ask(m_window, question, [this, ids](bool yes) {
        if (!yes)
            return;
        for (const Base::MessageId id : ids)
            watch(m_mailroom.remove(id));
    });
}

/// Those who have it get it a second time: that is asked first.
void MessageDesk::askToResend(const QList<Base::MessageId> &ids)
{
    const int count = static_cast<int>(ids.size());
    Question question;
    question.headline = count == 1 ? tr("Send this message to everybody once more?")
                                   : tr("Send %n messages to everybody once more?", nullptr, count);
    question.advice =
        tr("Also those who have it get it again, under the same Message-ID. Most mail programs show both.");
    question.yes = tr("&Send to everybody");
    question.no = tr("&Leave it");
    question.destructive = true;
    m_prompts.ask(m_window, question, [this, ids](bool yes) {
        if (!yes)
            return;
        for (const Base::MessageId id : ids)
            watch(m_mailroom.resendToAll(id));
    });
}

void MessageDesk::askWhen(const QList<Base::MessageId> &ids)
{
    const Base::Result<Delivery::ScheduledTime> planned = m_query.planOf(ids.first());
    m_prompts.sendTime(m_window, planned ? *planned : Delivery::ScheduledTime(),
                       [this, ids](const Delivery::ScheduledTime &time) {
                           if (time.isNull())
                               return;
                           for (const Base::MessageId id : ids)
                               watch(m_mailroom.schedule(id, time));
                       });
}

void MessageDesk::takeBack(Base::MessageId id)
{
    if (!m_query.canTakeBack(id)) // a finished message: it was never a draft
        return watch(m_mailroom.hold(id));
    whenAnswered(m_mailroom.takeBack(id), this, [this](const Base::Result<Base::DraftId> &draft) {
        if (draft)
            Q_EMIT takenBack(*draft);
        else
            Q_EMIT failed(draft.error());
    });
}

Base::Result<Message::Draft> MessageDesk::draftOf(Base::MessageId id, QStringList *missing) const
{
    const Base::Result<Store::MessageDetails> details = m_query.details(id);
    if (!details)
        return details.error();
    const Base::Result<Store::MessageOutline> outline = m_query.outline(id);
    if (!outline)
        return outline.error();
    const Base::Result<QByteArray> source =
        outline->isWhole ? outline->literal : m_query.source(id, readForEditing);
    if (!source)
        return source.error();
    const MessageText text = readMessageText(*source);
    QStringList to;
    QStringList cc;
    QStringList bcc;
    for (const Store::RecipientRow &recipient : details->recipients) {
        // Those who have it already do not get it a second time.
        if (recipient.state == Delivery::RecipientState::Accepted &&
            details->message.state != Delivery::MessageState::Sent)
            continue;
        QStringList &field = recipient.field == Message::Field::To   ? to
                             : recipient.field == Message::Field::Cc ? cc
                                                                     : bcc;
        field.append(addressText(recipient));
    }
    Message::Draft draft;
    draft.account = details->message.account;
    draft.from = details->message.from;
    draft.to = to.join(QStringLiteral(", "));
    draft.cc = cc.join(QStringLiteral(", "));
    draft.bcc = bcc.join(QStringLiteral(", "));
    draft.subject = details->message.subject;
    draft.text = text.text;
    draft.notify = outline->envelope.notify;
    draft.returned = outline->envelope.returned;
    // What our own builder made has a name for each file it put into the spool.
    const bool kept = outline->isWhole && text.attachments.size() == outline->attachments.size();
    for (qsizetype i = 0; kept && i < text.attachments.size(); ++i)
        draft.attachments.append(
            {{}, text.attachments.at(i), outline->attachments.at(i).size, outline->attachments.at(i).sha256});
    *missing = kept ? QStringList() : text.attachments;
    return draft;
}

} // namespace Ui
