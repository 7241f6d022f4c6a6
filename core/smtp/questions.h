#pragma once

// The questions that wait for an answer, in order: what the conversation has said and what it has still to
// say. This queue is the state of the conversation; its head names the stage. Which reply belongs to which
// question is decided here.

#include "core/delivery/serverreply.h"
#include "core/delivery/stage.h"
#include "core/smtp/command.h"

#include <deque>
#include <functional>

namespace Smtp {

struct Question
{
    Delivery::Stage stage;
    Command command;
    std::function<void(const Delivery::ServerReply &)> then;
    bool sent = false;
    quint64 turn = 0; ///< in which of the server's turns it was sent
};

class Questions
{
public:
    void add(Question question) { m_questions.push_back(std::move(question)); }
    bool isEmpty() const { return m_questions.empty(); }
    bool isHeadSent() const { return !m_questions.empty() && m_questions.front().sent; }
    /// Only where not empty.
    Delivery::Stage stage() const { return m_questions.front().stage; }
    void clear() { m_questions.clear(); }
    void dropUnsent();

    /// Says what may be said now: with pipelining everything (RFC 2920), else the head alone. `say` hears
    /// each question and whether it is the head.
    void send(bool pipelining, const std::function<void(const Question &, bool head)> &say);
    /// Bytes came in: what was asked so far was asked before them.
    void serverSpeaks() { ++m_turn; }
    /// False for a reply to nothing that was asked; also for one that came in one piece with the reply before
    /// it, when the question was not out yet: taken for its answer, it would make every later verdict another
    /// recipient's.
    bool isAnswer(const Delivery::ServerReply &reply) const;
    /// The head, which is answered.
    Question take();

private:
    std::deque<Question> m_questions;
    quint64 m_turn = 0;
};

} // namespace Smtp
