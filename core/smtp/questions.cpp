#include "core/smtp/questions.h"

namespace Smtp {

void Questions::dropUnsent()
{
    std::erase_if(m_questions, [](const Question &question) { return !question.sent; });
}

void Questions::send(bool pipelining, const std::function<void(const Question &, bool head)> &say)
{
    for (std::size_t i = 0; i < m_questions.size(); ++i) {
        Question &question = m_questions[i];
        if (question.sent)
            continue;
        if (i > 0 && !pipelining)
            break;
        question.sent = true;
        question.turn = m_turn;
        say(question, i == 0);
    }
}

bool Questions::isAnswer(const Delivery::ServerReply &reply) const
{
    if (!isHeadSent())
        return false;
    const Question &head = m_questions.front();
    // A server that is leaving, or that refuses the content early, may say so at any time.
    const bool refusal =
        head.stage == Delivery::Stage::Content && (reply.isTransient() || reply.isPermanent());
    return head.turn != m_turn || reply.code() == 421 || refusal;
}

Question Questions::take()
{
    Question question = std::move(m_questions.front());
    m_questions.pop_front();
    return question;
}

} // namespace Smtp
