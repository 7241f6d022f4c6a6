#include "core/smtp/questions.h"

#include <algorithm>

namespace Smtp {

void Questions::addAnswered(Question question)
{
    question.sent = true;
    question.turn = m_turn - 1; // before the server spoke
    m_questions.push_front(std::move(question));
    ++m_unanswered;
}

bool Questions::has(quint64 letter) const
{
    return std::any_of(m_questions.begin(), m_questions.end(),
                       [letter](const Question &question) { return question.letter == letter; });
}

void Questions::dropUnsent(quint64 letter)
{
    std::erase_if(m_questions,
                  [letter](const Question &question) { return !question.sent && question.letter == letter; });
}

void Questions::send(bool pipelining, const std::function<void(Question &, bool head)> &say)
{
    while (m_unanswered < m_questions.size()) {
        Question &question = m_questions[m_unanswered];
        const qsizetype octets = question.command.wire.size();
        const bool room = pipelining && m_unanswered < mostUnanswered && m_octets + octets <= mostOctets;
        if (m_unanswered > 0 && octets > 0 && !room) // an answer that is only awaited is no burden
            break;
        question.sent = true;
        question.turn = m_turn;
        m_octets += octets;
        ++m_unanswered;
        say(question, m_unanswered == 1);
    }
}

bool Questions::isAnswer(const Delivery::ServerReply &reply) const
{
    if (!isHeadSent())
        return false;
    // A server that is leaving, or that refuses the content early, may say so at any time.
    const bool refusal =
        head().stage == Delivery::Stage::Content && (reply.isTransient() || reply.isPermanent());
    return head().turn != m_turn || reply.code() == 421 || refusal;
}

Question Questions::take()
{
    Question question = std::move(m_questions.front());
    m_questions.pop_front();
    --m_unanswered;
    m_octets -= question.command.wire.size();
    return question;
}

} // namespace Smtp
