#include "ui/compose/draftkeeper.h"

#include "ui/common/background.h"

namespace Ui {

DraftKeeper::DraftKeeper(Outbox::Mailroom &mailroom, int autosaveSeconds, QObject *parent)
    : QObject(parent)
    , m_mailroom(mailroom)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(autosaveSeconds * 1000);
    connect(&m_timer, &QTimer::timeout, this, &DraftKeeper::saveNow);
}

void DraftKeeper::begin(const Message::Draft &draft, bool kept)
{
    m_draft = draft;
    m_id = draft.id;
    m_kept = kept;
    if (!kept)
        m_timer.start();
}

void DraftKeeper::edit(const Message::Draft &draft)
{
    Message::Draft now = draft;
    now.id = m_draft.id;
    if (now == m_draft)
        return;
    m_draft = now;
    m_kept = false;
    if (!m_stopped && !m_timer.isActive())
        m_timer.start(); // not restarted by each key: a steady writer is saved too
}

void DraftKeeper::save(std::function<void(const Base::Done &)> then)
{
    m_then = std::move(then);
    saveNow();
}

void DraftKeeper::saveNow()
{
    m_timer.stop();
    if (m_saving)
        return; // saved() looks again
    if (m_kept) {
        QMetaObject::invokeMethod(
            this, [this] { saved(m_id); }, Qt::QueuedConnection);
        m_saving = true;
        return;
    }
    m_saving = true;
    m_kept = true; // as of this state; another edit clears it again
    Message::Draft draft = m_draft;
    draft.id = m_id;
    whenAnswered(m_mailroom.saveDraft(draft), this,
                 [this](const Base::Result<Base::DraftId> &id) { saved(id); });
}

void DraftKeeper::saved(const Base::Result<Base::DraftId> &id)
{
    m_saving = false;
    if (id) {
        m_id = *id;
        m_draft.id = m_id;
    } else {
        m_kept = false;
    }
    if (m_whenIdle)
        return std::exchange(m_whenIdle, nullptr)();
    if (id && !m_kept && m_then)
        return saveNow(); // it was edited meanwhile, and someone waits for all of it
    if (id)
        Q_EMIT kept();
    else
        Q_EMIT notKept(id.error());
    if (const auto then = std::exchange(m_then, nullptr))
        then(id ? Base::Done() : Base::Done(id.error()));
}

void DraftKeeper::stop(std::function<void()> then)
{
    m_timer.stop();
    m_stopped = true;
    m_then = nullptr;
    if (m_saving)
        m_whenIdle = std::move(then);
    else
        then();
}

void DraftKeeper::resume()
{
    m_stopped = false;
    if (!m_kept)
        m_timer.start();
}

void DraftKeeper::discard()
{
    stop([this] {
        if (m_id.isValid())
            m_mailroom.removeDraft(m_id);
        m_id = {};
        m_kept = true;
    });
}

} // namespace Ui
