#include "core/smtp/transaction.h"

#include "core/delivery/retrypolicy.h"

#include <QSet>

#include <algorithm>

namespace Smtp {

using Delivery::RecipientResult;
using Delivery::Scope;
using Delivery::ServerReply;
using Delivery::Stage;
using Delivery::Verdict;

Transaction::Transaction(const Message::Envelope &envelope)
    : m_standings(static_cast<std::size_t>(envelope.recipients.size()), Standing::Waiting)
{
    for (const Message::Recipient &recipient : envelope.recipients)
        m_outcome.recipients.append({recipient.address.addrSpec(), Verdict::None, Stage::Connect, {}, {}});
}

QList<qsizetype> Transaction::beginRound(const Message::Envelope &envelope, const RecipientLimits &limits)
{
    m_mail = {};
    m_barrier = {};
    m_full = false;
    QList<qsizetype> round;
    QSet<QString> domains;
    for (qsizetype i = 0; i < envelope.recipients.size(); ++i) {
        if (standing(i) != Standing::Waiting)
            continue;
        if (limits.recipients > 0 && round.size() >= limits.recipients)
            break;
        const QString domain = envelope.recipients.at(i).address.domain().toLower();
        if (limits.domains > 0 && domains.size() >= limits.domains && !domains.contains(domain))
            continue; // in a later round
        domains.insert(domain);
        round.append(i);
        standing(i) = Standing::Asked;
    }
    return round;
}

void Transaction::rewindRound()
{
    for (Standing &each : m_standings) {
        if (each == Standing::Asked || each == Standing::Taken || each == Standing::Full)
            each = Standing::Waiting;
    }
}

void Transaction::judge(qsizetype index, RecipientResult result)
{
    RecipientResult &kept = m_outcome.recipients[index];
    result.address = kept.address;
    kept = std::move(result);
    standing(index) = Standing::Judged;
}

void Transaction::rcptAnswered(qsizetype index, const ServerReply &reply)
{
    if (reply.isPositive()) {
        standing(index) = Standing::Taken;
    } else if (!m_mail.isPositive()) {
        return; // it only says that there was no MAIL
    } else if (Delivery::scopeOf(Stage::Rcpt, reply) != Scope::Recipient) {
        m_barrier = reply; // this recipient is not to blame
    } else if (Delivery::isTooManyRecipients(reply)) {
        standing(index) = Standing::Full;
        m_full = true;
        m_fullReply = reply;
    } else {
        judge(index, {{}, Delivery::verdictOf(Stage::Rcpt, reply), Stage::Rcpt, reply, {}});
    }
}

void Transaction::rcptImpossible(qsizetype index, const Base::Error &error)
{
    judge(index, {{}, Verdict::Refused, Stage::Rcpt, {}, error});
}

bool Transaction::has(Standing wanted) const
{
    return std::find(m_standings.begin(), m_standings.end(), wanted) != m_standings.end();
}

int Transaction::taken() const
{
    return static_cast<int>(std::count(m_standings.begin(), m_standings.end(), Standing::Taken));
}

QList<qsizetype> Transaction::takenOnes() const
{
    QList<qsizetype> ones;
    for (std::size_t i = 0; i < m_standings.size(); ++i) {
        if (m_standings[i] == Standing::Taken)
            ones.append(static_cast<qsizetype>(i));
    }
    return ones;
}

QList<qsizetype> Transaction::receiving() const
{
    QList<qsizetype> ones;
    for (std::size_t i = 0; i < m_standings.size(); ++i) {
        if (m_standings[i] == Standing::Taken || m_standings[i] == Standing::Asked)
            ones.append(static_cast<qsizetype>(i));
    }
    return ones;
}

void Transaction::contentAnswered(qsizetype index, const ServerReply &reply)
{
    const Verdict verdict =
        reply.isIntermediate() ? Verdict::Deferred : Delivery::verdictOf(Stage::Content, reply);
    judge(index, {{}, verdict, Stage::Content, reply, {}});
    m_outcome.reply = reply;
    if (verdict == Verdict::Accepted) {
        const QString id = Delivery::queueIdIn(reply);
        if (!id.isEmpty() && m_outcome.queueId.isEmpty())
            m_outcome.queueId = id;
        // Whoever was turned away for want of room comes next.
        std::replace(m_standings.begin(), m_standings.end(), Standing::Full, Standing::Waiting);
    }
}

void Transaction::accept(const ServerReply &reply)
{
    m_committed = false;
    m_outcome.scope = Scope::Recipient; // of those who were refused by themselves
    for (const qsizetype index : takenOnes())
        contentAnswered(index, reply);
}

void Transaction::endRoundWithoutAny()
{
    m_outcome.scope = Scope::Recipient;
    for (qsizetype i = 0; i < m_outcome.recipients.size(); ++i) {
        if (standing(i) == Standing::Full)
            judge(i, {{}, Verdict::Deferred, Stage::Rcpt, m_fullReply, {}});
    }
    if (!m_outcome.recipients.isEmpty() && m_outcome.reply.isNull())
        m_outcome.reply = m_outcome.recipients.last().reply;
}

void Transaction::refuse(Stage stage, const ServerReply &reply)
{
    m_committed = false;
    m_outcome.scope = Delivery::scopeOf(stage, reply);
    m_outcome.reply = reply;
    const bool whole = m_outcome.scope == Scope::Account || m_outcome.scope == Scope::Session;
    for (qsizetype i = 0; i < m_outcome.recipients.size(); ++i) {
        if (standing(i) == Standing::Judged)
            continue;
        judge(i, {{}, whole ? Verdict::Deferred : Delivery::verdictOf(stage, reply), stage, reply, {}});
    }
}

void Transaction::fail(Stage stage, const Base::Error &error, Scope scope)
{
    const bool uncertain = std::exchange(m_committed, false);
    m_outcome.scope = scope;
    for (qsizetype i = 0; i < m_outcome.recipients.size(); ++i) {
        if (standing(i) == Standing::Judged)
            continue;
        Verdict verdict = Verdict::Deferred;
        // Asked and not answered: in a pipeline the answer may be lost with the connection.
        if (uncertain && (standing(i) == Standing::Taken || standing(i) == Standing::Asked))
            verdict = Verdict::Uncertain;
        else if (scope == Scope::Message && !Delivery::isTransient(error.kind))
            verdict = Verdict::Refused;
        judge(i, {{}, verdict, stage, {}, error});
    }
}

} // namespace Smtp
