#pragma once

// Where a letter is written: people, subject, text, files. What is wrong appears between the head and the
// text, with the buttons that mend it. What was written is kept every few seconds and on closing; after
// sending the window goes and the message is in the Outbox.

#include "core/message/draftcheck.h"
#include "core/outbox/mailroom.h"
#include "core/store/messagequery.h"
#include "ui/common/explain.h"

#include <QMainWindow>
#include <QTimer>

class QLabel;

namespace Ui {

class AttachmentView;
class BodyEdit;
class ComposeHead;
class DraftKeeper;
class LimitHint;
class MessageBar;
class Preferences;
class Prompts;

class ComposeWindow : public QMainWindow
{
    Q_OBJECT

public:
    ComposeWindow(Outbox::Mailroom &mailroom, const Store::MessageQuery &query, Preferences &preferences,
                  Prompts &prompts, QWidget *parent = nullptr);

    /// kept: the draft lies in the books as it is.
    void setDraft(const Message::Draft &draft, bool kept);
    Message::Draft draft() const;
    Base::DraftId draftId() const;
    void attach(const QStringList &paths);
    /// Says which files of an earlier message have to be attached anew.
    void askForAttachments(const QStringList &names);

public Q_SLOTS:
    /// It leaves when the home's undo delay is over.
    void send();
    /// Asks when.
    void sendLater();
    void saveDraft();
    void chooseFiles();
    void discard();

Q_SIGNALS:
    void sent(Base::MessageId id);
    void accountWanted(); ///< there is none to send with

protected:
    void closeEvent(QCloseEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    void makeActions();
    void edited();
    void look();
    bool checkProblems();
    bool checkHints();
    bool isReady();
    void submit(const Delivery::Departure &departure);
    void handOver(const Delivery::Departure &departure);
    void submitted(const Base::Result<Base::MessageId> &id);
    void complain(const Base::Error &error, Message::Place place);
    void setBusy(bool busy);
    void showStatus(const QString &saved);
    QWidget *fieldOf(Message::Place place) const;

    Outbox::Mailroom &m_mailroom;
    const Store::MessageQuery &m_query;
    Preferences &m_preferences;
    Prompts &m_prompts;
    DraftKeeper *m_keeper;
    ComposeHead *m_head;
    MessageBar *m_bar;
    LimitHint *m_limitHint;
    BodyEdit *m_body;
    AttachmentView *m_attachments;
    QLabel *m_counts;
    QLabel *m_saved;
    QAction *m_sendAction = nullptr;
    QAction *m_laterAction = nullptr;
    Message::Draft m_base; ///< what the window does not show
    QTimer m_looking;
    QList<Message::Hint> m_dismissed;
    bool m_sendAnyway = false;
    bool m_wantsLater = false; ///< "Send anyway" goes on with what was begun
    bool m_closing = false;
    bool m_loading = false;
};

} // namespace Ui
