#pragma once

// Carries out what a person wants of messages: asks where it cannot be undone, tells the mail thread, reports
// what failed. It has no window of its own.

#include "core/outbox/mailroom.h"
#include "core/store/messagequery.h"
#include "ui/outbox/messagewish.h"

#include <QObject>

namespace Ui {

class Prompts;

class MessageDesk : public QObject
{
    Q_OBJECT

public:
    MessageDesk(Outbox::Mailroom &mailroom, const Store::MessageQuery &query, Prompts &prompts,
                QWidget *window);

    void carryOut(MessageWish wish, const QList<Base::MessageId> &ids);

    /// The message as a draft again. missing: names of attachments that have to be attached anew.
    Base::Result<Message::Draft> draftOf(Base::MessageId id, QStringList *missing) const;

Q_SIGNALS:
    void failed(const Base::Error &error);
    void edit(const Message::Draft &draft, const QStringList &missing);
    void signIn(Base::AccountId account);
    void takenBack(Base::DraftId draft);

private:
    void send(MessageWish wish, Base::MessageId id);
    void watch(Outbox::Mailroom::Answer<void> answer);
    void askToRemove(const QList<Base::MessageId> &ids);
    void askToResend(const QList<Base::MessageId> &ids);
    void askWhen(const QList<Base::MessageId> &ids);
    void takeBack(Base::MessageId id);

    Outbox::Mailroom &m_mailroom;
    const Store::MessageQuery &m_query;
    Prompts &m_prompts;
    QWidget *m_window;
};

} // namespace Ui
