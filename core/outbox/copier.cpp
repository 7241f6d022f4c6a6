#include "core/outbox/copier.h"

#include "core/base/log.h"

namespace Outbox {

using Base::Done;
using Store::Maildir;
using Store::OwedCopy;

namespace {
constexpr int atOnce = 50; // copies between two looks into the books
}

Copier::Copier(Store::Database &database, Store::CommitGroup &group, const Store::Spool &spool,
               Base::Clock &clock)
    : m_copies(database)
    , m_database(database)
    , m_group(group)
    , m_spool(spool)
    , m_retry(clock.makeTimer([this] { retry(); }))
{
    m_writer.setMaxThreadCount(1);
}

Copier::~Copier()
{
    m_writer.waitForDone();
}

void Copier::start()
{
    m_running = true;
    suspectAll();
    retry();
}

/// Whatever is owed now may have been copied already.
void Copier::suspectAll()
{
    if (const Base::Result<QVariant> newest =
            m_database.value(QStringLiteral("SELECT max(message) FROM sent_copy")))
        m_newest = Base::MessageId{newest->toLongLong()};
}

void Copier::retry()
{
    if (!m_running)
        return;
    m_retry->start(again);
    if (const Done done = m_copies.renew(); !done)
        Base::Log::warning(
            QStringLiteral("Copies of sent messages cannot be tried again: %1").arg(done.error().detail));
    wake();
}

/// Once for all that is accepted in this turn of the loop.
void Copier::wake()
{
    if (m_running && !std::exchange(m_looks, true))
        QMetaObject::invokeMethod(this, &Copier::look, Qt::QueuedConnection);
}

QList<OwedCopy> Copier::nextOnes()
{
    const Base::Result<QList<OwedCopy>> owed = m_copies.owed(atOnce);
    if (!owed)
        Base::Log::warning(
            QStringLiteral("Which copies are owed cannot be read: %1").arg(owed.error().detail));
    return owed ? *owed : QList<OwedCopy>();
}

void Copier::look()
{
    m_looks = false;
    const QList<OwedCopy> copies = m_running ? nextOnes() : QList<OwedCopy>();
    if (copies.isEmpty())
        return;
    m_looks = true;
    m_writer.start([this, copies] {
        const QList<Made> made = make(copies);
        QMetaObject::invokeMethod(
            this,
            [this, made] {
                record(made);
                m_group.flush(); // else they would be found owed again
                if (!std::exchange(m_refused, false))
                    return look();
                m_looks = false;
                suspectAll();
                if (m_running)
                    m_retry->start(booksRefused);
            },
            Qt::QueuedConnection);
    });
}

QList<Copier::Made> Copier::make(const QList<OwedCopy> &copies) const
{
    QList<Made> made;
    for (const OwedCopy &copy : copies) {
        const auto before =
            copy.message.value <= m_newest.value ? Maildir::Before::MayBeThere : Maildir::Before::NotThere;
        Done done;
        if (!copy.folder.isEmpty())
            done = copy.content.isEmpty()
                       ? Base::Error{Base::ErrorKind::DatabaseDamaged, copy.message.toString(),
                                     QStringLiteral("its content is not whole")}
                       : Maildir(copy.folder).append(copy.name, copy.content, m_spool, before);
        made.append({copy.message, std::move(done)});
    }
    return made;
}

Done Copier::note(const Made &made)
{
    return made.done ? m_copies.settle(made.message) : m_copies.fail(made.message, made.done.error());
}

void Copier::record(const QList<Made> &made)
{
    for (const Made &each : made) {
        if (!each.done)
            Base::Log::warning(
                QStringLiteral("Message %1 was sent, but its copy cannot be made: %2 (%3)")
                    .arg(each.message.toString(), each.done.error().detail, each.done.error().subject));
        m_group.post([this, each] { return note(each); },
                     [this, each](const Done &done) {
                         if (done)
                             Q_EMIT messageChanged(each.message);
                         else
                             m_refused = true; // it is there, but that is not on record
                     });
    }
}

/// What was being made when it was asked is made again: then it is found.
void Copier::finish()
{
    if (!std::exchange(m_running, false))
        return;
    m_retry->stop();
    m_writer.waitForDone();
    suspectAll();
    for (QList<OwedCopy> copies = nextOnes(); !copies.isEmpty(); copies = nextOnes()) {
        for (const Made &made : make(copies)) {
            if (const Done done = note(made); !done) {
                Base::Log::warning(QStringLiteral("Copies of sent messages cannot be recorded: %1")
                                       .arg(done.error().detail));
                return; // they are found at the next start
            }
        }
    }
}

} // namespace Outbox
