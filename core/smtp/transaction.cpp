#include "core/smtp/transaction.h"

#include "core/delivery/retrypolicy.h"

#include <algorithm>

namespace Smtp {

using Delivery::RecipientResult;
using Delivery::Scope;
using Delivery::ServerReply;
using Delivery::Stage;
using Delivery::Verdict;

Transaction::Transaction(const Message::Envelope &envelope)
    : m_taken(static_cast<std::size_t>(envelope.recipients.size()), false)
{
    for (const Message::Recipient &recipient : envelope.recipients)
        m_outcome.recipients.append({recipient.address.addrSpec(), Verdict::None, Stage::Connect, {}, {}});
}

void Transaction::rcptAnswered(qsizetype index, const ServerReply &reply)
{
    if (reply.isPositive()) {
        m_taken[static_cast<std::size_t>(index)] = true;
    } else if (!m_mail.isPositive()) {
        return; // it only says that there was no MAIL
    } else if (Delivery::scopeOf(Stage::Rcpt, reply) != Scope::Recipient) {
        m_barrier = reply; // this recipient is not to blame
    } else {
        RecipientResult &result = m_outcome.recipients[index];
        result = {result.address, Delivery::verdictOf(Stage::Rcpt, reply), Stage::Rcpt, reply, {}};
    }
}

void Transaction::rcptImpossible(qsizetype index, const Base::Error &error)
{
    RecipientResult &result = m_outcome.recipients[index];
    result = {result.address, Verdict::Refused, Stage::Rcpt, {}, error};
}

bool Transaction::hasTaken() const
{
    return std::find(m_taken.begin(), m_taken.end(), true) != m_taken.end();
}

void Transaction::accept(const ServerReply &reply)
{
    m_committed = false;
    for (RecipientResult &result : m_outcome.recipients) {
        if (result.verdict == Verdict::None)
            result = {result.address, Verdict::Accepted, Stage::Content, reply, {}};
    }
    m_outcome.reply = reply;
    m_outcome.queueId = Delivery::queueIdIn(reply);
}

void Transaction::refuse(Stage stage, const ServerReply &reply)
{
    m_committed = false;
    m_outcome.scope = Delivery::scopeOf(stage, reply);
    m_outcome.reply = reply;
    const bool whole = m_outcome.scope == Scope::Account || m_outcome.scope == Scope::Session;
    for (RecipientResult &result : m_outcome.recipients) {
        if (result.verdict == Verdict::None)
            result = {result.address,
                      whole ? Verdict::Deferred : Delivery::verdictOf(stage, reply),
                      stage,
                      reply,
                      {}};
    }
}

void Transaction::fail(Stage stage, const Base::Error &error, Scope scope)
{
    const bool uncertain = std::exchange(m_committed, false);
    m_outcome.scope = scope;
    for (qsizetype i = 0; i < m_outcome.recipients.size(); ++i) {
        RecipientResult &result = m_outcome.recipients[i];
        if (result.verdict != Verdict::None)
            continue;
        Verdict verdict = Verdict::Deferred;
        if (uncertain && m_taken[static_cast<std::size_t>(i)])
            verdict = Verdict::Uncertain;
        else if (scope == Scope::Message && !Delivery::isTransient(error.kind))
            verdict = Verdict::Refused;
        result = {result.address, verdict, stage, {}, error};
    }
}

void Transaction::allRefused()
{
    m_outcome.scope = Scope::Recipient;
    m_outcome.reply = m_outcome.recipients.last().reply;
}

} // namespace Smtp
