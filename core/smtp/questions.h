#pragma once

// The questions that wait for an answer, in order: what the conversation has said and what it has still to
// say. This queue is the state of the conversation; its head names the stage. Which reply belongs to which
// question, and how much may be said before an answer is heard, is decided here.

#include "core/delivery/serverreply.h"
#include "core/delivery/stage.h"
#include "core/smtp/command.h"

#include <deque>
#include <functional>
#include <memory>

namespace Smtp {

class Logbook;

struct Question
{
    Delivery::Stage stage;
    Command command;
    std::function<void(const Delivery::ServerReply &)> then;
    quint64 letter = 0;               ///< whose question it is; 0: the session's own
    std::shared_ptr<Logbook> logbook; ///< where it and its answer are written down
    QByteArray body; ///< octets that follow the command at once (BDAT, RFC 3030); not counted as said
    bool sent = false;
    quint64 turn = 0; ///< in which of the server's turns it was sent
};

class Questions
{
public:
    void add(Question question) { m_questions.push_back(std::move(question)); }
    /// One whose command is out and was answered once: another answer comes before all others.
    void addAnswered(Question question);
    bool isEmpty() const { return m_questions.empty(); }
    bool hasUnsent() const { return m_unanswered < m_questions.size(); }
    bool isHeadSent() const { return !m_questions.empty() && m_questions.front().sent; }
    /// Only where not empty.
    const Question &head() const { return m_questions.front(); }
    /// Whether an answer to one of that letter's questions is still owed or expected.
    bool has(quint64 letter) const;
    /// Takes back what that letter has not said yet.
    void dropUnsent(quint64 letter);

    /// Says what may be said now: with pipelining all of it (RFC 2920), else the head alone; never more than
    /// mostUnanswered commands or octets ahead of the answers, or two full buffers would wait for each other.
    /// `say` hears each question and whether it is the head.
    void send(bool pipelining, const std::function<void(Question &, bool head)> &say);
    /// Bytes came in: what was asked so far was asked before them.
    void serverSpeaks() { ++m_turn; }
    /// False for a reply to nothing that was asked; also for one that came in one piece with the reply before
    /// it, when the question was not out yet: taken for its answer, it would make every later verdict another
    /// recipient's.
    bool isAnswer(const Delivery::ServerReply &reply) const;
    /// The head, which is answered.
    Question take();

    static constexpr std::size_t mostUnanswered = 100; ///< commands
    static constexpr qsizetype mostOctets = 4096;      ///< of commands

private:
    std::deque<Question> m_questions;
    std::size_t m_unanswered = 0; ///< the first so many are sent
    qsizetype m_octets = 0;       ///< and so many octets long
    quint64 m_turn = 0;
};

} // namespace Smtp
