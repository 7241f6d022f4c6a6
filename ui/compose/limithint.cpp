#include "ui/compose/limithint.h"

#include "core/message/draftcheck.h"
#include "ui/common/limitstanding.h"
#include "ui/common/schedulewords.h"

#include <QLocale>

namespace Ui {

namespace {

QString number(int value)
{
    return QLocale().toString(value);
}

Explanation neverWords(int recipients, int most)
{
    return {LimitHint::tr("%1 recipients are more than the account may send to in a day (%2).")
                .arg(number(recipients), number(most)),
            LimitHint::tr("It would be held. Send it in several messages, on several days."),
            {}};
}

Explanation laterWords(const LimitStanding &standing, int recipients, const QDateTime &now)
{
    const QTimeZone zone = QTimeZone::systemTimeZone();
    const std::optional<Outbox::LimitWait> wait = standing.waitOf(recipients, now);
    if (!wait)
        return {};
    const QString when = dayAndTime(wait->next, now, zone);
    if (wait->limit != Outbox::Limit::RecipientsPerDay)
        return {LimitHint::tr("It goes %1.", "tomorrow 09:12").arg(when), limitWords(*wait, now, zone), {}};
    const int left = std::max(0, wait->most - standing.usage.since(now.addDays(-1)).recipients);
    return {LimitHint::tr("It goes to all %1 recipients %2.", "number, tomorrow 09:12")
                .arg(number(recipients), when),
            LimitHint::tr("Of the account's %1 recipients a day %2 are left now.")
                .arg(number(wait->most), number(left)),
            {}};
}

} // namespace

LimitHint::LimitHint(const Store::MessageQuery &query, QWidget *parent)
    : MessageBar(parent)
    , m_query(query)
{
    setObjectName(QStringLiteral("limitHint"));
    setClosable(true);
    connect(this, &MessageBar::closed, this, [this] { m_dismissed = m_told; });
}

void LimitHint::look(const Message::Draft &draft, Base::AccountId id, const QDateTime &now)
{
    const Base::Result<Accounts::Account> account = m_query.account(id);
    const int recipients = static_cast<int>(Message::recipientsOf(draft).size());
    if (!account || recipients == 0)
        return clear();
    const LimitStanding standing = standingOf(m_query, *account, now);
    const int most = standing.limits.recipientsPerDay;
    const Explanation words =
        most > 0 && recipients > most ? neverWords(recipients, most) : laterWords(standing, recipients, now);
    if (words.headline.isEmpty())
        clear();
    else if (words.headline != m_dismissed && words.headline != headline())
        tell(most > 0 && recipients > most ? Role::Warning : Role::Info, words);
    m_told = words.headline;
}

} // namespace Ui
