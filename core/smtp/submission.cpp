#include "core/smtp/submission.h"

#include "core/delivery/retrypolicy.h"
#include "core/smtp/requirements.h"

#include <QPointer>

#include <algorithm>

namespace Smtp {

using Base::Error;
using Base::ErrorKind;
using Delivery::Scope;
using Delivery::ServerReply;
using Delivery::Stage;

namespace {

constexpr qint64 contentWindow = 256 << 10; // octets handed to the connection ahead of what it has sent
constexpr qint64 heldContent = 16 << 10;    // octets of a content that goes out together with its end
constexpr qsizetype chunkSize = 256 << 10;  // octets in a BDAT that is not the last

Error protocol(const QString &words)
{
    return {ErrorKind::Protocol, {}, words};
}

/// The two sides do not understand each other: the command, or one of its parameters (RFC 5321 §4.2.4).
bool isConfused(const ServerReply &reply)
{
    return (reply.code() >= 500 && reply.code() <= 504) || reply.code() == 555;
}

} // namespace

Submission::Submission(quint64 id, Letter letter, SubmissionTerms &terms, const Base::Clock &clock,
                       std::shared_ptr<Logbook> logbook, QObject *parent)
    : QObject(parent)
    , m_id(id)
    , m_letter(std::move(letter))
    , m_terms(terms)
    , m_clock(clock)
    , m_logbook(std::move(logbook))
    , m_transaction(m_letter.envelope)
    , m_wantsFloor(m_letter.content != nullptr)
{
}

// The conversation, in its order.

void Submission::takeFloor(Wire &wire, bool reset)
{
    m_wire = &wire;
    m_wantsFloor = false;
    m_hasFloor = true;
    m_capabilities = m_plain ? m_terms.capabilities.withoutOptional() : m_terms.capabilities;
    const qint64 size = m_letter.content->size();
    if (const std::optional<Error> error =
            obstacle(m_letter.envelope, size, m_terms.capabilities, m_clock.now()))
        return fail(Stage::Mail, *error);
    sendEnvelope(reset);
}

/// Whether SMTPUTF8 is asked for in this round.
bool Submission::needsUtf8() const
{
    const Message::Envelope &envelope = m_letter.envelope;
    return envelope.utf8Header || envelope.reversePath.needsSmtpUtf8() ||
           std::any_of(m_round.begin(), m_round.end(), [&envelope](qsizetype i) {
               return envelope.recipients.at(i).address.needsSmtpUtf8();
           });
}

void Submission::sendEnvelope(bool reset)
{
    const Message::Envelope &envelope = m_letter.envelope;
    if (!m_transaction.hasWaiting()) // only where there is no recipient at all
        return endRound();
    m_round = m_transaction.beginRound(envelope, m_terms.limits);
    const bool offersUtf8 = m_terms.capabilities.has(QStringLiteral("SMTPUTF8"));
    const bool utf8 = needsUtf8() && offersUtf8;
    // Made before anything is said: a letter that cannot be announced must leave no answer owed behind it.
    const Base::Result<Command> mail =
        Commands::mail(envelope, {m_letter.content->size(), utf8, m_clock.now()}, m_capabilities);
    if (!mail)
        return fail(Stage::Mail, mail.error());
    QList<std::pair<qsizetype, Command>> rcpts;
    for (const qsizetype i : std::as_const(m_round)) {
        const Message::Recipient &recipient = envelope.recipients.at(i);
        if (recipient.address.needsSmtpUtf8() && !offersUtf8) {
            m_transaction.rcptImpossible(
                i, notOffered(QStringLiteral("SMTPUTF8"), recipient.address.addrSpec()));
            continue;
        }
        const Base::Result<Command> rcpt = Commands::rcpt(envelope, recipient, utf8, m_capabilities);
        if (rcpt)
            rcpts.append({i, *rcpt});
        else
            m_transaction.rcptImpossible(i, rcpt.error());
    }
    if (rcpts.isEmpty()) {
        m_transaction.endRoundWithoutAny();
        return endRound();
    }
    m_accepted = false;
    m_terms.dirty = true;
    if (reset)
        ask(Stage::Mail, Commands::rset(), [](const ServerReply &) {});
    ask(Stage::Mail, *mail, [this](const ServerReply &reply) { mailAnswered(reply); });
    for (const auto &[i, rcpt] : std::as_const(rcpts))
        ask(Stage::Rcpt, rcpt, [this, index = i, last = i == rcpts.last().first](const ServerReply &reply) {
            rcptAnswered(index, reply, last);
        });
    sendContent();
}

void Submission::mailAnswered(const ServerReply &reply)
{
    m_transaction.mailAnswered(reply);
    if (!reply.isPositive())
        m_wire->dropUnsent(m_id);
    judgeEnvelope();
}

void Submission::rcptAnswered(qsizetype index, const ServerReply &reply, bool last)
{
    const bool parameters = m_letter.envelope.notify.isSet() && m_capabilities.has(QStringLiteral("DSN"));
    if (isConfused(reply) && parameters && m_transaction.mailReply().isPositive()) {
        dropParameters();
        m_transaction.askAgain(index);
    } else {
        m_transaction.rcptAnswered(index, reply);
    }
    if (last && !isWanted())
        m_wire->dropUnsent(m_id); // DATA
    judgeEnvelope();
}

/// Whether the server may be given the content after what it said about the envelope.
bool Submission::isWanted() const
{
    return m_transaction.mailReply().isPositive() && m_transaction.barrier().isNull() &&
           m_transaction.hasTaken();
}

/// Answers still owed are heard before anything is judged.
void Submission::judgeEnvelope()
{
    if (m_wire->owes(m_id))
        return;
    if (isWanted()) {
        if (m_trouble)
            fail(Stage::Data, *m_trouble);
        return;
    }
    const ServerReply mail = m_transaction.mailReply();
    if (!mail.isPositive()) {
        if (isConfused(mail) && hasMailParameters()) {
            dropParameters();
            m_transaction.rewindRound();
            return endRound();
        }
        return refuse(Stage::Mail, mail);
    }
    if (const ServerReply barrier = m_transaction.barrier(); !barrier.isNull())
        return refuse(Stage::Rcpt, barrier);
    m_transaction.endRoundWithoutAny();
    endRound();
}

/// Whether MAIL carried something that may be left out.
bool Submission::hasMailParameters() const
{
    const Message::Envelope &envelope = m_letter.envelope;
    const bool reports = envelope.notify.isSet() || envelope.returned != Message::Return::Unset;
    return m_capabilities.has(QStringLiteral("SIZE")) ||
           (reports && m_capabilities.has(QStringLiteral("DSN"))) ||
           (envelope.handling.priority && m_capabilities.has(QStringLiteral("MT-PRIORITY")));
}

/// The server offers what it then does not understand: it is not offered it a second time.
void Submission::dropParameters()
{
    if (!std::exchange(m_plain, true))
        m_logbook->note(QStringLiteral("once more without parameters that may be left out"));
    m_terms.capabilities = m_terms.capabilities.withoutOptional();
}

void Submission::sendContent()
{
    const bool chunks = m_terms.lane == Lane::Window && m_capabilities.has(QStringLiteral("CHUNKING")) &&
                        m_capabilities.has(QStringLiteral("PIPELINING"));
    if (chunks) {
        m_contentBegun = true;
        m_chunk.clear();
        m_chunkRefusal = {};
        m_trouble.reset();
        m_data = std::make_unique<DataWriter>(DataWriter::Form::Chunks);
        return streamChunks();
    }
    ask(Stage::Data, Commands::data(), [this](const ServerReply &reply) { dataAnswered(reply); });
}

void Submission::dataAnswered(const ServerReply &reply)
{
    if (reply.code() == 354) {
        if (isWanted()) {
            m_contentBegun = true;
            m_data = std::make_unique<DataWriter>();
            m_chunk.clear();
            m_queued = 0;
            return streamContent();
        }
        if (!m_transaction.hasTaken())
            return endEmpty();
        // Some were taken and must not get it: an empty message would be theirs (seen with DATA in the
        // pipeline).
        m_drop = true;
        return judgeEnvelope();
    }
    if (!isWanted())
        return judgeEnvelope(); // it only says what is known already
    if (reply.isPositive() || reply.isIntermediate())
        return fail(Stage::Data,
                    protocol(QStringLiteral("the server answers DATA with %1").arg(reply.code())));
    refuse(Stage::Data, reply);
}

/// The server asks for the content though nobody was taken: it gets none, and nothing of its answer counts.
void Submission::endEmpty()
{
    ask(Stage::Content, Command{DataWriter::terminator(), QStringLiteral(".")},
        [this](const ServerReply &) { judgeEnvelope(); });
}

/// A small one goes out together with its end, and nothing of it before the books know of it.
void Submission::streamContent()
{
    const bool isHeld = m_letter.content->size() <= heldContent;
    while (m_data && !m_recording && m_wire->unwritten() < contentWindow) {
        const Base::Result<QByteArray> chunk = m_letter.content->read();
        if (!chunk)
            return fail(Stage::Data, chunk.error());
        if (chunk->isEmpty())
            return record();
        m_queued += chunk->size();
        const QByteArray octets = m_data->write(*chunk);
        if (isHeld)
            m_chunk += octets;
        m_wire->writeContent(isHeld ? QByteArray() : octets);
    }
}

/// Law 3: the end of the content waits until the books have it. Meanwhile the server may speak, or go.
void Submission::record()
{
    m_chunk += m_data->finish();
    m_recording = true;
    if (!m_letter.aboutToCommit)
        return onRecorded({});
    m_letter.aboutToCommit({m_transaction.results(), m_transaction.receiving()},
                           [self = QPointer(this), number = ++m_records](const Base::Done &recorded) {
                               if (self && self->m_recording && self->m_records == number)
                                   self->onRecorded(recorded);
                           });
}

/// From here on a lost connection means "uncertain".
void Submission::onRecorded(const Base::Done &recorded)
{
    m_recording = false;
    if (!recorded) {
        // Our own books' trouble, of whatever kind, is no verdict about a recipient.
        const Error &told = recorded.error();
        const Error error =
            Delivery::isTransient(told.kind) ? told : Error{ErrorKind::Database, told.subject, told.detail};
        return m_wire->isInContent() ? fail(Stage::Data, error) : abandon(error);
    }
    if (!m_chunkRefusal.isNull()) { // heard meanwhile
        if (m_wire->owes(m_id))
            return; // the last answer ends it
        m_data.reset();
        return endChunks();
    }
    m_logbook->note(QStringLiteral("(message, %1 octets)").arg(m_letter.content->size()));
    m_transaction.setCommitted(true);
    m_wire->isInContent() ? commit() : commitChunk();
}

void Submission::commit()
{
    m_data.reset();
    m_wire->writeContent(std::exchange(m_chunk, {}));
    m_wire->endContent();
    m_terms.dirty = false; // the final dot ends the transaction, however it is answered (RFC 5321 §4.1.1.4)
    askAboutContent(Command{DataWriter::terminator(), QStringLiteral(".")}, {});
    leaveFloor();
}

void Submission::askAboutContent(const Command &command, QByteArray body)
{
    ask(
        Stage::Content, command, [this](const ServerReply &reply) { contentAnswered(reply); },
        std::move(body));
}

void Submission::streamChunks()
{
    while (m_data && !m_recording && m_chunkRefusal.isNull() && !m_wire->hasUnsent() &&
           m_wire->unwritten() < contentWindow) {
        const Base::Result<QByteArray> octets = m_letter.content->read();
        if (!octets)
            return abandon(octets.error());
        if (octets->isEmpty())
            return record();
        m_queued += octets->size();
        m_chunk += m_data->write(*octets);
        while (m_chunk.size() >= chunkSize) {
            ask(
                Stage::Data, Commands::bdat(chunkSize, false),
                [this](const ServerReply &reply) { chunkAnswered(reply); }, m_chunk.left(chunkSize));
            m_chunk.remove(0, chunkSize);
        }
    }
}

/// Its end will not be said. RSET in front of the next letter takes back what was (RFC 3030 §2), and the
/// others, who may have been handed over whole, lose nothing.
void Submission::abandon(const Error &error)
{
    m_trouble = error;
    m_data.reset();
    m_chunk.clear();
    m_wire->owes(m_id) ? leaveFloor() : judgeEnvelope();
}

void Submission::chunkAnswered(const ServerReply &reply)
{
    if (!reply.isPositive() && m_chunkRefusal.isNull())
        m_chunkRefusal = reply;
    if (m_data && m_chunkRefusal.isNull())
        return streamChunks();
    if (m_recording || m_wire->owes(m_id))
        return; // the last answer ends it, or the books' does
    m_data.reset();
    endChunks();
}

void Submission::commitChunk()
{
    m_data.reset();
    const Command bdat = Commands::bdat(m_chunk.size(), true);
    askAboutContent(bdat, std::exchange(m_chunk, {}));
    leaveFloor();
}

/// No more chunks are said: one was refused, or the letter was abandoned.
void Submission::endChunks()
{
    if (!isWanted() || m_chunkRefusal.isNull())
        return judgeEnvelope();
    refuse(Stage::Content, m_chunkRefusal);
}

void Submission::contentAnswered(const ServerReply &reply)
{
    if (!isWanted()) { // behind a refused envelope a BDAT is refused too
        m_transaction.setCommitted(false);
        return judgeEnvelope();
    }
    if (!m_chunkRefusal.isNull())
        return refuse(Stage::Content, m_chunkRefusal);
    if (reply.isIntermediate())
        return fail(Stage::Content,
                    protocol(QStringLiteral("the server answers the content with %1").arg(reply.code())));
    if (m_terms.lmtp) {
        m_transaction.contentAnswered(m_transaction.takenOnes().first(), reply);
        // Only now is it known of how many, where the envelope and the content went out in one flight.
        if (m_transaction.hasTaken())
            return m_wire->awaitAnother({Stage::Content,
                                         {},
                                         [this](const ServerReply &next) { contentAnswered(next); },
                                         m_id,
                                         m_logbook,
                                         {}});
        m_accepted = true;
        m_transaction.setCommitted(false);
        return endRound();
    }
    if (!reply.isPositive())
        return refuse(Stage::Content, reply);
    learnLimit();
    m_accepted = true;
    m_transaction.accept(reply);
    endRound();
}

/// A server that declares no limit shows it, also where it then loses patience (Postfix's "421 too many
/// errors").
void Submission::learnLimit()
{
    if (m_transaction.wasFull() && m_transaction.taken() > 0)
        m_terms.limits.recipients = m_transaction.taken();
}

/// The next recipients at once, or the end.
void Submission::endRound()
{
    m_recording = false;
    if (!m_transaction.hasWaiting())
        return finish(m_contentBegun ? Stage::Content : Stage::Rcpt, {}, Fate::Keep);
    m_terms.dirty = m_spoken && !m_accepted;
    leaveFloor();
    m_letter.content->rewind();
    m_wantsFloor = true;
    Q_EMIT floorWanted();
}

// How it ends.

void Submission::refuse(Stage stage, const ServerReply &reply, std::optional<Error> error)
{
    learnLimit();
    m_transaction.refuse(stage, reply);
    // Half a message on the line, or sides that do not understand each other: start afresh.
    const Scope scope = m_transaction.scope();
    const bool drop =
        scope == Scope::Account || scope == Scope::Session || isConfused(reply) || m_data || m_drop;
    finish(stage, std::move(error), drop ? Fate::Drop : Fate::Keep);
}

bool Submission::takesEarlyRefusal(const ServerReply &reply) const
{
    return m_wire && m_wire->isInContent() && m_hasFloor && (reply.isTransient() || reply.isPermanent());
}

void Submission::fail(Stage stage, const Error &error, std::optional<Scope> scope)
{
    learnLimit();
    const Scope reach = scope.value_or(Delivery::scopeOf(error.kind));
    m_transaction.fail(stage, error, reach);
    const bool keep = reach == Scope::Message && !m_data && (stage < Stage::Data || m_trouble);
    finish(stage, error, keep ? Fate::Keep : Fate::Drop);
}

void Submission::startAgain()
{
    m_wire = nullptr;
    m_transaction.rewindRound(); // who has a verdict keeps it
    m_hasFloor = false;
    m_wantsFloor = true;
    m_drop = false;
}

void Submission::onWritten()
{
    if (!m_data)
        return;
    Q_EMIT progressed(std::max<qint64>(0, m_queued - m_wire->unwritten()), m_letter.content->size());
    m_wire->isInContent() ? streamContent() : streamChunks();
}

void Submission::ask(Stage stage, const Command &command, Then then, QByteArray body)
{
    m_spoken = true;
    m_wire->ask({stage, command, std::move(then), m_id, m_logbook, std::move(body)});
}

void Submission::leaveFloor()
{
    if (std::exchange(m_hasFloor, false))
        Q_EMIT floorLeft();
}

void Submission::finish(Stage stage, std::optional<Error> error, Fate fate)
{
    if (std::exchange(m_over, true))
        return;
    m_recording = false;
    m_data.reset();
    if (m_spoken)
        m_terms.dirty = !m_accepted;
    Delivery::Outcome outcome = m_transaction.outcome();
    outcome.stage = stage;
    outcome.error = std::move(error);
    Q_EMIT finished(outcome, fate);
}

} // namespace Smtp
