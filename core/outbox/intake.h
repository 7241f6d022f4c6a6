#pragma once

// Where letters that are built come into the books: as many as are there in one turn of the loop as one work
// of the group, since each costs the index of words a flush; where that fails each by itself, so that one
// that cannot be entered harms no other. Whether a server could take a letter is asked here as well.

#include "core/base/clock.h"
#include "core/outbox/submission.h"
#include "core/store/commitgroup.h"
#include "core/store/departures.h"
#include "core/store/messagestore.h"

#include <QMutex>
#include <QObject>

#include <memory>
#include <vector>

namespace Outbox {

/// A letter that is to be entered, or why there is none.
struct Built
{
    Base::Result<Message::OutgoingMessage> message;
    std::shared_ptr<const Accounts::Account> account;
    Submission submission;
    std::function<void(Base::Result<Base::MessageId>)> then;
    Store::StoredForm form = {}; ///< made by bring()
};

class Intake : public QObject
{
    Q_OBJECT

public:
    Intake(Store::Database &database, Store::CommitGroup &group, Base::Clock &clock);

    /// From any thread; `then` is called in this object's, when the letter is on disk.
    void bring(Built built);

Q_SIGNALS:
    void entered(Base::MessageId id, Base::DraftId draft);

private:
    struct Entry
    {
        Built built;
        Base::MessageId id;
    };
    using Entries = std::vector<Entry>;

    void take();
    void enter(const std::shared_ptr<Entries> &entries);
    Base::Done enterAll(Entries &entries);
    Base::Done enterOne(Entry &entry);
    Base::Done postpone(Base::MessageId id, const Submission &submission);
    void tell(const Entry &entry, const Base::Done &done);

    Store::Database &m_database;
    Store::CommitGroup &m_group;
    Base::Clock &m_clock;
    Store::MessageStore m_messages;
    Store::Departures m_departures;
    QMutex m_mutex;
    std::vector<Built> m_brought; ///< not taken yet
};

} // namespace Outbox
