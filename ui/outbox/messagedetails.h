#pragma once

// Everything about one message: what is the case and what can be done, its recipients, the conversation, the
// message.

#include "core/outbox/events.h"
#include "core/store/messagequery.h"
#include "ui/common/explain.h"
#include "ui/outbox/messagewish.h"

#include <QHash>
#include <QWidget>

class QLabel;
class QStackedWidget;
class QTabWidget;
class QTreeView;

namespace Base {
class Clock;
}

namespace Ui {

class MessageBar;
class MessageView;
struct Explanation;
class Preferences;
class Prompts;
class RecipientModel;
class TranscriptView;

class MessageDetails : public QWidget
{
    Q_OBJECT

public:
    MessageDetails(const Store::MessageQuery &query, const Base::Clock &clock, Preferences &preferences,
                   Prompts &prompts, QWidget *parent = nullptr);

    /// Invalid: nothing is chosen.
    void show(Base::MessageId id);
    /// Reads it anew where it stands: tabs, attempt and selection stay.
    void refresh();
    void grow(const Outbox::TranscriptGrew &grew);
    Base::MessageId shown() const { return m_id; }
    void showTranscript();
    void focusContent();
    /// What to say while nothing is chosen.
    void setEmptyText(const QString &text);

Q_SIGNALS:
    void wanted(Ui::MessageWish wish, Base::MessageId id);

private:
    void load(int attempt);
    void tell(const Store::MessageDetails &details);
    Explanation leavingWords(const Store::MessageRow &message) const;
    bool tellPatience(const Store::MessageRow &message, bool waitsForPerson, Explanation &explanation) const;
    void offer(const Store::MessageDetails &details);
    void offer(const QString &text, const QString &objectName, MessageWish wish);

    const Store::MessageQuery &m_query;
    const Base::Clock &m_clock;
    struct Growing
    {
        int attempt = 0;
        Delivery::Transcript transcript;
    };
    QHash<Base::MessageId, Growing> m_growing; ///< attempts under way: their lines are in no book yet
    Base::MessageId m_id;
    int m_attempt = 0;    ///< shown
    bool m_latest = true; ///< follow the newest attempt
    QStackedWidget *m_pages;
    QLabel *m_empty;
    MessageBar *m_bar;
    QTabWidget *m_tabs;
    RecipientModel *m_recipients;
    QTreeView *m_recipientTable;
    TranscriptView *m_transcript;
    MessageView *m_message;
};

} // namespace Ui
