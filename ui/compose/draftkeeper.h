#pragma once

// Keeps what is being written: a moment after each change, and when asked. One save is under way at a time,
// so that a draft never becomes two.

#include "core/message/draft.h"
#include "core/outbox/mailroom.h"

#include <QTimer>

#include <functional>
#include <optional>

namespace Ui {

class DraftKeeper : public QObject
{
    Q_OBJECT

public:
    DraftKeeper(Outbox::Mailroom &mailroom, int autosaveSeconds, QObject *parent);

    /// Begins with a draft that is kept as it is; `kept` false: it is only here.
    void begin(const Message::Draft &draft, bool kept);
    /// The draft as it is now; its id does not matter.
    void edit(const Message::Draft &draft);
    bool isKept() const { return m_kept && !m_saving; }
    Base::DraftId id() const { return m_id; }

    /// Saves what is unsaved. Then the outcome; at once-later when nothing is unsaved.
    void save(std::function<void(const Base::Done &)> then);
    /// No autosave from here on; `then` when none is under way any more.
    void stop(std::function<void()> then);
    void resume();
    /// The draft is thrown away.
    void discard();

Q_SIGNALS:
    void kept();
    void notKept(const Base::Error &error);

private:
    void saveNow();
    void saved(const Base::Result<Base::DraftId> &id);

    Outbox::Mailroom &m_mailroom;
    Message::Draft m_draft;
    Base::DraftId m_id;
    QTimer m_timer;
    bool m_kept = true;
    bool m_saving = false;
    bool m_stopped = false;
    std::function<void(const Base::Done &)> m_then;
    std::function<void()> m_whenIdle;
};

} // namespace Ui
