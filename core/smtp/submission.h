#pragma once

// One letter on its way through a session: its functions stand in the file in the order of the conversation,
// from MAIL to the answer to the content, and each names what happens when the answer is in.
//
// Promises: a verdict for every recipient (law 4); the end of the content is not written before
// `aboutToCommit` was answered (law 3); a letter for nobody is never sent. It holds the floor while it
// speaks: from floorTaken() to floorLeft() no other letter may say anything.

#include "core/base/clock.h"
#include "core/smtp/datawriter.h"
#include "core/smtp/letter.h"
#include "core/smtp/logbook.h"
#include "core/smtp/transaction.h"
#include "core/smtp/wire.h"

namespace Smtp {

/// What the letters of one connection share.
struct SubmissionTerms
{
    Capabilities capabilities;
    RecipientLimits limits; ///< learned from one letter for the next
    Lane lane = Lane::Default;
    bool lmtp = false;  ///< an answer for every recipient (RFC 2033 §4.2)
    bool dirty = false; ///< the last transaction may be open still: RSET before the next
};

class Submission : public QObject
{
    Q_OBJECT

public:
    /// What becomes of the connection.
    enum class Fate { Keep, Drop };

    Submission(quint64 id, Letter letter, SubmissionTerms &terms, const Base::Clock &clock,
               std::shared_ptr<Logbook> logbook, QObject *parent);

    quint64 id() const { return m_id; }
    const std::shared_ptr<Logbook> &logbook() const { return m_logbook; }
    /// True until octets of the content may have gone out: all that was said can be said again elsewhere.
    bool isHarmless() const { return !m_contentBegun; }
    bool hasSpoken() const { return m_spoken; }
    /// No content: everything but a letter is tried.
    bool isRehearsal() const { return !m_letter.content; }
    const Message::Envelope &envelope() const { return m_letter.envelope; }
    bool wantsFloor() const { return m_wantsFloor; }

    /// The rehearsal went well.
    void pass() { finish(Delivery::Stage::Auth, {}, Fate::Keep); }
    /// Speaks now, over that wire; with RSET first where the last transaction may be open still.
    void takeFloor(Wire &wire, bool reset);
    /// The connection was replaced by a new one: all of it from the start. Only while isHarmless().
    void startAgain();

    /// 421, or an answer to nothing that was asked.
    void refuse(Delivery::Stage stage, const Delivery::ServerReply &reply,
                std::optional<Base::Error> error = {});
    /// True when a refusal that nobody asked for is about this letter's content.
    bool takesEarlyRefusal(const Delivery::ServerReply &reply) const;
    void fail(Delivery::Stage stage, const Base::Error &error, std::optional<Delivery::Scope> scope = {});
    void onWritten();

Q_SIGNALS:
    void floorWanted();
    void floorLeft();
    void progressed(qint64 done, qint64 total);
    /// The letter is over; the submission may be destroyed after this.
    void finished(const Delivery::Outcome &outcome, Smtp::Submission::Fate fate);

private:
    using Then = std::function<void(const Delivery::ServerReply &)>;

    bool needsUtf8() const;
    void sendEnvelope(bool reset);
    void mailAnswered(const Delivery::ServerReply &reply);
    void rcptAnswered(qsizetype index, const Delivery::ServerReply &reply, bool last);
    bool isWanted() const;
    void judgeEnvelope();
    bool hasMailParameters() const;
    void dropParameters();
    void sendContent();
    void dataAnswered(const Delivery::ServerReply &reply);
    void endEmpty();
    void streamContent();
    void record();
    void onRecorded(const Base::Done &recorded);
    void commit();
    void askAboutContent(const Command &command, QByteArray body);
    void streamChunks();
    void abandon(const Base::Error &error);
    void chunkAnswered(const Delivery::ServerReply &reply);
    void commitChunk();
    void endChunks();
    void contentAnswered(const Delivery::ServerReply &reply);
    void learnLimit();
    void endRound();

    void ask(Delivery::Stage stage, const Command &command, Then then, QByteArray body = {});
    void leaveFloor();
    void finish(Delivery::Stage stage, std::optional<Base::Error> error, Fate fate);

    quint64 m_id;
    Letter m_letter;
    SubmissionTerms &m_terms;
    const Base::Clock &m_clock;
    std::shared_ptr<Logbook> m_logbook;
    Wire *m_wire = nullptr; ///< null until the floor is taken
    Transaction m_transaction;
    Capabilities m_capabilities; ///< of this round
    QList<qsizetype> m_round;
    std::unique_ptr<DataWriter> m_data; ///< while the content is being written
    QByteArray m_chunk;                 ///< the next BDAT, or what stands before the final dot
    Delivery::ServerReply m_chunkRefusal;
    std::optional<Base::Error> m_trouble; ///< why its last chunk is not said
    int m_records = 0;                    ///< how often "about to commit" was asked for
    bool m_recording = false;             ///< the content has no more octets, and its end waits for the books
    qint64 m_queued = 0;                  ///< octets of the content handed to the connection
    bool m_plain = false;                 ///< optional parameters were refused once and are left out
    bool m_drop = false;                  ///< the connection is of no more use
    bool m_spoken = false;
    bool m_accepted = false; ///< the content of this round was: the transaction is over
    bool m_contentBegun = false;
    bool m_hasFloor = false;
    bool m_wantsFloor;
    bool m_over = false;
};

} // namespace Smtp
